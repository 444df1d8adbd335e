"""Series: values at even distances of time, made of level, trend, seasons and noise; those of all parents at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.dataset import Kind
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.time.lengths import rate_of
from privsynth.generate.rules.time.process import MONDAY, GivenRows, Process, Streams, Window, moments, window_of
from privsynth.generate.rules.time.runs import numbered, starts_of
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.vocabulary.time import Disturbance, Season, Series
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

DAY = 86_400
_STEPS = {"second": 1, "minute": 60, "hour": 3600, "day": DAY, "week": 7 * DAY}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_PARTS = {"time": Kind.DATE, "value": Kind.NUMBER}


@dataclass(frozen=True)
class Pace:
    """A distance of time: so many seconds, or so many months of the calendar."""

    seconds: int = 0
    months: int = 0

    def counts(self, begin: Array, end: Array) -> Array:
        """How many moments there are from each begin on, before the end."""
        if self.seconds:
            return np.asarray(-(-(end - begin) // self.seconds))
        between = _month(np.maximum(end - 1, begin)) - _month(begin)
        counts = between // self.months + 1
        last = self.moments(begin, counts - 1)
        return np.where(end > begin, counts - (last >= end), 0)

    def moments(self, begin: Array, steps: Array) -> Array:
        """So many steps after the begin; a day that a month does not have becomes its last."""
        if self.seconds:
            return np.asarray(begin + steps * self.seconds)
        month = (_month(begin) + steps * self.months).astype("datetime64[M]")
        within = begin - _start(_month(begin))
        latest = _start((month + 1).astype(np.int64)) - DAY - _start(month.astype(np.int64))
        return np.asarray(_start(month.astype(np.int64)) + np.minimum(within // DAY * DAY, latest) + within % DAY)

    def phase(self, seconds: Array) -> Array:
        """The share of the period that is over; weeks begin on Monday, periods of months in January."""
        if self.seconds:
            return np.asarray((seconds - MONDAY) % self.seconds / self.seconds)
        first = _month(seconds) // self.months * self.months
        start, following = _start(first), _start(first + self.months)
        return np.asarray((seconds - start) / (following - start))


def pace_of(period: str) -> Pace:
    """Such as `15 minutes`, `day`, `month`."""
    number, _, unit = period.rpartition(" ")
    unit, many = unit.removesuffix("s"), int(number or 1)
    return Pace(months=many * _MONTHS[unit]) if unit in _MONTHS else Pace(seconds=many * _STEPS[unit])


def _month(seconds: Array) -> Array:
    """Months since 1970."""
    return np.asarray(seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64))


def _start(months: Array) -> Array:
    return np.asarray(months.astype("datetime64[M]").astype("datetime64[s]").astype(np.int64))


Swing = Callable[[Rows, Array, Array], Array]  # over parents, whose each row is, and its second


@dataclass(frozen=True, eq=False, kw_only=True)
class EvenSeries:
    """A checked series."""

    pace: Pace
    window: Window = field(repr=False)
    level: Callable[[Rows], Any] = field(repr=False)
    trend: Callable[[Rows], Any] = field(repr=False)
    seasons: tuple[Swing, ...] = field(repr=False)
    noise: Callable[[Rows, Array, Streams], Array] | None = field(repr=False)
    relative: bool

    def make(self, parents: Rows, streams: Streams) -> GivenRows:
        begin, end = self.window.of(parents)
        counts = self.pace.counts(begin, end)
        self.window.check_rows(float(counts.sum()))
        owner = np.repeat(np.arange(parents.count), counts)
        seconds = self.pace.moments(begin[owner], (numbered(owner) - 1).astype(np.int64))
        with np.errstate(over="ignore", invalid="ignore"):
            moving = self._moving(parents, owner, seconds, (seconds - begin[owner]) / DAY)
        if self.noise is not None:
            moving = moving + self.noise(parents, owner, streams)
        value = self._value(parents, owner, moving)
        return GivenRows(owner, {"time": moments(seconds), "value": value})

    def _moving(self, parents: Rows, owner: Array, seconds: Array, days: Array) -> Array:
        moving = _each(self.trend, parents)[owner] * days
        for season in self.seasons:
            moving = moving + season(parents, owner, seconds)
        return np.asarray(moving)

    def _value(self, parents: Rows, owner: Array, moving: Array) -> Array:
        level = _each(self.level, parents)[owner]
        with np.errstate(over="ignore", invalid="ignore"):
            value = level * np.exp(moving) if self.relative else level + moving
        demand(~np.isinf(value), f"{self.window.place}: a value grows beyond all numbers")
        return np.asarray(value)


def _each(amount: Callable[[Rows], Any], parents: Rows) -> Array:
    return np.broadcast_to(np.asarray(amount(parents), dtype=float), parents.count)


def series_process(rule: Series, scope: Scope) -> Process:
    pace = pace_of(rule.every)
    series = EvenSeries(
        pace=pace,
        window=window_of(rule.since, rule.until, scope),
        level=scope.at("level").amount(rule.level),
        trend=scope.at("trend").amount(rule.trend),
        seasons=tuple(_swing(season, scope.at("season", str(at))) for at, season in enumerate(rule.season)),
        noise=_noise(rule.noise, scope.at("noise")) if rule.noise else None,
        relative=rule.relative,
    )
    return Process.of(_PARTS, series.make, has_time=pace.seconds > 0 and pace.seconds % DAY != 0)


def _swing(rule: Season, scope: Scope) -> Swing:
    size, pace, peak = scope.at("size").amount(rule.size), pace_of(rule.period), 0.5 if rule.peak is None else rule.peak
    around = [*(rule.shape or [0]), (rule.shape or [0])[0]]  # back to where it began
    points = np.linspace(0, 1, len(around))

    def swing(parents: Rows, owner: Array, seconds: Array) -> Array:
        phase = pace.phase(seconds)
        wave = np.interp(phase, points, around) if rule.shape else np.cos(2 * np.pi * (phase - peak))
        return np.asarray(_each(size, parents)[owner] * wave)

    return swing


def _noise(rule: Disturbance, scope: Scope) -> Callable[[Rows, Array, Streams], Array]:
    sd, memory = rate_of(rule.sd, scope.at("sd")), float(rule.memory)

    def noise(parents: Rows, owner: Array, streams: Streams) -> Array:
        shocks = streams("series noise").standard_normal(len(owner))
        with np.errstate(over="ignore"):
            return np.asarray(remembering(shocks, memory, starts_of(owner)) * sd(parents)[owner])

    return noise


def remembering(shocks: Array, memory: float, start: Array) -> Array:
    """Each value the share `memory` of the one before, and a shock; of standard deviation 1 all along each run.

    A memory of 1 is a random walk from 0, whose steps have that deviation. All runs are worked out as one, and then
    freed of what the run before has left in them. `start` is the place of the first row of each row's run.
    """
    from scipy.signal import lfilter

    since = np.arange(len(shocks)) - start
    first, others = (0.0, 1.0) if memory == 1 else (1.0, np.sqrt(1 - memory**2))
    whole = np.asarray(lfilter([1.0], [1.0, -memory], shocks * np.where(since == 0, first, others)))
    left = np.where(start > 0, whole[start - 1], 0.0)
    return np.asarray(whole - left * memory ** (since + 1.0))
