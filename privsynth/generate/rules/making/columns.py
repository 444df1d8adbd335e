"""Makes the columns of one table, each from a stream of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.errors import BackendError
from privsynth.generate.rules.making.rows import Linked, Rows, place_of
from privsynth.generate.rules.planning.plan import ColumnPlan, TablePlan
from privsynth.generate.rules.planning.room import shortages
from privsynth.generate.rules.planning.schema import is_plain
from privsynth.generate.rules.planning.together import Together
from privsynth.generate.rules.relations.links import PARENT, Link
from privsynth.generate.rules.relations.references import OwnLinkPlan
from privsynth.generate.rules.relations.trees import levels_of
from privsynth.generate.rules.scenarios.pins import Pins
from privsynth.generate.rules.time.runs import sorted_within
from privsynth.generate.rules.values.folk import PersonColumns
from privsynth.generate.rules.values.lettering import numbered, random_uuids
from privsynth.generate.rules.values.provider import Provider, blank
from privsynth.generate.rules.vocabulary.rulebook import Sequence
from privsynth.spelling import Spelling
from privsynth.spelling.dates import floored
from privsynth.statistics import Taken
from privsynth.typing import Array

Streams = Callable[[str], np.random.Generator]

TRIES = 200  # rounds in which repeated values of a unique column are drawn again


@dataclass(eq=False)
class Making:
    """One table under way. `streams` gives the stream of a name; `tables` all that are under way, by name."""

    plan: TablePlan
    count: int
    _: KW_ONLY
    streams: Streams = field(repr=False)
    taken: Taken = field(repr=False)
    tables: Mapping[str, Making] = field(repr=False, default_factory=dict)
    values: dict[str, Array] = field(repr=False, default_factory=dict)  # of columns and links
    notes: list[str] = field(default_factory=list)
    first: int = 0  # rows of the table that were made before these, in other parts

    def __post_init__(self) -> None:
        self.seen = Linked(self.values, _Others(self.plan.links, self.tables))
        self.pins = Pins(self.count, stored)

    def rows(self, stream: str) -> Rows:
        return Rows(self.count, self.seen, self.streams(stream), self.values.get(place_of(PARENT)))

    def refer(self, place: str) -> None:
        """Which rows a link leads to."""
        try:
            self.values[place] = self._drawn_link(place, self.rows(f"link {place}"))
        except BackendError as problem:
            raise BackendError(f"table {self.plan.name}: {problem.message}", hint=problem.hint) from None

    def _drawn_link(self, place: str, rows: Rows) -> Array:
        plan = self.plan.drawn_links[place]
        other = self.tables[plan.link.table]
        values = {plan.link.seen(name): values for name, values in other.values.items()}
        return plan.draw(rows, Rows(other.count, values, rows.rng))

    def make(self, name: str) -> None:
        """One column, or all columns of a person at once."""
        if name not in self.values:
            self._column(self.plan.columns[name])
            self._pin(self.plan.columns[name])

    def _pin(self, column: ColumnPlan) -> None:
        """Some values of the column are on purpose."""
        if self.plan.cover is not None and column.name in self.plan.cover.columns:
            wanted = self.plan.cover.edges(column.name)
            self.values[column.name] = self.pins.place(column, wanted, self.values[column.name])
        if column.name in self.plan.edges and self.count:
            edges = self.plan.edges[column.name]
            self.values[column.name] = self.pins.put(
                column, edges, self.rows(f"edges of {column.name}"), self.values[column.name]
            )

    def redrawn(self, name: str, rows: Rows, drawn: Array | None = None) -> Array:
        """New values of a column or a link for some rows, as drawn or yet to be drawn."""
        if name in self.plan.drawn_links:
            return self._drawn_link(name, rows)
        column = self.plan.columns[name]
        return finished(column, self._again(column, rows) if drawn is None else drawn, rows)

    def drawn_together(self, group: Together, rows: Rows, streams: Streams) -> dict[str, Array]:
        """New values of a group of columns for some rows."""

        def alone(name: str) -> Array:
            column = self.plan.columns[name]
            return stored(self._again(column, replace(rows, rng=streams(f"column {name}"))), column)

        return group.draw(rows, alone, streams)

    def _again(self, column: ColumnPlan, rows: Rows) -> Array:
        assert column.provider is not None  # noqa: S101 - for the type checker: others are never drawn again
        return column.provider.draw(rows)

    def put(self, name: str, values: Array, rows: Array) -> None:
        """Put new values into some rows of a column."""
        whole = self.values[name].copy()
        whole[rows] = values
        self.values[name] = whole
        self.seen.forget(name)

    def _column(self, column: ColumnPlan) -> None:
        try:
            if column.rule.person is not None:
                self._people(column.rule.person.who)
            elif column.name in self.plan.groups:
                self._together(self.plan.groups[column.name])
            elif column.level_by_level is not None:
                self._by_level(column, self.values[place_of(column.level_by_level)])
            else:
                rows = self.rows(f"column {column.name}")
                self.values[column.name] = finished(column, self._whole(column, rows), rows)
        except BackendError as problem:
            if problem.column is not None:
                raise
            raise BackendError(
                f"table {self.plan.name}, column {column.name}: {problem.message}",
                hint=problem.hint,
                column=column.name,
            ) from None

    def _by_level(self, column: ColumnPlan, above: Array) -> None:
        """Row by row below those that are made: each level sees the one above it."""
        rows = self.rows(f"column {column.name}")
        self.values[column.name] = column.column.kind.missing(rows.count)
        for level in levels_of(above):
            part = rows.take(level)
            self.values[column.name][level] = finished(column, self._whole(column, part), part)

    def _people(self, who: str) -> None:
        members = self.plan.people[who]
        columns, notes = PersonColumns(members, self.taken).make(self.rows(f"person {who}"))
        self.notes += [f"table {self.plan.name}: {note}" for note in notes]
        for member in members:
            self.values[member.column] = finished(
                self.plan.columns[member.column], columns[member.column], self.rows(f"column {member.column}")
            )

    def _together(self, group: Together) -> None:
        """Columns of which none is made without the others; what is missing in each is left out afterwards."""
        plans = {name: self.plan.columns[name] for name in group.columns}
        rows = {name: self.rows(f"column {name}") for name in group.columns}
        whole = group.draw(
            self.rows(""), lambda name: stored(self._whole(plans[name], rows[name]), plans[name]), self.streams
        )
        for name, values in whole.items():
            self.values[name] = finished(plans[name], values, rows[name])

    def _whole(self, column: ColumnPlan, rows: Rows) -> Array:
        if column.rule.sequence is not None:
            return _sequence(column.rule.sequence, self.first, rows.count)
        if column.rule.uuid is not None:
            return random_uuids(rows.count, rows.rng)
        if column.name in self.plan.worked_out:
            return self.plan.worked_out[column.name].work_out(rows, lambda table: self.tables[table].values)
        assert column.provider is not None  # noqa: S101 - for the type checker: all others have one
        values = _unique(column, column.provider, rows) if column.rule.unique else column.provider.draw(rows)
        return sorted_within(values, rows) if column.is_sorted else values


class _Others(Mapping[str, Mapping[str, Array]]):
    """The values of the tables that links lead to, once there are some."""

    def __init__(self, links: Mapping[str, Link], tables: Mapping[str, Making]) -> None:
        self.links, self.tables = links, tables

    def __getitem__(self, link: str) -> Mapping[str, Array]:
        return self.tables[self.links[link].table].values

    def __iter__(self) -> Iterator[str]:
        return iter(self.links)

    def __len__(self) -> int:
        return len(self.links)


def finished(column: ColumnPlan, values: Array, rows: Rows) -> Array:
    """In the storage type of the column's kind, with as many decimals as are written, and with its missing values."""
    whole = stored(values, column)
    share = column.missing(rows)
    if isinstance(share, float) and share == 0:
        return whole
    whole = whole.copy()
    whole[rows.rng.random(rows.count) < share] = blank(column.column.kind, 1)[0]
    return whole


def stored(values: Array, column: ColumnPlan) -> Array:
    """As it is written: in the storage type of the column's kind, with its decimals."""
    kind = column.column.kind
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            rounded = np.round(values, column.column.spelling.decimals) + 0.0  # no negative zero
        if beyond := int(np.isinf(rounded).sum()):
            raise BackendError(
                f"{beyond} of {len(rounded)} values are larger than any number.",
                hint="cut the law at low and high, or guard the expression with LEAST(...)",
            )
        if kind.is_numeric:
            return rounded
        decimals = column.provider.decimals if column.provider else 0
        return np.asarray(Spelling(decimals=decimals, padded=False).write(np.round(values, decimals)), dtype=object)
    if kind is Kind.DATE and values.dtype.kind == "M":
        return floored(values, column.column.spelling.unit)
    return blank(kind, len(values)) if column.provider is not None and column.provider.kind is None else values


def _sequence(sequence: Sequence, first: int, rows: int) -> Array:
    numbers = sequence.start + sequence.step * np.arange(first, first + rows, dtype=np.int64)
    if is_plain(sequence):
        return numbers.astype(np.float64)
    return numbered(numbers, width=sequence.width, prefix=sequence.prefix, suffix=sequence.suffix)


def check_capacity(plan: TablePlan, rows: int) -> None:
    """Whether unique columns and own links can hold that many rows: asked before anything is made."""
    for link in plan.drawn_links.values():
        if isinstance(link, OwnLinkPlan) and plan.parent is None:
            link.shape.check(np.array([rows]))
    if plan.cover is not None and (rows or plan.parent is None):
        plan.cover.check(plan.name, rows)
    for shortage in shortages(plan, rows):
        raise BackendError(shortage.problem, hint=shortage.hint, column=shortage.column)


def _unique(column: ColumnPlan, provider: Provider, rows: Rows) -> Array:
    """Values of which no two are alike, as they are written."""
    if provider.distinct is not None:
        return provider.distinct(rows.count, rows.rng)
    values = stored(provider.draw(rows), column)
    tries = 1 if provider.certain else TRIES
    for _ in range(tries):
        again = np.flatnonzero(pd.Series(values).duplicated().to_numpy() & ~pd.isna(values))
        if not len(again):
            return values
        values[again] = stored(provider.draw(rows.take(again)), column)
    raise BackendError(
        f"column {column.name} must be unique;"
        f" {len(again)} of {rows.count} values were still repeated after {tries} draws.",
        hint="widen the rule, allow more decimals, or leave out 'unique'",
        column=column.name,
    )
