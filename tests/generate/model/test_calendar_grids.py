"""Dates of months, quarters, weeks and years are drawn on their own grid, wherever they are made."""

from __future__ import annotations

import numpy as np
import pytest

from privsynth.dataset import Column, Kind
from privsynth.generate.model.coding.number_line import DAY_US, NumberLine, number_line_of, shared_line
from privsynth.spelling import Spelling
from privsynth.spelling.dates import floored, nearest, risen
from privsynth.typing import Array


def days(*texts: str) -> Array:
    return np.array(texts, dtype="datetime64[us]")


GRIDS = [
    ("%Y-%m-%d", days("2020-01-01", "2020-03-01", "2021-12-01"), ("M", 0)),
    ("%Y-%m-%d", days("2020-01-31", "2020-02-29", "2021-12-31"), ("M", -1)),
    ("%Y-%m-%d", days("2020-01-01", "2020-04-01", "2021-10-01"), ("Q", 0)),
    ("%Y-%m-%d", days("2020-03-31", "2020-06-30", "2021-12-31"), ("Q", -1)),
    ("%Y-%m-%d", days("1999-12-31", "2000-12-31", "2005-12-31"), ("Y", -1)),
    (
        "%Y-%m-%d",
        days(*(f"2021-01-{day:02d}" for day in (1, 8, 15, 22, 29)), "2021-02-05", "2021-02-12", "2021-02-19"),
        ("W", 4),
    ),
    ("%Y-%m-%d", days("2020-01-01", "2020-03-01", "2021-12-02"), ("", 0)),
    ("%Y-%m-%d", days("2020-01-01", "2020-03-01"), ("", 0)),  # two may be chance
    ("%Y-%m", days("2020-02-01"), ("M", 0)),  # but not where no day is written
    ("%YQ%q", days("2020-04-01"), ("Q", 0)),
    ("%G-W%V", days("2020-04-06"), ("W", 0)),
]


@pytest.mark.parametrize(("form", "moments", "grid"), GRIDS)
def test_the_coarsest_grid_of_the_calendar_that_all_share_is_found(
    form: str, moments: Array, grid: tuple[str, int]
) -> None:
    line = number_line_of(Column("d", Kind.DATE, spelling=Spelling(date_format=form)), moments)
    assert line == NumberLine(step_us=DAY_US, unit=grid[0], days=grid[1])
    assert (line.write(line.read(moments)) == moments).all()


def test_between_two_months_there_is_no_other_day() -> None:
    line = NumberLine(step_us=DAY_US, unit="M")
    low, high = line.read(days("2019-12-01", "2020-03-01"))
    between = line.write(np.array([low, low + 0.4, low + 0.6, high - 0.6]))
    assert (between == days("2019-12-01", "2019-12-01", "2020-01-01", "2020-02-01")).all()


def test_a_missing_date_stays_missing() -> None:
    line = NumberLine(step_us=DAY_US, unit="Q", days=-1)
    assert np.isnan(line.read(days("NaT"))).all()
    assert np.isnat(line.write(np.array([np.nan]))).all()


def test_a_date_is_brought_onto_the_grid_on_the_side_that_keeps_an_order() -> None:
    line = NumberLine(step_us=DAY_US, unit="M")
    moments = days("2020-02-01", "2020-02-02")
    assert (line.snapped(moments, up=True) == days("2020-02-01", "2020-03-01")).all()
    assert (line.snapped(moments, up=False) == days("2020-02-01", "2020-02-01")).all()


def test_columns_of_two_grids_are_compared_by_days() -> None:
    months, weeks = NumberLine(step_us=DAY_US, unit="M"), NumberLine(step_us=DAY_US, unit="W")
    assert shared_line(months, months) == months
    assert shared_line(months, weeks) == NumberLine(step_us=DAY_US)


@pytest.mark.parametrize(
    ("unit", "low", "high"),
    [
        ("Y", "2020-01-01", "2021-01-01"),
        ("Q", "2020-04-01", "2020-07-01"),
        ("M", "2020-05-01", "2020-06-01"),
        ("W", "2020-05-11", "2020-05-18"),
        ("D", "2020-05-13", "2020-05-14"),
        ("h", "2020-05-13T14", "2020-05-13T15"),
    ],
)
def test_moments_of_a_unit(unit: str, low: str, high: str) -> None:
    moments = days("2020-05-13T14:40", "NaT", low)
    assert floored(moments, unit).tolist()[0] == days(low)[0].item()
    assert risen(moments, unit).tolist()[0] == days(high)[0].item()
    assert np.isnat(floored(moments, unit)[1])
    assert floored(moments, unit)[2] == risen(moments, unit)[2] == nearest(moments, unit)[2] == days(low)[0]
