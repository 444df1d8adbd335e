"""Errors that were made on purpose: are they what their list says, and is there no other?

The other checks of a table with errors are made of the table as it was meant. That this is the table at hand but for
the errors on the list is shown here, cell by cell and row by row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Planted, Table
from privsynth.release import Draft
from privsynth.typing import Array
from privsynth.verdict import Finding

ROWS = ("duplicate", "late")  # errors of whole rows


def planted_errors(draft: Draft) -> Iterator[Finding]:
    """How many errors there are, by table and kind, and what is otherwise than listed."""
    for table in draft.dataset:
        if table.planted is None:
            continue
        lines = _lines(draft.dataset, table.planted.listed, table.name)
        for kind, count in Counter(lines["error"]).items():
            yield Finding(
                f"planted.{kind}",
                count,
                what=f"errors of kind {kind} made on purpose ({table.name})",
                table=table.name,
                n=len(table),
                note=f"each is listed in table {table.planted.listed}; rules and keys are judged without them",
            )
        yield Finding(
            "planted_otherwise",
            _other_cells(table, table.planted, lines) + _other_rows(table.planted, lines),
            what=f"cells and rows that are otherwise than the list of errors says ({table.name})",
            table=table.name,
            limit=0,
            n=len(lines),
            note="without the errors on the list the table is the one that keeps the rules",
            remedy="the backend is at fault: report it",
        )


def _lines(data: Dataset, listed: str, table: str) -> pd.DataFrame:
    if listed not in data:
        return pd.DataFrame(columns=["row", "column", "error", "right", "wrong"])
    frame = data[listed].frame
    return frame[(frame["table"] == table).to_numpy()]


def _other_cells(table: Table, planted: Planted, lines: pd.DataFrame) -> int:
    """Cells that differ and are not listed so, or are listed and do not differ so."""
    cells = lines[~lines["error"].isin(ROWS)]
    first = ~planted.is_copy
    wrong = 0
    for column in planted.clean.columns:
        right, here = planted.clean.text(column.name)[planted.rows], table.text(column.name)
        mine = cells[cells["column"] == column.name]
        at = mine["row"].to_numpy(dtype=np.int64) - 1
        told = np.zeros(len(table), dtype=bool)
        told[at] = True
        wrong += int((_differ(right, here) & first & ~told).sum()) + len(at) - int(told.sum())
        wrong += int((_differ(right[at], mine["right"].to_numpy()) | _differ(here[at], mine["wrong"].to_numpy())).sum())
        wrong += int((~_differ(right[at], here[at])).sum())
        wrong += int(_differ(here[_originals(planted)], here[planted.is_copy]).sum())
    return wrong


def _other_rows(planted: Planted, lines: pd.DataFrame) -> int:
    """Rows that stand there twice, or behind others, and are not listed so."""
    listed = {kind: lines.loc[lines["error"] == kind, "row"].to_numpy(dtype=np.int64) - 1 for kind in ROWS}
    doubled = np.setxor1d(listed["duplicate"], np.flatnonzero(planted.is_copy))
    on_time = np.setdiff1d(np.flatnonzero(~planted.is_copy), listed["late"])
    missing = len(planted.clean) - len(np.unique(planted.rows))
    return len(doubled) + int((np.diff(planted.rows[on_time]) < 0).sum()) + missing


def _originals(planted: Planted) -> Array:
    """The row that each copy repeats."""
    place = np.empty(len(planted.clean), dtype=np.int64)
    place[planted.rows[~planted.is_copy]] = np.flatnonzero(~planted.is_copy)
    return np.asarray(place[planted.rows[planted.is_copy]])


def _differ(one: Array, other: Array) -> Array:
    return np.asarray((one != other) & ~(pd.isna(one) & pd.isna(other)))
