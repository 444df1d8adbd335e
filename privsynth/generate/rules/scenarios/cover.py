"""Few rows in which every pair, or every three, of the levels of some columns comes: greedy, and always the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from itertools import combinations, product
from math import prod

import pandas as pd

from privsynth.typing import Array

Chosen = Mapping[int, int]  # the level of each column that has one so far, both by number
Combination = tuple[tuple[int, int], ...]  # columns and their levels, in order

MOST_STEPS = 10_000  # in which a row is sought that holds a combination


@dataclass(frozen=True, eq=False)
class Forbidden:
    """Levels of some columns that cannot stand side by side."""

    columns: tuple[int, ...]
    levels: frozenset[tuple[int, ...]] = field(repr=False)

    def forbids(self, chosen: Chosen) -> bool:
        return all(at in chosen for at in self.columns) and tuple(chosen[at] for at in self.columns) in self.levels


@dataclass(frozen=True, eq=False)
class Covering:
    """The rows that are needed, as a level of each column, and the combinations that no row can have."""

    rows: tuple[tuple[int, ...], ...]
    forbidden: frozenset[Combination]


def how_many(sizes: Sequence[int], ways: int) -> int:
    """The combinations of so many levels of some columns."""
    return sum(prod(chosen) for chosen in combinations(sizes, ways))


def combinations_of(sizes: Sequence[int], ways: int) -> Iterator[Combination]:
    for columns in combinations(range(len(sizes)), ways):
        yield from (
            tuple(zip(columns, levels, strict=True)) for levels in product(*(range(sizes[at]) for at in columns))
        )


def covering(sizes: Sequence[int], ways: int, forbidden: Sequence[Forbidden]) -> Covering:
    """Rows, each around the first combination that is still missing, with as many others as fit."""
    missing = dict.fromkeys(combinations_of(sizes, ways))
    rows, impossible = list[tuple[int, ...]](), list[Combination]()
    while missing:
        first = next(iter(missing))
        whole = _RowUnderWay(sizes, ways, forbidden=forbidden, missing=missing).completed(dict(first))
        if whole is None:
            impossible.append(first)
            del missing[first]
            continue
        rows.append(tuple(whole[at] for at in range(len(sizes))))
        for found in combinations(sorted(whole.items()), ways):
            missing.pop(found, None)
    return Covering(tuple(rows), frozenset(impossible))


@dataclass(eq=False)
class _RowUnderWay:
    """The levels of one row, chosen column by column."""

    sizes: Sequence[int]
    ways: int
    _: KW_ONLY
    forbidden: Sequence[Forbidden]
    missing: Mapping[Combination, None] = field(repr=False)
    steps: int = 0

    def completed(self, chosen: dict[int, int]) -> dict[int, int] | None:
        self.steps += 1
        if self.steps > MOST_STEPS or any(each.forbids(chosen) for each in self.forbidden):
            return None
        at = next((at for at in range(len(self.sizes)) if at not in chosen), None)
        if at is None:
            return chosen
        for level in sorted(range(self.sizes[at]), key=lambda level: -self._gain(chosen, at, level)):
            whole = self.completed({**chosen, at: level})
            if whole is not None:
                return whole
        return None

    def _gain(self, chosen: Chosen, at: int, level: int) -> int:
        """How many of the missing combinations this level brings."""
        others = combinations(sorted(chosen.items()), self.ways - 1)
        return sum(tuple(sorted((*each, (at, level)))) in self.missing for each in others)


def present(levels: Sequence[Array], frame: pd.DataFrame, ways: int) -> set[Combination]:
    """The combinations that stand in some row."""
    codes = [pd.Index(known).get_indexer(pd.Index(frame[name])) for name, known in zip(frame, levels, strict=True)]
    found: set[Combination] = set()
    for columns in combinations(range(len(levels)), ways):
        distinct = pd.DataFrame({at: codes[at] for at in columns}).drop_duplicates()
        found |= {tuple(zip(columns, row, strict=True)) for row in distinct.to_numpy().tolist()}
    return found
