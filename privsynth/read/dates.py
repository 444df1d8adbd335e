"""Words as dates, under one format that gives every word back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from privsynth.spelling.months import MONTHS
from privsynth.typing import Array

SHORT = tuple(month[:3] for month in MONTHS)
PARTS = {
    "%Y": r"(?P<Y>\d{4})",
    "%m": r"(?P<m>0[1-9]|1[0-2])",
    "%d": r"(?P<d>0[1-9]|[12]\d|3[01])",
    "%-m": r"(?P<m>[1-9]|1[0-2])",
    "%-d": r"(?P<d>[1-9]|[12]\d|3[01])",
    "%b": rf"(?P<b>{'|'.join(SHORT)})",
    "%B": rf"(?P<b>{'|'.join(MONTHS)})",
    "%H": r"(?P<H>[01]\d|2[0-3])",
    "%-H": r"(?P<H>1?\d|2[0-3])",
    "%I": r"(?P<I>0[1-9]|1[0-2])",
    "%-I": r"(?P<I>[1-9]|1[0-2])",
    "%M": r"(?P<M>[0-5]\d)",
    "%S": r"(?P<S>[0-5]\d)",
    "%f": r"(?P<f>\d{6})",
    "%p": r"(?P<p>AM|PM)",
    "%%": "%",
}
DAYS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%-d.%-m.%Y",
    "%d %b %Y",
    "%-d %b %Y",
    "%d-%b-%Y",
    "%-d-%b-%Y",
    "%d %B %Y",
    "%-d %B %Y",
)
MORE_DAYS = (
    "%b %d, %Y",
    "%b %-d, %Y",
    "%B %d, %Y",
    "%B %-d, %Y",
    "%d. %B %Y",
    "%-d. %B %Y",
    "%Y-%m",
    "%Y-%-m-%-d",
    "%Y/%-m/%-d",
)
PAIRS = (("%d/%m/%Y", "%m/%d/%Y"), ("%-d/%-m/%Y", "%-m/%-d/%Y"), ("%d-%m-%Y", "%m-%d-%Y"), ("%-d-%-m-%Y", "%-m-%-d-%Y"))
TIMES = (
    "",
    " %H:%M",
    " %H:%M:%S",
    "T%H:%M:%S",
    " %H:%M:%S.%f",
    "T%H:%M:%S.%f",
    "T%H:%M",
    " %-H:%M",
    " %-H:%M:%S",
    " %I:%M %p",
    " %-I:%M %p",
    " %I:%M:%S %p",
    " %-I:%M:%S %p",
)
COMPACT = ("%Y%m%d", "%Y%m%d%H%M%S")  # these are integers unless the column's name speaks of dates
DATE_WORDS = re.compile(
    r"(?i)(^|[^a-z])(date|datum|data|fecha|dato|day|dob|birth(day)?|born|geboren|naissance|nascimento|since|until|dt|jour)($|[^a-z])|date$|datum$"
)


@dataclass(frozen=True, eq=False)
class DateReading:
    """The moment behind each word (datetime64[us]) and the format that spells them."""

    values: Array
    format: str
    fits: Array  # by word; the others, misfits, are NaT


def dates(words: list[str], name: str, cells: Array | None = None) -> list[DateReading]:
    """Every reading of the words as dates: none, one, or two where day and month could change places.

    With `cells`, how often each word stands in the column, the formats that fit most of them.
    """
    if cells is not None:
        return _most(words, name, cells)
    if not words or not 6 <= len(words[0]) <= 40 or not any(c.isdigit() for c in words[0]):
        return []
    readings = []
    for form in _candidates(words, name):
        values = under(words, form)
        if values is not None:
            readings.append(DateReading(values, form, ~np.isnat(values)))
        if len(readings) == 2:
            break
    return readings[:1] if len(readings) == 2 and (readings[0].values == readings[1].values).all() else readings


def _most(words: list[str], name: str, cells: Array) -> list[DateReading]:
    """The readings of the words that look most like the commonest one; a word of another look is a misfit."""
    looks = np.array([re.sub("[0-9]", "9", word) for word in words])
    alike = looks == looks[int(cells.argmax())]
    some = dates([words[at] for at in np.flatnonzero(alike)], name)
    return [_spread(reading, alike) for reading in some]


def _spread(reading: DateReading, fits: Array) -> DateReading:
    values = np.full(len(fits), np.datetime64("NaT"), dtype="datetime64[us]")
    values[fits] = reading.values
    return DateReading(values, reading.format, fits)


def _candidates(words: list[str], name: str) -> list[str]:
    """The formats that fit the first words, so that only few are tried on all."""
    days = (*DAYS, *MORE_DAYS, *(form for pair in PAIRS for form in pair))
    forms = (
        [day + time for day in days for time in TIMES]
        if not words[0].isdigit()
        else list(COMPACT)
        if is_compact(words, name)
        else []
    )
    return [form for form in forms if all(_pattern(form).fullmatch(word) for word in words[:20])]


def is_compact(words: list[str], name: str) -> bool:
    """Digits alone that the name of the column calls dates."""
    return bool(words) and words[0].isdigit() and bool(DATE_WORDS.search(_split(name)))


def _split(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).replace("_", " ")


_PATTERNS: dict[str, re.Pattern[str]] = {}


def _pattern(form: str) -> re.Pattern[str]:
    """A pattern of what strftime would write, and no more. KeyError for a directive that cannot be read back."""
    if form not in _PATTERNS:
        pieces = re.findall(r"%-?.|[^%]+|%", form)
        _PATTERNS[form] = re.compile(
            "".join(PARTS[piece] if piece.startswith("%") else re.escape(piece) for piece in pieces), re.ASCII
        )
    return _PATTERNS[form]


def puts_day_first(form: str) -> bool:
    return form.startswith(("%d", "%-d"))


def can_read(form: str) -> bool:
    """Whether a format names a day, once each, with directives that can be read back."""
    try:
        parts = _pattern(form).groupindex
    except (KeyError, re.error):
        return False
    return "Y" in parts and ("m" in parts or "b" in parts) and (("I" in parts) == ("p" in parts))


def under(words: list[str], form: str) -> Array | None:
    """The moments of all words under one format; None if a single word does not fit."""
    pattern = _pattern(form)
    moments = []
    for word in words:
        match = pattern.fullmatch(word)
        value = None if match is None else _moment(match.groupdict())
        if value is None:
            return None
        moments.append(value)
    return np.array(moments, dtype="datetime64[us]")


def moment(word: str, form: str) -> datetime | None:
    """The moment that the word spells, or None."""
    match = _pattern(form).fullmatch(word)
    return None if match is None else _moment(match.groupdict())


def _moment(part: dict[str, str]) -> datetime | None:
    """Files say no zone, and nor do we. The 30th of February is no moment."""
    month = SHORT.index(part["b"][:3]) + 1 if "b" in part else int(part["m"])
    hour = int(part.get("H", 0)) if "I" not in part else int(part["I"]) % 12 + (12 if part.get("p") == "PM" else 0)
    second = (int(part.get("M", 0)), int(part.get("S", 0)), int(part.get("f", 0)))
    try:
        return datetime(int(part["Y"]), month, int(part.get("d", 1)), hour, *second)  # noqa: DTZ001
    except ValueError:
        return None
