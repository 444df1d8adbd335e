"""What the scanner claims, how each kind is found, and what no scanner of tables can see."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from privsynth.dataset import Role
from privsynth.pii.entities import Entity, entities


@dataclass(frozen=True)
class Covered:
    """One line of the claim."""

    entity: str
    role: Role
    how: str
    limits: str = ""
    recall: float | None = (
        None  # share of the places in an invented corpus that were found; None where nobody measured it
    )
    interval: str | None = None  # of the recall, at 95 %
    n: int | None = None  # places in the corpus
    precision: float | None = None
    corpus: str | None = None
    date: str | None = None


def coverage() -> list[Covered]:
    """Each claimed kind in the order of the registry, with what was measured of it (`recall.toml`)."""
    figures = measured()
    return [
        Covered(entity.name, entity.role, _how(entity), _limits(entity), **figures.get(entity.name, {}))
        for entity in entities().values()
    ]


@cache
def measured() -> Mapping[str, Mapping[str, Any]]:
    """What `bench/pii.py --write` found, by kind."""
    with (Path(__file__).parent / "recall.toml").open("rb") as file:
        return {
            name: {**part, "interval": "{} to {}".format(*part["interval"])}
            for name, part in tomllib.load(file).items()
        }


def not_detectable() -> tuple[str, ...]:
    """What a person must look for: no rule reads it from a table."""
    return (
        "fingerprints, voice prints and other biometrics: only the names of columns are read",
        "photographs of faces and other pictures",
        "names that are in no list and stand in no telling place",
        "people described without being named, and nicknames that are ordinary words",
        "values that are encrypted, or hidden in other values in a way that is not in the table below",
    )


def _how(entity: Entity) -> str:
    if not entity.has_shape:
        return entity.how
    check = "form and check digits" if entity.check else "form"
    return check if entity.sure else f"{check}, with a keyword or the name of the column"


def _limits(entity: Entity) -> str:
    if entity.weakness:
        return entity.weakness
    return (
        f"its form alone is no proof: {entity.chance:.0%} of random values of that form pass"
        if not entity.sure and entity.chance >= 0.05
        else ""
    )
