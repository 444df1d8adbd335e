"""How a file that is not as it should be may be laid out: what stands above and below, which lines are names.

Everything here is a guess to be offered. What is read in the end is read as asked, by the strict reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from privsynth.errors import InputError
from privsynth.options import ReadPolicy
from privsynth.read.dialect import Dialect
from privsynth.read.forms import form_of, is_total, is_value
from privsynth.read.mending import LOOKED_AT, Habit, mender_of
from privsynth.read.passage import LINE, Passage, one_table, passage_of, recorded, table_spans
from privsynth.read.persons import first_persons
from privsynth.read.records import sign_for

COMMENTS = ("#", "//", "%")
EXCERPT, ENDING = 2**18, 2**15  # of a larger file, its beginning and its end are looked at
MOST_HEADS = 5
NOTE = re.compile(r"[:*()\[\]]|\.\s*\Z")  # what notes have, and names hardly ever
Options = dict[str, Any]


class Record(list[str]):
    """The fields of a record, and which of them were quoted: those are whole."""

    def __init__(self, fields: Iterable[str], sign: str = "") -> None:
        signed = list(fields)
        self.quoted = [bool(sign) and field.startswith(sign) for field in signed]
        super().__init__(field.removeprefix(sign) for field in signed)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """How well a layout fits, in four shares; the weakest of them counts."""

    even: float  # of the records: as wide as the others, or fitted in
    kinds: float  # of the cells of a column: of its commonest form
    header: float  # of the columns whose cells tell: the header is unlike them (or like them, if it is a row)
    outside: float  # of what was left out: unlike rows

    @property
    def fit(self) -> float:
        return min(self.even, self.kinds, self.header, self.outside)


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to take the lines of a file."""

    options: Mapping[str, Any]
    evidence: Evidence
    width: int = field(default=0)


def layouts(data: bytes, dialect: Dialect, reading: ReadPolicy, file: str) -> Iterator[Way]:
    """The ways to lay out a file of this dialect, under what was asked already."""
    data = excerpt(data)
    options: Options = _comment(data, dialect, reading)
    try:
        passage = passage_of(data, reading.with_(options), file)
        options |= _table(passage, dialect, reading)
        if number := options.get("table", reading.table):
            passage = one_table(passage, dialect, number, file)
    except InputError:
        return
    sign = sign_for(passage.data)
    found = [(line, Record(fields, sign)) for line, fields in recorded(passage.data, dialect, sign)]
    records = [(line, record) for line, record in found if _filled(record)]
    width = usual_width([record for _, record in records])
    if width < 2:
        yield from _single([record for _, record in records], options, reading)
        return
    yield from _with_header(_bounded(passage, records, width, options, reading), dialect, reading)


def _single(rows: Sequence[Record], options: Options, reading: ReadPolicy) -> Iterator[Way]:
    """One column: all that can be in doubt is whether its first line names it."""
    if reading.model_fields_set & {"header", "header_lines"} or any(len(row) != 1 for row in rows):
        return
    evidence = Evidence(even=1.0, kinds=1.0, header=_like(rows[0], rows[1:], ()) if rows else 0.0, outside=1.0)
    yield Way(options={**options, "header": False}, evidence=evidence, width=1)


def excerpt(data: bytes) -> bytes:
    """The beginning and the end of a large file, in whole lines."""
    if len(data) <= 2 * EXCERPT:
        return data
    return data[: data.rfind(b"\n", 0, EXCERPT) + 1] + data[data.find(b"\n", len(data) - ENDING) + 1 :]


def usual_width(records: Sequence[Sequence[str]]) -> int:
    """The number of fields that most records have, of those of several."""
    widths = Counter(len(record) for record in records if len(record) > 1)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def _comment(data: bytes, dialect: Dialect, reading: ReadPolicy) -> Options:
    """The sign before comments: where lines begin with it, and not those that look like records."""
    if reading.comment is not None:
        return {}
    lines = [found[0].decode() for found in LINE.finditer(data)]
    if not any(line.startswith(COMMENTS) for line in lines):
        return {}
    width = usual_width([record for _, record in recorded(data, dialect)])
    for sign in COMMENTS:
        comments = [line for line in lines if line.startswith(sign)]
        alike = sum(line.count(dialect.delimiter) == width - 1 for line in comments)
        if comments and 2 * alike < len(comments) and len(comments) < len(lines) - 1:
            return {"comment": sign}
    return {}


def _table(passage: Passage, dialect: Dialect, reading: ReadPolicy) -> Options:
    if reading.table is not None or "header_lines" in reading.model_fields_set:
        return {}
    return {"table": 1} if len(table_spans(passage.data, dialect)) > 1 else {}


@dataclass(frozen=True, kw_only=True)
class _Bounded:
    """The records of a table, and what stands around it."""

    options: Options
    width: int
    rows: Sequence[Record]  # with the header
    outside: Sequence[Record]
    below: Sequence[Record]  # of these, those below the table
    above: Record | None  # the record before the first, if it could be names as well


def _bounded(
    passage: Passage, records: Sequence[tuple[int, Record]], width: int, options: Options, reading: ReadPolicy
) -> _Bounded:
    ends_in_total = is_total(records[-1][1]) and not any(is_total(record) for _, record in records[:-1])
    looked_at = records[:-1] if ends_in_total else records
    full = [at for at, (_, record) in enumerate(looked_at) if len(record) == width and 2 * _filled(record) > width]
    first, last = (full[0], full[-1]) if full else (0, len(records) - 1)
    last = max(last, _last_row(looked_at, width, last))
    habits = _habits([record for _, record in records[1:]], width)
    is_below = all(_is_outside(record, width, habits) for _, record in records[last + 1 :])
    if not is_below or _is_broken(records, last, width):
        last = len(records) - 1
    options = dict(options)
    if first and "skip" not in reading.said:
        options["skip"] = passage.line(records[first][0]) - 1
    else:
        first = 0
    if last < len(records) - 1 and "footer" not in reading.said:
        ends = records[last + 1][0]
        below = [found[0] for found in LINE.finditer(passage.data)][ends - 1 :]
        options["footer"] = sum(bool(line.strip()) for line in below)
    else:
        last = len(records) - 1
    if "table" in options or reading.table is not None:
        options.pop("skip", None), options.pop("footer", None)
    before = records[first - 1] if first else None
    is_above = before and len(before[1]) == width and _filled(before[1]) > 1 and before[0] == records[first][0] - 1
    return _Bounded(
        options=options,
        width=width,
        rows=[record for _, record in records[first : last + 1]],
        outside=[record for _, record in [*records[:first], *records[last + 1 :]]],
        below=[record for _, record in records[last + 1 :]],
        above=before[1] if before and is_above and not any(map(is_value, before[1])) else None,
    )


def _last_row(records: Sequence[tuple[int, Record]], width: int, last: int) -> int:
    """Ragged records at the end are rows while their cells show it; notes do not."""
    mender = mender_of([record for _, record in records[1:]], width, "", merges=False)
    firsts = {record[0] for _, record in records[1 : last + 1]}
    while last + 1 < len(records) and (
        _is_row(records[last + 1][1], mender.habits) or records[last + 1][1][0] in firsts
    ):
        last += 1
    return last


def _is_row(record: Record, habits: Sequence[Habit]) -> bool:
    pairs = [(cell, habit) for cell, habit in zip(record, habits, strict=False) if cell.strip()]
    return all(habit.fits(cell) for cell, habit in pairs) and any(habit.tells for _, habit in pairs)


def _is_broken(records: Sequence[tuple[int, Record]], last: int, width: int) -> bool:
    """Whether the last row and what follows it are one record, cut in two by a line end."""
    ends = [len(record) for _, record in records[last : last + 2]]
    return len(ends) == 2 and ends[0] != width and sum(ends) - 1 == width


def _filled(record: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in record)


def _with_header(table: _Bounded, dialect: Dialect, reading: ReadPolicy) -> Iterator[Way]:
    """The layouts that differ in what the first record is taken for."""
    is_said = bool(reading.model_fields_set & {"header", "header_lines"})
    several = _heads(table.rows)
    ways: list[Options] = [{}]
    if not is_said:
        ways += [{"header_lines": several}] if several > 1 else []
        ways += [{"header": False}, {"header": True}]
    for way in ways:
        lines = way.get("header_lines", reading.header_lines)
        is_named = way.get("header", reading.header)
        yield _layout(table, way, dialect, reading, heads=lines if is_named else 0)
    if table.above is not None and not is_said and table.options.get("skip"):
        options = {**table.options, "skip": table.options["skip"] - 1}
        if not options["skip"]:
            del options["skip"]
        wider = _Bounded(
            options=options,
            width=table.width,
            rows=[table.above, *table.rows],
            outside=[record for record in table.outside if record is not table.above],
            below=table.below,
            above=None,
        )
        yield _layout(wider, {"header_lines": 2}, dialect, reading, heads=2)


def _heads(rows: Sequence[Record]) -> int:
    """How many records at the beginning are of names: all words, above the first that holds a value."""
    some = rows[: MOST_HEADS + 1]
    values = (at for at, row in enumerate(some) if any(map(is_value, row)) or len(row) != len(rows[0]))
    others = (at for at, row in enumerate(some) if row != rows[0])
    return max(next(values, 0), next(others, 0))


def _layout(table: _Bounded, way: Options, dialect: Dialect, reading: ReadPolicy, *, heads: int) -> Way:
    header, rows = table.rows[:heads], table.rows[heads:]
    mender = mender_of(rows, table.width, dialect.joint, merges=True)
    ragged, even = _ragged(rows, table.width, dialect)
    options = {**table.options, **way, **({"on_ragged": ragged} if ragged and "on_ragged" not in reading.said else {})}
    evidence = Evidence(
        even=even,
        kinds=_kinds(rows, table.width),
        header=_header_share(header, rows, mender.habits, table.width),
        outside=_outside_share(table, options, mender.habits),
    )
    return Way(options=options, evidence=evidence, width=table.width)


def _ragged(rows: Sequence[Record], width: int, dialect: Dialect) -> tuple[str | None, float]:
    """What is best done with rows of another width, and the share of rows that are kept by it."""
    if not rows:
        return None, 0.0
    ragged = [(at, row) for at, row in enumerate(rows) if len(row) != width]
    mender = mender_of(rows, width, dialect.joint, merges=True)
    hows = Counter(mended[1] for _, row in ragged if (mended := mender.mended(row, row.quoted)))
    broken = any(len(row) + len(rows[at + 1]) - 1 == width for at, row in ragged if at + 1 < len(rows))
    is_shown = not broken and _tell(mender.habits) and 2 * hows["padded"] <= len(rows) - len(ragged)
    kept = sum(hows.values()) if is_shown else 0
    way = "drop" if not kept else "merge" if hows["merged"] else "pad"
    return (way if ragged else None), (len(rows) - len(ragged) + kept) / len(rows)


def _kinds(rows: Sequence[Record], width: int) -> float:
    """How much of each column is of its commonest form, on average."""
    sound = [row for row in rows if len(row) == width][:LOOKED_AT]
    shares = []
    for cells in zip(*sound, strict=True):
        forms = Counter(form_of(cell) for cell in cells)
        del forms["empty"]
        shares += [max(forms.values()) / forms.total()] if forms else []
    return sum(shares) / len(shares) if shares else 0.0


def _header_share(header: Sequence[Record], rows: Sequence[Record], habits: Sequence[Habit], width: int) -> float:
    """How far the columns bear out that the header is one; or that the first row is a row, where there is no header."""
    if not header:
        below = _habits(rows[1:], width)
        return _like(rows[0], rows[1:], below) if rows else 0.0
    like = [_like(record, rows, habits) for record in header]
    if len(header) > 1 and not _is_second(header[-1], rows, habits):
        return 0.0
    return 1 - max(like)


def _tell(habits: Sequence[Habit]) -> bool:
    return any(habit.tells for habit in habits)


def _habits(rows: Sequence[Record], width: int) -> Sequence[Habit]:
    return mender_of(rows, width, "", merges=False).habits


def _like(record: Record, rows: Sequence[Record], habits: Sequence[Habit]) -> float:
    """The share of the columns that tell in which this record is like the rows below, or a person above persons."""
    told = _fitting(record, habits) if _tell(habits) else _of_one_form(record, rows)
    persons = dict.fromkeys(first_persons(record, list(zip(*rows, strict=False))), True)
    return _share((told | persons).values())


def _likeness(record: Record, habits: Sequence[Habit]) -> float:
    """The share of the columns that tell in which this record is like the rows below."""
    return _share(_fitting(record, habits).values())


def _fitting(record: Record, habits: Sequence[Habit]) -> dict[int, bool]:
    pairs = enumerate(zip(record, habits, strict=False))
    return {at: habit.fits(cell) for at, (cell, habit) in pairs if habit.tells and cell.strip()}


def _of_one_form(record: Record, rows: Sequence[Record]) -> dict[int, bool]:
    """The same where rows are few: the columns of values, and whether this record has their form."""
    forms = [[form_of(cell) for cell in cells if is_value(cell)] for cells in zip(*rows, strict=False)]
    pairs = enumerate(zip(record, forms, strict=False))
    return {at: form_of(cell) in below for at, (cell, below) in pairs if below}


def _share(found: Collection[bool]) -> float:
    return sum(found) / len(found) if found else 0.0


def _is_second(record: Record, rows: Sequence[Record], habits: Sequence[Habit]) -> bool:
    """Whether a record below the header is of names, too: it stands nowhere else, and columns of values show it."""
    tells = _tell(habits) or any(is_value(cell) for row in rows for cell in row)
    return record not in rows and not any(map(is_value, record)) and tells


def _outside_share(table: _Bounded, options: Options, habits: Sequence[Habit]) -> float:
    """The share of what is left out that is unlike a row. Of several tables, the others are rows as well."""
    if "table" in options:
        return 0.5
    outside, width = table.outside, table.width
    if not outside:
        return 1.0
    if len(outside) > len(table.rows):
        return 0.5  # hardly anything is read
    if any(_may_be_cut_off(record, table.rows, habits) for record in table.below):
        return 0.5  # a person must look
    if not options.get("header", True) and options.get("skip") and len(outside[0]) > 1:
        return 0.5  # names of another width may stand there
    return sum(_is_outside(record, width, habits) for record in outside) / len(outside)


def _may_be_cut_off(record: Record, rows: Sequence[Record], habits: Sequence[Habit]) -> bool:
    """Whether a lone word below the table is no longer than those of the first column: a row may end there too soon."""
    is_bare = _filled(record) == 1 and not NOTE.search(record[0])
    return is_bare and not habits[0].tells and len(record[0]) <= max(len(row[0]) for row in rows)


def _is_outside(record: Record, width: int, habits: Sequence[Habit]) -> bool:
    return _is_unlike(record, width) or _is_strange(record, width, habits) or is_total(record)


def _is_strange(record: Record, width: int, habits: Sequence[Habit]) -> bool:
    """Whether a record of another width is nowhere what the columns are."""
    return len(record) != width and _tell(habits) and not _likeness(record, habits)


def _is_unlike(record: Record, width: int) -> bool:
    """Whether a record has hardly anything of a row: few fields, of which the first is a word."""
    words = [cell for cell in record if cell.strip()]
    is_short = len(words) <= 1 or (len(record) != width and 2 * len(words) <= width)
    return is_short and not any(map(is_value, words[:1]))
