"""Classical risk: how many people share a row's quasi-identifiers (Sweeney 2002; El Emam & Dankar 2008)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.typing import Array

BLANK = ("", "*")


@dataclass(frozen=True, kw_only=True)
class GroupRisk:
    """Prosecutor risk over the groups: the attacker knows that the person is in the data."""

    smallest: int  # people in the smallest group
    groups: int
    largest_risk: float  # 1 / smallest
    average_risk: float  # groups / people
    share_at_risk: float  # people whose risk exceeds the threshold
    people: int
    blanked: int  # rows without any quasi-identifier left: in no group


def group_risk(table: Table, names: Sequence[str], threshold: float, people: Array | None = None) -> GroupRisk | None:
    """`people` says who is behind each row; without it each row is one. None: no row has a quasi-identifier left."""
    codes, blank = groups_of(table, names)
    pairs = pd.DataFrame({"group": codes, "person": np.arange(len(codes)) if people is None else people})[
        ~blank
    ].drop_duplicates()
    if pairs.empty:
        return None
    sizes = pairs["group"].value_counts().to_numpy()
    total = int(sizes.sum())
    at_risk = int(sizes[1 / sizes > threshold + 1e-12].sum())
    return GroupRisk(
        smallest=int(sizes.min()),
        groups=len(sizes),
        largest_risk=1 / int(sizes.min()),
        average_risk=len(sizes) / total,
        share_at_risk=at_risk / total,
        people=total,
        blanked=int(blank.sum()),
    )


def groups_of(table: Table, names: Sequence[str]) -> tuple[Array, Array]:
    """The number of each row's group over these columns, and which rows have none of them left and are in no group."""
    frame = pd.DataFrame({name: pd.Series(table.text(name), dtype=object) for name in names})
    blank = (frame.isna() | frame.isin(BLANK)).all(axis=1).to_numpy()
    return combined([frame[name] for name in names], len(frame)), blank


def shared_groups(one: Table, other: Table, names: Sequence[str]) -> tuple[Array, Array]:
    """The number of each row's group over these columns, the same in both tables."""
    columns = [np.concatenate([one.text(name), other.text(name)]) for name in names]
    codes = combined(columns, len(one) + len(other))
    return codes[: len(one)], codes[len(one) :]


def combined(columns: Iterable[Any], rows: int) -> Array:
    """The number of each row's combination of values, in the order of first sight; missing is a value."""
    codes = np.zeros(rows, dtype=np.int64)
    for column in columns:
        levels = pd.factorize(column, use_na_sentinel=False)[0]
        codes = pd.factorize(codes * (int(levels.max(initial=0)) + 1) + levels)[0]
    return codes
