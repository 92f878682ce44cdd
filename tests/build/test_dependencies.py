"""The key of a chapter follows imports to the module that defines a name, and errs on the side of too much."""

import textwrap
from pathlib import Path

import pytest

from secondhand.book.dependencies import Package

FILES = {
    "__init__.py": '"""A package."""\n__all__ = []',
    "_checks.py": "def check(value): return value",
    "measures/__init__.py": """
        '''Measures.'''
        from lab.measures.spread import spread
        from .tail import tail as weight_of_tail
        __all__ = ["spread", "weight_of_tail"]
    """,
    "measures/spread.py": "from lab._checks import check\ndef spread(values): return check(max(values))",
    "measures/tail.py": "def tail(values): return 1",
    "measures/spread.yml": "data: for spread",
    "loops/__init__.py": """
        from lab.loops.chain import chain
        from lab.loops import theory
    """,
    "loops/chain.py": "from ..measures import spread\ndef chain(): return spread",
    "loops/theory.py": "def variance(): return 1",
    "words/__init__.py": "'''More than a face.'''\nLANGUAGE = 'en'\nfrom lab.words.lookup import find",
    "words/lookup.py": "def find(): return 1",
    "words/common.yml": "words: for all",
    "words/README.md": "For authors.",
    "words/.hidden": "",
    "words/first-chapter.yml": "words: for one",
    "words/ledger/second-chapter.yml": "claims: for another",
    "tools/__init__.py": "'''Tools.'''\nfrom lab.tools.registry import get",
    "tools/registry.py": "import importlib\ndef get(name): return importlib.import_module(f'lab.tools.{name}')",
    "tools/hammer.py": "",
    "book/__init__.py": "",
    "book/extension.py": "from lab.measures import spread",
    "book/style.css": "",
}

MEASURES = {"lab.measures", "lab.measures.spread", "lab.measures.tail"}
ALL = {
    "lab",
    "lab._checks",
    *MEASURES,
    "lab.loops",
    "lab.loops.chain",
    "lab.loops.theory",
    "lab.words",
    "lab.words.lookup",
    "lab.tools",
    "lab.tools.registry",
    "lab.tools.hammer",
}


@pytest.fixture
def package(tmp_path: Path) -> Package:
    for name, text in FILES.items():
        path = tmp_path / "lab" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).strip() + "\n", encoding="utf-8")
    return Package(tmp_path / "lab")


def modules(package: Package, *cells: str) -> set[str]:
    return {name for name in package.used_by(cells) if "=" not in name}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("import numpy", set()),
        ("from lab.measures import spread", {"lab.measures.spread", "lab._checks"}),
        ("from lab.measures import weight_of_tail", {"lab.measures.tail"}),
        ("from lab.measures.tail import tail", {"lab.measures.tail"}),
        ("from lab.loops import chain", {"lab.loops.chain", "lab.measures.spread", "lab._checks"}),
        ("from lab.loops import theory", {"lab.loops.theory"}),
        ("import lab.loops.theory as theory", {"lab.loops.theory"}),
        ("def later():\n    from lab.loops import theory", {"lab.loops.theory"}),
        ("%matplotlib inline\nfrom lab.loops import theory", {"lab.loops.theory"}),
        ("%%time\nfrom lab.loops import theory", {"lab.loops.theory"}),
        ("loader('lab.loops.theory')", {"lab.loops.theory"}),
        ("from lab.book import extension", set()),
    ],
)
def test_name_leads_to_the_module_that_defines_it(package: Package, cell: str, expected: set[str]) -> None:
    assert modules(package, cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("from lab import measures", {*MEASURES, "lab._checks"}),
        ("import lab.measures as m", {*MEASURES, "lab._checks"}),
        ("from lab.measures import *", {*MEASURES, "lab._checks"}),
        ("from lab.measures import __doc__", {*MEASURES, "lab._checks"}),
        ("from lab.words import find", {"lab.words", "lab.words.lookup"}),
        ("from lab.words.lookup import find", {"lab.words", "lab.words.lookup"}),
        ("from lab.tools import get", {"lab.tools", "lab.tools.registry", "lab.tools.hammer"}),
        ("import lab.measures", ALL),
        ("import lab", ALL),
        ("%%bash\nthis is { no python", ALL),
        ("import importlib\nimportlib.import_module('lab.' + name)", ALL),
    ],
)
def test_what_cannot_be_followed_counts_as_the_whole_room(package: Package, cell: str, expected: set[str]) -> None:
    assert modules(package, cell) == expected


def test_face_that_points_a_name_elsewhere_is_another_dependency(package: Package) -> None:
    cell = "from lab.measures import spread"
    before = package.used_by([cell])
    face = package.folder / "measures" / "__init__.py"
    face.write_text("from lab.measures.spread import other as spread\n", encoding="utf-8")
    after = Package(package.folder).used_by([cell])
    assert modules(package, cell) == {name for name in after if "=" not in name}
    assert before != after


def test_data_file_with_a_chapters_name_is_that_chapters_alone(package: Package) -> None:
    used = package.used_by(["from lab.words import find"])

    def data(chapter: str) -> set[str]:
        found = package.data_files(used, chapter, ["first-chapter", "second-chapter"])
        return {path.relative_to(package.folder).as_posix() for path in found}

    assert data("first-chapter") == {"words/common.yml", "words/first-chapter.yml"}
    assert data("second-chapter") == {"words/common.yml", "words/ledger/second-chapter.yml"}


def test_data_file_counts_only_for_users_of_its_folder(package: Package) -> None:
    assert package.data_files(package.used_by(["from lab.loops import theory"]), "c", ["c"]) == []
    spread = package.data_files(package.used_by(["from lab.measures import spread"]), "c", ["c"])
    assert [path.name for path in spread] == ["spread.yml"]


def test_folder_without_init_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no __init__"):
        Package(tmp_path)


def test_every_room_of_the_library_has_a_face_that_can_be_followed() -> None:
    import secondhand

    package = Package(Path(secondhand.__file__).parent)
    rooms = {"claims", "exercises", "figures", "generations", "learners", "measures", "sources"}
    assert rooms <= {name.split(".")[1] for name in package.modules if name.count(".") == 1}
    for room in rooms:
        used = modules(package, f"from secondhand.{room} import a_name_that_no_face_has")
        assert f"secondhand.{room}" in used
        assert package.face(f"secondhand.{room}") is not None, f"{room}/__init__.py is more than a face"
