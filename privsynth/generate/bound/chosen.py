"""Of more people than were asked for, those whose rows all keep what binds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from privsynth.dataset import Dataset
from privsynth.typing import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Crowded:
    """Rows by the people whom they belong to. Tables that only describe others belong to nobody, and stay whole."""

    data: Dataset = field(repr=False)
    people: Mapping[str, Array] = field(repr=False)  # of each table, for each row
    is_good: Array = field(repr=False)  # of each person

    @property
    def root(self) -> Array:
        return self.people[self.data.root.name]

    @property
    def good_rows(self) -> int:
        """How many rows of the first table are of people whose rows are all right."""
        return int(self.is_good[self.root].sum())

    def chosen(self, rows: int, beside: int) -> dict[str, Array] | None:
        """For each table the rows to be kept: `rows` of the first table, and `beside` people who have none there.

        People whose rows are all right come first. None where no whole people make up that many rows.
        """
        sizes = np.bincount(self.root, minlength=len(self.is_good))
        first = np.full(len(sizes), len(self.root))
        np.minimum.at(first, self.root, np.arange(len(self.root)))
        order = np.lexsort((first, ~self.is_good))
        inside = order[sizes[order] > 0]
        taken = _filled(sizes[inside], rows)
        if int(sizes[inside[taken]].sum()) != rows:
            return None
        keep = np.zeros(len(sizes), dtype=bool)
        keep[inside[taken]] = True
        keep[order[sizes[order] == 0][:beside]] = True
        return {
            table.name: np.flatnonzero(keep[self.people[table.name]])
            if table.name in self.people
            else np.arange(len(table))
            for table in self.data
        }

    @property
    def beside(self) -> int:
        """The people who have no row in the first table."""
        return len(self.is_good) - len(np.unique(self.root))


def crowded(data: Dataset, wrong: Mapping[str, Array]) -> Crowded:
    people = data.hanging_together()
    codes, at = np.unique(np.concatenate([*people.values()]), return_inverse=True)
    starts = np.cumsum([0, *(len(each) for each in people.values())])
    people = {name: at[start : start + len(each)] for (name, each), start in zip(people.items(), starts, strict=False)}
    is_good = np.ones(len(codes), dtype=bool)
    for name, rows in people.items():
        is_good[rows[wrong[name]]] = False
    return Crowded(data=data, people=people, is_good=is_good)


def _filled(sizes: Array, rows: int) -> Array:
    """Places of people, from the first on, whose rows come to so many; what would be too many is passed over."""
    ends = np.cumsum(sizes)
    whole = int(np.searchsorted(ends, rows, "right"))
    taken, left = list(range(whole)), rows - (int(ends[whole - 1]) if whole else 0)
    while left:
        fitting = np.flatnonzero(sizes[whole:] <= left)
        if not len(fitting):
            break
        whole += int(fitting[0]) + 1
        taken.append(whole - 1)
        left -= int(sizes[whole - 1])
    return np.array(taken, dtype=np.int64)
