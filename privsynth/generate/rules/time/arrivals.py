"""Arrivals: a Poisson process whose rate goes up and down with the hour and the weekday, and bursts on top of it.

Instead of drawing many moments and thinning them out by the rate, which leaves few where the rate has high peaks, as
many moments as there are going to be are drawn on the scale of the rate's integral, and carried back to the clock: the
same law, and nothing is thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from privsynth.dataset import Kind
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.time.lengths import LONGEST, Counts, counts_of, rate_of
from privsynth.generate.rules.time.process import MONDAY, GivenRows, Process, Streams, Window, moments, window_of
from privsynth.generate.rules.time.workdays import is_holiday
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.vocabulary.rulebook import Arrivals, Bursts
from privsynth.generate.rules.vocabulary.time import QuietHolidays
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

_WEEK, _HOUR = 7 * 86_400, 3600
_PARTS = {"time": Kind.DATE}


@dataclass(frozen=True, eq=False)
class Week:
    """How the rate goes up and down in a week, as days of an even rate; on the whole a week has seven."""

    hourly: Array = field(repr=False)  # what each of its 168 hours comes to

    @property
    def until(self) -> Array:
        """What the hours before each of them come to."""
        return np.concatenate([[0.0], np.cumsum(self.hourly)[:-1]])

    def days(self, seconds: Array) -> Array:
        """How many even days there are from the first Monday on."""
        weeks, rest = np.divmod(seconds - MONDAY, _WEEK)
        hour = rest // _HOUR
        return np.asarray(7.0 * weeks + self.until[hour] + self.hourly[hour] * (rest % _HOUR) / _HOUR)

    def seconds(self, days: Array) -> Array:
        """The second in which so many even days are over."""
        weeks, rest = np.divmod(days, 7.0)
        hour = np.searchsorted(self.until, rest, side="right") - 1
        share = np.clip((rest - self.until[hour]) / np.maximum(self.hourly[hour], 1e-300), 0, 1 - 1e-9)
        return np.asarray(
            MONDAY + weeks.astype(np.int64) * _WEEK + hour * _HOUR + np.floor(share * _HOUR).astype(np.int64)
        )


def week_of(rule: Arrivals) -> Week:
    hours, weekdays = (np.asarray(weights or [1.0], dtype=float) for weights in (rule.hours, rule.weekdays))
    hourly = np.broadcast_to(weekdays[:, None] * hours, (7, 24)).ravel()
    return Week(7.0 * hourly / hourly.sum())


@dataclass(frozen=True, eq=False, kw_only=True)
class Stream:
    """Checked arrivals."""

    rate: Counts = field(repr=False)
    week: Week
    window: Window = field(repr=False)
    bursts: _BurstsOnTop | None
    holidays: QuietHolidays | None

    def make(self, parents: Rows, streams: Streams) -> GivenRows:
        begin, end = self.window.of(parents)
        owner, seconds = self._arrive(self.rate(parents), (begin, end), streams, "arrivals")
        is_burst = np.zeros(len(owner), dtype=bool)
        if self.bursts is not None:
            starting = self._arrive(self.bursts.rate(parents), (begin, end), streams, "arrivals bursts")
            more, times = self.bursts.arrive(*starting, parents, streams)
            inside = times < end[more]
            is_burst = np.concatenate([is_burst, np.ones(int(inside.sum()), dtype=bool)])
            owner, seconds = np.concatenate([owner, more[inside]]), np.concatenate([seconds, times[inside]])
        order = np.lexsort((seconds, owner))
        parts = {"time": moments(seconds[order])}
        if self.bursts is not None:
            parts["burst"] = np.where(is_burst[order], "true", "false").astype(object)
        return GivenRows(owner[order], parts)

    def _arrive(self, rate: Array, window: tuple[Array, Array], streams: Streams, name: str) -> tuple[Array, Array]:
        """Whose each arrival is, and its second."""
        first, last = (self.week.days(limit) for limit in window)
        with np.errstate(over="ignore"):
            expected = rate * (last - first)
            self.window.check_rows(float(expected.sum()))
        owner = np.repeat(np.arange(len(rate)), streams(f"{name} count").poisson(expected))
        share = streams(f"{name} time").random(len(owner))
        seconds = self.week.seconds(first[owner] + (last - first)[owner] * share)
        seconds = np.clip(seconds, window[0][owner], window[1][owner] - 1)
        if self.holidays is None or not len(seconds):
            return owner, seconds
        rests = is_holiday(moments(seconds), self.holidays.of)
        comes = ~rests | (streams(f"{name} holidays").random(len(owner)) < self.holidays.weight)
        return owner[comes], seconds[comes]


@dataclass(frozen=True, eq=False)
class _BurstsOnTop:
    rate: Counts = field(repr=False)
    size: Counts = field(repr=False)
    minutes: Counts = field(repr=False)
    window: Window = field(repr=False)  # of all arrivals

    def arrive(self, owner: Array, begin: Array, parents: Rows, streams: Streams) -> tuple[Array, Array]:
        """Whose each arrival in a burst is, and its second."""
        rows = Rows(len(owner), parents.take(owner).values, streams("arrivals bursts size"))
        with np.errstate(over="ignore"):
            size, length = np.rint(self.size(rows)), 60 * self.minutes(parents)
            self.window.check_rows(float(size.sum()))
        demand(length < LONGEST, f"{self.window.place}: a burst lasts too long")
        burst = np.repeat(np.arange(len(owner)), size.astype(np.int64))
        offset = np.floor(streams("arrivals bursts within").random(len(burst)) * length[owner[burst]]).astype(np.int64)
        return owner[burst], begin[burst] + offset


def arrivals_process(rule: Arrivals, scope: Scope) -> Process:
    window = window_of(rule.since, rule.until, scope)
    stream = Stream(
        rate=rate_of(rule.rate, scope.at("rate")),
        week=week_of(rule),
        window=window,
        bursts=_bursts(rule.bursts, window, scope.at("bursts")) if rule.bursts else None,
        holidays=rule.holidays,
    )
    return Process.of(_PARTS | ({"burst": Kind.BOOLEAN} if rule.bursts else {}), stream.make, has_time=True)


def _bursts(rule: Bursts, window: Window, scope: Scope) -> _BurstsOnTop:
    return _BurstsOnTop(
        rate_of(rule.rate, scope.at("rate")),
        counts_of(rule.size, scope.at("size")),
        rate_of(rule.minutes, scope.at("minutes")),
        replace(window, place=scope.book.place(scope.path)),
    )
