"""Levels that lie in groups, and groups in wider groups: declared in the policy, or the beginnings of a postcode."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Table
from privsynth.errors import PolicyError
from privsynth.groups.rare import BLANK, counted
from privsynth.groups.scales import Axis, binned, guarded, mixed_place
from privsynth.pii.entities import invented_as
from privsynth.typing import Array

Hierarchy = Sequence[Mapping[str, Sequence[str]]]


@dataclass(frozen=True, eq=False)
class Nested(Axis):
    """Words that lie side by side where they share a group. A run is named by the narrowest group around it."""

    # Levels x bins: the group of each word, finest level first.
    groups: Array = field(default_factory=lambda: np.empty((0, 0), dtype=np.int64), repr=False)
    names: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    sorts: bool = False  # words stand as they sort, so that a new one falls between two

    def positions(self, values: Array) -> Array:
        words = pd.Index(self.words, dtype=object)
        at = words.get_indexer(pd.Index(values, dtype=object)).astype(float)
        if self.sorts and len(words):
            new = (at < 0) & ~pd.isna(values)
            at[new] = np.searchsorted(np.array(self.words, dtype=str), values[new].astype(str)) - 0.5
            return np.where(new & ((at < 0) | (at > len(words) - 1)), np.nan, at)
        return np.where(at < 0, np.nan, at)

    def spell(self, low: int, high: int) -> str:
        if low == high:
            return self.words[low]
        level = int(self._level(np.array([low]), np.array([high]))[0])
        return guarded(self.names[level][self.groups[level, low]]) if level < len(self.groups) else BLANK

    def widths(self, low: Array, high: Array) -> Array:
        """The width of the group that is told, not of the run alone."""
        first, last = self.told(low, high)
        return np.asarray(self.place[last] - self.place[first])

    def told(self, low: Array, high: Array) -> tuple[Array, Array]:
        """The first and last bin of the narrowest group around each run; of everything where none holds it."""
        bottom, top = np.maximum(low - self.gap, 0), np.maximum(high - self.gap, 0)
        level, first, last = self._level(bottom, top), low.copy(), high.copy()
        for at, (starts, ends) in enumerate(self._bounds()):
            here = level == at
            first[here], last[here] = starts[bottom[here]] + self.gap, ends[bottom[here]] + self.gap
        first[(level == len(self.groups)) | (low == 0)] = 0
        last[level == len(self.groups)] = self.last
        return first, last

    def _level(self, low: Array, high: Array) -> Array:
        """The finest level on which both ends lie in one group; -1 for one word, the number of levels for none."""
        in_group = (level[low] == level[high] for level in self.groups)
        same = np.vstack([low == high, *in_group, np.ones(len(low), dtype=bool)])
        return np.asarray(same.argmax(axis=0) - 1)

    def _bounds(self) -> list[tuple[Array, Array]]:
        """For each level the first and last bin of the group of each bin; groups are runs."""
        bounds = []
        for level in self.groups:
            cuts = np.flatnonzero(np.diff(level)) + 1
            starts, ends = np.concatenate([[0], cuts]), np.concatenate([cuts, [len(level)]]) - 1
            run = np.repeat(np.arange(len(starts)), ends - starts + 1)
            bounds.append((starts[run], ends[run]))
        return bounds


def is_postal(column: Column) -> bool:
    return invented_as(column.entity or "") == "POSTCODE"


def prefixes(name: str, values: Array) -> Axis:
    """Codes as they sort: those that begin alike lie together, and are told by what they begin with."""
    codes, distinct = pd.factorize(pd.Series(values, dtype=object), sort=True)
    words = tuple(str(word) for word in distinct)
    longest = max(map(len, words), default=0)
    groups, names = [], []
    for size in range(longest - 1, 0, -1):
        level, begins = pd.factorize(np.array([word[:size] for word in words], dtype=object))
        groups.append(level)
        names.append(tuple(str(begin) + BLANK * (longest - len(str(begin))) for begin in begins))
    made, place, gap = binned(codes, np.arange(float(len(words))))
    return Nested(
        name,
        made,
        place,
        words,
        gap,
        groups=np.array(groups, dtype=np.int64).reshape(len(groups), len(words)),
        names=tuple(names),
        sorts=True,
    )


def declared(table: Table, name: str, hierarchy: Hierarchy) -> Axis:
    """The axis of a column whose groups the policy names. A value without a group is an error, never shown."""
    paths = _paths(name, hierarchy)
    text = table.text(name)
    rows = pd.Series(text, dtype=object).value_counts()
    unnamed = ~rows.index.isin(list(paths))
    if unnamed.any():
        share = f"{int(unnamed.sum())} of its {len(rows)} values ({counted(int(rows[unnamed].sum()))})"
        raise PolicyError(
            f"column {name}: the hierarchy does not name {share}.",
            hint="name each value in one group of the hierarchy's first level.",
            column=name,
        )
    words = sorted(paths, key=_side_by_side(paths, rows))
    codes = pd.Index(words, dtype=object).get_indexer(pd.Index(text, dtype=object))
    groups, names = _numbered([paths[word] for word in words], len(hierarchy))
    made, place, gap = binned(codes, mixed_place(codes, len(words)))
    return Nested(name, made, place, tuple(words), gap, groups=groups, names=names, spelt=True)


def _side_by_side(
    paths: Mapping[str, tuple[str, ...]], rows: pd.Series[Any]
) -> Callable[[str], tuple[tuple[int, str], ...]]:
    """The sort key that puts groups side by side, the largest first: what lies at an end can be cut off."""
    rows_below: dict[tuple[str, ...], int] = {}
    for word, path in paths.items():
        for level in range(len(path) + 1):
            rows_below[path[level:]] = rows_below.get(path[level:], 0) + int(rows.get(word, 0))

    def key(word: str) -> tuple[tuple[int, str], ...]:
        path = paths[word]
        groups = ((-rows_below[path[level:]], path[level]) for level in reversed(range(len(path))))
        return (*groups, (-int(rows.get(word, 0)), word))

    return key


def _paths(name: str, hierarchy: Hierarchy) -> dict[str, tuple[str, ...]]:
    """For each value its groups, the narrowest first. What a level leaves out is its own group there."""
    above = [_upwards(name, level) for level in hierarchy]
    for at, (level, below) in enumerate(zip(above[1:], hierarchy, strict=False)):
        unknown = len(set(level) - set(below) - set().union(*hierarchy[:at]))
        if unknown:
            raise PolicyError(
                f"column {name}: level {at + 2} of the hierarchy holds {unknown} groups that no level below it has.",
                hint="a level after the first names the groups of the level before.",
                column=name,
            )
    paths = {}
    for value in above[0]:
        path, group = list[str](), value
        for level in above:
            group = level.get(group, group)
            path.append(group)
        paths[value] = tuple(path)
    return paths


def _upwards(name: str, level: Mapping[str, Sequence[str]]) -> dict[str, str]:
    members = [(member, group) for group, inside in level.items() for member in inside]
    if len({member for member, _ in members}) < len(members):
        raise PolicyError(
            f"column {name}: a level of the hierarchy names something twice.",
            hint="each belongs to one group.",
            column=name,
        )
    return dict(members)


def _numbered(paths: Sequence[tuple[str, ...]], levels: int) -> tuple[Array, tuple[tuple[str, ...], ...]]:
    """Groups as numbers. Two groups of one name in different wider groups are different."""
    groups, names = [], []
    for level in range(levels):
        codes, upwards = pd.factorize(pd.Series([path[level:] for path in paths], dtype=object))
        groups.append(codes)
        names.append(tuple(str(path[0]) for path in upwards))
    return np.array(groups, dtype=np.int64), tuple(names)
