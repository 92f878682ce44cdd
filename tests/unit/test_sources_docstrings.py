"""Docstrings of installed distributions, with their licences."""

import inspect
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import license_expression
import networkx
import pytest
import typing_extensions
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from secondhand.sources import DOCUMENTED_DISTRIBUTIONS, Docstrings, installed_licence, load_docstrings


@pytest.fixture(scope="module")
def docstrings() -> Docstrings:
    return load_docstrings()


def test_there_is_about_a_million_characters(docstrings: Docstrings) -> None:
    frame = docstrings.to_frame()
    assert 5e5 < frame.characters.sum() < 2e6
    assert frame.characters.sum() == sum(map(len, docstrings.texts)) == docstrings.provenance()["characters"]
    assert frame.documents.sum() == len(docstrings) == len(docstrings.documents)
    assert tuple(frame.distribution) == DOCUMENTED_DISTRIBUTIONS
    assert all(text.strip() for text in docstrings.texts)


def test_licences_are_those_that_the_distributions_declare(docstrings: Docstrings) -> None:
    pairs = set(zip(docstrings.documents["distribution"], docstrings.documents["licence"], strict=True))
    assert pairs == {(name, installed_licence(name).expression) for name in DOCUMENTED_DISTRIBUTIONS}
    licences = dict(pairs)
    assert licences["seaborn"] is None
    assert licences["scipy"] is None
    assert licences["tqdm"] == "MPL-2.0 AND MIT"
    assert licences["packaging"] == "Apache-2.0 OR BSD-2-Clause"


def test_the_texts_are_what_python_itself_reports(docstrings: Docstrings) -> None:
    texts = dict(zip(docstrings.documents["name"], docstrings.documents["text"], strict=True))
    for name, documented in {
        "typing_extensions.deprecated": typing_extensions.deprecated,
        "license_expression.Licensing.parse": license_expression.Licensing.parse,
        "license_expression": license_expression,
        "networkx.drawing.layout.rescale_layout": networkx.rescale_layout,
    }.items():
        assert texts[name].split() == (inspect.getdoc(documented) or "").split()


def test_modules_are_those_of_the_names(docstrings: Docstrings) -> None:
    rows = zip(docstrings.documents["module"], docstrings.documents["name"], strict=True)
    assert all(f"{name}.".startswith(f"{module}.") for module, name in rows)
    modules = set(docstrings.documents["module"])
    assert not any({"tests", "external", "_vendor"}.intersection(module.split(".")) for module in modules)
    assert {module.split(".")[0] for module in modules} >= {"PIL", "boolean", "scipy", "seaborn"}


def test_the_book_cannot_be_installed_without_these_distributions() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    needed: set[str] = set()
    waiting = list(project["dependencies"])
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        if name not in needed and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            needed.add(name)
            waiting += requires(name) or ()
    assert {canonicalize_name(name) for name in DOCUMENTED_DISTRIBUTIONS} <= needed


def test_nothing_is_imported_for_it() -> None:
    # None of these is imported by `secondhand.sources` itself.
    code = "import sys; from secondhand.sources import load_docstrings as load; load(['prov', 'seaborn', 'boolean.py'])"
    imported = subprocess.run(
        [sys.executable, "-c", f"{code}; print({{'prov', 'seaborn'}} & set(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert imported.stdout.strip() == "set()"


def test_distributions_can_be_chosen(docstrings: Docstrings) -> None:
    chosen = docstrings.of(["tqdm", "packaging"])
    assert set(chosen.documents["distribution"]) == {"packaging", "tqdm"}
    assert [licence.distribution for licence in chosen.licences] == ["packaging", "tqdm"]
    alone = load_docstrings(["packaging", "tqdm", "tqdm"])
    assert alone.sha256 == chosen.sha256 != docstrings.sha256
    other = load_docstrings(["cycler"])
    assert set(other.documents["module"]) == {"cycler"}


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ("tqdm", TypeError, r"distributions must be a collection of strings, got 'tqdm' \(str\); put it in a list"),
        (3, TypeError, r"distributions must be a collection of strings, got 3 \(int\)"),
        ([3], TypeError, r"distributions must hold strings, got 3 \(int\)"),
        ([], ValueError, "distributions must name at least one, such as 'boolean.py', got none"),
        (["no-such-thing"], ValueError, "got 'no-such-thing'"),
    ],
)
def test_bad_input_is_named(docstrings: Docstrings, wrong: list[str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        load_docstrings(wrong)
    with pytest.raises(error, match=message):
        docstrings.of(wrong)


@pytest.mark.parametrize("content", [b"# coding: no-such-code\n", b"\xe9 = 1\n", b"a = \x00\n", b"def\n", None])
def test_a_file_that_cannot_be_read_holds_no_docstrings(content: bytes | None, tmp_path: Path) -> None:
    from secondhand.sources.docstrings import _docstrings_of

    path = tmp_path / "module.py"
    if content is not None:
        path.write_bytes(content)
    located = type("Located", (), {"locate": lambda self: path})()
    assert list(_docstrings_of("module", located)) == []
