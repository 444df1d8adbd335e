"""A column of words under one format: the moments behind them, and how exactly they are spelt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.spelling.dates import CASES, ENDINGS, PIECES, Calendar, Names
from privsynth.spelling.months import MONTH_NUMBER, MONTH_TABLES, WEEKDAY_TABLES, is_full
from privsynth.typing import Array

_NUMBER = {"Y": 4, "y": 2, "M": 2, "S": 2, "G": 4, "u": 1, "q": 1}
_PATTERNS = {
    **{f"%{letter}": rf"(?P<{letter}>[0-9]{{{width}}})" for letter, width in _NUMBER.items()},
    **{f"%{letter}": rf"(?P<{letter}>[0-9]{{1,2}})" for letter in "mdHIV"},
    "%e": r"(?P<d>[ 0-9][0-9])",
    "%b": r"(?P<b>\pL+\.?)",
    "%B": r"(?P<b>\pL+\.?)",
    "%a": r"(?P<a>\pL+(?:-\pL+)?\.?)",
    "%A": r"(?P<a>\pL+(?:-\pL+)?\.?)",
    "%o": "(?P<o>st|nd|rd|th)",
    "%p": r"(?P<p>[AaPp]\.?[Mm]\.?)",
    "%z": "(?P<z>[+-][0-9]{4})",
    "%:z": "(?P<z>[+-][0-9]{2}:[0-9]{2})",
    "%#z": "(?P<z>[+-][0-9]{2})",
    "%%": "%",
}
_PACKED = {"m": "[0-9]{2}", "d": "[0-9]{2}", "H": "[0-9]{2}"}
_POSIX = 69  # years of two digits are 1969 to 2068, unless the column's own years say otherwise
_PADDED = "mdHIV"
_GREENWICH = frozenset(["Z", "+0000", "+00:00", "+00", "-0000", "-00:00", "-00"])
LAST_YEAR = 9999  # of four digits


_ZONE = re.compile(r"(Z|UTC|GMT)\b|[+-]\d\d:?(\d\d)?$")


@dataclass(frozen=True, eq=False)
class Fields:
    """The words that a format fits, and what they say."""

    format: str
    fits: Array
    _: KW_ONLY
    moments: Array  # datetime64[us], NaT where the format does not fit
    parts: dict[str, Any]  # the text of each part, by the letter of its directive, of all words
    window: int | None = None  # the first of the hundred years that years of two digits lie in

    @property
    def has_zone(self) -> bool:
        return "z" in self.parts or _ZONE.search(self.format) is not None

    def among(self, at: Array, rows: int) -> Fields:
        """The same, for all words of which these are a part."""
        fits, moments = np.zeros(rows, dtype=bool), _nothing(rows)
        fits[at], moments[at] = self.fits, self.moments
        places = np.full(rows, -1)
        places[at] = np.arange(len(at))
        rows_of = pa.array(places, mask=places < 0)
        parts = {letter: texts.take(rows_of) for letter, texts in self.parts.items()}
        return replace(self, fits=fits, moments=moments, parts=parts)

    def spelling(self, weights: Array) -> tuple[str, Names]:
        """The format with paddings, fractions, zones and names as most cells have them."""
        chosen = weights * self.fits
        form = "".join(self._tightened(piece, chosen) for piece in PIECES.findall(self.format))
        names = self.names(form, chosen)
        return (re.sub("%[bB]", "%B" if is_full(names.months) else "%b", form) if names.months else form), names

    def _tightened(self, piece: str, weights: Array) -> str:
        letter = piece[-1]
        if piece[0] != "%" or (letter not in self.parts and letter not in "eBA"):
            return piece
        if piece in ("%m", "%d", "%H", "%I", "%V") and not _is_packed(self.format, piece):
            return piece if self._is_padded(letter, weights) else f"%-{letter}"
        if letter == "f":
            return _fraction(piece, self.parts["f"], weights)
        return piece

    def _is_padded(self, letter: str, weights: Array) -> bool:
        texts = self.parts[letter]
        short = _lengths(texts) == 1
        padded = (_lengths(texts) == 2) & np.asarray(pc.fill_null(pc.starts_with(texts, "0"), False))
        return bool(weights[padded].sum() >= weights[short].sum())

    def names(self, form: str, weights: Array) -> Names:
        names = Names()
        if "b" in self.parts:
            counts = _counts(self.parts["b"], weights)
            names = replace(names, months=_table(counts, MONTH_TABLES, full="%B" in form), case=_case(counts))
        if "a" in self.parts:
            counts = _counts(self.parts["a"], weights)
            case = names.case if "b" in self.parts else _case(counts)
            names = replace(names, weekdays=_table(counts, WEEKDAY_TABLES, full="%A" in form), case=case)
        if "p" in self.parts:
            counts = _counts(self.parts["p"], weights)
            half = max(counts, key=lambda text: (counts[text], text))
            names = replace(names, half=half.replace("P", "A").replace("p", "a"))
        return names


def _is_packed(form: str, piece: str) -> bool:
    """Beside other digits a number needs its zero."""
    return bool(re.search(rf"%[A-Za-z]{piece}|{piece}%[YymdHMSGV]", form))


def _counts(texts: Any, weights: Array) -> dict[str, int]:
    coded = pc.dictionary_encode(pc.fill_null(texts, ""))
    sums = np.bincount(np.asarray(coded.indices), weights=weights, minlength=len(coded.dictionary))
    return {word: int(n) for word, n in zip(coded.dictionary.to_pylist(), sums, strict=True) if n and word}


def _table(counts: dict[str, int], tables: dict[str, tuple[str, ...]], *, full: bool) -> str:
    """The table that holds most of the names; among equals the first, and one that the format means."""
    held = {
        name: (sum(n for word, n in counts.items() if word.casefold() in table), is_full(name) == full)
        for name, table in tables.items()
    }
    return max(held, key=held.__getitem__)


def _case(counts: dict[str, int]) -> str:
    held = {
        case: sum(n for word, n in counts.items() if change(word.casefold()) == word) for case, change in CASES.items()
    }
    return max(held, key=held.__getitem__)


def _fraction(piece: str, texts: Any, weights: Array) -> str:
    """Always so many digits, or a point and digits only where they are not zero: whichever gives most cells back."""
    lengths, zero = _lengths(texts), np.asarray(pc.match_substring_regex(pc.fill_null(texts, ""), r"\A0*\z"))
    if not weights[lengths > 0].sum():
        return ""
    trimmed = ~np.asarray(pc.ends_with(pc.fill_null(texts, ""), "0"))
    sums = np.bincount(np.where(zero & (lengths == 0), 0, lengths), weights=weights, minlength=10)
    point = "." if "." in piece else ""
    styles = {f"{point}%{n}f" if n != 6 else f"{point}%f": sums[n] for n in range(1, 10)}
    if point:
        absent = weights[lengths == 0].sum()
        given = (lengths > 0) & ~zero
        optional = {n: absent + weights[given & (lengths == n)].sum() for n in range(1, 10)}
        styles |= {"%.f" if n == 6 else f"%.{n}f": amount for n, amount in optional.items()}
        styles["%-.f"] = absent + weights[given & trimmed].sum()
    return max(styles, key=styles.__getitem__)


def _lengths(texts: Any) -> Array:
    return np.asarray(pc.fill_null(pc.utf8_length(texts), 0))


def can_match(form: str) -> bool:
    """Whether a format names a day, week, month or quarter, each part once, with directives that can be read back."""
    letters = [piece[-1] for piece in PIECES.findall(form) if piece[0] == "%" and piece != "%%"]
    parts = [{"e": "d", "B": "b", "A": "a"}.get(letter, letter) for letter in letters]
    known = all(_pattern(piece, packed=False) is not None for piece in PIECES.findall(form))
    if not known or len(set(parts)) < len(parts) or ("I" in parts) != ("p" in parts):
        return False
    if "G" in parts:
        return "V" in parts
    return ("Y" in parts or "y" in parts) and bool({"m", "b", "q"} & set(parts))


def can_clock(form: str) -> bool:
    """Whether a format names a time of day, each part once."""
    pieces = [piece for piece in PIECES.findall(form) if piece[0] == "%" and piece != "%%"]
    parts = [piece[-1] for piece in pieces]
    known = all(piece[-1] in "HIMSfp" and _pattern(piece, packed=False) is not None for piece in pieces)
    return (
        known and len(set(parts)) == len(parts) and (("I" in parts) == ("p" in parts)) and bool({"H", "I"} & {*parts})
    )


def _pattern(piece: str, *, packed: bool) -> str | None:
    """The pattern of one piece; None for a directive that cannot be read back."""
    if not piece.startswith("%"):
        return re.escape(piece)
    if piece == "%":
        return "%"
    letter = piece[-1]
    if letter == "f":
        return _fraction_pattern(piece)
    if piece == f"%-{letter}" and letter in _PADDED:
        return _PATTERNS[f"%{letter}"]
    if packed and letter in _PACKED:
        return f"(?P<{letter}>{_PACKED[letter]})"
    return _PATTERNS.get(piece)


def _fraction_pattern(piece: str) -> str:
    if "." in piece:
        return r"(?:\.(?P<f>[0-9]{1,9}))?"
    return "(?P<f>[0-9]{1,9})"


def pattern_of(form: str) -> str:
    pieces = PIECES.findall(form)
    return "".join(_pattern(piece, packed=_is_packed(form, piece)) or "" for piece in pieces)


def fields_of(words: Any, form: str, *, births: bool = False) -> Fields:
    """The words (an Arrow array) under one format, whatever their paddings and fractions."""
    found = pc.extract_regex(words, rf"\A{pattern_of(form)}\z")
    if found.type.num_fields == 0:
        return Fields(form, np.zeros(len(words), dtype=bool), moments=_nothing(len(words)), parts={})
    parts = {found.type.field(at).name: pc.struct_field(found, at) for at in range(found.type.num_fields)}
    matched = np.asarray(pc.is_valid(found))
    first_year = _window(parts, matched, births=births) if "y" in parts else None
    moments, good = _moments(parts, matched, first_year)
    return Fields(
        form,
        good,
        moments=np.where(good, moments, np.datetime64("NaT", "us")),
        parts=parts,
        window=first_year,
    )


def _window(parts: dict[str, Any], matched: Array, *, births: bool) -> int:
    return window(np.unique(_number(parts, "y", 70)[matched]).tolist(), births=births)


def localised(layers: list[Fields]) -> tuple[list[Fields], list[str]]:
    """Moments by the clocks of the one zone that all words name, which is part of the format then; else in UTC."""
    zones = {text for fields in layers if "z" in fields.parts for text in _counts(fields.parts["z"], fields.fits * 1.0)}
    zones |= {"Z" for fields in layers if re.search(r"(Z|UTC|GMT)\b", fields.format)}
    if len(zones) > 1 and zones <= _GREENWICH:
        return layers, []
    if len(zones) > 1:
        return layers, ["moments of several zones are read and written in UTC"]
    return [_in_its_zone(fields, zones) if "z" in fields.parts else fields for fields in layers], []


def _in_its_zone(fields: Fields, zones: set[str]) -> Fields:
    parts = {letter: texts for letter, texts in fields.parts.items() if letter != "z"}
    form = re.sub(r"%[:#]?z", zones.copy().pop(), fields.format)
    return replace(fields, format=form, moments=fields.moments + _offsets(fields.parts["z"]), parts=parts)


def read_under(word: str, form: str) -> np.datetime64 | None:
    """The moment of one word, times of day on the first of 1970; None if it is none in this format."""
    moment = fields_of(pa.array([word], pa.string()), form).moments[0]
    return None if np.isnat(moment) else moment


def _nothing(rows: int) -> Array:
    return np.full(rows, np.datetime64("NaT", "us"))


def _number(parts: dict[str, Any], letter: str, otherwise: int) -> Array:
    if letter not in parts:
        return np.array(otherwise)
    texts = pc.fill_null(pc.utf8_trim_whitespace(parts[letter]), "0")
    return np.asarray(pc.cast(texts, pa.int64()))


def _moments(parts: dict[str, Any], matched: Array, first_year: int | None) -> tuple[Array, Array]:
    """The moment of each word, and whether there is one: the 30th of February is none."""
    days, good = _of_weeks(parts) if "G" in parts else _of_days(parts, first_year)
    clock, fits_clock = time_of_day(parts)
    moments = np.broadcast_to(days.astype("datetime64[us]") + clock, matched.shape)
    good = matched & good & fits_clock
    if "z" in parts:
        moments = moments - _offsets(parts["z"])
    calendar = Calendar(moments)
    good = good & (calendar.year >= 1) & (calendar.year <= LAST_YEAR)
    if "a" in parts:
        good = good & _is_weekday(parts["a"], calendar)
    if "o" in parts:
        good = good & (np.array(ENDINGS)[np.where(good, calendar.day, 0)] == np.asarray(pc.fill_null(parts["o"], "")))
    return moments, good


def _of_days(parts: dict[str, Any], first_year: int | None) -> tuple[Array, Array]:
    year = _number(parts, "Y", 1970)
    if first_year is not None:
        year = first_year + (_number(parts, "y", 70) - first_year) % 100
    if "b" in parts:
        month = _by_name(parts["b"], MONTH_NUMBER)
    elif "q" in parts:
        quarter = _number(parts, "q", 1)
        month = np.where(quarter <= 4, quarter * 3 - 2, 0)
    else:
        month = _number(parts, "m", 1)
    day = _number(parts, "d", 1)
    months = (year * 12 + month - 1 - 1970 * 12).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    good = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (days.astype("datetime64[M]") == months)
    return days, good


def _of_weeks(parts: dict[str, Any]) -> tuple[Array, Array]:
    """Weeks of ISO 8601: the first holds the 4th of January."""
    year, week, weekday = _number(parts, "G", 1970), _number(parts, "V", 1), _number(parts, "u", 1)
    fourth = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + 3
    monday = fourth - (fourth.astype(np.int64) + 3) % 7
    days = monday + 7 * (week - 1) + (weekday - 1)
    calendar = Calendar(days.astype("datetime64[us]"))
    return days, (year >= 1) & (week >= 1) & (weekday >= 1) & (weekday <= 7) & (calendar.week_year == year)


def time_of_day(parts: dict[str, Any]) -> tuple[Array, Array]:
    """Microseconds since midnight, and whether the clock knows such a time."""
    hour, minute, second = (_number(parts, letter, 0) for letter in "HMS")
    good = (hour < 24) & (minute < 60) & (second < 60)
    if "I" in parts:
        twelve = _number(parts, "I", 12)
        afternoon = np.asarray(pc.fill_null(pc.match_substring_regex(parts["p"], "(?i)^p"), False))
        hour = twelve % 12 + 12 * afternoon
        good = good & (twelve >= 1) & (twelve <= 12)
    micro = np.array(0)
    if "f" in parts:
        digits = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.fill_null(parts["f"], ""), 6, "0"), 0, 6)
        micro = np.asarray(pc.cast(digits, pa.int64()))
    return np.asarray(((hour * 60 + minute) * 60 + second) * 1_000_000 + micro), good


def _offsets(texts: Any) -> Array:
    digits = pc.replace_substring(pc.fill_null(texts, "+0000"), ":", "")
    number = np.asarray(pc.cast(pc.utf8_slice_codeunits(pc.utf8_rpad(digits, 5, "0"), 1, 5), pa.int64()))
    sign = np.where(np.asarray(pc.starts_with(digits, "-")), -1, 1)
    return np.asarray(sign * (number // 100 * 60 + number % 100) * 60_000_000)


def _by_name(texts: Any, numbers: dict[str, int]) -> Array:
    """The number of each name; 0 for what is no name."""
    coded = pc.dictionary_encode(pc.fill_null(texts, ""))
    known = np.array([numbers.get(_folded(word), 0) for word in coded.dictionary.to_pylist()] + [0], dtype=np.int64)
    return np.asarray(known[np.asarray(coded.indices)])


def _folded(word: str) -> str:
    """Two cases are mixed in no name: `jAN` is none."""
    return word.casefold() if any(change(word.casefold()) == word for change in CASES.values()) else ""


def _is_weekday(texts: Any, calendar: Calendar) -> Array:
    coded = pc.dictionary_encode(pc.fill_null(texts, ""))
    words = coded.dictionary.to_pylist()
    days = np.array([[_names_day(word, day) for day in range(7)] for word in words] or [[False] * 7])
    weekday = np.broadcast_to(calendar.weekday, (len(texts),))
    return np.asarray(days[np.asarray(coded.indices), weekday])


def _names_day(word: str, day: int) -> bool:
    return any(table[day] == _folded(word) for table in WEEKDAY_TABLES.values())


def window(years: Iterable[int], *, births: bool = False) -> int:
    """The first of the hundred years in which these years of two digits lie.

    They are those of POSIX, 1969 to 2068, unless that tears apart years that lie together on the circle: then the
    window starts behind the largest gap. Nobody was born in the future.
    """
    known = sorted(set(years))
    if not known:
        return 1900 + _POSIX
    gaps = [(later - earlier) % 100 or 100 for earlier, later in zip([known[-1], *known], known, strict=False)]
    tightest = 100 - max(gaps)
    posix = sorted((year - _POSIX) % 100 for year in known)
    start = 1900 + _POSIX if posix[-1] - posix[0] == tightest else 1900 + known[gaps.index(max(gaps))]
    now = datetime.now(UTC).year
    latest = max(start + (year - start) % 100 for year in known)
    return start if not births or latest <= now else now - 99
