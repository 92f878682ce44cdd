"""Where human data come from: laws, digits, documentation, words, and text of local folders and the hub."""

import hashlib
import platform
import pydoc_data.topics
import re
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits as bundled_digits

from secondhand.sources import (
    ALLOW_HUB_VARIABLE,
    Categorical,
    Documentation,
    Gaussian,
    count_words,
    load_digits,
    load_documentation,
    load_hub_text,
    split_words,
    zipf_probabilities,
)


@pytest.fixture(scope="module")
def documentation() -> Documentation:
    return load_documentation()


# --- Laws -------------------------------------------------------------------------------------------------------------


def test_gaussian_has_the_moments_it_states() -> None:
    size = 100_000
    sample = Gaussian(mean=3.0, variance=4.0).sample(size, seed=10_001)
    assert sample.mean() == pytest.approx(3, abs=4 * np.sqrt(4 / size))
    assert sample.var() == pytest.approx(4, abs=4 * 4 * np.sqrt(2 / size))


def test_categorical_has_the_probabilities_it_states() -> None:
    size, law = 100_000, np.array([0.5, 0.3, 0.2, 0.0])
    shares = np.bincount(Categorical(law).sample(size, seed=10_002), minlength=4) / size
    assert (np.abs(shares - law) <= 4 * np.sqrt(law * (1 - law) / size)).all()


@pytest.mark.parametrize("source", [Gaussian(), Categorical(np.full(5, 0.2))])
def test_samples_depend_on_the_seed_alone(source: Gaussian | Categorical) -> None:
    first = source.sample(50, seed=10_003)
    assert (source.sample(50, seed=10_003) == first).all()
    assert (source.sample(50, seed=10_004) != first).any()


@given(st.integers(1, 300), st.floats(0, 3))
def test_zipf_is_a_power_of_the_rank(categories: int, exponent: float) -> None:
    law = zipf_probabilities(categories, exponent=exponent)
    assert law.sum() == pytest.approx(1)
    assert law[0] / law == pytest.approx(np.arange(1, categories + 1) ** exponent)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Gaussian(variance=0), ValueError, "variance must be above 0, got 0"),
        (lambda: Gaussian(mean="x"), TypeError, "mean must be a number, got 'x'"),  # type: ignore[arg-type]
        (lambda: Gaussian().sample(0, seed=1), ValueError, "size must be at least 1, got 0"),
        (lambda: Gaussian().sample(1, seed=1.5), TypeError, "seed must be an integer, got 1.5"),  # type: ignore[arg-type]
        (lambda: Categorical(np.array([0.5, 0.6])), ValueError, "probabilities must sum to 1, got 1.1"),
        (lambda: Categorical(np.ones(1)).sample(-1, seed=1), ValueError, "size must be at least 1, got -1"),
        (lambda: Categorical(np.ones(1)).sample(1, seed=-1), ValueError, "seed must be at least 0, got -1"),
        (lambda: zipf_probabilities(0), ValueError, "categories must be at least 1, got 0"),
        (lambda: zipf_probabilities(2, exponent=-1), ValueError, "exponent must be at least 0, got -1"),
    ],
)
def test_laws_refuse_bad_input(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()


# --- Digits -----------------------------------------------------------------------------------------------------------


def test_digits_are_all_of_the_bundled_ones_split_in_two() -> None:
    digits = load_digits(test_share=0.25, seed=10_010)
    pixels, labels = bundled_digits(return_X_y=True)
    together = np.column_stack(
        [
            np.concatenate([digits.train_images, digits.test_images]),
            np.concatenate([digits.train_labels, digits.test_labels]),
        ]
    )
    original = np.column_stack([pixels / 16, labels])
    assert (together[np.lexsort(together.T)] == original[np.lexsort(original.T)]).all()
    assert len(digits.test_images) == pytest.approx(0.25 * len(labels), abs=1)
    assert (digits.train_images.min(), digits.train_images.max()) == (0, 1)
    assert digits.provenance()["licence"] == "CC-BY-4.0"


def test_digits_are_split_evenly_by_label() -> None:
    digits = load_digits(test_share=0.4, seed=10_011)
    in_test = np.bincount(digits.test_labels)
    everywhere = in_test + np.bincount(digits.train_labels)
    assert (np.abs(in_test - 0.4 * everywhere) <= 1).all()


def test_digits_depend_on_the_seed_alone() -> None:
    first = load_digits(seed=10_012).train_labels
    assert (load_digits(seed=10_012).train_labels == first).all()
    assert (load_digits(seed=2**40).train_labels != first).any()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"test_share": 0, "seed": 1}, ValueError, "test_share must be above 0, got 0"),
        ({"test_share": 1.0, "seed": 1}, ValueError, "test_share must be below 1, got 1"),
        ({"test_share": 0.001, "seed": 1}, ValueError, "test_share must leave at least 10 images on both sides"),
        ({"test_share": 0.999, "seed": 1}, ValueError, "test_share must leave at least 10 images on both sides"),
        ({"test_share": "x", "seed": 1}, TypeError, "test_share must be a number, got 'x'"),
        ({"seed": "x"}, TypeError, "seed must be an integer, got 'x'"),
    ],
)
def test_digits_refuse_bad_input(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        load_digits(**arguments)


# --- Documentation ----------------------------------------------------------------------------------------------------


def test_documentation_is_that_of_the_running_python(documentation: Documentation) -> None:
    topics = pydoc_data.topics.topics
    assert dict(zip(documentation.topics["topic"], documentation.topics["text"], strict=True)) == topics
    assert list(documentation.topics["topic"]) == sorted(topics)
    assert documentation.provenance() == {
        "origin": "Python standard library, module pydoc_data.topics",
        "licence": "PSF-2.0",
        "python_version": platform.python_version(),
        "topics": len(topics),
        "characters": sum(map(len, topics.values())) + len(topics) - 1,
        "sha256": hashlib.sha256("\n".join(topics[name] for name in sorted(topics)).encode()).hexdigest(),
    }


def test_words_of_the_documentation_are_counted(documentation: Documentation) -> None:
    counts = documentation.word_counts()
    assert dict(zip(counts.words, counts.counts, strict=True)) == Counter(documentation.words())
    assert counts.total == len(documentation.words())


def test_split_keeps_every_topic_once_and_within_the_share(documentation: Documentation) -> None:
    for seed in range(10_020, 10_030):
        training, held_out = documentation.split(held_out_share=0.2, seed=seed)
        names = [*training.topics["topic"], *held_out.topics["topic"]]
        assert sorted(names) == list(documentation.topics["topic"])
        assert list(training.topics["topic"]) == sorted(training.topics["topic"])
        # Within one short topic of the share: the last topics that fit are short ones.
        assert 0.15 < len(held_out.text) / len(documentation.text) <= 0.2


def test_nothing_held_out_has_been_seen_in_training(documentation: Documentation) -> None:
    training, held_out = documentation.split(held_out_share=0.2, seed=10_031)
    seen = " ".join(training.text.split())
    paragraphs = [" ".join(block.split()) for block in re.split(r"\n\s*\n", held_out.text)]
    long_ones = [paragraph for paragraph in paragraphs if len(paragraph) >= 200]
    assert len(long_ones) > 50
    assert [paragraph for paragraph in long_ones if paragraph in seen] == []


def test_split_depends_on_the_seed_alone(documentation: Documentation) -> None:
    first = documentation.split(held_out_share=0.2, seed=10_032)
    assert documentation.split(held_out_share=0.2, seed=10_032)[1].sha256 == first[1].sha256
    assert documentation.split(held_out_share=0.2, seed=10_033)[1].sha256 != first[1].sha256
    assert first[0].sha256 != first[1].sha256


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"held_out_share": 0, "seed": 1}, ValueError, "held_out_share must be above 0, got 0"),
        ({"held_out_share": 1, "seed": 1}, ValueError, "held_out_share must be below 1, got 1"),
        ({"held_out_share": 1e-7, "seed": 1}, ValueError, "held_out_share must leave room for the smallest group"),
        ({"held_out_share": 0.5, "seed": "x"}, TypeError, "seed must be an integer, got 'x'"),
    ],
)
def test_split_refuses_bad_input(
    documentation: Documentation, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        documentation.split(**arguments)


def test_documentation_without_text_is_refused() -> None:
    empty = datasets.Dataset.from_dict({"topic": ["a"], "text": [" "]})
    with pytest.raises(ValueError, match="topics must hold some text, got ' '"):
        Documentation(topics=empty, licence="PSF-2.0", origin="nowhere", python_version="3.13.0")


# --- Words ------------------------------------------------------------------------------------------------------------


def test_words_are_ordered_by_count_then_alphabet() -> None:
    counts = count_words("The cat and the dog: a CAT, the-end!")
    assert counts.words == ("the", "cat", "a", "and", "dog", "end")
    assert counts.counts.tolist() == [3, 2, 1, 1, 1, 1]
    assert counts.probabilities == pytest.approx(counts.counts / 9)
    assert counts.to_frame().iloc[0].to_dict() == {"rank": 1, "word": "the", "count": 3}


@given(st.text(min_size=1))
def test_every_word_is_counted_once(text: str) -> None:
    if not re.search("[a-z]", text.lower()):
        with pytest.raises(ValueError, match="text must hold"):
            count_words(text)
        return
    assert count_words(text).total == len(split_words(text))
    assert (np.diff(count_words(text).counts) <= 0).all()


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", ValueError, "text must hold some text, got ''"),
        (" \n", ValueError, "text must hold some text"),
        ("123", ValueError, "text must hold at least one of the letters a to z, got '123'"),
        (b"abc", TypeError, "text must be a string, got b'abc' (bytes)"),
    ],
)
def test_texts_without_words_are_refused(text: Any, error: type[Exception], message: str) -> None:
    for function in (split_words, count_words):
        with pytest.raises(error, match=re.escape(message)):
            function(text)


# --- Folders and the hub ----------------------------------------------------------------------------------------------


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*arguments: Any) -> None:
        raise AssertionError(f"a test tried to reach the network: {arguments[1:]}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def _write_json(folder: Path, table: datasets.Dataset) -> None:
    table.to_json(folder / "train.jsonl")


def _write_parquet(folder: Path, table: datasets.Dataset) -> None:
    table.to_parquet(folder / "train.parquet")


def _save(folder: Path, table: datasets.Dataset) -> None:
    table.save_to_disk(folder)


def _save_splits(folder: Path, table: datasets.Dataset) -> None:
    datasets.DatasetDict({"train": table, "test": table.select([0])}).save_to_disk(folder)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("write", [_write_json, _write_parquet, _save, _save_splits])
def test_folders_load_without_the_switch(tmp_path: Path, write: Callable[[Path, datasets.Dataset], None]) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder, datasets.Dataset.from_dict({"body": ["one", "two"], "number": [1, 2]}))
    loaded = load_hub_text(str(folder), column="body")
    assert loaded.column_names == ["text"]
    assert list(loaded["text"]) == ["one", "two"]
    with pytest.raises(ValueError, match=r"column must be one of 'body', 'number', got 'text'"):
        load_hub_text(str(folder))
    with pytest.raises(ValueError, match=r"split must be one of .*'train'.*, got 'dev'"):
        load_hub_text(str(folder), column="body", split="dev")
    with pytest.raises(TypeError, match=r"column 'number' must hold strings, got 1 \(int\)"):
        load_hub_text(str(folder), column="number")


@pytest.mark.usefixtures("no_network")
def test_folders_of_text_files_load(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "train.txt").write_text("one\ntwo\n", encoding="utf-8")
    assert list(load_hub_text(str(folder))["text"]) == ["one", "two"]


@pytest.mark.usefixtures("no_network")
def test_folders_without_text_are_refused(tmp_path: Path) -> None:
    datasets.Dataset.from_dict({"text": ["", " "]}).save_to_disk(tmp_path / "data")
    with pytest.raises(ValueError, match="must hold some text, got only empty rows"):
        load_hub_text(str(tmp_path / "data"))


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("switch", [None, "0"])
def test_the_hub_stays_off_unless_switched_on(monkeypatch: pytest.MonkeyPatch, switch: str | None) -> None:
    if switch is not None:
        monkeypatch.setenv(ALLOW_HUB_VARIABLE, switch)
    with pytest.raises(RuntimeError, match=r"name='owner/name' is no local folder.* set .*SECONDHAND_ALLOW_HUB=1"):
        load_hub_text("owner/name")


def test_the_hub_is_asked_for_what_was_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def stand_in(name: str, **options: Any) -> datasets.Dataset:
        asked.update(options, name=name)
        return datasets.Dataset.from_dict({"story": ["Once."]})

    monkeypatch.setenv(ALLOW_HUB_VARIABLE, "1")
    monkeypatch.setattr(datasets, "load_dataset", stand_in)
    loaded = load_hub_text("owner/name", split="test", column="story", revision="abc")
    assert list(loaded["text"]) == ["Once."]
    assert asked == {"name": "owner/name", "split": "test", "revision": "abc"}


@pytest.mark.parametrize(("name", "error"), [("", ValueError), (3, TypeError)])
def test_a_name_is_needed(name: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="name must"):
        load_hub_text(name)
