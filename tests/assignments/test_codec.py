"""Plain values survive the journey exactly; nothing else does."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from secondhand.assignments import codec
from secondhand.assignments.codec import CodecError

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=15,
)


def there_and_back(value: Any) -> Any:
    return codec.decode(codec.loads(codec.dumps(codec.encode(value))))


def same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@given(PLAIN)
def test_plain_values_come_back_equal_and_of_their_kind(value: Any) -> None:
    assert same(there_and_back(value), value)


@given(
    st.sampled_from(sorted(codec.DTYPES)).flatmap(
        lambda d: arrays.arrays(d, arrays.array_shapes(min_dims=0, min_side=0))
    )
)
def test_arrays_come_back_equal(array: np.ndarray) -> None:
    back = there_and_back(array)
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)


def test_numbers_of_numpy_become_numbers() -> None:
    values = there_and_back([np.float64(0.5), np.int32(3), np.bool_(True), np.float32(0.25), np.str_("x")])
    assert [type(value) for value in values] == [float, int, bool, float, str]
    assert there_and_back(np.arange(6, dtype=">i4").reshape(2, 3).T).tolist() == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, b"x", 1j, {1: 2}, np.array(["a"]), np.array([None]), np.zeros((1,) * 9), print]
)
def test_other_values_are_refused_when_sent(value: Any) -> None:
    with pytest.raises(CodecError):
        codec.encode(value)


def test_values_that_hold_themselves_are_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(CodecError, match="levels deep"):
        codec.encode(endless)


def array(**changes: Any) -> str:
    return json.dumps({"array": {"dtype": "<f8", "shape": [1], "data": "AAAAAAAAAAA=", **changes}})


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "1e999",
        "{}",
        '{"a": 1, "b": 2}',
        '{"tuple": [], "tuple": []}',
        '{"pickle": "gASVAAAA"}',
        '{"float": "1"}',
        '{"float": []}',
        '{"int": "0x10"}',
        '{"int": "1_0"}',
        '{"int": " 1"}',
        '{"int": "-"}',
        '{"int": 1}',
        f'{{"int": "{"f" * 5000}"}}',
        "1" * 5000,
        '"\\ud800"',
        '{"dict": {"\\ud800": 1}}',
        "[" * 100 + "]" * 100,
        "[" * 200_000,
        f"[{','.join('1' * 250_000)}]",
        array(dtype="|O"),
        array(dtype="object"),
        array(dtype=["<f8"]),
        array(dtype="|b1", data="AgAAAAAAAAA=", shape=[8]),
        array(shape=[2]),
        array(shape=[-1]),
        array(shape=[True]),
        array(shape=[1.0]),
        array(shape=[2**62, 2**62]),
        array(shape=[1] * 9),
        array(shape="1"),
        array(data="AAAA*AAAAAA="),
        array(data="é"),
        array(data=[1]),
        array(more=1),
        "\xff",
        "",
    ],
)
def test_texts_of_no_plain_value_are_refused_when_received(text: str) -> None:
    with pytest.raises(CodecError):
        codec.decode(codec.loads(text.encode("latin-1")))


def test_received_arrays_are_their_own() -> None:
    received = codec.decode(codec.loads(array().encode()))
    received[0] = 1.0
    assert received.flags.owndata
    assert received.flags.writeable
