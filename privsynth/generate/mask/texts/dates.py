"""Dates inside of texts, moved as those in the columns are: the words around the day stay as they were written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

from privsynth.spelling.months import MONTHS

_NUMBER = {name[:3].casefold(): at + 1 for at, name in enumerate(MONTHS)}
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|"
    r"aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:(?P<weekday>(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)(?P<after>,? ))?"
_REST = r"(?P<rest>(?:[T ,]|\Z).*)\Z"

ENOUGH = 5  # dates that show the order of day and month
_SLASHED = re.compile(r"(?<![\w/.-])(?P<one>\d{1,2})(?P<mark>[-/])(?P<two>\d{1,2})(?P=mark)\d{4}(?![\w/-])")
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_REST}", re.DOTALL
)
_YEAR_LAST = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<mark>[-/.])(?P<two>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){_REST}", re.DOTALL
)
_DAY_NAMED = re.compile(
    rf"{_WEEKDAY}(?P<the>the )?(?P<day>\d{{1,2}})(?P<th>st|nd|rd|th|\.)?(?P<a>[ -](?:of )?)"
    rf"{_MONTH}(?P<dot>\.?)(?P<b>,?[ -])(?P<year>\d{{4}}){_REST}",
    re.IGNORECASE | re.DOTALL,
)
_MONTH_NAMED = re.compile(
    rf"{_WEEKDAY}{_MONTH}(?P<dot>\.?)(?P<a> )(?P<day>\d{{1,2}})(?P<th>st|nd|rd|th)?(?P<b>,? )(?P<year>\d{{4}}){_REST}",
    re.IGNORECASE | re.DOTALL,
)


def moved_date(text: str, days: int, *, day_first: bool | None = None) -> str | None:
    """The date in its own form, so many days later; None where it is not certain which day is meant.

    `day_first`: what other dates have shown.
    """
    for read in (_year_first, partial(_year_last, others_show=day_first), _named):
        try:
            moved = read(text, timedelta(days=days))
        except (ValueError, OverflowError):  # no day of the calendar
            return None
        if moved is not None:
            return moved
    return None


_CLOCK = re.compile(r"\d{1,2}(?::\d{2})+(?:\.\d+)?(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?", re.IGNORECASE)
_LONE_YEAR = re.compile(r"(?<!\d)\d{4}s?(?!\d)")


def has_day(text: str) -> bool:
    """Whether a place that is a date tells a day: a year, a month, a weekday or a time alone does not."""
    return re.search(r"\d", _LONE_YEAR.sub("", _CLOCK.sub("", text), count=1)) is not None


def _year_first(text: str, move: timedelta) -> str | None:
    match = _YEAR_FIRST.match(text)
    if match is None:
        return None
    day = date(int(match["year"]), int(match["month"]), int(match["day"])) + move
    mark = match["mark"]
    spelt = match["month"], match["day"]
    return f"{day.year:04d}{mark}{_like(day.month, *spelt)}{mark}{_like(day.day, *spelt)}{match['rest']}"


def _year_last(text: str, move: timedelta, others_show: bool | None) -> str | None:
    """Points between the numbers mean that the day is first.

    With other marks a number that no month has shows which one is the day, here or in other texts.
    """
    match = _YEAR_LAST.match(text)
    if match is None:
        return None
    one, two = int(match["one"]), int(match["two"])
    day_first = True if match["mark"] == "." else _shows(one, two)
    day_first = others_show if day_first is None else day_first
    if day_first is None:
        return None
    day = (date(int(match["year"]), two, one) if day_first else date(int(match["year"]), one, two)) + move
    parts = (day.day, day.month) if day_first else (day.month, day.day)
    mark = match["mark"]
    one_, two_ = (_like(number, match["one"], match["two"]) for number in parts)
    return f"{one_}{mark}{two_}{mark}{day.year:04d}{match['rest']}"


def _shows(one: int, two: int) -> bool | None:
    """Whether the first number must be the day: True or False where one of them is no month."""
    return None if (one > len(MONTHS)) == (two > len(MONTHS)) else one > len(MONTHS)


def puts_day_first(texts: Iterable[str]) -> bool | None:
    """What the dates of many texts show, where enough show it and none the contrary."""
    shown = Counter(_shows(int(match["one"]), int(match["two"])) for text in texts for match in _SLASHED.finditer(text))
    yes, no = shown[True], shown[False]
    return None if (yes and no) or yes + no < ENOUGH else yes > 0


def _named(text: str, move: timedelta) -> str | None:
    match = _DAY_NAMED.match(text) or _MONTH_NAMED.match(text)
    if match is None:
        return None
    day = date(int(match["year"]), _NUMBER[match["month"][:3].casefold()], int(match["day"])) + move
    name = (
        MONTHS[day.month - 1]
        if len(match["month"]) > 4 or match["month"].casefold() in ("may", "june", "july")
        else MONTHS[day.month - 1][:3]
    )
    month = _cased(name, match["month"]) + (match["dot"] if len(name) == 3 else "")
    number = f"{day.day}{_ending(day.day, match['th'])}"
    parts = (number, month) if match.re is _DAY_NAMED else (month, number)
    weekday = "" if match["weekday"] is None else _weekday(day, match["weekday"]) + match["after"]
    the = match["the"] or "" if match.re is _DAY_NAMED else ""
    return f"{weekday}{the}{parts[0]}{match['a']}{parts[1]}{match['b']}{day.year:04d}{match['rest']}"


def _like(number: int, *spelt: str) -> str:
    """With a zero in front where all parts of the date have two digits."""
    return f"{number:02d}" if all(len(part) == 2 for part in spelt) else str(number)


def _ending(day: int, spelt: str | None) -> str:
    if spelt in (None, "."):
        return spelt or ""
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _weekday(day: date, spelt: str) -> str:
    name = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[day.weekday()]
    return _cased(name if spelt.casefold().endswith("day") else name[:3], spelt)


def _cased(word: str, spelt: str) -> str:
    return word.upper() if spelt.isupper() else word.lower() if spelt.islower() else word
