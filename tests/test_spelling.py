"""Values go back to the text that they came from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.spelling import Spelling


@pytest.mark.parametrize(
    ("spelling", "value", "text"),
    [
        (Spelling(), 7.0, "7"),
        (Spelling(decimals=2), 7.5, "7.50"),
        (Spelling(decimals=2, padded=False), 7.5, "7.5"),
        (Spelling(decimals=2, padded=False), 700.0, "700"),
        (Spelling(decimals=2, decimal_mark=","), 7.5, "7,50"),
        (Spelling(decimals=2, decimal_mark=",", thousands="."), 1234567.5, "1.234.567,50"),
        (Spelling(thousands=","), 1234567.0, "1,234,567"),
        (Spelling(decimals=2, padded=False), -0.001, "0"),
        (Spelling(decimals=1), -0.04, "0.0"),
        (Spelling(thousands=" "), -1234.0, "-1 234"),
    ],
)
def test_a_number_is_spelt(spelling: Spelling, value: float, text: str) -> None:
    assert spelling.write(np.array([value])).tolist() == [text]


def test_a_missing_value_is_none() -> None:
    assert Spelling().write(np.array([np.nan])).tolist() == [None]
    assert Spelling().write(np.array(["NaT"], dtype="datetime64[us]")).tolist() == [None]
    assert Spelling().write(np.array(["", None], dtype=object)).tolist() == ["", None]


def test_a_date_far_outside_the_usual_range_is_spelt() -> None:
    days = np.array(["9999-12-31", "0001-01-01", "2024-02-29"], dtype="datetime64[us]")
    assert Spelling().write(days).tolist() == ["9999-12-31", "0001-01-01", "2024-02-29"]
    assert Spelling(date_format="%d.%m.%Y").write(days)[2] == "29.02.2024"


@given(st.integers(-(10**15), 10**15), st.integers(0, 3))
def test_what_has_at_most_fifteen_digits_comes_back(digits: int, decimals: int) -> None:
    value = digits / 10**decimals
    text = Spelling(decimals=decimals).write(np.array([value]))[0]
    assert float(text) == value
