"""Columns that another column determines: drawn from a look-up, so that the combination always exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.generate.model.coding.codings import Classes, Coding
from privsynth.generate.model.coding.support import support
from privsynth.generate.model.trees.features import State
from privsynth.keeping import kept
from privsynth.typing import Array

DETERMINED = 0.995  # share of rows on the most common value for their level
TRIVIAL = 0.98  # a column with so large a share on one value is determined by anything
LONGEST = 20_000  # levels
GLANCE = (64, 500)  # rows that tell most pairs: all pairs by the first, what is left by all of them
ALLOWED = 4  # changes between neighbours that a few rows may show by chance, beyond those that the rule allows


@dataclass(frozen=True, eq=False)
class Listing:
    """A column as a list of values: the code of each row, negative where its value may not come out."""

    codes: Array
    size: int
    values: Array | None  # numbers of a lattice; None: codes are what the column is made of

    @property
    def gives(self) -> Array:
        return np.arange(self.size, dtype=np.int32) if self.values is None else self.values


def listing_of(coding: Coding, column: Array) -> Listing | None:
    """The column as a list, if it is one. `made` holds its codes or numbers."""
    if isinstance(coding, Classes):
        return Listing(column, len(coding.levels), None)
    values = coding.listed()
    return None if values is None or not len(values) else Listing(codes_in(values, column), len(values), values)


def codes_in(values: Array, numbers: Array) -> Array:
    return pd.Index(values).get_indexer(pd.Index(numbers))


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Lookup:
    """For each level of the source what may follow it, and how often. Anything follows a level that too few hold."""

    source: str
    source_values: Array | None  # numbers of the source, where it is a lattice
    supported: Array  # of each level: whether enough hold it
    gives: Array
    reach: Array  # level plus cumulative share inside it
    overall: Array  # cumulative share of all

    def draw(self, state: State, rows: int, rng: np.random.Generator) -> Array:
        level = state[self.source] if self.source_values is None else codes_in(self.source_values, state[self.source])
        supported = (level >= 0) & self.supported[level]
        chance = rng.random(rows)
        at = np.where(
            supported,
            np.searchsorted(self.reach, level + chance, "right"),
            np.searchsorted(self.overall, chance, "right"),
        )
        return self.gives[np.minimum(at, len(self.gives) - 1)]


def find_lookups(
    listings: Mapping[str, Listing], order: Sequence[str], given: Sequence[str], least: int, units: Array | None
) -> dict[str, Lookup]:
    """Each column that one of at least as many levels determines, which another may determine: the nearest decides.

    `least` units stand behind any value drawn.
    """
    lookups: dict[str, Lookup] = {}
    names = [name for name in order if name in listings and listings[name].size <= LONGEST]
    sources = [*(name for name in given if name in listings), *sorted(names, key=lambda name: listings[name].size)]
    place = {name: at for at, name in enumerate(names)}
    for name, suspects in _suspects(listings, sources, names).items():
        # of two that determine each other the earlier one leads
        free = [s for s in suspects if listings[s].size > listings[name].size or place.get(s, -1) < place[name]]
        tried = (
            _lookup(s, listings[s], listings[name], least, units)
            for s in free
            if determines(listings[s], listings[name])
        )
        look = next((look for look in tried if look is not None), None)
        if look is not None:
            lookups[name] = look
    return lookups


def _suspects(listings: Mapping[str, Listing], sources: Sequence[str], names: Sequence[str]) -> dict[str, list[str]]:
    """For each column those that may determine it, by neighbours of the same level among the first rows."""
    suspects: dict[str, list[str]] = {name: [] for name in names}
    teachable = [name for name in names if not _trivial(listings[name].codes, listings[name].size)]
    if not teachable:
        return suspects
    rows = min(GLANCE[-1], len(listings[names[0]].codes))
    codes = np.stack([listings[name].codes[:rows] for name in teachable], axis=1).astype(np.int32)
    sizes = np.array([listings[name].size for name in teachable])
    for source in sources:
        left = np.flatnonzero(sizes <= listings[source].size)
        for glance in GLANCE:
            left = left[
                _breaks(listings[source].codes[:glance], codes[:glance], left)
                <= ALLOWED + 2 * (1 - DETERMINED) * glance
            ]
        for at in left:
            if teachable[at] != source:
                suspects[teachable[at]].append(source)
    return suspects


def _breaks(source: Array, targets: Array, chosen: Array) -> Array:
    """How often each chosen target changes between neighbours of one source level: at most twice for each exception."""
    order = np.argsort(source, kind="stable")
    order = order[source[order] >= 0]
    same = np.flatnonzero(source[order[1:]] == source[order[:-1]])
    here, there = (targets[np.ix_(order[at], chosen)] for at in (same, same + 1))
    return np.asarray(((here != there) & (here >= 0) & (there >= 0)).sum(axis=0))


def _trivial(codes: Array, size: int) -> bool:
    coded = codes[codes >= 0]
    return size < 2 or not len(coded) or bool(np.bincount(coded).max() > TRIVIAL * len(coded))


def determines(source: Listing, target: Listing) -> bool:
    both = (source.codes >= 0) & (target.codes >= 0)
    total = int(both.sum())
    if not total or target.size < 2 or np.bincount(target.codes[both]).max() > TRIVIAL * total:
        return False
    some = np.flatnonzero(both)[:500]  # most pairs are told by a few rows
    return all(
        _most_common(source, target, rows).sum() >= DETERMINED * len(rows) for rows in (some, np.flatnonzero(both))
    )


def _most_common(source: Listing, target: Listing, rows: Array) -> Array:
    """Of each source level the count of its most common target."""
    pairs, counts = np.unique(
        source.codes[rows].astype(np.int64) * target.size + target.codes[rows], return_counts=True
    )
    best = np.zeros(source.size, dtype=np.int64)
    np.maximum.at(best, pairs // target.size, counts)
    return best


def _lookup(name: str, source: Listing, target: Listing, least: int, units: Array | None) -> Lookup | None:
    """None where too many rows have a level that fewer than `least` units hold. Rare exceptions are left out.

    What `least` units do not share follows no level, either: any value does, if the level has no other.
    """
    rows = np.flatnonzero((source.codes >= 0) & (target.codes >= 0))
    of_rows = None if units is None else units[rows]
    enough = support(source.codes[rows], source.size, of_rows) >= least
    if enough[source.codes[rows]].mean() < DETERMINED:
        return None
    pairs, inverse, counts = np.unique(
        source.codes[rows].astype(np.int64) * target.size + target.codes[rows], return_inverse=True, return_counts=True
    )
    held, level = support(inverse, len(pairs), of_rows), pairs // target.size
    kept = enough[level] & (held >= least)
    if not kept.any():
        return None
    level, codes, counts = level[kept], (pairs % target.size)[kept], counts[kept]
    total = np.bincount(level, weights=counts, minlength=source.size)
    before = np.concatenate([[0], np.cumsum(counts)])[np.searchsorted(level, level)]
    reach = level + (np.cumsum(counts) - before) / total[level]
    return Lookup(
        source=name,
        source_values=source.values,
        supported=total > 0,
        gives=target.gives[codes],
        reach=reach,
        overall=np.cumsum(counts) / counts.sum(),
    )
