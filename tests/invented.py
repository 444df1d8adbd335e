"""Tables by hand for the tests of invented people, and one call that invents from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from shop import statistics, taken_of, texts

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.people import Fabricator
from privsynth.people.draws import fresh_seeds
from privsynth.people.words import locales, words_of

KINDS = {
    "name": "PERSON",
    "first": "FIRST_NAME",
    "last": "LAST_NAME",
    "title": "TITLE",
    "initials": None,
    "email": "EMAIL",
    "user": "USERNAME",
    "sex": "GENDER",
    "city": "CITY",
    "zip": "POSTCODE",
    "state": "REGION",
    "country": "COUNTRY",
    "street": "STREET_ADDRESS",
    "phone": "PHONE",
    "age": "AGE",
    "born": "DATE_OF_BIRTH",
}


def table_of(frame: dict[str, Any], kept: Sequence[str] = (), person: str | None = None, **kinds: str) -> Table:
    """Columns by their names in KINDS; those in `kept` are not invented."""
    columns, made = [], {}
    for name, values in frame.items():
        known = np.asarray(values, dtype=None if len(values) else getattr(values, "dtype", object))
        kind = Kind.DATE if known.dtype.kind == "M" else Kind.INTEGER if known.dtype.kind == "f" else Kind.TEXT
        role = Role.IDENTIFIER if name == person else Role.QUASI if name in kept else Role.DIRECT
        columns.append(Column(name, kind, role=role, entity=kinds.get(name, KINDS.get(name))))
        made[name] = pd.Series(known) if kind is not Kind.TEXT else texts(values)
    return Table("people", tuple(columns), pd.DataFrame(made), person=person)


def inventor_of(table: Table, locale: str | None = None) -> Fabricator:
    return Fabricator.learn(table, statistics(table), taken_of(Dataset((table,))), locale)


def seeds(rows: int, seed: int = 1) -> np.ndarray[Any, Any]:
    return fresh_seeds(rows, np.random.default_rng(seed))


def invent(
    table: Table, rows: int = 300, context: pd.DataFrame | None = None, locale: str | None = None, seed: int = 1
) -> pd.DataFrame:
    context = pd.DataFrame() if context is None else context
    made = inventor_of(table, locale).make_from(context, seeds(rows, seed))
    return pd.DataFrame({name: context[name] for name in context} | made)


def names_in(locale: str, rows: int = 60) -> dict[str, list[str]]:
    """Real-looking given names and surnames of a locale, from the end of its lists."""
    words = words_of(locale)
    return {
        "first": [words.female[-1 - i % len(words.female)] for i in range(rows)],
        "last": [words.last_male[-1 - i % len(words.last_male)] for i in range(rows)],
    }


LOCALES = [
    name
    for name in (
        "en_US",
        "en_GB",
        "de_DE",
        "fr_FR",
        "es_ES",
        "it_IT",
        "pt_BR",
        "nl_NL",
        "sv_SE",
        "ru_RU",
        "el_GR",
        "uk_UA",
        "ka_GE",
    )
    if name in locales()
]
