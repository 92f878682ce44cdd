"""Starts a student's process where it can reach nothing that it should not.

With bubblewrap the process sees a file system of its own: the programs and packages of the course, read-only, a private
home that vanishes with it, its own `/proc`, an empty environment and no network. Without bubblewrap it is an ordinary
process with limits, for work that one trusts. It knows nothing of what runs in the process.
"""

import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from secondhand.assignments import seccomp
from secondhand.assignments.limits import Limits

HOME = "/home/student"
_BROKEN = "bubblewrap does not work here"
MEGABYTE = 2**20

# Where Linux keeps programs and what they need to start. Each is a folder, or a link to one below /usr.
_SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/sbin")
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/fonts", "/etc/localtime")

_NOT_ROOT = (65_000, 65_533)
"""Range of the user ids that a sandbox made by root takes: Debian keeps them free, so that they belong to nobody."""


class SandboxError(Exception):
    """Submissions cannot be run safely; the message says what to do."""


@dataclass(frozen=True)
class Process:
    """A student's process, and the two pipes to it.

    Attributes:
        popen: the process; its standard output carries what the student's code prints.
        requests: file descriptor to write requests to.
        replies: file descriptor to read replies from.
        home: its home, where the files that it makes can be counted; nobody counts them without isolation.
    """

    popen: subprocess.Popen[bytes]
    requests: int
    replies: int
    home: "_Home | None" = None

    def files(self) -> int:
        """Return how many files and folders the process has made."""
        return self.home.files() if self.home else 0

    def kill(self) -> None:
        """End the process and all that it started, and close the pipes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        assert self.popen.stdout
        self.popen.stdout.close()
        os.close(self.requests)
        os.close(self.replies)
        if self.home:
            self.home.close()


class _Home:
    """The private home of an isolated process, seen from outside.

    It is memory of limited size, but an empty file takes kernel memory that no limit of the process counts.
    """

    def __init__(self, about: int) -> None:
        self._about = about
        self._folder: int | None = None
        self._empty = 0

    def files(self) -> int:
        """Return how many files and folders were made since this was asked first, when the process was ready."""
        if self._folder is None:
            # What bubblewrap says of the process has been there since before the process could say that it is ready.
            process = json.loads(os.read(self._about, 1 << 16))["child-pid"]
            self._folder = os.open(f"/proc/{process}/root{HOME}", os.O_RDONLY | os.O_DIRECTORY)
            self._empty = self._used()
        return self._used() - self._empty

    def _used(self) -> int:
        assert self._folder is not None
        about = os.fstatvfs(self._folder)
        return about.f_files - about.f_ffree

    def close(self) -> None:
        os.close(self._about)
        if self._folder is not None:
            os.close(self._folder)


@dataclass(frozen=True)
class Sandbox:
    """How students' processes are started.

    Attributes:
        limits: what a process may use.
        private: files and folders that students' code must never read. None of them is shown to it; naming them makes
            sure that none lies in a folder that is shown.
        untrusted: whether bubblewrap must isolate the process. False runs it with limits only.
        python: the interpreter, by default the one that runs this.
        packages: folders with the packages that students import, by default those of numpy and of this book.
    """

    limits: Limits = field(default_factory=Limits)
    private: tuple[Path, ...] = ()
    untrusted: bool = True
    python: str = sys.executable
    packages: tuple[Path, ...] = field(default_factory=lambda: course_packages())

    def __post_init__(self) -> None:
        if not self.untrusted:
            return
        reason = why_not()
        if reason:
            raise SandboxError(
                f"submissions cannot be isolated: {reason}. {_advice(reason)} Then give the command again. If you "
                "trust everyone whose work this is, --trust-submissions runs it without isolation: it can then read "
                "and change what you can, your gradebook included"
            )
        for path in self.private:
            for shown in self.readable():
                if path.resolve().is_relative_to(shown):
                    raise SandboxError(
                        f"{path} lies in {shown}, which students' code can read; move the course to another folder"
                    )

    def readable(self) -> list[Path]:
        """Return the files and folders of this machine that a student's process can read."""
        paths = [Path(path) for path in (*_SYSTEM, *_SYSTEM_FILES) if not Path(path).is_symlink()]
        paths += [*_interpreter(self.python), *self.packages, Path(__file__).parent]
        found = [path.resolve() for path in paths if path.exists()]
        # Folders before what lies in them, each once.
        return [
            path for path in sorted(set(found)) if not any(path.is_relative_to(other) for other in set(found) - {path})
        ]

    def start(self) -> Process:
        """Start a process; it waits for requests."""
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            read_request, requests = _pipe(theirs, ours)
            replies, write_reply = _pipe(ours, theirs)
            passed = [write_reply]
            command, environment, home = self._worker(write_reply), self._environment(), None
            if self.untrusted:
                with contextlib.ExitStack() as written:
                    read_filter, write_filter = _pipe(theirs, written)
                    # The filter is far smaller than what a pipe holds.
                    os.write(write_filter, seccomp.program())
                about, write_about = _pipe(ours, theirs)
                passed += [read_filter, write_about]
                command = [*self._bubblewrap(read_filter, write_about, environment), "--", *command]
                # Bubblewrap itself gets no variables either, as its own environment might be readable from inside.
                environment, home = {}, _Home(about)
            popen = subprocess.Popen(  # noqa: S603 - the command is this program's own
                command,
                env=environment,
                stdin=read_request,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=passed,
                start_new_session=True,
                cwd="/",
            )
            ours.pop_all()
        assert popen.stdout
        for descriptor in (requests, replies, popen.stdout.fileno()):
            os.set_blocking(descriptor, False)
        return Process(popen, requests, replies, home)

    def _worker(self, replies: int) -> list[str]:
        limits = self.limits
        settings = {
            "user": secrets.SystemRandom().randrange(*_NOT_ROOT) if self.untrusted and os.geteuid() == 0 else None,
            "packages": [str(path) for path in self.packages],
            "limits": {
                "RLIMIT_CPU": limits.cpu_seconds,
                "RLIMIT_AS": limits.memory_mb * MEGABYTE,
                "RLIMIT_FSIZE": limits.file_mb * MEGABYTE,
                "RLIMIT_NOFILE": limits.open_files,
                "RLIMIT_CORE": 0,
                # Without isolation this would count all processes of the user who grades.
                **({"RLIMIT_NPROC": limits.threads} if self.untrusted else {}),
            },
        }
        worker = Path(__file__).with_name("worker.py").resolve()
        # An environment may be reached by way of a link, which is not there inside; its `python` is one that must stay.
        python = Path(self.python)
        return [
            str(python.parent.resolve() / python.name),
            "-I",
            "-X",
            "utf8",
            str(worker),
            str(replies),
            json.dumps(settings),
        ]

    def _environment(self) -> dict[str, str]:
        home = HOME if self.untrusted else str(_scratch())
        threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")}
        return {
            "HOME": home,
            "TMPDIR": f"{home}/tmp",  # noqa: S108 - in a home of its own
            "MPLCONFIGDIR": f"{home}/matplotlib",
            "MPLBACKEND": "agg",
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "JOBLIB_MULTIPROCESSING": "0",
            "HF_HUB_OFFLINE": "1",
            "CUDA_VISIBLE_DEVICES": "",
            **threads,
        }

    def _bubblewrap(self, read_filter: int, write_about: int, environment: dict[str, str]) -> list[str]:
        command = [_bwrap(), "--die-with-parent", "--new-session", "--clearenv"]
        command += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
        command += ["--cap-drop", "ALL", "--hostname", "student"]
        if os.geteuid() == 0:
            # The worker becomes an ordinary user before it runs anything, and loses these with that.
            command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        else:
            # Bubblewrap's own process inside would belong to the student's user, who could write into its memory: there
            # must be none.
            command += ["--unshare-user", "--as-pid-1"]
        for link in _SYSTEM:
            if Path(link).is_symlink():
                command += ["--symlink", os.readlink(link), link]
        made: set[Path] = set()
        for path in self.readable():
            # Bubblewrap would make these for its own user only, and the student's process is another one.
            for parent in reversed(path.parents[:-1]):
                if parent not in made:
                    command += ["--perms", "0755", "--dir", str(parent)]
                    made.add(parent)
            command += ["--ro-bind", str(path), str(path)]
        command += ["--proc", "/proc", "--dev", "/dev"]
        command += ["--perms", "0777", "--size", str(self.limits.home_mb * MEGABYTE), "--tmpfs", HOME]
        command += ["--perms", "0777", "--dir", f"{HOME}/matplotlib"]
        for file in _font_lists():
            command += ["--ro-bind", str(file), f"{HOME}/matplotlib/{file.name}"]
        # What bubblewrap makes for itself is writable memory without a limit, until it is made read-only.
        command += ["--remount-ro", "/dev", "--remount-ro", "/"]
        for name, value in environment.items():
            command += ["--setenv", name, value]
        return [*command, "--chdir", HOME, "--seccomp", str(read_filter), "--info-fd", str(write_about)]


@cache
def why_not() -> str:
    """Return why processes cannot be isolated on this machine; nothing where they can."""
    try:
        seccomp.program()
    except ValueError as error:
        return f"there is no filter of system calls for it ({error})"
    if not sys.platform.startswith("linux"):
        return "this needs Linux"
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed"
    probe = [_bwrap(), "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"]
    probe += ["--perms", "0777", "--size", "4096", "--tmpfs", "/tmp"]  # noqa: S108 - a folder of the probe's own
    done = subprocess.run([*probe, "--", "/bin/true"], env={}, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        return f"{_BROKEN} ({done.stderr.strip() or f'status {done.returncode}'})"
    return ""


def _advice(reason: str) -> str:
    if not reason.startswith(_BROKEN):
        return "Install bubblewrap (`apt install bubblewrap`), on Linux or in a virtual machine with it."
    return (
        "It is installed, but the system forbids it to make namespaces: in a container they must be allowed, and on "
        "Ubuntu from 23.10 on the security profile of bwrap must allow `userns`."
    )


def course_packages() -> tuple[Path, ...]:
    """Return the folders that hold this book's package and the libraries that students import."""
    folders: dict[Path, None] = {}
    for name in ("secondhand", "numpy"):
        specification = importlib.util.find_spec(name)
        assert specification
        assert specification.origin
        folders[Path(specification.origin).resolve().parents[1]] = None
    return tuple(folders)


def _pipe(reader: contextlib.ExitStack, writer: contextlib.ExitStack) -> tuple[int, int]:
    """Return the two ends of a pipe, each to be closed with a stack."""
    read, write = os.pipe()
    reader.callback(os.close, read)
    writer.callback(os.close, write)
    return read, write


def _interpreter(python: str) -> Iterable[Path]:
    if python != sys.executable:
        return []
    folders = [Path(sys.prefix), Path(sys.base_prefix), Path(sysconfig.get_paths()["stdlib"]).parents[1]]
    return [folder for folder in folders if folder != Path("/")]


def _bwrap() -> str:
    found = shutil.which("bwrap")
    assert found
    return found


@cache
def _font_lists() -> tuple[Path, ...]:
    """The fonts that matplotlib found on this machine: to look for them takes it seconds in an empty home."""
    import matplotlib
    import matplotlib.font_manager

    return tuple(path.resolve() for path in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"))


@cache
def _scratch() -> Path:
    import atexit
    import tempfile

    folder = tempfile.mkdtemp(prefix="secondhand-student-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
