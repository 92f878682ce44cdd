"""Holding a measurement against a claim of the ledger.

The card that a check displays is what the reader sees of a claim; the same facts travel in the executed notebook, from
which the book makes its ledger page. It knows nothing of experiments.
"""

import html
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from IPython.display import display

from secondhand import _validation as validate
from secondhand.claims.ledger_file import Claim, load_ledger
from secondhand.messages import language, t

CLAIM_MIME_TYPE = "application/vnd.secondhand.claim+json"

WIDENING = 2.0
"""How far beyond the 95 % interval a reference may lie: twice its half-width, about four standard errors.

A build checks many claims; at one 95 % interval each, one in twenty true claims would stop it.
"""


class ClaimError(AssertionError):
    """A claim no longer holds (or one that is known to fail began to hold), so the build must stop."""


@runtime_checkable
class HasInterval(Protocol):
    """An estimate with its interval, as `secondhand.measures` returns it."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """What came out of holding one measurement against its claim.

    Attributes:
        claim: the entry of the ledger.
        measured: the estimate.
        low: lower end of its 95 % interval.
        high: upper end.
        reference: the theoretical or published number that the estimate is compared with, if the criterion needs one.
        holds: whether the measurement meets the criterion.
    """

    claim: Claim
    measured: float
    low: float
    high: float
    reference: float | None
    holds: bool

    @property
    def as_expected(self) -> bool:
        """Whether the book may say what it says: the claim holds, or fails for the reason that the ledger gives."""
        return self.holds == (self.claim.fails_because is None)

    def number(self, value: float) -> str:
        """Return `value` with as many decimals as show the significant digits that the claim asks for of the estimate.

        All numbers of a card so have the same decimals and can be compared at a glance.
        """
        scale = abs(self.measured) or abs(self.high - self.low) or 1.0
        decimals = max(0, self.claim.digits - 1 - int(np.floor(np.log10(scale))))
        if decimals > 12:
            return f"{value:.1e}".replace("-", "−") if value else "0"
        text = f"{value:z,.{decimals}f}"
        return text.replace("-", "−")

    def values(self) -> dict[str, str]:
        """Return the lines of the card below the statement: label → text, in the reader's language."""
        published = self.claim.published[language()]
        if self.reference is not None:
            published = t("common.claim.here", published=published, reference=self.number(self.reference))
        measured = self.number(self.measured)
        if self.low < self.high:
            measured = t(
                "common.claim.interval", measured=measured, low=self.number(self.low), high=self.number(self.high)
            )
        return {
            t("common.claim.source"): self.claim.source[language()],
            t("common.claim.published"): published,
            t("common.claim.measured"): measured,
        }

    def verdict(self) -> str:
        """Return the verdict in the reader's language, with the reason where the claim fails."""
        if self.holds:
            return t("common.claim.holds")
        reason = self.claim.fails_because
        return t("common.claim.fails") if reason is None else t("common.claim.known", reason=reason[language()])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        lines = self.values()
        verdict = self.verdict()
        falsified_by = self.claim.falsified_by[language()]
        data = {
            "id": self.claim.id,
            "chapter": self.claim.chapter,
            "statement": self.claim.statement[language()],
            "source": lines[t("common.claim.source")],
            "published": lines[t("common.claim.published")],
            "measured": self.measured,
            "low": self.low,
            "high": self.high,
            "reference": self.reference,
            "measured_text": lines[t("common.claim.measured")],
            "verdict": "holds" if self.holds else "fails",
            "reason": "" if self.holds or self.claim.fails_because is None else self.claim.fails_because[language()],
        }
        rows = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in lines.items())
        mark = "✓" if self.holds else "✗"
        card = (
            f'<div class="claim-card {"claim-holds" if self.holds else "claim-fails"}" id="claim-{self.claim.id}">'
            f'<p class="claim-statement"><strong>{html.escape(t("common.claim.claim"))}.</strong> '
            f"{html.escape(self.claim.statement[language()])}</p>"
            f'<dl class="claim-values">{rows}</dl>'
            f'<p class="claim-verdict"><span aria-hidden="true">{mark}</span> {html.escape(verdict)}</p>'
            f'<details class="claim-falsifier"><summary>{html.escape(t("common.claim.falsified-by"))}</summary>'
            f"<p>{html.escape(falsified_by)}</p></details></div>"
        )
        lines[t("common.claim.falsified-by")] = falsified_by
        text = "\n".join(
            [self.claim.statement[language()], *(f"  {k}: {v}" for k, v in lines.items()), f"  {mark} {verdict}"]
        )
        return {"text/html": card, "text/plain": text, CLAIM_MIME_TYPE: data}


def evaluate(
    claim_id: str,
    measured: HasInterval | float,
    interval: tuple[float, float] | None = None,
    *,
    reference: float | None = None,
) -> Verdict:
    """Hold a measurement against the claim `claim_id`.

    The ledger says which criterion decides:

    - "agrees": the reference lies in the 95 % interval, or no further outside than it is half wide (about four standard
      errors from the estimate).
    - "above", "below": the whole interval lies above (below) the threshold of the ledger.
    - "identity": the estimate differs from the reference by at most the threshold, whatever the interval.

    Args:
        claim_id: key of the ledger.
        measured: the estimate, or an object with `estimate`, `low` and `high`.
        interval: its 95 % interval, unless `measured` carries one.
        reference: the theoretical or published number, for "agrees" and "identity".

    Raises:
        KeyError: the ledger has no such claim.
        ValueError: the interval does not hold the estimate, or the criterion lacks what it needs.
    """
    ledger = load_ledger()
    if claim_id not in ledger:
        raise KeyError(f"the ledger has no claim {claim_id!r}; its claims are {', '.join(ledger)}")
    claim = ledger[claim_id]
    if isinstance(measured, HasInterval):
        interval = (measured.low, measured.high)
        estimate = validate.number("measured", measured.estimate)
    else:
        estimate = validate.number("measured", measured)
    low, high = (estimate, estimate) if interval is None else map(float, interval)
    if not low <= estimate <= high:
        raise ValueError(f"interval must hold the estimate {estimate:g}, got ({low:g}, {high:g})")
    if (reference is not None) != (claim.criterion in ("agrees", "identity")):
        needs = "needs a reference" if reference is None else "takes no reference"
        raise ValueError(f"claim {claim_id!r} has the criterion {claim.criterion!r}, which {needs}")
    if interval is None and claim.criterion != "identity":
        raise ValueError(f"claim {claim_id!r} has the criterion {claim.criterion!r}, which needs an interval")
    threshold = claim.threshold
    match claim.criterion, reference, threshold:
        case "agrees", float() | int(), _:
            holds = estimate - WIDENING * (estimate - low) <= reference <= estimate + WIDENING * (high - estimate)
        case "identity", float() | int(), float():
            holds = abs(estimate - reference) <= threshold
        case "above", _, float():
            holds = low > threshold
        case _, _, float():
            holds = high < threshold
        case _:
            raise ValueError(f"reference must be a number, got {reference!r}")
    return Verdict(claim, estimate, low, high, None if reference is None else float(reference), bool(holds))


def check(
    claim_id: str,
    measured: HasInterval | float,
    interval: tuple[float, float] | None = None,
    *,
    reference: float | None = None,
) -> None:
    """Hold a measurement against a claim, show the card, and stop where the book would say something untrue.

    Arguments and criteria are those of `evaluate`.

    Raises:
        ClaimError: the claim does not hold, or holds although the ledger gives a reason why it should not.
    """
    verdict = evaluate(claim_id, measured, interval, reference=reference)
    display(verdict)  # type: ignore[no-untyped-call]
    if not verdict.as_expected:
        lines = "; ".join(f"{k}: {v}" for k, v in verdict.values().items())
        known = "" if verdict.claim.fails_because is None else " (the ledger says that it fails: remove the reason)"
        raise ClaimError(f"claim {claim_id!r}: {verdict.verdict()}{known}; {lines}")
