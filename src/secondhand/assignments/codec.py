"""Plain values as text: how inputs reach a student's process, and how answers come back.

A plain value is None, a bool, a number, a string, a list, a tuple, a dictionary with string keys or a numpy array of
numbers or truth values. Decoding makes such values and nothing else, from text of limited size: no class, no code and
no object of the sender survives it. It knows nothing of who sends.
"""

import base64
import binascii
import json
import math
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

DTYPES = frozenset(["|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"])
"""Kinds of arrays that are plain: truth values, whole, real and complex numbers."""

MAX_DEPTH = 32
MAX_PARTS = 200_000
"""How many lists, entries and words one value may consist of (an array counts as one)."""
MAX_DIMENSIONS = 8
MAX_DIGITS = 4000
"""How many hexadecimal digits a whole number may have."""

_NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class CodecError(ValueError):
    """A value is not plain, or a text is not that of a plain value; the message says why."""


class NotPlainError(CodecError):
    """A value is not plain in a way that an honest student may meet, and is told of in words.

    Attributes:
        reason: which way; a key of `REASONS`.
        values: what the words name.
    """

    REASONS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "deep": ("most",),
        "parts": ("most",),
        "keys": (),
        "kind": ("kind",),
        "array": ("kind",),
        "dimensions": ("got", "most"),
        "digits": ("most",),
        "text": (),
    }
    """What the words of each reason name."""

    def __init__(self, reason: str, **values: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values

    def __str__(self) -> str:
        # Only where they are shown are the words looked up: a student's process sends the reason.
        from secondhand.messages import t

        return t(f"assignments.plain.{self.reason}", **self.values)


def encode(value: Any) -> Any:
    """Return a plain value as what `json.dumps` takes.

    Numbers of numpy become Python's own; a subclass becomes its plain kind.

    Raises:
        CodecError: the value is not plain, or is nested too deeply.
    """
    return _encode(value, 0)


def _encode(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise NotPlainError("deep", most=MAX_DEPTH)
    # A process that has no arrays has not imported numpy.
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        return {"array": _encode_array(numpy.asarray(value))}
    if numpy is not None and isinstance(value, numpy.generic):
        value = value.item()
    if value is None or value is Ellipsis:
        # Who leaves `...` in the place of an answer has none yet.
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        whole = int(value)
        return whole if abs(whole) < 2**53 else {"int": f"{whole:x}"}
    if isinstance(value, float):
        real = float(value)
        return real if math.isfinite(real) else {"float": "nan" if real != real else "inf" if real > 0 else "-inf"}
    if isinstance(value, list):
        return [_encode(entry, depth + 1) for entry in value]
    if isinstance(value, tuple):
        return {"tuple": [_encode(entry, depth + 1) for entry in value]}
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise NotPlainError("keys")
        return {"dict": {str.__str__(key): _encode(entry, depth + 1) for key, entry in value.items()}}
    raise NotPlainError("kind", kind=type(value).__name__)


def _encode_array(array: Any) -> dict[str, Any]:
    dtype = array.dtype.newbyteorder("<").str
    if dtype not in DTYPES:
        raise NotPlainError("array", kind=str(array.dtype))
    if array.ndim > MAX_DIMENSIONS:
        raise NotPlainError("dimensions", got=array.ndim, most=MAX_DIMENSIONS)
    data = array.astype(dtype, order="C").tobytes()
    return {"dtype": dtype, "shape": list(array.shape), "data": base64.b64encode(data).decode("ascii")}


def decode(value: Any) -> Any:
    """Return the plain value of what `json.loads` made of a text.

    Raises:
        CodecError: it is not the text of a plain value, or is too deep or has too many parts.
    """
    return _Decoder().value(value, 0)


class _Decoder:
    def __init__(self) -> None:
        self.parts = 0

    def value(self, value: Any, depth: int) -> Any:
        self.parts += 1
        if depth > MAX_DEPTH:
            raise NotPlainError("deep", most=MAX_DEPTH)
        if self.parts > MAX_PARTS:
            raise NotPlainError("parts", most=MAX_PARTS)
        if value is None or isinstance(value, bool | int | float):
            if isinstance(value, float) and not math.isfinite(value):
                raise CodecError("a number is not finite")
            return value
        if isinstance(value, str):
            return _word(value)
        if isinstance(value, list):
            return [self.value(entry, depth + 1) for entry in value]
        if not isinstance(value, dict) or len(value) != 1:
            raise CodecError("an object must have exactly one key, its kind")
        ((kind, content),) = value.items()
        if kind == "float" and isinstance(content, str) and content in _NON_FINITE:
            return _NON_FINITE[content]
        if kind == "int" and isinstance(content, str):
            if len(content) > MAX_DIGITS:
                raise NotPlainError("digits", most=MAX_DIGITS)
            return _whole(content)
        if kind == "tuple" and isinstance(content, list):
            return tuple(self.value(entry, depth + 1) for entry in content)
        if kind == "dict" and isinstance(content, dict):
            return {_word(key): self.value(entry, depth + 1) for key, entry in content.items()}
        if kind == "array" and isinstance(content, dict):
            return _array(content)
        raise CodecError("an object is of no known kind")


def _word(value: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise NotPlainError("text") from None
    return value


def _whole(digits: str) -> int:
    unsigned = digits.removeprefix("-")
    if not unsigned or not set(unsigned) <= set("0123456789abcdef"):
        raise CodecError("a whole number is not written in hexadecimal digits")
    return int(digits, 16)


def _array(content: dict[str, Any]) -> Any:
    import numpy as np

    if set(content) != {"dtype", "shape", "data"}:
        raise CodecError("an array must have a dtype, a shape and data")
    dtype, shape, data = content["dtype"], content["shape"], content["data"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise CodecError("an array is not one of numbers or truth values")
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise CodecError("the shape of an array must be a short list")
    if not all(type(length) is int and 0 <= length < 2**40 for length in shape):
        raise CodecError("the shape of an array must hold whole numbers of at least 0")
    if not isinstance(data, str):
        raise CodecError("the data of an array must be a string")
    try:
        numbers = base64.b64decode(data.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise CodecError("the data of an array are not in base64") from None
    if math.prod(shape) * np.dtype(dtype).itemsize != len(numbers):
        raise CodecError("the data of an array do not fill its shape")
    if dtype == "|b1" and numbers.strip(b"\x00\x01"):
        raise CodecError("a truth value is neither 0 nor 1")
    # A copy of its own, which may be written to.
    try:
        return np.frombuffer(numbers, dtype=dtype).reshape(shape).copy()
    except ValueError:
        # An array without entries can have a shape that numpy has no numbers for.
        raise CodecError("the shape of an array is too large") from None


def dumps(message: Any) -> bytes:
    """Return a message as bytes; its values must have been encoded."""
    return json.dumps(message, allow_nan=False).encode("utf-8")


def loads(data: bytes) -> Any:
    """Return what was sent; `decode` then makes values of it.

    Raises:
        CodecError: it is not JSON in UTF-8, says something twice, or is nested too deeply for this program.
    """
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except CodecError:
        raise
    except (ValueError, RecursionError) as error:
        raise CodecError(f"not a message: {type(error).__name__}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CodecError("an object has a key twice")
    return found


def _no_constant(name: str) -> Any:
    raise CodecError(f"{name} is not a number of JSON")
