"""Rows of one table that belong to people: the people come first, each with what stays the same, then their rows.

A flat table of visits is learnt as a table of patients with the visits hanging on them, as if it had come in two files.
So people have as many rows as real ones have, and a patient keeps her sex. What she does not keep but is much her own,
such as her blood pressure, is told to her rows as her usual value. In what is drawn the two tables are one again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.expressions import names_in
from privsynth.generate.model.engine import frame_of
from privsynth.generate.model.tables.clock import Clock, clock_of_people, constant_of
from privsynth.generate.model.tables.connected import MARK, PEOPLE
from privsynth.keeping import kept
from privsynth.measure.turns import Turns, dependence, followers, is_telling, known_turns, moments
from privsynth.people.evidence import is_steady
from privsynth.statistics import Fact
from privsynth.typing import Array

KEY = f"{MARK}person"
ENOUGH = 3  # times k: so many people, at least, to learn of people
ALIKE = 0.995  # of the people with several rows, in whom a column stays the same
DECIDED = ("dependency", "shared_dependency", "one_to_one", "joint", "equal", "arithmetic", "constant_difference")
MARGIN = 1.1  # times as many people are drawn as will be needed, since each draws how many rows he has


@kept(version=2)
@dataclass(frozen=True)
class PeopleApart:
    """A table whose people stand apart while it is learnt."""

    table: str
    steady: tuple[str, ...]
    clock: Clock | None = None

    @property
    def people(self) -> str:
        return f"{PEOPLE}{self.table}"

    @property
    def relation(self) -> Relation:
        return Relation(self.people, KEY, self.table, KEY)


def people_apart(data: Dataset, facts: Sequence[Fact], k: int) -> tuple[Dataset, tuple[PeopleApart, ...]]:
    """The dataset with people apart where a table names them, ties to no other, and lets some have several rows."""
    tables: list[Table] = []
    parts: list[PeopleApart] = []
    for table in data:
        if not data.key_columns(table.name) and ENOUGH * k <= table.number_of_people < len(table):
            free = _ruled(table)
            steady = tuple(_with_what_decides(table, _steady(table, free), facts))
            part = PeopleApart(table.name, steady, clock_of_people(table, facts, steady))
            parts.append(part)
            tables += _apart(table, part, known_turns(facts, table.name, table.person), free)
        else:
            tables.append(table)
    return replace(data, tables=tuple(tables), relations=(*data.relations, *(p.relation for p in parts))), tuple(parts)


def facts_apart(facts: Sequence[Fact], parts: Sequence[PeopleApart]) -> list[Fact]:
    """The facts, and those of what stays the same once more for the people."""
    steady = {part.table: part for part in parts}
    moved = [
        replace(fact, table=steady[fact.table].people)
        for fact in facts
        if fact.table in steady and set(fact.columns) <= set(steady[fact.table].steady)
    ]
    return [*facts, *moved]


def people_needed(rows: int, people: int, rows_learnt: int) -> int:
    """How many people to draw so that theirs will be enough rows."""
    return int(np.ceil(MARGIN * rows * people / max(1, rows_learnt))) + 10 if rows else 0


def exactly(at: Array, rows: int, rng: np.random.Generator) -> Array:
    """The person of each row, for so many rows: the last people are left out, or some have a row more."""
    if len(at) >= rows or not len(at):
        return at[:rows]
    return np.sort(np.append(at, rng.choice(at, rows - len(at))))


def joined(part: PeopleApart, shape: Table, tables: Mapping[str, Table]) -> Table:
    """People and their rows as one table again, in the source's order of columns."""
    people, rows = tables[part.people], tables[part.table]
    at = pd.Index(people.values(KEY)).get_indexer(pd.Index(rows.values(KEY)))
    owner = {name: people if name in part.steady else rows for name in shape.frame.columns}
    values = {name: t.values(name)[at] if t is people else t.values(name) for name, t in owner.items()}
    columns = tuple(replace(column, fabricated=owner[column.name][column.name].fabricated) for column in shape.columns)
    return replace(shape, columns=columns, frame=frame_of(values, len(rows)))


def _apart(table: Table, part: PeopleApart, turns: Turns | None, free: set[str]) -> tuple[Table, Table]:
    """The people and their rows, person by person, in order of time where one is known; those `free` are the rows'."""
    time = part.clock.time if part.clock else None if turns is None else turns.time
    when = np.zeros(len(table)) if time is None else moments(table, time)
    rows = table.take(np.lexsort((when, table.people)))
    person = rows.people.astype(np.float64)
    first = np.unique(person, return_index=True)[1]
    key = Column(KEY, Kind.INTEGER, role=Role.IDENTIFIER)
    own = [column for column in table.columns if column.name in part.steady]
    frame = {column.name: rows.values(column.name)[first] for column in own} | {KEY: person[first]}
    moving = part.clock.moving if part.clock else ()
    usual = dict(_usual(rows, {*part.steady, *free, *(each.column for each in moving)}, first))
    constants = {m.constant: _middle(constant_of(rows, str(time), m), rows.people) for m in moving}
    people = Table(
        part.people,
        (
            key,
            *own,
            *(replace(rows[name], name=f"{MARK}usual {name}", role=Role.PLAIN) for name in usual),
            *(replace(rows[m.column], name=m.constant, kind=Kind.NUMBER, role=Role.PLAIN) for m in moving),
        ),
        frame_of(
            {
                KEY: frame.pop(KEY),
                **frame,
                **{f"{MARK}usual {name}": values for name, values in usual.items()},
                **constants,
            },
            len(first),
        ),
        rules=tuple(table.rules),
    )
    left = rows.without(part.steady)
    with_key = frame_of({KEY: person, **{c.name: left.values(c.name) for c in left.columns}}, len(rows))
    return people, replace(left, columns=(key, *left.columns), frame=with_key, person=KEY)


def _ruled(table: Table) -> set[str]:
    """Columns that a rule ties to others: a row must be free to change them until the rule holds."""
    return {name for rule in table.rules if len(names := names_in(rule.expect)) > 1 for name in names}


def _steady(table: Table, free: set[str]) -> list[str]:
    """The person's own column, and what stays the same in all rows of a person."""
    codes, others = pd.Series(table.people), [c for c in table.columns if c.name not in (table.person, *free)]
    several = codes.groupby(codes).transform("size").to_numpy() > 1
    stays = [c for c in others if _stays(table, c, codes[several].to_numpy(), several)]
    return [str(table.person), *(column.name for column in stays)]


def _with_what_decides(table: Table, steady: Sequence[str], facts: Sequence[Fact]) -> list[str]:
    """Without what changes in a few people, where columns of the rows decide it: it goes with them in every row."""
    ties = [set(f.columns) for f in facts if f.table == table.name and f.kind in DECIDED and f.share == 1.0]
    moving = {name for name in steady if name != table.person and _changes(table, name)}
    left = list(steady)
    while torn := moving & {n for tie in ties if not tie <= set(left) for n in tie} & set(left):
        left = [name for name in left if name not in torn]
    return left


def _changes(table: Table, name: str) -> bool:
    """Whether any person has two values of it."""
    codes = pd.Series(pd.factorize(table.frame[name])[0])
    return not table[name].role.is_fabricated and bool((codes.groupby(table.people).nunique() > 1).any())


def _stays(table: Table, column: Column, people: Array, rows: Array) -> bool:
    if column.role.is_fabricated:
        return is_steady(table, column)
    values = pd.Series(pd.factorize(table.frame[column.name])[0][rows])
    return bool((values.groupby(people).nunique() <= 1).mean() >= ALIKE)


def _usual(rows: Table, others: set[str], first: Array) -> list[tuple[str, Array]]:
    """Of what is a person's own but may change: the median of a number, else what the first row has."""
    turns = Turns(KEY, None)
    keyed = Table(
        rows.name,
        (Column(KEY, Kind.INTEGER), *rows.columns),
        frame_of(
            {KEY: rows.people.astype(np.float64), **{c.name: rows.values(c.name) for c in rows.columns}}, len(rows)
        ),
    )
    pairs = followers(keyed, turns, np.random.default_rng(0))
    names = [c.name for c in rows.columns if not c.role.is_fabricated and c.name not in others]
    own = [name for name in names if is_telling(dependence(keyed, name, pairs), len(pairs))]
    return [(name, _median(rows, name) if rows[name].kind.is_numeric else rows.values(name)[first]) for name in own]


def _middle(values: Array, people: Array) -> Array:
    """For each person one of her own values, in the middle of them."""
    return pd.Series(values).groupby(people).quantile(0.5, interpolation="lower").to_numpy()


def _median(rows: Table, name: str) -> Array:
    medians = pd.Series(rows.values(name)).groupby(rows.people).median().to_numpy()
    return np.round(medians, max(0, rows[name].spelling.decimals))
