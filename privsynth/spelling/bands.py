"""Intervals as people write them: `18-24`, `65+`, `(0.5, 1.0]`, `$1,000 to $1,999`, `7:25 a.m. to 7:29 a.m.`"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

_AMOUNT = (
    r"(?=\D{0,3}\d)[-\u2212]?[$\u20ac\u00a3\u00a5]? ?(?:\d{1,3}(?:[,' ]\d{3})+|\d+)?(?:[.,]?\d+)?(?: ?[km](?![a-z]))?"
)
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?"
_END = rf"(?:{_CLOCK}|[-+]?inf|{_AMOUNT})"
_UNIT = r"(?: ?(?:%|[a-z\u20ac$][a-z./\u20ac$ ]*))?"
_WORD = r"(?: ?(?!or |and |und |et )[a-z]+)?"
_BETWEEN = r" ?(?:-|\u2013|\u2014|\.\.|,|;| to | bis | a | \u00e0 | do | and ) ?"
_BEFORE_LESS = "<=?|\u2264|under|below|less than|fewer than|up to|unter|bis|moins de|menos de|minder dan"
_BEFORE_MORE = ">=?|\u2265|over|above|more than|at least|from|ab|\u00fcber|plus de|m\u00e1s de"
_BEHIND_LESS = "or less|and less|or under|and under|or younger|and younger|or fewer"
_BEHIND_MORE = r"\+|-|or more|and more|or over|and over|and above|and older|or older|und mehr|et plus"
_PLACES = (
    re.compile(rf"[\[(]? ?(?P<low>{_END})(?: ?(?:%|[a-z]+))??{_BETWEEN}(?P<high>{_END}){_UNIT} ?[\])]?"),
    re.compile(rf"(?:{_BEFORE_LESS}) ?(?P<under>{_END}){_UNIT}"),
    re.compile(rf"(?:{_BEFORE_MORE}) ?(?P<over>{_END}){_UNIT}"),
    re.compile(rf"(?P<over>{_END}){_WORD} ?(?:{_BEHIND_MORE})(?: ?[a-z]+)?"),
    re.compile(rf"(?P<under>{_END}){_WORD} ?(?:{_BEHIND_LESS})(?: ?[a-z]+)?"),
)
LONGEST = 60
FEWEST = 2  # intervals with two ends that make bands of a column's levels


@dataclass(frozen=True, order=True)
class Band:
    """Where an interval begins; -1 of `side`: all that is less, 1: all that is more, 0: it has two ends."""

    start: float
    side: int
    end: float = float("inf")


def band_of(text: str) -> Band | None:
    """The interval that a text names; None if it is none."""
    if len(text) > LONGEST or not any(c.isdigit() for c in text):
        return None
    plain = " ".join(unicodedata.normalize("NFKC", text.casefold()).replace("_", " ").split())
    for pattern in _PLACES:
        match = pattern.fullmatch(plain)
        if match is not None and (band := _band(match.groupdict())) is not None:
            return band
    return None


def _band(part: dict[str, str | None]) -> Band | None:
    if part.get("low") is not None:
        low, high = _value(part["low"] or ""), _value(part["high"] or "")
        return Band(low, 0, high) if low is not None and high is not None and low <= high else None
    side = -1 if part.get("under") is not None else 1
    value = _value(part.get("under") or part.get("over") or "")
    return None if value is None else Band(value, side)


def _value(text: str) -> float | None:
    """The number of one end; of a time of day its seconds."""
    if ":" in text:
        return _seconds(text)
    bare = re.sub(r"[$\u20ac\u00a3\u00a5' ]", "", text.replace("\u2212", "-"))
    scale = {"k": 1e3, "m": 1e6}.get(bare[-1:], 1.0)
    bare = bare.rstrip("km") if scale > 1 else bare
    bare = bare.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", bare) else bare.replace(",", ".")
    try:
        return float(bare) * scale
    except ValueError:
        return None


def _seconds(text: str) -> float | None:
    match = re.fullmatch(r"(\d+):(\d+)(?::(\d+))? ?(?:([ap])\.?m\.?)?", text)
    if match is None:
        return None
    hour, minute, second, half = match.groups()
    hours = int(hour) % 12 + 12 * (half == "p") if half else int(hour)
    return hours * 3600.0 + int(minute) * 60 + int(second or 0)


def bands_of(levels: Iterable[str]) -> dict[str, Band]:
    """The interval of each level; none unless all are, at least two have two ends, and none reaches into another.

    Numbers of telephones and results of matches look like intervals, but overlap.
    """
    bands = {level: band_of(level) for level in levels}
    known = {level: band for level, band in bands.items() if band is not None}
    closed = sorted(band for band in known.values() if band.side == 0)
    if len(known) < len(bands) or len(closed) < FEWEST:
        return {}
    return known if all(after.start >= before.end for before, after in pairwise(closed)) else {}
