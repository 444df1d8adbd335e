"""Strict records: every row and field is counted twice, by two means, and the counts must agree."""

from __future__ import annotations

import csv
import io
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any

import numpy as np
import pandas as pd

from privsynth.errors import InputError
from privsynth.options import ReadPolicy
from privsynth.read.dialect import Dialect, field_limit
from privsynth.read.encoding import line_at
from privsynth.read.header import refuse_repeated_header, refused_preamble
from privsynth.read.refusal import counted, refuse
from privsynth.typing import Array

CELLS_AT_ONCE = 2**19


@dataclass(frozen=True, eq=False)
class Words:
    """One column as text: its distinct words in order of appearance, and which of them each row has; -1: empty cell."""

    distinct: list[str] = field(repr=False)
    codes: Array = field(repr=False)


@dataclass(frozen=True, eq=False, kw_only=True)
class Records:
    """A file as a header and columns of words, and the way back from a row to its line."""

    header: list[str] | None
    columns: list[Words]
    notes: list[str]
    file: str
    data: bytes = field(repr=False)
    dialect: Dialect
    skipped: list[int] = field(repr=False)  # numbers of the records that are not rows: header, blank, dropped
    first: int = 0  # number of the first record

    def __len__(self) -> int:
        return len(self.columns[0].codes)

    @property
    def first_line(self) -> int:
        return _line_of_record(self.data, self.dialect, self.first)

    def line_of(self, row: int) -> int:
        """The line in which a row begins. Slow: the file is walked again, because only errors ask."""
        number = row
        for skip in self.skipped:
            number += skip <= number
        return _line_of_record(self.data, self.dialect, number)


def records_of(data: bytes, dialect: Dialect, limits: ReadPolicy, file: str, *, header: bool) -> Records:
    """All records of UTF-8 text, or an error at the first line that cannot be read for certain."""
    data = dialect.plain(data)
    with field_limit(limits.max_cell_bytes):
        reading = _Reading(data, dialect, limits, file, header=header)
        reading.all()
    reading.agree()
    return Records(
        header=reading.header,
        columns=reading.words(),
        notes=reading.notes(),
        file=file,
        data=data,
        dialect=dialect,
        skipped=reading.skipped,
        first=reading.first,
    )


class _Reading:
    """The state of one pass over a file."""

    def __init__(self, data: bytes, dialect: Dialect, limits: ReadPolicy, file: str, *, header: bool) -> None:
        self.data, self.dialect, self.limits, self.file = data, dialect, limits, file
        self.reader = _reader(data, dialect)
        self.records = self.fields = self.rows = 0
        self.blank: list[int] = []
        self.ragged: list[int] = []
        self.header: list[str] | None = None
        self.width = 0
        self.columns: list[_Column] = []
        self._begin(header=header)

    @property
    def skipped(self) -> list[int]:
        head = [] if self.header is None else [self.first]
        return sorted([*head, *self.ragged, *(self.blank if self.width > 1 else self.blank[: self.leading])])

    def _next(self, most: int) -> list[list[str]]:
        """The next records; what the strict reader refuses is said in our words."""
        taken: list[list[str]] = []
        try:
            taken.extend(islice(self.reader, most))
        except csv.Error as error:
            raise self._broken(str(error)) from None
        self.fields += sum(map(len, taken)) + taken.count([])
        self.records += len(taken)
        return taken

    def _broken(self, message: str) -> InputError:
        """Where the record begins that the reader stumbled over: walk the last stretch again, record by record."""
        line = _line_of_unsound_record(self.data, self.dialect, self.records)
        if "limit" in message:
            size = self.limits.max_cell_bytes
            return refuse(
                self.file,
                f"a cell is longer than {size:,} characters, or a quote does not close",
                "close the quote, or raise read.max_cell_bytes",
                line=line,
            )
        rule = "a quote does not close" if "unexpected end" in message else "text follows a closing quote"
        return refuse(
            self.file,
            f"{rule}; inside quotes a quote is written twice",
            "mend the line, or name another delimiter with --delimiter",
            line=line,
        )

    def _too_long(self, at: int) -> InputError:
        what = f"a cell in or after this line is longer than {self.limits.max_cell_bytes:,} bytes"
        return refuse(self.file, what, "raise read.max_cell_bytes if that is right", line=self._line(at))

    def _begin(self, *, header: bool) -> None:
        """The first record says how many fields there are."""
        first = self._next(1)
        self.leading = 0
        while first == [[]] and (ahead := self._next(1)):
            self.blank.append(self.leading)
            self.leading += 1
            first = ahead
        if not first:
            raise refuse(self.file, "the file is empty", "a header and at least one row are needed")
        if self.leading and len(first[0]) <= 1:
            first, self.leading = self._restart(), 0
        self.first, self.width = self.leading, max(1, len(first[0]))
        if self.width > self.limits.max_columns:
            raise refuse(
                self.file,
                f"there are {self.width:,} columns; {self.limits.max_columns:,} are allowed",
                "raise read.max_columns if that is right",
            )
        self.columns = [_Column(self.limits.max_cell_bytes) for _ in range(self.width)]
        if header:
            self.header = first[0] or [""]
        else:
            self._add(first, self.first)

    def _restart(self) -> list[list[str]]:
        """One column: a blank line is a value, also the first."""
        self.reader = _reader(self.data, self.dialect)
        self.records = self.fields = 0
        self.blank = []
        return self._next(1)

    def all(self) -> None:
        size = max(1, CELLS_AT_ONCE // self.width)
        at = self.records
        while rows := self._next(size):
            self._add(rows, at)
            at = self.records

    def _add(self, rows: list[list[str]], at: int) -> None:
        if set(map(len, rows)) != {self.width}:
            rows = self._even(rows, at)
        if self.header is not None:
            refuse_repeated_header(self.header, rows, lambda row: self._line(at + row), self.file)
        self.rows += len(rows)
        if self.rows * self.width > self.limits.max_cells:
            raise refuse(
                self.file,
                f"there are more than {self.limits.max_cells:,} cells",
                "raise read.max_cells if that is right",
            )
        for column, cells in zip(self.columns, zip(*rows, strict=True), strict=False):
            try:
                column.add(cells)
            except OverflowError:
                raise self._too_long(at) from None

    def _even(self, rows: list[list[str]], at: int) -> list[list[str]]:
        """The rows of the right width; blank lines and ragged rows are remembered by number."""
        kept = []
        for number, row in enumerate(rows, start=at):
            if len(row) == self.width:
                kept.append(row)
            elif not row or (len(row) == 1 and not row[0].strip()):
                self.blank.append(number)
                if self.width == 1:
                    kept.append([""])
            else:
                self.ragged.append(number)
                if self.limits.on_ragged == "refuse":
                    raise self._refused(number, len(row), rows)
        return kept

    def _refused(self, number: int, fields: int, rows: list[list[str]]) -> InputError:
        preamble = refused_preamble(self.width, rows, self.file, self._line(0))
        if preamble and self.rows == 0:
            return preamble
        what = f"{counted(fields, 'field')} here, but {self.width} in the first record"
        return refuse(
            self.file,
            what,
            "mend the row, say how fields are set apart with --delimiter, or leave such rows out with --on-ragged drop",
            line=self._line(number),
        )

    def _line(self, number: int) -> int:
        return _line_of_record(self.data, self.dialect, number)

    def agree(self) -> None:
        """Count line ends and delimiters in the raw text, quoted fields set aside; nothing may be missing."""
        bare = self.dialect.bare(self.data)
        both, line_feeds, returns = bare.count(b"\r\n"), bare.count(b"\n"), bare.count(b"\r")
        if returns > both and line_feeds:
            at = self.data.replace(b"\r\n", b"\n\n").find(b"\r")
            raise refuse(
                self.file,
                "some lines end with CR alone and others with LF",
                "save the file with one kind of line end",
                line=line_at(self.data, at),
            )
        records = line_feeds + returns - both + (not bare.endswith((b"\n", b"\r")))
        fields = bare.count(self.dialect.delimiter.encode()) + records
        if (records, fields) != (self.records, self.fields):
            raise refuse(
                self.file,
                "two ways to count its records and fields do not agree",
                "mend the quotes, or name the delimiter with --delimiter",
            )
        self.stray = bare.count(self.dialect.quote.encode()) if self.dialect.quote == '"' else 0
        self.first_stray = bare.find(self.dialect.quote.encode()) if self.stray else -1
        self.stray_record = line_at(bare, self.first_stray) - 1
        self.mixed = (both, line_feeds - both) if both and line_feeds > both else None
        if not self.rows:
            raise refuse(
                self.file,
                "there is a header and no row",
                "at least one row is needed; if the first record is a row, say --no-header",
            )

    def words(self) -> list[Words]:
        return [column.done() for column in self.columns]

    def notes(self) -> list[str]:
        notes = []
        if self.stray:
            where = self._line(self.stray_record)
            notes.append(
                f"{self.file}: quotes inside unquoted fields, kept as they are: {self.stray:,}, "
                f"the first in line {where}"
            )
        if self.ragged:
            where = self._line(self.ragged[0])
            notes.append(
                f"{self.file}: rows of another number of fields, left out as asked: {len(self.ragged):,}, "
                f"the first in line {where}"
            )
        if self.mixed:
            notes.append(f"{self.file}: line ends are mixed: {self.mixed[0]:,} times CRLF, {self.mixed[1]:,} times LF")
        return notes + self._blank_notes()

    def _ending(self) -> int:
        """How many blank lines stand at the end, where nobody minds them."""
        backwards = zip(reversed(self.blank), range(self.records - 1, -1, -1), strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], backwards))

    def _blank_notes(self) -> list[str]:
        inner = self.blank[: -self._ending() or None] if self.width > 1 else self.blank
        if not inner:
            return []
        what = "left out" if self.width > 1 else "taken as missing values"
        return [f"{self.file}: blank lines {what}: {len(inner):,}, the first is line {self._line(inner[0])}"]


class _Column:
    """Gathers one column chunk by chunk; each distinct word is kept once."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.words: list[Array] = []
        self.codes: list[Array] = []
        self.size = 0

    def add(self, cells: tuple[str, ...]) -> None:
        codes, words = pd.factorize(np.array(cells, dtype=object))
        if max(map(len, words)) * 4 > self.longest and max(len(word.encode()) for word in words) > self.longest:
            raise OverflowError
        self.words.append(words)
        self.codes.append(codes + self.size)
        self.size += len(words)

    def done(self) -> Words:
        """The chunks together: a word that several of them know is one word."""
        lookup, words = pd.factorize(np.concatenate(self.words))
        distinct = words.tolist()
        if "" in distinct:
            empty = distinct.index("")
            lookup = np.where(lookup == empty, -1, lookup - (lookup > empty))
            distinct.remove("")
        return Words(distinct, lookup.astype(np.int32)[np.concatenate(self.codes)])


def _reader(data: bytes, dialect: Dialect) -> Any:
    return dialect.records(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline=""))


def _line_of_record(data: bytes, dialect: Dialect, number: int) -> int:
    """The line in which the record of that number begins; of the last sound record, if it cannot be reached."""
    reader = _reader(data, dialect)
    with field_limit(len(data) + 1), suppress(csv.Error):
        deque(islice(reader, number), maxlen=0)
    return int(reader.line_num) + 1


def _line_of_unsound_record(data: bytes, dialect: Dialect, sound: int) -> int:
    """The line in which the first unreadable record begins; `sound` records come before it."""
    reader = _reader(data, dialect)
    line = 1
    with suppress(csv.Error):
        for _ in islice(reader, sound):
            pass
        line = int(reader.line_num) + 1
        for _ in reader:
            line = int(reader.line_num) + 1
    return line
