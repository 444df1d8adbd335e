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
from privsynth.read.dialect import kept
from privsynth.read.encoding import decoded
from privsynth.read.kinds import Typed, Ways, typed, ways_of, words_kept
from privsynth.read.place import Place
from privsynth.read.proposal import read_or_propose
from privsynth.read.records import Records
from privsynth.read.refusal import counted, shown
from privsynth.read.sources import SourceFile, content, source_files

UNCHANGED = ("utf-8", "utf-8-sig", "ascii")  # encodings of which the same bytes are written again


def read_files(paths: Sequence[Path | str], policy: Policy) -> Dataset:
    """One dataset of all the tables in the files. What cannot be read for certain is refused; choices are noted."""
    files, notes = source_files(paths)
    tables: list[Table] = []
    for source in files:
        wishes = policy.table(source.table)
        reading = policy.read.with_(wishes.read)
        table, of_table = _table(source, reading, wishes, is_alone=len(files) == 1)
        tables.append(table)
        notes += of_table
    dataset = Dataset(tuple(tables), notes=tuple(notes))
    refuse_unknown_names(dataset, policy)
    return dataset


def _table(source: SourceFile, reading: ReadPolicy, wishes: TablePolicy, *, is_alone: bool) -> tuple[Table, list[str]]:
    if source.is_parquet:
        from privsynth.read.parquet import parquet_table

        return parquet_table(source, reading, wishes)
    decoded_text = decoded(content(source, reading), source.label, reading.encoding, accept=reading.accept)
    text, _, accepted = read_or_propose(decoded_text.data, reading, source, is_alone=is_alone)
    table = typed_table(source.table, text.names, text.records, wishes)
    size = f"{len(text.records):,} rows and {len(text.names):,} columns"
    written = "" if decoded_text.encoding in UNCHANGED else "; text is written as utf-8"
    read = f"{source.label}: read as {decoded_text.encoding}, {text.dialect.words}, {size}{written}"
    about = [read, *([decoded_text.note] if decoded_text.note else []), *accepted, *text.notes, *text.records.notes]
    form = Form(delimiter="\t" if source.is_tsv else kept(text.dialect.delimiter, len(text.names)))
    return replace(table[0], form=form), about + table[1]


def typed_table(name: str, names: list[str], records: Records, wishes: TablePolicy) -> tuple[Table, list[str]]:
    """Each column by itself; then the dates and marks that the others of the table can decide."""
    places = [Place(records.file, column, records.line_of) for column in names]
    pairs = list(zip(records.columns, places, strict=True))
    columns = [typed(words, place, wishes.columns.get(place.name)) for words, place in pairs]
    ways = ways_of(columns)
    if ways != Ways():
        undecided = zip(columns, pairs, strict=True)
        columns = [
            typed(words, place, wishes.columns.get(place.name), ways=ways) if ways.may_settle(each) else each
            for each, (words, place) in undecided
        ]
    table = Table(name, tuple(each.column for each in columns), frame_of(columns))
    notes = [*_empty_rows(records), *(note for each in columns for note in each.notes)]
    return table, [*notes, *_words_kept(records.file, words_kept(columns, records.columns))]


def _words_kept(file: str, kept: dict[str, int]) -> list[str]:
    """What is a missing value among numbers and dates is a word like others in text."""
    if not kept:
        return []
    named = ", ".join(f"{shown(name)} ({counted(cells, 'cell')})" for name, cells in kept.items())
    what = "a word that means a missing value in other columns is a value like others in columns of text, and kept"
    return [f"{file}: {what}: {named}"]


def _empty_rows(records: Records) -> list[str]:
    if len(records.columns) == 1:
        return []
    empty = np.logical_and.reduce([words.codes < 0 for words in records.columns])
    if not empty.any():
        return []
    count, line = int(empty.sum()), records.line_of(int(empty.argmax()))
    return [f"{records.file}: rows without any value, kept: {count:,}, the first in line {line}"]


def frame_of(columns: list[Typed]) -> pd.DataFrame:
    """The frame in storage types."""
    return pd.DataFrame(
        {each.column.name: pd.Series(each.values, dtype=each.values.dtype, copy=False) for each in columns}
    )
