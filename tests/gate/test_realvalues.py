"""A telephone number has many spellings and is one number; another number is another, even by one digit."""

from __future__ import annotations

import pytest

from privsynth.gate.realvalues import forms, numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+1 202-555-0123", "(202) 555-0123"),
        ("12025550123", "2025550123"),
        ("001-202-555-0123x44", "202.555.0123"),
        ("+44 (0)7700 900123", "07700 900123"),
        ("0044 7700 900123", "+447700900123"),
        ("+34 612 345 678", "612345678"),
        ("+45 12 34 56 78", "12345678"),
        ("+49 151 2345678", "0151 / 2345678"),
    ],
)
def test_spellings_of_one_number_share_a_form(one: str, other: str) -> None:
    assert numbers(one) & numbers(other)
    assert forms([one], "PHONE") & forms([other], "PHONE")


@pytest.mark.parametrize(
    ("one", "other"),
    [("(202) 555-0123", "(302) 555-0123"), ("+1 202-555-0123", "+1 302-555-0123"), ("07700 900123", "07800 900123"), ("+34 612345678", "+34 712345678")],
)
def test_one_other_digit_is_another_number(one: str, other: str) -> None:
    assert not numbers(one) & numbers(other)


def test_what_is_no_number_stays_as_it_is() -> None:
    assert numbers("n/a") == {"na"}
    assert forms(["A-1"], None) == {"a1"}
