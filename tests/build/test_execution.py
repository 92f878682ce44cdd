"""What is executed again, and what is not, when something changes; and what a failing cell leaves behind."""

import json
import sys
from pathlib import Path

import pytest

from secondhand.book.execute import JOBS_VARIABLE, jobs
from secondhand.book.project import BuildError
from secondhand.book.store import read_notebook

from .conftest import TinyBook, page

pytestmark = pytest.mark.slow

EVERYTHING = ["en first", "en second"]


def test_only_what_changed_is_executed_again(book: TinyBook) -> None:
    book.contents("first", "second")
    assert book.execute() == EVERYTHING
    assert book.execute() == []

    book.write("chapters/first.md", page("from tinylab.loops import chain\nprint(chain([1, 4]))", prose="Other words."))
    assert book.execute() == [], "editing prose must execute nothing"

    book.write("src/tinylab/book/extension.py", "COLOUR = 'blue'")
    assert book.execute() == [], "editing the workshop must execute nothing"

    book.write("src/tinylab/measures/tail.py", "def tail(values):\n    return 7")
    assert book.execute() == ["en second"], "editing a helper must execute its users, and only those"

    book.write("src/tinylab/measures/spread.py", "def spread(values):\n    return 9")
    assert book.execute() == ["en first"], "a helper used through another module counts too"

    book.write("src/tinylab/measures/words.yml", "spread: spread")
    assert book.execute() == EVERYTHING, "a data file belongs to all users of its folder"

    book.write("requirements.lock", "numpy==2.4.7")
    assert book.execute() == EVERYTHING, "another environment must execute everything"
    assert book.execute() == []


def test_edited_cell_and_damaged_entry_are_executed_again(book: TinyBook) -> None:
    book.contents("second")
    book.execute()
    book.write("chapters/second.md", page("print(40 + 2)"))
    assert book.execute() == ["en second"]
    entries = book.entries("second")
    (stored,) = [path for path in entries if "42\\n" in path.read_text(encoding="utf-8")]
    whole = stored.read_text(encoding="utf-8")
    for damaged in ("", whole[: len(whole) // 2], "{}", whole.replace(stored.stem[-64:], "0" * 64)):
        stored.write_text(damaged, encoding="utf-8")
        assert book.execute() == ["en second"]
        assert "42\\n" in stored.read_text(encoding="utf-8")


def test_kernel_is_that_of_the_running_python_whatever_is_installed(
    book: TinyBook, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.contents("second")
    elsewhere = tmp_path_factory.mktemp("jupyter")
    spec = elsewhere / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = ["/bin/false", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Wrong", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(elsewhere))
    book.write(
        "chapters/second.md",
        page(
            "import os, sys\nassert sys.executable == " + repr(sys.executable),
            "assert os.environ['SECONDHAND_LANGUAGE'] == 'en'",
            "assert os.environ['OMP_NUM_THREADS'] == '1'",
            "assert os.environ['HF_HUB_OFFLINE'] == '1'",
            "assert os.getcwd() == " + repr(str(book.root / "chapters")),
        ),
    )
    assert book.execute() == ["en second"]


def test_measures_come_from_the_kernel(book: TinyBook) -> None:
    book.contents("second")
    book.write(
        "chapters/second.md",
        page(
            "block = bytearray(300_000_000)\nblock[::4096] = bytes([1]) * len(block[::4096])",
            "import time\nbegan = time.process_time()\nwhile time.process_time() - began < 1.5:\n    pass",
        ),
    )
    book.execute()
    (stored,) = book.entries("second")
    record = read_notebook(stored).metadata.secondhand
    assert stored.stem.endswith(record.key)
    assert record.cells == 2
    # The kernel's own start needs processor time and memory too, so the cells' share is a lower bound.
    assert record.cpu_seconds >= 1.5
    assert record.peak_memory_mb >= 300
    assert record.wall_seconds > 0


def test_failing_chapters_are_all_named_each_time_and_leave_nothing(book: TinyBook) -> None:
    book.write(
        "chapters/first.md", page("1 + 1", "def broken():\n    raise ValueError('on purpose')", "broken()  # here")
    )
    book.write("chapters/second.md", page("import os\nos._exit(3)"))
    for _ in range(2):
        with pytest.raises(BuildError) as caught:
            book.execute()
        message = str(caught.value)
        assert "2 of 3 chapters failed" in message
        assert f"{book.root / 'chapters' / 'first.md'} [en], code cell 3 (broken()  # here)" in message
        assert "ValueError: on purpose" in message
        assert f"{book.root / 'chapters' / 'second.md'} [en], code cell 1 (import os)" in message
        assert "the kernel died" in message
        assert book.stored() == {"es/chapters/first"}


def test_edit_during_execution_is_not_stored_under_the_old_key(book: TinyBook) -> None:
    book.contents("second")
    helper = book.root / "src" / "tinylab" / "measures" / "tail.py"
    edit = f"import pathlib\npathlib.Path({str(helper)!r}).write_text('def tail(values): return 8')"
    book.write("chapters/second.md", page(edit, "from tinylab.measures import weight_of_tail"))
    with pytest.raises(BuildError, match="was edited while it ran"):
        book.execute()
    assert "en/chapters/second" not in book.stored()


def test_missing_page_is_named(book: TinyBook) -> None:
    (book.root / "chapters" / "second.md").unlink()
    with pytest.raises(BuildError, match=r"_toc\.yml lists 'chapters/second'"):
        book.execute()


@pytest.mark.parametrize("value", ["0", "two", "-1", ""])
def test_number_of_jobs_must_be_positive(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(JOBS_VARIABLE, value)
    with pytest.raises(BuildError, match=f"SECONDHAND_JOBS must be a positive integer, got '{value}'"):
        jobs()


def test_number_of_jobs_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(JOBS_VARIABLE, "3")
    assert jobs() == 3
    monkeypatch.delenv(JOBS_VARIABLE)
    assert jobs() >= 1


def test_chapters_run_side_by_side(book: TinyBook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    book.contents("first", "second")
    monkeypatch.setenv(JOBS_VARIABLE, "2")
    wait = (
        "import pathlib, time\nmine, other = pathlib.Path({mine!r}), pathlib.Path({other!r})\nmine.touch()\n"
        "for _ in range(1200):\n    if other.exists():\n        break\n    time.sleep(0.05)\n"
        "else:\n    raise RuntimeError('the other chapter does not run')"
    )
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    book.write("chapters/first.md", page(wait.format(mine=a, other=b)))
    book.write("chapters/second.md", page(wait.format(mine=b, other=a)))
    assert book.execute() == EVERYTHING
