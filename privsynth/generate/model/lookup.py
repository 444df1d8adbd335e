"""Columns that another column determines: drawn from a look-up, so that the combination always exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from privsynth.generate.model.coding import HIDDEN, Classes, Coding, support
from privsynth.generate.model.features import State

Array = np.ndarray[Any, Any]

DETERMINED = 0.995  # share of rows on the most common value for their level
TRIVIAL = 0.98  # a column with so large a share on one value is determined by anything
LONGEST = 20_000  # levels


@dataclass(frozen=True, eq=False)
class Listing:
    """A column as a list of values: the code of each row, negative where its value may not come out."""

    codes: Array
    size: int
    values: Array | None  # numbers of a lattice; None: codes are what the column is made of

    @property
    def gives(self) -> Array:
        return np.arange(self.size, dtype=np.int32) if self.values is None else self.values


def listing_of(coding: Coding, made: Array) -> Listing | None:
    """The column as a list, if it is one. `made` holds its codes or numbers."""
    if isinstance(coding, Classes):
        return Listing(made, len(coding.levels), None)
    values = coding.listed()
    return None if values is None or not len(values) else Listing(codes_in(values, made), len(values), values)


def codes_in(values: Array, numbers: Array) -> Array:
    return pd.Index(values).get_indexer(pd.Index(numbers))


@dataclass(frozen=True, eq=False)
class Lookup:
    """For each level of the source what may follow it, and how often each does."""

    source: str
    source_values: Array | None  # numbers of the source, where it is a lattice
    known: Array  # of each level: whether anything follows it
    gives: Array
    reach: Array  # level plus cumulative share inside it
    nothing: Any

    def draw(self, state: State, rows: int, rng: np.random.Generator) -> Array:
        level = state[self.source] if self.source_values is None else codes_in(self.source_values, state[self.source])
        made = np.full(rows, self.nothing, dtype=self.gives.dtype)
        known = np.flatnonzero((level >= 0) & self.known[level])
        at = np.searchsorted(self.reach, level[known] + rng.random(len(known)), "right")
        made[known] = self.gives[np.minimum(at, len(self.gives) - 1)]
        return made


def find_lookups(listings: Mapping[str, Listing], order: Sequence[str], given: Sequence[str], k: int, units: Array | None) -> dict[str, Lookup]:
    """Each column that a column of at least as many levels determines, without chains and circles."""
    found: dict[str, Lookup] = {}
    names = [name for name in order if name in listings and listings[name].size <= LONGEST]
    sources = [*(name for name in given if name in listings), *sorted(names, key=lambda name: listings[name].size)]
    for at, name in enumerate(names):
        if any(look.source == name for look in found.values()):
            continue
        free = [source for source in sources if source != name and source not in found and listings[source].size >= listings[name].size]
        # of two that determine each other the earlier one leads
        ahead = [source for source in free if listings[source].size > listings[name].size or source not in names[at:]]
        source = next((source for source in ahead if _determines(listings[source], listings[name])), None)
        if source is not None:
            found[name] = _lookup(source, listings[source], listings[name], k, units)
    return found


def _determines(source: Listing, target: Listing) -> bool:
    known = (source.codes >= 0) & (target.codes >= 0)
    total = int(known.sum())
    if not total or target.size < 2 or np.bincount(target.codes[known]).max() > TRIVIAL * total:
        return False
    some = np.flatnonzero(known)[:500]  # most pairs are told by a few rows
    return all(_most_common(source, target, rows).sum() >= DETERMINED * len(rows) for rows in (some, np.flatnonzero(known)))


def _most_common(source: Listing, target: Listing, rows: Array) -> Array:
    """Of each source level the count of its most common target."""
    pairs, counts = np.unique(source.codes[rows].astype(np.int64) * target.size + target.codes[rows], return_counts=True)
    best = np.zeros(source.size, dtype=np.int64)
    np.maximum.at(best, pairs // target.size, counts)
    return best


def _lookup(name: str, source: Listing, target: Listing, k: int, units: Array | None) -> Lookup:
    """A pair that fewer than k units hold is left out, unless it is the most common one of its level."""
    rows = np.flatnonzero((source.codes >= 0) & (target.codes >= 0))
    pairs, inverse, counts = np.unique(source.codes[rows].astype(np.int64) * target.size + target.codes[rows], return_inverse=True, return_counts=True)
    held = support(inverse, len(pairs), None if units is None else units[rows])
    level = pairs // target.size
    kept = (held >= k) | (counts == _most_common(source, target, rows)[level])
    level, codes, counts = level[kept], (pairs % target.size)[kept], counts[kept]
    total = np.bincount(level, weights=counts, minlength=source.size)
    before = np.concatenate([[0], np.cumsum(counts)])[np.searchsorted(level, level)]
    reach = level + (np.cumsum(counts) - before) / total[level]
    return Lookup(name, source.values, total > 0, target.gives[codes], reach, HIDDEN if target.values is None else np.nan)
