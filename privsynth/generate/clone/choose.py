"""Which rows are cloned: whole people, a root row with all that hangs below it, in every table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Table
from privsynth.typing import Array


@dataclass(frozen=True, eq=False)
class ClonedRows:
    """The rows to make for one table: the source row of each, and the number of its clone."""

    origin: Array = field(repr=False)
    clone: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.origin)


@dataclass(frozen=True, eq=False)
class Clones:
    """All rows to make. Each clone has a number; `copy` counts the clones of one source, from 0."""

    tables: dict[str, ClonedRows]
    copy: Array = field(repr=False)
    source: Array = field(repr=False)  # a number for the source person of each clone
    orphans: dict[str, int]  # rows whose parent is not there, by table

    @property
    def count(self) -> int:
        return len(self.copy)


def choose_clones(data: Dataset, rows: int, rng: np.random.Generator) -> Clones:
    """`rows` rows of the first table, and all that hangs below them.

    Every source row is used as often as any other, or once more.
    """
    tables: dict[str, ClonedRows] = {}
    copies, sources, orphan_counts = list[Array](), list[Array](), dict[str, int]()
    share = rows / max(len(data.root), 1)

    def add(table: Table, among: Array, wanted: int) -> ClonedRows:
        cloned, copy, source = _repeated(table, among, wanted, rng)
        cloned = ClonedRows(cloned.origin, cloned.clone + sum(map(len, copies)))
        copies.append(copy)
        sources.append(source + sum(int(s.max(initial=-1)) + 1 for s in sources))
        return cloned

    for table in data.parents_first():
        relation = data.parent_of(table.name)
        if relation is None:
            tables[table.name] = add(table, np.arange(len(table)), _wanted(data, table, rows))
            continue
        parent_row = data.parent_rows(relation)
        below = _children(tables[relation.parent], parent_row)
        orphans = np.flatnonzero(parent_row < 0)
        if len(orphans):
            orphan_counts[table.name] = len(orphans)
            alone = add(table, orphans, round(share * len(orphans)))
            below = ClonedRows(np.concatenate([below.origin, alone.origin]), np.concatenate([below.clone, alone.clone]))
        tables[table.name] = below
    copy, source = (np.concatenate(numbers).astype(np.int64) for numbers in (copies, sources))
    return Clones(tables, copy, source, orphan_counts)


def _wanted(data: Dataset, table: Table, rows: int) -> int:
    """Look-up tables keep their size; the others grow with the first one."""
    if table.name in data.lookups:
        return len(table)
    return rows if table.name == data.root.name else round(rows / max(len(data.root), 1) * len(table))


def _repeated(table: Table, rows: Array, wanted: int, rng: np.random.Generator) -> tuple[ClonedRows, Array, Array]:
    """These rows, whole people in a drawn order, again and again until `wanted` are there."""
    if not len(rows) or wanted <= 0:
        nothing = np.empty(0, dtype=np.int64)
        return ClonedRows(nothing, nothing), nothing, nothing
    person = pd.factorize(table.people[rows])[0]
    order = np.argsort(rng.permutation(int(person.max()) + 1)[person], kind="stable")
    at = np.tile(order, -(-wanted // len(rows)))[:wanted]
    copy = np.arange(wanted) // len(rows)
    clone, first = pd.factorize(copy * (int(person.max()) + 1) + person[at])
    return ClonedRows(rows[at], clone), first // (int(person.max()) + 1), first % (int(person.max()) + 1)


def _children(parents: ClonedRows, parent_row: Array) -> ClonedRows:
    """For each parent row that is made, all its children, in the parent's clone."""
    order = np.argsort(parent_row, kind="stable")
    order = order[parent_row[order] >= 0]
    starts = np.searchsorted(parent_row[order], parents.origin, side="left")
    counts = np.searchsorted(parent_row[order], parents.origin, side="right") - starts
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return ClonedRows(order[np.repeat(starts, counts) + within], np.repeat(parents.clone, counts))
