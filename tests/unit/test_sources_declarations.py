"""What metadata say about licences, all of it, on made-up distributions and on those that are installed."""

from pathlib import Path
from typing import Any

import pytest

from secondhand.sources import (
    Contradiction,
    Declaration,
    contradictions,
    installed_distributions,
    installed_licence,
    licence_declarations,
)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that installs a distribution with the given lines of metadata."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(*lines: str) -> str:
        folder = tmp_path / "madeup-1.0.dist-info"
        folder.mkdir()
        head = ["Metadata-Version: 2.4", "Name: madeup", "Version: 1.0"]
        (folder / "METADATA").write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
        return "madeup"

    return make


def test_all_statements_are_returned_in_order(install: Any) -> None:
    name = install(
        "License: MIT License", "Classifier: License :: OSI Approved :: BSD License", "Classifier: Topic :: Software"
    )
    assert licence_declarations(name) == [
        Declaration("License", "MIT License", "MIT"),
        Declaration("Classifier", "BSD License", None),
    ]
    assert contradictions(name) == [Contradiction("madeup", "1.0", "MIT", "License", "BSD License")]


@pytest.mark.parametrize(
    ("field", "classifier"),
    [
        ("License-Expression: BSD-3-Clause", "OSI Approved :: BSD License"),
        ("License-Expression: MPL-2.0 AND MIT", "OSI Approved :: MIT License"),
        ("License: Apache 2.0", "OSI Approved :: Apache Software License"),
        ("License: MIT", "Other/Proprietary License"),
        ("License: see the file", "OSI Approved :: MIT License"),
        ("License: UNKNOWN", "OSI Approved :: ISC License (ISCL)"),
    ],
)
def test_statements_that_agree_or_say_nothing_are_no_contradiction(install: Any, field: str, classifier: str) -> None:
    assert contradictions(install(field, f"Classifier: License :: {classifier}")) == []


def test_silence_declares_nothing(install: Any) -> None:
    assert licence_declarations(install()) == []


def test_what_a_removal_left_behind_has_no_name_and_is_skipped(install: Any, tmp_path: Path) -> None:
    install()
    (tmp_path / "left_behind-1.0.dist-info").mkdir()
    names = installed_distributions()
    assert "madeup" in names
    assert not {"None", "left-behind", "left_behind", ""} & set(names)


def test_every_installed_distribution_can_be_read() -> None:
    names = installed_distributions()
    assert names == sorted(set(names), key=str.lower)
    for name in names:
        found = contradictions(name)
        assert all(clash.expression == installed_licence(name).expression for clash in found)
        assert all(statement.text for statement in licence_declarations(name))


@pytest.mark.parametrize("call", [licence_declarations, contradictions])
def test_bad_names_are_explained(call: Any) -> None:
    with pytest.raises(ValueError, match="distribution must name an installed one, got 'no-such-thing'"):
        call("no-such-thing")
    with pytest.raises(TypeError, match="distribution must be a string, got 5"):
        call(5)
