"""Strict records: every row and field is counted twice, by two means, and the counts must agree."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, takewhile
from typing import Any

import numpy as np
import pandas as pd

from privsynth.errors import InputError
from privsynth.options import ReadPolicy
from privsynth.read.dialect import Dialect, field_limit
from privsynth.read.encoding import line_at
from privsynth.read.mending import LOOKED_AT, Mender, mender_of
from privsynth.read.refusal import counted, refuse, refuse_repeated_header, refused_preamble, shown
from privsynth.typing import Array

CELLS_AT_ONCE = 2**19
SIGNS = ("\ue000", "\ue001", "\uf8ff", "\U000f0000")  # private: one of them stands in no text; it marks a quoted field


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
    line: Callable[[int], int] = field(default=int, repr=False)  # the line of the file that is a line of the data
    blank: int = 0  # blank lines between rows
    mended: int = 0  # rows of another width that were made fit
    dropped: int = 0

    def __len__(self) -> int:
        return len(self.columns[0].codes)

    @property
    def first_line(self) -> int:
        return self.line(_line_of_record(self.data, self.dialect, self.first))

    def line_of(self, row: int) -> int:
        """The line in which a row begins."""
        number = row
        for skip in self.skipped:
            number += skip <= number
        return self.line(int(self._beginnings[number]))

    @cached_property
    def _beginnings(self) -> Array:
        """The line in which each record begins. Slow: the file is walked again, once, if a note or an error asks."""
        reader = _reader(self.data, self.dialect)
        with field_limit(len(self.data) + 1):
            ends = np.fromiter((reader.line_num for _ in reader), dtype=np.int64)
        return np.concatenate(([1], ends + 1))


def records_of(
    data: bytes, dialect: Dialect, asked: ReadPolicy, file: str, *, header: bool, line: Callable[[int], int] = int
) -> Records:
    """All records of UTF-8 text, or an error at the first line that cannot be read for certain."""
    data = dialect.plain(data)
    with field_limit(asked.max_cell_bytes):
        reading = _Reading(data, dialect, asked, file, header=header, line=line)
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
        line=line,
        blank=len(reading.inner),
        mended=sum(map(len, reading.mended.values())),
        dropped=len(reading.ragged),
    )


class _Reading:
    """The state of one pass over a file."""

    def __init__(
        self,
        data: bytes,
        dialect: Dialect,
        limits: ReadPolicy,
        file: str,
        *,
        header: bool,
        line: Callable[[int], int],
    ) -> None:
        self.data, self.dialect, self.limits, self.file, self.line = data, dialect, limits, file, line
        self.sign = sign_for(data) if limits.on_ragged == "merge" else ""
        self.reader = _reader(dialect.signed(data, self.sign) if self.sign else data, dialect)
        self.records = self.fields = self.rows = 0
        self.blank: list[int] = []
        self.ragged: list[int] = []
        self.heads: list[int] = []
        self.mended: dict[str, list[int]] = {"padded": [], "merged": [], "cut": []}
        self.merged: Counter[int] = Counter()
        self.mender: Mender | None = None
        self.header: list[str] | None = None
        self.width = 0
        self.columns: list[_Column] = []
        self._begin(header=header)

    @property
    def skipped(self) -> list[int]:
        return sorted([*self.heads, *self.ragged, *(self.blank if self.width > 1 else self.blank[: self.leading])])

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
        line = self.line(_line_of_unsound_record(self.data, self.dialect, self.records))
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
            "mend the line; or say how fields are written with --quote, --escape or --delimiter",
            line=line,
        )

    def _too_long(self, at: int) -> InputError:
        what = f"a cell in or after this line is longer than {self.limits.max_cell_bytes:,} bytes"
        return refuse(self.file, what, "raise read.max_cell_bytes if that is right", line=self._line(at))

    def _begin(self, *, header: bool) -> None:
        """The first record says how many fields there are, or the first records do, if several name the columns."""
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
        self.first = self.leading
        heads = [first[0] or [""], *self._more_heads()] if header else [first[0]]
        self.width = max(1, *map(len, heads))
        if self.width > self.limits.max_columns:
            raise refuse(
                self.file,
                f"there are {self.width:,} columns; {self.limits.max_columns:,} are allowed",
                "raise read.max_columns if that is right",
            )
        self.columns = [_Column(self.limits.max_cell_bytes) for _ in range(self.width)]
        if header:
            self.heads.append(self.first)
            self.header = _joined([list(map(self._unsigned, head)) for head in heads], self.width)
        else:
            self._add(first, self.first)

    def _more_heads(self) -> list[list[str]]:
        """The further records that name the columns; blank lines between them are none."""
        heads: list[list[str]] = []
        while len(heads) < self.limits.header_lines - 1 and (more := self._next(1)):
            if more == [[]]:
                self.blank.append(self.records - 1)
                continue
            heads += more
            self.heads.append(self.records - 1)
        return heads

    def _unsigned(self, field: str) -> str:
        return field.removeprefix(self.sign) if self.sign else field

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
        if self.header is not None:
            refuse_repeated_header(self.header, rows, lambda row: self._line(at + row), self.file)
        if set(map(len, rows)) != {self.width}:
            rows = self._even(rows, at)
        if self.sign:
            rows = [list(map(self._unsigned, row)) for row in rows]
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
            elif self.limits.on_ragged == "refuse":
                raise self._refused(number, len(row), rows)
            else:
                kept += self._fitted(row, number)
        return kept

    def _fitted(self, row: list[str], number: int) -> list[list[str]]:
        """A row of another width as one of the right width, where it can be made so; else none."""
        fields = list(map(self._unsigned, row))
        quoted = [bool(self.sign) and field.startswith(self.sign) for field in row]
        mended = None if self.limits.on_ragged == "drop" else self._mender().mended(fields, quoted)
        if mended is None:
            self.ragged.append(number)
            return []
        fitted, how, column = mended
        self.mended[how].append(number)
        self.merged[column] += how == "merged"
        return [fitted]

    def _mender(self) -> Mender:
        if self.mender is None:
            sound = islice(_reader(self.data, self.dialect), len(self.heads) + self.leading, None)
            some = list(islice((row for row in sound if len(row) == self.width), LOOKED_AT))
            joint = self.dialect.joint
            self.mender = mender_of(some, self.width, joint, merges=self.limits.on_ragged == "merge")
        return self.mender

    def _refused(self, number: int, fields: int, rows: list[list[str]]) -> InputError:
        preamble = refused_preamble(self.width, rows, self.file, self._line(0))
        if preamble and self.rows == 0:
            return preamble
        what = f"{counted(fields, 'field')} here, but {self.width} in the first record"
        return refuse(
            self.file,
            what,
            "mend the row, say how fields are set apart with --delimiter, "
            "or what becomes of such rows with --on-ragged drop, pad or merge",
            line=self._line(number),
        )

    def _line(self, number: int) -> int:
        return self.line(_line_of_record(self.data, self.dialect, number))

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
                line=self.line(line_at(self.data, at)),
            )
        records = line_feeds + returns - both + (not bare.endswith((b"\n", b"\r")))
        fields = bare.count(self.dialect.mark.encode()) + records
        if (records, fields) != (self.records, self.fields):
            raise refuse(
                self.file,
                "two ways to count its records and fields do not agree",
                "mend the quotes, or say how fields are written with --delimiter, --quote and --escape",
            )
        self.stray = bare.count(self.dialect.quote.encode()) if self.dialect.quote == '"' else 0
        self.first_stray = bare.find(self.dialect.quote.encode()) if self.stray else -1
        self.stray_record = line_at(bare, self.first_stray) - 1
        line_ends = self.data.count(b"\n") + self.data.count(b"\r") - self.data.count(b"\r\n")
        self.inside = line_ends - (line_feeds + returns - both)
        self.mixed = (both, line_feeds - both) if both and line_feeds > both else None
        if not self.rows:
            raise refuse(
                self.file,
                "the file has names and no row"
                if self.header is not None and not self.ragged
                else "the file has no row that can be read",
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
        notes += [*self._mended_notes(), *self._spread_notes()]
        if self.mixed:
            notes.append(f"{self.file}: line ends are mixed: {self.mixed[0]:,} times CRLF, {self.mixed[1]:,} times LF")
        return notes + self._blank_notes()

    def _spread_notes(self) -> list[str]:
        """Rows between two stray quotes are one cell to any reader: a person may see that it is none."""
        if not self.inside:
            return []
        cells = self.dialect.spread(self.data)
        where = self.line(line_at(self.data, cells[0]))
        over = f"cells that go over several lines: {len(cells):,}, with {counted(self.inside, 'line end')} in them"
        return [f"{self.file}: {over}; the first begins in line {where}"]

    def _ending(self) -> int:
        """How many blank lines stand at the end, where nobody minds them."""
        backwards = zip(reversed(self.blank), range(self.records - 1, -1, -1), strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], backwards))

    @property
    def inner(self) -> list[int]:
        """The blank lines that do not stand at the end."""
        return self.blank[: -self._ending() or None] if self.width > 1 else self.blank

    def _blank_notes(self) -> list[str]:
        if not self.inner:
            return []
        what = "left out" if self.width > 1 else "taken as missing values"
        where = self._line(self.inner[0])
        return [f"{self.file}: blank lines {what}: {len(self.inner):,}, the first is line {where}"]

    def _mended_notes(self) -> list[str]:
        names = self.header or [f"c{number}" for number in range(1, self.width + 1)]
        columns = ", ".join(shown(names[at] or f"c{at + 1}") for at, count in sorted(self.merged.items()) if count)
        told = {
            "padded": "rows of too few fields, filled up with missing cells",
            "merged": f"rows of too many fields, of which the overflow was put back into {columns}",
            "cut": "rows with empty fields behind the last column, which were left out",
        }
        return [
            f"{self.file}: {told[how]}: {len(rows):,}, the first in line {self._line(rows[0])}"
            for how, rows in self.mended.items()
            if rows
        ]


def _joined(heads: Sequence[Sequence[str]], width: int) -> list[str]:
    """Names of several lines, joined. A word of an upper line goes on over the blanks to its right, as the name of a
    group does, where the names below do not tell the columns apart without it.
    """
    *above, last = [[*head, *[""] * (width - len(head))] for head in heads]
    if not above:
        return last
    are_groups = len({name.strip() for name in last}) < width
    spread = [_spread(head, last) if are_groups else head for head in above]
    return [" ".join(filter(None, map(str.strip, parts))) for parts in zip(*spread, last, strict=True)]


def _spread(head: Sequence[str], below: Sequence[str]) -> list[str]:
    words: list[str] = []
    for word, name in zip(head, below, strict=True):
        goes_on = not word.strip() and name.strip() and words
        words.append(words[-1] if goes_on else word)
    return words


def sign_for(data: bytes) -> str:
    """A sign that does not occur; none, where all do."""
    return next((sign for sign in SIGNS if sign.encode() not in data), "")


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
