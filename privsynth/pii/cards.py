"""Card numbers in a running text: as cards are printed, or beside a word that speaks of a card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from privsynth.pii.checks import card, digits, issued, luhn
from privsynth.pii.entities import entities
from privsynth.pii.forms import LIKELY, REACH, SURE, Hit
from privsynth.pii.names import fold
from privsynth.pii.things import numbers_a_thing

_MARK = r"[ .\-_/\u00a0\u2009\u202f\u2010-\u2013]"
_PRINTED = re.compile(
    rf"(?<![\w@])(?<![A-Z]{{2}}\d\d[ -])(?:"
    rf"\d{{4}}({_MARK})\d{{4}}\1\d{{4}}(?:\1\d{{1,4}}(?:\1\d{{1,3}})?)?"  # in fours, as nearly all
    rf"|\d{{4}}({_MARK})\d{{6}}\2\d{{4,5}}"  # Diners and American Express
    rf"|\d{{12,19}}"
    rf")(?![\w@])"
)
_ANYHOW = re.compile(r"(?<![\w@])(?:\d[ -]?){11,18}\d(?![\w@])")
_CHEAP = re.compile(r"\d(?:\D?\d){11}")


def find_cards(text: str) -> Iterator[Hit]:
    """With issuer and check digit anywhere; near a word for a card, one of the two is enough for a number so written.

    In groups of any other size it is a card only near such a word. What stands beside the number (a month of expiry,
    three digits of security) is not taken for a part of it.
    """
    if _CHEAP.search(text) is None:
        return
    spoken = [match.span() for match in _words().finditer(_folded(text))]
    for match in _PRINTED.finditer(text):
        score, end = max((_score(match, end, spoken), end) for end in _ends(match))
        if score:
            yield Hit(match.start(), end, "CREDIT_CARD", score)
    for match in _ANYHOW.finditer(text) if spoken else ():
        if card(match.group()) and _near(match.start(), spoken):
            yield Hit(match.start(), match.end(), "CREDIT_CARD", LIKELY)


def _ends(match: re.Match[str]) -> Iterator[int]:
    """Where the number may end: after its last group, or after an earlier one."""
    end = match.end()
    while sum(map(str.isdigit, match.string[match.start() : end])) >= 12:
        yield end
        shorter = re.search(rf"{_MARK}\d+\Z", match.string[match.start() : end])
        if shorter is None:
            return
        end = match.start() + shorter.start()


def _score(match: re.Match[str], end: int, words: list[tuple[int, int]]) -> float:
    """0 if it is no card. One random number in ten has the check digit, one in three some issuer's beginning."""
    number = digits(written := match.string[match.start() : end])
    if not 12 <= len(number) <= 19 or len(set(number)) == 1:
        return 0.0
    checked, by_issuer = luhn(number), issued(number)
    if checked and by_issuer:
        return SURE
    if end < match.end():
        return 0.0  # a part of a longer number proves nothing less
    printed = len(written) > len(number) >= 14
    spoken_of = _near(match.start(), words) and not numbers_a_thing(match.string, match.start())
    return LIKELY if spoken_of and (checked or (by_issuer and printed)) else 0.0


def _near(start: int, words: list[tuple[int, int]]) -> bool:
    return any(end - 1 <= start <= end + REACH or start < begin <= start + REACH for begin, end in words)


@cache
def _words() -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, entities()["CREDIT_CARD"].words)) + r")s?(?!\w)")


def _folded(text: str) -> str:
    folded = fold(text)
    return folded if len(folded) == len(text) else text.lower()
