"""The words that code shows to readers, in both languages.

Labels in figures, cards of claims and self-checks are looked up here by key, so that the English and the Spanish
edition run identical code. A key is `namespace.name`; its namespace is the YAML file that holds it: `common`, or the
name of a chapter. It knows nothing of who shows the words.
"""

import contextlib
import itertools
import os
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("en", "es")
"""The languages of the book; the first is the source."""

LANGUAGE_VARIABLE = "SECONDHAND_LANGUAGE"

_FOLDER = Path(__file__).parent
_chosen: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str:
    """Return the reader's language: that of `speaking`, or else `SECONDHAND_LANGUAGE`, or else that of the folder.

    A notebook below a folder `es/chapters` speaks Spanish; everything else speaks English.

    Raises:
        ValueError: the variable names a language that the book does not have.
    """
    inside = _chosen.get()
    if inside is not None:
        return inside
    chosen = os.environ.get(LANGUAGE_VARIABLE)
    if chosen:
        if chosen not in LANGUAGES:
            raise ValueError(f"{LANGUAGE_VARIABLE} must be one of {', '.join(LANGUAGES)}, got {chosen!r}")
        return chosen
    parts = Path.cwd().parts
    return "es" if ("es", "chapters") in itertools.pairwise(parts) else LANGUAGES[0]


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Have `t` answer in a language, whatever the folder and the environment say.

    Raises:
        ValueError: the book does not have the language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


@cache
def catalogue(namespace: str) -> dict[str, dict[str, str]]:
    """Return the messages of one namespace: name → language → text.

    Raises:
        KeyError: there is no such catalogue.
    """
    path = _FOLDER / f"{namespace}.yml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in _FOLDER.glob("*.yml")))
        raise KeyError(f"there is no catalogue of messages {namespace!r}; there are: {known}")
    messages: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return messages


def t(key: str, **values: Any) -> str:
    """Return the message `key` in the reader's language, with `values` filled in as `str.format` does.

    Raises:
        KeyError: the catalogue has no such message, or the message lacks the language.
    """
    namespace, _, name = key.partition(".")
    chosen = language()
    try:
        text = catalogue(namespace)[name][chosen]
    except KeyError as error:
        raise KeyError(
            f"no message {key!r} in language {chosen!r}; add it to messages/{namespace}.yml ({error.args[0]})"
        ) from None
    return text.format(**values) if values else text
