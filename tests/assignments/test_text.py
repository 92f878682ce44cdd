"""What others have written steers no terminal, no notebook and no spreadsheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.assignments.text import inert, no_formula, printable


@given(st.text(max_size=60) | st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Zl"]), max_size=60))
def test_what_is_printable_can_be_written_anywhere(text: str) -> None:
    found = printable(text)
    assert found.isprintable()
    assert len(found) == len(text)
    assert found.encode("utf-8").decode("utf-8") == found
    if text.isprintable():
        assert found == text


def test_only_the_beginning_is_kept() -> None:
    assert printable("x" * 900) == "x" * 500
    assert printable("x" * 900, None) == "x" * 900
    assert printable("a\nb\tc", allowed="\n") == "a\nb\ufffdc"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>", "< script>"),
        ("a < b and $x<3$", "a < b and $x<3$"),
        ("[here](javascript:x)", "[here] (javascript:x)"),
        ("[1]: https://example.org", "[1] : https://example.org"),
        ("<!-- -->", "< !-- -->"),
    ],
)
def test_tags_and_links_become_text(text: str, shown: str) -> None:
    assert inert(text) == shown


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_text_is_a_formula(text: str) -> None:
    assert no_formula(text) == f"'{text}"
    assert no_formula("1=1") == "1=1"
