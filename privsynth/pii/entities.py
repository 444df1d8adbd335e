"""The kinds of personal data, read from `entities.toml`: what is claimed to be found, and what each kind means."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from privsynth.dataset import Role
from privsynth.pii.checks import check_named


class Trait(StrEnum):
    """What holds for the values of a kind; explained at the top of `entities.toml`."""

    NAME = "name"
    NAME_PART = "name part"
    GIVEN_NAME = "given name"
    OF_A_PERSON = "of a person"
    OF_A_PLACE = "of a place"
    ONE_PERSONS = "one person's"
    REACHES = "reaches"
    KEY = "key"
    SHARED = "shared"
    REAL = "real"
    REPEATS = "repeats"
    DIGITS = "digits"
    PHONE = "phone"
    DATE = "date"
    SPOKEN = "spoken"
    HIDDEN = "hidden"
    IN_ADDRESS = "in address"
    NOT_REPORTED = "not reported"
    MANY = "many"
    ANY_COUNTRY = "any country"


@dataclass(frozen=True, kw_only=True)
class Entity:
    """One kind of personal data: how it is spelt, checked, named, proven to be found, and what it means."""

    name: str
    role: Role
    shape: str = ""
    proof: str = ""
    size: tuple[int, int] = (1, 10_000)
    check: str = ""
    chance: float = 0.0
    sure: bool = False
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    canary: str = field(default="", repr=False)
    sentence: str = ""
    column: str = ""
    presidio: str = ""
    presidio_entity: str = ""
    how: str = "name of the column"
    weakness: str = ""
    claimed: bool = True
    glimpse: str = ""
    marks: str = ""
    void: tuple[str, ...] = ()
    reserved: str = ""
    aliases: tuple[str, ...] = ()
    invented_as: str = ""
    look: str = ""
    traits: frozenset[Trait] = frozenset()

    @cached_property
    def whole(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self.shape})\\Z")

    @cached_property
    def proven(self) -> re.Pattern[str] | None:
        return re.compile(f"(?:{self.proof})\\Z") if self.proof else None

    @cached_property
    def glimpsed(self) -> re.Pattern[str]:
        """What is found in every text that holds a value of this kind, and is cheaper to look for."""
        return re.compile(self.glimpse)

    @cached_property
    def looks(self) -> re.Pattern[str]:
        return re.compile(self.look)

    def holds(self, text: str) -> bool:
        """Whether the value has the shape and passes the check."""
        return self.whole.match(text) is not None and self.passes(text)

    def passes(self, text: str) -> bool:
        return not self.check or check_named(self.check)(text)

    @property
    def has_shape(self) -> bool:
        return bool(self.shape)

    @property
    def least_share(self) -> float:
        """The share of distinct values that must hold before a nameless column is of this kind."""
        return max(0.5, min(5 * self.chance, 0.9))


@cache
def entities() -> Mapping[str, Entity]:
    """Every claimed kind by name, in the order of the file."""
    return {name: entity for name, entity in _registry().items() if entity.claimed}


def has(entity: str | None, trait: Trait) -> bool:
    """Whether values of this kind have a trait; without a kind, or with one that is not in the registry, none."""
    kind = _registry().get(entity or "")
    return kind is not None and trait in kind.traits


def of_trait(trait: Trait) -> tuple[str, ...]:
    """The kinds with a trait, in the order of the file."""
    return tuple(name for name, entity in _registry().items() if trait in entity.traits)


def invented_as(entity: str) -> str:
    """The kind under which values are invented: in any case, under any of its aliases, or another of the same form."""
    return _inventions().get(entity.upper(), entity.upper())


def initials() -> Entity:
    """The one kind that is known by the name of its column alone."""
    return _registry()["INITIALS"]


def looks() -> Mapping[str, re.Pattern[str]]:
    """How the values of a column look that nobody has typed, by kind."""
    return {name: entity.looks for name, entity in _registry().items() if entity.look}


@cache
def _inventions() -> Mapping[str, str]:
    kinds = _registry().values()
    return {alias: kind.name for kind in kinds for alias in kind.aliases} | {
        kind.name: kind.invented_as for kind in kinds if kind.invented_as
    }


@cache
def _registry() -> Mapping[str, Entity]:
    with (Path(__file__).parent / "entities.toml").open("rb") as file:
        return {name: _entity(name, part) for name, part in tomllib.load(file).items()}


def _entity(name: str, part: dict[str, Any]) -> Entity:
    lists = {key: tuple(value) for key, value in part.items() if isinstance(value, list)}
    words = {**part, **lists}
    words["names"] = words.pop("name", ())
    return Entity(
        **{**words, "name": name, "role": Role(part["role"]), "traits": frozenset(map(Trait, part.get("traits", ())))}
    )
