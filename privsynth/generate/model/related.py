"""Which columns have to do with which: one look at all pairs, on a sample, before any tree is grown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from privsynth.generate.model.features import State

Array = np.ndarray[Any, Any]

LOOKED_AT = 2_000  # rows
TOP = 3  # levels of a class column that are looked at one by one
MOST = 48  # earlier columns that one tree looks at
FOLLOWS = 0.5  # rank correlation from which on a number may follow another inside a leaf
EQUAL = 0.02  # share of rows with the same value from which on "the same as that column" is a value of its own


@dataclass(frozen=True, eq=False)
class Related:
    """Squared correlations between all columns, and rank correlations between those that are numbers."""

    names: Sequence[str]
    strength: Array
    ranks: Array

    def closest(self, name: str, earlier: Sequence[str]) -> list[str]:
        """The earlier columns that tell most, in their order, where there are too many to look at."""
        if len(earlier) <= MOST:
            return list(earlier)
        places = pd.Index(self.names).get_indexer(pd.Index(earlier))
        best = np.sort(np.argsort(-self.strength[self._at(name), places], kind="stable")[:MOST])
        return [earlier[at] for at in best]

    def leader(self, name: str, earlier: Sequence[str]) -> str | None:
        """The earlier number that this one follows most closely, if it does."""
        found = [(float(self.ranks[self._at(name), self._at(other)]), -at, other) for at, other in enumerate(earlier)]
        best = max(found, default=(0.0, 0, ""))
        return best[2] if best[0] >= FOLLOWS else None

    def _at(self, name: str) -> int:
        return self.names.index(name)


def relate(state: State, sizes: Mapping[str, int], rng: np.random.Generator) -> Related:
    names = list(state)
    rows = len(next(iter(state.values()))) if names else 0
    picked = np.sort(rng.permutation(rows)[:LOOKED_AT])
    scores = [_scores(state[name][picked], name in sizes) for name in names]
    owner = np.repeat(np.arange(len(names)), [len(score) for score in scores])
    table = np.concatenate(scores) if names else np.zeros((0, len(picked)))
    alike = (table @ table.T / max(len(picked), 1)) ** 2
    if not len(owner):
        return Related(names, np.zeros((0, 0)), np.zeros((0, 0)))
    starts = np.searchsorted(owner, np.arange(len(names)))
    strength = np.add.reduceat(np.add.reduceat(alike, starts, axis=0), starts, axis=1)
    ranks = np.sqrt(alike[np.ix_(starts, starts)])
    numbers = np.array([name not in sizes for name in names])
    return Related(names, strength, np.where(numbers[:, None] & numbers, ranks, 0.0))


def _scores(values: Array, is_class: bool) -> Array:
    """What of a column is looked at: its rank and how far out it lies, or its most common levels; each standardised."""
    if is_class:
        levels = pd.Series(values).value_counts().index[:TOP]
        raw = [(values == level).astype(np.float32) for level in levels] or [np.zeros(len(values))]
    else:
        rank = pd.Series(values).rank(pct=True).fillna(0.5).to_numpy()
        raw = [rank, (2 * rank - 1) ** 2]
    table = np.stack(raw).astype(np.float32)
    table -= table.mean(axis=1, keepdims=True) if table.shape[1] else 0
    width = np.sqrt((table**2).mean(axis=1, keepdims=True)) if table.shape[1] else np.ones((len(table), 1))
    return np.asarray(table / np.where(width > 1e-9, width, 1))


def same_as(values: Array, rest: Array, state: State, others: Sequence[str]) -> str | None:
    """The earlier number that these values most often repeat, if they often do. Only `rest` counts: zeros are equal by chance."""
    shares = [(float(np.mean(rest & (values == state[other]))), other) for other in others] if len(values) else []
    best = max(shares, key=lambda found: found[0], default=(0.0, ""))
    return best[1] if best[0] >= EQUAL else None
