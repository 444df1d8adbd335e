"""How many rows belong together: of one person, of one parent, of one value of a key that repeats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Relation, Role, Table
from privsynth.measure.fidelity.bins import astray, edges_of, places_in, shares, total_variation
from privsynth.measure.fidelity.kept import SURE, Kept, percent
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


def rows_each(real: Dataset, synthetic: Dataset, name: str, rng: np.random.Generator) -> Iterator[Kept]:
    """For each column of a table that says which rows belong together. `real`: all real rows, for nothing is fitted to
    them here.
    """
    tables = real[name], synthetic[name]
    parents = {relation.child_key: relation for relation in real.relations if relation.child == name}
    person = real.person_column(name)
    for unit in _units(tables[0], {person, *parents} - {None}):
        if all(unit in table for table in tables):
            whole = unit == person or unit in parents
            sides = tables if whole else [some_of(table, min(map(len, tables)), rng) for table in tables]
            counts = [_rows_of(table, unit) for table in sides]
            yield from _kept(unit, _with_childless(counts, (real, synthetic), parents.get(unit)))


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


def _with_childless(counts: list[Array], sides: Sequence[Dataset], relation: Relation | None) -> list[Array]:
    """The rows of each parent: those without a child have none."""
    if relation is None or any(relation.parent not in side for side in sides) or relation.parent in sides[0].lookups:
        return counts
    parents = [len(side[relation.parent]) for side in sides]
    return [
        np.concatenate([side, np.zeros(max(0, size - len(side)))]) for side, size in zip(counts, parents, strict=True)
    ]


def _kept(unit: str, counts: list[Array]) -> Iterator[Kept]:
    real, synthetic = counts
    if len(real) < FEWEST or not len(synthetic):
        return
    found = _mean(unit, real, synthetic), _spread(unit, real, synthetic), _lone(unit, real, synthetic)
    for kept, fresh, noise, words in found:
        yield Kept(
            aspect="rows_each", where=(unit,), kept=kept, fresh=fresh, noise=noise, rows=len(synthetic), words=words
        )


def _mean(unit: str, real: Array, synthetic: Array) -> tuple[float, float, float, str]:
    means = [float(side.mean()) for side in (synthetic, real)]
    error = float(np.sqrt(synthetic.var() / len(synthetic) + real.var() / len(real)))
    words = f"one {unit} has {means[0]:.2f} rows on average, in the real rows {means[1]:.2f}"
    return _part(*means), 1.0, SURE * error / max(1e-9, means[1]), words


def _spread(unit: str, real: Array, synthetic: Array) -> tuple[float, float, float, str]:
    edges = edges_of(real)
    both = [shares(places_in(side, edges), len(edges) + 2) for side in (real, synthetic)]
    kept, (usual, error) = 1 - total_variation(*both), astray(_pooled(both, real, synthetic), len(real), len(synthetic))
    words = f"how many rows one {unit} has is as in the real rows for {percent(kept)} of them"
    return kept, 1 - usual, SURE * error, words


def _pooled(both: list[Array], real: Array, synthetic: Array) -> Array:
    return np.asarray(np.average(both, axis=0, weights=[len(real), len(synthetic)]))


def _lone(unit: str, real: Array, synthetic: Array) -> tuple[float, float, float, str]:
    """Where people are split there are more of one row, where they are merged fewer."""
    one = [float((side == 1).mean()) for side in (synthetic, real)]
    error = float(np.sqrt(max(one) * (1 - min(one)) * (1 / len(real) + 1 / len(synthetic))))
    words = f"{percent(one[0])} of {unit} have one row, in the real rows {percent(one[1])}"
    return _part(*one), 1.0, SURE * error / (max(one) or 1.0), words


def _part(synthetic: float, real: float) -> float:
    """Too many is a loss as too few is."""
    return min(synthetic, real) / max(synthetic, real) if max(synthetic, real) else 1.0
