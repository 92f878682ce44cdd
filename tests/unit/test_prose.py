"""Numbers typed where they should be placed are found, and inputs are not mistaken for results."""

import pytest

from secondhand.book.prose import prose, typed_numbers

PAGE = """---
title: 0.364
---
# Title

Text with $0.364$, `0.364`, {glue:text}`mean:.3f` and [a link](page-0.364).

```{code-cell} ipython3
:tags: [remove-output]
mean = simulate(samples=50, chains=2_000)
```

$$
0.364
$$

WORDS
"""

COMPUTED = {"mean": 0.36417, "needed": 640, "share": 0.57}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("about 0.364 is left", "mean"),
        ("about 0.36 is left.", "mean"),
        ("36 % is left", "mean"),
        ("36.4% is left", "mean"),
        ("it takes 640 seeds", "needed"),
        ("| a table | 640 |", "needed"),
        ("(57 %)", "share"),
    ],
)
def test_a_typed_result_is_found(words: str, name: str) -> None:
    found = typed_numbers(PAGE.replace("WORDS", words), COMPUTED)
    assert len(found) == 1
    assert f"{{glue:text}}`{name}`" in found[0]


@pytest.mark.parametrize(
    "words",
    ["50 samples", "2,000 chains", "0.37", "6 of them", "in 1931", "1,640", "v0.36", "0.3640", "640/2", "OPT-640m"],
)
def test_other_numbers_are_not(words: str) -> None:
    assert typed_numbers(PAGE.replace("WORDS", words), COMPUTED) == []


def test_prose_leaves_out_code_and_mathematics() -> None:
    assert "0.364" not in prose(PAGE)
    assert "Text with" in prose(PAGE)
