"""Text that others have written, made harmless for where it is shown: a terminal, a notebook, a spreadsheet.

It knows nothing of who has written it.
"""

import re


def printable(text: str, most: int | None = 500, allowed: str = "") -> str:
    """Return a text, or its beginning, that can be written to any file and terminal; it has no signs that steer one.

    Args:
        text: what others have written.
        most: how many characters are kept; None keeps all.
        allowed: signs that are kept although they steer, such as a line's end.
    """
    text = text if most is None else text[:most]
    text = text.encode("utf-8", errors="replace").decode("utf-8")
    return "".join(character if character.isprintable() or character in allowed else "\ufffd" for character in text)


def inert(text: str) -> str:
    """Return a student's Markdown with its HTML and its links as visible text.

    nbgrader shows it to whoever grades, beside a Jupyter server that does what a page asks for. A blank makes text of a
    tag or a link without changing formulas or code. A bare address stays a link: it shows where it leads.
    """
    return re.sub(r"<(?=[A-Za-z/!?])", "< ", re.sub(r"\](?=[(:])", "] ", text))


def no_formula(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
