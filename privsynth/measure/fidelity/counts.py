"""How many rows belong together: of one person, of one parent, of one value of a key that repeats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Relation, Role, Table
from privsynth.measure.fidelity.bins import edges_of, places_in, shares, total_variation
from privsynth.measure.fidelity.kept import STRAY, SURE, Kept, percent
from privsynth.measure.samples import some_of
from privsynth.typing import Array

REPEATS = 1.2  # rows of one value, on average: fewer are no unit
FEWEST = 20  # units of the real side


@dataclass(frozen=True, eq=False)
class WholeSides:
    """The datasets of a comparison, whole: how many rows belong together is not seen in a sample of them."""

    real: Dataset
    synthetic: Dataset
    fresh: Dataset

    def tables(self, name: str) -> tuple[Table, Table, Table]:
        return self.real[name], self.synthetic[name], self.fresh[name]


def rows_each(parts: WholeSides, name: str, rng: np.random.Generator) -> Iterator[Kept]:
    """For each column of a table that says which rows belong together."""
    tables = parts.tables(name)
    parents = {relation.child_key: relation for relation in parts.real.relations if relation.child == name}
    person = parts.real.person_column(name)
    for unit in _units(tables[0], {person, *parents} - {None}):
        if all(unit in table for table in tables):
            whole = unit == person or unit in parents
            sides = tables if whole else [some_of(table, min(map(len, tables)), rng) for table in tables]
            counts = [_rows_of(table, unit) for table in sides]
            yield from _kept(unit, _with_childless(counts, parts, parents.get(unit)))


def _units(table: Table, known: set[str | None]) -> list[str]:
    """Keys of people and parents, and identifiers that repeat."""
    return [
        column.name
        for column in table.columns
        if column.name in known or (column.role is Role.IDENTIFIER and _repeats(table, column.name))
    ]


def _repeats(table: Table, name: str) -> bool:
    known = table.frame[name].dropna()
    return len(known) >= REPEATS * max(1, known.nunique())


def _rows_of(table: Table, unit: str) -> Array:
    codes = pd.factorize(table.frame[unit].to_numpy())[0]
    return np.bincount(codes[codes >= 0]).astype(np.float64)


def _with_childless(counts: list[Array], parts: WholeSides, relation: Relation | None) -> list[Array]:
    """The rows of each parent: those without a child have none."""
    if relation is None or relation.parent not in parts.synthetic or relation.parent in parts.real.lookups:
        return counts
    parents = [len(table) for table in parts.tables(relation.parent)]
    return [
        np.concatenate([side, np.zeros(max(0, size - len(side)))]) for side, size in zip(counts, parents, strict=True)
    ]


def _kept(unit: str, counts: list[Array]) -> Iterator[Kept]:
    real, synthetic, fresh = counts
    if min(len(real), len(fresh)) < FEWEST or not len(synthetic):
        return
    edges = edges_of(real)
    spread = [shares(places_in(side, edges), len(edges) + 2) for side in counts]
    kept, kept_fresh = (1 - total_variation(spread[0], other) for other in spread[1:])
    units = min(len(synthetic), len(fresh))
    means = [float(side.mean()) for side in (synthetic, fresh)]
    ratio = min(means) / max(means) if max(means) else 1.0
    error = float(np.sqrt(synthetic.var() / len(synthetic) + fresh.var() / len(fresh))) / max(1e-9, means[1])
    yield Kept(
        aspect="rows_each",
        where=(unit,),
        kept=ratio,
        fresh=1.0,
        noise=SURE * error,
        rows=units,
        words=f"one {unit} has {means[0]:.2f} rows on average, in the real rows {means[1]:.2f}",
    )
    yield Kept(
        aspect="rows_each",
        where=(unit,),
        kept=kept,
        fresh=kept_fresh,
        noise=STRAY / float(np.sqrt(units)),
        rows=units,
        words=f"how many rows one {unit} has is as in the real rows for {percent(kept)} of them",
    )
