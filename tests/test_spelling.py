"""Values go back to the text that they came from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.spelling import Spelling
from privsynth.spelling.numbers import Exponent, NumberStyle


def dressed(**style: Any) -> Spelling:
    return Spelling(decimals=2, thousands=",", style=NumberStyle(**style))


def plain(exponent: Exponent) -> Spelling:
    return Spelling(decimals=5, padded=False, style=NumberStyle(exponent=exponent))


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
        (dressed(positive="$#", negative="($#)"), -1234.5, "($1,234.50)"),
        (dressed(positive="+#", zero="#"), 0.0, "0.00"),
        (dressed(positive="+#", zero="#"), 3.0, "+3.00"),
        (dressed(negative="-#", positive=" #"), -0.001, " 0.00"),
        (dressed(width=8), 3.0, "    3.00"),
        (dressed(width=-6), 3.0, "3.00  "),
        (dressed(width=2), 3.0, "3.00"),
        (dressed(bare=True), -0.25, "-.25"),
        (dressed(bare=True), 0.0, ".00"),
        (Spelling(style=NumberStyle(pointed=True)), 5.0, "5."),
        (dressed(lakhs=True), 1234567.5, "12,34,567.50"),
        (dressed(lakhs=True), 567.5, "567.50"),
        (plain(Exponent(shorter=True)), 100000.0, "1e+05"),
        (plain(Exponent(shorter=True)), 123456.0, "123456"),
        (plain(Exponent()), 0.00009, "9e-05"),
        (plain(Exponent()), 0.0001, "0.0001"),
        (plain(Exponent(over=True)), 0.0001, "1e-04"),
        (plain(Exponent(over=True)), 0.00011, "0.00011"),
        (plain(Exponent(mark="E", plus=False, digits=1, fewest=1, low=-3, high=7)), 1e7, "1.0E7"),
        (plain(Exponent(places=2, low=0, high=0)), -1234.0, "-1.23e+03"),
        (plain(Exponent(places=2, low=0, high=0)), 0.0, "0.00e+00"),
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


@pytest.mark.parametrize(
    ("style", "text", "value"),
    [
        ({"positive": "$#", "negative": "($#)"}, "($1,234.50)", -1234.5),
        ({"positive": "$#", "negative": "-$#"}, "-$5", -5.0),
        ({"positive": "# kg"}, "5 kg", 5.0),
        ({"positive": "# kg"}, "5", 5.0),
        ({"positive": "+#", "zero": "#"}, "+5", 5.0),
        ({"width": 6}, "     5", 5.0),
    ],
)
def test_a_word_has_the_value_that_it_spells(style: dict[str, Any], text: str, value: float) -> None:
    assert dressed(**style).value(text) == value


def test_what_is_no_number_has_no_value() -> None:
    with pytest.raises(ValueError, match="could not convert"):
        dressed(positive="$#").value("$x")


def test_types_tell_no_more_digits_than_the_text() -> None:
    spelling = plain(Exponent(places=2, low=0, high=0))
    assert spelling.rounded(np.array([1234.5, np.nan])).tolist()[:1] == [1230.0]
    assert dressed(positive="$#").rounded(np.array([-1.256])).tolist() == [-1.26]


@pytest.mark.parametrize("decimals", [0, 1, 2, 6, 7, 12])
def test_a_column_of_numbers_is_spelt_as_each_of_them(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    halves = np.arange(-40, 40) / 8
    values = np.concatenate(
        [
            np.round(rng.normal(0, 10.0 ** rng.integers(-3, 9, 400)), decimals),
            rng.normal(0, 100, 200),
            halves,
            halves / 10.0**decimals,
            [0.0, -0.0, -0.001, 1e15, -1e17, 1e300, np.inf, 2.0**49 + 0.5, 1.005, 2.675],
        ]
    )
    spelling = Spelling(decimals=decimals)
    assert spelling.write(values).tolist() == [spelling.number(value) for value in values]
    assert spelling.texts(np.append(values, np.nan)).to_pylist() == [*spelling.write(values), None]
