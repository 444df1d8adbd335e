"""Age and date of birth of one row agree, by one day that the real ones were counted at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.keeping import kept
from privsynth.people.draws import Draws
from privsynth.pii.entities import invented_as
from privsynth.statistics import ColumnStatistics
from privsynth.typing import Array

YEAR = 365.2425  # days
MAJORITY = 18
SURE = 20  # rows with both, from which on their common day is believed
LOOSE = 1.25  # years: what the middle half of the rows may be apart, if ages were counted at one day


@kept(version=1)
@dataclass(frozen=True)
class Ages:
    """The columns of age and birth, the day at which ages count (days since 1970), and the youngest age that may be."""

    age: str
    born: str
    day: float
    youngest: int = 0

    def births(self, ages: Array, draws: Draws) -> Array:
        """A day of birth for each age (years, from and to); NaT where there is none."""
        low, high = ages[:, 0], ages[:, 1]
        there = np.isfinite(low)
        low = np.maximum(np.where(there, low, 0), self.youngest)
        years = low + np.floor(
            draws.share("years") * (np.maximum(high, low) - low + 1), where=there, out=np.zeros(len(low))
        )
        last = (np.floor(self.day) + np.zeros(len(low))).astype("datetime64[D]")
        newest = _years_before(last, years)
        oldest = _years_before(last, years + 1)
        span = (newest - oldest).astype(np.int64)
        days: Array = (newest - draws.below("day", span).astype("timedelta64[D]")).astype("datetime64[us]")
        days[~there] = np.datetime64("NaT")
        return days

    def ages(self, births: Array) -> Array:
        """Whole years at the day; NaN without a birth."""
        there = ~np.isnat(births)
        born = np.where(there, births, np.datetime64(0, "us")).astype("datetime64[D]")
        last = np.datetime64(int(np.floor(self.day)), "D")
        years = last.astype("datetime64[Y]").astype(np.int64) - born.astype("datetime64[Y]").astype(np.int64)
        late = _years_before(np.full(len(born), last), years) < born
        return np.where(there, np.maximum(years - late, 0).astype(np.float64), np.nan)


def _years_before(days: Array, years: Array) -> Array:
    """The same day of the month so many years earlier; the 1st of March for a 29th of February that is not there."""
    months = days.astype("datetime64[M]")
    into = (days - months.astype("datetime64[D]")).astype(np.int64)
    earlier = months - (12 * years.astype(np.int64)).astype("timedelta64[M]")
    before: Array = earlier.astype("datetime64[D]") + into.astype("timedelta64[D]")
    return before


def years_said(values: Array) -> Array:
    """From and to, for numbers and for ranges such as 30-39 or 90+; NaN where nothing can be read."""
    codes, distinct = pd.factorize(pd.Series(values))
    read = [_range(value) for value in distinct] + [(np.nan, np.nan)]
    return np.array(read, dtype=np.float64)[codes].reshape(-1, 2)


def _range(value: Any) -> tuple[float, float]:
    if isinstance(value, int | float | np.number):
        return (float(value), float(value)) if 0 <= value < 130 else (np.nan, np.nan)
    text = str(value)
    numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)]
    if not numbers or len(numbers) > 2 or max(numbers) >= 130:
        return np.nan, np.nan
    high = numbers[-1] - 1 if len(numbers) == 2 and text.rstrip()[-1:] in ")[" else numbers[-1]
    return numbers[0], max(high, numbers[0])


def learn_ages(table: Table, statistics: Mapping[str, ColumnStatistics]) -> Ages | None:
    """None where the table has not both, or invents neither."""
    age = next((c for c in table.columns if invented_as(c.entity or "") == "AGE" and c.kind is not Kind.DATE), None)
    born = next(
        (c for c in table.columns if invented_as(c.entity or "") == "DATE_OF_BIRTH" and c.kind is Kind.DATE), None
    )
    if age is None or born is None or not (age.role.is_fabricated or born.role.is_fabricated):
        return None
    years, births = years_said(table.values(age.name))[:, 0], table.values(born.name)
    day = _common_day(years, births)
    if day is None:
        day = _newest(table, statistics, born)
    if day is None:
        day = _from_statistics(statistics, age.name, born.name)
    certain = years[np.isfinite(years)]
    adult = len(certain) > 0 and certain.min() >= MAJORITY
    return None if day is None else Ages(age.name, born.name, float(day), MAJORITY if adult else 0)


def _common_day(years: Array, births: Array) -> float | None:
    """The day at which births and ages of the rows agree: the middle of what the rows allow."""
    both = np.isfinite(years) & ~np.isnat(births)
    if both.sum() < SURE:
        return None
    days = births[both].astype("datetime64[D]").astype(np.int64) + years[both] * YEAR
    low, high = np.quantile(
        days, [0.02, 0.98]
    )  # a row born the day before the common day is nearly a year short of one born after it
    inner = np.quantile(days, [0.25, 0.75])
    return (
        float(round((low + high + YEAR) / 2))
        if inner[1] - inner[0] <= LOOSE * YEAR and high - low <= LOOSE * YEAR
        else None
    )


def _newest(table: Table, statistics: Mapping[str, ColumnStatistics], born: Column) -> float | None:
    """The 99th percentile of the newest other column of dates, so that no single row is told."""
    ends = [
        _high(table, statistics.get(c.name), c.name)
        for c in table.columns
        if c.kind is Kind.DATE and c.name != born.name
    ]
    return max((end for end in ends if end is not None), default=None)


def _high(table: Table, statistics: ColumnStatistics | None, name: str) -> float | None:
    if statistics is not None and statistics.high is not None:
        return statistics.high
    values = table.values(name)
    days = values[~np.isnat(values)].astype("datetime64[D]").astype(np.int64)
    return float(np.quantile(days, 0.99)) if len(days) else None


def _from_statistics(statistics: Mapping[str, ColumnStatistics], age: str, born: str) -> float | None:
    """The youngest were born so long before the day."""
    young, late = statistics.get(age), statistics.get(born)
    return (
        None
        if young is None or late is None or young.low is None or late.high is None
        else late.high + (young.low + 0.5) * YEAR
    )
