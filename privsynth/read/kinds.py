"""What a column of words holds: a kind is taken only if every value comes back when it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from privsynth.dataset import Column, Kind, missing_like
from privsynth.errors import InputError
from privsynth.options import ColumnPolicy
from privsynth.read.dates import DateReading, dates, has_order, is_compact, puts_day_first, under
from privsynth.read.numerals import NumberReading, doubt, is_ambiguous, is_number, numbers
from privsynth.read.records import Words
from privsynth.read.refusal import counted, refuse, shown
from privsynth.spelling import Spelling
from privsynth.spelling.fields import can_match
from privsynth.typing import Array

NULLS = frozenset(
    [
        "NA",
        "N/A",
        "n/a",
        "na",
        "#N/A",
        "NULL",
        "null",
        "Null",
        "NaN",
        "nan",
        "NAN",
        "NaT",
        "None",
        "none",
        "NONE",
        "nil",
        "\\N",
        "<NA>",
        "(null)",
        "?",
        "-",
        "--",
        ".",
        "..",
        "missing",
        "Missing",
        "MISSING",
    ]
)
PAIRS = tuple(
    tuple(pair.split("/"))
    for pair in ["true/false", "yes/no", "y/n", "t/f", "on/off", "ja/nein", "oui/non", "si/no", "sí/no", "sim/não"]
)
FEW_SHARE, FEW_LEVELS = 0.2, 12
SHOWN = 3  # so many lines are named in a note
MISFITS = 0.01  # so many of the cells may be no number or no date in a column of these


@dataclass(frozen=True, eq=False)
class Typed:
    """A column in its storage type, and what a person should know about the reading."""

    column: Column
    values: Array
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where a column stands, for messages."""

    file: str
    name: str
    line_of: Callable[[int], int | None]

    def refuse(self, what: str, hint: str, row: int | None = None) -> InputError:
        line = None if row is None else self.line_of(row)
        return refuse(self.file, f"column {shown(self.name)}: {what}", hint, line=line, column=self.name)

    def note(self, what: str) -> str:
        return f"{self.file}: column {shown(self.name)}: {what}"


def typed(
    words: Words, place: Place, wish: ColumnPolicy | None = None, *, day_first: bool | None = None, nulls: bool = True
) -> Typed:
    """The column as the policy wishes it, or as its values allow."""
    wished = wish or ColumnPolicy()
    kind = Kind(wished.kind) if wished.kind else Kind.DATE if wished.format else None
    present, missing, null, notes = _nulls(words, place) if nulls else (words.distinct, set[int](), "", list[str]())
    reading: NumberReading | DateReading | None = None
    match kind:
        case Kind.NUMBER | Kind.INTEGER:
            reading = _as_numbers(present, words, place, whole=kind is Kind.INTEGER)
        case Kind.DATE:
            reading = _as_dates(present, words, place, wished.format)
        case None:
            reading, doubts = _as_found(present, place, day_first)
            if reading is None and not doubts:
                reading, doubts = _but_for_misfits(present, words, place, day_first)
            notes = [*(notes if reading else ()), *doubts]
        case _:
            notes = []
    if reading is None:
        return _as_text(words, place, kind, [*notes, *(_lone_word(words, place) if kind is None else [])])
    column, more = _column_of(reading, place, null)
    by_code = np.full(len(words.distinct) + 1, missing_like(reading.values), dtype=reading.values.dtype)
    by_code[[code for code in range(len(words.distinct)) if code not in missing]] = reading.values
    return Typed(column, by_code[words.codes], (*notes, *more))


def _nulls(words: Words, place: Place) -> tuple[list[str], set[int], str, list[str]]:
    """The words but those that mean a missing value among numbers or dates, the codes of these, and their spelling."""
    missing = {code for code, word in enumerate(words.distinct) if word in NULLS}
    if not missing or len(missing) == len(words.distinct):
        return words.distinct, set(), "", []
    counts = np.bincount(words.codes + 1, minlength=len(words.distinct) + 1)
    spellings = {words.distinct[code]: int(counts[code + 1]) for code in missing}
    if counts[0]:
        spellings[""] = int(counts[0])
    present = [word for code, word in enumerate(words.distinct) if code not in missing]
    return present, missing, max(spellings, key=lambda word: (spellings[word], word)), _uneven(spellings, place)


def _uneven(spellings: Mapping[str, int], place: Place) -> list[str]:
    if len(spellings) == 1:
        return []
    cells = counted(sum(spellings.values()), "cell")
    note = f"missing values are spelt in {len(spellings)} ways ({cells}); they will be written in the commonest"
    return [place.note(note)]


def _as_found(
    present: list[str], place: Place, day_first: bool | None
) -> tuple[NumberReading | DateReading | None, list[str]]:
    """Numbers or dates, if all values are, under one reading."""
    reading = None if is_compact(present, place.name) else numbers(present)
    if reading is not None:
        return reading, [place.note(lost) for lost in doubt(present, reading)]
    readings = dates(present, place.name)
    if readings:
        return _day_or_month(readings, place, day_first)
    if is_ambiguous(present):
        return None, [place.note("a comma may mark decimals or thousands, so it stays text")]
    return numbers(present), []


def _day_or_month(
    readings: list[DateReading], place: Place, day_first: bool | None
) -> tuple[DateReading | None, list[str]]:
    """The only reading, or the one that has the order of the other dates; what settles it where neither is given."""
    if len(readings) == 1:
        return readings[0], []
    chosen = [reading for reading in readings if day_first is not None and puts_day_first(reading.format) == day_first]
    if chosen:
        said = f"day and month could change places; read as {chosen[0].format} like the other dates of the table"
        return chosen[0], [place.note(said)]
    ways = " or ".join(f"format: '{reading.format}'" for reading in readings)
    return None, [place.note(f"day and month could change places, so it stays text; {ways} in the policy settles it")]


def _but_for_misfits(
    present: list[str], words: Words, place: Place, day_first: bool | None
) -> tuple[NumberReading | DateReading | None, list[str]]:
    """Numbers or dates although a few cells are neither: these are missing values then."""
    if not present:
        return None, []
    cells = _cells(present, words)
    reading = numbers(present, cells)
    if reading is not None:
        return (reading, [_misfits(reading, present, words, place)]) if _are_few(reading, cells) else (None, [])
    readings = [dated for dated in dates(present, place.name, cells) if _are_few(dated, cells)]
    if not readings:
        return None, []
    chosen, doubts = _day_or_month(readings, place, day_first)
    return chosen, [*doubts, *([_misfits(chosen, present, words, place)] if chosen else [])]


def _are_few(reading: NumberReading | DateReading, cells: Array) -> bool:
    return bool(cells[~reading.fits].sum() <= MISFITS * cells.sum())


def _cells(present: list[str], words: Words) -> Array:
    """How often each of the words stands in the column."""
    counts = np.bincount(words.codes[words.codes >= 0], minlength=len(words.distinct))
    if len(present) == len(words.distinct):
        return counts
    kept = set(present)
    return counts[[word in kept for word in words.distinct]]


def _misfits(reading: NumberReading | DateReading, present: list[str], words: Words, place: Place) -> str:
    """How many cells do not fit, where the first of them stand, and what keeps them."""
    odd = {word for word, fits in zip(present, reading.fits, strict=True) if not fits}
    codes = [code for code, word in enumerate(words.distinct) if word in odd]
    rows = np.flatnonzero(np.isin(words.codes, codes))
    lines = ", ".join(str(place.line_of(int(row))) for row in rows[:SHOWN])
    what = "number" if isinstance(reading, NumberReading) else "date"
    more = ", ..." if len(rows) > SHOWN else ""
    return place.note(
        f"{counted(len(rows), 'cell')} of {len(words.codes):,} ({'line' if len(rows) == 1 else 'lines'} {lines}{more}) "
        f"hold no {what} and count as missing; kind: text in the policy keeps them"
    )


def _as_numbers(present: list[str], words: Words, place: Place, *, whole: bool) -> NumberReading:
    """Numbers because the policy says so; the first value that is none is named by its line."""
    reading = numbers(present)
    if reading is None or (whole and reading.spelling.decimals):
        wrong = next((word for word in present if not is_number(word, whole=whole)), None)
        row = None if wrong is None else _row_of(wrong, words)
        kind = "an integer" if whole else "a number"
        raise place.refuse(
            f"a value is not {kind} that can be written back unchanged, as the policy asks",
            "mend the value, or declare the column as text",
            row,
        )
    return reading


def _as_dates(present: list[str], words: Words, place: Place, form: str | None) -> DateReading:
    """Dates because the policy says so, under its format or the only one that fits."""
    if form is None:
        readings = dates(present, place.name if not present or not present[0].isdigit() else "date")
        if len(readings) != 1:
            what = "day and month could change places" if readings else "no format fits all its values as dates"
            raise place.refuse(what, "give its format in the policy, for instance format: '%d.%m.%Y'")
        return readings[0]
    if not can_match(form):
        raise place.refuse(
            "the format in the policy cannot be read back",
            "use %Y or %y with %m, %b or %q, %d, %H, %M, %S, %f; for instance '%d.%m.%Y'",
        )
    reading = under(present, form, place.name)
    if not reading.fits.all():
        raise place.refuse(
            "a value is no date in the format of the policy",
            "mend the value or the format",
            _row_of(present[int(reading.fits.argmin())], words),
        )
    return reading


def _row_of(word: str, words: Words) -> int:
    return int(np.flatnonzero(words.codes == words.distinct.index(word))[0])


def _column_of(reading: NumberReading | DateReading, place: Place, null: str) -> tuple[Column, list[str]]:
    if isinstance(reading, DateReading):
        return _date_column(reading, place, null)
    kind = Kind.NUMBER if reading.spelling.decimals else Kind.INTEGER
    uneven = f"{counted(reading.evened, 'spelling')} with other trailing zeros will be written evenly"
    notes = [place.note(uneven)] if reading.evened else []
    return Column(place.name, kind, spelling=replace(reading.spelling, null=null)), notes


def _date_column(reading: DateReading, place: Place, null: str) -> tuple[Column, list[str]]:
    spelling = Spelling(date_format=reading.format, names=reading.names, null=null)
    uneven = int(reading.respelt.sum())
    notes = [f"{counted(uneven, 'spelling')} of dates will be written as {reading.format}"] if uneven else []
    return Column(place.name, Kind.DATE, spelling=spelling), [place.note(note) for note in (*notes, *reading.notes)]


def _lone_word(words: Words, place: Place) -> list[str]:
    """Numbers around a single word: perhaps a line of units, a second header or a total."""
    others = list(islice((word for word in words.distinct if not is_number(word)), 2))
    if (
        len(others) != 1
        or len(words.distinct) < 3
        or numbers([word for word in words.distinct if word != others[0]]) is None
    ):
        return []
    rows = np.flatnonzero(words.codes == words.distinct.index(others[0]))
    if len(rows) > 1:
        return []
    line = place.line_of(int(rows[0]))
    question = "is that line another header, units or a total?"
    return [place.note(f"only the value in line {line} is no number, so it stays text; {question}")]


def _as_text(words: Words, place: Place, kind: Kind | None, notes: list[str]) -> Typed:
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
    return Typed(Column(place.name, kind or text_kind(words)), by_code[words.codes], tuple(notes))


def text_kind(words: Words) -> Kind:
    """Two levels that say yes and no; few levels; or text."""
    folded = sorted(word.casefold() for word in words.distinct[:2])
    if len(words.distinct) == 2 and any(sorted(pair) == folded for pair in PAIRS):
        return Kind.BOOLEAN
    rows = int((words.codes >= 0).sum())
    few = len(words.distinct) <= FEW_SHARE * rows or (
        len(words.distinct) <= FEW_LEVELS and len(words.distinct) <= rows / 2
    )
    return Kind.CATEGORY if few else Kind.TEXT


def day_first(columns: list[Typed]) -> bool | None:
    """Whether the decided dates of a table put the day before the month; None if they do not tell, or disagree."""
    forms = [c.column.spelling.date_format for c in columns if c.column.kind is Kind.DATE]
    orders = {puts_day_first(form) for form in forms if has_order(form)}
    return orders.pop() if len(orders) == 1 else None
