"""The claims as they are written down: one YAML file a chapter, one entry a claim.

An entry says what is claimed, by whom, which value they published or we derived, and which measurement would falsify
it. It knows nothing of how a chapter measures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from secondhand.messages import LANGUAGES

LEDGER_FOLDER = Path(__file__).parent / "ledger"

CRITERIA = ("agrees", "above", "below", "identity")
"""How a measurement is held against its claim; `check` says what each means."""

_REQUIRED = {"id", "statement", "source", "published", "criterion", "falsified_by"}
_OPTIONAL = {"threshold", "digits", "fails_because"}


@dataclass(frozen=True)
class Claim:
    """One entry of the ledger.

    Attributes:
        id: the key that a chapter passes to `check`.
        chapter: name of the chapter that must check it, for example "model-collapse".
        statement: language → the claim in one sentence.
        source: language → who states it and where; "derived in this chapter" for our own.
        published: language → the published or derived value, in words and numbers.
        criterion: one of `CRITERIA`.
        threshold: the bound of the criteria "above" and "below", the tolerance of "identity".
        falsified_by: language → the measurement that would falsify the claim.
        fails_because: language → why the claim does not reproduce here; None for a claim that does. A claim with a
            reason is expected to fail, and the build stops when it begins to hold.
        digits: how many significant digits the card shows.
    """

    id: str
    chapter: str
    statement: Mapping[str, str]
    source: Mapping[str, str]
    published: Mapping[str, str]
    criterion: str
    threshold: float | None
    falsified_by: Mapping[str, str]
    fails_because: Mapping[str, str] | None
    digits: int


def load_ledger(folder: Path = LEDGER_FOLDER) -> dict[str, Claim]:
    """Return all claims of the book by id, in the order of the files.

    Raises:
        ValueError: an entry lacks a field, has one too many, lacks a language, or an id stands twice; the message
            names file, entry and field.
    """
    claims: dict[str, Claim] = {}
    for path in sorted(folder.glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
            claim = _read_entry(entry, path)
            if claim.id in claims:
                raise ValueError(f"{path.name}: claim {claim.id!r} stands twice in the ledger; give it another id")
            claims[claim.id] = claim
    return claims


def _read_entry(entry: Mapping[str, Any], path: Path) -> Claim:
    where = f"{path.name}: claim {entry.get('id', '(no id)')!r}"
    if missing := _REQUIRED - entry.keys():
        raise ValueError(f"{where} lacks {', '.join(sorted(missing))}")
    if unknown := entry.keys() - _REQUIRED - _OPTIONAL:
        raise ValueError(f"{where} has unknown fields: {', '.join(sorted(unknown))}")
    for field in ("statement", "source", "published", "falsified_by", "fails_because"):
        if field in entry and set(entry[field]) != set(LANGUAGES):
            raise ValueError(f"{where}: {field} must be given in {' and '.join(LANGUAGES)}, got {entry[field]!r}")
    if entry["criterion"] not in CRITERIA:
        raise ValueError(f"{where}: criterion must be one of {', '.join(CRITERIA)}, got {entry['criterion']!r}")
    if (entry["criterion"] == "agrees") == ("threshold" in entry):
        raise ValueError(f"{where}: a threshold goes with the criteria above, below and identity, and with no other")
    return Claim(
        id=entry["id"],
        chapter=path.stem,
        statement=entry["statement"],
        source=entry["source"],
        published=entry["published"],
        criterion=entry["criterion"],
        threshold=float(entry["threshold"]) if "threshold" in entry else None,
        falsified_by=entry["falsified_by"],
        fails_because=entry.get("fails_because"),
        digits=int(entry.get("digits", 3)),
    )
