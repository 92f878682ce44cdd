"""What the tests of each chapter's exercises share: a mistake, and how it must be named."""

import re
from collections.abc import Callable
from typing import Any

from secondhand.exercises import get
from secondhand.messages import t

Mistake = tuple[str, Callable[..., Any], str]
"""End of the exercise's id after the chapter, a wrong answer, and the key of what the reader must be told."""


def assert_mistake_is_named(chapter: str, name: str, mistake: Callable[..., Any], message: str) -> None:
    """Check that the wrong answer is refused with just this finding of the catalogue, whatever fills its blanks."""
    told = get(f"{chapter}-{name}").evaluate(mistake).message
    finding = t("common.check.fail", reason=t(f"{chapter}.exercise.{message}"))
    parts = re.split(r"(\{\w+\})", finding)
    pattern = "".join(".*" if part.startswith("{") else re.escape(part) for part in parts)
    assert re.fullmatch(pattern, told, re.DOTALL), told
