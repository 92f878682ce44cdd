"""Measures what a cold execution of each chapter takes, and reports it with how fast the library is.

It knows nothing of the site, and reads nothing from the store.
"""

import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from secondhand.book.comparisons import REPETITIONS, Comparison
from secondhand.book.execute import Failure, Workers, execute_chapter
from secondhand.book.project import BuildError, Chapter, Project
from secondhand.book.store import Measured, measured, read_notebook

CPU_SECONDS = 90
"""Budget of a chapter: processor time, cold, on one thread."""

PEAK_MEMORY_MB = 1000
"""Budget of a chapter: largest resident memory, in units of 10⁶ bytes."""


def bench_chapters(project: Project, report: Callable[[str], None] = print) -> list[tuple[Chapter, Measured]]:
    """Execute every chapter of the first edition, one at a time, and return what each took.

    Raises:
        BuildError: a chapter failed.
    """
    chapters = project.editions()[0].chapters()
    project.build_folder.mkdir(exist_ok=True)
    results = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=project.build_folder) as scratch:
        workers = Workers()
        try:
            for number, chapter in enumerate(chapters, start=1):
                outcome = execute_chapter(project, chapter, "bench", Path(scratch), workers)
                if isinstance(outcome, Failure):
                    raise BuildError(str(outcome))
                took = measured(read_notebook(outcome))
                report(
                    f"[{number}/{len(chapters)}] {chapter.label}  "
                    f"{took.cpu_seconds:.0f} CPU s, {took.peak_memory_mb:.0f} MB"
                )
                results.append((chapter, took))
        finally:
            workers.stop()
    return results


def within_budget(took: Measured) -> bool:
    """Return whether a chapter keeps to its budget of time and memory."""
    return took.cpu_seconds <= CPU_SECONDS and took.peak_memory_mb <= PEAK_MEMORY_MB


def benchmarks_md(
    chapters: Sequence[tuple[Chapter, Measured]], ratios: Sequence[tuple[Comparison, float]], machine: str
) -> str:
    """Return the text of `BENCHMARKS.md`."""
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {machine}.",
        "",
        f"## Chapters, executed cold on one thread (budget: {CPU_SECONDS} CPU seconds, {PEAK_MEMORY_MB} MB)",
        "",
        "| chapter | CPU seconds | peak memory (MB) | within budget |",
        "|---|---:|---:|---|",
        *(
            f"| {chapter.docname.removeprefix('chapters/')} | {took.cpu_seconds:.1f} | {took.peak_memory_mb:.0f} "
            f"| {'yes' if within_budget(took) else '**no**'} |"
            for chapter, took in chapters
        ),
        "",
        f"## Library, as a ratio of times in one run (median of {REPETITIONS})",
        "",
        "| call | beside | ratio | limit | within limit |",
        "|---|---|---:|---:|---|",
        *(
            f"| {pair.name} | {pair.yardstick} | {ratio:.2f} | {pair.limit:g} "
            f"| {'yes' if ratio <= pair.limit else '**no**'} |"
            for pair, ratio in ratios
        ),
    ]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Return a line about this machine: processor, cores, system and Python."""
    cpuinfo = Path("/proc/cpuinfo")
    names = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    processor = next((line.partition(":")[2].strip() for line in names if line.startswith("model name")), "")
    return (
        f"{processor or platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}"
    )
