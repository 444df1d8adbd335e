"""One file of text as records and names, read as was asked and in no other way."""

from __future__ import annotations

from dataclasses import dataclass, replace

from privsynth.options import ReadPolicy
from privsynth.read.dialect import Dialect, dialect_of, without_sep
from privsynth.read.forms import is_total
from privsynth.read.header import check_header, named, numbered, taken_for_names
from privsynth.read.passage import Passage, one_table, passage_of, table_spans
from privsynth.read.records import Records, records_of
from privsynth.read.refusal import refuse

FEW = 3  # rows, below which the last is hardly a sum of the others


@dataclass(frozen=True, eq=False, kw_only=True)
class Text:
    """What stands in a file: the records of its table, what the columns are called, and what should be known of it."""

    records: Records
    names: list[str]
    dialect: Dialect
    notes: list[str]


def text_of(data: bytes, reading: ReadPolicy, file: str, *, tsv: bool = False) -> Text:
    """The one table of UTF-8 text, or an error where it cannot be read for certain."""
    data, named_mark = without_sep(data)
    passage = passage_of(data, reading, file)
    dialect, notes = dialect_of(passage.data, file, reading, named=named_mark, tsv=tsv)
    passage = passage if reading.table is None else one_table(passage, dialect, reading.table, file)
    records, ends = _without_ends(
        records_of(passage.data, dialect, reading, file, header=reading.header, line=passage.line)
    )
    names, on_names = named_records(records, reading)
    _refuse_several(records, passage, dialect, reading)
    notes += [f"{file}: its first line names the delimiter and is no row"] if named_mark else []
    notes += [*passage.notes, *ends, *on_names, *_total_note(records, file)]
    return Text(records=records, names=names, dialect=dialect, notes=notes)


def _total_note(records: Records, file: str) -> list[str]:
    """A sum below the rows would be one of them."""
    last, before = (_row(records, at) for at in (len(records) - 1, len(records) - 2))
    if len(records) < FEW or not is_total(last) or is_total(before):
        return []
    where = records.line_of(len(records) - 1)
    return [f"{file}: the last row, line {where}, looks like a total; it is kept as a row, --footer 1 leaves it out"]


def _row(records: Records, at: int) -> list[str]:
    return [words.distinct[words.codes[at]] if words.codes[at] >= 0 else "" for words in records.columns]


def _without_ends(records: Records) -> tuple[Records, list[str]]:
    """A delimiter at the end of every line makes a column without name and values, which is none."""
    if not records.header or len(records.header) == 1 or records.header[-1].strip() or records.columns[-1].distinct:
        return records, []
    return replace(records, header=records.header[:-1], columns=records.columns[:-1]), [
        f"{records.file}: the delimiter at the end of every line was left out"
    ]


def named_records(records: Records, reading: ReadPolicy) -> tuple[list[str], list[str]]:
    """The names of the columns, and what is to be said of them."""
    if records.header is None:
        return numbered(len(records.columns)), []
    if not reading.model_fields_set & {"header", "header_lines"}:
        check_header(records.header, records.columns, records.file, records.first_line)
        names, notes = named(records.header, records.columns, records.file)
        return names, [*notes, *taken_for_names(records.header, records.columns, records.file)]
    return named(records.header, records.columns, records.file)


def _refuse_several(records: Records, passage: Passage, dialect: Dialect, reading: ReadPolicy) -> None:
    """Blank lines, and names below them: two tables of one width would be read as one."""
    if reading.table is not None or not records.blank:
        return
    spans = table_spans(passage.data, dialect)
    if len(spans) > 1:
        what = "other names stand here below a blank line: there are several tables in the file"
        raise refuse(records.file, what, "say which with --table", line=passage.line(spans[1][0]))
