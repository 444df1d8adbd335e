"""What the name of a column says: kinds of personal data, a role, a key, or nothing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from privsynth.dataset import Role
from privsynth.pii.entities import entities
from privsynth.pii.names import fold


@dataclass(frozen=True)
class NameSays:
    """Kinds in the order of the registry; whether the name is nothing else; whether another word turns its meaning."""

    entities: tuple[str, ...] = ()
    is_whole: bool = False
    is_negated: bool = False
    is_key: bool = False
    role: Role | None = None


def words_of(name: str) -> list[str]:
    """`TelephoneNumber2` -> telephone, number. Accents and digits at the ends go."""
    parted = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    parts = re.split(r"[\W_]+", parted)
    trimmed = [fold(part).strip("0123456789") or fold(part) for part in parts if part]
    return [part for part in trimmed if part]


def read_name(name: str) -> NameSays:
    """The longest known phrase in the name, and what stands around it."""
    words = words_of(name)
    lexicon = _lexicon()
    keyed = _ends_a_key(words, lexicon["keys"])
    start, end, kinds = _longest(words, _phrases())
    if not kinds:
        return NameSays(is_key=keyed, role=_role_of(words), is_negated=bool(set(words) & lexicon["negatives"]))
    rest = words[:start] + words[end:]
    whole = all(word in lexicon["owners"] or word.isdigit() for word in rest)
    negated = any(word in lexicon["negatives"] and word not in lexicon["owners"] for word in rest) or (
        rest[-1:] == ["id"] and not whole
    )
    if (" ".join(words[start:end]) in lexicon["short"] and not whole) or (
        rest and rest[-1] in ("id", "key", "uuid", "guid")
    ):
        return NameSays(is_key=keyed, role=_role_of(words), is_negated=negated)
    return NameSays(kinds, is_whole=whole, is_negated=negated, is_key=keyed, role=_role_of(words))


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


def _role_of(words: list[str]) -> Role | None:
    """Sensitive and quasi words must end the name: `income`, `annual_income`, not `income_source_code`."""
    lexicon = _lexicon()
    for role, phrases in ((Role.SENSITIVE, lexicon["sensitive"]), (Role.QUASI, lexicon["quasi"])):
        for length in range(min(4, len(words)), 0, -1):
            if " ".join(words[-length:]) in phrases or " ".join(words[:length]) in phrases:
                return role
    return None


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
