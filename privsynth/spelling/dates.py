"""How dates are written: a format as strftime knows it, with a few directives of our own, and the names in it.

Beside those of strftime (%Y %y %m %d %b %B %a %A %H %I %M %S %f %p %G %V %u; `%-d` without padding, `%e` padded with a
space) there are:

    %q                  the quarter, 1 to 4
    %o                  after a day its English ending: st, nd, rd, th
    %1f ... %9f         so many digits of the second's fraction (%f: six)
    %.f  %.3f           a point and six (three) digits, where the fraction is not zero, as pandas and isoformat write
    %-.f                a point and as many digits as are needed, where the fraction is not zero
    %z  %:z  %#z        the zone: +0000, +00:00 or +00, for moments are kept in UTC
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.keeping import kept
from privsynth.spelling.months import MONTH_TABLES, WEEKDAY_TABLES
from privsynth.typing import Array

PIECES = re.compile(r"%(?:-\.|\.\d?|[-:#]|\d)?[A-Za-z%]|[^%]+|%")
TIMED = re.compile(r"%-?[HIklMS]|%[TRcXrs]")
CASES: dict[str, Callable[[str], str]] = {"title": str.title, "lower": str.lower, "upper": str.upper}
_UNITS = (
    ("us", re.compile(r"%(?:\d?|-?\.\d?)f|%s")),
    ("s", re.compile(r"%-?S|%[TcXrs]")),
    ("m", re.compile(r"%-?M|%R")),
    ("h", re.compile(r"%-?[HIkl]")),
    ("D", re.compile(r"%-?[djexDFuwaA]")),
    ("W", re.compile(r"%-?[VUW]")),
    ("M", re.compile(r"%-?m|%[bBh]")),
    ("Q", re.compile(r"%q")),
)


@kept(version=1)
@dataclass(frozen=True)
class Names:
    """Which words a column uses for months, weekdays and the halves of a day."""

    months: str = ""  # a table of months.py; none: English, full or short as the format says
    weekdays: str = ""
    case: str = "title"
    _: KW_ONLY
    half: str = "AM"  # how the morning is written

    def month_words(self, *, full: bool) -> list[str]:
        return [CASES[self.case](word) for word in MONTH_TABLES[self.months or ("en" if full else "en short")]]

    def weekday_words(self, *, full: bool) -> list[str]:
        return [CASES[self.case](word) for word in WEEKDAY_TABLES[self.weekdays or ("en" if full else "en short")]]

    @property
    def halves(self) -> list[str]:
        return [self.half, self.half.replace("A", "P").replace("a", "p")]


def unit_of(form: str) -> str:
    """The finest part that a format writes: us, s, m, h, D, W, M, Q or Y."""
    return next((unit for unit, directive in _UNITS if directive.search(form)), "Y")


def has_time(form: str) -> bool:
    return bool(TIMED.search(form))


def spelt(moments: Array, form: str, names: Names) -> Array:
    """The text of each moment (none is missing), a whole column at a time."""
    if not len(moments):
        return np.empty(0, dtype=object)
    calendar = Calendar(moments.astype("datetime64[us]"))
    pieces = [_piece(piece, calendar, names) for piece in PIECES.findall(form)]
    texts = pc.binary_join_element_wise(*pieces, "") if len(pieces) > 1 else pieces[0]
    if isinstance(texts, pa.Scalar):
        return np.full(len(moments), texts.as_py(), dtype=object)
    words: Array = texts.to_numpy(zero_copy_only=False)
    return words


class Calendar:
    """The parts of moments, as whole numbers, each worked out when it is asked for."""

    def __init__(self, moments: Array) -> None:
        self.moments = moments
        self.days = moments.astype("datetime64[D]")
        self.months = moments.astype("datetime64[M]")
        clock = (moments - self.days).astype(np.int64)
        self.hour, self.minute = clock // 3_600_000_000, clock // 60_000_000 % 60
        self.second, self.micro = clock // 1_000_000 % 60, clock % 1_000_000

    @property
    def year(self) -> Array:
        return self.moments.astype("datetime64[Y]").astype(np.int64) + 1970

    @property
    def month(self) -> Array:
        return self.months.astype(np.int64) % 12 + 1

    @property
    def day(self) -> Array:
        return np.asarray((self.days - self.months.astype("datetime64[D]")).astype(np.int64) + 1)

    @property
    def weekday(self) -> Array:
        """0 is Monday."""
        return np.asarray((self.days.astype(np.int64) + 3) % 7)

    @property
    def thursday(self) -> Array:
        """The day that says to which year a week belongs (ISO 8601)."""
        return np.asarray(self.days + (3 - self.weekday))

    @property
    def week_year(self) -> Array:
        return self.thursday.astype("datetime64[Y]").astype(np.int64) + 1970

    @property
    def week(self) -> Array:
        start = self.thursday.astype("datetime64[Y]").astype("datetime64[D]")
        return np.asarray((self.thursday - start).astype(np.int64) // 7 + 1)

    @property
    def hour_of_twelve(self) -> Array:
        return np.asarray((self.hour + 11) % 12 + 1)


_NUMBERS: dict[str, tuple[Callable[[Calendar], Array], int]] = {
    "Y": (lambda c: c.year, 4),
    "y": (lambda c: c.year % 100, 2),
    "m": (lambda c: c.month, 2),
    "d": (lambda c: c.day, 2),
    "H": (lambda c: c.hour, 2),
    "I": (lambda c: c.hour_of_twelve, 2),
    "M": (lambda c: c.minute, 2),
    "S": (lambda c: c.second, 2),
    "G": (lambda c: c.week_year, 4),
    "V": (lambda c: c.week, 2),
    "u": (lambda c: c.weekday + 1, 1),
    "q": (lambda c: (c.month + 2) // 3, 1),
}
ENDINGS = ["th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") for day in range(32)]


def _piece(piece: str, calendar: Calendar, names: Names) -> Any:
    """The column of texts that a directive stands for, or the literal itself."""
    if not piece.startswith("%") or piece == "%":
        return pa.scalar(piece)
    letter = piece[-1]
    if letter in "bBaApo":
        return _picked(*_worded(letter, calendar, names))
    match letter:
        case "%":
            return pa.scalar("%")
        case "e":
            return _digits(calendar.day, 2, " ")
        case "f":
            return _fraction(piece, calendar.micro)
        case "z":
            return pa.scalar({"%z": "+0000", "%:z": "+00:00", "%#z": "+00"}[piece])
        case _ if letter in _NUMBERS:
            part, width = _NUMBERS[letter]
            return _digits(part(calendar), 1 if "-" in piece else width, "0")
        case _:
            moments: list[datetime] = calendar.moments.tolist()
            return pa.array([moment.strftime(piece) for moment in moments], pa.string())


def _worded(letter: str, calendar: Calendar, names: Names) -> tuple[list[str], Array]:
    """The words that a directive chooses from, and which of them is meant."""
    match letter:
        case "b" | "B":
            return names.month_words(full=letter == "B"), calendar.month - 1
        case "a" | "A":
            return names.weekday_words(full=letter == "A"), calendar.weekday
        case "p":
            return names.halves, calendar.hour // 12
        case _:
            return ENDINGS, calendar.day


def _picked(words: list[str], at: Array) -> Any:
    return pa.array(words, pa.string()).take(pa.array(at))


def _digits(numbers: Array, width: int, padding: str) -> Any:
    """Few numbers occur often: each is written once."""
    low, high = int(numbers.min()), int(numbers.max())
    return _picked([f"{number:{padding}>{width}d}" for number in range(low, high + 1)], numbers - low)


def _fraction(piece: str, micro: Array) -> Any:
    if "." not in piece:
        places = int(piece[1]) if piece[1].isdigit() else 6
        return _places(micro, places)
    places = int(piece[2]) if piece[2].isdigit() else 6
    texts = pc.binary_join_element_wise(".", _places(micro, places), "")
    if piece == "%-.f":
        texts = pc.utf8_rtrim(texts, "0")
    return pc.if_else(pa.array(micro != 0), texts, "")


def _places(micro: Array, places: int) -> Any:
    six = pc.utf8_lpad(pc.cast(pa.array(micro), pa.string()), 6, "0")
    return pc.utf8_slice_codeunits(six, 0, places) if places <= 6 else pc.utf8_rpad(six, places, "0")


CALENDAR_UNITS = ("Y", "Q", "M", "W")  # of no fixed length, or not counted from the first day of 1970


def steps(moments: Array, unit: str) -> Array:
    """The number of the year, quarter, month or week (from Monday) that holds each moment."""
    match unit:
        case "Y":
            return moments.astype("datetime64[Y]").astype(np.int64)
        case "Q":
            return moments.astype("datetime64[M]").astype(np.int64) // 3
        case "M":
            return moments.astype("datetime64[M]").astype(np.int64)
        case _:
            return np.asarray((moments.astype("datetime64[D]").astype(np.int64) + 3) // 7)


def starts(numbers: Array, unit: str) -> Array:
    """The first moment of each of these years, quarters, months or weeks."""
    match unit:
        case "Y":
            return numbers.astype("datetime64[Y]").astype("datetime64[us]")
        case "Q":
            return (3 * numbers).astype("datetime64[M]").astype("datetime64[us]")
        case "M":
            return numbers.astype("datetime64[M]").astype("datetime64[us]")
        case _:
            return (7 * numbers - 3).astype("datetime64[D]").astype("datetime64[us]")


def floored(moments: Array, unit: str) -> Array:
    """The moments that a format of this unit can tell apart; a missing one stays missing."""
    if unit not in CALENDAR_UNITS:
        return moments.astype(f"datetime64[{unit}]").astype("datetime64[us]")
    begun = starts(steps(moments, unit), unit)
    return np.where(np.isnat(moments), np.datetime64("NaT", "us"), begun)


def risen(moments: Array, unit: str) -> Array:
    """The first of them that is not before each moment."""
    low = floored(moments, unit)
    if unit not in CALENDAR_UNITS:
        return np.where(low < moments, (low.astype(f"datetime64[{unit}]") + 1).astype("datetime64[us]"), low)
    return np.where(low < moments, starts(steps(moments, unit) + 1, unit), low)


def nearest(moments: Array, unit: str) -> Array:
    """The nearer of the two; the earlier where both are as near."""
    low, high = floored(moments, unit), risen(moments, unit)
    return np.where(high - moments < moments - low, high, low)
