"""Which lines of a file are its table: what stands above, below and between is left out, counted, and not forgotten."""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from privsynth.options import ReadPolicy
from privsynth.read.dialect import Dialect, field_limit
from privsynth.read.forms import is_value
from privsynth.read.refusal import counted, refuse

Line = TypeVar("Line", str, bytes)
LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True, eq=False)
class Passage:
    """The text that is read, and the numbers of the lines that are not in it."""

    data: bytes = field(repr=False)
    gone: Sequence[int] = field(default=(), repr=False)
    notes: Sequence[str] = ()

    def line(self, number: int) -> int:
        """The line of the file that is this line of the text."""
        low, high = number, number + len(self.gone)
        while low < high:  # the least line with so many kept lines up to it
            middle = (low + high) // 2
            if middle - bisect_right(self.gone, middle) < number:
                low = middle + 1
            else:
                high = middle
        return low


def passage_of(data: bytes, reading: ReadPolicy, file: str) -> Passage:
    """The file without what was asked to be left out."""
    if not (reading.skip or reading.footer or reading.comment):
        return Passage(data)
    left = LeftOut()
    comment = reading.comment.encode() if reading.comment else None
    lines = kept_lines((found[0] for found in LINE.finditer(data)), reading, left, comment, b'"')
    text = b"".join(lines)
    if not text.strip():
        raise refuse(file, "nothing is left of the file", "leave out fewer lines with --skip and --footer")
    return Passage(text, left.lines, left.notes(file))


class LeftOut:
    """The lines that were left out, by their number and the reason."""

    def __init__(self) -> None:
        self.above: list[int] = []
        self.comments: list[int] = []
        self.below: list[int] = []

    @property
    def lines(self) -> list[int]:
        return sorted([*self.above, *self.comments, *self.below])

    def notes(self, file: str) -> list[str]:
        """What is said of them: how many, and where the first is."""
        told = (("above the table", self.above), ("of comment", self.comments), ("below the table", self.below))
        return [
            f"{file}: {counted(len(lines), 'line')} {what} left out, the first is line {lines[0]}"
            for what, lines in told
            if lines
        ]


def kept_lines(
    lines: Iterable[Line], reading: ReadPolicy, left: LeftOut, comment: Line | None, quote: Line
) -> Iterator[Line]:
    """The lines in order but those above, those of comment and those below. A comment does not begin inside quotes."""
    held: deque[tuple[int, Line]] = deque()
    filled, is_open = 0, False
    for number, line in enumerate(lines, start=1):
        if number <= reading.skip:
            left.above.append(number)
            continue
        if comment is not None and not is_open and line.startswith(comment):
            left.comments.append(number)
            continue
        is_open ^= line.count(quote) % 2 == 1
        held.append((number, line))
        filled += bool(line.strip())
        while filled > reading.footer:
            first = held.popleft()[1]
            filled -= bool(first.strip())
            yield first
    if reading.footer:
        left.below.extend(number for number, _ in held)
    else:
        yield from (line for _, line in held)


def recorded(data: bytes, dialect: Dialect, sign: str = "") -> Iterator[tuple[int, list[str]]]:
    """Each record with its first line, up to the first that is unsound; quoted fields begin with the sign."""
    text = dialect.plain(data)
    text = dialect.signed(text, sign) if sign else text
    reader = dialect.records(io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline=""))
    line = 1
    with field_limit(len(data) + 1):
        try:
            for record in reader:
                yield line, record
                line = int(reader.line_num) + 1
        except csv.Error:
            return


def table_spans(data: bytes, dialect: Dialect) -> list[tuple[int, int]]:
    """The lines from which and before which each table stands, where several stand below each other."""
    records = list(recorded(data, dialect))
    filled = [(line, record) for line, record in records if any(cell.strip() for cell in record)]
    if not filled:
        return []
    starts = _starts(filled, {line for line, record in records if not record})
    ends = [filled[start][0] for start in starts[1:]]
    lines = [filled[_first_wide(filled, start)][0] for start in starts]
    if len(starts) == 1:
        return [(1, _after(data))]
    return list(zip(lines, [*ends, _after(data)], strict=True))


def _after(data: bytes) -> int:
    return sum(1 for _ in LINE.finditer(data)) + 1


def _starts(records: list[tuple[int, list[str]]], blank: set[int]) -> list[int]:
    """Where a table begins: with the first record, and where the header comes again or is another."""
    starts, heads = [0] if records else [], _first_wide(records, 0)
    rows = _below(records, heads)
    for at in range(heads + 2, len(records)):
        if at <= rows:
            continue
        begins = at
        while begins > rows + 1 and len(records[begins - 1][1]) == 1 and len(records[heads][1]) > 1:
            begins -= 1  # a title
        if _is_start(records, heads, at, follows_blank=records[begins][0] - 1 in blank):
            has_rows = any(len(record) == len(records[heads][1]) for _, record in records[heads + 1 : begins])
            starts += [begins] if has_rows else []  # else what came before were titles
            heads, rows = at, _below(records, at)
    return starts


def _below(records: list[tuple[int, list[str]]], heads: int) -> int:
    """The first row below the header, which may be written several times."""
    header = records[heads][1]
    return next((at for at in range(heads + 1, len(records)) if records[at][1] != header), len(records))


def _first_wide(records: list[tuple[int, list[str]]], start: int) -> int:
    """The first record of several fields; titles come before it."""
    return next((at for at in range(start, len(records)) if len(records[at][1]) > 1), start)


def _is_start(records: list[tuple[int, list[str]]], heads: int, at: int, *, follows_blank: bool) -> bool:
    header, record = records[heads][1], records[at][1]
    if len(record) < 2:
        return False
    if record == header:
        return True
    is_named = all(cell.strip() and not is_value(cell) for cell in record) and len(set(record)) == len(record)
    if not is_named or at + 1 >= len(records):
        return False
    if len(record) != len(header):
        return len(records[at + 1][1]) == len(record) and len(records[at - 1][1]) != len(record)
    return follows_blank and any(map(is_value, [*records[at - 1][1], *records[at + 1][1]]))


def one_table(passage: Passage, dialect: Dialect, number: int, file: str) -> Passage:
    """The passage of one of several tables."""
    spans = table_spans(passage.data, dialect)
    if number > len(spans):
        what = f"there is no table {number}; {counted(len(spans), 'table')} stand in the file"
        raise refuse(file, what, "name one of them with --table")
    start, end = spans[number - 1]
    lines = [found[0] for found in LINE.finditer(passage.data)]
    outside = [passage.line(at) for at in range(1, len(lines) + 1) if not start <= at < end and lines[at - 1].strip()]
    gone = sorted([*passage.gone, *(passage.line(at) for at in range(1, len(lines) + 1) if not start <= at < end)])
    note = f"{file}: table {number} of {len(spans)} was read; {counted(len(outside), 'line')} outside of it left out"
    return Passage(b"".join(lines[start - 1 : end - 1]), gone, [*passage.notes, note])
