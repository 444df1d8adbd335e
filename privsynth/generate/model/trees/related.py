"""Which columns are related: one look at all pairs, by products of matrices over a sample, before any tree grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.generate.model.trees.features import State
from privsynth.generate.model.trees.seasons import is_season
from privsynth.typing import Array

LOOKED_AT = 2_000  # rows
TOP = 3  # levels of a class column that are looked at one by one
MOST = 48  # earlier columns that one tree looks at; half of them in a table of more than twice as many
AT_A_TIME = 200  # columns
FOLLOWS = 0.5  # rank correlation from which on a number may follow another inside a leaf
EQUAL = 0.02  # share of rows with the same value from which on "the same as that column" is a value of its own


@dataclass(frozen=True)
class Related:
    """Of each column the earlier ones that tell most, in their order, and the number that it follows, if any."""

    closest: Mapping[str, Sequence[str]]
    leader: Mapping[str, str]


def relate(state: State, sizes: Mapping[str, int], visits: Sequence[str], rng: np.random.Generator) -> Related:
    """`visits` names the columns in their order. A few at a time are compared with all before, to bound the memory."""
    rows = len(state[visits[0]]) if visits else 0
    picked = np.sort(rng.permutation(rows)[:LOOKED_AT])
    scores = [_scores(state[name][picked], name in sizes) for name in visits]
    starts = np.cumsum([0, *map(len, scores)])
    table = np.concatenate(scores) if visits else np.zeros((0, len(picked)))
    numbers = np.array([name not in sizes and not is_season(name) for name in visits])
    closest: dict[str, Sequence[str]] = {}
    leader: dict[str, str] = {}
    for first in range(0, len(visits), AT_A_TIME):
        last = min(first + AT_A_TIME, len(visits))
        mine, all_before = starts[first:last] - starts[first], starts[:last]
        alike = (table[starts[first] : starts[last]] @ table[: starts[last]].T / max(len(picked), 1)) ** 2
        strength = np.add.reduceat(np.add.reduceat(alike, mine, axis=0), all_before, axis=1)
        ranks = np.sqrt(alike[mine][:, all_before]) * numbers[:last]
        for at, strong, rank in zip(range(first, last), strength, ranks, strict=True):
            near = _strongest(strong[:at], MOST if len(visits) <= 2 * MOST else MOST // 2)
            closest[visits[at]] = [visits[other] for other in near]
            if numbers[at] and len(near) and rank[near].max() >= FOLLOWS:
                leader[visits[at]] = visits[near[rank[near].argmax()]]
    return Related(closest, leader)


def _strongest(strength: Array, most: int) -> Array:
    if len(strength) <= most:
        return np.arange(len(strength))
    return np.sort(np.argsort(-strength, kind="stable")[:most])


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
    """The earlier number that these values often repeat, if any. Only `rest` counts: zeros are equal by chance."""
    shares = [(float(np.mean(rest & (values == state[other]))), other) for other in others] if len(values) else []
    best = max(shares, key=lambda pair: pair[0], default=(0.0, ""))
    return best[1] if best[0] >= EQUAL else None
