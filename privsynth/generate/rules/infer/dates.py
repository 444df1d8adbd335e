"""The law of a column of dates: whole months or years, as many as are needed; or so many days after another date."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from privsynth.generate.rules.infer.holders import Holders, proportions
from privsynth.generate.rules.infer.laws import FITS, LUCK, FittedLaw, Way
from privsynth.typing import Array

PERIODS = 12  # at most
LONG = 60  # months from which years are told
GAPS = 16  # at most
DAY = np.timedelta64(1, "D")


def dates_of(values: Array, crowd: Holders, *, has_time: bool) -> FittedLaw | None:
    """Days (or minutes) that are equally likely within each of some periods; None where too few people have any."""
    if crowd.size < 2 * crowd.k:
        return None
    ends = crowd.ends(values.astype("datetime64[D]").astype(float))
    low, high = (np.datetime64(round(end), "D").astype("datetime64[M]") for end in ends)
    unit = "datetime64[Y]" if (high - low).astype(int) > LONG else "datetime64[M]"
    starts = np.arange(low.astype(unit), high.astype(unit) + 1)
    words = _words(values, has_time=has_time)

    def period(first: int, last: int) -> Way:
        """From the first day of one period to the last day of another; at both ends no further than the month."""
        begin = max(starts[first].astype("datetime64[M]"), low)
        return _period(begin, min((starts[last] + 1).astype("datetime64[M]") - 1, high), words)

    off = _off(values, low, high)
    if off <= FITS + LUCK / np.sqrt(len(values)):
        return FittedLaw(period(0, -1), "days all equally likely", off, len(values))
    codes = np.clip(values.astype(unit).astype(int) - starts[0].astype(int), 0, len(starts) - 1)
    bounds = _periods(codes, len(starts), crowd)
    counts = np.array([((codes >= first) & (codes < last)).sum() for first, last in pairwise(bounds)])
    if len(counts) == 1:
        return FittedLaw(period(0, -1), "one period", off, len(values))
    parts = [
        {"weight": weight, **period(first, last - 1)}
        for weight, (first, last) in zip(proportions(counts), pairwise(bounds), strict=True)
    ]
    return FittedLaw({"mixture": parts}, f"{len(parts)} periods", 0.0, len(values))


def gaps_of(days: Array, crowd: Holders, low: str, *, has_time: bool) -> FittedLaw | None:
    """So many days after another date, `low` as an expression; a table of ranges of days."""
    if crowd.size < 2 * crowd.k:
        return None
    first, last = (round(end) for end in crowd.ends(days))
    first = max(0, first)
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


def _later(low: str, days: int) -> str:
    return f"{low} + INTERVAL {days} DAY" if days else low


def _words(values: Array, *, has_time: bool) -> dict[str, bool]:
    if has_time:
        return {"time": True}
    return {"weekdays": True} if np.is_busday(values.astype("datetime64[D]")).all() else {}


def _period(first: np.datetime64, last: np.datetime64, words: dict[str, bool]) -> Way:
    """From the first day of one month to the last day of another."""
    low, high = first.astype("datetime64[D]"), (last + 1).astype("datetime64[D]") - DAY
    end = (high + DAY).astype("datetime64[m]") - 1 if "time" in words else high
    return {"date": {"low": low.item(), "high": end.item(), **words}}


def _off(values: Array, first: np.datetime64, last: np.datetime64) -> float:
    low = first.astype("datetime64[D]").astype("datetime64[us]").astype(np.int64)
    high = (last + 1).astype("datetime64[D]").astype("datetime64[us]").astype(np.int64)
    at = np.sort(values.astype("datetime64[us]").astype(np.int64))
    drawn = np.clip((at - low) / (high - low), 0, 1)
    return float(np.abs(np.arange(1, len(at) + 1) / len(at) - drawn).max())


def _periods(codes: Array, steps: int, crowd: Holders, most: int = PERIODS) -> list[int]:
    """Where one range ends and the next begins: each holds k people, and about its share of the rows."""
    enough = max(1.0, len(codes) / most)
    bounds, since = [0], 0
    counts = np.bincount(codes, minlength=steps)
    for at in range(steps):
        is_full = counts[since : at + 1].sum() >= enough
        if is_full and crowd.shows((codes >= since) & (codes <= at)):
            bounds.append(at + 1)
            since = at + 1
    if bounds[-1] != steps:
        bounds = [*bounds[:-1], steps] if len(bounds) > 1 else [0, steps]
    return bounds
