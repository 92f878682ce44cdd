"""No number of the chapters is typed that a cell computes."""

import json
import re
from pathlib import Path

import pytest

from secondhand.book import executed
from secondhand.book.prose import typed_numbers


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.usefixtures("site")
def test_computed_numbers_are_placed_and_not_typed(
    language: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = root / "_build" / "executed" / language
    stored = {
        re.sub(r"-[0-9a-f]+$", "", str(p.relative_to(folder).with_suffix(""))): p for p in folder.rglob("*.ipynb")
    }
    assert stored
    index = tmp_path / "index.json"
    index.write_text(json.dumps({page: str(path) for page, path in stored.items()}), encoding="utf-8")
    monkeypatch.setenv(executed.INDEX_VARIABLE, str(index))
    for page in stored:
        texts = {name: output["data"].get("text/plain", "") for name, output in executed.glued(page).items()}
        computed = {name: float(text) for name, text in texts.items() if _is_number(text)}
        assert computed, page
        source = root / ("" if language == "en" else language) / f"{page}.md"
        assert typed_numbers(source.read_text(encoding="utf-8"), computed) == [], source


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
