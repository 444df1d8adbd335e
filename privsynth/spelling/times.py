"""How times of day and durations are written. Both are kept as counts of the smallest part that their format shows.

Times of day take the directives of dates: `%H:%M`, `%-I:%M:%S %p`. Durations have four forms:

    %H:%M:%S               a clock that runs on: 36:15:00
    %D days %H:%M:%S       as pandas writes: 1 days 02:03:04, -1 days +23:00:00
    %D day, %-H:%M:%S      as Python writes: 2:03:04, 1 day, 2:03:04, -2 days, 23:00:00
    P%DDT%HH%MM%SS         ISO 8601: parts of nothing are left out, the first holds what is above it: P3DT4H, PT36H
    %Hh %Mm                the same with other letters: 1h 30m, 45m
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

from privsynth.spelling.dates import PIECES, Names, spelt
from privsynth.typing import Array

DAY_US = 86_400_000_000
PART_US = {"D": DAY_US, "H": 3_600_000_000, "I": 3_600_000_000, "M": 60_000_000, "S": 1_000_000}
_PART = re.compile(r"%-?([DHIMS])")


def step_of(form: str) -> int:
    """The microseconds of one count: of the smallest part that the format shows."""
    for piece in PIECES.findall(form):
        if piece.startswith("%") and piece.endswith("f"):
            digits = re.search(r"\d", piece)
            return int(10 ** max(0, 6 - int(digits[0]))) if digits else 1
    return min(PART_US[letter] for letter in _PART.findall(form))


def can_count(form: str) -> bool:
    """Whether a format is one of durations."""
    letters = re.findall(r"%-?([A-Za-z])", re.sub(r"%-?(?:\.\d?|\d)?f", "", form))
    is_known = set(letters) <= {*"DHMS"} and len(set(letters)) == len(letters) > 0
    return is_known and letters == sorted(letters, key="DHMS".index)


def micros(counts: Array, form: str) -> Array:
    return np.rint(counts).astype(np.int64) * step_of(form)


def spelt_times(counts: Array, form: str, names: Names) -> Array:
    """Times of day; what lies beyond the day is its nearest end."""
    latest = DAY_US // step_of(form) - 1
    return spelt(micros(np.clip(counts, 0, latest), form).astype("datetime64[us]"), form, names)


def spelt_durations(counts: Array, form: str) -> Array:
    write = _with_days if "%D day" in form else _running if re.match(r"%-?H:|%-?M:", form) else _with_letters
    words = np.empty(len(counts), dtype=object)
    words[:] = [write(micro, form) for micro in micros(counts, form).tolist()]
    return words


def _running(micro: int, form: str) -> str:
    """The first part is not carried over."""
    return ("-" if micro < 0 else "") + _clock(abs(micro), form)


def _clock(micro: int, form: str) -> str:
    text, rest = "", micro
    for piece in PIECES.findall(form):
        if not piece.startswith("%"):
            text += piece
        elif piece.endswith("f"):
            text += _fraction(rest, piece)
        else:
            amount, rest = divmod(rest, PART_US[piece[-1]])
            text += str(amount) if "-" in piece else f"{amount:02d}"
    return text


def _fraction(micro: int, piece: str) -> str:
    digits = re.search(r"\d", piece)
    places = int(digits[0]) if digits else 6
    text = f"{micro:06d}".ljust(9, "0")[:places]
    if "." not in piece:
        return text
    if not micro:
        return ""
    return "." + (text.rstrip("0") if "-" in piece else text)


def _with_days(micro: int, form: str) -> str:
    days, rest = divmod(micro, DAY_US)
    clock = form.partition("%D day")[2].lstrip("s, ")
    if ", " in form:
        return (f"{days} day{'' if abs(days) == 1 else 's'}, " if days else "") + _clock(rest, clock)
    if not clock:
        return f"{days} days"
    return f"{days} days {'+' if days < 0 else ''}{_clock(rest, clock)}"


def letters_of(form: str) -> list[tuple[str, str]]:
    """The parts of a format that leaves out what is nothing, each with what stands behind it."""
    pieces = [piece for piece in PIECES.findall(form.removeprefix("P")) if piece != "T"]
    pairs = [(one, other) for one, other in pairwise(pieces) if one.startswith("%") and not one.endswith("f")]
    if form.startswith("P"):
        return [(part[-1], part[-1]) for part, _ in pairs]
    return [(part[-1], behind) for part, behind in pairs]


def _with_letters(micro: int, form: str) -> str:
    parts, rest, words = letters_of(form), abs(micro), list[tuple[str, str]]()
    for part, behind in parts:
        amount, rest = divmod(rest, PART_US[part])
        if part == "S" and rest:
            words.append((part, f"{amount}{_fraction(rest, '%-.f')}{behind.rstrip()}"))
        elif amount:
            words.append((part, f"{amount}{behind.rstrip()}"))
    words = words or [(parts[-1][0], f"0{parts[-1][1].rstrip()}")]
    sign = "-" if micro < 0 else ""
    if form.startswith("P"):
        days = "".join(word for part, word in words if part == "D")
        clock = "".join(word for part, word in words if part != "D")
        return f"{sign}P{days}{'T' if clock else ''}{clock}"
    return sign + (" " if any(behind.endswith(" ") for _, behind in parts) else "").join(word for _, word in words)
