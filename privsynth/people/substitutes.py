"""Value for value: each different value of one column becomes another of its kind, wherever it stands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.errors import BackendError
from privsynth.people import Fabricator
from privsynth.people.draws import Draws, mix
from privsynth.people.settle import ATTEMPTS
from privsynth.people.shown import genders_of
from privsynth.people.words import array, words_of
from privsynth.pii.entities import Trait, has
from privsynth.spelling.normal import normal
from privsynth.statistics import ColumnStatistics, Taken
from privsynth.typing import Array

OWN_LIST = ATTEMPTS // 2  # attempts in the list of the locale; later ones put two words together


def substitutes(
    column: Column,
    values: Array,
    seeds: Array,
    *,
    taken: Taken = Taken(),  # noqa: B008  frozen: nothing can be added to it
    locale: str | None = None,
    injective: bool | None = None,
    statistics: ColumnStatistics | None = None,
) -> Array:
    """The values, each replaced by its substitute, in the storage type of the column; a missing value stays missing.

    `seeds` is a number a row, the same for the same value: it alone chooses the substitute, which never equals what it
    stands for, nor any other value of the column but words that many people share (towns, given names, surnames). With
    `injective` (the default where no value comes twice) no two values share one: the later of two that meet is drawn
    again, so that a substitute can depend on which other values are there. A given name stays a woman's or a man's
    where the lists know it as one.
    """
    texts = column.spelling.write(values)
    codes, distinct = pd.factorize(pd.Series(texts, dtype=object))
    if column.kind is Kind.DATE:
        raise BackendError(
            f"column {column.name}: a date has no substitute of its kind.",
            hint="shift it, or generalise it.",
            column=column.name,
        )
    if not len(distinct):
        return values.copy()
    firsts = np.unique(codes[codes >= 0], return_index=True)[1]
    own = seeds[np.flatnonzero(codes >= 0)[firsts]]
    inventor = _inventor(column, np.asarray(distinct, dtype=object), values, codes, taken, locale, statistics)
    unique = (
        injective
        if injective is not None
        else statistics.is_unique
        if statistics
        else len(distinct) == int((codes >= 0).sum())
    )
    drawn = _settled(inventor, np.asarray(distinct, dtype=object), own, unique=unique)
    blank = np.array([np.nan]) if column.kind.is_numeric else np.array([None], dtype=object)
    return np.concatenate([drawn, blank])[codes]


def _inventor(
    column: Column,
    distinct: Array,
    values: Array,
    codes: Array,
    taken: Taken,
    locale: str | None,
    statistics: ColumnStatistics | None,
) -> Fabricator:
    """One that has seen each value once, and draws each row by itself."""
    role = column.role if column.role.is_fabricated and column.role is not Role.FREE_TEXT else Role.DIRECT
    kept = np.unique(codes, return_index=True)[1][-len(distinct) :]
    table = Table(
        "values",
        (replace(column, role=role),),
        pd.DataFrame({column.name: pd.Series(values[kept], dtype=values.dtype)}),
    )
    learnt = Fabricator.learn(
        table, {} if statistics is None else {column.name: statistics}, taken, locale
    ).without_missing()
    return replace(
        learnt,
        makers=tuple(
            replace(
                maker,
                unique=False,
                distinct=1.0,
                steady=False,
            )
            for maker in learnt.makers
        ),
        notes=learnt.notes,
    )


def _settled(inventor: Fabricator, distinct: Array, own: Array, *, unique: bool) -> Array:
    """Drawn again until each differs from its value and, where asked, from all others."""
    maker = inventor.makers[0]
    gender = genders_of(distinct, inventor.locale) if has(maker.entity, Trait.GIVEN_NAME) else None
    real = np.array([normal(value) for value in distinct], dtype=object)
    drawn: Array = np.empty(len(distinct), dtype=np.float64 if maker.column.kind.is_numeric else object)
    left = np.arange(len(distinct))
    for attempt in range(ATTEMPTS):
        drawn[left] = _drawn(
            inventor,
            mix(own[left] + np.uint64(attempt)),
            None if gender is None else gender[left],
            doubled=attempt >= OWN_LIST,
        )
        shown = pd.Series([normal(text) for text in maker.column.spelling.write(drawn)], dtype=object)
        bad = shown.isin(real).to_numpy() if maker.avoids else (shown == real).to_numpy()
        if unique:
            order = np.concatenate([np.setdiff1d(np.arange(len(distinct)), left, assume_unique=True), left])
            bad[order] |= shown.iloc[order].duplicated().to_numpy()
        left = np.flatnonzero(bad)
        if not len(left):
            return drawn
    raise BackendError(
        f"column {maker.column.name}: {len(left)} of {len(distinct)} different values "
        "found no substitute of their own.",
        hint="use tokens for it, or let values share a substitute.",
        column=maker.column.name,
    )


def _drawn(inventor: Fabricator, seeds: Array, gender: Array | None, *, doubled: bool) -> Array:
    """One draw for each value. Where a list has too few words, two of them: Anna-Clara, or a town that is nowhere."""
    maker = inventor.makers[0]
    name = maker.column.name
    drawn = inventor.make_from(pd.DataFrame(), seeds, gender=gender)[name]
    if not doubled:
        return drawn
    if maker.entity == "CITY":
        return Draws(seeds).pick("town", _made_up(inventor.locale))
    if has(maker.entity, Trait.NAME):
        other = inventor.make_from(pd.DataFrame(), mix(seeds), gender=gender)[name]
        return np.array([f"{one}-{more.split()[-1]}" for one, more in zip(drawn, other, strict=True)], dtype=object)
    return drawn


def _made_up(locale: str) -> Array:
    """Towns that no map has: surnames with the end of a town."""
    words = words_of(locale)
    return array(
        f"{name}{end}"
        for name in (*words.last_female, *words.last_male)
        for end in ("ton", "ville", "bury", "haven", "stad", "berg")
    )
