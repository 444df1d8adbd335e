"""Which rows were asked for: those that meet a condition, and levels at the shares that they shall have.

The backend draws towards it, and the judge narrows the real rows in the same way before it compares: a draft of one
group is held against that group. Shares of several columns are met by raking (Deming and Stephan 1940): each column's
shares are set in turn until all stand, and other associations are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Table
from privsynth.expressions import compile_condition
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.typing import Array

Shares = Mapping[str, Mapping[str, float]]

ROUNDS = 200
FEWEST = 50  # held-out rows like those asked for, below which they are no measure
CLOSE = 1e-6  # shares that differ by less stand


def is_steered(policy: Policy) -> bool:
    """Whether rows unlike those of the source were asked for."""
    return isinstance(policy.backend, ModelOptions) and bool(policy.backend.where or policy.backend.shares)


def like_asked(source: Source, policy: Policy) -> Source:
    """The real rows that a draft should be like: all, or those that meet its condition, thinned to its shares."""
    if not is_steered(policy) or source.is_empty:
        return source
    assert isinstance(policy.backend, ModelOptions)  # noqa: S101  for the type checker
    where, shares = policy.backend.where, policy.backend.shares
    train, holdout = (
        narrowed(data, where, shares, Seeds(0).stream("asked", side))
        for data, side in ((source.train, "train"), (source.holdout, "holdout"))
    )
    if not holdout.is_empty and len(holdout.root) < FEWEST:
        holdout = Dataset(())  # the training rows are then cut in two
    whole = source.whole and replace(
        source.whole, dataset=narrowed(source.whole.dataset, where, shares, Seeds(0).stream("asked", "whole"))
    )
    return replace(source, train=train, holdout=holdout, whole=whole)


def narrowed(data: Dataset, where: str | None, shares: Shares, rng: np.random.Generator) -> Dataset:
    """The data with those rows of the first table, and of what hangs below it, that are like what was asked for."""
    if data.is_empty:
        return data
    kept = {data.root.name: _chosen(data.root, where, shares, rng)}
    for table in data.parents_first():
        lead = data.parent_of(table.name)
        if lead is not None and lead.parent in kept:
            kept[table.name] = np.flatnonzero(np.isin(data.parent_rows(lead), kept[lead.parent]))
    return data.replace_tables(*(table.take(kept[table.name]) for table in data if table.name in kept))


def rows_meeting(table: Table, where: str | None) -> Array:
    """Where the rows meet the condition; everywhere without one."""
    if where is None:
        return np.ones(len(table), dtype=bool)
    return compile_condition(where, {column.name: column.kind for column in table.columns}).holds(table.frame)


def share_codes(table: Table, shares: Shares) -> list[Array]:
    """For each column of the shares the named level that each row holds, by its place; the last code is any other."""
    return [_codes(table.text(name), list(levels)) for name, levels in shares.items()]


def raked(codes: Sequence[Array], shares: Shares, rows: int) -> tuple[Array, float]:
    """A weight for each row, so that every column has its shares, and by how much the worst one is missed."""
    weights, missed = np.ones(rows), 0.0
    wanted = [np.array([*levels.values(), max(0.0, 1 - sum(levels.values()))]) for levels in shares.values()]
    for _ in range(ROUNDS):
        missed = 0.0
        for code, want in zip(codes, wanted, strict=True):
            have = np.bincount(code, weights=weights, minlength=len(want)) / max(float(weights.sum()), 1e-300)
            missed = max(missed, float(np.abs(have - want).max()))
            weights = weights * np.divide(want, have, out=np.zeros_like(want), where=have > 0)[code]
        if missed < CLOSE or not weights.any():
            break
    return weights, missed


def effective(weights: Array) -> float:
    """How many equally weighted rows say as much as these weighted ones (Kish)."""
    return float(weights.sum() ** 2 / np.square(weights).sum()) if weights.any() else 0.0


def _codes(text: Array, levels: list[str]) -> Array:
    places = pd.Index(levels, dtype=object).get_indexer(pd.Index(text, dtype=object))
    return np.asarray(np.where(places < 0, len(levels), places))


def _chosen(table: Table, where: str | None, shares: Shares, rng: np.random.Generator) -> Array:
    """Rows are left out at random, and none is repeated: a real row that stands twice would look like two people."""
    at = np.flatnonzero(rows_meeting(table, where))
    if not shares or not len(at):
        return at
    some = table.take(at)
    weights, _ = raked(share_codes(some, shares), shares, len(some))
    chance = rng.random(len(at))
    return np.asarray(at[chance * weights.max() < weights])
