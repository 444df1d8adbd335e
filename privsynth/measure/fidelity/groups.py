"""Groups: what happens to the few rows that a mean over all of them does not show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.bins import astray, is_measured, total_variation
from privsynth.measure.fidelity.kept import SURE, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.measure.fidelity.ties import months
from privsynth.statistics import Fact
from privsynth.typing import Array

GROUPING = (Kind.CATEGORY, Kind.ORDINAL, Kind.BOOLEAN)
FEWEST = 20  # rows of a group
SMALLEST = 0.01  # of all rows
SEVERAL, MANY = 20, 400  # levels of a column whose means are looked at, however small each is
OF_A_LEVEL = 5  # rows
MOST = 12  # columns by whose levels rows are grouped
LEAST = 0.01  # of the variance between groups, below which their means are not spoken of
REACH = 5.0  # standard errors
SURE_OF_MANY = 4.0  # standard errors that chance hardly exceeds in one of a hundred means
OF_THE_WORST = 5.0  # the same in the worst of some hundred groups: a total variation has a longer tail


def groups_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each column of categories whether its groups are there."""
    yield from (_sizes(name, *_groups(sides, name)) for name in _several(sides))


def means_kept(sides: ThreeSides, facts: Iterable[Fact]) -> Iterator[Kept]:
    """For each number how its means differ by the groups of each category, and by the months of each date.

    Of a category that another one follows from, also what it says beyond that one: of a town beyond its state.
    """
    places = {name: _groups(sides, name)[1] for name in _several(sides)}
    places |= {name: _levels(sides, name) for name in _of_many_levels(sides)[:MOST]}
    for name in places:
        yield from _means_of_all(sides, name, places[name])
    for finer, coarser in _steps(sides, facts):
        if finer in places:
            found = list(_means_of_all(sides, finer, places[finer], coarser))
            yield from (_beyond(each, coarser) for each in found)
    for name in [name for name in sides.names if sides.real[name].kind is Kind.DATE][:MOST]:
        yield from (_of_months(each) for each in _means_of_all(sides, name, months(sides, name)))


def _steps(sides: ThreeSides, facts: Iterable[Fact]) -> list[tuple[str, str]]:
    """A category and one that follows from it."""
    found = [fact.columns for fact in facts if fact.kind == "dependency" and fact.table == sides.real.name]
    return [(two[0], two[1]) for two in found if len(two) == 2 and set(two) <= set(sides.names)][:MOST]


def _means_of_all(sides: ThreeSides, name: str, places: list[Array], coarser: str = "") -> Iterator[Kept]:
    numbers = [number for number in _numbers(sides, name) if sides.real[number].kind is not Kind.DATE]
    found = [_means(sides, (name, number), places, coarser) for number in numbers]
    yield from (each for each in found if each is not None)


def _beyond(kept: Kept, coarser: str) -> Kept:
    number, finer = kept.where
    words = f"what {finer} says of the mean of {number} beyond {coarser}: {percent(kept.kept)} is kept"
    return replace(kept, words=words)


def _of_months(kept: Kept) -> Kept:
    number, date = kept.where
    words = f"the means of {number} by the month of {date}: {percent(kept.kept)} of what they differ by is kept"
    return replace(kept, aspect="season", where=(date, number), words=words)


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


def within_groups_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each number how it runs within the group in which it runs least as in the real rows.

    Nothing is fitted to the real rows here, so both of their sides stand on one. Chance is allowed for as far as it
    goes in one of all the groups that are looked at, and people are drawn whole.
    """
    people = _people(sides)
    for name in _several(sides):
        count, places = _groups(sides, name)
        for number in _numbers(sides, name):
            yield from _worst_group(_Runs.of(sides, people, (name, number), count, places))


def _several(sides: ThreeSides) -> list[str]:
    columns = (name for name in sides.names if sides.real[name].kind in GROUPING)
    return [name for name in columns if _groups(sides, name)[0] >= 2][:MOST]


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


def _people(sides: ThreeSides) -> tuple[Array, Array]:
    """Whose each real row is, and each synthetic one."""
    fresh = sides.fresh.people + sides.real.people.max(initial=-1) + 1
    return np.concatenate([sides.real.people, fresh]), sides.synthetic.people


@dataclass(frozen=True, eq=False, kw_only=True)
class _Runs:
    """A number in the groups of a category: real rows and synthetic ones by group and bin."""

    name: str
    number: str
    real: Array
    synthetic: Array
    again: Array  # by group: how much more chance does to the variance, because rows of one person say the same

    @classmethod
    def of(
        cls,
        sides: ThreeSides,
        people: tuple[Array, Array],
        names: tuple[str, str],
        count: int,
        groups: Sequence[Array],
    ) -> _Runs:
        bins, at = sides.bins[names[1]]
        both = [(np.concatenate([side[0], side[2]]), side[1]) for side in (groups, at)]
        (groups_real, groups_synthetic), (at_real, at_synthetic) = both
        return cls(
            name=names[0],
            number=names[1],
            real=_cells(groups_real, at_real, count, bins),
            synthetic=_cells(groups_synthetic, at_synthetic, count, bins),
            again=np.maximum(
                _again(groups_real, at_real, people[0], count), _again(groups_synthetic, at_synthetic, people[1], count)
            ),
        )


def _again(groups: Array, places: Array, people: Array, count: int) -> Array:
    """The design effect (Kish 1965) within each group: rows of one person there, as far as they lie in one bin."""
    order = np.lexsort((people, groups))
    groups, places, people = groups[order], places[order], people[order]
    starts = np.flatnonzero(np.append(True, (np.diff(groups) != 0) | (np.diff(people) != 0)))
    sizes, of_group = np.diff(np.append(starts, len(groups))), groups[starts]
    known = of_group >= 0
    rows, squares = (
        np.bincount(of_group[known], weights=weights[known].astype(np.float64), minlength=count)
        for weights in (sizes, sizes**2)
    )
    next_to = np.flatnonzero((np.diff(groups) == 0) & (np.diff(people) == 0) & (groups[1:] >= 0))
    alike = np.bincount(groups[next_to], weights=places[next_to] == places[next_to + 1], minlength=count)
    pairs = np.bincount(groups[next_to], minlength=count)
    return np.asarray(1 + (squares / np.maximum(1, rows) - 1) * alike / np.maximum(1, pairs))


def _worst_group(runs: _Runs) -> Iterator[Kept]:
    """Of the groups that are there on both sides the one in which the number runs least as in the real rows."""
    sizes = np.stack([side.sum(axis=1) for side in (runs.real, runs.synthetic)])
    there = np.flatnonzero(sizes.min(axis=0) >= FEWEST)
    found = [_kept_in(runs, int(group), int(sizes[0, group]), int(sizes[1, group])) for group in there]
    yield from sorted(found, key=lambda kept: kept.at_most)[:1]


def _kept_in(runs: _Runs, group: int, reals: int, synthetics: int) -> Kept:
    real, synthetic = (side[group] / rows for side, rows in ((runs.real, reals), (runs.synthetic, synthetics)))
    pooled = (runs.real[group] + runs.synthetic[group]) / (reals + synthetics)
    kept = 1 - total_variation(real, synthetic)
    usual, error = (float(np.sqrt(runs.again[group])) * part for part in astray(pooled, reals, synthetics))
    return Kept(
        aspect="groups",
        where=(runs.number, runs.name),
        kept=kept,
        fresh=1 - usual,
        noise=OF_THE_WORST * error,
        rows=min(reals, synthetics),
        words=f"{runs.number} within a group of {runs.name}: {percent(1 - kept)} of its rows would have to change, "
        f"{percent(usual)} of as many real ones",
    )


def _means(sides: ThreeSides, names: tuple[str, str], places: list[Array], coarser: str) -> Kept | None:
    """How far the groups' means of a number still differ as they do in the real rows.

    A row's rank goes up with the mean of its group in all real rows; for a real row in those of other people. How far
    it does so among the synthetic rows, beside the real ones, is what is kept: groups of other sizes change nothing.
    """
    (name, number), (people, theirs) = names, _people(sides)
    real, synthetic = _ranks(sides, number, coarser)
    groups = np.concatenate([places[0], places[2]])
    of_others = _mean_of_others(groups, people, real)
    fresh, error = _slope(of_others, real, people)
    known = np.where(np.isin(places[1], groups), places[1], -1)  # a month may be in no real row
    slope, its_error = _slope(_mean_of_each(groups, real)[known], synthetic, theirs)
    between = fresh * float(of_others.var() / max(1e-12, real.var()))
    if between < LEAST or fresh < REACH * error:
        return None
    both = 1 + 2 * max(0.0, 1 - fresh) / fresh  # a real row stands on both sides: its own rank, and others' means
    noise = float(np.hypot(its_error, error * both * slope / fresh)) / fresh
    kept = float(np.clip(slope / fresh, 0.0, 1.0))
    return Kept(
        aspect="groups",
        where=(number, name),
        kept=kept,
        fresh=1.0,
        noise=SURE_OF_MANY * noise,
        rows=min(len(real), len(synthetic)),
        words=f"the means of {number} in the groups of {name}: {percent(kept)} of what they differ by is kept",
        weight=min(1.0, 0.2 + float(np.sqrt(between))),
    )


def _slope(means: Array, ranks: Array, people: Array) -> tuple[float, float]:
    """How far a rank goes up with the mean of its group, and the standard error where people are drawn whole."""
    means = means - means.mean()
    size = float((means**2).sum()) or 1.0
    slope = float((means * ranks).sum()) / size
    of_people = np.bincount(people, weights=means * (ranks - slope * means))
    return slope, float(np.sqrt((of_people**2).sum())) / size


def _ranks(sides: ThreeSides, number: str, coarser: str) -> tuple[Array, Array]:
    """Where each value of all real rows, and of the synthetic ones, lies among the real; less the mean of its side, and
    less the real mean of its group of a coarser category. Missing counts as the mean.
    """
    values = [as_number(table.values(number)) for table in sides.tables]
    known = np.sort(np.concatenate([values[0], values[2]]))
    known = known[~np.isnan(known)]
    ranks = [np.where(np.isnan(side), np.nan, np.searchsorted(known, side) / max(1, len(known))) for side in values]
    real, synthetic = (_less_mean(side) for side in (np.concatenate([ranks[0], ranks[2]]), ranks[1]))
    if coarser:
        of_real, of_synthetic = _codes(sides, coarser)
        means = _mean_of_each(of_real, real)
        real, synthetic = real - means[of_real], synthetic - means[of_synthetic]
        real, synthetic = _less_mean(real), _less_mean(synthetic)
    return real, synthetic


def _less_mean(side: Array) -> Array:
    return np.nan_to_num(side - (np.nanmean(side) if (~np.isnan(side)).any() else 0.0))


def _codes(sides: ThreeSides, name: str) -> tuple[Array, Array]:
    """The level of each real and each synthetic row; -1: another level, or none."""
    real, synthetic, fresh = (table.values(name) for table in sides.tables)
    codes, levels = pd.factorize(np.concatenate([real, fresh]))
    return codes, pd.Index(levels).get_indexer(pd.Index(synthetic))


def _mean_of_each(groups: Array, values: Array) -> Array:
    """By the number of the group; the last, which -1 is the place of, is for rows of none."""
    places = np.where(groups < 0, groups.max(initial=-1) + 1, groups)
    means = np.bincount(places, weights=values) / np.maximum(1, np.bincount(places))
    return np.append(means[: groups.max(initial=-1) + 1], means[-1] if (groups < 0).any() else 0.0)


def _mean_of_others(groups: Array, people: Array, values: Array) -> Array:
    """For each row the mean of its group without the rows of its own person; 0 where there is nobody else."""
    places = groups - groups.min(initial=0)
    own = np.unique(np.stack([places, people]), axis=1, return_inverse=True)[1].reshape(-1)
    sums, rows = (
        np.bincount(places, weights=w)[places] - np.bincount(own, weights=w)[own]
        for w in (values, np.ones(len(values)))
    )
    return np.asarray(np.where(rows > 0, sums / np.maximum(1, rows), 0.0))
