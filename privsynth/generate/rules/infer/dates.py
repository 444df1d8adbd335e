"""The law of a column of dates: between round days, in as many periods as are needed; or days after another date."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from privsynth.generate.rules.infer.edges import coarser, settled
from privsynth.generate.rules.infer.holders import Holders, proportions
from privsynth.generate.rules.infer.laws import FITS, LUCK, FittedLaw, Way
from privsynth.typing import Array

PERIODS = 12  # at most
GAPS = 16  # at most
STEPS = 48  # in which a range is told, at least: what is lost at its ends is small beside it
DAYS = {1: range(1, 32), 5: range(1, 27, 5), 10: range(1, 22, 10)}  # of a month, on which steps of so many begin
MONTH, YEAR = 31, 366
DAY = np.timedelta64(1, "D")


def dates_of(values: Array, crowd: Holders, *, has_time: bool) -> FittedLaw | None:
    """Days (or minutes) that are equally likely within each of some periods; None where too few people have any.

    Periods begin and end on round days, none of them before the first or after the last that may be told.
    """
    if crowd.size < 2 * crowd.k:
        return None
    days = values.astype("datetime64[D]")
    starts = _starts(*(round(end) for end in crowd.ends(days.astype(float))))
    words = _words(values, crowd, has_time=has_time)
    off = _off(values, starts[0], starts[-1])
    if off <= FITS + LUCK / np.sqrt(len(values)):
        return FittedLaw(_period(starts[0], starts[-1], words), "days all equally likely", off, len(values))
    codes = np.clip(np.searchsorted(starts, days, side="right") - 1, 0, len(starts) - 2)
    bounds = _periods(codes, len(starts) - 1, crowd)
    counts = np.array([((codes >= first) & (codes < last)).sum() for first, last in pairwise(bounds)])
    if len(counts) == 1:
        return FittedLaw(_period(starts[0], starts[-1], words), "one period", off, len(values))
    parts = [
        {"weight": weight, **_period(starts[first], starts[last], words)}
        for weight, (first, last) in zip(proportions(counts), pairwise(bounds), strict=True)
    ]
    return FittedLaw({"mixture": parts}, f"{len(parts)} periods", 0.0, len(values))


def _starts(first: int, last: int) -> Array:
    """The round days on which steps begin, and last the one on which they have ended; none leaves these two days."""
    days = np.arange(first, max(first, last) + 2).astype("datetime64[D]")
    step = max(step for step in (*DAYS, MONTH, YEAR) if step == 1 or STEPS * step <= len(days))
    of_month = (days - days.astype("datetime64[M]")).astype(int) + 1
    is_round = np.isin(of_month, [*DAYS.get(step, (1,))])
    if step == YEAR:
        is_round &= days == days.astype("datetime64[Y]")
    return days[is_round]


def gaps_of(days: Array, crowd: Holders, low: str, *, has_time: bool) -> FittedLaw | None:
    """So many days after another date, `low` as an expression; a table of ranges of days."""
    if crowd.size < 2 * crowd.k:
        return None
    first, last = _round_gaps(*(round(end) for end in crowd.ends(days)))
    codes = np.clip(days - first, 0, last - first).astype(np.int64)
    bounds = _periods(codes, last - first + 1, crowd, most=GAPS)
    ranges = [(first + a, first + b - 1) for a, b in pairwise(bounds)]
    counts = np.array([((codes >= a) & (codes < b)).sum() for a, b in pairwise(bounds)])
    time = {"time": True} if has_time else {}
    parts = [
        {"weight": weight, "date": {"low": _later(low, a), "high": _later(low, b), **time}}
        for weight, (a, b) in zip(proportions(counts), ranges, strict=True)
    ]
    if len(parts) == 1:
        return FittedLaw({"date": parts[0]["date"]}, "one range of days", 0.0, len(days))
    return FittedLaw({"mixture": parts}, f"{len(parts)} ranges of days", 0.0, len(days))


def _round_gaps(first: int, last: int) -> tuple[int, int]:
    """Round numbers between these two; never a later date before the earlier one."""
    first, last = max(0, first), max(0, first, last)
    step = max(a * 10**b for a in (1, 2, 5) for b in range(6) if a * 10**b == 1 or STEPS * a * 10**b <= last - first)
    return -(-first // step) * step, last // step * step


def _later(low: str, days: int) -> str:
    return f"{low} + INTERVAL {days} DAY" if days else low


def _words(values: Array, crowd: Holders, *, has_time: bool) -> dict[str, bool]:
    if has_time:
        return {"time": True}
    return {} if crowd.shows(~np.is_busday(values.astype("datetime64[D]"))) else {"weekdays": True}


def _period(first: np.datetime64, after: np.datetime64, words: dict[str, bool]) -> Way:
    """From one day to the last one before another."""
    end = after.astype("datetime64[m]") - 1 if "time" in words else after - DAY
    return {"date": {"low": first.item(), "high": end.item(), **words}}


def _off(values: Array, first: np.datetime64, after: np.datetime64) -> float:
    low, high = (day.astype("datetime64[us]").astype(np.int64) for day in (first, after))
    at = np.sort(values.astype("datetime64[us]").astype(np.int64))
    drawn = np.clip((at - low) / (high - low), 0, 1)
    return float(np.abs(np.arange(1, len(at) + 1) / len(at) - drawn).max())


def _periods(codes: Array, steps: int, crowd: Holders, most: int = PERIODS) -> list[int]:
    """Where one range ends and the next begins: each holds k people, and about its share of the rows."""
    units = [*coarser(1.0, max(1, steps))]
    wishes = [(bound, units) for bound in _full(codes, steps, most)]
    bounds = [0]
    for bound in (*(int(each) for each in settled(wishes, codes, crowd) if 0 < each < steps), steps):
        if crowd.shows((codes >= bounds[-1]) & (codes < bound)):
            bounds.append(bound)
    return [*bounds[:-1], steps] if len(bounds) > 1 else [0, steps]


def _full(codes: Array, steps: int, most: int) -> list[int]:
    """After which steps there are enough rows since the one before."""
    enough, since = max(1.0, len(codes) / most), 0
    full = list[int]()
    for step, count in enumerate(np.cumsum(np.bincount(codes, minlength=steps))):
        if count - since >= enough:
            full.append(step + 1)
            since = count
    return full
