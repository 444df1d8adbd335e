"""What do synthetic rows that agree with a person say of the secret? Each votes, the louder the rarer what it shares.

After CoBP-RA, the attack that led the red team of NIST's Collaborative Research Cycle (2025): of a person a few columns
are known, and the rest is read off a synthetic table, where agreement in what is rare counts for more. A synthetic row
that shares the known cells with a person weighs two to the power of what that agreement tells in bits (Fellegi and
Sunter 1969), so that one row that agrees in everything outweighs hundreds that agree in what everybody shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.distance.points import as_number
from privsynth.typing import Array

KEPT = 0.75  # of the known cells that are taken to be as they were
BANDS = (10, 100)  # of a number: who lies in one band with it agrees a little, who equals it agrees entirely
BLOCK = 2**22  # pairs weighed at one time


@dataclass(frozen=True, eq=False)
class Ballots:
    """What rows may agree in, numbered alike in all tables: rows x ways, the coarser ways of a column first."""

    cells: Array = field(repr=False)
    column: Array = field(repr=False)  # of each way

    def take(self, rows: Array | slice) -> Ballots:
        return Ballots(self.cells[rows], self.column)

    @property
    def bits(self) -> Array:
        """What it tells to agree with each row in each way, beyond what the coarser way told: more, the fewer do so."""
        told = np.column_stack([_bits(way) for way in self.cells.T])
        told[:, 1:] -= np.where(self.column[1:] == self.column[:-1], told[:, :-1], 0)
        return told


def ballots(tables: Sequence[Table], names: Sequence[str]) -> list[Ballots]:
    ways = [_ways(tables, name) for name in names]
    column = np.repeat(np.arange(len(ways)), [len(each) for each in ways])
    ends = np.cumsum([len(table) for table in tables])[:-1]
    cells = np.column_stack([way for each in ways for way in each]).astype(np.int32)
    return [Ballots(part, column) for part in np.split(cells, ends)]


def votes(people: Ballots, rows: Ballots, answers: Array) -> Array:
    """For each person the answer that wins: of the synthetic rows, whose answers are numbered from nought."""
    won, bits = np.empty(len(people.cells), dtype=np.intp), rows.bits.T
    step = max(1, BLOCK // len(rows.cells))
    for start in range(0, len(won), step):
        some = people.cells[start : start + step]
        told = np.zeros((len(some), len(rows.cells)), dtype=np.float32)
        for theirs, cells, worth in zip(some.T, rows.cells.T, bits, strict=True):
            told += np.where(theirs[:, None] == cells, worth, np.float32(0))
        loud = np.exp2(told - told.max(axis=1, keepdims=True))
        won[start : start + step] = _counted(loud, answers).argmax(axis=1)
    return won


def _ways(tables: Sequence[Table], name: str) -> list[Array]:
    """A class as it is; a number by its bands and exactly."""
    if not all(table.values(name).dtype.kind in "fM" for table in tables):
        return [pd.factorize(np.concatenate([table.text(name) for table in tables]), use_na_sentinel=False)[0]]
    values = np.concatenate([as_number(table.values(name)) for table in tables])
    return [*(_bands(values, count) for count in BANDS), pd.factorize(values, use_na_sentinel=False)[0]]


def _bands(values: Array, count: int) -> Array:
    """In so many bands that hold as many rows each; what is missing is in none of them."""
    gaps = np.isnan(values)
    ends: Array = np.quantile(values[~gaps], np.linspace(0, 1, count + 1)[1:-1]) if not gaps.all() else np.zeros(0)
    return np.where(gaps, -1, np.searchsorted(ends, values, side="right"))


def _bits(way: Array) -> Array:
    _, which, counts = np.unique(way, return_inverse=True, return_counts=True)
    return np.log2((1 - KEPT + KEPT * len(way) / counts) / (1 - KEPT))[which].astype(np.float32)


def _counted(loud: Array, answers: Array) -> Array:
    """How loud each answer is for each person."""
    order = np.argsort(answers, kind="stable")
    starts = np.searchsorted(answers[order], np.arange(answers.max() + 1))
    return np.asarray(np.add.reduceat(loud[:, order], starts, axis=1))
