"""Texts made a column at a time are those that a loop over the rows would make."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest

from privsynth.generate.rules.values.lettering import drawn_letters, lettered, numbered, random_uuids
from privsynth.generate.rules.values.patterns import read_pattern


@pytest.mark.parametrize(
    ("start", "width", "prefix", "suffix"),
    [(1, 0, "", ""), (98, 3, "C-", ""), (-5, 4, "", "z"), (0, 2, "Ö", "/")],
)
def test_numbers_are_filled_as_python_fills_them(start: int, width: int, prefix: str, suffix: str) -> None:
    numbers = np.arange(start, start + 12)
    texts = numbered(numbers, width=width, prefix=prefix, suffix=suffix)
    assert texts.tolist() == [f"{prefix}{number:0{width}d}{suffix}" for number in numbers.tolist()]


def test_uuids_are_random_and_of_version_four() -> None:
    texts = random_uuids(500, np.random.default_rng(1))
    assert {UUID(text).version for text in texts} == {4}
    assert {UUID(text).variant for text in texts} == {"specified in RFC 4122"}
    assert all(str(UUID(text)) == text for text in texts)
    assert len(set(texts)) == 500
    assert len(random_uuids(0, np.random.default_rng(1))) == 0


def test_letters_of_any_alphabet_stand_at_their_places() -> None:
    assert lettered(["ab", "é", "x\U0001f600"], [np.array([0, 1]), np.array([0, 0]), np.array([1, 0])]).tolist() == [
        "aé\U0001f600",
        "béx",
    ]
    assert set(drawn_letters(["ab", "é"], 100, np.random.default_rng(1))) == {"aé", "bé"}
    assert len(drawn_letters(["ab"], 0, np.random.default_rng(1))) == 0


def test_texts_with_numbers_beyond_machine_words_are_unfolded() -> None:
    pattern = read_pattern(r"\d{30}|[a-z]{2}")
    assert pattern.numbers(np.array([0, 12, 2**62 - 1])).tolist() == ["0" * 30, f"{12:030d}", f"{2**62 - 1:030d}"]
