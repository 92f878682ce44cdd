"""A tiny book in a temporary folder, built by the real command, so that each promise can be broken on purpose."""

import json
import os
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from secondhand.book.execute import execute_missing
from secondhand.book.project import Project
from secondhand.book.store import Store

EXTENSION = """
import os, pathlib, time

def take_cache(app, config):
    config.nb_execution_cache_path = os.environ["SECONDHAND_JUPYTER_CACHE"]
    assert pathlib.Path(os.environ["SECONDHAND_EXECUTED_INDEX"]).is_file()
    hang = pathlib.Path(app.srcdir) / "hang"
    if hang.exists():
        hang.write_text(str(os.getpid()))
        while hang.exists():
            time.sleep(0.05)
        os._exit(1)

def setup(app):
    app.connect("config-inited", take_cache)
    return {"parallel_read_safe": True}
"""

DRIVER = """
import json, os
from secondhand.book import cli
from secondhand.book.project import Project

claims = json.loads(os.environ["TINY_CLAIMS"])
cli.secondhand_data = lambda root: Project(root, package_name="tinylab", claims=claims)
cli.app()
"""

MODULES = {
    "__init__": '"""A tiny package."""',
    "measures/__init__": '"""Measures."""\nfrom tinylab.measures.spread import spread\n'
    'from .tail import tail as weight_of_tail\n\n__all__ = ["spread", "weight_of_tail"]',
    "measures/spread": "def spread(values):\n    return max(values) - min(values)",
    "measures/tail": "def tail(values):\n    return sum(value > 1 for value in values)",
    "loops/__init__": '"""Loops."""\nfrom tinylab.loops.chain import chain\n\n__all__ = ["chain"]',
    "loops/chain": "from tinylab.measures import spread\n\n\ndef chain(values):\n    return [spread(values)]",
    "book/__init__": '"""The workshop."""',
}


def page(*cells: str, prose: str = "Some prose.") -> str:
    """Return the source of a chapter: a title, prose and code cells."""
    front = (
        "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n"
        "kernelspec:\n  name: python3\n  display_name: Python 3\n---\n# A chapter\n\n"
    )
    return front + prose + "\n\n" + "".join(f"```{{code-cell}} ipython3\n{cell}\n```\n\n" for cell in cells)


@dataclass
class TinyBook:
    """A book of two English chapters, one of them also in Spanish, over a tiny package of helpers."""

    root: Path

    def write(self, path: str, text: str) -> Path:
        """Write one of its files."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text).strip() + "\n", encoding="utf-8")
        return target

    def contents(self, *chapters: str, spanish: tuple[str, ...] | None = None) -> None:
        """Set the table of contents of either edition; without Spanish chapters there is no Spanish edition."""
        for path, names in (("_toc.yml", chapters), ("es/_toc.yml", spanish)):
            listed = [f"  - file: chapters/{name}" for name in names or ()]
            if names is None:
                (self.root / path).unlink(missing_ok=True)
            else:
                lines = ["format: jb-book", "root: index", *(["chapters:", *listed] if listed else [])]
                (self.root / path).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def project(self, claims: dict[str, str] | None = None) -> Project:
        """Return it as the build sees it."""
        return Project(self.root, package_name="tinylab", claims=claims)

    def execute(self) -> list[str]:
        """Execute what is not in the store, without rendering, and return the labels of what was executed."""
        lines: list[str] = []
        project = self.project()
        chapters = [chapter for edition in project.editions() for chapter in edition.chapters()]
        scratch = project.build_folder / f"scratch-{time.monotonic_ns()}"
        execute_missing(project, chapters, Store(project.build_folder / "executed"), scratch, lines.append)
        assert len(lines) == len(chapters), lines
        return executed_labels("\n".join(lines))

    def start(self, *arguments: str, claims: dict[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start the command `secondhand` on this book and return its process."""
        return subprocess.Popen(
            [sys.executable, "-c", DRIVER, *(arguments or ("build",))],
            cwd=self.root,
            env={**os.environ, "TINY_CLAIMS": json.dumps(claims or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, claims: dict[str, str] | None = None) -> tuple[int, str]:
        """Run the command `secondhand` on this book and return its exit status and all that it printed."""
        process = self.start(*arguments, claims=claims)
        output, _ = process.communicate()
        return process.returncode, output

    def stored(self) -> set[str]:
        """Return the names of the entries in the store, without their keys."""
        folder = self.root / "_build" / "executed"
        return {re.sub(r"-[0-9a-f]{64}$", "", str(p.relative_to(folder).with_suffix(""))) for p in folder.rglob("*.*")}

    def entries(self, chapter: str) -> list[Path]:
        """Return the files of the store for an English chapter."""
        return sorted((self.root / "_build" / "executed" / "en" / "chapters").glob(f"{chapter}-*.ipynb"))

    def html(self, name: str = "chapters/first") -> str:
        """Return a page of the finished site."""
        return (self.root / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")


def executed_labels(output: str) -> list[str]:
    """Return the labels of the chapters that a run's progress lines say it executed, sorted."""
    return sorted(re.findall(r"^\[\d+/\d+\] (.*?)  executed in", output, flags=re.MULTILINE))


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; a minute is only there so that a broken test ends."""
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


@pytest.fixture
def book(tmp_path: Path) -> TinyBook:
    """Return a fresh tiny book; nothing in it has been executed."""
    tiny = TinyBook(tmp_path)
    tiny.write("pyproject.toml", "[project]\nname = 'tiny'")
    tiny.write("requirements.lock", "numpy==2.4.6")
    for name, source in MODULES.items():
        tiny.write(f"src/tinylab/{name}.py", source)
    tiny.write("extension/tiny_extension.py", EXTENSION)
    first = page("from tinylab.loops import chain\nprint(chain([1, 4]))")
    for language, folder in (("en", ""), ("es", "es/")):
        tiny.write(
            f"{folder}_config.yml",
            f"""
            title: Tiny
            only_build_toc_files: true
            exclude_patterns: [_build, es, extension, src, ".*", "**/.*"]
            execute: {{execute_notebooks: cache}}
            sphinx:
              config: {{language: {language}}}
              local_extensions: {{tiny_extension: {tmp_path / "extension"}}}
            """,
        )
        tiny.write(f"{folder}chapters/first.md", first)
        tiny.write(f"{folder}index.md", "# Home\n\nWelcome.")
    second = page("from tinylab.measures import weight_of_tail\nprint(weight_of_tail([0, 2]))")
    tiny.write("chapters/second.md", second)
    tiny.contents("first", "second", spanish=("first",))
    return tiny
