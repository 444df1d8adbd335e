"""What a string could be taken for, by its look."""

from __future__ import annotations

import pytest

from privsynth.pii.lookalikes import looks_measured, looks_worded


@pytest.mark.parametrize(
    "text",
    [
        "1037-16-30",
        "3/4/21",
        "2021.3.14",
        "14:05",
        "5:20 a.m. to 5:59 a.m.",
        "2000/1/1T00:00",
        "12.50",
        "1,024",
        "1 024,5",
        "$12",
        "12 %",
        "12kg",
        "7 MB",
        "-3.5",
    ],
)
def test_dates_times_and_numbers_with_marks_look_measured(text: str) -> None:
    assert looks_measured(text)


@pytest.mark.parametrize(
    "text", ["004512", "AB-1234", "7F3Q9", "12-345-678", "078-05-1120", "12C", "3fa8bcd9", "", "x"]
)
def test_codes_and_bare_digits_do_not(text: str) -> None:
    assert not looks_measured(text)


@pytest.mark.parametrize("text", ["Mec 1 2009", "Xkq Plwz", "SMITH JOHN", "wuff aa", "no-3-de", "Ærø"])
def test_words_look_worded(text: str) -> None:
    assert looks_worded(text)


@pytest.mark.parametrize("text", ["AB-1234", "QQ 12 34 56 A", "3fa8bcd9", "abc123", "12-345", "", "K7Q2M4"])
def test_codes_hold_no_words(text: str) -> None:
    assert not looks_worded(text)
