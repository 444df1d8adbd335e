"""A column of numbers or dates but for a few cells: what these are taken for, and what a person should know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from privsynth.read.dates import DateReading
from privsynth.read.dressed import have_looks
from privsynth.read.numerals import SAFE_DIGITS, NumberReading
from privsynth.read.place import Place
from privsynth.read.records import Words
from privsynth.read.refusal import counted
from privsynth.read.times import TimeReading
from privsynth.typing import Array

MISFITS = 0.01  # so many of the cells may be neither numbers nor dates, and count as missing
NEAR = 0.1  # where no more than so many are, a person may want to know why the column stays text
COMMON = 20  # a word in fewer cells could be somebody's: the largest k_rare of any profile
LEVELS = 3  # fewer numbers beside a word are levels, as the word is
INFINITE = ("inf", "infinity", "\u221e")  # nobody's, in however few cells
THROUGHOUT = 0.95  # so many words with a comma and three digits behind it may all be thousands
_TWIN = re.compile(r"-?[1-9][0-9]{0,2},[0-9]{3}")
GROUPED = 9  # letters: seven digits and two blanks
SHOWN = 3  # so many lines are named in a note
CODE = re.compile(rf"0[0-9]+|[0-9]{{{SAFE_DIGITS + 1},}}")
# Names of columns whose numbers name something: a reference to a key must not be lost, either.
NAMES = re.compile(
    r"(?i:(^|[^a-z])(id|key|code|nr|sku|zip|zipcode|postcode|plz|isbn|ean))$|[a-z](Id|ID|Key|Code|Nr|No)$"
)

Reading = NumberReading | DateReading | TimeReading


@dataclass(frozen=True, eq=False, kw_only=True)
class Settled:
    """The reading if the column takes it, the word for a missing value if there is one, and notes either way."""

    reading: Reading | None = None
    null: str | None = None
    misfits: int = 0  # cells that count as missing because they do not fit
    notes: tuple[str, ...] = ()
    is_open: bool = False  # whether the other columns of the table may settle it


@dataclass(frozen=True, eq=False, kw_only=True)
class Odd:
    """The words of a column that its reading leaves out."""

    reading: Reading
    present: list[str]
    words: Words
    place: Place

    @cached_property
    def cells(self) -> Array:
        return cells_of(self.present, self.words)

    @cached_property
    def misfits(self) -> list[str]:
        return [word for word, fits in zip(self.present, self.reading.fits, strict=True) if not fits]

    @cached_property
    def count(self) -> int:
        return int(self.cells[~self.reading.fits].sum())

    @property
    def share(self) -> float:
        return self.count / int(self.cells.sum())

    @property
    def what(self) -> str:
        if isinstance(self.reading, NumberReading):
            return "number"
        return "date" if isinstance(self.reading, DateReading) else self.reading.kind.value

    @cached_property
    def rows(self) -> Array:
        odd = set(self.misfits)
        return np.flatnonzero(
            np.isin(self.words.codes, [c for c, word in enumerate(self.words.distinct) if word in odd])
        )

    def note(self, text: str) -> str:
        return self.place.note(text)


def cells_of(present: list[str], words: Words) -> Array:
    """How often each of the words stands in the column."""
    counts = np.bincount(words.codes[words.codes >= 0], minlength=len(words.distinct))
    if len(present) == len(words.distinct):
        return counts
    kept = set(present)
    return counts[[word in kept for word in words.distinct]]


def settled(odd: Odd, *, has_missing: bool) -> Settled:
    """Whether a column that nobody declared takes the kind, and what its misfits are then."""
    if odd.share > MISFITS and len(odd.misfits) > 1:
        return _text(odd, "")
    if isinstance(odd.reading, NumberReading) and (why := _codes(odd)):
        return _text(odd, why, "codes would be lost as numbers")
    return missing(odd) if odd.share <= MISFITS else _one_word(odd, has_missing=has_missing)


def missing(odd: Odd) -> Settled:
    """The misfits count as missing: how many, where, and what keeps them."""
    one = odd.count == 1
    note = (
        f"{counted(odd.count, 'cell')} of {len(odd.words.codes):,} ({_lines(odd)}) "
        f"{'is' if one else 'are'} no {odd.what} and {'counts' if one else 'count'} as missing; "
        f"kind: text in the policy keeps {'it' if one else 'them'}"
    )
    return Settled(reading=odd.reading, misfits=odd.count, notes=(odd.note(note),))


def null_word(odd: Odd) -> Settled:
    """The one word among numbers or dates is how missing values are spelt; nothing is lost."""
    note = (
        f"{counted(odd.count, 'cell')} of {len(odd.words.codes):,} ({_lines(odd)}) hold the one word that is no "
        f"{odd.what}: it is taken for the spelling of a missing value and written back as it is"
    )
    return Settled(reading=odd.reading, null=odd.misfits[0], notes=(odd.note(note),))


def is_null_word(odd: Odd, *, has_missing: bool) -> bool:
    """Whether the misfits are one word that many cells share, and the only spelling of a missing value."""
    if len(odd.misfits) != 1 or has_missing or int(odd.reading.fits.sum()) < LEVELS:
        return False
    if odd.misfits[0].casefold() in INFINITE:
        return True
    if odd.count < COMMON:
        return False
    is_number = isinstance(odd.reading, NumberReading) and have_looks(odd.misfits).any()
    return not is_number and odd.misfits[0][0] not in "=+-@"


def _one_word(odd: Odd, *, has_missing: bool) -> Settled:
    if is_null_word(odd, has_missing=has_missing):
        return null_word(odd)
    if odd.count == 1:
        question = "is that line another header, units or a total?"
        return _text(odd, f"only the value in line {odd.place.line_of(int(odd.rows[0]))} is no {odd.what}", question)
    if has_missing and odd.count >= COMMON:
        why = (
            f"{counted(odd.count, 'cell')} ({_lines(odd)}) hold the one word that is no {odd.what}, and as a second "
            f"spelling of missing, beside {_without_value(odd)}, it would be lost"
        )
        return _text(odd, why)
    if int(odd.reading.fits.sum()) < LEVELS:
        return Settled()
    return _text(odd, f"{counted(odd.count, 'cell')} ({_lines(odd)}) hold the one word that is no {odd.what}")


def _without_value(odd: Odd) -> str:
    """The cells of the column that are missing by themselves."""
    empty = int((odd.words.codes < 0).sum())
    told = len(odd.words.codes) - empty - int(odd.cells.sum())
    ways = [
        counted(empty, "empty cell") if empty else "",
        f"{counted(told, 'cell')} with a word for it" if told else "",
    ]
    return " and ".join(filter(None, ways))


def _codes(odd: Odd) -> str:
    """Why whole numbers are rather codes, if they are: what does not fit would be lost."""
    codes = [word for word in odd.misfits if CODE.fullmatch(word)]
    if codes:
        return "some values are digits that begin with a zero, or more than a number keeps, as codes are"
    spelling = odd.reading.spelling if isinstance(odd.reading, NumberReading) else None
    is_plain = spelling is not None and not spelling.decimals and not spelling.thousands and spelling.style is None
    if not is_plain or odd.share > MISFITS or not any(c.isdigit() for word in odd.misfits for c in word):
        return ""
    if int(odd.cells.max()) == 1:
        return "its values all differ and not all are whole numbers, as keys do"
    return "its name is one of codes, and not all are whole numbers" if NAMES.search(odd.place.name) else ""


def are_nearly_thousands(words: list[str], reading: NumberReading) -> bool:
    """Commas before three digits nearly throughout: of numbers with decimals one in ten would end in a zero less."""
    if reading.spelling.decimal_mark != "," or reading.spelling.thousands or len(words) < COMMON:
        return False
    twins = sum(_TWIN.fullmatch(word) is not None for word in words)
    return THROUGHOUT * len(words) <= twins < len(words)


def are_grouped_codes(words: list[str], reading: NumberReading) -> bool:
    """Many digits in groups, as many in every word: telephones are written so, and amounts are not all as long."""
    lengths = {len(word) for word in words}
    is_grouped = reading.spelling.thousands in (" ", "\u00a0", "\u202f") and not reading.spelling.decimals
    return is_grouped and len(words) >= COMMON and len(lengths) == 1 and lengths.pop() >= GROUPED


def _text(odd: Odd, why: str, hint: str = "") -> Settled:
    """Not taken; said where a person would wonder: not of codes, some of which are digits alone."""
    if not why and (odd.share > NEAR or NAMES.search(odd.place.name)):
        return Settled()
    why = why or f"{counted(odd.count, 'cell')} of {len(odd.words.codes):,} ({_lines(odd)}) hold no {odd.what}"
    hint = hint or f"kind: {odd.what} with misfits: missing in the policy takes it, and these count as missing"
    return Settled(notes=(odd.note(f"{why}, so it stays text; {hint}"),))


def _lines(odd: Odd) -> str:
    lines = [odd.place.line_of(int(row)) for row in odd.rows[:SHOWN]]
    shown = ", ".join(str(line) for line in lines)
    return f"line {shown}" if len(odd.rows) == 1 else f"lines {shown}{', ...' if len(odd.rows) > SHOWN else ''}"
