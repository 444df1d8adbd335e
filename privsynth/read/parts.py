"""A file of more rows than fit in memory, dealt out at random into parts of whole people: each is a picture of all."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np

from privsynth.content import unnamed
from privsynth.dataset import Column, Form, Kind, Table
from privsynth.errors import InputError
from privsynth.options import LAYOUT, ColumnPolicy, ReadPolicy, TablePolicy
from privsynth.read import frame_of, typed_table
from privsynth.read.absent import NULLS
from privsynth.read.dialect import Dialect, dialect_of, field_limit, kept, without_sep
from privsynth.read.encoding import decoded
from privsynth.read.kinds import Typed, typed
from privsynth.read.mending import LOOKED_AT, Mender, mender_of
from privsynth.read.passage import LeftOut, Passage, kept_lines, passage_of
from privsynth.read.place import Place
from privsynth.read.proposal import UnsureError, taken, with_proposal
from privsynth.read.records import Records, Words, records_of
from privsynth.read.refusal import counted, refuse
from privsynth.read.sources import SourceFile
from privsynth.read.strangers import refuse_stranger
from privsynth.read.text import named_records
from privsynth.typing import Array

HEAD = 2**22  # bytes from whose rows the kinds of the columns are found
BLOCK = 2**22
ROWS_AT_ONCE = 2**16
LEFT = {
    "blank line": "left out",
    "row of another width": "left out",
    "row of too few fields": "filled up with missing cells",
    "row with empty fields behind the last column": "cut there",
}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the file is written: found at its beginning, and true of all of it or the reading stops."""

    path: Path
    label: str
    table: str
    encoding: str
    dialect: Dialect
    reading: ReadPolicy  # what was asked of this file
    names: tuple[str, ...]
    delimiter: str
    mender: Mender | None  # what is made of rows of another width, where they are not refused or dropped


def spool(source: BinaryIO, target: Path, most: int) -> int:
    """Copy a stream into a file that only we can read, and that dies with us; the number of bytes."""
    size = 0
    with os.fdopen(unnamed(target), "wb", closefd=False) as file:
        while block := source.read(BLOCK):
            size += len(block)
            if size > most:
                raise refuse(
                    "standard input", f"there are more than {most:,} bytes", "raise read.max_bytes if that is right"
                )
            file.write(block)
    return size


def beginning(
    source: SourceFile, path: Path, reading: ReadPolicy, wishes: TablePolicy
) -> tuple[Layout, Table, list[str]]:
    """The layout, and the first rows as a table by which the kinds and roles of all rows are decided."""
    reading = reading.with_(wishes.read)
    with path.open("rb") as file:
        raw = file.read(HEAD)
        whole = not file.read(1)
    text = decoded(
        raw if whole else raw[: max(raw.rfind(b"\n"), 0) + 1], source.label, reading.encoding, accept=reading.accept
    )
    reading = _streamable(reading, text.data, source.label)
    try:
        records, names, dialect, notes = _first_rows(text.data, reading, source, whole=whole)
    except UnsureError as error:
        reading, note = taken(error, reading, source)
        reading = _streamable(reading, text.data, source.label)
        records, names, dialect, notes = _first_rows(text.data, reading, source, whole=whole)
        notes = [note, *notes]
    table, of_table = typed_table(source.table, names, records, wishes)
    delimiter = "\t" if source.is_tsv else kept(dialect.delimiter, len(names))
    layout = Layout(
        path=path,
        label=source.label,
        table=source.table,
        encoding=text.encoding,
        dialect=dialect,
        reading=reading,
        names=tuple(names),
        delimiter=delimiter,
        mender=_mender(records, dialect) if reading.on_ragged == "pad" else None,
    )
    return (
        layout,
        replace(table, form=Form(delimiter=delimiter)),
        [*([text.note] if text.note else []), *notes, *of_table],
    )


def _first_rows(
    data: bytes, reading: ReadPolicy, source: SourceFile, *, whole: bool
) -> tuple[Records, list[str], Dialect, list[str]]:
    """The records of the beginning, as the same file would give them if it were read as a whole."""
    refuse_stranger(data, reading, source.label)
    data, named_mark = without_sep(data)
    asked = reading if whole else reading.with_({"footer": 0})  # what stands at the end is not to be seen yet
    passage = passage_of(data, asked, source.label)
    dialect, notes = dialect_of(passage.data, source.label, reading, named=named_mark, tsv=source.is_tsv)
    _refuse_unstreamable(dialect, source.label)
    complete = _complete(passage.data, dialect)
    try:
        records = records_of(complete, dialect, asked, source.label, header=reading.header, line=passage.line)
        names, on_names = named_records(records, reading)
    except InputError as error:
        raise with_proposal(error, data, reading, source) from None
    return records, names, dialect, [*notes, *on_names]


def _mender(records: Records, dialect: Dialect) -> Mender:
    """Learnt from some rows, as they were written."""
    some = range(min(len(records), LOOKED_AT))
    rows = [[_word(words, row) for words in records.columns] for row in some]
    return mender_of(rows, len(records.columns), dialect.joint, merges=False)


def _word(words: Words, row: int) -> str:
    code = int(words.codes[row])
    return words.distinct[code] if code >= 0 else ""


def _streamable(reading: ReadPolicy, data: bytes, label: str) -> ReadPolicy:
    """What a stream can honour. The rest is refused by name, and nothing is ignored."""
    never = {"table": reading.table is not None, "on_ragged merge": reading.on_ragged == "merge"}
    asked = next((name for name, is_asked in never.items() if is_asked), None)
    if asked is not None:
        what = f"read.{asked.replace(' ', ': ')} needs all of the file, and this one is read as a stream"
        raise refuse(label, what, "cut the file, or use privsynth run")
    return reading.with_({"skip": 1}) if without_sep(data)[1] and not reading.skip else reading


def _refuse_unstreamable(dialect: Dialect, label: str) -> None:
    if not dialect.is_plain:
        raise refuse(
            label,
            "its delimiter or the way quotes are written inside quotes cannot be read as a stream",
            "write quotes twice and one character between fields, or use privsynth run",
        )


def _complete(data: bytes, dialect: Dialect) -> bytes:
    """The records that are whole: what the last, cut one began is left to the next reading."""
    quote = dialect.quote.encode()
    while data.count(quote) % 2:
        cut = data.rfind(b"\n", 0, len(data) - 1)
        if cut < 0:
            break
        data = data[: cut + 1]
    return data


@dataclass(frozen=True)
class Dealt:
    """The files of the parts, and what was counted on the way."""

    files: tuple[Path, ...]
    rows: int
    notes: tuple[str, ...]


def deal(
    layout: Layout, folder: Path, parts: int, reading: ReadPolicy, *, person: str | None, rng: np.random.Generator
) -> Dealt:
    """Every row into one of so many files, all rows of a person into the same."""
    paths = tuple(folder / f"part-{number:05d}.csv" for number in range(parts))
    at = None if person is None else layout.names.index(person)
    rows, salt, left, lines = 0, int(rng.integers(0, 2**63)), Counter[str](), LeftOut()
    with ExitStack() as stack:
        writers = [csv.writer(stack.enter_context(_private(path)), lineterminator="\n") for path in paths]
        for writer in writers:
            writer.writerow(layout.names)
        for block in _blocks(layout, reading, left, lines):
            where = rng.integers(0, parts, len(block)) if at is None else _slots(block, at, rows, salt, parts)
            for number in np.unique(where):
                writers[number].writerows([block[row] for row in np.flatnonzero(where == number)])
            rows += len(block)
    notes = [f"{layout.label}: {counted(count, what)} {LEFT[what]}" for what, count in left.items() if count]
    return Dealt(paths, rows, (*lines.notes(layout.label), *notes))


def _private(path: Path) -> TextIO:
    return os.fdopen(unnamed(path), "w", encoding="utf-8", errors="surrogatepass", newline="", closefd=False)


def _slots(block: Sequence[Sequence[str]], at: int, before: int, salt: int, parts: int) -> Array:
    """The part that the person of each row goes to; a row without a key is a person of its own."""
    return np.array([hash((salt, row[at] or before + number)) % parts for number, row in enumerate(block)])


def _blocks(layout: Layout, limits: ReadPolicy, left: Counter[str], lines: LeftOut) -> Iterator[list[list[str]]]:
    """The rows of the file, strictly: as many fields in each as there are columns. What may be left out is counted."""
    asked, codec, cells, width = layout.reading, _codec(layout.encoding), 0, len(layout.names)
    with field_limit(limits.max_cell_bytes), layout.path.open(encoding=codec, errors="strict", newline="") as file:
        reader = layout.dialect.records(kept_lines(file, asked, lines, asked.comment, '"'))
        place = _Place(layout, reader, lines)
        with place.refusing():
            heads = asked.header_lines if asked.header else 0
            while records := list(islice(reader, ROWS_AT_ONCE)):
                heads, rows = _without_heads(records, heads, width, left)
                block = _even(rows, width, place, left)
                cells += width * len(block)
                if cells > limits.max_cells:
                    what = f"there are more than {limits.max_cells:,} cells"
                    raise refuse(layout.label, what, "raise read.max_cells if that is right")
                yield block


def _without_heads(records: list[list[str]], heads: int, width: int, left: Counter[str]) -> tuple[int, list[list[str]]]:
    """The records behind those that name the columns; blank ones before or between them are none."""
    at = 0
    while heads and at < len(records):
        is_blank = not records[at] and width > 1
        heads -= not is_blank
        left["blank line"] += is_blank
        at += 1
    return heads, records[at:]


@dataclass(frozen=True)
class _Place:
    """Where the reader is, in lines of the file."""

    layout: Layout
    reader: Any
    lines: LeftOut

    def line(self, back: int = 0) -> int:
        return Passage(b"", self.lines.lines).line(self.reader.line_num) - back

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """What stops the reader, with its line and a remedy."""
        try:
            yield
        except csv.Error:
            what = "a quote does not close, or text follows a closing quote"
            raise refuse(self.layout.label, what, "mend the line", line=self.line()) from None
        except UnicodeDecodeError:
            what = f"after line {self.line()} there are bytes that are not {self.layout.encoding}"
            raise refuse(self.layout.label, what, "save the file as UTF-8") from None


def _even(block: list[list[str]], width: int, place: _Place, left: Counter[str]) -> list[list[str]]:
    """The rows of the right width. A blank line among several columns is no row; other widths are as asked."""
    if width == 1:
        block = [row or [""] for row in block]
    if all(len(row) == width for row in block):
        return block
    even = [_fitted(row, width, place, left, len(block) - 1 - at) for at, row in enumerate(block)]
    return [row for row in even if row is not None]


def _fitted(row: list[str], width: int, place: _Place, left: Counter[str], back: int) -> list[str] | None:
    if len(row) == width:
        return row
    if not row:
        left["blank line"] += 1
        return None
    layout = place.layout
    if layout.reading.on_ragged == "refuse":
        what = f"{counted(len(row), 'field')} in or shortly before this line, instead of {width}"
        hint = "mend the row, or say what becomes of such rows with --on-ragged drop or pad"
        raise refuse(layout.label, what, hint, line=place.line(back))
    mended = layout.mender.mended(row) if layout.mender is not None else None
    how = {"padded": "row of too few fields", "cut": "row with empty fields behind the last column"}
    left[how[mended[1]] if mended else "row of another width"] += 1
    return mended[0] if mended else None


def _codec(encoding: str) -> str:
    return "utf-8-sig" if encoding.lower() in ("utf-8", "utf8", "ascii") else encoding


def part(
    path: Path, layout: Layout, like: Table, reading: ReadPolicy, *, wishes: TablePolicy, misfits: Counter[str]
) -> Table:
    """One part as a table with the columns that the beginning promised; a value that breaks the promise stops it.

    Where the policy lets misfits count as missing, they are counted by column.
    """
    limits = ReadPolicy(**{name: value for name, value in reading.said.items() if name not in LAYOUT})
    records = records_of(path.read_bytes(), Dialect(), limits, layout.label, header=True)
    typed_columns = [
        _as_promised(words, column, layout, wishes.columns.get(column.name))
        for words, column in zip(records.columns, like.columns, strict=True)
    ]
    misfits.update({each.column.name: each.misfits for each in typed_columns if each.misfits})
    return replace(
        like,
        columns=tuple(replace(c, spelling=m.column.spelling) for c, m in zip(like.columns, typed_columns, strict=True)),
        frame=frame_of(typed_columns),
    )


def _as_promised(words: Words, column: Column, layout: Layout, wished: ColumnPolicy | None) -> Typed:
    kind, spelling = column.kind.value, column.spelling
    may_misfit = wished is not None and (column.kind.is_numeric or column.format is not None)
    wish = ColumnPolicy(
        kind=kind,
        format=column.format,
        decimal=spelling.decimal_mark if column.kind in (Kind.NUMBER, Kind.INTEGER) else None,
        misfits=wished.misfits if wished is not None and may_misfit else None,
    )
    try:
        return typed(words, Place(layout.label, column.name, lambda _: None), wish, nulls=NULLS | {spelling.null})
    except InputError:
        raise InputError(
            f"{layout.label}: column {column.name}: its first rows are of kind {kind}, later ones are not.",
            hint="say its kind in the policy, such as  { kind: text }; with  misfits: missing  such cells count "
            "as missing",
            column=column.name,
        ) from None


__all__ = ["HEAD", "Layout", "beginning", "deal", "part", "spool"]
