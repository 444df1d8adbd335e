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
    """Each claimed kind in the order of the registry; exactly those that have a canary. What was measured is in `recall.toml`."""
    known = measured()
    return [
        Covered(entity.name, entity.role, _how(entity), _limits(entity), **known.get(entity.name, {}))
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
        "values that are encrypted, or hidden in other values on purpose",
    )


def _how(entity: Entity) -> str:
    if not entity.has_shape:
        return _BY_RULE.get(entity.name, "name of the column")
    check = "form and check digits" if entity.check else "form"
    return check if entity.sure else f"{check}, with a keyword or the name of the column"


def _limits(entity: Entity) -> str:
    if entity.name in _WEAK:
        return _WEAK[entity.name]
    return (
        f"its form alone is no proof: {entity.chance:.0%} of random values of that form pass"
        if not entity.sure and entity.chance >= 0.05
        else ""
    )


_BY_RULE = {
    "PERSON": "name of the column; lists of names and telling places in a text",
    "FIRST_NAME": "name of the column; lists of names",
    "LAST_NAME": "name of the column; lists of names and endings",
    "STREET_ADDRESS": "name of the column; a number beside a word for a street",
    "CITY": "name of the column; lists of places, and words such as 'moved to' before it",
    "COUNTRY": "name of the column; lists of countries",
    "ORGANIZATION": "name of the column; legal forms, and words such as 'work for' before it",
    "PHONE": "name of the column; groups of digits as telephone numbers are written, and keywords",
    "TITLE": "name of the column; list of titles",
    "DATE": "name of the column; ways of writing a day",
    "DATE_OF_BIRTH": "name of the column; years spread over a generation; 'born' beside a date",
    "NATIONALITY": "name of the column; list of adjectives",
    "AGE": "name of the column; 'years old'",
    "AGE_OVER_89": "'years old' with 90 or more",
    "JOB_TITLE": "name of the column; last word of an occupation",
    "POSTCODE": "name of the column; form beside a keyword or a town",
}
_WEAK = {
    "PERSON": "without a language model, names in no list and at no telling place are missed, and some ordinary words with a capital are taken for names",
    "CITY": "places are taken for names and the reverse; most villages are in no list",
    "ORGANIZATION": "firms without a legal form are mostly missed",
    "STREET_ADDRESS": "streets without a known word or ending are mostly missed",
    "USERNAME": "only by the name of the column",
    "PASSWORD": "only by the name of the column",
}
