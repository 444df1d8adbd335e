"""What was made coarser in one column and still stands in another one, which says the same or decides it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.mask_steps import KAnonymise
from privsynth.typing import Array

FEWEST = 30  # people who share a value with others, below which nothing is said
BROKEN = 0.005  # of them may break what one column says of the other
BY_CHANCE = 0.1  # of those that would, if it said nothing


@dataclass(frozen=True, kw_only=True)
class GivenBack:
    """A column that was made coarser, and how many of those rows show its real value by what another column kept."""

    column: str
    by: str
    rows: int
    coarsened: int


def deciders(table: Table, people: Array, names: Collection[str], others: Iterable[str]) -> list[str]:
    """Those of the other columns from whose values those of one of these follow, as what several people share shows."""
    return [by for by in others if any(_decides(table, people, by, name) for name in names)]


def _decides(table: Table, people: Array, by: str, name: str) -> bool:
    """Whether people who share a value of one column share one of the other. A value of one person proves nothing."""
    pairs = pd.DataFrame({"by": table.text(by), "of": table.text(name), "who": people}).dropna().drop_duplicates()
    shared = pairs[pairs.groupby("by")["who"].transform("nunique") > 1]
    if len(shared) < max(FEWEST, len(pairs) / 2):
        return False
    usual = shared.groupby(["by", "of"]).size().groupby("by").max().sum()
    unlike = 1 - float((shared["of"].value_counts(normalize=True) ** 2).sum())
    return len(shared) - usual <= min(BROKEN, BY_CHANCE * unlike) * len(shared)


def given_back(train: Table, made: Table, people: Array) -> Iterator[GivenBack]:
    """For each column in groups of k people those that went out beside it and tell what it no longer does."""
    if made.origin is None:
        return
    source = train.take(made.origin)
    in_groups = [column.name for column in made.columns if isinstance(column.step, KAnonymise) and column.name in train]
    others = [c.name for c in made.columns if c.name in train and c.name not in in_groups and not c.fabricated]
    for name in in_groups:
        real = source.text(name)
        coarsened = ~pd.isna(real) & (made.text(name) != real)
        for by in deciders(train, people, [name], others) if coarsened.any() else ():
            told = coarsened & _told(train, source, made, name, by)
            yield GivenBack(column=name, by=by, rows=int(told.sum()), coarsened=int(coarsened.sum()))


def _told(train: Table, source: Table, made: Table, name: str, by: str) -> Array:
    """The rows whose value of `by` is as it was, and goes with one value of the other in all rows of the source."""
    pairs = pd.DataFrame({"by": train.text(by), "of": train.text(name)}, dtype=object)
    alone = pairs.groupby("by", dropna=False)["of"].nunique(dropna=False)
    kept = source.text(by)
    is_alone = pd.Series(kept, dtype=object).isin(alone.index[alone == 1]).to_numpy()
    return np.asarray(is_alone & (made.text(by) == kept) & ~pd.isna(kept))
