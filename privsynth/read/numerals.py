"""Words as numbers, if writing the numbers gives the words back."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.read.dressed import (
    Dressed,
    alike,
    has_several_units,
    have_looks,
    is_below_zero,
    is_money,
    style_of,
    undressed,
)
from privsynth.read.exponents import looks_like_codes, plain, writers
from privsynth.spelling import Spelling
from privsynth.spelling.numbers import Exponent, NumberStyle
from privsynth.typing import Array

FEW = 300  # so many words are quicker looked at one by one
SAFE_DIGITS = 15  # so many digits always survive the way through a float
LONGEST = 17  # so many digits tell any two floats apart
NEARLY = 0.99  # so many cells must look like numbers before a person is told why they are none
Marks = tuple[str, str]  # of decimals and of thousands
LAKHS = ",,"  # commas as in India: 12,34,567
MARKS = (
    (".", ""),
    (",", ""),
    (".", ","),
    (",", "."),
    (".", " "),
    (",", " "),
    (".", "'"),
    (",", "'"),
    (",", "\u00a0"),
    (".", "\u00a0"),
    (",", "\u202f"),
    (".", "\u202f"),
)
MORE_MARKS = ((".", LAKHS), (".", "\u2019"), (",", "\u2019"))
NAMES = {",": "commas", ".": "points"}
POINTS = (
    "its points were read as decimal points, but could mark thousands; kind: integer in the policy reads them as such"
)
COMMAS = (
    "a comma may mark decimals or thousands, so it stays text; in the policy  kind: integer  reads it as thousands, "
    "decimal: ','  as decimals"
)
SOME = 10
SURE = 50  # so many different numbers with three decimals each, and none with two, are no decimals without zeros
TWINS = {",": ((",", ""), (".", ",")), ".": ((".", ""), (",", "."))}  # a mark of decimals, and the same of thousands


@dataclass(frozen=True, eq=False)
class Convention:
    """The marks of decimals and thousands, which words have them, and what a person should know of the choice."""

    marks: Marks
    fits: Array
    doubts: tuple[str, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, eq=False)
class NumberReading:
    """The number behind each word, and how to spell them."""

    values: Array
    spelling: Spelling
    _: KW_ONLY
    fits: Array  # by word; the others, misfits, are NaN
    evened: int = 0  # words whose zeros, signs or blanks are written otherwise
    plain: int = 0  # words whose exponent is written otherwise, or not at all
    doubts: tuple[str, ...] = ()  # what else the marks could have meant
    is_open: bool = False  # other columns may tell what the marks mean


def numbers(
    words: list[str], cells: Array | None = None, *, sure: bool = False, decimal: str | None = None
) -> NumberReading | None:
    """The words as numbers under the one convention that fits all; None if there is none, or if two disagree.

    With `cells`, how often each word stands in the column, under the one that fits most of them. `sure` if somebody
    said that they are numbers: then brackets or a plus around all of them are signs. `decimal`: the mark of decimals,
    if it is known.
    """
    if cells is None and words and _may_be_number(words[0]):
        fitting = _fitting(words, decimal)
        if fitting:
            return _of_all(words, fitting, is_known=decimal is not None)
    if not words or (cells is None and not (have_looks(words[:1]).all() and all(undressed(words[:FEW]).looks))):
        return None
    if cells is not None and 2 * cells[have_looks(words)].sum() < cells.sum():
        return None
    weights = np.ones(len(words)) if cells is None else cells
    return _of_most(words, weights, all_fit=cells is None, sure=sure, decimal=decimal)


def _of_all(words: list[str], fitting: list[Marks], *, is_known: bool) -> NumberReading | None:
    """All words under the first convention that fits, or under its twin if they show that the mark is of thousands."""
    mark = "," if _is_ambiguous(fitting) else "."
    reading = None if mark == "," else _read(words, *fitting[0])
    has_twin = mark == "," or (reading is not None and reading.spelling.decimals == 3 and _fits(words, ",", "."))
    if is_known or not has_twin:
        return reading
    if shows_thousands(words, mark):
        reading = _read(words, *TWINS[mark][1])
        return reading and replace(reading, doubts=(thousands_note(mark),))
    return reading and replace(reading, is_open=True)


def shows_thousands(words: list[str], mark: str) -> bool:
    """Whether a mark that could be of decimals or thousands is of thousands, as some words show none.

    Who writes `27` leaves out zeros, and would write neither `2,660` nor three decimals every time. A point is rather
    one of decimals: a few words do not tell.
    """
    marked = [word for word in words if mark in word]
    if len(marked) == len(words) or (mark == "." and len(marked) < SOME):
        return False
    return len(marked) >= SURE or any(word.endswith("0") for word in marked)


def thousands_note(mark: str) -> str:
    return (
        f"its {NAMES[mark]} were read as marks of thousands, as some values show none and the others three digits "
        f"behind it; decimal: '{mark}' in the policy reads them as decimals"
    )


def _of_most(
    words: list[str], cells: Array, *, all_fit: bool, sure: bool, decimal: str | None = None
) -> NumberReading | None:
    """What the words of the commonest look and convention say together; the others are misfits."""
    parts = undressed(words)
    fits = alike(parts, cells, sure=sure)
    if not fits.any() or (all_fit and not fits.all()) or 2 * cells[fits].sum() < cells.sum():
        return None
    chosen = _convention(parts.take(fits), cells[fits], decimal)
    if chosen is None or not chosen.fits.any() or (all_fit and not chosen.fits.all()):
        return None
    fits[fits] = chosen.fits
    reading = _dressed(parts.take(fits), *chosen.marks)
    return reading and replace(_spread(reading, fits), doubts=chosen.doubts, is_open=chosen.is_open)


def _spread(reading: NumberReading, fits: Array) -> NumberReading:
    values = np.full(len(fits), np.nan)
    values[fits] = reading.values
    return replace(reading, values=values, fits=fits)


def _whole(core: str) -> str:
    """`0.5` for `.5`, and `5` for `5.`"""
    core = f"0{core}" if core[:1] in (".", ",") else core
    return core.removesuffix(".")


def _convention(parts: Dressed, cells: Array, decimal: str | None = None) -> Convention | None:
    """The marks under which most cells are numbers; None if they could mean two things."""
    cores = [_whole(core) for core in parts.cores]
    text = pa.array(cores, pa.string())
    are_points = bool(pc.all(pc.match_substring_regex(text, _pattern(*MARKS[0]))).as_py())
    tried = TWINS["."] if are_points and decimal is None else _with_decimal((*MARKS, *MORE_MARKS), decimal)
    fits = {marks: pc.match_substring_regex(text, _pattern(*marks)).to_numpy(zero_copy_only=False) for marks in tried}
    best = max(fits, key=lambda marks: float(cells[fits[marks]].sum()))
    for mark, twins in TWINS.items():
        decimals, thousands = (fits.get(marks, np.zeros(len(cores), dtype=bool)) for marks in twins)
        if best not in twins or (decimals != thousands).any() or not any(mark in core for core in cores):
            continue
        if is_money(parts.looks):
            note = f"its {NAMES[mark]} were read as marks of thousands, as money has no three decimals"
            return Convention(twins[1], fits[best], (note,))
        if shows_thousands([core for core, fitting in zip(cores, fits[best], strict=True) if fitting], mark):
            return Convention(twins[1], fits[best], (thousands_note(mark),))
        if mark == ",":
            return None
        doubts = () if all(mark in core for core in cores) else (POINTS,)
        return Convention(best, fits[best], doubts, is_open=True)
    return Convention(best, fits[best])


def _with_decimal(marks: tuple[Marks, ...], decimal: str | None) -> tuple[Marks, ...]:
    return marks if decimal is None else tuple(pair for pair in marks if pair[0] == decimal)


def _dressed(parts: Dressed, decimal: str, thousands: str) -> NumberReading | None:
    """Words that all have their look and marks in common: the numbers, and a spelling that gives most words back."""
    cores = np.array([_whole(core) for core in parts.cores], dtype=object)
    if (parts.powers != "").any():
        reading = _with_powers(_plain_marks(cores, decimal, thousands), parts.powers)
    else:
        reading = _read(list(cores), decimal, thousands)
    if reading is None:
        return None
    below = np.array([is_below_zero(look) for look in parts.looks])
    reading = replace(reading, values=np.where(below, -reading.values, reading.values))
    style = replace(style_of(parts, reading.values), lakhs=thousands == LAKHS)
    is_bare, writer = style == NumberStyle(), reading.spelling.style
    style = replace(style, exponent=None if writer is None else writer.exponent)
    spelling = replace(reading.spelling, decimal_mark=decimal, style=None if style == NumberStyle() else style)
    reading = replace(reading, spelling=spelling)
    return _compared(reading, parts, ~parts.simple) if is_bare else _compared(replace(reading, evened=0), parts)


def _plain_marks(cores: Array, decimal: str, thousands: str) -> Array:
    bare = [core.replace(thousands[:1], "") for core in cores] if thousands else cores
    return np.array([core.replace(decimal, ".") for core in bare], dtype=object)


def _compared(reading: NumberReading, parts: Dressed, rows: Array | slice = slice(None)) -> NumberReading:
    """How many of these words are written otherwise; negative zeros are counted elsewhere."""
    values, powers = reading.values[rows], parts.powers[rows]
    again = np.array([reading.spelling.number(value) for value in values], dtype=object)
    other = (again != parts.words[rows]) & ~(np.signbit(values) & (values == 0))
    lost = int((other & (powers != "")).sum())
    return replace(reading, evened=reading.evened + int(other.sum()) - lost, plain=lost)


def _with_powers(cores: Array, powers: Array) -> NumberReading | None:
    """Numbers, some with an exponent, spelt as the first writer that spells all of them so; if none does, plainly."""
    has = powers != ""
    fixed = None if has.all() else _read(list(cores[~has]), ".", "")
    if (fixed is None and not has.all()) or looks_like_codes(list(cores), list(powers)):
        return None
    values = pc.cast(pa.array(cores + powers, pa.string()), pa.float64()).to_numpy()
    digits = pa.array([plain(*pair) for pair in zip(cores[has], powers[has], strict=True)], pa.string())
    spelling = _without_exponent(fixed, digits)
    spelling = replace(spelling, style=_writer(spelling, cores, powers, values))
    return NumberReading(values, spelling, fits=_all(values), evened=0 if fixed is None else fixed.evened)


def _writer(spelling: Spelling, cores: Array, powers: Array, values: Array) -> NumberStyle | None:
    """The first writer who spells these numbers so; if there is none, plain digits unless they were too many."""
    has = powers != ""
    for exponent in writers(list(cores[has]), list(powers[has]), list(cores[~has])):
        style = NumberStyle(exponent=exponent)
        spelt = replace(spelling, style=style).number
        if all(map(str.__eq__, map(spelt, values[has]), (cores + powers)[has])) and _stay_plain(
            exponent, spelling, values[~has]
        ):
            return style
    return NumberStyle(exponent=Exponent()) if spelling.shortest else None


def _stay_plain(exponent: Exponent, spelling: Spelling, values: Array) -> bool:
    """Whether this writer shows none of these numbers with an exponent."""
    if not exponent.shorter:
        size = np.abs(values[values != 0])
        low, high = float(f"1e{exponent.low}"), float(f"1e{exponent.high}")
        return bool(((size > low if exponent.over else size >= low) & (size < high)).all())
    spelt = replace(spelling, style=NumberStyle(exponent=exponent)).number
    return not any(exponent.mark in spelt(value) for value in values)


def _without_exponent(fixed: NumberReading | None, digits: Any) -> Spelling:
    """The spelling of the words without exponent, with places enough for those that have one."""
    places, whole = int(_places(digits).max()), max(len(word.partition(".")[0]) for word in digits.to_pylist())
    if fixed is None:
        return _long(Spelling(places, padded=False), whole + places)
    spelling = fixed.spelling
    whole = max(whole, len(f"{np.abs(fixed.values).max():.0f}"))
    if places <= spelling.decimals:
        return _long(spelling, whole + spelling.decimals)
    fewest = spelling.decimals if spelling.padded else spelling.fewest
    return _long(replace(spelling, decimals=places, padded=False, fewest=fewest), whole + places)


def _long(spelling: Spelling, digits: int) -> Spelling:
    """More digits than a float keeps are as many as tell it from its neighbours."""
    if digits <= SAFE_DIGITS:
        return spelling
    fewest = spelling.decimals if spelling.padded else spelling.fewest
    return replace(spelling, decimals=min(spelling.decimals, LONGEST), padded=False, fewest=fewest, shortest=True)


def is_ambiguous(words: list[str]) -> bool:
    """Whether the words are numbers under two conventions that give different values."""
    return bool(words) and _may_be_number(words[0]) and _is_ambiguous(_fitting(words))


def _fitting(words: list[str], decimal: str | None = None) -> list[Marks]:
    """The conventions that fit all words. A point is a decimal point unless that is impossible."""
    if decimal != "," and _fits(words, *MARKS[0]):
        return [MARKS[0]]
    return [marks for marks in _with_decimal(MARKS[1:], decimal) if _fits(words, *marks)]


def first_wrong(words: list[str], *, whole: bool) -> str | None:
    """The first word that by itself is no number, or no whole one."""
    parts = undressed(words)
    for word, look, core in zip(words, parts.looks, parts.cores, strict=True):
        fitting = [marks for marks in (*MARKS, *MORE_MARKS) if re.match(_pattern(*marks), _whole(core))] if look else []
        if not fitting or (whole and all(decimal in core for decimal, _ in fitting)):
            return word
    return None


def why_no_number(words: list[str], cells: Array) -> str | None:
    """What keeps words that all look like numbers from being a column of them."""
    parts = undressed(words)
    if NEARLY * cells.sum() > cells[parts.looks != ""].sum():
        return None
    fits = alike(parts, cells)
    if NEARLY * cells.sum() > cells[fits].sum():
        return "its numbers have several units" if has_several_units(parts) else None
    chosen = _convention(parts.take(fits), cells[fits])
    if chosen is None:
        return COMMAS
    too_long = chosen.fits.all() and _dressed(parts.take(fits), *chosen.marks) is None
    return "its numbers have more digits than a number keeps" if too_long else None


def doubt(words: list[str], reading: NumberReading) -> list[str]:
    """What is lost in writing, and what else the words could have meant."""
    uneven = reading.spelling.decimals == 3 and not reading.spelling.padded and reading.spelling.decimal_mark == "."
    zeros = (
        ["negative zeros will be written without their sign"]
        if (np.signbit(reading.values) & (reading.values == 0)).any()
        else []
    )
    if uneven and _fits([word for word, fits in zip(words, reading.fits, strict=True) if fits], ",", "."):
        zeros = [*zeros, POINTS]
    return [*dict.fromkeys([*zeros, *reading.doubts])]


def _may_be_number(word: str) -> bool:
    return word[0] in "-0123456789" and word[-1] in "0123456789"


def _pattern(decimal: str, thousands: str) -> str:
    decimals = rf"({re.escape(decimal)}[0-9]+)?"
    if not thousands:
        return rf"^-?(0|[1-9][0-9]*){decimals}$"
    if thousands == LAKHS:
        return rf"^-?(0|[1-9][0-9]{{0,2}}|[1-9][0-9]?(,[0-9]{{2}})*,[0-9]{{3}}){decimals}$"
    return rf"^-?(0|[1-9][0-9]{{0,2}}({re.escape(thousands)}[0-9]{{3}})*){decimals}$"


def _fits(words: list[str], decimal: str, thousands: str) -> bool:
    pattern = _pattern(decimal, thousands)
    fits = re.compile(pattern).fullmatch  # `$` alone would let a line end pass
    if not all(map(fits, words[:FEW])):
        return False
    return len(words) <= FEW or bool(pc.all(pc.match_substring_regex(pa.array(words, pa.string()), pattern)).as_py())


def _is_ambiguous(fitting: list[tuple[str, str]]) -> bool:
    """`1,234` alone may be a thousand or a bit more than one."""
    return (",", "") in fitting and (".", ",") in fitting


def _read(words: list[str], decimal: str, thousands: str) -> NumberReading | None:
    thousands = thousands[:1]
    plain = (
        [word.replace(thousands, "").replace(decimal, ".") for word in words]
        if thousands
        else [word.replace(decimal, ".") for word in words]
        if decimal != "."
        else words
    )
    text = pa.array(plain, pa.string())
    values = pc.cast(text, pa.float64()).to_numpy()
    places = _places(text)
    most, least = int(places.max()), int(places.min())
    digits = pc.binary_length(text).to_numpy() - np.signbit(values) - (places > 0)
    spelling = Spelling(
        most,
        most == least,
        decimal_mark=decimal,
        thousands=thousands if thousands and any(thousands in word for word in words) else "",
    )
    if most != least:
        return _uneven(plain, values, spelling, places, digits)
    if digits.max() > SAFE_DIGITS:
        return _exact(plain, values, spelling)
    return NumberReading(values, spelling, fits=_all(values))


def _all(values: Array) -> Array:
    return np.ones(len(values), dtype=bool)


def _places(text: Any) -> Array:
    """How many decimals each word shows."""
    point = pc.find_substring(text, ".").to_numpy()
    length = pc.binary_length(text).to_numpy()
    return np.where(point < 0, 0, length - point - 1)


def _uneven(plain: list[str], values: Array, spelling: Spelling, places: Array, digits: Array) -> NumberReading | None:
    """Some words show more decimals than others: trailing zeros are written down to the fewest places of any word."""
    fewest = int(places.min())
    spelling = replace(spelling, fewest=fewest)
    if (digits - places + spelling.decimals).max() <= SAFE_DIGITS:
        trailing = np.array([word.endswith("0") for word in plain]) & (places > fewest)
        return NumberReading(values, spelling, fits=_all(values), evened=int(trailing.sum()))
    if (digits[places == 0] > SAFE_DIGITS).any():
        return None
    return _exact(plain, values, replace(spelling, shortest=True))


def _exact(plain: list[str], values: Array, spelling: Spelling) -> NumberReading | None:
    """More digits than a float is sure to keep: a word comes back as it was, or is another name of the same float."""
    point = replace(spelling, decimal_mark=".", thousands="")
    if spelling.decimals == 0:
        return None
    other = [word for value, word in zip(values, plain, strict=True) if point.number(value) != word]
    if other and not (spelling.shortest and all(_digits_that_count(word) <= LONGEST for word in other)):
        return None
    return NumberReading(values, spelling, fits=_all(values), evened=len(other))


def _digits_that_count(word: str) -> int:
    """How many digits of a word with a point tell its value."""
    return len(word.replace(".", "").strip("-0")) if "." in word else len(word.lstrip("-0"))
