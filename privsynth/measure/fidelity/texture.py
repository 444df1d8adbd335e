"""Texture: how finely values are written, and on which days of the week and at which hours dates lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from privsynth.dataset import Kind
from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.bins import is_measured, total_variation
from privsynth.measure.fidelity.kept import STRAY, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.typing import Array

DECIMALS = 7  # more are as good as all
WHOLE = 1e15  # from here on a value has no decimals
FINE = 1e-9  # of a value, as far as fractions of ten are exact
DAYS, HOURS = 7, 24
UNITS = (86_400, 3_600, 60, 1)  # seconds: a date that is a multiple of one, and of none before it, is told by it
FEWEST = 20


def texture_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each number how many decimals its values have; for each date its weekdays, hours and parts of a second."""
    for name in sides.names:
        if is_measured(sides.real, (sides.synthetic, sides.fresh), name):
            values = [side[~np.isnan(side)] for side in (as_number(table.values(name)) for table in sides.tables)]
            if min(map(len, values)) >= FEWEST:
                yield from _of_date(name, values) if sides.real[name].kind is Kind.DATE else _of_number(name, values)


def _of_number(name: str, values: list[Array]) -> Iterator[Kept]:
    places = [_decimals(side) for side in values]
    usual = int(np.quantile(places[0], 0.99, method="higher"))
    more = [percent(float((side > usual).mean())) for side in places]
    few = f"{usual} decimal{'' if usual == 1 else 's'}"
    words = f"{name}: {more[1]} of its values have more than {few}, {more[2]} of as many real ones"
    kept = _kept(name, places, DECIMALS + 1, words)
    yield kept if more[1] != more[2] else replace(kept, words=f"{name}: {_rounded(kept)}")


def _rounded(kept: Kept) -> str:
    return (
        "values are rounded otherwise" if kept.is_lost else "values have as many decimals as real ones, but for chance"
    )


def _decimals(values: Array) -> Array:
    """How many decimals each value needs to be written."""
    values = np.where(np.abs(values) < WHOLE, values, 0.0)
    needed, size = np.full(len(values), DECIMALS), np.maximum(1.0, np.abs(values))
    for places in reversed(range(DECIMALS)):
        needed[np.abs(np.round(values, places) - values) <= FINE * size] = places
    return needed


def _of_date(name: str, days: list[Array]) -> Iterator[Kept]:
    weekdays = [np.floor(side).astype(np.int64) % DAYS for side in days]
    ends = [percent(float(np.isin(side, (2, 3)).mean())) for side in weekdays]  # 1970-01-01 was a Thursday
    words = f"{name}: {ends[1]} lie on a Saturday or Sunday, {ends[2]} of as many real ones"
    yield _kept(name, weekdays, DAYS, words if ends[1] != ends[2] else f"{name}: the days of the week are others")
    seconds = [np.round((side % 1) * UNITS[0], 3) % UNITS[0] for side in days]
    units = [_units(side) for side in seconds]
    if any(side.any() for side in units):
        timed = [percent(float((side > 0).mean())) for side in units]
        words = f"{name}: {timed[1]} have a time of day, {timed[2]} of as many real ones"
        other = f"{name}: times of day are rounded otherwise"
        fineness = _kept(name, units, len(UNITS) + 1, words if timed[1] != timed[2] else other)
        hours = [(side // UNITS[1]).astype(np.int64) for side in seconds]
        of_hours = _kept(name, hours, HOURS, f"{name}: the hours of the day are others")
        yield min(fineness, of_hours, key=lambda kept: kept.at_most)


def _units(seconds: Array) -> Array:
    """The place of the coarsest unit that each time of day is a multiple of; after the last: a part of a second."""
    return np.select([seconds % unit == 0 for unit in UNITS], np.arange(len(UNITS)), len(UNITS))


def _kept(name: str, places: list[Array], count: int, words: str) -> Kept:
    shares = [np.bincount(side, minlength=count) / len(side) for side in places]
    kept, fresh = (1 - total_variation(shares[0], other) for other in shares[1:])
    rows = min(map(len, places))
    noise = STRAY / float(np.sqrt(rows))
    return Kept(aspect="texture", where=(name,), kept=kept, fresh=fresh, noise=noise, rows=rows, words=words)
