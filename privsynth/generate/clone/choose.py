"""Which rows are cloned: whole entities, a root row with all that hangs below it, in every table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Table
from privsynth.typing import Array


@dataclass(frozen=True, eq=False)
class ClonedRows:
    """The rows of one table to be made: the source row of each, and the number of the clone that it belongs to."""

    origin: Array = field(repr=False)
    clone: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.origin)


@dataclass(frozen=True, eq=False)
class Clones:
    """All rows to be made. Each clone has a number; `copy` says the how-manieth of its source it is."""

    tables: dict[str, ClonedRows]
    copy: Array = field(repr=False)
    source: Array = field(repr=False)  # a number for the source entity of each clone
    lonely: dict[str, int]  # rows without a known parent, by table

    @property
    def clones(self) -> int:
        return len(self.copy)


def choose_clones(data: Dataset, rows: int, rng: np.random.Generator) -> Clones:
    """`rows` rows of the first table, every source row as often as any other up to one, and all that hangs below them."""
    tables: dict[str, ClonedRows] = {}
    copies, sources, lonely = list[Array](), list[Array](), dict[str, int]()
    share = rows / max(len(data.root), 1)

    def add(table: Table, rows_of: Array, wanted: int) -> ClonedRows:
        made, copy, source = _repeated(table, rows_of, wanted, rng)
        made = ClonedRows(made.origin, made.clone + sum(map(len, copies)))
        copies.append(copy)
        sources.append(source + sum(int(s.max(initial=-1)) + 1 for s in sources))
        return made

    for table in data.parents_first():
        relation = data.parent_of(table.name)
        if relation is None:
            wanted = (
                len(table)
                if table.name in data.lookups
                else rows
                if table.name == data.root.name
                else round(share * len(table))
            )
            tables[table.name] = add(table, np.arange(len(table)), wanted)
            continue
        parent_row = data.parent_rows(relation)
        below = _children(tables[relation.parent], parent_row)
        orphans = np.flatnonzero(parent_row < 0)
        if len(orphans):
            lonely[table.name] = len(orphans)
            alone = add(table, orphans, round(share * len(orphans)))
            below = ClonedRows(np.concatenate([below.origin, alone.origin]), np.concatenate([below.clone, alone.clone]))
        tables[table.name] = below
    return Clones(tables, np.concatenate(copies).astype(np.int64), np.concatenate(sources).astype(np.int64), lonely)


def _repeated(table: Table, rows: Array, wanted: int, rng: np.random.Generator) -> tuple[ClonedRows, Array, Array]:
    """These rows, whole entities in a drawn order, again and again until `wanted` are there."""
    if not len(rows) or wanted <= 0:
        nothing = np.empty(0, dtype=np.int64)
        return ClonedRows(nothing, nothing), nothing, nothing
    entity = pd.factorize(table.people[rows])[0]
    order = np.argsort(rng.permutation(int(entity.max()) + 1)[entity], kind="stable")
    at = np.tile(order, -(-wanted // len(rows)))[:wanted]
    copy = np.arange(wanted) // len(rows)
    clone, first = pd.factorize(copy * (int(entity.max()) + 1) + entity[at])
    return ClonedRows(rows[at], clone), first // (int(entity.max()) + 1), first % (int(entity.max()) + 1)


def _children(parents: ClonedRows, parent_row: Array) -> ClonedRows:
    """For each parent row that is made, all its children, in the parent's clone."""
    order = np.argsort(parent_row, kind="stable")
    order = order[parent_row[order] >= 0]
    starts = np.searchsorted(parent_row[order], parents.origin, side="left")
    counts = np.searchsorted(parent_row[order], parents.origin, side="right") - starts
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return ClonedRows(order[np.repeat(starts, counts) + within], np.repeat(parents.clone, counts))
