"""What a column of words holds: a kind is taken only if every value comes back when it is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from privsynth.dataset import Column, Kind, Role, missing_like
from privsynth.errors import InputError
from privsynth.options import ColumnPolicy
from privsynth.read.dates import Dates, can_read, dates, is_compact, moment, puts_day_first
from privsynth.read.numerals import Numbers, doubt, is_ambiguous, is_number, numbers
from privsynth.read.records import Words
from privsynth.read.refusal import counted, refuse, shown
from privsynth.spelling import Spelling
from privsynth.typing import Array

NULLS = frozenset(
    {
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
    }
)
NULLS |= {"?", "-", "--", ".", "..", "missing", "Missing", "MISSING"}
PAIRS = (
    ("true", "false"),
    ("yes", "no"),
    ("y", "n"),
    ("t", "f"),
    ("on", "off"),
    ("ja", "nein"),
    ("oui", "non"),
    ("si", "no"),
    ("sí", "no"),
    ("sim", "não"),
)
FEW_SHARE, FEW_LEVELS = 0.2, 12


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
    known, missing, spelling, notes = _nulls(words, place) if nulls else (words.known, set[int](), Spelling(), [])
    made: Numbers | Dates | None = None
    match kind:
        case Kind.NUMBER | Kind.INTEGER:
            made = _as_numbers(known, words, place, whole=kind is Kind.INTEGER)
        case Kind.DATE:
            made = _as_dates(known, words, place, wished.format)
        case None:
            made, said = _as_found(known, place, day_first)
            notes = [*(notes if made else ()), *said]
        case _:
            notes = []
    if made is None:
        return _as_text(words, place, kind, [*notes, *(_lone_word(words, place) if kind is None else [])])
    return _stored(made, words, missing, place, spelling, notes)


def _nulls(words: Words, place: Place) -> tuple[list[str], set[int], Spelling, list[str]]:
    """The words that mean a missing value if the rest are numbers or dates, and the commonest spelling of missing."""
    missing = {code for code, word in enumerate(words.known) if word in NULLS}
    if not missing or len(missing) == len(words.known):
        return words.known, set(), Spelling(), []
    counts = np.bincount(words.codes + 1, minlength=len(words.known) + 1)
    spellings = {words.known[code]: int(counts[code + 1]) for code in missing} | (
        {"": int(counts[0])} if counts[0] else {}
    )
    null = max(spellings, key=lambda word: (spellings[word], word))
    notes = []
    if len(spellings) > 1:
        notes.append(
            place.note(
                f"missing values are spelt in {len(spellings)} ways ({counted(sum(spellings.values()), 'cell')}); they will be written in the commonest"
            )
        )
    return [word for code, word in enumerate(words.known) if code not in missing], missing, Spelling(null=null), notes


def _as_found(known: list[str], place: Place, day_first: bool | None) -> tuple[Numbers | Dates | None, list[str]]:
    """Numbers or dates, if all values are, under one reading."""
    found = None if is_compact(known, place.name) else numbers(known)
    if found is not None:
        return found, [place.note(said) for said in doubt(known, found)]
    readings = dates(known, place.name)
    if len(readings) == 1:
        return readings[0], []
    if readings and day_first is not None:
        chosen = next(reading for reading in readings if puts_day_first(reading.format) == day_first)
        return chosen, [
            place.note(f"day and month could change places; read as {chosen.format} like the other dates of the table")
        ]
    if readings:
        return None, [
            place.note("day and month could change places, so it stays text; say which with its format in the policy")
        ]
    if is_ambiguous(known):
        return None, [place.note("a comma may mark decimals or thousands, so it stays text")]
    return numbers(known), []


def _as_numbers(known: list[str], words: Words, place: Place, *, whole: bool) -> Numbers:
    """Numbers because the policy says so; the first value that is none is named by its line."""
    found = numbers(known)
    if found is None or (whole and found.spelling.decimals):
        wrong = next((word for word in known if not is_number(word, whole=whole)), None)
        row = None if wrong is None else _row_of(wrong, words)
        kind = "an integer" if whole else "a number"
        raise place.refuse(
            f"a value is not {kind} that can be written back unchanged, as the policy asks",
            "mend the value, or declare the column as text",
            row,
        )
    return found


def _as_dates(known: list[str], words: Words, place: Place, form: str | None) -> Dates:
    """Dates because the policy says so, under its format or the only one that fits."""
    if form is None:
        readings = dates(known, place.name if not known or not known[0].isdigit() else "date")
        if len(readings) != 1:
            what = "day and month could change places" if readings else "no format fits all its values as dates"
            raise place.refuse(what, "give its format in the policy, for instance format: '%d.%m.%Y'")
        return readings[0]
    if not can_read(form):
        raise place.refuse(
            "the format in the policy cannot be read back",
            "use %Y with %m or %b, %d, %H, %M, %S, %f; for instance '%d.%m.%Y'",
        )
    values = [moment(word, form) for word in known]
    wrong = next((word for word, value in zip(known, values, strict=True) if value is None), None)
    if wrong is not None:
        raise place.refuse(
            "a value is no date in the format of the policy", "mend the value or the format", _row_of(wrong, words)
        )
    return Dates(np.array(values, dtype="datetime64[us]"), form)


def _row_of(word: str, words: Words) -> int:
    return int(np.flatnonzero(words.codes == words.known.index(word))[0])


def _stored(
    made: Numbers | Dates, words: Words, missing: set[int], place: Place, spelling: Spelling, notes: list[str]
) -> Typed:
    """Numbers and dates in place of the words."""
    by_code = np.full(len(words.known) + 1, missing_like(made.values), dtype=made.values.dtype)
    by_code[[code for code in range(len(words.known)) if code not in missing]] = made.values
    if isinstance(made, Dates):
        column = Column(place.name, Kind.DATE, role=Role.PLAIN, spelling=replace(spelling, date_format=made.format))
    else:
        kind = Kind.NUMBER if made.spelling.decimals else Kind.INTEGER
        column = Column(place.name, kind, role=Role.PLAIN, spelling=replace(made.spelling, null=spelling.null))
        notes = (
            [*notes, place.note(f"{counted(made.evened, 'spelling')} with other trailing zeros will be written evenly")]
            if made.evened
            else notes
        )
    return Typed(column, by_code[words.codes], tuple(notes))


def _lone_word(words: Words, place: Place) -> list[str]:
    """Numbers around a single word: perhaps a line of units, a second header or a total."""
    others = list(islice((word for word in words.known if not is_number(word)), 2))
    if len(others) != 1 or len(words.known) < 3 or numbers([word for word in words.known if word != others[0]]) is None:
        return []
    rows = np.flatnonzero(words.codes == words.known.index(others[0]))
    if len(rows) > 1:
        return []
    return [
        place.note(
            f"only the value in line {place.line_of(int(rows[0]))} is no number, so it stays text; is that line another header, units or a total?"
        )
    ]


def _as_text(words: Words, place: Place, kind: Kind | None, notes: list[str]) -> Typed:
    """Text as it stands; an empty cell is missing."""
    if kind is Kind.BOOLEAN and len(words.known) > 2:
        raise place.refuse(
            "a value is the third of a column declared as boolean",
            "declare it as category",
            int(np.flatnonzero(words.codes == 2)[0]),
        )
    if not words.known and kind is None:
        kind = Kind.CATEGORY
    by_code = np.array([*words.known, None], dtype=object)
    return Typed(Column(place.name, kind or text_kind(words)), by_code[words.codes], tuple(notes))


def text_kind(words: Words) -> Kind:
    """Two levels that say yes and no; few levels; or text."""
    folded = sorted(word.casefold() for word in words.known[:2])
    if len(words.known) == 2 and any(sorted(pair) == folded for pair in PAIRS):
        return Kind.BOOLEAN
    rows = int((words.codes >= 0).sum())
    few = len(words.known) <= FEW_SHARE * rows or (len(words.known) <= FEW_LEVELS and len(words.known) <= rows / 2)
    return Kind.CATEGORY if few else Kind.TEXT


def day_first(columns: list[Typed]) -> bool | None:
    """Whether the decided dates of a table put the day before the month; None if they do not tell, or disagree."""
    forms = [c.column.spelling.date_format for c in columns if c.column.kind is Kind.DATE]
    said = {puts_day_first(form) for form in forms if re.match(r"%-?[dm][/-]", form)}
    return said.pop() if len(said) == 1 else None
