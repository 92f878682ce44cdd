"""Personal variants: seeds and parameters of an assignment that differ from student to student.

All of them derive from a secret of the class and the student's id (HMAC-SHA256), so that nothing needs to be stored and
nobody without the secret can compute anyone's. It knows nothing of tasks.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from secondhand import _validation as validate

SECRET_BYTES = 32
TAG_LENGTH = 20

_STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_Option = TypeVar("_Option")


@dataclass(frozen=True)
class Variant:
    """One student's variant of one assignment; make it with `variant_of`.

    Each quantity has a name of its own, and the same name gives the same value for ever.
    """

    assignment: str
    student: str
    _key: bytes = field(repr=False)

    @property
    def tag(self) -> str:
        """What a released notebook carries, so that the grader knows whose variant it is."""
        return hmac.digest(self._key, b"tag", hashlib.sha256).hex()[:TAG_LENGTH]

    def seed(self, name: str) -> int:
        """Return a seed for a random generator, from 0 to 2³¹ - 1."""
        return self._whole(name) % 2**31

    def integer(self, name: str, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included.

        Raises:
            ValueError: `high` is below `low`.
        """
        low = validate.integer("low", low)
        return low + self._whole(name) % (validate.integer("high", high, minimum=low) - low + 1)

    def number(self, name: str, low: float, high: float, digits: int) -> float:
        """Return a number from `low` to `high` with so many digits after the point.

        Raises:
            ValueError: no such number lies in the range.
        """
        scale = 10 ** validate.integer("digits", digits, minimum=0)
        first, last = round(low * scale), round(high * scale)
        if first > last:
            raise ValueError(f"high must be at least low, got low = {low:g} and high = {high:g}")
        drawn: float = self.integer(name, first, last) / scale
        return drawn

    def choice(self, name: str, options: Sequence[_Option]) -> _Option:
        """Return one of the options.

        Raises:
            ValueError: there are none.
        """
        if not options:
            raise ValueError("options must hold at least one entry, got none")
        return options[self._whole(name) % len(options)]

    def _whole(self, name: str) -> int:
        message = json.dumps(["value", name]).encode()
        return int.from_bytes(hmac.digest(self._key, message, hashlib.sha256), "big")


def variant_of(secret: bytes, assignment: str, student: str) -> Variant:
    """Return a student's variant.

    Raises:
        ValueError: the secret is too short to be one, or the id cannot be a student's.
    """
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"secret must have at least {SECRET_BYTES} bytes, got {len(secret)}; make one with new_secret")
    message = json.dumps(["variant", assignment, student_id(student)]).encode()
    return Variant(assignment, student, hmac.digest(secret, message, hashlib.sha256))


def owner_of(tag: str, variants: Iterable[Variant]) -> str | None:
    """Return the student whose variant carries the tag, or None."""
    found = None
    for variant in variants:
        if hmac.compare_digest(variant.tag.encode(), tag.encode("utf-8", errors="replace")):
            found = variant.student
    return found


def student_id(value: str) -> str:
    """Return the id if it can name a student, a folder and a file.

    Raises:
        ValueError: it cannot.
    """
    if not _STUDENT.fullmatch(value) or value.endswith("."):
        raise ValueError(
            f"a student's id must begin with a letter or digit and hold at most 64 letters, digits and . _ @ -, "
            f"got {value!r}"
        )
    return value


def new_secret(path: Path) -> bytes:
    """Write a new secret, which only its owner can read, and return it.

    Raises:
        FileExistsError: there is a secret already; without it nothing released before could be graded.
    """
    secret = secrets.token_bytes(SECRET_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return secret


def read_secret(path: Path) -> bytes:
    """Return the secret of a class.

    Raises:
        ValueError: the file is missing, or does not hold a secret.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
        secret = bytes.fromhex(text)
    except FileNotFoundError:
        raise ValueError(f"there is no class secret {path}; `secondhand assignments release` makes one") from None
    except ValueError:
        raise ValueError(f"{path} must hold the class secret in hexadecimal digits; restore it from a backup") from None
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"{path} must hold at least {SECRET_BYTES} bytes in hexadecimal digits, got {len(secret)}")
    return secret
