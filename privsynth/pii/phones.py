"""Telephone numbers: how they are written in a cell, and where they stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from privsynth.pii.forms import LIKELY, Hit

# A cell that is nothing but a telephone number, with some mark that a plain number would not have.
_WRITTEN = re.compile(r"(?=.*[ ()./+-])\+?(?:\(?\+?\d{1,5}\)?[ ./-]{0,2}){1,6}\d{2,5}(?: ?(?:x|ext\.?) ?\d{1,6})?\Z")
_DATED = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}\Z|\d+\.\d+\Z|\d+/\d+\Z|-?\d+\.?\d*\Z|\d+-\d+\Z")


def looks_written(value: str) -> bool:
    """7 to 15 digits in groups as people write telephone numbers; no date, fraction or decimal number."""
    if not 6 <= len(value) <= 30 or _WRITTEN.match(value) is None:
        return False
    count = sum(map(str.isdigit, value))
    return 6 <= count <= 15 and _DATED.match(value) is None


def phone_share(values: list[str]) -> float:
    """Share of values written like telephone numbers.

    Groups must differ between values, or the column is a code of one fixed shape.
    """
    hits = [value for value in values if looks_written(value)]
    if not hits:
        return 0.0
    forms = {re.sub(r"\d", "9", value) for value in hits}
    telling = sum(1 for value in hits if value[0] in "+(0" or " " in value)
    return len(hits) / len(values) if len(forms) >= 3 or telling >= 0.5 * len(hits) else 0.0


_EXTENSION = r"(?: ?(?:x|ext\.?) ?\d{1,6})?"
_IN_TEXT = re.compile(
    rf"(?<![\w.,/@#-])(?:\+ ?)?\(?\+?\d{{1,5}}\)?(?:[ .\-/]{{1,3}}\(?\d{{1,8}}\)?"
    rf"|(?<=\))\d{{1,8}}){{1,6}}{_EXTENSION}(?![\w@]|[-/]\d|\.\d)"
    rf"|(?<![\w.,/@#-])\+?\d{{7,15}}{_EXTENSION}(?![\w@-]|[.,]\d)"
)
_CALLS = re.compile(
    r"\b(?:phone|call|tel|telephone|mobile|cell|cellphone|dial|desk|office|whatsapp|sms|text|reach|ring|contact|fax"
    r"|telefon|telefono|telefone|handy|mob|ph|home|work)\b",
    re.IGNORECASE,
)
_CALLS_HARD = re.compile(
    r"\b(?:phone|call|tel|telephone|mobile|cell|cellphone|dial|whatsapp|sms|reach|ring|fax|telefon|telefono|telefone"
    r"|handy|mob|ph)\b",
    re.IGNORECASE,
)
_FAXES = re.compile(r"\b(?:tele)?fax\b", re.IGNORECASE)
_OTHER = re.compile(r"\d{3}-\d{2}-\d{4}\Z|\d{1,4}([-/.])\d{1,2}\1\d{1,4}\Z|(?:\d{1,3}\.){3}\d{1,3}\Z|\d+\.\d+\Z")


def find_phones(text: str) -> Iterator[Hit]:
    """Numbers written as telephone numbers are; a bare run of digits only beside a word that speaks of a telephone."""
    if _CHEAP.search(text) is None:
        return
    for match in _IN_TEXT.finditer(text):
        number = match.group()
        count = sum(map(str.isdigit, re.sub(r"(?:x|ext).*", "", number)))
        if not 6 <= count <= 15 or _OTHER.match(number):
            continue
        near = text[max(0, match.start() - 45) : match.start()] + " | " + text[match.end() : match.end() + 12]
        called = _CALLS.search(near) is not None
        bare = number.isdigit()
        if (called and not bare) or (bare and _CALLS_HARD.search(near)) or (_is_grouped(number) and count >= 7):
            fax = _FAXES.search(near) is not None and not re.search(r"phone|mobile|call", near, re.IGNORECASE)
            yield Hit(match.start(), match.end(), "FAX" if fax else "PHONE", LIKELY + 0.1 if called else LIKELY)


def _is_grouped(found: str) -> bool:
    """A plus, a bracket or an extension, or at least three groups of which none is a single digit but the first."""
    groups = re.findall(r"\d+", found)
    marked = found.startswith(("+", "(")) or "x" in found or (found.startswith("00") and len(groups) > 1)
    return marked or (len(groups) >= 3 and all(len(group) >= 2 for group in groups[1:]) and max(map(len, groups)) <= 5)


_CHEAP = re.compile(r"\d(?:\D{0,3}\d){5}")
