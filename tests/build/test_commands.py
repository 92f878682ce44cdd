"""The commands that show, open and measure the book."""

import json
import os
import re
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from secondhand.book import bench, comparisons
from secondhand.book.cli import app
from secondhand.book.project import BuildError
from secondhand.book.store import Measured

from .conftest import TinyBook, page, wait_for


@pytest.mark.parametrize("command", ["build", "serve", "lab", "bench", "peers", "environment", "clean"])
def test_each_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"Usage: root {command}" in re.sub(r"\x1b\[[0-9;]*m", "", result.output)


@pytest.mark.parametrize("command", ["release", "collect", "grade", "report"])
def test_each_command_for_assignments_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, ["assignments", command, "--help"])
    assert result.exit_code == 0
    assert f"Usage: root assignments {command}" in re.sub(r"\x1b\[[0-9;]*m", "", result.output)


def printed(process: "subprocess.Popen[str]", pattern: str) -> str:
    """Return what a pattern catches in the output of a running process."""
    seen = ""
    assert process.stdout
    for line in process.stdout:
        seen += line
        if found := re.search(pattern, line):
            return found.group(1)
    raise AssertionError(f"{pattern} is not in: {seen}")


def fetch(address: str) -> str:
    with urllib.request.urlopen(address) as response:
        return str(response.read().decode())


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end(process: "subprocess.Popen[str]", how: signal.Signals) -> str:
    process.send_signal(how)
    output, _ = process.communicate()
    return output


def test_served_site_is_the_built_one(book: TinyBook) -> None:
    book.write("_build/html/index.html", "<h1>Tiny</h1>")
    process = book.start("serve", "--port", "0")
    address = printed(process, r"(http://127\.0\.0\.1:\d+/)")
    assert fetch(address) == "<h1>Tiny</h1>\n"
    assert "Ended." in end(process, signal.SIGINT)
    assert process.returncode == 0


@pytest.mark.slow
def test_lab_opens_markdown_as_notebooks(book: TinyBook, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR"):
        monkeypatch.setenv(name, str(book.root / "home" / name))
    root = [] if os.geteuid() else ["--allow-root"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = book.start("lab", "--no-browser", f"--port={port}", "--IdentityProvider.token=tiny", *root)
    address = printed(process, r"(http://127\.0\.0\.1:\d+/)lab\?token")
    try:
        wait_for(lambda: answers(port), "JupyterLab to listen")
        plugin = "@jupyterlab/docmanager-extension:plugin"
        settings = json.loads(fetch(f"{address}lab/api/settings/{plugin}?token=tiny"))
        default = settings["schema"]["properties"]["defaultViewers"]["default"]
        assert default["markdown"] == default["myst"] == "Jupytext Notebook"
        chapter = json.loads(fetch(f"{address}api/contents/chapters/first.md?type=notebook&token=tiny"))
        assert [cell["cell_type"] for cell in chapter["content"]["cells"]] == ["markdown", "code"]
    finally:
        end(process, signal.SIGTERM)
    settings_folder = book.root / "home" / "JUPYTERLAB_SETTINGS_DIR"
    assert not list(settings_folder.rglob("*docmanager*")), "the reader's own settings must stay as they are"


@pytest.mark.slow
def test_bench_executes_every_chapter_of_the_first_edition_cold(book: TinyBook) -> None:
    book.contents("first", "second")
    book.execute()
    lines: list[str] = []
    results = bench.bench_chapters(book.project(), lines.append)
    assert [chapter.label for chapter, _ in results] == ["en first", "en second"]
    assert all(took.cpu_seconds > 0 and took.peak_memory_mb > 0 for _, took in results)
    assert re.fullmatch(r"\[1/2\] en first  \d+ CPU s, \d+ MB", lines[0])
    assert not list((book.root / "_build").glob("bench-*"))

    book.write("chapters/second.md", page("1 / 0"))
    with pytest.raises(BuildError, match=r"second\.md \[en\], code cell 1"):
        bench.bench_chapters(book.project(), lines.append)


@pytest.mark.parametrize(
    ("cpu_seconds", "peak_memory_mb", "within"),
    [(90, 1000, True), (90.1, 1000, False), (90, 1001, False)],
)
def test_budget_has_two_sides(cpu_seconds: float, peak_memory_mb: float, within: bool) -> None:
    assert bench.within_budget(Measured(cpu_seconds, peak_memory_mb, 1.0, 1)) is within


def test_comparison_is_a_ratio_of_times() -> None:
    def work(size: int) -> None:
        sum(range(size))

    pair = comparisons.Comparison("work", "a hundredth of it", lambda: work(1_000_000), lambda: work(10_000), limit=1)
    assert pair.ratio() > 10
    text = bench.benchmarks_md([], [(pair, 2.0)], "a machine")
    assert "| work | a hundredth of it | 2.00 | 1 | **no** |" in text
    assert "**no**" not in bench.benchmarks_md([], [(pair, 1.0)], "a machine")


def test_comparisons_name_calls_that_exist() -> None:
    for pair in comparisons.comparisons():
        assert pair.call() is not None
        assert pair.baseline() is not None


def test_postbuild_and_lab_use_the_same_settings() -> None:
    root = Path(__file__).parents[2]
    assert "src/secondhand/book/overrides.json" in (root / "postBuild").read_text()
