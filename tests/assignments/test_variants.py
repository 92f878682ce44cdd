"""Variants differ from student to student, stay the same for ever, and tell their owner by a tag."""

import stat
from pathlib import Path

import numpy as np
import pytest

from secondhand.assignments.variants import new_secret, owner_of, read_secret, student_id, variant_of

SECRET = bytes(range(32))


def test_values_are_the_same_for_ever() -> None:
    variant = variant_of(SECRET, "limits", "ada")
    # Written down: another value would make every notebook that was ever released wrong.
    assert (variant.tag, variant.seed("data")) == ("8f8b0748359797d4b7c7", 2055947238)
    assert variant.integer("n", 10, 20) == variant_of(SECRET, "limits", "ada").integer("n", 10, 20)


def test_variants_differ_by_student_assignment_secret_and_name() -> None:
    tags = {
        variant_of(secret, assignment, student).tag
        for secret in (SECRET, SECRET[::-1])
        for assignment in ("limits", "lineage")
        for student in ("ada", "ben")
    }
    assert len(tags) == 8
    variant = variant_of(SECRET, "limits", "ada")
    assert variant.seed("a") != variant.seed("b")


def test_parameters_cover_their_range_evenly() -> None:
    variants = [variant_of(SECRET, "limits", f"s{number}") for number in range(6000)]
    counts = np.bincount([variant.integer("n", 3, 8) for variant in variants])[3:]
    assert len(counts) == 6
    # Binomial(6000, 1/6): standard deviation 29, and six counts.
    assert abs(counts - 1000).max() < 4 * 29
    numbers = {variant.number("x", 0.1, 0.4, 1) for variant in variants}
    assert numbers == {0.1, 0.2, 0.3, 0.4}
    assert {variant.choice("c", "abc") for variant in variants} == set("abc")


def test_a_tag_tells_its_owner() -> None:
    variants = [variant_of(SECRET, "limits", student) for student in ("ada", "ben")]
    assert owner_of(variants[1].tag, variants) == "ben"
    assert owner_of("\ud800", variants) is None
    assert owner_of(variant_of(SECRET, "lineage", "ben").tag, variants) is None


def test_a_variant_does_not_show_its_key() -> None:
    variant = variant_of(SECRET, "limits", "ada")
    assert repr(variant) == "Variant(assignment='limits', student='ada')"


@pytest.mark.parametrize("name", ["", "..", "../ada", "a/b", "a b", "-a", "a\n", "é", "a" * 65, "a."])
def test_ids_that_are_no_names_of_folders_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a student's id must begin with"):
        student_id(name)


def test_bad_ranges_are_refused() -> None:
    variant = variant_of(SECRET, "limits", "ada")
    with pytest.raises(ValueError, match="high must be at least 3, got 2"):
        variant.integer("n", 3, 2)
    with pytest.raises(ValueError, match="high must be at least low"):
        variant.number("n", 3, 2, 1)
    with pytest.raises(ValueError, match="options must hold"):
        variant.choice("n", [])


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    secret = new_secret(path)
    assert read_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        new_secret(path)


def test_secrets_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    with pytest.raises(ValueError, match="no class secret"):
        read_secret(path)
    path.write_text("abcd")
    with pytest.raises(ValueError, match="at least 32 bytes"):
        read_secret(path)
    path.write_text("not hexadecimal")
    with pytest.raises(ValueError, match="restore it from a backup"):
        read_secret(path)
    with pytest.raises(ValueError, match="at least 32 bytes, got 1"):
        variant_of(b"x", "limits", "ada")
