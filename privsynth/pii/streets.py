"""Addresses in a running text: a number beside a word for a street, and what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from privsynth.pii import names
from privsynth.pii.forms import LIKELY, SURE, Hit

_W = r"[^\W\d_][\w.'\u2019-]*"
_CAPITAL = r"[A-ZÀ-ŽΑ-Ω][\w.'\u2019-]*"
_NUMBER = r"\d{1,5}[a-zA-Z]?(?:[-/]\d{1,4})?"
_UNIT = r"(?:apt|apartment|suite|ste|unit|flat|room|floor|building|bldg|#)\.? ?\w{1,6}"
_POST = r"(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}"
_BEFORE_NAME = r"Rue|Calle|Via|Viale|Avenida|Avenue|Rua|Ulica|Ul\.|Plaza|Piazza|Largo|Corso|Aleja|Strada|Chemin|Place"
_PREFIXES = (
    r"[Rr]ue|[Cc]hemin|[Ii]mpasse|[Aa]ll\u00e9e|[Cc]alle|[Aa]venida|[Cc]allej\u00f3n|[Vv]iale|[Pp]iazza|[Ss]trada|[Aa]leja|[Uu]lica|ul|pl|al|[Rr]ua|[Tt]ravessa"
)
_OF = "de|du|des|la|le|del|della|do|da|dos|las|los"
_BOX = re.compile(r"\b(?:P\.? ?O\.? ?Box|Postfach|Apartado|Boîte postale|Postboks) ?\d{1,7}", re.IGNORECASE)
_SAID = re.compile(
    r"\b(?:address(?:es)?|lives? (?:at|on)|lived (?:in|at|on)|located (?:at|on)|reside[sd]? (?:at|on)|is (?:at|on)|moved to"
    r"|return(?:ed)? to|deliver(?:ed)? to|ship(?:ped)? to|sent? to|it is|to|at)\b[^\n]{0,40}\Z",
    re.IGNORECASE,
)
_POSTCODE_WORD = re.compile(r"\b(?:zip(?: ?code)?|post ?code|postal code|plz)\b[ :#.is]{0,6}(" + _POST + r")\b", re.IGNORECASE)
_ROYAL = re.compile(r"(?<!\w)(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-CEGHJ-NPR-TVXY]\d[A-Z] \d[A-Z]\d)(?!\w)")


@cache
def _expressions() -> tuple[re.Pattern[str], ...]:
    alone, endings = names.street_words()
    words = "|".join(sorted((re.escape(w) for w in alone if w.isascii() and len(w) > 1), key=len, reverse=True))
    ends = "|".join(sorted(map(re.escape, endings), key=len, reverse=True))
    head = rf"(?:{_NUMBER},? ){{1,2}}"
    capitals = "|".join(sorted(names.american_streets(), key=len, reverse=True))
    return (
        re.compile(rf"(?<![\w.]){head}(?:{_W} ){{1,4}}(?:{words})\b\.?(?: {_NUMBER}\b\.?)?", re.IGNORECASE),  # 12 Mill Lane
        re.compile(rf"(?<![\w.])(?:{head})?\b[^\W\d_]{{2,}}(?:{ends})\b\.? {_NUMBER}\b\.?", re.IGNORECASE),  # Nassaustraat 123
        re.compile(rf"(?<![\w.])(?:{head}(?:{words})\.? (?:(?:{_OF}) )*{_W}(?: {_W})?(?: {_NUMBER})?)", re.IGNORECASE),  # 48 rue Descartes
        re.compile(rf"(?<![\w.]){head}(?:[A-Z][\w.'-]*[ -]){{1,3}}(?:{capitals})\b"),  # 261 Benjamin Ferry
        re.compile(rf"(?<!\w)(?:{_PREFIXES})\.? (?:(?:{_OF}) )*{_CAPITAL}(?: {_CAPITAL}){{0,2}}(?:,? {_NUMBER}\b)?"),  # chemin Auguste Torres
        re.compile(rf"\b(?:{_BEFORE_NAME}) (?:(?:{_OF}) )*{_W}(?: {_W}){{0,2}},? {_NUMBER}\b"),  # Calle Mayor 3
        re.compile(r"\b(?:the )?corner of [A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,2}(?: \d{1,4})? and [A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,2}(?: \d{1,4})?"),
    )


_BETWEEN = re.compile(r"(?<![\w.])\d{1,4} (?:[^\W\d_][\w.'\u2019-]*\.? ){1,3}\d{1,4}\b\.?")  # 87 Jakobi 69: a number on both sides
_TOWN = rf"{_CAPITAL}(?:[ -](?:{_CAPITAL}|de|la|le|and|of|upon|am|an der|nad|sur)\b){{0,3}}|nan\b"
_NEXT_LINE = rf"\n[ ,]{{0,3}}(?!(?i:{_UNIT}))[^\W\d_][\w .'\u2019-]{{1,28}}(?=\n|,)"
_AFTER = re.compile(rf"(?:[.,]{{0,2}} ?(?i:{_UNIT})(?!\w))?(?:(?:\n ?,? ?|,\s?| )(?:{_POST}(?!\w)|{_TOWN})|{_NEXT_LINE}){{0,5}}")
_OWN_LINE_UNIT = re.compile(rf"(?im)^\W{{0,4}}({_UNIT})$")
_SENTENCE = re.compile(r"[.?!] (?=[A-Z])")


def find_streets(text: str) -> Iterator[Hit]:
    """Each address with its unit, town and code where they follow in the same breath."""
    if not _DIGIT.search(text):
        return
    for match in _BOX.finditer(text):
        yield Hit(match.start(), match.end(), "STREET_ADDRESS", SURE)
    for expression in _expressions() if _speaks_of_streets(text) else ():
        for match in expression.finditer(text):
            if expression is _expressions()[-1] or _is_telling(match.group()):
                yield Hit(match.start(), _extended(text, match), "STREET_ADDRESS", LIKELY + 0.1)
    for match in _BETWEEN.finditer(text):
        at_line = text[: match.start()].rstrip(" ?").endswith("\n") or not text[: match.start()].strip(" ?")
        if _no_common(match.group()) and (at_line or _SAID.search(text, max(0, match.start() - 80), match.start())):
            yield Hit(match.start(), _extended(text, match), "STREET_ADDRESS", LIKELY)
    yield from _lines_below(text)
    yield from _postcodes(text)


_OWN_LINE_TOWN = re.compile(rf"([^\W\d_][^\d\n:,@]{{2,30}}?)(?: (\d{{1,2}}|{_POST}))?\Z")
_OWN_LINE_CODE = re.compile(rf"(?:{_POST})\Z")


def _lines_below(text: str) -> Iterator[Hit]:
    """An address of which each part stands on a line of its own, as in the head of a letter: what follows the line of the unit."""
    unit = _OWN_LINE_UNIT.search(text)
    if unit is None:
        return
    yield Hit(unit.start(1), unit.end(1), "STREET_ADDRESS", LIKELY)
    at = unit.end()
    for line in text[at:].split("\n")[1:6]:
        at += 1
        part = line.strip(" ?,")
        start = at + line.find(part) if part else at
        at += len(line)
        if _OWN_LINE_CODE.match(part):
            yield Hit(start, start + len(part), "POSTCODE", LIKELY)
        elif (town := _OWN_LINE_TOWN.match(part)) and part != "nan" and part.count(" ") <= 4:
            coded = town.group(2) is not None and len(town.group(2)) > 2
            name = town.group(1) if coded else part
            yield Hit(start, start + len(name), "COUNTRY" if names.fold(name) in names.countries() else "CITY", LIKELY)
            if coded:
                yield Hit(start + town.start(2), start + town.end(2), "POSTCODE", LIKELY)


def _speaks_of_streets(text: str) -> bool:
    """A cheap look before the expressions: some word for a street, or the ending of one."""
    alone, endings = names.street_words()
    ends = tuple(endings)
    found = _WORDS.findall(text)
    return any(word in alone or word.endswith(ends) for word in map(names.fold, found)) or not names.american_streets().isdisjoint(found)


_WORDS = re.compile(r"[^\W\d_]+")


def _postcodes(text: str) -> Iterator[Hit]:
    for match in _POSTCODE_WORD.finditer(text):
        yield Hit(match.start(1), match.end(1), "POSTCODE", SURE)
    for match in _ROYAL.finditer(text):
        yield Hit(match.start(), match.end(), "POSTCODE", LIKELY)


_DIGIT = re.compile(r"\d")


def _is_telling(found: str) -> bool:
    """More than a count of something: `2 months on the road` has small words between."""
    words = [names.fold(word) for word in re.findall(r"[^\W\d_]+", found)]
    small = [word for word in words if word in names.known("small")]
    return not small and len(found) <= 80


def _no_common(found: str) -> bool:
    words = [names.fold(word) for word in re.findall(r"[^\W\d_]+", found)]
    return not any(word in names.known("small") or word in names.known("measures") for word in words)


def _extended(text: str, match: re.Match[str]) -> int:
    """The end of the address with unit, town, code and country, unless its parts stand on lines of their own."""
    after = _AFTER.match(text, match.end())
    end = after.end() if after else match.end()
    stop = _SENTENCE.search(text, match.end(), end + 2)
    if stop and not re.search(r"\b(?:apt|ste|st|ave|rd|blvd|rkp|dr)\.?\Z", text[: stop.start()], re.IGNORECASE):
        end = stop.start()
    return len(text[:end].rstrip(" ,\n"))
