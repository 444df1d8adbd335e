"""Real values of one column anywhere in a draft: as a whole cell, inside a longer one, or under a plain disguise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.gate.evidence.realvalues import is_telling, names_somebody
from privsynth.measure.significance import poisson_tail
from privsynth.pii.canonical import forms_of, name_forms, words
from privsynth.pii.entities import Trait, has
from privsynth.pii.wanted import Sight, Tried, Wanted
from privsynth.pii.whole_names import name_pairs
from privsynth.typing import Array

CHANCE = 1e-3  # of a false alarm from numbers that meet by chance, over all columns and lengths of a table
NAMES = 20  # cells that look like names of people, from which on a column is one of names
READ = (Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL)  # where words may stand


@dataclass(frozen=True)
class Standing:
    """The distinct cells of one draft column in which a real value stands, by how it stands there."""

    whole: int = 0  # the cell is one, of whatever column
    inside: int = 0  # it stands in a longer text
    disguised: int = 0


@dataclass(frozen=True, eq=False)
class Real:
    """The real values of a source that one draft table is searched for, made ready once."""

    wanted: Wanted = field(repr=False)
    first_words: frozenset[str] = field(repr=False)
    last_words: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, tables: Sequence[Table]) -> Real:
        forms = frozenset(form for table in tables for form in _telling_forms(table))
        people = {name for table in tables for name in known(name_pairs(table))}
        parts = [each for name in people if len(each := words(name)) > 1]
        names = frozenset(form for name in people for form in name_forms(name))
        return cls(Wanted(forms, names), frozenset(p[0] for p in parts), frozenset(p[-1] for p in parts))

    def looks_like_a_name(self, cell: str) -> bool:
        """Whether its words are given name and surname of real people, in either order."""
        parts = words(cell)
        if not 2 <= len(parts) <= 4:
            return False
        ends = parts[0], parts[-1]
        return any(a in self.first_words and b in self.last_words for a, b in (ends, ends[::-1]))


def _telling_forms(table: Table) -> Iterator[str]:
    for column in table.columns:
        if column.kind is not Kind.DATE and not column.kind.is_time and names_somebody(column, table):
            phone = has(column.entity, Trait.PHONE)
            for value in known(table.text(column.name)):
                yield from filter(is_telling, forms_of(value, is_phone=phone))


def known(texts: Array) -> list[str]:
    """The distinct values."""
    return list(pd.unique(pd.Series(texts, dtype=object).dropna()))


def seen_in(made: Table, real: Real, own: Mapping[str, Collection[str]]) -> dict[str, Standing]:
    """For each draft column the distinct cells that hold a real value. `own`: what a column may hold as a cell."""
    columns = [column for column in made.columns if _is_searched(column, real)]
    searches = {column.name: _search(made, column, real, own.get(column.name, ())) for column in columns}
    tests = max(1, len(columns) * len(real.wanted.lengths))
    return {name: search.seen(real.wanted, CHANCE / tests) for name, search in searches.items()}


def _is_searched(column: Column, real: Real) -> bool:
    """All but moments, which are nothing else; numbers by their digits, whatever decimals stand behind them."""
    return column.kind in READ or (
        bool(real.wanted.lengths) and column.kind is not Kind.DATE and not column.kind.is_time
    )


@dataclass(frozen=True, eq=False)
class _Searching:
    """What stands in the cells of one column: texts at once, numbers as soon as they are more than by chance."""

    cells: Counter[str] = field(default_factory=Counter)
    numbers: dict[tuple[int, bool], Counter[str]] = field(default_factory=dict)  # by digits, and whether under a code
    tried: Tried = field(default_factory=Tried)

    def add(self, sights: Collection[Sight]) -> None:
        """One cell: a text in it decides, else its longest number."""
        texts = [sight for sight in sights if not sight.form.isdecimal()]
        if texts:
            self.cells[min(map(_way, texts), key=_WAYS.index)] += 1
        elif sights:
            longest = max(sights, key=lambda sight: (len(sight.form), not sight.is_disguised))
            self.numbers.setdefault((len(longest.form), longest.is_coded), Counter())[_way(longest)] += 1

    def seen(self, wanted: Wanted, alpha: float) -> Standing:
        cells = Counter(self.cells)
        for sort, ways in self.numbers.items():
            hits = ways.total()
            expected = wanted.lengths[sort[0]].expected(self.tried.every[sort], self.tried.near[sort], hits)
            if poisson_tail(hits, expected) < alpha:
                cells += ways
        return Standing(**{way: cells[way] for way in _WAYS})


_WAYS = ("whole", "inside", "disguised")


def _way(sight: Sight) -> str:
    return "disguised" if sight.is_disguised else "whole" if sight.is_whole else "inside"


def _cells(made: Table, column: Column) -> list[str]:
    """Its distinct texts; a whole number is its digits, however many decimals the column shows."""
    texts = made.text(column.name)
    if column.kind is Kind.NUMBER:
        texts = np.where(np.mod(made.values(column.name), 1) == 0, made.key_text(column.name), texts)
    return known(texts)


def _search(made: Table, column: Column, real: Real, own: Collection[str]) -> _Searching:
    search, cells, is_number = _Searching(), _cells(made, column), column.kind.is_numeric
    of_names = has(column.entity, Trait.NAME) or sum(map(real.looks_like_a_name, cells)) >= NAMES
    for at in np.flatnonzero(real.wanted.suspects(cells, are_numbers=is_number)):
        sights = real.wanted.sights(cells[at], Tried(), is_number=is_number)
        search.add([sight for sight in sights if not _is_usual(sight, own, real, of_names=of_names)])
    if search.numbers:
        for cell in cells:
            real.wanted.sights(cell, search.tried, is_number=is_number)
    return search


def _is_usual(sight: Sight, own: Collection[str], real: Real, *, of_names: bool) -> bool:
    """What a column holds anyhow: its own values, which are judged as such; in one of names those of namesakes."""
    if sight.is_disguised:
        return False
    is_own = sight.is_whole and sight.form in own
    return is_own or (of_names and sight.form not in real.wanted.forms)
