"""Files read as columns that are known before: a cell that is not of its column's kind is marked, and never refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from privsynth.checks.filed import FiledTables
from privsynth.dataset import Bond, Column, Dataset, Kind, Table, missing_like
from privsynth.errors import PolicyError
from privsynth.options import TablePolicy
from privsynth.policy import Policy
from privsynth.read.absent import NULLS
from privsynth.read.encoding import decoded
from privsynth.read.proposal import read_or_propose
from privsynth.read.records import Records, Words
from privsynth.read.refusal import shown
from privsynth.read.sources import SourceFile, content, source_files, table_name
from privsynth.spelling.fields import fields_of
from privsynth.typing import Array

Columns = Mapping[str, Column]
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?")


@dataclass(frozen=True, eq=False, kw_only=True)
class FiledTable:
    """One file: its table, the cells that are not of their kind, and the way back to its lines."""

    table: Table
    file: str
    misfits: Mapping[str, Array]
    records: Records | None  # None: Parquet has no lines
    strangers: tuple[str, ...]  # columns that nobody knows


def read_filed(
    paths: Sequence[str], tables: Mapping[str, Columns], ties: Mapping[str, tuple[Bond, ...]], policy: Policy
) -> FiledTables:
    """The files whose names are those of the tables. Another file is refused if it was named, else noted."""
    files, notes = source_files(paths)
    names = {table_name(f"{name}.csv").casefold(): name for name in tables}
    known = [source for source in files if source.table.casefold() in names]
    left = [source.label for source in files if source not in known and not _lies_in_folder(source, paths)]
    for source in files:
        if source.path is not None and not source.path.exists():
            raise PolicyError(f"there is no file {source.label}.", hint="check its path")
    if left or not known:
        raise _unknown(left[0] if left else files[0].label, tables)
    read = [_filed(source, names[source.table.casefold()], tables, policy) for source in known]
    notes += [f"{source.label} is no table of the book, and was not read" for source in files if source not in known]
    notes += [
        f"table {one.table.name}: columns that the book does not know: {', '.join(map(shown, one.strangers))}"
        for one in read
        if one.strangers
    ]
    return FiledTables(
        data=Dataset(tuple(one.table for one in read), notes=tuple(notes)),
        ties=ties,
        misfits={(one.table.name, name): marks for one in read for name, marks in one.misfits.items()},
        files={one.table.name: one.file for one in read},
        lines={one.table.name: one.records.line_of for one in read if one.records is not None},
    )


def _lies_in_folder(source: SourceFile, paths: Sequence[str]) -> bool:
    return source.path is not None and str(source.path) not in {str(Path(path)) for path in paths}


def _unknown(label: str, tables: Mapping[str, Columns]) -> PolicyError:
    near = get_close_matches(label.partition(".")[0], tables, n=1)
    hint = f"did you mean {near[0]}.csv?" if near else f"files are named after the tables: {', '.join(tables)}"
    return PolicyError(f"{label} is no table of the book.", hint=hint)


def _filed(source: SourceFile, name: str, tables: Mapping[str, Columns], policy: Policy) -> FiledTable:
    columns, records = tables[name], None
    if source.is_parquet:
        words = dict(_words_of_parquet(source, policy))
    else:
        read = decoded(content(source, policy.read), source.label, policy.read.encoding, accept=policy.read.accept)
        text, _, _ = read_or_propose(read.data, policy.read, source)
        records, words = text.records, dict(zip(text.names, text.records.columns, strict=True))
    pairs = {column: _typed(words[column], columns[column]) for column in words if column in columns}
    frame = pd.DataFrame({column: pd.Series(values, dtype=values.dtype) for column, (values, _) in pairs.items()})
    rows = len(next(iter(words.values())).codes)
    return FiledTable(
        table=Table(name, tuple(columns[column] for column in pairs), frame.reindex(range(rows))),
        file="-" if source.path is None else str(source.path),
        misfits={column: marks for column, (_, marks) in pairs.items()},
        records=records,
        strangers=tuple(column for column in words if column not in columns),
    )


def _words_of_parquet(source: SourceFile, policy: Policy) -> Iterator[tuple[str, Words]]:
    from privsynth.read.parquet import parquet_table

    table, _ = parquet_table(source, policy.read, TablePolicy())
    for column in table.columns:
        codes, distinct = pd.factorize(table.text(column.name))
        yield column.name, Words([str(word) for word in distinct], codes)


def _typed(words: Words, column: Column) -> tuple[Array, Array]:
    """The values in the storage type of the column, and where a cell is none of its kind."""
    values, fits = _read(words.distinct, column)
    absent = np.array([word in NULLS for word in words.distinct], dtype=bool)
    misfits = ~fits & ~absent if column.kind.dtype != "object" else ~fits
    by_code = np.append(values, np.array([missing_like(values)], dtype=values.dtype))
    return by_code[words.codes], np.append(misfits, False)[words.codes]


def _read(distinct: list[str], column: Column) -> tuple[Array, Array]:
    """Each word as a value of the column, and whether it is one."""
    if column.kind is Kind.DATE:
        fields = fields_of(pa.array(distinct, pa.string()), column.spelling.date_format)
        return fields.moments, fields.fits
    if column.kind.is_numeric:
        numbers = np.array([_number(word, column) for word in distinct], dtype=float)
        return numbers, ~np.isnan(numbers)
    texts = np.empty(len(distinct), dtype=object)
    texts[:] = distinct
    return texts, np.ones(len(distinct), dtype=bool)


def _number(word: str, column: Column) -> float:
    if column.kind.is_time:
        count = column.spelling.count(word)
        return np.nan if count is None else count
    number = float(word) if _NUMBER.fullmatch(word) else np.nan
    return number if column.kind is Kind.NUMBER or number.is_integer() else np.nan
