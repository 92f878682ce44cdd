"""Licences that installed distributions declare."""

from importlib.metadata import distributions

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.sources import distributions as licences


@pytest.mark.parametrize(
    ("name", "expression", "field"),
    [
        ("packaging", "Apache-2.0 OR BSD-2-Clause", "License-Expression"),
        ("tqdm", "MPL-2.0 AND MIT", "License"),
        ("datasets", "Apache-2.0", "License"),
        ("wcwidth", "MIT", "Classifier"),
        ("seaborn", None, "none"),
        ("SciPy", None, "none"),
    ],
)
def test_each_field_of_the_metadata_is_read(name: str, expression: str | None, field: str) -> None:
    found = licences.installed_licence(name)
    assert (found.expression, found.field) == (expression, field)
    assert found.version
    assert found.declared


def test_every_installed_distribution_has_an_answer() -> None:
    for distribution in distributions():
        found = licences.installed_licence(distribution.name)
        assert (found.expression is None) == (found.field == "none")
        if found.expression:
            assert licences.spdx_expression(found.expression) == found.expression


@pytest.mark.parametrize("text", ["BSD License", "BSD", "Apache Software License", "", "  ", "MIT AND", "llama3.1"])
def test_a_text_that_names_no_single_licence_is_unknown(text: str) -> None:
    assert licences.spdx_expression(text) is None


@given(st.text(max_size=40))
def test_any_text_has_an_answer(text: str) -> None:
    found = licences.spdx_expression(text)
    assert found is None or licences.spdx_expression(found) == found


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match=r"distribution must name an installed one, got 'no-such-thing'"):
        licences.installed_licence("no-such-thing")
    with pytest.raises(ValueError, match="distribution must name an installed one, got ''"):
        licences.installed_licence("")
    with pytest.raises(TypeError, match="distribution must be a string, got 3"):
        licences.installed_licence(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="text must be a string, got None"):
        licences.spdx_expression(None)  # type: ignore[arg-type]
