"""Chapters as plain notebooks, and the links that launch them."""

import json
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

from secondhand.book.launch import Launch, Repository, launches
from secondhand.book.site_checks import pages
from secondhand.book.student_notebooks import plain_markdown, student_notebook

REPOSITORY = Repository("https://github.com/organisation/name", "trunk")

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
(target)=
# Title

% a remark

Prose with {math}`x^2`, `{role}` in code, and [a page](other.md).

```{code-cell} ipython3
:tags: [hide-input]
x = 1
```

```{solution} one
Never shown.
```

```{code-cell} ipython3
x
```
"""


def role_text(role: str, content: str) -> str:
    return f"<{role}|{content}>"


def convert(source: str) -> str:
    return plain_markdown(source, role_text)


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECONDHAND_LANGUAGE", "en")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Plain *prose*.", "Plain *prose*."),
        ("% a remark\ntext", "text"),
        ("(label)=\n## Heading", "## Heading"),
        ("A {ref}`label`.", "A <ref|label>."),
        ("A `{ref}` span.", "A `{ref}` span."),
        ("Inline $a_{b}$ and {math}`x`.", "Inline $a_{b}$ and <math|x>."),
        ("[a page](../other.md#part) and [the web](https://example.org)", "a page and [the web](https://example.org)"),
        ("[text]{.tier} here", "[text] here"),
        (":::{note}\nBody.\n:::", "> **Note**\n>\n> Body."),
        (":::{admonition} A {ref}`x` title\n:class: quiz\n\nBody.\n:::", "> **A <ref|x> title**\n>\n> Body."),
        ("```{exercise} Name\n:label: one\nDo.\n```", "> **Exercise: Name**\n>\n> Do."),
        ("```{exercise}\n:label: one\n\nDo.\n```", "> **Exercise**\n>\n> Do."),
        ("```{math}\n:label: one\nx = 1\n```", "$$\nx = 1\n$$"),
        ("```{code-block} python\nx = 1\n```", "```python\nx = 1\n```"),
        ("```python\n:::{note}\n```", "```python\n:::{note}\n```"),
        ("```{glue:figure} bands\n:name: fig\n\nA **caption**.\n```", "*Figure. A **caption**.*"),
        ("```{worked-solution} one\n```\nafter", "after"),
        ("::::{grid} 2\n:::{grid-item}\nCell.\n:::\n::::", "Cell."),
    ],
)
def test_markdown_is_made_plain(source: str, expected: str) -> None:
    assert convert(source) == expected


def test_nested_directives_are_quoted_in_each_other() -> None:
    source = "::::{admonition} Quiz\nWhich?\n\n:::{dropdown} This\nNo.\n:::\n::::"
    assert convert(source).splitlines() == ["> **Quiz**", ">", "> Which?", ">", "> > **This**", "> >", "> > No."]


def test_notebook_has_code_prose_and_a_first_cell_that_installs() -> None:
    notebook = student_notebook(CHAPTER, repository=REPOSITORY, language="es", role_text=role_text)
    nbformat.validate(notebook)
    first, prose, hidden, shown = notebook.cells
    assert "secondhand @ git+https://github.com/organisation/name@trunk" in first.source
    assert 'os.environ["SECONDHAND_LANGUAGE"] = "es"' in first.source
    assert prose.source == "# Title\n\nProse with <math|x^2>, `{role}` in code, and a page."
    assert (hidden.source, shown.source) == ("x = 1", "x")
    assert hidden.metadata == {"jupyter": {"source_hidden": True}}
    assert "Never shown" not in nbformat.writes(notebook)  # type: ignore[no-untyped-call]


def test_notebook_is_the_same_each_time() -> None:
    first, second = (
        nbformat.writes(student_notebook(CHAPTER, repository=REPOSITORY, language="en", role_text=role_text))  # type: ignore[no-untyped-call]
        for _ in range(2)
    )
    assert first == second


def test_first_cell_is_python_that_runs_where_the_library_is_installed() -> None:
    from IPython.core.inputtransformer2 import TransformerManager

    notebook = student_notebook(CHAPTER, repository=REPOSITORY, language="en", role_text=role_text)
    code = TransformerManager().transform_cell(notebook.cells[0].source)  # type: ignore[no-untyped-call]
    exec(compile(code, "first cell", "exec"), {})


@pytest.mark.parametrize(
    ("language", "source", "site_notebook"),
    [
        ("en", "chapters/limits/one.md", "notebooks/chapters/limits/one.ipynb"),
        ("es", "es/chapters/limits/one.md", "es/notebooks/chapters/limits/one.ipynb"),
    ],
)
def test_launch_links_name_what_they_open(language: str, source: str, site_notebook: str) -> None:
    binder, colab, download = launches(REPOSITORY, language, "chapters/limits/one")
    assert isinstance(binder, Launch)
    assert unquote(binder.href) == f"https://mybinder.org/v2/gh/organisation/name/trunk?urlpath=lab/tree/{source}"
    assert colab.href == f"https://colab.research.google.com/github/organisation/name/blob/gh-pages/{site_notebook}"
    assert download.href == "notebooks/chapters/limits/one.ipynb"


@pytest.mark.parametrize("url", ["https://example.org/a/b", "https://github.com/only", "git@github.com:a/b"])
def test_address_that_is_no_repository_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="repository url must look like"):
        _ = Repository(url, "main").slug


def test_published_notebooks_are_plain(site: Path) -> None:
    found = sorted(site.rglob("notebooks/**/*.ipynb"))
    assert found
    assert pages(site)
    for path in found:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        nbformat.validate(notebook)
        for cell in notebook["cells"]:
            text = "".join(cell["source"])
            assert not cell.get("outputs")
            if cell["cell_type"] == "markdown":
                for remnant in (
                    ":::",
                    "```{",
                    "{ref}",
                    "{glue",
                    "{cite",
                    "{numref}",
                    "{eq}",
                    "[valor",
                    "[value computed",
                ):
                    assert remnant not in text, f"{path}: {remnant!r} in {text[:200]!r}"
