"""On which days business is open: weekdays without the holidays of a country, worked out by the rules of its law."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from privsynth.typing import Array

WEEKDAYS, EVERY_DAY = "1111100", "1111111"
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SATURDAY, _SUNDAY = 5, 6
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Workdays:
    """Monday to Friday, or every day, without the holidays of a country if one is named."""

    week: str = WEEKDAYS
    country: str | None = None

    def count(self, first: Array | np.datetime64, end: Array) -> Array:
        """How many there are from the first day on, before the end."""
        return np.asarray(np.busday_count(first, end, busdaycal=self._calendar(first, end)))

    def after(self, first: Array | np.datetime64, number: Array) -> Array:
        """The open day with this number, from 0 on, at or after the first day."""
        furthest = first + 2 * number + 30  # of two days in a row at least one is open, but for some holidays
        return np.asarray(np.busday_offset(first, number, roll="forward", busdaycal=self._calendar(first, furthest)))

    def shifted(self, days: Array, number: Array) -> Array:
        """The open day that is the n-th after (or before) a day; 0 is the day itself or else the next one."""
        calendar = self._calendar(days - 2 * np.abs(number) - 30, days + 2 * np.abs(number) + 30)
        behind = np.busday_offset(days, number, roll="backward", busdaycal=calendar)
        ahead = np.busday_offset(days, number, roll="forward", busdaycal=calendar)
        return np.where(number > 0, behind, ahead)

    def is_open(self, days: Array) -> Array:
        return np.asarray(np.is_busday(days, busdaycal=self._calendar(days, days)))

    def _calendar(self, first: Array | np.datetime64, last: Array) -> np.busdaycalendar:
        known = np.concatenate([np.ravel(first), np.ravel(last)]).astype("datetime64[Y]")
        known = known[~np.isnat(known)].astype(np.int64) + 1970
        if self.country is None or not len(known):
            return np.busdaycalendar(self.week)
        first_year, last_year = max(int(known.min()), dt.MINYEAR), min(int(known.max()), dt.MAXYEAR)
        return np.busdaycalendar(self.week, holidays_of(self.country, first_year, last_year))


def holidays_of(country: str, first: int, last: int) -> Array:
    """All days of these years on which business rests for a holiday."""
    return np.array(sorted(day for year in range(first, last + 1) for day in _holidays(country, year)), "datetime64[D]")


def is_holiday(moments: Array, country: str) -> Array:
    """Which of them are on a holiday of the country."""
    days, years = moments.astype("datetime64[D]"), moments.astype("datetime64[Y]").astype(np.int64) + 1970
    return np.isin(days, holidays_of(country, int(years.min()), int(years.max())))


@cache
def countries() -> Mapping[str, Any]:
    with (Path(__file__).parent / "holidays.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _holidays(country: str, year: int) -> frozenset[dt.date]:
    """Those of one year; one of New Year may have been moved into the year before."""
    near = {day for turn in (year, min(year + 1, dt.MAXYEAR)) for day in _observed(country, turn)}
    return frozenset(day for day in near if day.year == year)


@cache
def _observed(country: str, year: int) -> frozenset[dt.date]:
    rules = countries()[country]
    given = sorted({day for rule in rules["days"] for day in _days_of(rule, year)})
    free = set(given)
    for day in given if rules["weekend"] != "stays" else []:
        if day.weekday() >= _SATURDAY:
            free.add(_moved(day, free, rules["weekend"]))
    return frozenset(free)


def _moved(day: dt.date, free: set[dt.date], weekend: str) -> dt.date:
    """The working day on which business rests instead."""
    if weekend == "nearest":
        return day - _DAY if day.weekday() == _SATURDAY else day + _DAY
    while day in free or day.weekday() >= _SATURDAY:
        day += _DAY
    return day


def _days_of(rule: Mapping[str, Any], year: int) -> list[dt.date]:
    if "dates" in rule:
        return [day for day in map(dt.date.fromisoformat, rule["dates"]) if day.year == year]
    if not rule.get("since", 1) <= year <= rule.get("until", 9999) or year in rule.get("never", ()):
        return []
    if "easter" in rule:
        return [easter(year) + rule["easter"] * _DAY]
    if "weekday" in rule:
        return [_nth(year, rule["month"], _NAMES.index(rule["weekday"]), rule["nth"])]
    day = dt.date.fromisoformat(f"{year:04d}-{rule['on']}")
    return [day + rule.get("sunday", 0) * _DAY if day.weekday() == _SUNDAY else day]


def _nth(year: int, month: int, weekday: int, nth: int) -> dt.date:
    """The n-th such weekday of a month; -1 is the last."""
    if nth < 0:
        following = dt.date(year + month // 12, month % 12 + 1, 1)
        return _nth(following.year, following.month, weekday, 1) - 7 * _DAY
    first = dt.date(year, month, 1)
    return first + ((weekday - first.weekday()) % 7 + 7 * (nth - 1)) * _DAY


def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar (Anonymous, Nature 13, 1876; Meeus, Astronomical Algorithms, 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)
