"""Files into a dataset: text first, counted twice, typed only where every value comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Form, Table
from privsynth.options import ReadPolicy, TablePolicy
from privsynth.policy import Policy
from privsynth.policy_names import refuse_unknown_names
from privsynth.read.dialect import dialect_of, kept, without_sep
from privsynth.read.encoding import decoded
from privsynth.read.header import check_header, numbered
from privsynth.read.kinds import Typed, day_first, typed
from privsynth.read.place import Place
from privsynth.read.records import Records, records_of
from privsynth.read.sources import SourceFile, content, source_files


def read_files(paths: Sequence[Path | str], policy: Policy) -> Dataset:
    """One dataset of all the tables in the files. What cannot be read for certain is refused; choices are noted."""
    files, notes = source_files(paths)
    tables: list[Table] = []
    for source in files:
        table, of_table = _table(source, policy.read, policy.table(source.table))
        tables.append(table)
        notes += of_table
    dataset = Dataset(tuple(tables), notes=tuple(notes))
    refuse_unknown_names(dataset, policy)
    return dataset


def _table(source: SourceFile, reading: ReadPolicy, wishes: TablePolicy) -> tuple[Table, list[str]]:
    if source.is_parquet:
        from privsynth.read.parquet import parquet_table

        return parquet_table(source, reading, wishes)
    text = decoded(content(source, reading), source.label, reading.encoding)
    data, named = without_sep(text.data)
    dialect, notes = dialect_of(data, source.label, reading.delimiter or named, tsv=source.is_tsv)
    records, ends = _without_ends(records_of(data, dialect, reading, source.label, header=reading.header))
    notes += [f"{source.label}: its first line names the delimiter and is no row"] if named else []
    names = named_records(records, reading)
    table = typed_table(source.table, names, records, wishes)
    read = f"{source.label}: read as {text.encoding}, {dialect.words}, {len(records):,} rows and {len(names):,} columns"
    about = [read, *([text.note] if text.note else []), *notes, *ends, *records.notes]
    form = Form(delimiter="\t" if source.is_tsv else kept(dialect.delimiter, len(names)))
    return replace(table[0], form=form), about + table[1]


def _without_ends(records: Records) -> tuple[Records, list[str]]:
    """A delimiter at the end of every line makes a column without name and values, which is none."""
    if not records.header or len(records.header) == 1 or records.header[-1].strip() or records.columns[-1].distinct:
        return records, []
    return replace(records, header=records.header[:-1], columns=records.columns[:-1]), [
        f"{records.file}: the delimiter at the end of every line was left out"
    ]


def named_records(records: Records, reading: ReadPolicy) -> list[str]:
    if records.header is None:
        return numbered(len(records.columns))
    declared = "header" in reading.model_fields_set
    check_header(
        records.header,
        [words.distinct for words in records.columns],
        records.file,
        records.first_line,
        declared=declared,
    )
    return records.header


def typed_table(name: str, names: list[str], records: Records, wishes: TablePolicy) -> tuple[Table, list[str]]:
    """Each column by itself; then the dates that the others of the table can decide."""
    places = [Place(records.file, column, records.line_of) for column in names]
    pairs = list(zip(records.columns, places, strict=True))
    columns = [typed(words, place, wishes.columns.get(place.name)) for words, place in pairs]
    first = day_first(columns)
    if first is not None:
        undecided = zip(columns, pairs, strict=True)
        columns = [_again(each, words, place, wishes, first) for each, (words, place) in undecided]
    table = Table(name, tuple(each.column for each in columns), frame_of(columns))
    return table, [*_empty_rows(records), *(note for each in columns for note in each.notes)]


def _empty_rows(records: Records) -> list[str]:
    if len(records.columns) == 1:
        return []
    empty = np.logical_and.reduce([words.codes < 0 for words in records.columns])
    if not empty.any():
        return []
    count, line = int(empty.sum()), records.line_of(int(empty.argmax()))
    return [f"{records.file}: rows without any value, kept: {count:,}, the first in line {line}"]


def _again(one: Typed, words: object, place: Place, wishes: TablePolicy, first: bool) -> Typed:
    return typed(words, place, wishes.columns.get(place.name), day_first=first) if one.notes else one  # type: ignore[arg-type]


def frame_of(columns: list[Typed]) -> pd.DataFrame:
    """The frame in storage types."""
    return pd.DataFrame(
        {each.column.name: pd.Series(each.values, dtype=each.values.dtype, copy=False) for each in columns}
    )
