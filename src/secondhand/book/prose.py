"""Finding numbers in prose that a cell computes, and that should therefore be placed, not typed.

A typed number is right on the day it is typed. It knows nothing of which numbers matter.
"""

import ast
import re
from collections.abc import Mapping

_NOT_PROSE = (
    r"\A---\n.*?\n---\n",  # front matter
    r"^(`{3,})\{code-cell\}.*?^\1$",
    r"^\$\$.*?^\$\$",
    r"^:[\w-]+:.*$",  # options of directives
    r"\{[\w:-]+\}`[^`]*`",  # roles
    r"(`+)[^`]+\1",
    r"\$[^$\n]+\$",
    r"\]\([^)]*\)",  # targets of links
)
_NUMERAL = re.compile(r"(?<![\w.,/-])\d(?:[\d,]*\d)?(?:\.\d+)?(?![\w/]|[.,]\d)")
_SMALLEST = 10
"""Whole numbers below this are words more than measurements."""


def typed_numbers(page: str, computed: Mapping[str, float]) -> list[str]:
    """Return the numerals in the prose of a page that equal a computed value at the precision at which they are typed.

    A share is also looked for as a percentage. What a cell holds as a literal is an input, and may be typed.

    Args:
        page: the source of the page, in MyST Markdown.
        computed: name → value, as the cells of the page recorded them.

    Returns:
        One line for each find: the numeral and the name of the value that it equals.
    """
    literals = _literals(page)
    found = []
    for numeral in _NUMERAL.findall(prose(page)):
        number = float(numeral.replace(",", ""))
        decimals = len(numeral.partition(".")[2])
        if number in literals or (decimals == 0 and number < _SMALLEST):
            continue
        for name, value in computed.items():
            if any(round(scale * value, decimals) == number for scale in (1, 100)):
                found.append(f"{numeral} is typed, but {name} = {value:.6g} is computed; use {{glue:text}}`{name}`")
    return found


def prose(page: str) -> str:
    """Return what a page says in words: without code, mathematics, roles and options."""
    for pattern in _NOT_PROSE:
        page = re.sub(pattern, " ", page, flags=re.DOTALL | re.MULTILINE if "^" in pattern else 0)
    return page


def _literals(page: str) -> set[float]:
    numbers: set[float] = set()
    for cell in re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE):
        code = "\n".join(line for line in cell.splitlines() if not re.match(r":[\w-]+:|[%!]", line))
        numbers |= {
            float(node.value)
            for node in ast.walk(ast.parse(code))
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float)
        }
    return numbers
