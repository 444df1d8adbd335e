"""What nobody sees in the draft itself: ends that are not shown, times of day that are lost, moments that repeat.

Each is said once of a table, with counts that are not small.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.groups.rare import counted
from privsynth.typing import Array

NAMED = 4  # columns that a sentence names
FLATTER = 0.15  # share of the rows that lie in another hour, from which on it is said
ENOUGH = 100  # moments on each side, below which hours say nothing
DAY, HOUR = np.timedelta64(1, "D"), np.timedelta64(1, "h")


def unseen_changes(real: Dataset, synthetic: Dataset) -> list[str]:
    """A sentence for each, table by table."""
    return [note for table in synthetic if table.name in real for note in _of_table(real, real[table.name], table)]


def _of_table(data: Dataset, real: Table, made: Table) -> Iterator[str]:
    both = [c for c in made.columns if c.name in real and c.kind is real[c.name].kind and not c.role.is_fabricated]
    if made.origin is None:  # rows of mask and clone are changed by steps that speak for themselves
        yield from _ends(real, made, [c for c in both if c.kind.is_numeric or c.kind is Kind.DATE])
        yield from _hours(real, made, [c for c in both if c.kind is Kind.DATE])
    person = data.person_column(real.name)
    if person is not None and person in made:
        yield from _moments(real, made, person, [c for c in both if c.kind is Kind.DATE])


def _ends(real: Table, made: Table, columns: list[Column]) -> Iterator[str]:
    beyond = {column.name: _beyond(_numbers(real, column), _numbers(made, column)) for column in columns}
    cut = sorted((name for name, rows in beyond.items() if rows), key=lambda name: -beyond[name])
    if cut:
        more = f" and {len(cut) - NAMED} more columns" if len(cut) > NAMED else ""
        yield (
            f"{real.name}: the ends of {', '.join(cut[:NAMED])}{more} are not shown, since few people share them: "
            f"{counted(beyond[cut[0]])} of the {len(real):,} real ones lie beyond the last synthetic value of {cut[0]}"
            f"{', and no more of the others' if len(cut) > 1 else ''}"
        )


def _beyond(real: Array, made: Array) -> int:
    """Rows of the source below the least and above the greatest value of the draft."""
    return int(((real < made.min()) | (real > made.max())).sum()) if len(made) else 0


def _numbers(table: Table, column: Column) -> Array:
    values = table.values(column.name)
    known = values[~pd.isna(values)]
    numbers: Array = known.astype(np.int64) if known.dtype.kind == "M" else known
    return numbers


def _hours(real: Table, made: Table, columns: list[Column]) -> Iterator[str]:
    for column in columns:
        ours, theirs = _by_hour(real.values(column.name)), _by_hour(made.values(column.name))
        if min(ours.sum(), theirs.sum()) < ENOUGH or not ours[1:].any():
            continue
        moved = float(np.abs(ours / ours.sum() - theirs / theirs.sum()).sum()) / 2
        if moved >= FLATTER:
            share = f"{moved:.0%} of the rows lie in another hour"
            yield f"{real.name}: times of day of {column.name} are not kept: {share}"


def _by_hour(moments: Array) -> Array:
    known = moments[~pd.isna(moments)]
    return np.bincount(((known - known.astype("datetime64[D]")) // HOUR).astype(np.int64), minlength=24)


def _moments(real: Table, made: Table, person: str, columns: list[Column]) -> Iterator[str]:
    """Where nobody has two rows of one moment, two of them are no two events."""
    for column in columns:
        if _twice(real, person, column.name) or not real.frame[person].duplicated().any():
            continue
        if rows := _twice(made, person, column.name):
            yield (
                f"{real.name}: {counted(rows)} repeat the {person} and the {column.name} of another row; "
                "in the source none does"
            )


def _twice(table: Table, person: str, moment: str) -> int:
    return int(table.frame[[person, moment]].dropna().duplicated().sum())
