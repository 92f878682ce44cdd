"""The whole command on a tiny book: what it leaves when all is well, and how it fails when something is not."""

import fcntl
import os
import re
from pathlib import Path

import pytest

from secondhand.book.build import claim_problems, restore_site

from .conftest import TinyBook, executed_labels, page


def claim_cell(name: str) -> str:
    """Return a cell that leaves a claim among its outputs, as `secondhand.claims.check` does."""
    bundle = {"application/vnd.secondhand.claim+json": {"id": name, "verdict": "holds"}, "text/plain": name}
    return f"from IPython.display import display\ndisplay({bundle!r}, raw=True)"


@pytest.mark.slow
def test_site_is_built_once_and_nothing_is_executed_twice(book: TinyBook) -> None:
    status, output = book.run()
    assert status == 0, output
    assert executed_labels(output) == ["en first", "en second", "es first"]
    assert re.search(r"\[1/3\] .*  executed in \d+ s \(\d+ CPU s, \d+ MB\)", output)
    assert "Read it with `make serve`" in output
    assert "[3]" in book.html()
    assert 'lang="es"' in book.html("es/chapters/first")
    assert not list((book.root / "_build").glob("scratch-*"))

    book.contents("first", spanish=("first",))
    status, output = book.run()
    assert status == 0, output
    assert executed_labels(output) == []
    assert "[1/2] en first  unchanged" in output
    assert not (book.root / "_build" / "html" / "chapters" / "second.html").exists(), "a removed page must go"
    assert book.stored() == {"en/chapters/first", "es/chapters/first"}, "results of a removed chapter must go"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "text", "named"),
    [
        ("chapters/second.md", page("1 / 0  # here"), r"second\.md \[en\], code cell 1 \(1 / 0  # here\)"),
        ("index.md", "# Home\n\n{ref}`nowhere`", r"index\.md:3: WARNING: .*nowhere"),
    ],
    ids=["cell error", "Sphinx warning"],
)
def test_fault_fails_the_build_on_the_second_try_too(book: TinyBook, path: str, text: str, named: str) -> None:
    book.contents(*(["second"] if "second" in path else []))
    book.write(path, text)
    for _ in range(2):
        status, output = book.run()
        assert status == 1
        assert re.search(named, output), output
        assert "FAILED" in output
        assert not (book.root / "_build" / "html").exists()


@pytest.mark.slow
def test_missing_claim_fails_the_build_and_leaves_the_old_site(book: TinyBook) -> None:
    book.write("chapters/second.md", page(claim_cell("tails-die")))
    book.contents("second")
    status, output = book.run(claims={"tails-die": "second"})
    assert status == 0, output
    before = book.html("chapters/second")
    for _ in range(2):
        status, output = book.run(claims={"tails-die": "second", "variance-falls": "second"})
        assert status == 1
        assert "[en] chapters/second does not check the claim 'variance-falls'" in output
        assert book.html("chapters/second") == before


def test_claims_and_checks_must_agree() -> None:
    claims = {"a": "one", "b": "one", "c": "two", "not-yet": "three"}
    assert claim_problems(claims, {"chapters/one": ["a", "b"], "chapters/x/two": ["c", "c"]}) == []
    assert claim_problems(claims, {"chapters/one": ["a"]}) == ["chapters/one does not check the claim 'b'"]
    assert claim_problems(claims, {"chapters/four": ["d"]}) == ["chapters/four checks 'd', which is not in the ledger"]
    assert claim_problems(claims, {"chapters/four": ["c"]}) == [
        "chapters/four checks 'c', which the ledger gives to the chapter 'two'"
    ]


@pytest.mark.slow
def test_chapter_that_sphinx_would_execute_itself_fails_the_build(book: TinyBook) -> None:
    # Sphinx reads another cell than the build did, as after an edit between the two.
    extension = book.root / "extension" / "tiny_extension.py"
    text = extension.read_text(encoding="utf-8")
    edit = "app.connect('source-read', lambda app, name, text: text.__setitem__(0, text[0].replace('print', 'repr')))"
    extension.write_text(text.replace("    return {", f"    {edit}\n    return {{"), encoding="utf-8")
    book.contents("second")
    status, output = book.run()
    assert status == 1
    assert "Sphinx would not take the stored result of" in output


@pytest.mark.slow
def test_two_builds_cannot_run_at_once(book: TinyBook) -> None:
    book.contents()
    lock = book.root / "_build" / "lock"
    lock.parent.mkdir()
    with lock.open("w") as held:
        held.write("1234")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        status, output = book.run()
        assert status == 1
        assert "another build is running (process 1234)" in output
    # The file stays behind, as after a build that was killed; the lock on it does not.
    status, output = book.run()
    assert status == 0, output


def test_swap_that_was_cut_short_is_undone(book: TinyBook) -> None:
    old = book.root / "_build" / "html-old"
    old.mkdir(parents=True)
    (old / "index.html").write_text("old")
    restore_site(book.project())
    assert (book.root / "_build" / "html" / "index.html").read_text() == "old"
    restore_site(book.project())
    assert os.listdir(book.root / "_build") == ["html"]


def test_outside_a_book_the_command_says_so(tmp_path: Path) -> None:
    status, output = TinyBook(tmp_path).run()
    assert status == 1
    assert f"there is no book in {tmp_path}" in output


def test_site_that_is_not_built_cannot_be_served(book: TinyBook) -> None:
    status, output = book.run("serve")
    assert status == 1
    assert "run `make book` first" in output


def test_clean_removes_what_was_made(book: TinyBook) -> None:
    made = book.write("_build/executed/en/page.ipynb", "{}")
    status, output = book.run("clean")
    assert status == 0, output
    assert not made.exists()
    assert (book.root / "chapters" / "first.md").exists()
