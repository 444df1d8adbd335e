"""Do the bytes that would be written say what the tables say, and is nothing in them a formula?

Text is read with Arrow's reader, or where a field is quoted with the standard library's, which is strict; never with
ours: what wrote it must not be what checks it. Parquet is read with Arrow.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.content import blocks
from privsynth.dataset import Table
from privsynth.release import Draft
from privsynth.typing import Array
from privsynth.verdict import Finding

GUARD = "'"
RUNS = tuple("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")  # what a spreadsheet takes for the start of a formula
HEADS = sorted({start.encode()[:1] for start in RUNS})  # their first bytes
# A currency sign may stand before the digits, a unit behind them; nothing with which a formula could work.
PLAIN_NUMBER = re.compile(
    r"[+-]? ?([$€£¥₹₽₩₪₺₫₱฿₴₦₡₲₵₸¢] ?)?[\d.,'\u2019 \u00a0\u202f]*\d[\d.,]*([eE][+-]?\d+)?"
    r"([ \u00a0\u202f]?([%‰°$€£¥₹₽₩₪₺₫₱฿₴₦₡₲₵₸¢] ?[^\W\d_]?|[^\W\d_]{1,8}([./ ][^\W\d_]{1,8})*[.²³23]?)|-)?"
)
LARGEST_CELL = 2**30


def read_back(draft: Draft) -> list[Finding]:
    asked = {file: table for table in draft.dataset for file in table.form.files(table.name)}
    wrong = len(draft.files.keys() ^ asked.keys())
    found = [
        Finding(
            "stray_files",
            wrong,
            what="files that no table asks for",
            limit=0,
            note="the files of each table, and nothing else",
        )
    ]
    for file, table in asked.items():
        if file in draft.files:
            compare = _compare_types if file.endswith(".parquet") else _compare
            found += compare(table, b"".join(blocks(draft.files[file])))
    return found


def _compare(table: Table, raw: bytes) -> Iterator[Finding]:
    """Header, rows, every cell."""
    header, columns, rows, torn = _plain(table, raw) or _strict(table, raw)
    yield from _shape(table, header, rows, torn)
    if torn or rows != len(table) or len(header) != len(table.columns):
        return
    cells = dict(zip((column.name for column in table.columns), columns, strict=True))
    yield from _cells(table, cells)
    yield _formulas(table.name, header, cells)


class _Held(NamedTuple):
    """What stands in a file."""

    header: list[str]
    columns: list[pa.Array[Any]]
    rows: int
    torn: int = 0  # rows of another length than the table's


def _plain(table: Table, raw: bytes) -> _Held | None:
    """A file of several columns without a single quote, in which all readers see the same cells: Arrow's is quick."""
    if len(table.columns) == 1 or b'"' in raw:
        return None
    from pyarrow import csv as arrow

    names = [str(at) for at in range(len(table.columns))]
    try:
        held = arrow.read_csv(
            pa.BufferReader(raw),
            arrow.ReadOptions(use_threads=False, column_names=names),
            arrow.ParseOptions(delimiter=table.form.delimiter, quote_char=False, ignore_empty_lines=False),
            arrow.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), null_values=[]),
        )
    except pa.ArrowInvalid:
        return None  # rows of another length, or no text: the strict reader says how many, or stops the gate
    header = [column[0].as_py() for column in held.columns]
    columns = [column.slice(1).combine_chunks() for column in held.columns]
    return _Held(header, columns, held.num_rows - 1)


def _strict(table: Table, raw: bytes) -> _Held:
    csv.field_size_limit(max(csv.field_size_limit(), LARGEST_CELL))
    header, *rows = [
        *csv.reader(StringIO(raw.decode("utf-8"), newline=""), delimiter=table.form.delimiter, strict=True)
    ] or [[]]
    rows = [row or [""] for row in rows]
    torn = sum(len(row) != len(table.columns) for row in rows)
    columns = [] if torn else [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return _Held(header, columns or [pa.array([], pa.string()) for _ in table.columns], len(rows), torn)


def _shape(table: Table, header: list[str], rows: int, torn: int) -> Iterator[Finding]:
    names = [column.name for column in table.columns]
    yield Finding(
        "file_columns",
        _differ(header, names),
        what=f"columns of the file that are not the table's ({table.name})",
        table=table.name,
        limit=0,
        n=len(names),
    )
    yield Finding(
        "file_rows",
        abs(rows - len(table)) + torn,
        what=f"rows of the file more or fewer than the table's ({table.name})",
        table=table.name,
        limit=0,
        n=len(table),
    )


def _compare_types(table: Table, raw: bytes) -> Iterator[Finding]:
    """A Parquet file holds values, not text: each must say what the table says, spelt as the table spells."""
    import pyarrow.parquet as pq

    held = pq.read_table(pa.BufferReader(raw), use_threads=False)
    yield from _shape(table, held.column_names, held.num_rows, 0)
    if held.column_names != [column.name for column in table.columns] or held.num_rows != len(table):
        return
    wrong = {
        column.name: int((_spelt(table, column.name, held.column(column.name)) != _text(table, column.name)).sum())
        for column in table.columns
    }
    yield _wrong_cells(table, wrong)


def _wrong_cells(table: Table, wrong: Mapping[str, int]) -> Finding:
    return Finding(
        "file_cells",
        sum(wrong.values()),
        what=f"cells of the file that are not the table's ({table.name})",
        table=table.name,
        limit=0,
        where=tuple(name for name, count in wrong.items() if count),
        n=len(table) * len(wrong),
    )


def _text(table: Table, name: str) -> Array:
    text = table.text(name)
    return np.where(pd.isna(text), "", text)


def _spelt(table: Table, name: str, held: Any) -> Array:
    """The values of the file as text. Text stays text; numbers and moments are spelt anew."""
    from privsynth.spelling.arrow import counts

    kind = held.type.value_type if pa.types.is_dictionary(held.type) else held.type
    stored, values = table.values(name).dtype.kind, held.cast(kind)
    if stored == "O" or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        text = values.cast(pa.string()).to_pandas().to_numpy(dtype=object)
        text = np.where(text == table[name].spelling.null, "", text)  # the word for a missing value
    elif stored == "M":
        moment = pa.timestamp("us", "UTC") if pa.types.is_timestamp(kind) and kind.tz else pa.timestamp("us")
        text = table[name].spelling.write(values.cast(moment, safe=False).to_numpy().astype("datetime64[us]"))
    elif pa.types.is_time(kind) or pa.types.is_duration(kind):
        text = table[name].spelling.write(counts(values, table[name].spelling))
    else:
        numbers = values.cast(pa.float64(), safe=False).to_numpy().astype("float64")
        text = table[name].spelling.write(
            _single(table, name, numbers) if pa.types.is_float32(kind) or pa.types.is_float16(kind) else numbers
        )
    return np.where(pd.isna(text), "", text)


def _single(table: Table, name: str, numbers: Array) -> Array:
    """Floats of single precision stand for the table's number that rounds to them."""
    real = table.values(name)
    return np.where(np.float32(numbers) == np.float32(table[name].spelling.rounded(real)), real, numbers)


def _differ(header: list[str], names: list[str]) -> int:
    same = sum(_unguarded(have, want) for have, want in zip(header, names, strict=False))
    return max(len(header), len(names)) - same


def _unguarded(have: str, want: str) -> bool:
    return have in (want, GUARD + want)


def _cells(table: Table, cells: Mapping[str, pa.Array[Any]]) -> Iterator[Finding]:
    wrong = {}
    for name, have in cells.items():
        spelling = table[name].spelling
        want = spelling.texts(table.values(name)).fill_null(spelling.null)
        odd = pc.not_equal(have, want)
        pairs = zip(have.filter(odd).to_pylist(), want.filter(odd).to_pylist(), strict=True)
        wrong[name] = sum(not _unguarded(*pair) for pair in pairs)
    yield _wrong_cells(table, wrong)


def _formulas(table: str, header: list[str], cells: Mapping[str, pa.Array[Any]]) -> Finding:
    """Cells that a spreadsheet would run, were the file opened in one (OWASP ASVS 5, 1.2.10; CWE-1236)."""
    live = {name: sum(map(_runs, _suspects(have))) for name, have in cells.items()}
    where = tuple(name for name, count in live.items() if count)
    headers = sum(_runs(name) for name in header)
    return Finding(
        "formulas",
        headers + sum(live.values()),
        what=f"distinct cells that a spreadsheet would run as a formula ({table})",
        table=table,
        limit=0,
        where=where,
        remedy="the guard of the writer failed: report it",
    )


def _suspects(cells: pa.Array[Any]) -> list[str]:
    """The distinct cells that may begin like a formula."""
    heads = pc.binary_slice(cells.cast(pa.binary()), 0, 1)
    return list(cells.filter(pc.is_in(heads, pa.array(HEADS, pa.binary()))).unique().to_pylist())


def _runs(word: str) -> bool:
    return word.startswith(RUNS) and not PLAIN_NUMBER.fullmatch(word)
