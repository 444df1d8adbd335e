"""Groups: what happens to the few rows that a mean over all of them does not show."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.bins import is_measured
from privsynth.measure.fidelity.kept import STRAY, SURE, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.typing import Array

GROUPING = (Kind.CATEGORY, Kind.ORDINAL, Kind.BOOLEAN)
FEWEST = 20  # rows of a group
SMALLEST = 0.01  # of all rows
SEVERAL, MANY = 20, 400  # levels of a column whose means are looked at, however small each is
OF_A_LEVEL = 5  # rows
MOST = 12  # columns by whose levels rows are grouped
LEAST = 0.01  # of the variance between groups, below which their means are not spoken of
REACH = 5.0  # standard errors


def groups_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each column of categories whether its groups are there, and for each number how it runs within them."""
    groups = {name: _groups(sides, name) for name in sides.names if sides.real[name].kind in GROUPING}
    several = {name: (count, places) for name, (count, places) in groups.items() if count >= 2}
    for name in list(several)[:MOST]:
        yield _sizes(name, *several[name])
        yield from _within(sides, name, *several[name])
    for name in _of_many_levels(sides)[:MOST]:
        places = _levels(sides, name)
        found = [_means(sides, name, number, places) for number in _numbers(sides, name)]
        yield from (each for each in found if each is not None)


def _groups(sides: ThreeSides, name: str) -> tuple[int, list[Array]]:
    """How many levels are groups, and the group of each row on the three sides; -1: another level, or none."""
    values = [table.values(name) for table in sides.tables]
    counts = pd.Series(values[0]).value_counts()
    large = counts.index[counts >= max(FEWEST, SMALLEST * len(values[0]))]
    return len(large), [pd.Index(large).get_indexer(pd.Index(side)) for side in values]


def _sizes(name: str, count: int, places: list[Array]) -> Kept:
    synthetic, fresh = (np.bincount(side[side >= 0], minlength=count) for side in places[1:])
    kept = np.minimum(1.0, synthetic / np.maximum(1, fresh))
    noise = SURE * np.sqrt(2 / np.maximum(1, fresh))
    worst = int(np.argmin(kept + noise))
    gone = int((synthetic < fresh / 2).sum())
    lone = f"{gone:,} of {count:,} groups of {name}" if gone else f"a group of {name}"
    return Kept(
        aspect="groups",
        where=(name,),
        kept=float(kept[worst]),
        fresh=1.0,
        noise=float(noise[worst]),
        rows=int(fresh[worst]),
        words=f"{lone} {'have' if gone > 1 else 'has'} fewer rows: the worst keeps {percent(float(kept[worst]))}",
    )


def _within(sides: ThreeSides, name: str, count: int, places: list[Array]) -> Iterator[Kept]:
    for number in _numbers(sides, name):
        bins, at = sides.bins[number]
        cells = [_cells(group, place, count, bins) for group, place in zip(places, at, strict=True)]
        found = _worst_group(name, number, cells), _means(sides, name, number, places)
        yield from (each for each in found if each is not None)


def _numbers(sides: ThreeSides, name: str) -> list[str]:
    others = (number for number in sides.names if number != name)
    return [number for number in others if is_measured(sides.real, (sides.synthetic, sides.fresh), number)]


def _of_many_levels(sides: ThreeSides) -> list[str]:
    """Columns of which many levels are too small for groups, and all of them together are not."""
    columns = [name for name in sides.names if sides.real.values(name).dtype.kind == "O"]
    return [name for name in columns if SEVERAL < int(sides.real.frame[name].nunique()) <= MANY]


def _levels(sides: ThreeSides, name: str) -> list[Array]:
    """The place of each level that a few rows of the real side hold; -1: another level, or none."""
    values = [table.values(name) for table in sides.tables]
    counts = pd.Series(values[0]).value_counts()
    return [pd.Index(counts.index[counts >= OF_A_LEVEL]).get_indexer(pd.Index(side)) for side in values]


def _cells(groups: Array, places: Array, count: int, bins: int) -> Array:
    known = groups >= 0
    return np.bincount(groups[known] * bins + places[known], minlength=count * bins).reshape(count, bins)


def _worst_group(name: str, number: str, cells: list[Array]) -> Kept | None:
    """Of the groups that are there on all sides the one in which the number runs least as in the real rows."""
    sizes = np.stack([side.sum(axis=1) for side in cells])
    there = np.flatnonzero(sizes.min(axis=0) >= FEWEST)
    if not len(there):
        return None
    real, synthetic, fresh = (side[there] / side[there].sum(axis=1, keepdims=True) for side in cells)
    kept, kept_fresh = (1 - np.abs(real - other).sum(axis=1) / 2 for other in (synthetic, fresh))
    noise = STRAY / np.sqrt(sizes[:, there].min(axis=0))
    worst = int(np.argmin((kept + noise) / kept_fresh))
    return Kept(
        aspect="groups",
        where=(number, name),
        kept=float(kept[worst]),
        fresh=float(kept_fresh[worst]),
        noise=float(noise[worst]),
        rows=int(sizes[:, there].min(axis=0)[worst]),
        words=f"{number} within a group of {name}: {percent(1 - float(kept[worst]))} of its rows would have to "
        f"change, {percent(1 - float(kept_fresh[worst]))} of as many real ones",
    )


def _means(sides: ThreeSides, name: str, number: str, places: list[Array]) -> Kept | None:
    """How far the groups' means of a number still differ as they do in the real rows: of its rank, between groups."""
    ranks = _ranks(sides, number)
    of_groups = _mean_of_each(places[0], ranks[0])
    products = [of_groups[group] * rank for group, rank in zip(places[1:], ranks[1:], strict=True)]
    synthetic, fresh = (float(product.mean()) for product in products)
    error = float(np.sqrt(sum(product.var() for product in products) / max(1, sides.size)))
    between = fresh / max(1e-12, float(ranks[2].var()))
    if between < LEAST or fresh < REACH * error:
        return None
    kept = float(np.clip(synthetic / fresh, 0.0, 1.0))
    return Kept(
        aspect="groups",
        where=(number, name),
        kept=kept,
        fresh=1.0,
        noise=SURE * error / fresh,
        rows=sides.size,
        words=f"the means of {number} in the groups of {name}: {percent(kept)} of what they differ by is kept",
        weight=min(1.0, 0.2 + float(np.sqrt(between))),
    )


def _ranks(sides: ThreeSides, number: str) -> list[Array]:
    """Where each value lies among the real ones, from -1/2 to 1/2, less the mean of its side; missing counts as it."""
    values = [as_number(table.values(number)) for table in sides.tables]
    known = np.sort(values[0][~np.isnan(values[0])])
    ranks = [np.where(np.isnan(side), np.nan, np.searchsorted(known, side) / max(1, len(known))) for side in values]
    return [np.nan_to_num(side - (np.nanmean(side) if (~np.isnan(side)).any() else 0.0)) for side in ranks]


def _mean_of_each(groups: Array, values: Array) -> Array:
    """By the number of the group; the last is for rows of none."""
    places = np.where(groups < 0, groups.max(initial=-1) + 1, groups)
    means = np.bincount(places, weights=values) / np.maximum(1, np.bincount(places))
    return np.append(means[: groups.max(initial=-1) + 1], means[-1] if (groups < 0).any() else 0.0)
