"""Words as numbers, if writing the numbers gives the words back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.spelling import Spelling
from privsynth.typing import Array

FEW = 300  # so many words are quicker looked at one by one
SAFE_DIGITS = 15  # so many digits always survive the way through a float
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


@dataclass(frozen=True, eq=False)
class NumberReading:
    """The number behind each word, and how to spell them."""

    values: Array
    spelling: Spelling
    fits: Array  # by word; the others, misfits, are NaN
    evened: int = 0  # words whose trailing zeros are written otherwise


def numbers(words: list[str], cells: Array | None = None) -> NumberReading | None:
    """The words as numbers under the one convention that fits all; None if there is none, or if two disagree.

    With `cells`, how often each word stands in the column, under the one that fits most of them.
    """
    if cells is not None:
        return _most(words, cells)
    if not words or not _may_be_number(words[0]):
        return None
    fitting = _fitting(words)
    return _read(words, *fitting[0]) if fitting and not _is_ambiguous(fitting) else None


def _most(words: list[str], cells: Array) -> NumberReading | None:
    """What the words that fit the most frequent convention say together; the others are misfits."""
    text = pa.array(words, pa.string())
    fits = [pc.match_substring_regex(text, _pattern(*marks)).to_numpy(zero_copy_only=False) for marks in MARKS]
    best = max(fits, key=lambda fit: int(cells[fit].sum()))
    reading = numbers([words[at] for at in np.flatnonzero(best)])
    if reading is None:
        return None
    values = np.full(len(words), np.nan)
    values[best] = reading.values
    return replace(reading, values=values, fits=best)


def is_ambiguous(words: list[str]) -> bool:
    """Whether the words are numbers under two conventions that give different values."""
    return bool(words) and _may_be_number(words[0]) and _is_ambiguous(_fitting(words))


def _fitting(words: list[str]) -> list[tuple[str, str]]:
    """The conventions that fit all words. A point is a decimal point unless that is impossible."""
    return [MARKS[0]] if _fits(words, *MARKS[0]) else [marks for marks in MARKS[1:] if _fits(words, *marks)]


def is_number(word: str, *, whole: bool = False) -> bool:
    """Whether a word by itself is a number that can be written back."""
    return any(
        re.match(_pattern(decimal, thousands), word) and not (whole and decimal in word) for decimal, thousands in MARKS
    )


def doubt(words: list[str], reading: NumberReading) -> list[str]:
    """What is lost in writing, and what else the words could have meant."""
    uneven = reading.spelling.decimals == 3 and not reading.spelling.padded and reading.spelling.decimal_mark == "."
    zeros = (
        ["negative zeros will be written without their sign"]
        if (np.signbit(reading.values) & (reading.values == 0)).any()
        else []
    )
    if uneven and _fits([word for word, fits in zip(words, reading.fits, strict=True) if fits], ",", "."):
        return [*zeros, "its points were read as decimal points, but could mark thousands"]
    return zeros


def _may_be_number(word: str) -> bool:
    return word[0] in "-0123456789" and word[-1] in "0123456789"


def _pattern(decimal: str, thousands: str) -> str:
    decimals = rf"({re.escape(decimal)}[0-9]+)?"
    if not thousands:
        return rf"^-?(0|[1-9][0-9]*){decimals}$"
    return rf"^-?(0|[1-9][0-9]{{0,2}}({re.escape(thousands)}[0-9]{{3}})*){decimals}$"


def _fits(words: list[str], decimal: str, thousands: str) -> bool:
    pattern = _pattern(decimal, thousands)
    fits = re.compile(pattern).match
    if not all(map(fits, words[:FEW])):
        return False
    return len(words) <= FEW or bool(pc.all(pc.match_substring_regex(pa.array(words, pa.string()), pattern)).as_py())


def _is_ambiguous(fitting: list[tuple[str, str]]) -> bool:
    """`1,234` alone may be a thousand or a bit more than one."""
    return (",", "") in fitting and (".", ",") in fitting


def _read(words: list[str], decimal: str, thousands: str) -> NumberReading | None:
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
    return NumberReading(values, spelling, _all(values))


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
    trailing = np.array([word.endswith("0") for word in plain]) & (places > fewest)
    if (digits - places + spelling.decimals).max() <= SAFE_DIGITS:
        return NumberReading(values, spelling, _all(values), int(trailing.sum()))
    if trailing.any() or (digits[places == 0] > SAFE_DIGITS).any():
        return None
    return _exact(plain, values, replace(spelling, shortest=True))


def _exact(plain: list[str], values: Array, spelling: Spelling) -> NumberReading | None:
    """More digits than a float is sure to keep: every word must come back as it was."""
    point = replace(spelling, decimal_mark=".", thousands="")
    if spelling.decimals == 0 or any(point.number(value) != word for value, word in zip(values, plain, strict=True)):
        return None
    return NumberReading(values, spelling, _all(values))
