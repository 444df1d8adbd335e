"""What a column of words holds: a kind is taken only if every value comes back when it is written."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace

import numpy as np

from privsynth.dataset import Column, Kind, missing_like
from privsynth.options import ColumnPolicy
from privsynth.read.absent import NULLS, split_off_missing
from privsynth.read.cells import ColumnCells
from privsynth.read.dates import DateReading, dates, has_order, is_compact, puts_day_first
from privsynth.read.declared import declared_dates, declared_numbers, declared_times, kind_asked, unseen
from privsynth.read.misfits import (
    MISFITS,
    Reading,
    Settled,
    are_grouped_codes,
    are_nearly_thousands,
    cells_of,
    settled,
)
from privsynth.read.numerals import (
    COMMAS,
    NAMES,
    POINTS,
    NumberReading,
    doubt,
    is_ambiguous,
    numbers,
    why_no_number,
)
from privsynth.read.place import Place
from privsynth.read.records import Words
from privsynth.read.refusal import counted
from privsynth.read.times import TimeReading, pointed_times, times
from privsynth.spelling import Spelling
from privsynth.spelling.bands import bands_of
from privsynth.typing import Array

PAIRS = tuple(
    tuple(pair.split("/"))
    for pair in ["true/false", "yes/no", "y/n", "t/f", "on/off", "ja/nein", "oui/non", "si/no", "sí/no", "sim/não"]
)
FEW_SHARE, FEW_LEVELS = 0.2, 12


@dataclass(frozen=True, eq=False)
class Typed:
    """A column in its storage type, and what a person should know about the reading."""

    column: Column
    values: Array
    notes: tuple[str, ...] = ()
    _: KW_ONLY
    misfits: int = 0  # cells that count as missing because they do not fit its kind
    is_open: bool = False  # whether the other columns of the table may settle what it means


@dataclass(frozen=True, kw_only=True)
class Ways:
    """What the columns of a table show of how it is written; None where they do not tell, or disagree."""

    day_first: bool | None = None
    decimal: str | None = None
    groups_by_points: bool = False  # whether points mark thousands somewhere

    def may_settle(self, column: Typed) -> bool:
        """A decimal comma alone makes no thousands of points: coordinates have points everywhere."""
        is_of_points = column.column.kind.is_numeric and self.decimal == ","
        return column.is_open and (self.groups_by_points or not is_of_points)


def typed(
    words: Words,
    place: Place,
    wish: ColumnPolicy | None = None,
    *,
    ways: Ways = Ways(),
    nulls: Container[str] = NULLS,
) -> Typed:
    """The column as the policy wishes it, or as its values allow."""
    wished = wish or ColumnPolicy()
    kind = kind_asked(wished)
    holds_values = kind is not None and (kind.is_numeric or kind is Kind.DATE)
    present, missing, null, notes = split_off_missing(words, place, nulls, all_may=holds_values)
    if not present and holds_values and kind is not None:
        column = Column(place.name, kind, spelling=unseen(kind, wished.format, null))
        return Typed(column, kind.missing(len(words.codes)))
    cells = ColumnCells(present, words, place, bool(missing) or bool((words.codes < 0).any()))
    match kind:
        case Kind.NUMBER | Kind.INTEGER:
            found = declared_numbers(cells, wished, whole=kind is Kind.INTEGER)
        case Kind.DATE:
            found = declared_dates(cells, wished)
        case Kind.TIME | Kind.DURATION:
            found = declared_times(cells, wished, kind)
        case None:
            found = _as_found(cells, ways)
        case _:
            found = Settled()
    if found.reading is None:
        return replace(_as_text(words, place, kind, found.notes), is_open=found.is_open)
    column, more = _column_of(found, cells, null if found.null is None else found.null)
    values = found.reading.values
    by_code = np.full(len(words.distinct) + 1, missing_like(values), dtype=values.dtype)
    by_code[[code for code in range(len(words.distinct)) if code not in missing]] = values
    said = (*notes, *found.notes, *more)
    return Typed(column, by_code[words.codes], said, misfits=found.misfits, is_open=found.is_open)


def _as_found(cells: ColumnCells, ways: Ways) -> Settled:
    """Numbers or dates, if all values are, or all but a few, under one reading."""
    present, place = cells.present, cells.place
    if (pointed := pointed_times(present, place.name)) is not None:
        return Settled(reading=pointed)
    reading = None if is_compact(present, place.name) else numbers(present, decimal=ways.decimal)
    if reading is None and (readings := dates(present, place.name)):
        return _one_of(readings, place, ways.day_first)
    if reading is None and (timed := times(present, place.name)) is not None:
        return Settled(reading=timed)
    if reading is None and is_ambiguous(present):
        return Settled(notes=(place.note(COMMAS),), is_open=True)
    if reading is None and is_compact(present, place.name):
        reading = numbers(present, decimal=ways.decimal)
    if reading is not None and ways.decimal is None and are_nearly_thousands(present, reading):
        return Settled(notes=(place.note(COMMAS),), is_open=True)
    if reading is not None and are_grouped_codes(present, reading):
        return Settled(notes=(place.note("digits in groups, all of one length, are codes, so it stays text"),))
    if reading is not None:
        return Settled(reading=reading, notes=_doubts(cells, reading, ways), is_open=reading.is_open)
    return _but_for_misfits(cells, ways) if present else Settled()


def _doubts(cells: ColumnCells, reading: NumberReading, ways: Ways) -> tuple[str, ...]:
    """What a person should know of numbers that nobody declared."""
    doubts = doubt(cells.present, reading)
    if ways.decimal is not None:
        doubts = [*(one for one in doubts if one != POINTS), *_like_the_others(reading)]
    return tuple(map(cells.place.note, doubts))


def _like_the_others(reading: NumberReading) -> Iterator[str]:
    """Marks that the other columns settled; a decimal point needs no word."""
    spelling = reading.spelling
    mark, meant = (spelling.thousands, "thousands") if spelling.thousands else (spelling.decimal_mark, "decimals")
    if mark in NAMES and (mark, meant) != (".", "decimals"):
        other = "kind: integer" if meant == "decimals" else f"decimal: '{mark}'"
        what = f"its {NAMES[mark]} could mark decimals or thousands; read as {meant} like the numbers of other columns"
        yield f"{what} ({other} in the policy reads them otherwise)"


def _one_of(readings: list[DateReading], place: Place, day_first: bool | None) -> Settled:
    """The only reading, or the one that has the order of the other dates; what settles it where neither is given."""
    if len(readings) == 1:
        return Settled(reading=readings[0])
    chosen = [reading for reading in readings if day_first is not None and puts_day_first(reading.format) == day_first]
    if chosen:
        said = f"day and month could change places; read as {chosen[0].format} like the other dates of the table"
        return Settled(reading=chosen[0], notes=(place.note(said),))
    ways = " or ".join(f"format: '{reading.format}'" for reading in readings)
    why = f"day and month could change places, so it stays text; {ways} in the policy settles it"
    return Settled(notes=(place.note(why),), is_open=True)


def _but_for_misfits(cells: ColumnCells, ways: Ways) -> Settled:
    """Numbers or dates although a few cells are neither."""
    counts = cells_of(cells.present, cells.words)
    reading: Reading | None = numbers(cells.present, counts, decimal=ways.decimal)
    before: tuple[str, ...] = ()
    if reading is None or is_compact(cells.present, cells.place.name):
        readings = _dates(cells, counts)
        of_dates = _one_of(readings, cells.place, ways.day_first) if readings else Settled()
        reading, before = of_dates.reading or reading, of_dates.notes
    if reading is None and not before:
        reading = times(cells.present, cells.place.name, counts)
    why = _reasons(cells, counts)
    if reading is None:
        return Settled(notes=before or why, is_open=bool(before or why))
    outcome = settled(cells.odd(reading), has_missing=cells.has_missing)
    if outcome.reading is None and why:
        return Settled(notes=(*before, *why))
    if not isinstance(reading, NumberReading) or outcome.reading is None:
        return replace(outcome, notes=(*before, *outcome.notes))
    lost = _doubts(cells, reading, ways)
    return replace(outcome, notes=(*before, *outcome.notes, *lost), is_open=reading.is_open)


def _dates(cells: ColumnCells, counts: Array) -> list[DateReading]:
    """The readings that leave few cells out; any, if none does."""
    readings = dates(cells.present, cells.place.name, counts)
    return [reading for reading in readings if cells.odd(reading).share <= MISFITS] or readings


def _reasons(cells: ColumnCells, counts: Array) -> tuple[str, ...]:
    """Why a column of what a person would call numbers is text."""
    why = why_no_number(cells.present, counts)
    return (cells.place.note(why if why == COMMAS else f"{why}, so it stays text"),) if why else ()


def _column_of(found: Settled, cells: ColumnCells, null: str) -> tuple[Column, list[str]]:
    reading, place = found.reading, cells.place
    if isinstance(reading, DateReading):
        spelling = Spelling(date_format=reading.format, names=reading.names, null=null)
        notes = [*_respelt(reading, cells, "dates"), *_completed(reading, cells), *reading.notes]
        return Column(place.name, Kind.DATE, spelling=spelling, misfits=found.misfits > 0), [*map(place.note, notes)]
    if isinstance(reading, TimeReading):
        spelling = (
            Spelling(duration=reading.format, null=null)
            if reading.is_duration
            else Spelling(clock=reading.format, names=reading.names, null=null)
        )
        notes = [*_respelt(reading, cells, "times"), *reading.notes]
        return Column(place.name, reading.kind, spelling=spelling, misfits=found.misfits > 0), [*map(place.note, notes)]
    if reading is None:
        raise ValueError("a column of numbers or dates has a reading")
    kind = Kind.NUMBER if reading.spelling.decimals else Kind.INTEGER
    spelling = replace(reading.spelling, null=null)
    return Column(place.name, kind, spelling=spelling, misfits=found.misfits > 0), [*map(place.note, _evened(reading))]


def _respelt(reading: DateReading | TimeReading, cells: ColumnCells, what: str) -> Iterator[str]:
    """How many cells will be written in another way than they are spelt."""
    if reading.respelt.any():
        how_many = counted(cells.count(reading.respelt), "cell")
        yield f"{how_many} with other spellings of {what} will be written as {reading.format}"


def _completed(reading: DateReading, cells: ColumnCells) -> Iterator[str]:
    """What was added to cells that say less than the others."""
    if reading.coarser.any():
        yield f"{counted(cells.count(reading.coarser), 'cell')} less exact than others: the first moment is taken"
    if reading.zoneless.any():
        yield f"{counted(cells.count(reading.zoneless), 'cell')} without a zone: that of the others is taken"


def _evened(reading: NumberReading) -> Iterator[str]:
    """How many spellings the column does not get back, and of what sort."""
    if reading.evened:
        what = "other trailing zeros, signs, blanks or points than most, or more digits than their value needs,"
        yield f"{counted(reading.evened, 'spelling')} with {what} will be written evenly"
    if reading.plain:
        what = "otherwise" if reading.spelling.style and reading.spelling.style.exponent else "without it"
        yield f"{counted(reading.plain, 'spelling')} with an exponent will be written {what}, the value kept"


def _as_text(words: Words, place: Place, kind: Kind | None, notes: tuple[str, ...]) -> Typed:
    """Text as it stands; an empty cell is missing."""
    if kind is Kind.BOOLEAN and len(words.distinct) > 2:
        raise place.refuse(
            "a value is the third of a column declared as boolean",
            "declare it as category",
            int(np.flatnonzero(words.codes == 2)[0]),
        )
    if not words.distinct and kind is None:
        kind = Kind.CATEGORY
    by_code = np.array([*words.distinct, None], dtype=object)
    return Typed(Column(place.name, kind or text_kind(words)), by_code[words.codes], notes)


def text_kind(words: Words) -> Kind:
    """Two levels that say yes and no; few levels; or text."""
    folded = sorted(word.casefold() for word in words.distinct[:2])
    if len(words.distinct) == 2 and any(sorted(pair) == folded for pair in PAIRS):
        return Kind.BOOLEAN
    rows = int((words.codes >= 0).sum())
    few = len(words.distinct) <= FEW_SHARE * rows or (
        len(words.distinct) <= FEW_LEVELS and len(words.distinct) <= rows / 2
    )
    are_levels = few or (len(words.distinct) <= rows / 2 and bool(bands_of(words.distinct)))
    return Kind.CATEGORY if are_levels else Kind.TEXT


def ways_of(columns: list[Typed]) -> Ways:
    """Whether the decided dates of a table put the day before the month, and what marks the decimals in its numbers."""
    forms = [c.column.spelling.date_format for c in columns if c.column.kind is Kind.DATE]
    orders = {puts_day_first(form) for form in forms if has_order(form)}
    spellings = [c.column.spelling for c in columns if c.column.kind.is_numeric and not c.is_open]
    marks = {s.decimal_mark for s in spellings if s.decimals or s.thousands in NAMES}
    return Ways(
        day_first=orders.pop() if len(orders) == 1 else None,
        decimal=marks.pop() if len(marks) == 1 else None,
        groups_by_points=any(spelling.thousands == "." for spelling in spellings),
    )


def words_kept(columns: Sequence[Typed], words: Sequence[Words]) -> dict[str, int]:
    """The columns of text where a word that others take for missing stands in many cells, and in how many."""
    pairs = list(zip(columns, words, strict=True))
    taken = {word for each, of in pairs if each.values.dtype != object for word in NULLS.intersection(of.distinct)}
    cells = {
        each.column.name: int(cells_of(of.distinct, of)[[word in taken for word in of.distinct]].sum())
        for each, of in pairs
        if each.values.dtype == object and not taken.isdisjoint(of.distinct)
    }
    return {name: count for name, count in cells.items() if count >= MISFITS * len(words[0].codes)}
