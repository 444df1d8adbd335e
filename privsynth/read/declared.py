"""A column whose kind the policy says: read so, or refused with the line of the first value that cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from privsynth.dataset import Kind
from privsynth.options import ColumnPolicy
from privsynth.read.cells import ColumnCells
from privsynth.read.dates import DateReading, dates, under
from privsynth.read.misfits import Reading, Settled, cells_of, is_null_word, missing, null_word
from privsynth.read.numerals import COMMAS, NAMES, NumberReading, first_wrong, numbers, why_no_number
from privsynth.read.records import Words
from privsynth.read.times import times_as
from privsynth.spelling import Spelling
from privsynth.spelling.fields import can_clock, can_match
from privsynth.typing import Array


def declared_numbers(cells: ColumnCells, wished: ColumnPolicy, *, whole: bool) -> Settled:
    """Numbers because the policy says so; the first value that is none is named by its line, or counts as missing."""
    if (reading := _under_the_mark(cells, None, wished, whole=whole)) is not None:
        return Settled(reading=reading, notes=tuple(map(cells.place.note, reading.doubts)))
    counts = cells_of(cells.present, cells.words)
    if (most := _under_the_mark(cells, counts, wished, whole=whole)) is not None:
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


def _under_the_mark(
    cells: ColumnCells, counts: Array | None, wished: ColumnPolicy, *, whole: bool
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


def declared_dates(cells: ColumnCells, wished: ColumnPolicy) -> Settled:
    """Dates because the policy says so, under its format or the only one that fits."""
    reading = _declared(cells, wished.format) if wished.format else _only(cells, wished)
    return _settled(cells, reading, wished, "a value is no date in the format of the policy")


def _settled(cells: ColumnCells, reading: Reading, wished: ColumnPolicy, wrong: str) -> Settled:
    """The reading, if what does not fit may be missing; else the first value that does not is named by its line."""
    if reading.fits.all():
        return Settled(reading=reading)
    odd = cells.odd(reading)
    if is_null_word(odd, has_missing=cells.has_missing):
        return null_word(odd)
    if wished.misfits == "missing":
        return missing(odd)
    hint = "mend the value or the format, or let such cells count as missing with  misfits: missing"
    raise cells.place.refuse(wrong, hint, _row_of(odd.misfits[0], cells.words))


def _only(cells: ColumnCells, wished: ColumnPolicy) -> DateReading:
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


def _declared(cells: ColumnCells, form: str) -> DateReading:
    if not can_match(form):
        raise cells.place.refuse(
            "the format in the policy cannot be read back",
            "use %Y or %y with %m, %b or %q, %d, %H, %M, %S, %f; for instance '%d.%m.%Y'",
        )
    return under(cells.present, form, cells.place.name)


def declared_times(cells: ColumnCells, wished: ColumnPolicy, kind: Kind) -> Settled:
    """Times of day or durations because the policy says so."""
    is_duration = kind is Kind.DURATION
    reading = times_as(cells.present, is_duration=is_duration, form=wished.format)
    if reading is None:
        example = "'%H:%M:%S'" if is_duration else "'%H:%M' or '%I:%M %p'"
        what = f"no value is a {kind} in a known format, or in that of the policy"
        raise cells.place.refuse(what, f"its format is such as {example}; kind: text keeps it as it is")
    return _settled(cells, reading, wished, f"a value is no {kind}, as the policy asks")


def kind_asked(wished: ColumnPolicy) -> Kind | None:
    """The kind that the policy says, or means by a mark of decimals or a format; one without a year is of times."""
    if wished.kind or wished.decimal:
        return Kind(wished.kind or Kind.NUMBER)
    if wished.format is None:
        return None
    return Kind.DATE if can_match(wished.format) or not can_clock(wished.format) else Kind.TIME


def unseen(kind: Kind, form: str | None, null: str) -> Spelling:
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
