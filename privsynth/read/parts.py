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

from privsynth.dataset import Column, Form, Table
from privsynth.errors import InputError
from privsynth.options import ColumnPolicy, ReadPolicy, TablePolicy
from privsynth.read import frame_of, typed_table
from privsynth.read.dialect import Dialect, dialect_of, field_limit, kept
from privsynth.read.encoding import decoded
from privsynth.read.kinds import NULLS, Typed, typed
from privsynth.read.place import Place
from privsynth.read.records import Words, records_of
from privsynth.read.refusal import counted, refuse
from privsynth.read.sources import SourceFile
from privsynth.read.text import named_records
from privsynth.typing import Array

HEAD = 2**22  # bytes from whose rows the kinds of the columns are found
BLOCK = 2**22
ROWS_AT_ONCE = 2**16


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the file is written: found at its beginning, and true of all of it or the reading stops."""

    path: Path
    label: str
    table: str
    encoding: str
    dialect: Dialect
    header: bool
    names: tuple[str, ...]
    delimiter: str


def spool(source: BinaryIO, target: Path, most: int) -> int:
    """Copy a stream into a file that only its owner can read; the number of bytes."""
    size = 0
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
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
    with path.open("rb") as file:
        raw = file.read(HEAD)
        whole = not file.read(1)
    text = decoded(raw if whole else raw[: max(raw.rfind(b"\n"), 0) + 1], source.label, reading.encoding)
    dialect, notes = dialect_of(text.data, source.label, reading, tsv=source.is_tsv)
    _refuse_unstreamable(dialect, source.label)
    records = records_of(_complete(text.data, dialect), dialect, reading, source.label, header=reading.header)
    names, on_names = named_records(records, reading)
    table, of_table = typed_table(source.table, names, records, wishes)
    delimiter = "\t" if source.is_tsv else kept(dialect.delimiter, len(names))
    layout = Layout(
        path=path,
        label=source.label,
        table=source.table,
        encoding=text.encoding,
        dialect=dialect,
        header=reading.header,
        names=tuple(names),
        delimiter=delimiter,
    )
    return (
        layout,
        replace(table, form=Form(delimiter=delimiter)),
        [*([text.note] if text.note else []), *notes, *on_names, *of_table],
    )


def _refuse_unstreamable(dialect: Dialect, label: str) -> None:
    if not dialect.is_plain:
        raise refuse(
            label,
            "quotes inside quotes are written with a backslash, which cannot be read as a stream",
            "write them twice, or use privsynth run",
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
    rows, salt, left = 0, int(rng.integers(0, 2**63)), Counter[str]()
    with ExitStack() as stack:
        writers = [csv.writer(stack.enter_context(_private(path)), lineterminator="\n") for path in paths]
        for writer in writers:
            writer.writerow(layout.names)
        for block in _blocks(layout, reading, left):
            where = rng.integers(0, parts, len(block)) if at is None else _slots(block, at, rows, salt, parts)
            for number in np.unique(where):
                writers[number].writerows([block[row] for row in np.flatnonzero(where == number)])
            rows += len(block)
    return Dealt(
        paths, rows, tuple(f"{layout.label}: {counted(count, what)} left out" for what, count in left.items() if count)
    )


def _private(path: Path) -> TextIO:
    return os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600),
        "w",
        encoding="utf-8",
        errors="surrogatepass",
        newline="",
    )


def _slots(block: Sequence[Sequence[str]], at: int, before: int, salt: int, parts: int) -> Array:
    """The part that the person of each row goes to; a row without a key is a person of its own."""
    return np.array([hash((salt, row[at] or before + number)) % parts for number, row in enumerate(block)])


def _blocks(layout: Layout, reading: ReadPolicy, left: Counter[str]) -> Iterator[list[list[str]]]:
    """The rows of the file, strictly: as many fields in each as there are columns. What may be left out is counted."""
    width, cells, header, codec = len(layout.names), 0, layout.header, _codec(layout.encoding)
    with (
        field_limit(reading.max_cell_bytes),
        layout.path.open(encoding=codec, errors="strict", newline="") as file,
        _refusing(layout, reader := layout.dialect.records(file)),
    ):
        while records := list(islice(reader, ROWS_AT_ONCE)):
            rows = records[1:] if header else records
            block = _even(rows, width, reader.line_num, layout.label, reading, left)
            header = False
            cells += width * len(block)
            if cells > reading.max_cells:
                what = f"there are more than {reading.max_cells:,} cells"
                raise refuse(layout.label, what, "raise read.max_cells if that is right")
            yield block


@contextmanager
def _refusing(layout: Layout, reader: Any) -> Iterator[None]:
    """What stops the reader, with its line and a remedy."""
    try:
        yield
    except csv.Error:
        what = "a quote does not close, or text follows a closing quote"
        raise refuse(layout.label, what, "mend the line", line=reader.line_num) from None
    except UnicodeDecodeError:
        what = f"after line {reader.line_num} there are bytes that are not {layout.encoding}"
        raise refuse(layout.label, what, "save the file as UTF-8") from None


def _even(
    block: list[list[str]], width: int, last: int, label: str, reading: ReadPolicy, left: Counter[str]
) -> list[list[str]]:
    """The rows of the right width. A blank line among several columns is no row; another width stops, or is dropped."""
    if width == 1:
        block = [row or [""] for row in block]
    good = [row for row in block if len(row) == width]
    if len(good) < len(block):
        blank = sum(not row for row in block)
        wrong = next((at for at, row in enumerate(block) if row and len(row) != width), None)
        if wrong is not None and reading.on_ragged == "refuse":
            line = last - (len(block) - 1 - wrong)
            raise refuse(
                label,
                f"{counted(len(block[wrong]), 'field')} in or shortly before this line, instead of {width}",
                "mend the row",
                line=line,
            )
        left.update({"blank line": blank, "row of another width": len(block) - len(good) - blank})
    return good


def _codec(encoding: str) -> str:
    return "utf-8-sig" if encoding.lower() in ("utf-8", "utf8", "ascii") else encoding


def part(
    path: Path, layout: Layout, like: Table, reading: ReadPolicy, *, wishes: TablePolicy, misfits: Counter[str]
) -> Table:
    """One part as a table with the columns that the beginning promised; a value that breaks the promise stops it.

    Where the policy lets misfits count as missing, they are counted by column.
    """
    records = records_of(path.read_bytes(), Dialect(), reading, layout.label, header=True)
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
    wish = ColumnPolicy(
        kind=kind,
        format=spelling.date_format if kind == "date" else None,
        misfits=wished.misfits if wished is not None and kind in ("number", "integer", "date") else None,
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
