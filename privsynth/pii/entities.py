"""The kinds of personal data that are claimed, read from `entities.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from privsynth.dataset import Role
from privsynth.pii.checks import check_named


@dataclass(frozen=True)
class Entity:
    """One kind of personal data: how it is spelt, checked, named, and proven to be found."""

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

    @cached_property
    def whole(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self.shape})\\Z")

    @cached_property
    def proven(self) -> re.Pattern[str] | None:
        return re.compile(f"(?:{self.proof})\\Z") if self.proof else None

    def holds(self, text: str) -> bool:
        """Whether the value has the shape and passes the check."""
        return self.whole.match(text) is not None and self.passes(text)

    def passes(self, text: str) -> bool:
        return not self.check or check_named(self.check)(text)

    def is_proof(self, text: str) -> bool:
        """Whether a value that holds is enough without a keyword."""
        return self.sure or (self.proven is not None and self.proven.match(text) is not None)

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
    with (Path(__file__).parent / "entities.toml").open("rb") as file:
        return {name: _entity(name, part) for name, part in tomllib.load(file).items()}


def _entity(name: str, part: dict[str, Any]) -> Entity:
    part = {
        ("names" if key == "name" else key): tuple(value) if isinstance(value, list) else value
        for key, value in part.items()
    }
    return Entity(name=name, **{**part, "role": Role(part["role"])})
