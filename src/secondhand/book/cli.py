"""The command `secondhand`: builds, shows, opens and measures the book.

It only reads arguments and prints results; it knows nothing of how the work is done.
"""

import functools
import http.server
import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from secondhand._commands import fail, failing_loudly
from secondhand.assignments.commands import app as assignments
from secondhand.book.project import BuildError, Project, find_root, secondhand_data

app = typer.Typer(
    help="Secondhand Data: an executable book.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(assignments, name="assignments")

_failing_loudly = failing_loudly(
    BuildError, ValueError, stopped="stopped; what was finished is kept, so the next build goes on from there"
)


def _report(line: str) -> None:
    print(line, flush=True)


@app.command()
@_failing_loudly
def build() -> None:
    """Execute the chapters that changed and build the site in _build/html."""
    from secondhand.book.build import build as build_site

    project = secondhand_data(find_root(Path.cwd()))
    site = build_site(project, _report)
    _report(f"The site is in {site.relative_to(project.root)}. Read it with `make serve`.")


@app.command()
@_failing_loudly
def accept_translation(pages: Annotated[list[Path], typer.Argument(help="Pages of the Spanish edition.")]) -> None:
    """Note that translated pages say what their English sources now say."""
    from secondhand.book.translation import accept, differences, pairs

    root = find_root(Path.cwd())
    sources = {translation.resolve(): source for source, translation in pairs(root)}
    for page in pages:
        source = sources.get(page.resolve())
        if source is None:
            fail(f"{page} is not a page of the Spanish edition; those are below {root / 'es'}")
        found = differences(source.read_text(encoding="utf-8"), page.read_text(encoding="utf-8"))
        if found:
            fail(f"{page} departs from {source.relative_to(root)}:\n" + "\n".join(found))
        accept(source, page)
        _report(f"{page} now translates {source.relative_to(root)} as it stands.")


@app.command()
@_failing_loudly
def serve(port: Annotated[int, typer.Option(help="Port on this machine.")] = 8000) -> None:
    """Show the built site in a browser on this machine."""
    from secondhand.book.build import restore_site

    project = Project(find_root(Path.cwd()))
    restore_site(project)
    if not (project.site / "index.html").is_file():
        fail("the site has not been built; run `make book` first")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(project.site))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        fail(f"port {port} cannot be used ({error.strerror}); choose another with --port")
    with server:
        _report(f"The book is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            _report("Ended.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@_failing_loudly
def lab(context: typer.Context) -> None:
    """Open the chapters as notebooks in JupyterLab; further arguments go to it.

    JupyterLab is told to open Markdown as notebooks through a settings folder of the book: yours stays as it is.
    """
    root = find_root(Path.cwd())
    settings = root / "_build" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("overrides.json"), settings / "overrides.json")
    os.chdir(root)
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.app_settings_dir={settings}", *context.args]
    os.execv(sys.executable, command)  # noqa: S606 - the command is this program's own


@app.command()
@_failing_loudly
def bench() -> None:
    """Execute every English chapter cold, time the library, and write BENCHMARKS.md."""
    from secondhand.book import bench as benchmarks
    from secondhand.book.comparisons import comparisons

    root = find_root(Path.cwd())
    chapters = benchmarks.bench_chapters(Project(root), _report)
    ratios = []
    for pair in comparisons():
        ratios.append((pair, pair.ratio()))
        _report(f"{pair.name}: {ratios[-1][1]:.2f} times {pair.yardstick}")
    text = benchmarks.benchmarks_md(chapters, ratios, benchmarks.machine())
    (root / "BENCHMARKS.md").write_text(text, encoding="utf-8")
    over = [chapter.label for chapter, took in chapters if not benchmarks.within_budget(took)]
    over += [pair.name for pair, ratio in ratios if ratio > pair.limit]
    if over:
        fail(f"over budget: {', '.join(over)} (see BENCHMARKS.md)")
    _report("All within budget; the table is in BENCHMARKS.md.")


@app.command()
@_failing_loudly
def peers() -> None:
    """Time the scan for n-grams beside those of other tools, installed apart from the book, and write PEERS.md."""
    from secondhand.book.bench import machine
    from secondhand.book.peers import compare, install, peers_md

    root = find_root(Path.cwd())
    python = install(root / "_build" / "peers", _report)
    scans = compare(python, megabytes=4, seed=0, report=_report)
    (root / "PEERS.md").write_text(peers_md(scans, machine()), encoding="utf-8")
    slower = [scan.tool for scan in scans[1:] if scan.seconds <= scans[0].seconds]
    if slower:
        fail(f"the book's scan is not the fastest: {', '.join(slower)} took less time (see PEERS.md)")
    _report("The table is in PEERS.md.")


@app.command()
@_failing_loudly
def environment(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; fail when the file is out of date.")] = False,
) -> None:
    """Write environment.yml, which Binder reads, from requirements.lock."""
    from secondhand.book.environment import drifted, expected

    root = find_root(Path.cwd())
    if check:
        if drifted(root):
            fail("environment.yml is not what requirements.lock makes it; run `secondhand environment`")
        _report("environment.yml carries the locked versions.")
        return
    (root / "environment.yml").write_text(expected(root), encoding="utf-8")
    _report("Wrote environment.yml. Commit it with requirements.lock.")


@app.command()
@_failing_loudly
def clean() -> None:
    """Remove the built site and all executed chapters (_build)."""
    shutil.rmtree(find_root(Path.cwd()) / "_build", ignore_errors=True)
    _report("Removed _build. The next `make book` executes everything.")
