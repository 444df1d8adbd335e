"""What a string could be taken for by its look alone, whatever it is: a date, a time, a number, or words.

A string of unknown meaning is never invented in such a form. A made-up "1037-16-30" is read as a date that is wrong, a
made-up "Mec 1 2009" as a month, and both end in somebody's statistics; a code is seen to be a code.
"""

from __future__ import annotations

import re

_DATE = re.compile(r"(?<!\d)(?:\d{4}([-/. ])\d{1,2}\1\d{1,2}|\d{1,2}([-/. ])\d{1,2}\2(?:\d{4}|\d{2}))(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_GROUPS = r"(?:\d{1,3}(?:[., '\u00a0\u2019]\d{3})+|\d+)(?:[.,]\d*)?"
_UNIT = r"(?:[^\w\s]|[a-zµ][\w/²³]{0,5}|(?<=\s)[A-Z]\w{0,5})"  # a sign, or letters: small ones, or set apart
_NUMBER = re.compile(rf"[^\w\s]?\s?[-+]?{_GROUPS}\s?{_UNIT}?")
_PARTS = re.compile(r"[^\W_]+")


def looks_measured(text: str) -> bool:
    """Whether it is written like a date, a time of day, or a number with marks or a unit. Bare digits may be a code."""
    if _DATE.search(text) or _TIME.search(text):
        return True
    return not text.isdigit() and _NUMBER.fullmatch(text) is not None


def looks_worded(text: str) -> bool:
    """Whether words could stand in it: parts of letters alone, in small letters or without a digit beside them."""
    words = [part for part in _PARTS.findall(text) if len(part) > 1 and part.isalpha()]
    return any(not word.isupper() for word in words) or (bool(words) and not any(map(str.isdigit, text)))


_SMALL = r"(?:\d{1,3}|(?:1[5-9]|20)\d\d)"
_SIGNED = re.compile(rf"[<>≤≥~±+]=?\s?{_GROUPS}|{_GROUPS}\s?[+%]?|{_SMALL}\s?[-/\u2013]\s?{_SMALL}")


def looks_counted(text: str) -> bool:
    """Whether it is a number with a sign before or behind it, or goes from one small number or year to another."""
    return _SIGNED.fullmatch(text) is not None


CODED = 6  # letters and digits, of which fewer are rather the name of a class


def looks_coded(text: str) -> bool:
    """Letters with digits or an at-sign among them, as accounts, plates and telephones are written: no measure."""
    written = sum(map(str.isalnum, text))
    has_mark = any(map(str.isdigit, text)) or "@" in text
    return written >= CODED and has_mark and not looks_measured(text) and not looks_counted(text)
