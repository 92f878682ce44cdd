"""Executes chapters in parallel, each in a process of its own, and puts what they computed into the store.

It knows nothing of Sphinx, of claims or of what chapters say.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat

from secondhand.book.project import BuildError, Chapter, Project
from secondhand.book.store import Store, chapter_key, measured, read_notebook

JOBS_VARIABLE = "SECONDHAND_JOBS"
"""Environment variable: how many chapters are executed at once."""


@dataclass(frozen=True)
class Failure:
    """A chapter that could not be executed.

    Attributes:
        chapter: which one.
        cell: the cell that failed, counted among code cells from 1; 0 where no cell is to blame.
        first_line: the first line of that cell.
        traceback: the end of the traceback, or what else went wrong.
    """

    chapter: Chapter
    cell: int
    first_line: str
    traceback: str

    def __str__(self) -> str:
        where = f"code cell {self.cell} ({self.first_line})" if self.cell else "not executed"
        return f"{self.chapter.path} [{self.chapter.language}], {where}:\n{self.traceback}"


class Workers:
    """The processes of one run, so that they can be ended together."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, command: Sequence[str], environment: dict[str, str]) -> tuple[int, str, str]:
        """Run a worker to its end and return its exit status, output and errors."""
        with self._lock:
            if self._stopped:
                return 1, "", "stopped"
            process = subprocess.Popen(  # noqa: S603 - the command is this program's own
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            self._running.add(process)
        assert process.stdin
        assert process.stdout
        assert process.stderr
        # The other end of stdin stays open for as long as the worker may live; `communicate` would close it.
        with process.stdin, process.stdout, process.stderr:
            errors: list[str] = []
            stderr = process.stderr
            reader = threading.Thread(target=lambda: errors.append(stderr.read()))
            reader.start()
            output = process.stdout.read()
            reader.join()
            status = process.wait()
        with self._lock:
            self._running.discard(process)
        return status, output, "".join(errors)

    def stop(self) -> None:
        """End all workers and their kernels, and start no more."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            with suppress(OSError):
                assert process.stdin
                process.stdin.close()


def jobs() -> int:
    """Return how many chapters to execute at once: `SECONDHAND_JOBS`, or the number of cores this process may use.

    Raises:
        BuildError: the variable does not hold a positive integer.
    """
    chosen = os.environ.get(JOBS_VARIABLE)
    if chosen is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not chosen.isdigit() or int(chosen) < 1:
        raise BuildError(f"{JOBS_VARIABLE} must be a positive integer, got {chosen!r}")
    return int(chosen)


def environment(project: Project, chapter: Chapter, folder: Path) -> dict[str, str]:
    """Return the environment of a chapter's worker: one thread, no network for models, no personal settings.

    Args:
        project: the book.
        chapter: the chapter that is executed.
        folder: where the worker may leave files.
    """
    one_thread = ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "VECLIB_MAXIMUM")
    return {
        **os.environ,
        **{f"{library}_NUM_THREADS": "1" for library in one_thread},
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "SECONDHAND_LANGUAGE": chapter.language,
        "PYTHONHASHSEED": "0",
        # Published numbers are those of the CPU, also on a machine that has more.
        "CUDA_VISIBLE_DEVICES": "",
        # The code whose source is in the key is the code that runs, wherever else the package is installed.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(project.source_folder), os.environ.get("PYTHONPATH")])),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def execute_chapter(project: Project, chapter: Chapter, key: str, scratch: Path, workers: Workers) -> Path | Failure:
    """Execute one chapter in a fresh process and return the finished notebook, in the folder `scratch`."""
    folder = scratch / "execution" / chapter.language / chapter.docname
    folder.mkdir(parents=True)
    source, result = folder / "source.ipynb", folder / "executed.ipynb"
    nbformat.write(chapter.notebook, source)  # type: ignore[no-untyped-call]
    status, output, errors = workers.run(
        [sys.executable, "-m", "secondhand.book.worker", str(source), str(result), str(chapter.path.parent), key],
        environment(project, chapter, folder),
    )
    if status == 0:
        return result
    try:
        return Failure(chapter, **json.loads(output))
    except (TypeError, ValueError):
        return Failure(chapter, 0, "", f"the worker ended with status {status}:\n{errors or output}".rstrip())


def execute_missing(
    project: Project, chapters: Sequence[Chapter], store: Store, scratch: Path, report: Callable[[str], None]
) -> dict[Chapter, Path]:
    """Execute the chapters that the store has no result for, and return where the result of each chapter is.

    Raises:
        BuildError: at least one chapter failed; the message lists every one that did, and nothing of them is stored.
    """
    keys = {chapter: chapter_key(project, chapter) for chapter in chapters}
    missing = [chapter for chapter in chapters if not store.has(chapter, keys[chapter])]
    done = 0

    def progress(chapter: Chapter, what: str) -> None:
        nonlocal done
        done += 1
        report(f"[{done}/{len(chapters)}] {chapter.label}  {what}")

    for chapter in chapters:
        if chapter not in missing:
            progress(chapter, "unchanged")

    failures = []
    workers = Workers()
    with ThreadPoolExecutor(jobs()) as pool:
        try:
            running = {
                pool.submit(execute_chapter, project, chapter, keys[chapter], scratch, workers): chapter
                for chapter in missing
            }
            for future in as_completed(running):
                chapter, key, outcome = running[future], keys[running[future]], future.result()
                if isinstance(outcome, Path) and chapter_key(project, chapter) != key:
                    outcome = Failure(chapter, 0, "", "what it imports was edited while it ran; build again")
                if isinstance(outcome, Failure):
                    failures.append(outcome)
                    progress(chapter, "FAILED")
                    continue
                took = measured(read_notebook(outcome))
                store.adopt(outcome, chapter, key)
                progress(
                    chapter,
                    f"executed in {took.wall_seconds:.0f} s "
                    f"({took.cpu_seconds:.0f} CPU s, {took.peak_memory_mb:.0f} MB)",
                )
        except BaseException:
            workers.stop()
            raise
    if failures:
        listed = "\n\n".join(map(str, failures))
        raise BuildError(f"{len(failures)} of {len(chapters)} chapters failed\n\n{listed}")
    return {chapter: store.path(chapter, keys[chapter]) for chapter in chapters}
