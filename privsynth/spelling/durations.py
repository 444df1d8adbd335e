"""One word as a duration, in any of the forms that times.py writes."""

from __future__ import annotations

import re
from collections.abc import Callable

from privsynth.spelling.times import DAY_US, PART_US

_RUNNING = re.compile(r"(-?)(\d{1,6}):([0-5]\d)(?::([0-5]\d)(\.\d{1,9})?)?", re.ASCII)
_PANDAS = re.compile(r"(-?\d{1,6}) days(?: \+?([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,9})?)?", re.ASCII)
_PYTHON = re.compile(r"(-?\d{1,6}) days?, (1?\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,9})?", re.ASCII)
_ISO = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(\.\d{1,9})?S)?)?", re.ASCII)
_LETTERS = re.compile(
    r"(-?)(?:(\d+)( ?(?:d|days?|Tage?|j))\s?)?(?:(\d+)( ?(?:h|hrs?|hours?|Std\.?))\s?)?"
    r"(?:(\d+)( ?(?:m|mins?|minutes?|Min\.?))\s?)?(?:(\d+)(\.\d{1,9})?( ?(?:s|secs?|seconds?|Sek\.?)))?",
    re.ASCII,
)
Duration = tuple[int, str]  # microseconds, and the format


def duration_in(word: str, form: str = "") -> Duration | None:
    """What a word says as a duration; two parts with a colon are hours and minutes, unless a format says otherwise."""
    for pattern, read in _FORMS:
        match = pattern.fullmatch(word)
        if match is not None and any(part is not None and part.strip("-") for part in match.groups()):
            micro, found = read(match)
            is_minutes = re.match(r"%-?M:%S", form) and re.fullmatch("%-?H:%M", found)
            return (micro // 60, form) if is_minutes else (micro, found)
    return None


def _micro(*parts: str | None, fraction: str | None = None) -> int:
    """Days, hours, minutes and seconds."""
    whole = sum(int(amount or 0) * PART_US[part] for amount, part in zip(parts, "DHMS", strict=True))
    return whole + int((fraction or ".")[1:7].ljust(6, "0"))


def _of_running(match: re.Match[str]) -> Duration:
    sign, hours, minutes, seconds, fraction = match.groups()
    form = ("%H" if len(hours) >= 2 else "%-H") + ":%M" + ("" if seconds is None else ":%S" + _fraction_of(fraction))
    micro = _micro(None, hours, minutes, seconds, fraction=fraction)
    return (-micro if sign else micro), form


def _fraction_of(fraction: str | None) -> str:
    """How the fraction of one word is written: digits that end in a zero are padded."""
    return "" if fraction is None else f".%{len(fraction) - 1}f"


def _of_pandas(match: re.Match[str]) -> Duration:
    days, hours, minutes, seconds, fraction = match.groups()
    clock = "" if hours is None else f" %H:%M:%S{_fraction_of(fraction)}"
    return int(days) * DAY_US + _micro(None, hours, minutes, seconds, fraction=fraction), f"%D days{clock}"


def _of_python(match: re.Match[str]) -> Duration:
    days, hours, minutes, seconds, fraction = match.groups()
    micro = int(days) * DAY_US + _micro(None, hours, minutes, seconds, fraction=fraction)
    return micro, f"%D day, %-H:%M:%S{_fraction_of(fraction)}"


def _of_iso(match: re.Match[str]) -> Duration:
    sign, days, hours, minutes, seconds, fraction = match.groups()
    micro = _micro(days, hours, minutes, seconds, fraction=fraction)
    given = [f"%{part}{part}" for part, amount in zip("DHMS", (days, hours, minutes, seconds), strict=True) if amount]
    return (-micro if sign else micro), iso_form(given) + ("%-.f" if fraction else "")


def iso_form(parts: list[str]) -> str:
    days, clock = ("".join(part for part in parts if (part == "%DD") == is_day) for is_day in (True, False))
    return f"P{days}{'T' if clock else ''}{clock}"


def _of_letters(match: re.Match[str]) -> Duration:
    sign, days, day, hours, hour, minutes, minute, seconds, fraction, second = match.groups()
    micro = _micro(days, hours, minutes, seconds, fraction=fraction)
    given = zip("DHMS", (days, hours, minutes, seconds), (day, hour, minute, second), strict=True)
    between = " " if re.search(r"[^\d\W]\s\d", match[0]) else ""
    form = between.join(f"%{part}{behind}" for part, amount, behind in given if amount is not None)
    return (-micro if sign else micro), form + ("%-.f" if fraction else "")


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Duration]], ...] = (
    (_RUNNING, _of_running),
    (_PANDAS, _of_pandas),
    (_PYTHON, _of_python),
    (_ISO, _of_iso),
    (_LETTERS, _of_letters),
)
