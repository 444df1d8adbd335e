"""Telephone numbers: how they are written in a cell, and where they stand in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from privsynth.pii import names
from privsynth.pii.forms import LIKELY, Hit
from privsynth.pii.names import fold
from privsynth.pii.things import is_counted, numbers_a_thing

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


_MARKS = r"[ .\-/\u00a0\u2010-\u2013]{1,3}"
_IN_TEXT = re.compile(
    r"(?<![\w@#])(?:(?<!\w[.,/\-])|(?=\+))(?P<number>"
    rf"(?:\+ ?)?\(?\+?\d{{1,5}}\)?(?:{_MARKS}\(?\d{{1,12}}\)?|(?<=\d)\(\d{{1,4}}\)|(?<=\))\d{{1,12}}){{1,7}}"
    r"|\+?\d{6,15})"
    r"(?P<extension>[ ,;]{0,2}(?:x|ext(?:ension|n)?|durchwahl|poste|ramal|anexo|#)[ .:]{0,2}\d{1,6})?"
    r"(?![\w@]|[-/]\d|[.,]\d)",
    re.IGNORECASE,
)
_FAXES = re.compile(r"\b(?:tele)?fax\b")
_OTHER = re.compile(r"\d{3}-\d{2}-\d{4}\Z|\d{1,4}([-/.])\d{1,2}\1\d{1,4}\Z|(?:\d{1,3}\.){3}\d{1,3}\Z|\d+\.\d{1,2}\Z")
_WORD = re.compile(r"[^\W\d_]+")
_MINE = re.compile(
    r"\b(?:my|our|your|his|her|their)(?: (?:new|old|current|private|direct|personal|emergency|work|home|other))*"
    r" (?:number|no|nr)\b[ .:]*(?:is |was |to )?\Z|\bleav(?:e|ing) (?:\w+ ){0,2}(?:message|word) (?:at|on|under) \Z"
    r"|\b(?:contact|reached|reachable)(?: (?:is|at|on|under|via))?[ .:]{1,2}\Z"
    r"|\b(?:get|got|be|am|is) in touch (?:\w+ ){0,3}(?:at|on|under|via) \Z"
)
_MINE_AFTER = re.compile(
    r" (?:is|was|as) (?:my|our|your|his|her|their|a|the)?(?: (?:new|old|private|direct|work|home|mobile))*"
    r" ?(?:number|contact|callback)\b"
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){2,}\Z|[1-9]\d?(?:[ \u00a0]\d{3}){2,}\Z")
_MARKED = re.compile(
    r"\(\d{1,5}\)|00[ .\-/(]|00\d+\D"
    r"|\(?0\d{1,4}\)?(?: ?[-/] ?| )\d{5,8}\Z"  # the zero that is dialled within a country
)
# A word for a telephone right before the number, or its first letter at the head of a line under a letter.
_CALLS = "|".join(
    sorted(names.known("telephones") | names.known("calling") - {"reach", "bel", "ring"}, key=len, reverse=True)
)
_ASKED = re.compile(
    rf"(?<!\w)(?:{_CALLS})(?: ?(?:no|nr|number|num|nummer|numero))?\b(?: is| was| at| on| us| me)?[ .:#=]*\Z"
    r"|(?:\A|[\n|;,\u2022])\s*[ptmf][.:] ?\Z"
)
DIALLED = 0.92  # surer than what another kind's keyword says of the same digits
BEFORE, AFTER = 45, 24  # letters around a number in which a word may speak of a telephone


def find_phones(text: str) -> Iterator[Hit]:
    """Numbers written as telephone numbers are; a bare run of digits only beside a word that speaks of a telephone.

    The number of a thing, an amount or a count is none, unless it begins as numbers do that are dialled from abroad.
    """
    if _CHEAP.search(text) is None:
        return
    for match in _IN_TEXT.finditer(text):
        number = match["number"]
        if not 6 <= sum(map(str.isdigit, number)) <= 15 or _OTHER.match(number):
            continue
        before = fold(text[max(0, match.start() - BEFORE) : match.start()])
        after = fold(text[match.end() : match.end() + AFTER])
        if score := _score(match, before, after):
            yield Hit(match.start(), match.end(), "FAX" if _is_fax(before, after) else "PHONE", score)


def _score(match: re.Match[str], before: str, after: str) -> float:
    """0 if nothing says that it is dialled: neither the way it is written nor the words around."""
    number = match["number"]
    if number.startswith(("+", "(+")):
        return DIALLED
    if numbers_a_thing(match.string, match.start()) or is_counted(before, after):
        return 0.0
    if _ASKED.search(before):
        return DIALLED
    near, label = set(_WORD.findall(before)), set(_WORD.findall(after)[:1])
    called = bool(near & (names.known("telephones") | names.known("calling")) or label & names.known("telephones"))
    called = called or bool(_MINE.search(before) or _MINE_AFTER.match(after))
    if number.isdigit():
        return LIKELY if called or match["extension"] or _is_from_abroad(number) else 0.0
    if called or (near | label) & names.known("calls_softly"):
        return LIKELY + 0.1
    return LIKELY if _is_written(match) else 0.0


def _is_from_abroad(number: str) -> bool:
    """00, the code of a country and a number that it gives out: long enough that no padded number is so by chance."""
    if not re.match(r"00[1-9]\d{8,12}\Z", number):
        return False
    from phonenumbers import NumberParseException, is_valid_number, parse

    try:
        return bool(is_valid_number(parse(f"+{number[2:]}")))
    except NumberParseException:  # no country has this code
        return False


def _is_written(match: re.Match[str]) -> bool:
    """A code in brackets, a zero that is dialled first, an extension, or three groups (only the first of one digit)."""
    number, groups = match["number"], re.findall(r"\d+", match["number"])
    if sum(map(len, groups)) < 7 or _THOUSANDS.match(number):
        return False
    if _MARKED.match(number) or match["extension"]:
        return True
    return len(groups) >= 3 and all(len(group) >= 2 for group in groups[1:]) and max(map(len, groups)) <= 5


def _is_fax(before: str, after: str) -> bool:
    around = f"{before} {after[:12]}"
    return _FAXES.search(around) is not None and not re.search(r"phone|mobile|call", around)


_CHEAP = re.compile(r"\d(?:\D{0,3}\d){5}")
