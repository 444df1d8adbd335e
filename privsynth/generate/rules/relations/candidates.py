"""Rows of another table that may be referred to: in groups of equal values, in which each row finds those that fit it.

Nothing here lays every row beside every other: a row looks up its group, and draws from it by weight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.generate.rules.relations.trees import counted
from privsynth.typing import Array

PATIENCE = 20  # rounds in which rows that were drawn twice are drawn again, before the rest is dealt out
AT_ONCE = 4_000_000  # rows of a group that are laid out at once where rows are dealt


@dataclass(frozen=True, eq=False, kw_only=True)
class Candidates:
    """The rows that may be drawn, group after group; `group` says which of the groups fits each row that draws."""

    group: Array = field(repr=False)
    rows: Array = field(repr=False)
    weights: Array | None = field(repr=False)  # None: all alike
    first: Array = field(repr=False)  # of each group: the place of its first row, and how many there are
    size: Array = field(repr=False)

    def draw(self, asking: Array, rng: np.random.Generator) -> Array:
        """A row of the right group for each of these rows, none of whose groups is empty."""
        group, chance = self.group[asking], rng.random(len(asking))
        first, size = self.first[group], self.size[group]
        if self.weights is None:
            return np.asarray(self.rows[first + np.minimum((chance * size).astype(np.int64), size - 1)])
        upto = np.cumsum(self.weights)
        below, last = upto[first] - self.weights[first], first + size - 1
        at = np.searchsorted(upto, below + chance * (upto[last] - below), side="right")
        return np.asarray(self.rows[np.clip(at, first, last)])

    def draw_different(self, asking: Array, owner: Array, rng: np.random.Generator) -> Array:
        """The same, but no row twice for the same owner. There must be enough of them."""
        drawn = self.draw(asking, rng)
        again = self._repeated(owner, drawn)
        for _ in range(PATIENCE):
            drawn[again] = self.draw(asking[again], rng)
            again = self._repeated(owner, drawn)
            if not len(again):
                return drawn
        drawn[again] = -1
        for part in self._parts(asking[again], owner[again]):
            drawn[again[part]] = self._dealt(asking[again[part]], owner[again[part]], (owner, drawn), rng)
        return drawn

    def _repeated(self, owner: Array, drawn: Array) -> Array:
        return np.flatnonzero(_codes(owner, drawn, self).duplicated().to_numpy())

    def _parts(self, asking: Array, owner: Array) -> Iterator[Array]:
        """Rows that are dealt at once: those of one owner and group stay together, and few groups are laid out."""
        group = self.group[asking]
        order = np.lexsort((group, owner))
        is_new = np.concatenate([[True], (np.diff(owner[order]) != 0) | (np.diff(group[order]) != 0)])
        laid_out = np.cumsum(np.where(is_new, self.size[group[order]], 0)) // AT_ONCE
        part = laid_out[np.flatnonzero(is_new)][np.cumsum(is_new) - 1]
        yield from np.split(order, np.flatnonzero(np.diff(part)) + 1)

    def _dealt(self, asking: Array, owner: Array, taken: tuple[Array, Array], rng: np.random.Generator) -> Array:
        """Rows that are left for each owner in a group, by weight: the first to arrive of exponential waiting times."""
        group = self.group[asking]
        is_new = np.concatenate([[True], (np.diff(owner) != 0) | (np.diff(group) != 0)])
        wanted = np.diff(np.append(np.flatnonzero(is_new), len(asking)))
        sizes = self.size[group[is_new]]
        which = np.repeat(np.arange(len(sizes)), sizes)
        places = np.repeat(self.first[group[is_new]], sizes) + counted(sizes)
        wait = rng.exponential(size=len(places)) / (1.0 if self.weights is None else self.weights[places])
        mine, known = _codes(owner[is_new][which], self.rows[places], self), _codes(*taken, self)
        wait[mine.isin(known).to_numpy()] = np.inf
        order = np.lexsort((wait, which))
        return np.asarray(self.rows[places[order[counted(sizes) < np.repeat(wanted, sizes)]]])


def in_groups(
    rows: Array, there: Sequence[Array], here: Sequence[Array], *, count: int, weights: Array | None
) -> Candidates:
    """`rows` of the other table and what stands there, beside what stands in each of `count` rows here."""
    code = np.zeros(len(rows) + count, dtype=np.int64)
    is_known = np.ones(len(code), dtype=bool)
    for one, other in zip(there, here, strict=True):
        each, levels = pd.factorize(np.concatenate([one, other]))
        is_known &= each >= 0
        code = pd.factorize(code * (len(levels) + 1) + each + 1)[0]
    groups = int(code.max(initial=-1)) + 2
    code[~is_known] = groups - 1  # unknown equals nothing
    order = np.argsort(code[: len(rows)], kind="stable")
    order = order[is_known[order]]
    size = np.bincount(code[order], minlength=groups)
    return Candidates(
        group=code[len(rows) :],
        rows=rows[order],
        weights=None if weights is None else weights[order],
        first=np.cumsum(size) - size,
        size=size,
    )


def _codes(owner: Array, drawn: Array, candidates: Candidates) -> pd.Series[Any]:
    """One number for each owner and row drawn; nothing drawn is different for each."""
    code = owner * (int(candidates.rows.max(initial=0)) + 1) + drawn
    return pd.Series(np.where(drawn < 0, -1 - np.arange(len(drawn)), code).astype(np.int64))
