"""Do the bytes that would be written say what the tables say, and is nothing in them a formula?

The bytes are read with the standard library's reader, not with ours: what wrote them must not be what checks them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.release import Draft
from privsynth.verdict import Finding

Array = np.ndarray[Any, Any]
GUARD = "'"
RUNS = tuple("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")  # what a spreadsheet takes for the start of a formula
PLAIN_NUMBER = re.compile(r"[+-]?[\d.,' \u00a0\u202f]*\d[\d.,]*([eE][+-]?\d+)?%?")
LARGEST_CELL = 2**30


def read_back(draft: Draft) -> list[Finding]:
    files = _file_of(draft)
    strays = len(draft.files) - len(files)
    found = [Finding("files that no table asks for", strays + len(draft.dataset.names) - len(files), limit=0, note="one file for each table, and nothing else")]
    for table in draft.dataset:
        if table.name in files:
            found += _compare(table, draft.files[files[table.name]])
    return found


def _file_of(draft: Draft) -> dict[str, str]:
    stems = {PurePath(name).stem: name for name in draft.files}
    return {table.name: stems[table.name] for table in draft.dataset if table.name in stems}


def _compare(table: Table, raw: bytes) -> Iterator[Finding]:
    """Header, rows, every cell."""
    csv.field_size_limit(max(csv.field_size_limit(), LARGEST_CELL))
    header, *rows = [*csv.reader(StringIO(raw.decode("utf-8"), newline=""), strict=True)] or [[]]
    rows = [row or [""] for row in rows]
    names = [column.name for column in table.columns]
    torn = sum(len(row) != len(names) for row in rows)
    yield Finding(f"columns of the file that are not the table's ({table.name})", _differ(header, names), limit=0, n=len(names))
    yield Finding(f"rows of the file more or fewer than the table's ({table.name})", abs(len(rows) - len(table)) + torn, limit=0, n=len(table))
    if torn or len(rows) != len(table) or len(header) != len(names):
        return
    cells = dict(zip(names, (np.array(column, dtype=object) for column in zip(*rows, strict=True)), strict=False)) if rows else {}
    yield from _cells(table, cells)
    yield _formulas(table.name, header, cells)


def _differ(header: list[str], names: list[str]) -> int:
    same = sum(_unguarded(have, want) for have, want in zip(header, names, strict=False))
    return max(len(header), len(names)) - same


def _unguarded(have: str, want: str) -> bool:
    return have in (want, GUARD + want)


def _cells(table: Table, cells: Mapping[str, Array]) -> Iterator[Finding]:
    wrong = {}
    for name, have in cells.items():
        want = _as_written(table, name)
        odd = np.flatnonzero(have != want)
        wrong[name] = len(odd) - sum(_unguarded(have[row], want[row]) for row in odd)
    where = tuple(name for name, count in wrong.items() if count)
    yield Finding(f"cells of the file that are not the table's ({table.name})", sum(wrong.values()), limit=0, where=where, n=len(table) * len(cells))


def _as_written(table: Table, name: str) -> Array:
    text = table.text(name)
    return np.where(pd.isna(text), table[name].spelling.null, text)


def _formulas(table: str, header: list[str], cells: Mapping[str, Array]) -> Finding:
    """Cells that a spreadsheet would run, were the file opened in one (OWASP ASVS 5, 1.2.10; CWE-1236)."""
    live = {name: sum(_runs(word) for word in pd.unique(have)) for name, have in cells.items()}
    where = tuple(name for name, count in live.items() if count)
    headers = sum(_runs(name) for name in header)
    return Finding(
        f"distinct cells that a spreadsheet would run as a formula ({table})",
        headers + sum(live.values()),
        limit=0,
        where=where,
        remedy="the guard of the writer failed: report it",
    )


def _runs(word: str) -> bool:
    return word.startswith(RUNS) and not PLAIN_NUMBER.fullmatch(word)
