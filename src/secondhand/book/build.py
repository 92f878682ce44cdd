"""Builds the site: executes what changed, hands the results to Jupyter Book, checks, and only then replaces the site.

All work is done in a scratch folder that no other build reads; the old site stays until a whole new one is ready. It
knows nothing of how a chapter is executed or how a page looks.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

from secondhand.book.execute import execute_missing
from secondhand.book.executed import CACHE_VARIABLE, INDEX_VARIABLE
from secondhand.book.project import BuildError, Chapter, Edition, Project
from secondhand.book.store import Store, checked_claims, read_notebook

_SCRATCH = "scratch-"
_OLD_SITE = "html-old"


def build(project: Project, report: Callable[[str], None] = print) -> Path:
    """Build the site of a book and return its folder.

    Args:
        project: the book.
        report: receives each line of progress.

    Raises:
        BuildError: a cell, a claim or a page failed, or another build is running. The old site stays as it was.
    """
    project.build_folder.mkdir(exist_ok=True)
    with _only_one_build(project.build_folder / "lock"):
        _tidy(project)
        scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=project.build_folder))
        try:
            editions = [(edition, edition.chapters()) for edition in project.editions()]
            chapters = [chapter for _, chapters in editions for chapter in chapters]
            store = Store(project.build_folder / "executed")
            executed = execute_missing(project, chapters, store, scratch, report)
            if project.claims is not None:
                _check_claims(project.claims, executed)
            site = scratch / "site"
            for edition, chapters in editions:
                pages = render(edition, {chapter: executed[chapter] for chapter in chapters}, scratch)
                pages.rename(site if edition.folder == project.root else site / edition.language)
                report(f"rendered {edition.language}")
            if project.finish is not None:
                project.finish(site)
            _swap(site, project)
            store.keep_only(executed.values())
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return project.site


def claim_problems(claims: Mapping[str, str], checked: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what is wrong between the ledger of claims and the checks that chapters made.

    Args:
        claims: id of each claim of the ledger → name of the chapter that must check it.
        checked: name of the document of each chapter of one edition → ids of the claims that it checked.
    """
    problems = []
    for docname, ids in checked.items():
        name = PurePosixPath(docname).name
        expected = [claim for claim, chapter in claims.items() if chapter == name]
        problems += [f"{docname} does not check the claim {claim!r}" for claim in expected if claim not in ids]
        for claim in dict.fromkeys(ids):
            if claim not in claims:
                problems.append(f"{docname} checks {claim!r}, which is not in the ledger")
            elif claims[claim] != name:
                problems.append(f"{docname} checks {claim!r}, which the ledger gives to the chapter {claims[claim]!r}")
    return problems


def render(edition: Edition, executed: Mapping[Chapter, Path], scratch: Path) -> Path:
    """Render the pages of one edition from its executed chapters, all afresh, and return their folder.

    Raises:
        BuildError: Sphinx gave a warning or an error, or executed a chapter itself.
    """
    cache_folder = scratch / "jupyter-cache" / edition.language
    cache = get_cache(cache_folder)
    for chapter, path in executed.items():
        bundle = CacheBundleIn(read_notebook(path), str(chapter.path), data={"execution_seconds": 0.0})
        # Validity in the cache's sense is consecutive counts; the worker has already refused anything unfinished.
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    index = scratch / f"executed-{edition.language}.json"
    index.write_text(json.dumps({chapter.docname: str(path) for chapter, path in executed.items()}), encoding="utf-8")

    output = scratch / "rendered" / edition.language
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(edition.folder)]
    finished = subprocess.run(  # noqa: S603 - the command is this program's own
        [*command, "--path-output", str(output), "--all", "-W", "-n", "--keep-going"],
        env={
            **os.environ,
            CACHE_VARIABLE: str(cache_folder),
            INDEX_VARIABLE: str(index),
            "SECONDHAND_LANGUAGE": edition.language,
            "NO_COLOR": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    staged = [record.uri for record in cache.list_project_records()]
    if staged:
        raise BuildError(
            f"Sphinx would not take the stored result of {', '.join(staged)} and executed it again; "
            "was it edited during the build? Build again."
        )
    if finished.returncode != 0:
        raise BuildError(f"the pages in {edition.language!r} have faults:\n{_faults(finished.stdout)}")
    return output / "_build" / "html"


def _faults(log: str) -> str:
    """Return the warnings and errors in what Sphinx printed, or its end where it names none."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", log).splitlines()
    named = [line for line in lines if re.search(r"\b(WARNING|ERROR|CRITICAL):", line)]
    return "\n".join(dict.fromkeys(named)) or "\n".join(lines[-40:])


def _check_claims(claims: Mapping[str, str], executed: Mapping[Chapter, Path]) -> None:
    problems = []
    for language in dict.fromkeys(chapter.language for chapter in executed):
        checked = {
            chapter.docname: checked_claims(read_notebook(path))
            for chapter, path in executed.items()
            if chapter.language == language
        }
        problems += [f"[{language}] {problem}" for problem in claim_problems(claims, checked)]
    if problems:
        raise BuildError("the ledger of claims and the chapters disagree:\n" + "\n".join(problems))


@contextmanager
def _only_one_build(path: Path) -> Iterator[None]:
    """Hold the lock of the build folder; the system lets go of it when the process ends, however it ends."""
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise BuildError(f"another build is running (process {lock.read().strip()}); wait for it") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _tidy(project: Project) -> None:
    """Remove what an interrupted build left behind, and undo a swap that it had only begun."""
    restore_site(project)
    for path in project.build_folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(project.build_folder / _OLD_SITE, ignore_errors=True)


def restore_site(project: Project) -> None:
    """Put the old site back if a build was killed between taking it away and putting the new one there."""
    old = project.build_folder / _OLD_SITE
    if old.is_dir() and not project.site.exists():
        old.rename(project.site)


def _swap(site: Path, project: Project) -> None:
    old = project.build_folder / _OLD_SITE
    if project.site.exists():
        project.site.rename(old)
    site.rename(project.site)
    shutil.rmtree(old, ignore_errors=True)
