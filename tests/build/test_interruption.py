"""A build that is killed at any moment leaves nothing that the next build trusts wrongly, and no process behind."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from .conftest import TinyBook, executed_labels, page, wait_for

pytestmark = pytest.mark.slow


def alive(pid: int) -> bool:
    """Return whether a process still runs; one that has ended and only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def kill(process: "subprocess.Popen[str]", how: signal.Signals) -> tuple[int, str]:
    process.send_signal(how)
    output, _ = process.communicate()
    return process.returncode, output


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_while_a_chapter_runs(book: TinyBook, how: signal.Signals) -> None:
    book.contents("second")
    started = book.root / "started"
    hang = book.write("hang-in-cell", "")
    cell = (
        f"import os, pathlib, time\nstarted = pathlib.Path({str(started)!r})\n"
        "started.with_suffix('.part').write_text(str(os.getpid()))\nstarted.with_suffix('.part').rename(started)\n"
        f"while pathlib.Path({str(hang)!r}).exists():\n    time.sleep(0.05)\nprint('finished')"
    )
    book.write("chapters/second.md", page(cell))
    process = book.start()
    wait_for(started.exists, "the chapter to start")
    kernel = int(started.read_text())
    status, output = kill(process, how)
    assert status == (-how if how == signal.SIGKILL else 130), output
    wait_for(lambda: not alive(kernel), "the kernel to end")
    assert "en/chapters/second" not in book.stored()
    assert not (book.root / "_build" / "html").exists()

    hang.unlink()
    if how != signal.SIGKILL:
        return
    status, output = book.run()
    assert status == 0, output
    assert "en second" in executed_labels(output)
    assert "finished" in book.html("chapters/second")
    assert not list((book.root / "_build").glob("scratch-*"))


def test_killed_while_pages_are_rendered(book: TinyBook) -> None:
    book.contents("second")
    status, output = book.run()
    assert status == 0, output
    old = book.html("index")

    book.write("index.md", "# Home\n\nGood morning.")
    hang = book.write("hang", "")
    process = book.start()
    wait_for(lambda: hang.read_text().strip(), "Sphinx to start")
    sphinx = int(hang.read_text())
    assert os.path.samefile(book.root, f"/proc/{sphinx}/cwd")
    kill(process, signal.SIGKILL)
    assert book.html("index") == old

    hang.unlink()
    wait_for(lambda: not alive(sphinx), "Sphinx to end")
    status, output = book.run()
    assert status == 0, output
    assert executed_labels(output) == []
    assert "Good morning." in book.html("index")
    assert not list((book.root / "_build").glob("scratch-*"))
