"""The bins of a column, their words, and where new values fall."""

from __future__ import annotations

import numpy as np
import pytest
from bins import axis, fits
from hypothesis import given, settings
from hypothesis import strategies as st

from privsynth.dataset import Domain, Kind


def months(*years: int) -> list[object]:
    return [np.datetime64(f"{year}-{month:02d}-15") for year in years for month in range(1, 13)]


# --- numbers ---


def test_numbers_become_ranges_with_open_ends() -> None:
    ages = axis([20.0, 25.0, 30.0, 35.0], Kind.INTEGER)
    assert [ages.label(*run) for run in ((0, 0), (1, 2), (0, 1), (2, 3), (0, 3))] == [
        "20",
        "25 to 30",
        "25 or less",
        "30 or more",
        "*",
    ]


def test_an_end_that_few_rows_hold_is_told_with_the_next_ones() -> None:
    """Of 3 rows each: 1 and 2 together are three rows, and 99 goes with 40."""
    ages = axis([1.0, 2.0, 2.0, *[30.0] * 5, *[40.0] * 4, 99.0], Kind.INTEGER, k_rare=3)
    assert [ages.label(at, at) for at in range(3)] == ["2 or less", "30", "40 or more"]
    tail = axis([*[30.0] * 5, *[40.0] * 2, 99.0], Kind.INTEGER, k_rare=3)
    assert [tail.label(at, at) for at in range(2)] == ["30", "40 or more"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=200), st.integers(2, 12))
def test_no_word_tells_an_extreme_that_few_rows_hold(values: list[int], k_rare: int) -> None:
    ages = axis([1000.0 + 7 * value for value in values], Kind.INTEGER, k_rare=k_rare)
    words = " ".join(str(ages.label(low, high)) for low in range(ages.last + 1) for high in range(low, ages.last + 1))
    for end in (min(values), max(values)):
        if values.count(end) < k_rare:
            assert str(1000 + 7 * end) not in words.replace("<", " ").split()


def test_so_few_numbers_that_each_is_an_end_tell_nothing() -> None:
    ages = axis([1.0, 2.0, 3.0], Kind.INTEGER, k_rare=3)
    assert {ages.label(at, at) for at in range(ages.last + 1)} == {"*"}


def test_many_numbers_get_round_edges_that_are_nobodys() -> None:
    incomes = axis(list(np.random.default_rng(1).lognormal(10, 1, 2_000)), Kind.NUMBER, decimals=2)
    words = {incomes.label(at, at) for at in range(len(incomes.place))}
    assert any(word.startswith("under ") for word in words)
    assert any(word.endswith(" or more") for word in words)
    assert all(len(word.split(" to <")[0].strip("0")) <= 5 for word in words if " to <" in word)


def test_missing_numbers_are_a_level_of_their_own() -> None:
    ages = axis([np.nan, 20.0, 30.0], Kind.INTEGER)
    assert ages.label(0, 0) is None
    assert ages.label(0, 1) == "20/missing"
    assert ages.label(1, 2) == "20 or more" or ages.label(1, 2) == "*"


def test_no_range_looks_like_a_formula() -> None:
    depths = axis([-30.0, -20.0, -10.0, 0.0], Kind.INTEGER)
    assert depths.label(1, 2) == "(-20 to -10)"
    assert depths.label(1, 1) == "-20"


def test_new_numbers_fall_where_the_words_are_true_of_them() -> None:
    """10, 20, 30 were learnt. 15 lies from 10 to 20, 5 is 20 or less, 99 is 20 or more; nothing but 20 is 20."""
    ages = axis([10.0, 20.0, 30.0], Kind.INTEGER)
    assert fits(ages, [15.0, 5.0, 25.0, np.nan], Kind.INTEGER, 0, 1) == [True, True, False, False]
    assert fits(ages, [99.0, 25.0, 15.0], Kind.INTEGER, 1, 2) == [True, True, False]
    assert fits(ages, [20.0, 21.0, 15.0], Kind.INTEGER, 1, 1) == [True, False, False]
    assert fits(ages, [99.0, np.nan], Kind.INTEGER, 0, 2) == [True, True]  # *: true of all
    assert fits(ages, [99.0, 5.0], Kind.INTEGER, 2, 2) == [False, False]


def test_a_missing_number_fits_only_where_missing_is_told() -> None:
    ages = axis([np.nan, 10.0, 20.0, 30.0], Kind.INTEGER)
    assert fits(ages, [np.nan, 5.0, 10.0], Kind.INTEGER, 1, 2) == [False, True, True]  # 20 or less
    assert fits(ages, [np.nan, 5.0, 10.0], Kind.INTEGER, 0, 1) == [True, False, True]  # 10/missing
    assert fits(ages, [np.nan, 5.0], Kind.INTEGER, 0, 2) == [True, True]  # 20 or less/missing


# --- dates ---


def test_dates_become_periods_named_by_what_they_fill() -> None:
    dates = axis(months(2019, 2020, 2021), Kind.DATE)
    said = {run: dates.label(*run) for run in ((1, 1), (13, 14), (12, 14), (12, 23), (20, 35), (0, 3))}
    assert list(said.values()) == [
        "2019-02",
        "2020-02 to 2020-03",
        "2020-Q1",
        "2020",
        "2020-09 or later",
        "2019-04 or earlier",
    ]


def test_dates_of_many_years_are_told_by_quarter_year_or_decade() -> None:
    quarters = axis([np.datetime64("1700-01-15"), np.datetime64("1850-05-15"), np.datetime64("1900-05-15")], Kind.DATE)
    assert quarters.label(3, 3) == "1700-Q4"
    years = axis([np.datetime64("1200-01-15"), np.datetime64("1900-05-15")], Kind.DATE)
    assert years.label(10, 19) == "1210s"
    assert years.label(3, 8) == "1203 to 1208"


def test_the_first_and_last_dates_are_told_with_those_beside_them() -> None:
    dates = axis([np.datetime64("1923-01-01"), *months(1950, 1951)], Kind.DATE, k_rare=3)
    assert dates.label(0, 0) == "1950-02 or earlier"
    assert fits(dates, [np.datetime64("1900-01-01"), np.datetime64("1950-03-01")], Kind.DATE, 0, 0) == [True, False]


def test_a_new_date_after_all_others_fits_an_open_end() -> None:
    dates = axis(months(2019), Kind.DATE)
    assert fits(dates, [np.datetime64("2030-01-01"), np.datetime64("2019-03-01")], Kind.DATE, 9, 11) == [True, False]
    assert fits(dates, [np.datetime64("2030-01-01")], Kind.DATE, 11, 11) == [False]


# --- words ---


def test_levels_are_grouped_the_rare_ones_unnamed() -> None:
    towns = axis(["A"] * 9 + ["B"] * 8 + ["C"] * 7 + ["D"] * 6 + ["hermitage"], k_rare=3)
    assert towns.label(0, 0) == "A"
    assert towns.label(1, 2) == "B|C"
    assert towns.label(0, 2) == "A|B|+1"
    assert towns.label(4, 4) == "other"


def test_a_new_level_is_one_of_the_others_or_none() -> None:
    towns = axis(["A"] * 9 + ["B"] * 8 + ["hermitage"], k_rare=3)
    assert fits(towns, ["cave", "A"], Kind.CATEGORY, 2, 2) == [True, False]
    pair = axis(["A"] * 9 + ["B"] * 8 + ["C"] * 7, k_rare=3)
    assert fits(pair, ["cave", "A"], Kind.CATEGORY, 0, 1) == [False, True]
    assert fits(pair, ["cave"], Kind.CATEGORY, 0, 2) == [True]
    holed = axis(["A"] * 9 + ["B"] * 8 + [None], k_rare=3)
    assert holed.label(1, 2) == "A|B"
    assert fits(holed, ["cave", None, "A"], Kind.CATEGORY, 1, 2) == [False, False, True]


def test_ordinal_levels_keep_their_order() -> None:
    grades = axis(["10", "9", "1", "10", "10", "9"], Kind.ORDINAL)
    assert [grades.label(at, at) for at in range(3)] == ["1", "9", "10"]


def test_a_declared_order_goes_before_the_alphabet_and_rare_ends_are_open() -> None:
    domain = Domain(levels=("none", "low", "middle", "high", "peak"))
    grades = axis(["peak", *["low"] * 4, *["middle"] * 4, *["high"] * 4, "none"], Kind.ORDINAL, k_rare=3, domain=domain)
    assert [grades.label(at, at) for at in range(3)] == ["low or below", "middle", "high or above"]
    assert fits(grades, ["none", "peak", "new"], Kind.ORDINAL, 0, 0) == [True, False, False]


@pytest.mark.parametrize("kind", [Kind.INTEGER, Kind.DATE, Kind.CATEGORY, Kind.ORDINAL])
def test_what_is_only_missing_stays_missing(kind: Kind) -> None:
    nothing = {Kind.INTEGER: np.nan, Kind.DATE: np.datetime64("NaT")}.get(kind)
    empty = axis([nothing] * 3, kind)
    assert empty.label(0, 0) is None
    assert list(empty.encode(np.array([nothing], dtype=object if nothing is None else None))) == [0.0]
