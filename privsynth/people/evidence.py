"""What a table shows of its people before any is invented.

Their locale, where they live, which column is a gender, and what belongs to a person rather than to a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.people.homes import home_of
from privsynth.people.makers import entity_of
from privsynth.people.phones import calling_of
from privsynth.people.words import DEFAULT, locale_of
from privsynth.pii.entities import Trait, has, invented_as

GENDER_NAMES = ("sex", "gender", "geschlecht", "sexe", "sexo", "genre", "genero", "género", "sesso", "kön", "geslacht")
STEADY = 0.9  # share of entities with one value in all their rows, from which on a column belongs to the entity


def names_of(columns: Sequence[Column], known: Mapping[str, list[str]]) -> str:
    """The locale in which most names of the table are at home."""
    entities = {
        column.name: entity_of(column, known[column.name]) for column in columns if column.kind is not Kind.DATE
    }
    given_names = [v for name, entity in entities.items() if entity == "FIRST_NAME" for v in known[name]]
    surnames = [v for name, entity in entities.items() if entity == "LAST_NAME" for v in known[name]]
    whole = [
        part
        for name, entity in entities.items()
        if entity == "PERSON"
        for v in known[name]
        for part in v.replace(",", " ").split()
    ]
    return locale_of([*given_names, *whole], [*surnames, *whole]) if given_names or surnames or whole else DEFAULT


def places_of(table: Table, columns: Sequence[Column], known: Mapping[str, list[str]], locale: str) -> str:
    """The locale of the places of a table, by what its columns of places hold, invented or not."""
    kinds = {
        c.name: entity_of(c, known.get(c.name, ()))
        for c in table.columns
        if c.kind is not Kind.DATE and (c.entity or c in columns)
    }
    placed = {name: kind for name, kind in kinds.items() if has(kind, Trait.OF_A_PLACE)}
    values: dict[str, list[str]] = {}
    for name, kind in placed.items():
        values.setdefault(str(kind), []).extend(
            known[name] if name in known else pd.unique(pd.Series(table.text(name), dtype=object).dropna())
        )
    phones = values.get("PHONE", [])
    return home_of(locale, values, calling_of(phones, locale) if phones else None)


def gender_column(table: Table) -> str | None:
    """The column that says whether a row is a woman or a man, if one does."""
    named = (
        c for c in table.columns if invented_as(c.entity or "") == "GENDER" or c.name.casefold().strip() in GENDER_NAMES
    )
    titles = (c for c in table.columns if c.entity == "TITLE" and not c.role.is_fabricated)
    return next((column.name for column in (*named, *titles)), None)


def is_steady(table: Table, column: Column) -> bool:
    """Whether nearly every entity has one value of this column in all its rows."""
    if table.person is None or table.person == column.name or not len(table) or column.role is Role.FREE_TEXT:
        return False
    codes = pd.Series(table.people)
    if codes.nunique() == len(codes):
        return False
    return bool(
        (pd.Series(pd.factorize(table.frame[column.name])[0]).groupby(codes.to_numpy()).nunique() <= 1).mean() >= STEADY
    )
