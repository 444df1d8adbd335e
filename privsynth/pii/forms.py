"""Places in a text, or whole cells, that have a form: an expression and often a check tell them from other words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from privsynth.pii.entities import Entity, Trait, entities
from privsynth.pii.names import fold


@dataclass(frozen=True, order=True)
class Hit:
    """A place in a text: from `start` to before `end`. It points at the value and does not hold it."""

    start: int
    end: int
    entity: str
    score: float


SURE, LIKELY, WEAK = 0.95, 0.7, 0.4
BESIDE = 12  # so near to its keyword, a value with a check is what the keyword says, whatever else it looks like
REACH = 60  # letters between a keyword and the value that it speaks of

_GROUPED = re.compile(r"\d[-+./ ]\d")  # all proofs have marks between their digits


def find_forms(text: str) -> list[Hit]:
    """All places with a form: those that prove themselves, and those that a keyword nearby explains."""
    able = _of_marks(64, *(mark in text for mark in _MARKS))
    hits = [hit for entity in able if entity.glimpsed.search(text) for hit in _search(entity, text, SURE)]
    if _GROUPED.search(text):
        hits += [hit for entity in provable_kinds() for hit in _proofs(entity, text)]
    if keyed := announced(text):
        hits += [hit for entity, places in keyed.items() for hit in _explained(entities()[entity], text, places)]
    return hits


def find_form_in_cell(value: str) -> str | None:
    """The kind that a whole cell proves to be, if any."""
    if value.replace(" ", "").isalpha():
        return None
    for entity in _of_marks(min(len(value), 64), *(mark in value for mark in _MARKS)):
        if entity.glimpsed.search(value) and entity.holds(value):
            return entity.name
    if not is_grouped(value):
        return None
    return next(
        (
            entity.name
            for entity in provable_kinds()
            if entity.proven and entity.proven.match(value) and entity.passes(value)
        ),
        None,
    )


def is_grouped(cell: str) -> bool:
    """Whether a cell can be a proof by its marks alone."""
    return len(cell) <= 40 and _GROUPED.search(cell) is not None


# Marks without which a value is never of the kind.
_MARKS = "@\uff20.:-_/("


@cache
def _of_marks(length: int, *has: bool) -> tuple[Entity, ...]:
    """The sure kinds that a cell of so many letters and with these marks can be."""
    marks = {mark for mark, there in zip(_MARKS, has, strict=True) if there}
    return tuple(
        entity
        for entity in sure_kinds()
        if entity.size[0] <= length and (not entity.marks or marks & set(entity.marks))
    )


@cache
def sure_kinds() -> tuple[Entity, ...]:
    """The kinds of which a cell needs no keyword."""
    return tuple(entity for entity in entities().values() if entity.sure and entity.has_shape)


@cache
def provable_kinds() -> tuple[Entity, ...]:
    """The kinds of which one spelling is proof enough."""
    return tuple(entity for entity in entities().values() if entity.proof)


@cache
def _expression(name: str) -> re.Pattern[str]:
    entity = entities()[name]
    return re.compile(rf"(?<![\w@])(?:{_in_text(entity)})(?![\w@])")


def _in_text(entity: Entity) -> str:
    """The shape without what is only right for a whole cell."""
    match entity.name:
        case "EMAIL":
            return r"[\w!#$%&'*+/=?^`{|}~-][\w.!#$%&'*+/=?^`{|}~-]{0,63}[@\uff20](?:[\w-]{1,63}\.)+[\w-]{2,24}"
        case "URL":
            return r"(?:https?|ftp)://[^\s<>\"'\uff0c。)\]}]*[\w/]/?|www\.[\w-]+(?:\.[\w-]+)+(?:/[^\s<>\"')\]}]*[\w/])?"
        case "CREDIT_CARD":
            return r"\d{12,19}"  # in groups: cards.py
        case "USER_AGENT":
            return r"(?:Mozilla|Opera|Dalvik|curl|okhttp)/\d[^\"\n]*"
        case "PRIVATE_KEY":
            return r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:[^-]*-----END (?:[A-Z]+ )?PRIVATE KEY-----)?"
        case _:
            return entity.shape


def _search(entity: Entity, text: str, score: float) -> Iterator[Hit]:
    for match in _expression(entity.name).finditer(text):
        end = _end_that_passes(entity, match)
        if end:
            yield Hit(match.start(), end, entity.name, score)


def _end_that_passes(entity: Entity, match: re.Match[str]) -> int:
    """Where the value ends: an expression that allows spaces may have taken the next words too. 0 if nothing passes."""
    value = match.group()
    while value and not (entity.passes(value) and entity.whole.match(value)):
        if " " not in value or entity.name != "IBAN":
            return match.end() if entity.passes(match.group()) else 0
        value = value.rsplit(" ", 1)[0]
    return match.start() + len(value) if value else 0


def _proofs(entity: Entity, text: str) -> Iterator[Hit]:
    for match in _proof_expression(entity.name).finditer(text):
        if entity.passes(match.group()):
            yield Hit(match.start(), match.end(), entity.name, SURE)


@cache
def _proof_expression(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-])(?:{entities()[name].proof})(?![\w-])")


def _explained(entity: Entity, text: str, places: list[tuple[int, int]]) -> Iterator[Hit]:
    """Values that stand near a keyword of their kind: after it more often than before."""
    for match in _expression(entity.name).finditer(text):
        near = any(
            start - REACH // 2 <= match.end() <= start + 1 or end - 1 <= match.start() <= end + REACH
            for start, end in places
        )
        if near and (entity.check or any(c.isdigit() for c in match.group())) and entity.passes(match.group()):
            beside = (
                any(0 <= match.start() - end <= BESIDE for _, end in places)
                and Trait.ANY_COUNTRY not in entity.traits
                and entity.check
            )
            yield Hit(match.start(), match.end(), entity.name, SURE + 0.01 if beside else _score(entity))


def _score(entity: Entity) -> float:
    """A check beats a mere form, and the form of one country beats that of all."""
    if entity.chance < 0.5:
        return 0.9
    return 0.8 if Trait.ANY_COUNTRY not in entity.traits else 0.75


def announced(text: str) -> dict[str, list[tuple[int, int]]]:
    """Where the keywords of kinds that need one stand, by kind."""
    folded = fold(text)
    if len(folded) != len(text):
        folded = text.lower() if len(text.lower()) == len(text) else text
    places: dict[str, list[tuple[int, int]]] = {}
    for match in _keyword_expression().finditer(folded):
        for name in _by_keyword()[match.group()]:
            places.setdefault(name, []).append(match.span())
    return places


@cache
def _by_keyword() -> Mapping[str, tuple[str, ...]]:
    kinds: dict[str, list[str]] = {}
    for entity in entities().values():
        if entity.has_shape and not entity.sure:
            for word in entity.words:
                kinds.setdefault(word, []).append(entity.name)
    return {word: tuple(names) for word, names in kinds.items()}


@cache
def _keyword_expression() -> re.Pattern[str]:
    longest_first = sorted(_by_keyword(), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
