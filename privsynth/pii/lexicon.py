"""What the name of a column says: kinds of personal data, a role, a key, or nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from privsynth.dataset import Role
from privsynth.pii.entities import entities
from privsynth.pii.names import fold


@dataclass(frozen=True, kw_only=True)
class NameSays:
    """Kinds in the order of the registry; whether the name is nothing else; whether another word turns its meaning."""

    entities: tuple[str, ...] = ()
    is_whole: bool = False
    is_negated: bool = False
    is_key: bool = False
    is_vague: bool = False  # `name` and nothing else: of people, or of anything
    is_weak_key: bool = False  # only a key if its values behave like one
    is_numbered: bool = False  # what has numbers, such as a case: only a key if the values are numbers
    counts_on: bool = False  # years, steps, ranks: numbers without a gap that are no key
    is_text: bool = False  # sentences that somebody wrote
    counts_rows: bool = False  # the number of a row
    role: Role | None = None
    means: str = ""  # the list of the words that say the role
    is_asked: bool = False  # they mean something else as often


def words_of(name: str) -> list[str]:
    """`TelephoneNumber2` -> telephone, number. Accents and digits at the ends go."""
    parted = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    parts = re.split(r"[\W_]+", parted)
    trimmed = [fold(part).strip("0123456789") or fold(part) for part in parts if part]
    return [part for part in trimmed if part]


def read_name(name: str) -> NameSays:
    """The longest known phrase in the name, and what stands around it."""
    lexicon = _lexicon()
    words = [part for word in words_of(name) for part in _parted(word, lexicon)]
    is_numbered = bool(words) and words[-1] in lexicon["numbered"]
    says = replace(
        _role_of(words),
        is_key=is_numbered or _ends_a_key(words, lexicon["keys"]),
        is_weak_key=(is_numbered and words[-1] not in lexicon["owners"]) or _ends_weakly(words, lexicon),
        is_numbered=is_numbered,
        is_text=not lexicon["texts"].isdisjoint(words),
        counts_rows=bool(words) and words[0] in lexicon["rows"],
        counts_on=bool(words) and (words[-1] in lexicon["times"] or words[0] in lexicon["times"]),
    )
    start, end, kinds = _longest(words, _phrases())
    if not kinds:
        return replace(says, is_negated=bool(set(words) & lexicon["negatives"]))
    rest = words[:start] + words[end:]
    said = " ".join(words[start:end])
    whole = all(word in lexicon["owners"] or word.isdigit() for word in rest)
    negated = any(word in lexicon["negatives"] and word not in lexicon["owners"] for word in rest) or (
        rest[-1:] == ["id"] and not whole
    )
    if (said in lexicon["short"] and not whole) or (rest and rest[-1] in ("id", "key", "uuid", "guid")):
        return replace(says, is_negated=negated)
    vague = said in lexicon["vague"] and all(word.isdigit() for word in rest)
    asked = said in lexicon["asked"]
    return replace(says, entities=kinds, is_whole=whole, is_negated=negated, is_vague=vague, is_asked=asked)


def _parted(word: str, lexicon: Mapping[str, frozenset[str]]) -> list[str]:
    """`casenum` is a number of cases' own, as `case_num` is: what has numbers, and an ending that says so."""
    for ending in _NUMBERS:
        first = word.removesuffix(ending)
        if first != word and len(first) >= 3 and first in lexicon["owners"] | lexicon["keyed"]:
            return [first, ending]
    return [word]


_NUMBERS = ("id", "no", "nr", "num", "nbr", "number", "code")


def key_words() -> frozenset[str]:
    """Words that end the name of a key."""
    return _lexicon()["keys"]


def _longest(words: list[str], phrases: Mapping[str, tuple[str, ...]]) -> tuple[int, int, tuple[str, ...]]:
    """The known phrase of most words; of equals the last, since the head of a name stands at its end."""
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length, -1, -1):
            kinds = phrases.get(" ".join(words[start : start + length])) or phrases.get(
                "".join(words[start : start + length])
            )
            if kinds:
                return start, start + length, kinds
    return 0, 0, ()


def _ends_a_key(words: list[str], keys: frozenset[str]) -> bool:
    return bool(words) and (words[-1] in keys or words[0] in ("id", "pk", "uuid", "guid"))


def _ends_weakly(words: list[str], lexicon: Mapping[str, frozenset[str]]) -> bool:
    """A word that ends other names too, and none beside it that a key would belong to."""
    beside = set(words[:-1]) - lexicon["weak_keys"]
    return bool(words) and words[-1] in lexicon["weak_keys"] and not beside & (lexicon["owners"] | lexicon["keyed"])


_ROLES = {
    "amounts": Role.SENSITIVE,
    "sensitive": Role.SENSITIVE,
    "coordinates": Role.QUASI,
    "statures": Role.QUASI,
    "groups": Role.QUASI,
    "quasi": Role.QUASI,
}


def _role_of(words: list[str]) -> NameSays:
    """These words end the name, or stand before what only qualifies them: `net_income`, `income_eur`, not `pay_to`."""
    lexicon = _lexicon()
    asked = lexicon["asked"]
    if lexicon["changes"] & set(words):
        return NameSays()
    for means, role in _ROLES.items():
        for length in range(min(4, len(words)), 0, -1):
            last, first = " ".join(words[-length:]), " ".join(words[:length])
            if first in lexicon[means] - asked and lexicon["qualifiers"].issuperset(words[length:]):
                return NameSays(role=role, means=means)
            if last in lexicon[means] and (last not in asked or lexicon["qualifiers"].issuperset(words[:-length])):
                return NameSays(role=role, means=means, is_asked=last in asked)
    return NameSays()


@cache
def _phrases() -> Mapping[str, tuple[str, ...]]:
    """Each phrase with the kinds that it may mean."""
    phrases: dict[str, tuple[str, ...]] = {}
    for entity in entities().values():
        for phrase in entity.names:
            key = " ".join(words_of(phrase)) or phrase
            phrases[key] = (
                (*phrases.get(key, ()), entity.name) if entity.name not in phrases.get(key, ()) else phrases[key]
            )
    return phrases


@cache
def _lexicon() -> Mapping[str, frozenset[str]]:
    with (Path(__file__).parent / "lexicon.toml").open("rb") as file:
        return {topic: frozenset(words) for topic, words in tomllib.load(file).items()}
