"""The catalogue of messages: complete in both languages, with the same blanks to fill in."""

import string
from pathlib import Path

import pytest

import secondhand.messages as messages
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES, catalogue, language, speaking, t

NAMESPACES = sorted(p.stem for p in Path(messages.__file__).parent.glob("*.yml"))


def blanks(text: str) -> set[str | None]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_each_message_has_every_language_and_the_same_blanks(namespace: str) -> None:
    for name, texts in catalogue(namespace).items():
        assert set(texts) == set(LANGUAGES), name
        assert all(isinstance(text, str) and text.strip() for text in texts.values()), name
        assert len({frozenset(blanks(text)) for text in texts.values()}) == 1, name


def test_the_folder_or_the_variable_decides_the_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(LANGUAGE_VARIABLE, raising=False)
    for folder, expected in (("chapters/limits", "en"), ("es/chapters/limits", "es"), ("es/other", "en")):
        place = tmp_path / folder
        place.mkdir(parents=True)
        monkeypatch.chdir(place)
        assert language() == expected
    monkeypatch.setenv(LANGUAGE_VARIABLE, "es")
    assert t("common.claim.claim") == "Afirmación"
    monkeypatch.setenv(LANGUAGE_VARIABLE, "fr")
    with pytest.raises(ValueError, match="must be one of en, es, got 'fr'"):
        language()


def test_a_language_can_be_chosen_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, "es")
    with speaking("en"):
        assert t("common.claim.claim") == "Claim"
        with speaking("es"):
            assert t("common.claim.claim") == "Afirmación"
        with pytest.raises(KeyError, match="'es'"), speaking("es"):
            t("common.nothing")
        assert language() == "en"
    assert language() == "es"
    with pytest.raises(ValueError, match="language must be one of en, es, got 'fr'"), speaking("fr"):
        pass


def test_values_are_filled_in() -> None:
    assert "3 of 4" in t("common.check.hint-number", number=3, total=4)


@pytest.mark.parametrize(("key", "message"), [("common.nothing", "common.yml"), ("nothing.x", "no catalogue")])
def test_a_missing_message_is_named(key: str, message: str) -> None:
    with pytest.raises(KeyError, match=message):
        t(key)
