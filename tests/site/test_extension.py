"""What the Sphinx extension makes of small books, and how it stops on faulty ones."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from secondhand.book import executed, languages
from secondhand.claims import CLAIM_MIME_TYPE
from secondhand.messages import LANGUAGES, catalogue

TOC = "format: jb-book\nroot: index\nchapters:\n- file: chapters/one\n"

CHAPTER = """\
---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
# One

```{code-cell} ipython3
from IPython.display import display
dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
display({"image/png": dot}, raw=True, metadata={"image/png": METADATA, "scrapbook": {"name": "dot", "mime_prefix": ""}})
```
"""


def write_book(folder: Path, root: Path, chapter: str = "# One") -> None:
    """Write a book of two pages with the project's own configuration."""
    (folder / "chapters").mkdir(parents=True)
    shutil.copy(root / "_config.yml", folder)
    (folder / "references.bib").touch()
    (folder / "_toc.yml").write_text(TOC, encoding="utf-8")
    (folder / "index.md").write_text("# Book\n", encoding="utf-8")
    (folder / "chapters" / "one.md").write_text(chapter, encoding="utf-8")


def build(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "jupyter-book"
    command = [str(program), "build", str(folder), "-W", "-n", "--all", "--keep-going"]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SECONDHAND_")}
    return subprocess.run(command, env=ours | environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_image_is_read_aloud_by_the_text_that_it_carries(tmp_path: Path, root: Path) -> None:
    write_book(tmp_path, root, CHAPTER.replace("METADATA", '{"alt": "One dot"}'))
    (tmp_path / "index.md").write_text("# Book\n\n```{glue} dot\n:doc: chapters/one.md\n```\n", encoding="utf-8")
    result = build(tmp_path)
    assert result.returncode == 0, result.stderr
    for name in ("chapters/one.html", "index.html"):  # where it is drawn, and where it is taken from there
        page = (tmp_path / "_build" / "html" / name).read_text(encoding="utf-8")
        assert re.findall(r'<img alt="([^"]*)"[^>]*_images', page) == ["One dot"], name


@pytest.mark.slow
def test_image_without_text_stops_the_build_and_names_the_page(tmp_path: Path, root: Path) -> None:
    write_book(tmp_path, root, CHAPTER.replace("METADATA", "{}"))
    result = build(tmp_path)
    assert result.returncode != 0
    assert re.search(r"chapters/one\.md:\d+:? WARNING: the image of cell \d+ has no alternative text", result.stderr)


@pytest.mark.slow
def test_sphinx_refuses_to_execute_what_the_build_command_did_not(tmp_path: Path, root: Path) -> None:
    write_book(tmp_path / "book", root, CHAPTER.replace("METADATA", '{"alt": "One dot"}'))
    result = build(tmp_path / "book", SECONDHAND_JUPYTER_CACHE=str(tmp_path / "cache"))
    assert result.returncode != 0
    assert "Sphinx must not execute it" in result.stdout + result.stderr


@pytest.mark.slow
def test_unknown_exercise_stops_the_build(tmp_path: Path, root: Path) -> None:
    write_book(tmp_path, root, "# One\n\n```{worked-solution} no-such-exercise\n```\n")
    result = build(tmp_path)
    assert result.returncode != 0
    assert "there is no exercise 'no-such-exercise'" in result.stderr


@pytest.fixture
def two_editions(tmp_path: Path) -> Path:
    (tmp_path / "es").mkdir()
    (tmp_path / "_toc.yml").write_text(TOC + "- file: chapters/two\n", encoding="utf-8")
    (tmp_path / "es" / "_toc.yml").write_text(TOC, encoding="utf-8")
    return tmp_path


def test_page_of_both_editions_keeps_its_place(two_editions: Path) -> None:
    (there,) = languages.alternates(two_editions, "en", "chapters/one")
    assert (there.language, there.href, there.same_page) == ("es", "../es/chapters/one.html", True)
    (back,) = languages.alternates(two_editions, "es", "chapters/one")
    assert (back.language, back.href, back.same_page) == ("en", "../../chapters/one.html", True)


def test_page_without_translation_leads_to_the_home_page(two_editions: Path) -> None:
    (there,) = languages.alternates(two_editions, "en", "chapters/two")
    assert (there.href, there.same_page) == ("../es/index.html", False)
    assert languages.link_tags(two_editions, "en", "chapters/two") == ""


def test_link_tags_name_both_editions_and_the_default(two_editions: Path) -> None:
    tags = languages.link_tags(two_editions, "es", "chapters/one")
    assert re.findall(r'hreflang="([^"]+)" href="([^"]+)"', tags) == [
        ("en", "../../chapters/one.html"),
        ("es", "one.html"),
        ("x-default", "../../chapters/one.html"),
    ]


def test_book_of_one_edition_has_no_switch(tmp_path: Path) -> None:
    (tmp_path / "_toc.yml").write_text(TOC, encoding="utf-8")
    assert languages.alternates(tmp_path, "en", "chapters/one") == []


def test_finish_wants_a_site(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="site must be a folder with a built site"):
        languages.finish(tmp_path)
    (tmp_path / "index.html").touch()
    languages.finish(tmp_path)
    assert (tmp_path / ".nojekyll").is_file()


def test_executed_chapters_tell_claims_values_and_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = {"id": "one", "verdict": "holds"}
    outputs = [
        nbformat.v4.new_output("display_data", {CLAIM_MIME_TYPE: claim}),  # type: ignore[no-untyped-call]
        nbformat.v4.new_output(  # type: ignore[no-untyped-call]
            "display_data",
            {"application/papermill.record/text/plain": "0.5"},
            metadata={"scrapbook": {"name": "half", "mime_prefix": "application/papermill.record/"}},
        ),
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=outputs)])  # type: ignore[no-untyped-call]
    notebook.metadata["secondhand"] = {"cpu_seconds": 12.5, "peak_memory_mb": 300}
    nbformat.write(notebook, tmp_path / "one.ipynb")  # type: ignore[no-untyped-call]
    (tmp_path / "index.json").write_text('{"chapters/one": "one.ipynb"}', encoding="utf-8")
    monkeypatch.setenv(executed.INDEX_VARIABLE, str(tmp_path / "index.json"))
    assert list(executed.claims()) == [("chapters/one", claim)]
    assert executed.glued("chapters/one") == {"half": {"data": {"text/plain": "0.5"}}}
    assert executed.cost("chapters/one") == executed.Cost(12.5, 300.0)
    assert executed.cost("chapters/two") is None


def test_index_that_is_named_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(executed.INDEX_VARIABLE, "nowhere.json")
    with pytest.raises(FileNotFoundError, match=r"nowhere\.json"):
        executed.index()


def test_words_of_the_site_are_in_every_language() -> None:
    messages = catalogue("site")
    assert all(set(words) == set(LANGUAGES) and all(words.values()) for words in messages.values())
    fields = re.compile(r"{(\w+)}")
    for key, words in messages.items():
        assert len({frozenset(fields.findall(text)) for text in words.values()}) == 1, key
