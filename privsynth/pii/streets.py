"""Addresses in a running text: a number beside a word for a street, and what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from privsynth.pii import names
from privsynth.pii.forms import LIKELY, SURE, Hit

_W = r"[^\W\d_][\w.'\u2019-]*"
_CAPITAL = r"[A-ZÀ-ŽΑ-Ω][\w.'\u2019-]*"
_NUMBER = r"(?:(?:n[ro]|n\u00ba|n\u00b0|\u2116)\.? ?)?\d{1,5}[a-zA-Z]?(?:[-/]\d{1,4}[a-zA-Z]?)?"
_UNIT = (
    r"(?:apartment|apartamento|appartamento|suite|unit|flat|room|floor|building|level|interior|piso|piano|quartier"
    r"|lokal"
    r"|apto|apt|ste|bldg|bloco|bloque|edif|depto|etage|bl|sc|et|ap|m)\b\.? ?#?(?:\d\w{0,5}|[a-z])\b|# ?\w{1,6}"
)
_POST = (
    r"(?:[A-Z]{1,2}-)?\d{4,8}(?:-\d{3,4})?|\d{2}-\d{3}|\d{3} \d{2}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
    r"|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}"
)
_OF = "de|du|des|la|le|del|della|delle|dei|do|da|dos|das|las|los|el|d'"
_BOX = re.compile(r"\b(?:P\.? ?O\.? ?Box|Postfach|Apartado|Boîte postale|Postboks) ?\d{1,7}", re.IGNORECASE)
_SAID = re.compile(
    r"\b(?:address(?:es)?|lives? (?:at|on)|lived (?:in|at|on)|located (?:at|on)|reside[sd]? (?:at|on)|is (?:at|on)"
    r"|moved to"
    r"|return(?:ed)? to|deliver(?:ed)? to|ship(?:ped)? to|sent? to|it is|to|at)\b[^\n]{0,40}\Z",
    re.IGNORECASE,
)


@cache
def _expressions() -> tuple[re.Pattern[str], ...]:
    alone, endings = names.street_words()
    words = _either(word for word in alone if len(word) > 1)
    ends, first = _either(endings), _either(names.known("street_heads"))
    head = rf"(?:(?:(?i:{_UNIT}),? )?(?:{_NUMBER}|\d{{1,4}}/\d{{1,4}}),? ){{1,2}}"
    capitals = _either(names.american_streets())
    of = rf"(?:(?:{_OF}) |Dr\.? |St\.? )*"
    return (
        re.compile(
            rf"(?<![\w.]){head}(?:{_W} ){{1,4}}(?:{words})\b\.?(?: {_NUMBER}\b\.?)?", re.IGNORECASE
        ),  # 12 Mill Lane
        re.compile(
            rf"(?<![\w.])(?:{head})?\b[^\W\d_][\w.-]+(?:{ends})\b\.? {_NUMBER}\b\.?", re.IGNORECASE
        ),  # Nassaustraat 123
        re.compile(
            rf"(?<![\w.])(?:{head}(?:{words})\.? {of}{_W}(?: {_W})?(?: {_NUMBER})?)", re.IGNORECASE
        ),  # 48 rue Descartes
        re.compile(rf"(?<![\w.]){head}(?:[A-Z][\w.'-]*[ -]){{1,3}}(?:{capitals})\b"),  # 261 Benjamin Ferry
        re.compile(
            rf"(?<![\w.])(?:{head})?(?:{_CAPITAL}[ -]){{1,3}}(?:(?i:{words}))\b\.? {_NUMBER}\b\.?"
        ),  # Dobrava ulica 8c
        re.compile(
            rf"(?<!\w)(?:(?i:{first}))\.? {of}{_CAPITAL}(?: (?:{_OF}|{_CAPITAL})){{0,4}},? {_NUMBER}\b"
        ),  # Calle Mayor 3
        re.compile(
            rf"(?<!\w)(?:(?i:{_either(names.known('street_heads_sure'))}))\.? {of}{_CAPITAL}(?: {_CAPITAL}){{0,2}}"
        ),  # chemin Auguste Torres
        re.compile(
            r"\b(?:the )?corner of [A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,2}(?: \d{1,4})? and [A-Z][\w.'-]+(?: "
            r"[A-Z][\w.'-]+){0,2}(?: \d{1,4})?"
        ),
    )


def _either(words: Iterable[str]) -> str:
    """One expression for all words, also as they are spelt with accents."""
    return "|".join(sorted((_accented(word) for word in words), key=len, reverse=True))


def _accented(word: str) -> str:
    return "".join(_ACCENTS.get(c, re.escape(c)) for c in word)


_ACCENTS = {
    "a": "[a\u00e0\u00e1\u00e2\u00e3\u00e4\u00e5]",
    "c": "[c\u00e7\u010d]",
    "e": "[e\u00e8\u00e9\u00ea\u011b]",
    "i": "[i\u00ed\u0131]",
    "o": "[o\u00f3\u00f6\u00f8]",
}
_ACCENTS |= {
    "n": "[n\u00f1]",
    "r": "[r\u0159]",
    "s": "[s\u015f\u0161]",
    "t": "[t\u0163]",
    "u": "[u\u00fa\u00fc]",
    "z": "[z\u017e]",
}
_BETWEEN = re.compile(
    r"(?<![\w.])\d{1,4} (?:[^\W\d_][\w.'\u2019-]*\.? ){1,3}\d{1,4}\b\.?"
)  # 87 Jakobi 69: a number on both sides
_TOWN = (
    rf"(?!(?i:{_UNIT}))(?:{_CAPITAL}(?:[ -](?!(?i:{_UNIT}))(?:{_CAPITAL}|de|la|le|do|da|and|of|upon|am"
    rf"|an der|nad|pod|sur|vorm|los|el|u)\b){{0,4}}|nan\b)"
)
_NEXT_LINE = rf"\n[ ,]{{0,3}}(?!(?i:{_UNIT}))[^\W\d_][\w .'\u2019-]{{1,28}}(?=\n|,)"
_GAP = r"(?: ?,? ?\n ?,? ?| ?,\s?| )"
_AFTER = re.compile(
    rf"(?:[.,]{{0,2}} {{0,2}}(?i:{_UNIT})(?!\w))*(?:{_GAP}(?:(?:{_POST})(?!\w)|{_TOWN})|{_NEXT_LINE}){{0,5}}"
)
# Any name and a number: an address only where something says so, or a unit or a code with a town follows.
_NAMED = re.compile(
    rf"(?<![\w.])(?:(?:(?i:{_UNIT}),? )?{_NUMBER}(?:/\d+)?,? {_CAPITAL}(?: {_CAPITAL}){{0,3}}\b(?: {_NUMBER}\b\.?)?"
    rf"|{_CAPITAL}(?:[ -](?:{_OF}|{_CAPITAL})){{0,4}},? {_NUMBER}\b\.?)"
)
_NAMEDISH = re.compile(
    r"[A-Z\u00c0-\u017d\u0391-\u03a9][\w.'\u2019-]*,? (?:n[\w\u00b0]\.? ?|\u2116 ?)?\d"
    r"|\d[a-zA-Z]?,? [A-Z\u00c0-\u017d\u0391-\u03a9]"
)
_BOXES = ("box", "postfach", "apartado", "postale", "postboks")
_PROVES = re.compile(
    rf"[.,]? ?(?:(?i:{_UNIT})|(?:,|\n|,\n) ?(?:(?:{_POST}) [A-Z\u00c0-\u017d]|{_TOWN}{_GAP}(?:{_POST})(?!\w)))"
)
_DWELLS = re.compile(
    r"\b(?:address(?:es)?(?: is| to|:)?|addr:?|lives? (?:at|on)|living (?:at|on)|lived at|located (?:at|on)"
    r"|resid(?:e[sd]?|ing|ent) (?:at|on)"
    r"|(?:office|home|house|shop|store|restaurant|branch|place|flat|apartment) (?:is )?(?:at|on)|deliver(?:ed)? to"
    r"|ship(?:ped)? (?:it )?to"
    r"|send it to|moved to|mail(?:ed)? (?:it )?to|return to)[: \n]{1,3}\Z",
    re.IGNORECASE,
)
_OWN_LINE_UNIT = re.compile(rf"(?im)^\W{{0,4}}({_UNIT})$")
_SENTENCE = re.compile(r"[.?!] (?=[A-Z])")


def find_streets(text: str) -> Iterator[Hit]:
    """Each address with its unit, town and code where they follow in the same breath."""
    if not _DIGIT.search(text):
        if not names.known("street_heads_sure").isdisjoint(map(names.fold, _WORDS.findall(text))):
            yield from (
                Hit(m.start(), _extended(text, m), "STREET_ADDRESS", LIKELY) for m in _expressions()[-2].finditer(text)
            )
        return
    small = text.lower()
    for match in _BOX.finditer(text) if any(word in small for word in _BOXES) else ():
        yield Hit(match.start(), match.end(), "STREET_ADDRESS", SURE)
    for expression in _expressions() if _speaks_of_streets(text) else ():
        for match in expression.finditer(text):
            if expression is _expressions()[-1] or _is_telling(match.group()):
                yield Hit(match.start(), _extended(text, match), "STREET_ADDRESS", LIKELY + 0.1)
    yield from _named(text)
    for match in _BETWEEN.finditer(text):
        at_line = text[: match.start()].rstrip(" ?").endswith("\n") or not text[: match.start()].strip(" ?")
        if _no_common(match.group()) and (at_line or _SAID.search(text, max(0, match.start() - 80), match.start())):
            yield Hit(match.start(), _extended(text, match), "STREET_ADDRESS", LIKELY + 0.05)
    yield from _lines_below(text)


def _named(text: str) -> Iterator[Hit]:
    """A name and a number that something says to be an address."""
    for match in _NAMED.finditer(text) if _NAMEDISH.search(text) else ():
        dwells = _DWELLS.search(text, max(0, match.start() - 30), match.start())
        if (
            (dwells or (_PROVES.match(text, match.end()) and not _LEADING_YEAR.match(match.group())))
            and _no_common(match.group())
            and not _is_dated(match.group())
        ):
            yield Hit(match.start(), _extended(text, match), "STREET_ADDRESS", LIKELY + 0.05)


_OWN_LINE_TOWN = re.compile(rf"([^\W\d_][^\d\n:,@]{{2,30}}?)(?: (\d{{1,2}}|{_POST}))?\Z")
_OWN_LINE_CODE = re.compile(rf"(?:{_POST})\Z")


def _lines_below(text: str) -> Iterator[Hit]:
    """An address with a line for each part, as in the head of a letter: what follows the line of the unit."""
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
    alone, ends = _telling_words()
    words = _WORDS.findall(text)
    folded = set(map(names.fold, words))
    return (
        not alone.isdisjoint(folded)
        or not names.american_streets().isdisjoint(words)
        or any(word.endswith(ends) for word in folded)
    )


@cache
def _telling_words() -> tuple[frozenset[str], tuple[str, ...]]:
    alone, endings = names.street_words()
    return alone | names.known("street_heads"), tuple(endings)


_WORDS = re.compile(r"[^\W\d_]+")


_DIGIT = re.compile(r"\d")


def _is_telling(found: str) -> bool:
    """More than a count of something: `2 months on the road` has small words between."""
    words = [names.fold(word) for word in re.findall(r"(?<![\d/-])[^\W\d_]+", found)]
    small = [word for word in words if word in names.known("small")]
    return not small and len(found) <= 80 and not re.match(r"(?:19|20)\d\d-(?:19|20)\d\d ", found)


def _no_common(found: str) -> bool:
    words = [names.fold(word) for word in re.findall(r"(?<![\d/-])[^\W\d_]+", found)]
    return not any(word in names.known("small") or word in names.known("measures") for word in words)


_LEADING_YEAR = re.compile(r"(?:19|20)\d\d(?:-(?:19|20)?\d\d)?,? ")


def _is_dated(found: str) -> bool:
    """`March 12`, `Room 5`, `Order 4411`: a day or the number of a thing."""
    words = [names.fold(word) for word in re.findall(r"(?<![\d/-])[^\W\d_]+", found)]
    return any(word in names.known("calendar") or word in names.known("numbered") for word in words)


def _extended(text: str, match: re.Match[str]) -> int:
    """The end of the address with unit, town, code and country, unless its parts stand on lines of their own."""
    after = _AFTER.match(text, match.end())
    end = after.end() if after else match.end()
    stop = _SENTENCE.search(text, match.end(), end + 2)
    if stop and not re.search(
        r"(?:\b(?:apt|ste|st|ave|rd|blvd|rkp|dr|nr|bl|sc|ap|et|edif|depto)\.?|\d)\Z",
        text[: stop.start()],
        re.IGNORECASE,
    ):
        end = stop.start()
    address = text[:end].rstrip(" ,\n")
    return len(_STOP.sub("", address))


_STOP = re.compile(r"(?<=\w{5})\.\Z|(?<=\d)\.\Z")
