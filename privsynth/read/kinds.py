"""What a column of words holds: a kind is taken only if every value comes back when it is written."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace

import numpy as np

from privsynth.dataset import Column, Kind, missing_like
from privsynth.options import ColumnPolicy
from privsynth.read.dates import DateReading, dates, has_order, is_compact, puts_day_first, under
from privsynth.read.misfits import (
    MISFITS,
    Odd,
    Reading,
    Settled,
    are_grouped_codes,
    are_nearly_thousands,
    cells_of,
    is_null_word,
    missing,
    null_word,
    settled,
)
from privsynth.read.numerals import (
    COMMAS,
    NAMES,
    POINTS,
    NumberReading,
    doubt,
    first_wrong,
    is_ambiguous,
    numbers,
    why_no_number,
)
from privsynth.read.place import Place
from privsynth.read.records import Words
from privsynth.read.refusal import counted
from privsynth.read.times import TimeReading, pointed_times, times, times_as
from privsynth.spelling import Spelling
from privsynth.spelling.bands import bands_of
from privsynth.spelling.fields import can_clock, can_match
from privsynth.typing import Array

_SIGNS = "? - -- --- . .. ... * ** # / \N{EN DASH} \N{EM DASH} \\N <NA> <NULL> <null>"
_FAULTS = "#N/A #NA #VALUE! #DIV/0! #REF! #NAME? #NUM! #NULL! 1.#QNAN 1.#IND -1.#QNAN -1.#IND -NaN -nan NaN NaT"
_WORDS = (
    *("na", "n/a", "n.a.", "n. a.", "null", "(null)", "nan", "nil", "none", "missing", "unknown"),
    *("not available", "not applicable", "not known", "not recorded", "undefined", "no data", "no date"),
    *(
        "n.d.",
        "n. d.",
        "n.v.",
        "s.d.",
        "tbd",
        "t.b.d.",
        "k.a.",
        "k. a.",
        "k.A.",
        "k. A.",
        "keine angabe",
        "keine Angabe",
    ),
    *("unbekannt", "inconnu", "desconocido", "desconhecido", "sconosciuto", "onbekend"),
)
NULLS = frozenset(
    [*_SIGNS.split(), *_FAULTS.split()]
    + [spelt for word in _WORDS for spelt in (word, word.upper(), word.capitalize(), word.title())]
)
# What programs write for a missing value, and nobody else.
QUIET = frozenset(["NA", "N/A", "#N/A", "NaN", "nan", "NaT", "NULL", "null", "None", "<NA>", "\\N"])
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
    kind = _kind_asked(wished)
    holds_values = kind is not None and (kind.is_numeric or kind is Kind.DATE)
    present, missing, null, notes = _nulls(words, place, nulls, all_may=holds_values)
    if not present and holds_values and kind is not None:
        column = Column(place.name, kind, spelling=_unseen(kind, wished.format, null))
        return Typed(column, kind.missing(len(words.codes)))
    cells = _Cells(present, words, place, bool(missing) or bool((words.codes < 0).any()))
    match kind:
        case Kind.NUMBER | Kind.INTEGER:
            found = _as_numbers(cells, wished, whole=kind is Kind.INTEGER)
        case Kind.DATE:
            found = _as_dates(cells, wished)
        case Kind.TIME | Kind.DURATION:
            found = _as_times(cells, wished, kind)
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


@dataclass(frozen=True)
class _Cells:
    """What is to be read: the words that may be values, and the column that they stand in."""

    present: list[str]
    words: Words
    place: Place
    has_missing: bool

    def count(self, which: Array) -> int:
        """Cells that hold one of these words."""
        return int(cells_of(self.present, self.words)[which].sum())

    def odd(self, reading: Reading) -> Odd:
        return Odd(reading=reading, present=self.present, words=self.words, place=self.place)


def _nulls(
    words: Words, place: Place, nulls: Container[str], *, all_may: bool
) -> tuple[list[str], set[int], str, list[str]]:
    """The words but those that mean a missing value among numbers or dates, the codes of these, and their spelling."""
    missing = {code for code, word in enumerate(words.distinct) if word in nulls}
    if not missing or (len(missing) == len(words.distinct) and not all_may):
        return words.distinct, set(), "", []
    counts = np.bincount(words.codes + 1, minlength=len(words.distinct) + 1)
    spellings = {words.distinct[code]: int(counts[code + 1]) for code in missing}
    if counts[0]:
        spellings[""] = int(counts[0])
    present = [word for code, word in enumerate(words.distinct) if code not in missing]
    return present, missing, max(spellings, key=lambda word: (spellings[word], word)), _uneven(spellings, place)


def _uneven(spellings: Mapping[str, int], place: Place) -> list[str]:
    if len(spellings) == 1:
        word, count = next(iter(spellings.items()))
        return [] if word in QUIET else [place.note(f"{counted(count, 'cell')} hold a word for a missing value")]
    cells = counted(sum(spellings.values()), "cell")
    note = f"missing values are spelt in {len(spellings)} ways ({cells}); they will be written in the commonest"
    return [place.note(note)]


def _as_found(cells: _Cells, ways: Ways) -> Settled:
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


def _doubts(cells: _Cells, reading: NumberReading, ways: Ways) -> tuple[str, ...]:
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


def _but_for_misfits(cells: _Cells, ways: Ways) -> Settled:
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


def _dates(cells: _Cells, counts: Array) -> list[DateReading]:
    """The readings that leave few cells out; any, if none does."""
    readings = dates(cells.present, cells.place.name, counts)
    return [reading for reading in readings if cells.odd(reading).share <= MISFITS] or readings


def _reasons(cells: _Cells, counts: Array) -> tuple[str, ...]:
    """Why a column of what a person would call numbers is text."""
    why = why_no_number(cells.present, counts)
    return (cells.place.note(why if why == COMMAS else f"{why}, so it stays text"),) if why else ()


def _as_numbers(cells: _Cells, wished: ColumnPolicy, *, whole: bool) -> Settled:
    """Numbers because the policy says so; the first value that is none is named by its line, or counts as missing."""
    if (reading := _declared_numbers(cells, None, wished, whole=whole)) is not None:
        return Settled(reading=reading, notes=tuple(map(cells.place.note, reading.doubts)))
    counts = cells_of(cells.present, cells.words)
    if (most := _declared_numbers(cells, counts, wished, whole=whole)) is not None:
        odd = cells.odd(most)
        if is_null_word(odd, has_missing=cells.has_missing):
            return null_word(odd)
        if wished.misfits == "missing":
            outcome = missing(odd)
            return replace(outcome, notes=(*outcome.notes, *map(cells.place.note, most.doubts)))
    elif why_no_number(cells.present, counts) == COMMAS:
        hint = "say  decimal: ','  or, where it marks thousands,  decimal: '.'  or  kind: integer"
        raise cells.place.refuse("a comma may mark decimals or thousands in these numbers", hint)
    wrong = first_wrong(cells.present, whole=whole)
    kind = "an integer" if whole else "a number"
    raise cells.place.refuse(
        f"a value is not {kind} that can be written back unchanged, as the policy asks",
        "mend the value, let such cells count as missing with  misfits: missing,  or declare the column as text",
        None if wrong is None else _row_of(wrong, cells.words),
    )


def _declared_numbers(
    cells: _Cells, counts: Array | None, wished: ColumnPolicy, *, whole: bool
) -> NumberReading | None:
    """Numbers with the declared mark of decimals; whole ones with whichever mark leaves no decimals."""
    ways = [wished.decimal] if wished.decimal else [None, ".", ","] if whole else [None]
    for decimal in ways:
        reading = numbers(cells.present, counts, sure=True, decimal=decimal)
        if reading is not None and not (whole and reading.spelling.decimals):
            if not whole and decimal is None and reading.spelling.thousands == "." and reading.doubts:
                return numbers(cells.present, counts, sure=True, decimal=".")  # who says number may mean decimals
            is_meant = decimal is not None and wished.decimal is None and reading.spelling.thousands in NAMES
            return replace(reading, doubts=(_WHOLE,)) if is_meant else reading
    return None


_WHOLE = "three digits behind a mark are thousands, as the policy says that these are whole numbers"


def _as_dates(cells: _Cells, wished: ColumnPolicy) -> Settled:
    """Dates because the policy says so, under its format or the only one that fits."""
    reading = _declared(cells, wished.format) if wished.format else _only(cells, wished)
    if reading.fits.all():
        return Settled(reading=reading)
    odd = cells.odd(reading)
    if is_null_word(odd, has_missing=cells.has_missing):
        return null_word(odd)
    if wished.misfits == "missing":
        return missing(odd)
    raise cells.place.refuse(
        "a value is no date in the format of the policy",
        "mend the value or the format, or let such cells count as missing with  misfits: missing",
        _row_of(odd.misfits[0], cells.words),
    )


def _only(cells: _Cells, wished: ColumnPolicy) -> DateReading:
    """The only format that fits, to all values or to those that count."""
    present = cells.present
    name = cells.place.name if not present or not present[0].isdigit() else "date"
    readings = dates(present, name)
    if not readings and wished.misfits == "missing" and present:
        readings = dates(present, name, cells_of(present, cells.words))
    if len(readings) != 1:
        what = "day and month could change places" if readings else "no format fits all its values as dates"
        raise cells.place.refuse(what, "give its format in the policy, for instance format: '%d.%m.%Y'")
    return readings[0]


def _declared(cells: _Cells, form: str) -> DateReading:
    if not can_match(form):
        raise cells.place.refuse(
            "the format in the policy cannot be read back",
            "use %Y or %y with %m, %b or %q, %d, %H, %M, %S, %f; for instance '%d.%m.%Y'",
        )
    return under(cells.present, form, cells.place.name)


def _as_times(cells: _Cells, wished: ColumnPolicy, kind: Kind) -> Settled:
    """Times of day or durations because the policy says so."""
    is_duration = kind is Kind.DURATION
    reading = times_as(cells.present, is_duration=is_duration, form=wished.format)
    if reading is None:
        example = "'%H:%M:%S'" if is_duration else "'%H:%M' or '%I:%M %p'"
        what = f"no value is a {kind} in a known format, or in that of the policy"
        raise cells.place.refuse(what, f"its format is such as {example}; kind: text keeps it as it is")
    if reading.fits.all():
        return Settled(reading=reading)
    odd = cells.odd(reading)
    if is_null_word(odd, has_missing=cells.has_missing):
        return null_word(odd)
    if wished.misfits == "missing":
        return missing(odd)
    raise cells.place.refuse(
        f"a value is no {kind}, as the policy asks",
        "mend the value, or let such cells count as missing with  misfits: missing",
        _row_of(odd.misfits[0], cells.words),
    )


def _kind_asked(wished: ColumnPolicy) -> Kind | None:
    """The kind that the policy says, or means by a mark of decimals or a format; one without a year is of times."""
    if wished.kind or wished.decimal:
        return Kind(wished.kind or Kind.NUMBER)
    if wished.format is None:
        return None
    return Kind.DATE if can_match(wished.format) or not can_clock(wished.format) else Kind.TIME


def _unseen(kind: Kind, form: str | None, null: str) -> Spelling:
    """How a column without a value is spelt."""
    match kind:
        case Kind.TIME:
            return Spelling(null=null, clock=form or "%H:%M")
        case Kind.DURATION:
            return Spelling(null=null, duration=form or "%H:%M:%S")
        case _:
            return Spelling(null=null, date_format=form or Spelling().date_format)


def _row_of(word: str, words: Words) -> int:
    return int(np.flatnonzero(words.codes == words.distinct.index(word))[0])


def _column_of(found: Settled, cells: _Cells, null: str) -> tuple[Column, list[str]]:
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


def _respelt(reading: DateReading | TimeReading, cells: _Cells, what: str) -> Iterator[str]:
    """How many cells will be written in another way than they are spelt."""
    if reading.respelt.any():
        how_many = counted(cells.count(reading.respelt), "cell")
        yield f"{how_many} with other spellings of {what} will be written as {reading.format}"


def _completed(reading: DateReading, cells: _Cells) -> Iterator[str]:
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
