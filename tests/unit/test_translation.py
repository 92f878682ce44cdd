"""The two editions: differences in structure are found, and stale prose too."""

import re
from pathlib import Path

import pytest

from secondhand.book.translation import accept, differences, is_stale, pairs

REPOSITORY = Path(__file__).parents[2]

PAGE = """---
kernelspec: {name: python3}
---
(a-label)=
# Title

A sentence with $x^2$ and {glue:text}`mean:.2f`, see {ref}`there
<a-label>`. {repository}`Source`.

```{code-cell} ipython3
:tags: [remove-output]

x = 1
```

$$
a = b
$$

:::{admonition} Words
:class: tip
More words.
:::
"""

TRANSLATED = (
    PAGE.replace("# Title", "# Título")
    .replace(
        "A sentence with $x^2$ and {glue:text}`mean:.2f`, see {ref}`there\n<a-label>`. {repository}`Source`.",
        "Véase {ref}`allí <a-label>`: {glue:text}`mean:.2f` y $x^2$. {repository}`Fuente`.",
    )
    .replace("Words", "Palabras")
    .replace("More words.", "Más palabras.")
)


def test_a_faithful_translation_has_no_differences() -> None:
    assert differences(PAGE, TRANSLATED) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("x = 1", "x = 2", "cells 1"),
        (":tags: [remove-output]\n", "", "cells 1"),
        ("# Título", "## Título", "headings 1"),
        ("{glue:text}`mean:.2f`", "0.37", "roles: missing ['glue:text mean:.2f']"),
        ("<a-label>", "<b-label>", "roles"),
        ("$x^2$", "$x^3$", "inline_math"),
        ("a = b", "a = c", "display_math 1"),
        ("(a-label)=\n", "", "labels"),
        (":::{admonition} Palabras\n:class: tip\n", ":::{note}\n", "directives 2"),
    ],
)
def test_each_difference_is_found(old: str, new: str, found: str) -> None:
    assert old in TRANSLATED
    report = differences(PAGE, TRANSLATED.replace(old, new))
    assert any(line.startswith(found) for line in report), report


def test_a_change_of_the_source_makes_its_translation_stale(tmp_path: Path) -> None:
    source, translation = tmp_path / "a.md", tmp_path / "b.md"
    source.write_text(PAGE, encoding="utf-8")
    translation.write_text(TRANSLATED, encoding="utf-8")
    assert is_stale(source, translation)
    accept(source, translation)
    assert not is_stale(source, translation)
    accept(source, translation)
    assert translation.read_text(encoding="utf-8").count("translation_of:") == 1
    source.write_text(PAGE.replace("A sentence", "One sentence"), encoding="utf-8")
    assert is_stale(source, translation)


def test_a_page_without_front_matter_cannot_be_accepted(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("# Title\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no front matter"):
        accept(page, page)


@pytest.mark.parametrize(("source", "translation"), pairs(REPOSITORY), ids=lambda p: str(p.relative_to(REPOSITORY)))
class TestSpanishEdition:
    def test_has_the_structure_of_its_source(self, source: Path, translation: Path) -> None:
        assert differences(source.read_text(encoding="utf-8"), translation.read_text(encoding="utf-8")) == []

    def test_is_not_stale(self, source: Path, translation: Path) -> None:
        assert not is_stale(source, translation), (
            f"{source} changed since {translation} was accepted; bring the translation up to date, "
            f"then run: secondhand accept-translation {translation}"
        )

    def test_is_translated(self, source: Path, translation: Path) -> None:
        prose = [set(_paragraphs(page)) for page in (source, translation)]
        assert not prose[0] & prose[1], "paragraphs stand in English in the Spanish edition"


def test_the_spanish_table_of_contents_is_part_of_the_english_one() -> None:
    def pages(folder: Path) -> list[str]:
        return re.findall(r"(?:root|file): (\S+)", (folder / "_toc.yml").read_text(encoding="utf-8"))

    spanish = pages(REPOSITORY / "es")
    assert {"index", "chapters/limits/model-collapse"} <= set(spanish)
    assert [page for page in pages(REPOSITORY) if page in spanish] == spanish
    assert sorted(spanish) == sorted(
        str(page.relative_to(REPOSITORY / "es").with_suffix("")) for _, page in pairs(REPOSITORY)
    )


def _paragraphs(page: Path) -> list[str]:
    not_prose = r"```.*?```|\$\$.*?\$\$|\A---\n.*?\n---\n|(?<=\n) {4}[^\n]*"
    text = re.sub(not_prose, "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [p.strip() for p in text.split("\n\n") if len(re.findall(r"[a-záéíóúñ]{3,}", p)) > 6]
