"""The ledger and its check: what holds, what fails, and what is refused."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from secondhand.claims import CLAIM_MIME_TYPE, Claim, ClaimError, Verdict, check, evaluate, load_ledger, record, verdict
from secondhand.messages import LANGUAGES

BOTH = {"en": "words", "es": "palabras"}


def claim(criterion: str, threshold: float | None = None, *, fails: bool = False) -> Claim:
    reason = {"en": "too small", "es": "demasiado pequeño"} if fails else None
    return Claim("some-claim", "chapter", BOTH, BOTH, BOTH, criterion, threshold, BOTH, reason, 3)


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> dict[str, Claim]:
    entries = {
        "agrees": claim("agrees"),
        "above": claim("above", 2.0),
        "below": claim("below", 2.0),
        "identity": claim("identity", 1e-9),
        "known-failure": claim("above", 2.0, fails=True),
    }
    monkeypatch.setattr(verdict, "load_ledger", lambda: entries)
    return entries


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Verdict]:
    cards: list[Verdict] = []
    monkeypatch.setattr(verdict, "display", cards.append)
    return cards


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("claim_id", "interval", "reference", "holds"),
    [
        ("agrees", (0.9, 1.1), 1.05, True),
        ("agrees", (0.9, 1.1), 1.19, True),
        ("agrees", (0.9, 1.1), 1.21, False),
        ("agrees", (0.9, 1.1), 0.79, False),
        ("agrees", (0.7, 1.01), 0.5, True),
        ("agrees", (0.7, 1.01), 1.05, False),
        ("above", (2.01, 3), None, True),
        ("above", (1.99, 3), None, False),
        ("below", (1, 1.99), None, True),
        ("below", (1, 2.01), None, False),
        ("identity", (0, 9), 1 + 5e-10, True),
        ("identity", (0, 9), 1 + 5e-9, False),
    ],
)
def test_each_criterion_decides(
    claim_id: str, interval: tuple[float, float], reference: float | None, holds: bool
) -> None:
    measured = 1.0 if claim_id in ("agrees", "identity") else sum(interval) / 2
    assert evaluate(claim_id, measured, interval, reference=reference).holds is holds


@pytest.mark.usefixtures("ledger")
@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.floats(-5, 5))
def test_agreement_does_not_depend_on_the_unit(estimate: float, half_width: float, shift: float) -> None:
    def holds(scale: float) -> bool:
        interval = ((estimate - half_width) * scale, (estimate + half_width) * scale)
        reference = (estimate + shift * half_width) * scale
        return evaluate("agrees", estimate * scale, interval, reference=reference).holds

    assert holds(1.0) == holds(4.0)  # a power of two, so that rounding is the same


@pytest.mark.usefixtures("ledger")
def test_an_object_with_an_interval_is_read() -> None:
    @dataclass
    class Interval:
        estimate: float = 2.5
        low: float = 2.4
        high: float = 2.6

    result = evaluate("above", Interval())
    assert (result.measured, result.low, result.high) == (2.5, 2.4, 2.6)


@pytest.mark.usefixtures("ledger")
def test_a_failing_claim_is_shown_and_stops_with_what_was_measured(shown: list[Verdict]) -> None:
    with pytest.raises(ClaimError, match=r"'above'.*1\.50.*1\.00 to 2\.00"):
        check("above", 1.5, (1.0, 2.0))
    assert "Does not reproduce" in shown[0]._repr_mimebundle_()["text/plain"]


@pytest.mark.usefixtures("ledger")
def test_a_claim_known_to_fail_is_shown_with_its_reason_and_does_not_stop(shown: list[Verdict]) -> None:
    check("known-failure", 1.5, (1.0, 2.0))
    assert "Does not reproduce, as the ledger records: too small" in shown[0]._repr_mimebundle_()["text/plain"]


@pytest.mark.usefixtures("ledger")
def test_a_claim_known_to_fail_that_begins_to_hold_stops() -> None:
    with pytest.raises(ClaimError, match="remove the reason"):
        check("known-failure", 2.5, (2.4, 2.6))


@pytest.mark.usefixtures("ledger")
def test_the_card_carries_the_facts_for_the_ledger_page_and_escapes_html() -> None:
    bundle = evaluate("above", 2.5, (2.4, 2.6))._repr_mimebundle_()
    assert bundle[CLAIM_MIME_TYPE]["id"] == "some-claim"
    assert bundle[CLAIM_MIME_TYPE]["verdict"] == "holds"
    assert "claim-holds" in bundle["text/html"]
    hostile = Verdict(
        Claim("x", "c", {"en": "<script>"}, BOTH, BOTH, "above", 0.0, BOTH, None, 3), 1.0, 1.0, 1.0, None, True
    )
    assert "<script>" not in hostile._repr_mimebundle_()["text/html"]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (("nothing", 1.0, (0, 2)), {}, "no claim 'nothing'"),
        (("above", 3.0, (0, 2)), {}, "interval must hold the estimate 3"),
        (("above", 1.0), {}, "needs an interval"),
        (("agrees", 1.0, (0, 2)), {}, "needs a reference"),
        (("above", 1.0, (0, 2)), {"reference": 1.0}, "takes no reference"),
        (("above", float("nan"), (0, 2)), {}, "measured must be finite"),
    ],
)
def test_bad_input_is_named(arguments: tuple[object, ...], keywords: dict[str, float], message: str) -> None:
    with pytest.raises((KeyError, ValueError), match=message):
        evaluate(*arguments, **keywords)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (0.36417, "0.364 (95 % interval 0.264 to 0.464)"),
        (12.345, "12.3 (95 % interval 12.2 to 12.4)"),
        (1234.5, "1,234 (95 % interval 1,234 to 1,235)"),
        (-0.5, "−0.500 (95 % interval −0.600 to −0.400)"),
        (0.0, "0.000 (95 % interval −0.100 to 0.100)"),
    ],
)
def test_numbers_of_a_card_have_the_decimals_of_its_estimate(measured: float, expected: str) -> None:
    result = Verdict(claim("above", 0.0), measured, measured - 0.1, measured + 0.1, None, True)
    assert result.values()["Measured"] == expected


def test_a_difference_near_zero_is_a_power_of_ten_and_zero_is_zero() -> None:
    result = Verdict(claim("identity", 1e-10), 1.1e-16, 1.1e-16, 1.1e-16, 0.0, True)
    assert result.values()["Measured"] == "1.1e−16"
    assert result.number(0.0) == "0"
    assert result.number(-1e-15) == "−1.0e−15"


def test_every_entry_of_the_ledger_is_complete() -> None:
    ledger = load_ledger()
    assert ledger
    for entry in ledger.values():
        for field in (entry.statement, entry.source, entry.published, entry.falsified_by):
            assert all(field[language].strip() for language in LANGUAGES), entry.id


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"statement": None}, "lacks statement"),
        ({"colour": "red"}, "unknown fields: colour"),
        ({"criterion": "maybe"}, "criterion must be one of"),
        ({"statement": {"en": "only"}}, "must be given in en and es"),
        ({"threshold": 3}, "a threshold goes with"),
        ({"criterion": "above"}, "a threshold goes with"),
    ],
)
def test_a_bad_entry_is_named_with_file_and_field(change: dict[str, object], message: str, tmp_path: Path) -> None:
    entry: dict[str, object] = {
        "id": "x",
        "statement": BOTH,
        "source": BOTH,
        "published": BOTH,
        "criterion": "agrees",
        "falsified_by": BOTH,
    }
    entry = {key: value for key, value in (entry | change).items() if value is not None}
    (tmp_path / "chapter.yml").write_text(yaml.safe_dump([entry]), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"chapter\.yml: claim 'x'.*{message}"):
        load_ledger(tmp_path)


def test_an_id_may_not_stand_twice(tmp_path: Path) -> None:
    fields = ("statement", "source", "published", "falsified_by")
    entry = {"id": "x", "criterion": "agrees"} | dict.fromkeys(fields, BOTH)
    (tmp_path / "a.yml").write_text(yaml.safe_dump([entry]), encoding="utf-8")
    (tmp_path / "b.yml").write_text(yaml.safe_dump([entry]), encoding="utf-8")
    with pytest.raises(ValueError, match="stands twice"):
        load_ledger(tmp_path)


def test_recorded_numbers_are_plain_so_that_prose_can_format_them(monkeypatch: pytest.MonkeyPatch) -> None:
    glued: dict[str, object] = {}
    monkeypatch.setattr("secondhand.claims.recording.glue", lambda name, value, display: glued.update({name: value}))
    record(share=np.float64(0.25), count=np.int64(3), word="mean")  # type: ignore[arg-type]
    assert [type(v) for v in glued.values()] == [float, int, str]
    with pytest.raises(TypeError, match="shares must be a number or a string"):
        record(shares=np.zeros(3))  # type: ignore[arg-type]
