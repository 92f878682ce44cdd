"""What hostile code can do in the sandbox: use up its own limits, and lie about its own values.

Every attack here is bounded by itself too, so that a sandbox that fails cannot hurt the machine.
"""

import contextlib
import functools
import os
import secrets
import select
import socket
import subprocess
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import secondhand
from secondhand.assignments import sandbox, seccomp
from secondhand.assignments.limits import Limits
from secondhand.assignments.sandbox import Sandbox, SandboxError
from secondhand.assignments.session import AskError, Cell, CellRun, Session

LIMITS = Limits(
    start_seconds=60,
    cell_seconds=30,
    question_seconds=3,
    total_seconds=120,
    cpu_seconds=30,
    restarts=4,
    memory_mb=512,
    home_mb=8,
    file_mb=4,
    output_mb=1,
    shown_kb=8,
    answer_mb=1,
)
ORDINARY_USER = 1500
MARK = "the-hidden-answer-is-4711"

pytestmark = pytest.mark.skipif(bool(sandbox.why_not()), reason=sandbox.why_not())


@pytest.fixture(params=["root", "ordinary"] if os.geteuid() == 0 else ["ordinary"])
def box(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox as it is for whoever runs the tests, and as root also what it is for an ordinary user."""
    if request.param == "root" or os.geteuid():
        return Sandbox(LIMITS)
    if not Path("/usr/bin/python3").exists():
        pytest.skip("an ordinary user has no interpreter here")
    monkeypatch.setattr(os, "geteuid", lambda: ORDINARY_USER)
    starts_as = functools.partial(subprocess.Popen, user=ORDINARY_USER, group=ORDINARY_USER, extra_groups=[])
    monkeypatch.setattr(subprocess, "Popen", starts_as)
    monkeypatch.setattr(sandbox, "_font_lists", tuple)
    # The interpreter of the tests may lie where another user cannot read.
    return Sandbox(LIMITS, python="/usr/bin/python3", packages=(Path(secondhand.__file__).parents[1],))


def run(box: Sandbox, *sources: str) -> list[CellRun]:
    with session(box, *sources) as asked:
        return asked.run()


def session(box: Sandbox, *sources: str) -> Session:
    cells = [Cell(f"cell {number}", textwrap.dedent(source)) for number, source in enumerate(sources, 1)]
    return Session(box, cells)


def printed(box: Sandbox, source: str) -> str:
    (cell,) = run(box, source)
    assert not cell.error, cell.error
    return cell.output


def test_cells_run_in_order_and_values_come_back(box: Sandbox) -> None:
    with session(
        box, "a = 2\nprint('hello')\na * 3", "def double(x, *, add=0):\n    return (2 * x + add, [a])"
    ) as asked:
        first, second = asked.run()
        assert (first.output, first.error, second.error) == ("hello\n6\n", "", "")
        assert asked.call("double", 4, add=1) == (9, [2])
        assert asked.get("a") == 2
    assert asked.restarts == 0


def test_a_cell_that_fails_does_not_stop_the_others(box: Sandbox) -> None:
    with session(box, "def f(): return 1", "x = 1 / 0", "def g(:", "def h(): return f() + 1") as asked:
        runs = asked.run()
        assert [bool(cell.error) for cell in runs] == [False, True, True, False]
        assert runs[1].error == "ZeroDivisionError: division by zero\ncell 2, line 1: x = 1 / 0"
        assert asked.call("h") == 2
        with pytest.raises(AskError, match="x is not defined"):
            asked.get("x")


def test_magic_commands_of_notebooks_are_left_out(box: Sandbox) -> None:
    assert printed(box, "%matplotlib inline\n!ls\nfor i in range(2):\n    print(i)") == "0\n1\n"


def test_errors_of_functions_are_told(box: Sandbox) -> None:
    with session(box, "def f(): raise KeyError('lost')\ndef g(): return object()\nh = 3") as asked:
        asked.run()
        with pytest.raises(AskError, match=r"f\(…\) raised an error: KeyError: 'lost'\ncell 1, line 1"):
            asked.call("f")
        with pytest.raises(AskError, match="object is not a plain value"):
            asked.call("g")
        with pytest.raises(AskError, match="'int' object is not callable"):
            asked.call("h")


STOPPING = {
    "infinite loop": ("while True: pass", "took longer than 4 seconds"),
    "sleep": ("import time\ntime.sleep(60)", "took longer than 4 seconds"),
    "stopped": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nimport time\ntime.sleep(60)", None),
    "os._exit": ("import os\nos._exit(0)", "ended the process"),
    "abort": ("import os\nos.abort()", "ended the process|longer"),
    "flood": ("for _ in range(60):\n    print('x' * 1_000_000)", "printed more than 1 MB"),
    "flood below Python": ("import os\nfor _ in range(60): os.write(1, b'x' * 1_000_000)", "printed more than 1 MB"),
    "descriptor closed": ("import os\nos.closerange(0, 100)", "ended the process"),
}  # fmt: skip


@pytest.mark.parametrize("attack", STOPPING)
def test_what_stops_the_process_costs_one_cell_only(box: Sandbox, attack: str) -> None:
    source, told = STOPPING[attack]
    box = replace(box, limits=replace(LIMITS, cell_seconds=4))
    started = time.monotonic()
    with session(box, "a = 1", source, "b = a + 1") as asked:
        before, cell, after = asked.run()
        assert not before.error
        assert cell.error
        assert told is None or any(part in cell.error for part in told.split("|"))
        assert not after.error
        assert asked.get("b") == 2
        assert asked.restarts == 1
    assert time.monotonic() - started < 40


def test_a_function_that_hangs_costs_one_question_only(box: Sandbox) -> None:
    with session(
        box, "import os\ndef f():\n    while True: pass\ndef g(): os._exit(3)\ndef h(): return 'well'"
    ) as asked:
        asked.run()
        with pytest.raises(AskError, match="took longer than 3 seconds"):
            asked.call("f")
        assert asked.call("h") == "well"
        with pytest.raises(AskError, match="ended the process"):
            asked.call("g")
        assert asked.call("h") == "well"


def test_restarts_have_an_end(box: Sandbox) -> None:
    with session(box, "import os\ndef f(): os._exit(1)") as asked:
        asked.run()
        told = []
        for _ in range(8):
            with pytest.raises(AskError) as caught:
                asked.call("f")
            told.append(str(caught.value))
    assert asked.restarts == LIMITS.restarts
    assert "had to be started anew 4 times" in told[-1]


def test_time_for_the_whole_notebook_has_an_end(box: Sandbox) -> None:
    hurried = replace(box, limits=replace(LIMITS, total_seconds=3))
    started = time.monotonic()
    with session(hurried, "import time\ntime.sleep(60)", "a = 1") as asked:
        first, second = asked.run()
        assert "took longer" in first.error
        assert "used up its 3 seconds" in second.error
        with pytest.raises(AskError, match="used up its 3 seconds"):
            asked.get("a")
    assert time.monotonic() - started < 10


def test_sys_exit_is_an_error_of_its_cell(box: Sandbox) -> None:
    with session(box, "import sys\nsys.exit(0)", "raise KeyboardInterrupt", "def f(): sys.exit()\na = 1") as asked:
        runs = asked.run()
        assert [cell.error.partition("\n")[0] for cell in runs] == ["SystemExit: 0", "KeyboardInterrupt", ""]
        with pytest.raises(AskError, match="SystemExit"):
            asked.call("f")
        assert asked.get("a") == 1


def test_no_process_can_be_started(box: Sandbox) -> None:
    # Where the filter failed, this bomb would end after 64 children of two seconds.
    source = """
        import os, subprocess, time
        made = 0
        for _ in range(64):
            try:
                if os.fork() == 0:
                    time.sleep(2)
                    os._exit(0)
                made += 1
            except OSError:
                pass
        print(made)
        try:
            subprocess.run(["/bin/true"])
        except OSError as error:
            print(type(error).__name__)
    """
    assert printed(box, source).splitlines() == ["0", "PermissionError"]


def test_threads_are_limited(box: Sandbox) -> None:
    source = """
        import threading, time
        threading.stack_size(32768)
        made = 0
        try:
            for _ in range(500):
                threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
                made += 1
        except RuntimeError:
            pass
        print(made)
    """
    assert 1 <= int(printed(box, source)) <= LIMITS.threads


def test_memory_is_limited(box: Sandbox) -> None:
    source = """
        kept = []
        try:
            for _ in range(200):
                kept.append(bytearray(10_000_000))
        except MemoryError:
            pass
        made = len(kept)
        del kept
        print(made)
    """
    assert 1 <= int(printed(box, source)) * 10_000_000 <= LIMITS.memory_mb * 2**20


def test_files_are_limited(box: Sandbox) -> None:
    source = """
        import os
        def fill(folder, size):
            written = 0
            for number in range(40):
                try:
                    with open(f"{folder}/{number}", "wb", buffering=0) as file:
                        for _ in range(size):
                            written += file.write(bytes(1_000_000))
                except OSError:
                    pass
            return written // 1_000_000
        print(fill(os.environ["HOME"], 1), fill(os.environ["HOME"] + "/tmp", 10))
        print([fill(folder, 1) for folder in ("/", "/dev", "/dev/shm", "/tmp", "/usr", "/proc", "/home")])
    """
    home, elsewhere = printed(box, source).splitlines()
    assert 1 <= sum(map(int, home.split())) <= 9
    assert elsewhere == str([0] * 7)


def test_empty_files_are_limited(box: Sandbox) -> None:
    # At most 200,000, which take 200 MB of the kernel's memory.
    source = """
        import os
        for number in range(200_000):
            os.mkdir(f"{os.environ['HOME']}/{number}")
    """
    with session(box, source, "a = 1") as asked:
        crowded, after = asked.run()
        assert "made more than 2000 files" in crowded.error
        assert not after.error


def test_cpu_time_is_limited_below_any_clock(box: Sandbox) -> None:
    busy = replace(box, limits=replace(LIMITS, cpu_seconds=2))
    started = time.monotonic()
    (cell,) = run(busy, "while True: pass")
    assert "ended the process" in cell.error
    assert time.monotonic() - started < 25


READING = """
    import gc, glob, os, sys
    paths = ["{private}/secret.key", "{private}/tests.md", "{private}", "/root/.bashrc", "/etc/passwd", "/etc/shadow",
             "{home}", "{tests}"]
    for path in paths:
        try:
            print(path, os.listdir(path) if os.path.isdir(path) else open(path).read())
        except OSError as error:
            print(type(error).__name__)
    for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline") + glob.glob("/proc/*/fd/*"):
        try:
            with open(path, "rb", buffering=0) as file:
                os.set_blocking(file.fileno(), False)
                print("read", path, file.read(100_000))
        except OSError as error:
            print(path, error)
    print("processes", sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
    for path in ("/proc/1/root/work", "/proc/1/cwd", "/proc/self/root/{private}"):
        try:
            print("listed", path, os.listdir(path))
        except OSError as error:
            print(path, error)
    frame = sys._getframe()
    while frame:
        print("frame", frame.f_code.co_filename, sorted(frame.f_locals)[:50])
        print("frame", [repr(value)[:300] for value in list(frame.f_locals.values())[:50]])
        frame = frame.f_back
    for thing in gc.get_objects():
        if isinstance(thing, (str, dict, list)) and "4711" in repr(thing)[:10_000]:
            print("gc", repr(thing)[:200])
    print("environment", dict(os.environ))
"""


def test_nothing_private_can_be_read(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("secret.key", "tests.md"):
        (tmp_path / name).write_text(MARK)
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    monkeypatch.setenv("SECONDHAND_SECRET", MARK)
    kept = [MARK]
    guarded = replace(box, private=(tmp_path,), limits=replace(LIMITS, shown_kb=900))
    source = READING.format(private=tmp_path, home=Path.home(), tests=Path(__file__).parent)
    # The source of the attack itself holds a part of the mark, so the mark is looked for whole.
    (cell,) = run(guarded, source)
    assert kept
    assert not cell.error
    assert MARK not in cell.output
    assert cell.output.splitlines()[:8] == ["FileNotFoundError"] * 6 + [cell.output.splitlines()[6]] + [
        "FileNotFoundError"
    ]
    assert "secret" not in cell.output.splitlines()[6]
    processes = next(line for line in cell.output.splitlines() if line.startswith("processes"))
    assert processes in ("processes [1]", "processes [1, 2]")


def test_the_sandbox_own_process_cannot_be_touched(box: Sandbox) -> None:
    source = """
        import os, signal
        for path in ("/proc/1/mem", "/proc/1/fd", "/proc/1/root"):
            if os.getpid() == 1:
                print("alone")
                continue
            try:
                print("reached", os.open(path, os.O_RDWR if path.endswith("mem") else os.O_RDONLY), os.listdir(path))
            except OSError as error:
                print("alone")
    """
    assert printed(box, source) == "alone\n" * 3


SYSTEM_CALLS = """
    import ctypes, os
    system = ctypes.CDLL(None, use_errno=True)
    def call(number, *arguments):
        result = system.syscall(number, *arguments)
        return os.strerror(ctypes.get_errno()) if result < 0 else "done"
    print({{name: call(number, 0, 0, 0, 0, 0) for name, number in {numbers}.items()}})
    print(call({prctl}, 1, 0, 0, 0, 0), call({prctl}, 15, b"name", 0, 0, 0))
    print(call({clone}, 17, 0, 0, 0, 0), call(435, 0, 0))
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
def test_system_calls_are_filtered(box: Sandbox) -> None:
    source = SYSTEM_CALLS.format(numbers=seccomp.DENIED["x86_64"], prctl=157, clone=56)
    calls, control, clones = printed(box, source).splitlines()
    assert set(eval(calls).values()) == {"Operation not permitted"}
    assert control == "Operation not permitted done"
    assert clones == "Operation not permitted Function not implemented"


@pytest.fixture
def listeners() -> Iterator[tuple[list[int], str, Callable[[], bool]]]:
    """Ports on the loopback interfaces, an abstract name, and a function that says whether any of them was reached."""
    name = f"secondhand-{secrets.token_hex(8)}"
    with contextlib.ExitStack() as stack:
        inet = [stack.enter_context(socket.create_server(("127.0.0.1", 0)))]
        if socket.has_ipv6:
            inet.append(stack.enter_context(socket.create_server(("::1", 0), family=socket.AF_INET6)))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{name}")
        abstract.listen()
        inet.append(stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
        inet[-1].bind(("127.0.0.1", 0))
        yield (
            [each.getsockname()[1] for each in inet],
            name,
            lambda: bool(select.select([*inet, abstract], [], [], 0.2)[0]),
        )


NETWORK = """
    import socket
    for family, kind, address in (
        *[(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)) for port in {ports}],
        *[(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port)) for port in {ports}],
        *[(socket.AF_INET6, socket.SOCK_STREAM, ("::1", port)) for port in {ports}],
        (socket.AF_UNIX, socket.SOCK_STREAM, "\\0{name}"),
    ):
        try:
            with socket.socket(family, kind) as client:
                client.settimeout(1)
                client.connect(address)
                client.send(b"answer")
                print("sent", kind)
        except OSError as error:
            print(type(error).__name__)
"""


@pytest.mark.parametrize("filtered", [True, False])
def test_no_listener_hears_anything(
    box: Sandbox, listeners: Any, filtered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports, name, reached = listeners
    if not filtered:
        # Without the filter of system calls the network namespace alone must hold.
        monkeypatch.setattr(seccomp, "program", lambda: bytes.fromhex("0600000000") + b"\x00\xff\x7f")
    output = printed(box, NETWORK.format(ports=ports, name=name))
    assert not reached()
    # A datagram may be sent into the empty network of the sandbox, where nobody listens.
    assert "sent 1" not in output


def test_the_listener_hears_who_is_not_isolated(listeners: Any) -> None:
    ports, name, reached = listeners
    printed(Sandbox(LIMITS, untrusted=False), NETWORK.format(ports=ports, name=name))
    assert reached()


FORGING = {
    "a reply in advance": """
        import json, os
        for descriptor in range(3, 64):
            try:
                data = json.dumps({"nonce": "ready", "value": 42}).encode()
                os.write(descriptor, len(data).to_bytes(8, "big") + data)
            except OSError:
                pass
    """,
    "noise": """
        import os
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, b"\\xff" * 4096)
            except OSError:
                pass
    """,
    "a reply that is too long": """
        import os
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, (2**40).to_bytes(8, "big"))
            except OSError:
                pass
    """,
    "deep nesting": """
        import os
        for descriptor in range(3, 64):
            try:
                data = b"[" * 100_000
                os.write(descriptor, len(data).to_bytes(8, "big") + data)
            except OSError:
                pass
    """,
}


@pytest.mark.parametrize("attack", FORGING)
def test_forged_replies_cost_the_cell_that_forges(box: Sandbox, attack: str) -> None:
    with session(box, "a = 1", FORGING[attack], "b = 2") as asked:
        before, cell, after = asked.run()
        assert not before.error
        assert "answered with something that is no answer" in cell.error
        assert not after.error
        assert (asked.get("a"), asked.get("b")) == (1, 2)


def test_a_changed_worker_can_only_lie_about_its_own_values(box: Sandbox) -> None:
    source = """
        import json, sys, builtins
        frame = sys._getframe()
        while "codec" not in frame.f_locals or "replies" not in frame.f_locals:
            frame = frame.f_back
        class Everything(float):
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __lt__(self, other): return True
            def __gt__(self, other): return True
            def __hash__(self): return 0
        frame.f_locals["codec"].encode = lambda value: {"float": "nan"} if value is None else value
        def f(): return Everything(3.0)
        def g(): return None
        def h(): return {"object": "numpy.random"}
        json.dumps = lambda *_, **__: '{"nonce": 1}'
        isinstance = None
    """
    with session(box, source, "a = 1") as asked:
        asked.run()
        for name in ("f", "g", "h", "a"):
            with pytest.raises(AskError):
                asked.call(name)


def test_spoofed_equality_and_subclasses_come_back_plain(box: Sandbox) -> None:
    source = """
        class Everything(float):
            def __eq__(self, other): return True
            def __hash__(self): return 0
        class Word(str):
            def __eq__(self, other): return True
            def __hash__(self): return 0
        def f(): return [Everything(3.0), Word("x"), True]
    """
    with session(box, source) as asked:
        asked.run()
        value = asked.call("f")
    assert [type(part) for part in value] == [float, str, bool]
    assert value != [4.0, "y", True]


def test_answers_too_large_cost_their_question(box: Sandbox) -> None:
    with session(box, "def f(): return 'x' * 5_000_000\ndef g(): return 1") as asked:
        asked.run()
        with pytest.raises(AskError, match="too large"):
            asked.call("f")
        assert asked.call("g") == 1


def test_numpy_monkeypatched_there_is_numpy_here() -> None:
    source = "import numpy as np\nnp.allclose = lambda *_, **__: True\ndef f(): return np.arange(3.0)"
    with session(Sandbox(LIMITS), source) as asked:
        asked.run()
        value = asked.call("f")
    assert value.tolist() == [0.0, 1.0, 2.0]
    assert not np.allclose(value, [1, 2, 3])


def test_figures_come_back_as_images() -> None:
    (cell,) = run(Sandbox(Limits()), "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint(len(plt.get_fignums()))")
    assert not cell.error
    assert [image[:4] for image in cell.images] == [b"\x89PNG"]


def test_output_is_cut_and_made_harmless(box: Sandbox) -> None:
    (cell,) = run(box, r"print('\x1b[31mred\x07' + 'x' * 20_000)")
    assert cell.cut
    assert len(cell.output) <= 8 * 1024
    assert cell.output.startswith("\ufffd[31mred\ufffdx")


def test_many_cells_do_not_show_more(box: Sandbox) -> None:
    few = replace(box, limits=replace(LIMITS, all_shown_kb=10))
    cells = run(few, *["print('x' * 6000)"] * 3)
    assert [len(cell.output) for cell in cells] == [6001, 4239, 0]
    assert [cell.cut for cell in cells] == [False, True, True]


def test_processes_end_with_their_session(box: Sandbox) -> None:
    with session(box, "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()") as asked:
        asked.run()
        assert asked._process
        pid = asked._process.popen.pid
    assert not Path(f"/proc/{pid}").exists()
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(Path(sandbox.__file__).with_name("worker.py")) not in listed


def test_private_folders_must_not_be_shown(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="move the course to another folder"):
        Sandbox(LIMITS, private=(tmp_path / "course",), packages=(tmp_path,))


def test_without_bubblewrap_a_flag_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "why_not", lambda: "bubblewrap (bwrap) is not installed")
    with pytest.raises(SandboxError, match=r"apt install bubblewrap.*--trust-submissions"):
        Sandbox(LIMITS)
    trusting = Sandbox(replace(LIMITS, cell_seconds=4), untrusted=False)
    with session(trusting, "a = 1", "while True: pass", "b = 2") as asked:
        runs = asked.run()
        assert [bool(cell.error) for cell in runs] == [False, True, False]
        assert asked.get("b") == 2


def test_there_is_a_filter_for_each_architecture() -> None:
    assert len(seccomp.program("x86_64")) % 8 == len(seccomp.program("aarch64")) % 8 == 0
    with pytest.raises(ValueError, match="machine must be one of 'x86_64', 'aarch64', got 'mips'"):
        seccomp.program("mips")
