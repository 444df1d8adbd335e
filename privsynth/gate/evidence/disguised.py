"""Real values of one column anywhere in a draft: as a whole cell, inside a longer one, or under a plain disguise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.gate.evidence.namesakes import NamedPeople, Pair
from privsynth.gate.evidence.realvalues import is_telling, names_somebody
from privsynth.measure.significance import poisson_tail
from privsynth.pii.canonical import forms_of
from privsynth.pii.entities import Trait, has
from privsynth.pii.handles import FirstParts, could_be_one, first_parts, sort_of
from privsynth.pii.wanted import Sight, Tried, Wanted
from privsynth.pii.whole_names import columns_of_names, name_pairs
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
    people: NamedPeople = field(repr=False)

    @classmethod
    def of(cls, train: Sequence[Table], holdout: Sequence[Table] = ()) -> Real:
        tables = (*train, *holdout)
        forms = frozenset(form for table in tables for form in _telling_forms(table))
        handles = FirstParts.of(value for table in tables for _, value in _telling_values(table))
        people = NamedPeople.of(
            *([name for table in side for name in known(name_pairs(table))] for side in (train, holdout))
        )
        return cls(Wanted(forms, frozenset(people.by_form), handles), people)


def _telling_forms(table: Table) -> Iterator[str]:
    """Of addresses that begin with a number alone, that number too."""
    for column, value in _telling_values(table):
        yield from filter(is_telling, forms_of(value, is_phone=has(column.entity, Trait.PHONE)))
        yield from (part for part in first_parts(value) if part.isdecimal() and is_telling(part))


def _telling_values(table: Table) -> Iterator[tuple[Column, str]]:
    for column in table.columns:
        if column.kind is not Kind.DATE and not column.kind.is_time and names_somebody(column, table):
            yield from ((column, value) for value in known(table.text(column.name)))


def known(texts: Array) -> list[str]:
    """The distinct values."""
    return list(pd.unique(pd.Series(texts, dtype=object).dropna()))


def seen_in(made: Table, real: Real, own: Mapping[str, Collection[str]]) -> dict[str, Standing]:
    """For each draft column the distinct cells that hold a real value. `own`: what a column may hold as a cell."""
    columns = [column for column in made.columns if _is_searched(column, real)]
    searches = {column.name: _search(made, column, real, own.get(column.name, ())) for column in columns}
    tests = max(1, len(columns) * len(real.wanted.lengths))
    with_handles = max(1, sum(bool(search.handles) for search in searches.values()))
    return {
        name: search.seen(real, CHANCE / tests, of_handles=CHANCE / with_handles) for name, search in searches.items()
    }


def _is_searched(column: Column, real: Real) -> bool:
    """All but moments, which are nothing else; numbers by their digits, whatever decimals stand behind them."""
    return column.kind in READ or (
        bool(real.wanted.lengths) and column.kind is not Kind.DATE and not column.kind.is_time
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Searching:
    """What stands in the cells of one column: texts at once, numbers as soon as they are more than by chance."""

    cells: Counter[str] = field(default_factory=Counter)
    numbers: dict[tuple[int, bool], Counter[str]] = field(default_factory=dict)  # by digits, and whether under a code
    handles: Counter[str] = field(default_factory=Counter)
    sorts: Counter[str] = field(default_factory=Counter)  # of the words that could be one, where others could be too
    namesakes: Counter[str] = field(default_factory=Counter)  # in a column of names
    names: set[Pair] = field(default_factory=set)  # in a column of names, whether somebody's or not
    tried: Tried = field(default_factory=Tried)

    def add(self, sights: Collection[Sight]) -> None:
        """One cell: a text in it decides, else the first part of an address, else its longest number."""
        handles = [sight for sight in sights if sight.is_handle and not sight.is_disguised]
        texts = [sight for sight in sights if not sight.form.isdecimal() and sight not in handles]
        if texts:
            self.cells[_plainest(texts)] += 1
        elif handles:
            self.handles[_plainest(handles)] += 1
        elif sights:
            longest = max(sights, key=lambda sight: (len(sight.form), not sight.is_disguised))
            self.numbers.setdefault((len(longest.form), longest.is_coded), Counter())[_way(longest)] += 1

    def add_namesakes(self, sights: Collection[Sight], people: NamedPeople) -> None:
        """One cell in which nothing else stands."""
        if sights:
            self.namesakes[_plainest(sights)] += 1
            self.names.update(people.by_form[sight.form] for sight in sights)

    def seen(self, real: Real, alpha: float, *, of_handles: float) -> Standing:
        cells = Counter(self.cells)
        for sort, ways in self.numbers.items():
            hits = ways.total()
            expected = real.wanted.lengths[sort[0]].expected(self.tried.every[sort], self.tried.near[sort], hits)
            if poisson_tail(hits, expected) < alpha:
                cells += ways
        if self.handles and poisson_tail(self.handles.total(), real.wanted.handles.expected(self.sorts)) < of_handles:
            cells += self.handles
        if self.namesakes and real.people.chance(self.names) < alpha:
            cells += self.namesakes
        return Standing(**{way: cells[way] for way in _WAYS})


_WAYS = ("whole", "inside", "disguised")


def _way(sight: Sight) -> str:
    return "disguised" if sight.is_disguised else "whole" if sight.is_whole else "inside"


def _plainest(sights: Collection[Sight]) -> str:
    return min(map(_way, sights), key=_WAYS.index)


def _cells(made: Table, column: Column) -> list[str]:
    """Its distinct texts; a whole number is its digits, however many decimals the column shows."""
    texts = made.text(column.name)
    if column.kind is Kind.NUMBER:
        texts = np.where(np.mod(made.values(column.name), 1) == 0, made.key_text(column.name), texts)
    return known(texts)


def _search(made: Table, column: Column, real: Real, own: Collection[str]) -> _Searching:
    """In a column of names those of namesakes are judged together; the table's own whole names have a finding."""
    search, cells, is_number = _Searching(), _cells(made, column), column.kind.is_numeric
    pairs = set() if is_number else {pair for cell in cells if (pair := real.people.named_by(cell))}
    of_names = has(column.entity, Trait.NAME) or len(pairs) >= NAMES
    is_judged = columns_of_names(made) == (column.name,)
    search.names.update(pairs if of_names else ())
    for at in np.flatnonzero(real.wanted.suspects(cells, are_numbers=is_number)):
        sights = real.wanted.sights(cells[at], Tried(), is_number=is_number)
        others = [sight for sight in sights if sight.is_disguised or not (sight.is_whole and sight.form in own)]
        names = [sight for sight in others if of_names and _is_namesake(sight, real)]
        search.add([sight for sight in others if sight not in names])
        search.add_namesakes([] if is_judged or len(names) < len(others) else names, real.people)
    if search.numbers:
        for cell in cells:
            real.wanted.count(cell, search.tried, is_number=is_number)
    if search.handles:
        search.sorts.update(_sorts_in(cells, real.wanted.handles))
    return search


def _sorts_in(cells: Sequence[str], handles: FirstParts) -> Iterator[str]:
    """The sorts of all words that could be a known one; none where nothing else in the column is written like one."""
    inside = [set(handles.inside(cell)) for cell in cells]
    others = (cell for cell, parts in zip(cells, inside, strict=True) if parts.isdisjoint(handles.known))
    if any(map(could_be_one, others)):
        yield from (sort_of(part) for parts in inside for part in parts)


def _is_namesake(sight: Sight, real: Real) -> bool:
    """Whether others may have that name. A disguise takes somebody who knows whose it is."""
    return not sight.is_disguised and sight.form in real.people.by_form and sight.form not in real.wanted.forms
