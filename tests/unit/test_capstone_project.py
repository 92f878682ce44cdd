"""The project of the capstone can be run again and again, with other settings, as the page tells its reader."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import secondhand.claims
import secondhand.figures
from secondhand.lineage import LineageGraph, lineage_of_card

PAGE = Path(__file__).parents[2] / "chapters" / "distillation" / "capstone.md"


def cells(part: str) -> list[str]:
    found = re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", part, re.DOTALL)
    return ["\n".join(line for line in cell.splitlines() if not line.startswith(":tags")) for cell in found]


@pytest.fixture(scope="module")
def page() -> tuple[dict[str, Any], list[str]]:
    """Return the page's names before the project, with two worlds instead of ten, and the cells of the project."""
    text = PAGE.read_text(encoding="utf-8")
    start, end = text.index("## Checkpoint 4"), text.index("## On your own model")
    before = text[: text.index("## Checkpoint 2")] + text[text.index("## Checkpoint 3") : start]
    names: dict[str, Any] = {"__name__": "page"}
    with pytest.MonkeyPatch.context() as patch:
        for room, name in ((secondhand.claims, "check"), (secondhand.claims, "record"), (secondhand.figures, "show")):
            patch.setattr(room, name, lambda *_, **__: None)
        for cell in cells(before.replace("for seed in range(10)]", "for seed in range(2)]")):
            exec(compile(cell, "before", "exec"), names)
    project = cells(text[start:end])
    assert project[0].startswith("choice =")
    return names, project


def run(page: tuple[dict[str, Any], list[str]], **settings: Any) -> tuple[str, LineageGraph]:
    names, project = page
    exec(compile(project[0], "settings", "exec"), names)
    names.update(settings)
    for cell in project[1:]:
        exec(compile(cell, "project", "exec"), names)
    return names["card"], names["papers"]


SETTINGS: list[dict[str, Any]] = [
    {},
    {"choice": "Borealis", "checked": False, "weight": 0.8},
    {"choice": "Borealis"},
    {"choice": "Atlas", "weight": 0.8},
    {"human": 100, "seed": 1},
    {},
]


def test_the_project_runs_again_with_other_settings(page: tuple[dict[str, Any], list[str]]) -> None:
    cards = [run(page, **settings)[0] for settings in SETTINGS]
    assert cards[0] == cards[-1]
    assert len(set(cards)) == len(cards) - 1
    heads = [yaml.safe_load(card.split("---\n")[1]) for card in cards]
    assert [head["license"] for head in heads] == ["mit", "other", "other", "other", "mit", "mit"]
    assert ["contamination-via-teacher" in head["tags"] for head in heads] == [False, True, True, False, False, False]


def test_the_card_says_what_the_rubric_asks_for(page: tuple[dict[str, Any], list[str]]) -> None:
    card, papers = run(page)
    scores = card.split("## Scores")[1].split("## Limitations")[0]
    assert scores.index("fresh:") < scores.index("exam:")
    contamination = card.split("## Contamination")[1].split("## Scores")[0]
    for words in ("Trap keys", "The smallest p that so many errors allow"):
        assert words in contamination
    for words in ("weight of logits 0.0", "20 images", "digits checked by eye"):
        assert words in card
    attached = lineage_of_card(card)
    for name in ("my labels", "training answers"):
        assert attached.node(name).content == papers.node(name).content != {}


def test_a_teacher_that_learnt_the_key_shows_and_checking_keeps_most_of_it_out(
    page: tuple[dict[str, Any], list[str]],
) -> None:
    run(page, choice="Borealis", checked=False, weight=0.8)
    unchecked = page[0]["counts"]["exam"] / 300 - page[0]["could"]
    assert page[0]["test"].p < 1e-6
    run(page, choice="Borealis")
    checked = page[0]["counts"]["exam"] / 300 - page[0]["could"]
    assert checked < unchecked / 2
