"""The identity of a dataset: a hash of what it holds, whatever way it was made.

The fingerprint that `datasets` keeps identifies a state of its cache, so that equal rows made by another route differ.
A hash of the content does not. It knows nothing of graphs.
"""

import datetime
import decimal
import hashlib
import numbers
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from secondhand import _quiet  # noqa: F401 - before anything that imports tqdm.auto

# isort: split

import datasets

_BATCH = 1_000


def is_dataset(value: object) -> bool:
    """Return whether `value` is a table of the library `datasets`."""
    return isinstance(value, datasets.Dataset)


def content_hash(dataset: datasets.Dataset) -> str:
    """Return the SHA-256 hash of the names of the columns and of all rows, in their order, in hexadecimal.

    Values count, and how they are stored does not: chunks, indices, cache and format make no difference, nor do 32 or
    64 bits where the value is the same (as it is for integers, and for few decimal fractions). An integer differs from
    a floating-point number of equal value; all NaN are equal, and so are 0.0 and −0.0. The order of rows and of columns
    counts.

    Raises:
        TypeError: `dataset` is not a `datasets.Dataset`, or holds a value that has no canonical form.
    """
    if isinstance(dataset, datasets.DatasetDict):
        raise TypeError(f"dataset must be a single Dataset, got one for each of {list(dataset)}; hash one of them")
    if not isinstance(dataset, datasets.Dataset):
        raise TypeError(f"dataset must be a datasets.Dataset, got {dataset!r} ({type(dataset).__name__})")
    columns = list(dataset.column_names)
    digest = hashlib.sha256(b"".join(_canonical(columns)))
    # As Arrow tables: images and sounds stay bytes, and a transform that the user has set plays no part.
    for table in dataset.with_format("arrow").iter(batch_size=_BATCH):
        values = table.to_pydict()
        for row in zip(*(values[name] for name in columns), strict=True):
            try:
                digest.update(b"".join(_canonical(row)))
            except TypeError as error:
                raise TypeError(f"dataset must hold plain values, got {error}; turn it into numbers or text") from None
    return digest.hexdigest()


def _canonical(value: Any) -> Iterator[bytes]:
    """Yield bytes that are equal for equal values only: a letter for the type, then lengths and content."""
    match value:
        case None:
            yield b"n"
        case bool():
            yield b"t" if value else b"f"
        case str():
            # Text that UTF-8 cannot write, such as a lone surrogate, still has an identity.
            yield from _sized(b"s", value.encode("utf-8", "surrogatepass"))
        case numbers.Integral():
            yield from _sized(b"i", str(int(value)).encode())
        case float():
            yield b"d" + struct.pack(">d", float("nan") if value != value else value + 0.0)
        case bytes() | bytearray():
            yield from _sized(b"y", bytes(value))
        case datetime.datetime() | datetime.date() | datetime.time():
            yield from _sized(b"c", f"{type(value).__name__} {value.isoformat()}".encode())
        case datetime.timedelta() | decimal.Decimal():
            yield from _sized(b"q", repr(value).encode())
        case Mapping():
            yield b"m%d:" % len(value)
            for key, item in value.items():
                yield from _canonical(key)
                yield from _canonical(item)
        case list() | tuple():
            yield b"l%d:" % len(value)
            for item in value:
                yield from _canonical(item)
        case _:
            raise TypeError(f"{value!r} ({type(value).__name__})")


def _sized(letter: bytes, content: bytes) -> Iterator[bytes]:
    yield b"%b%d:" % (letter, len(content))
    yield content
