"""Rows from a rulebook: no real data is read for them. The format is explained in rules/README.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from importlib.metadata import version
from typing import Self

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Rule, Table
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.book import Book, Mistake
from privsynth.generate.rules.making.columns import Making, check_capacity
from privsynth.generate.rules.making.mending import mend
from privsynth.generate.rules.making.parts import MOST_AT_ONCE, Part, RowsInParts, parts_of, why_whole
from privsynth.generate.rules.making.planting import with_errors
from privsynth.generate.rules.making.rows import Rows, place_of, side_by_side
from privsynth.generate.rules.mistakes.found import ready
from privsynth.generate.rules.planning.plan import BookPlan, TablePlan, walk_rules
from privsynth.generate.rules.planning.turns import Act
from privsynth.generate.rules.relations.links import PARENT
from privsynth.generate.rules.scenarios.breaking import Breaking
from privsynth.generate.rules.scenarios.pins import Pins, listed_edges
from privsynth.generate.rules.scenarios.planned import ROWS_BELOW
from privsynth.generate.rules.scenarios.waived import rules_waived, waived_in
from privsynth.generate.rules.values.correlation import Correlated
from privsynth.generate.rules.values.lookups import LookupRows
from privsynth.generate.rules.vocabulary.rulebook import Inferred, TableRule
from privsynth.options import Limits, RulesOptions
from privsynth.recipe import Recipe
from privsynth.seeds import seed_of
from privsynth.statistics import Statistics, Taken
from privsynth.typing import Array

OF_AUTHOR = "what the rulebook was made of, only its author knows"
MOST_CELLS = 100_000_000  # about two gigabytes of memory


class TooManyCells(BackendError):  # noqa: N818 - it reads as what it is
    """A book makes more than is made at once."""


class Rules:
    """`fit` reads and checks the rulebook; `sample` makes its tables, `in_parts` tables of very many rows."""

    def __init__(self, options: RulesOptions, limits: Limits) -> None:
        self.options, self.limits, self.most_cells = options, limits, MOST_CELLS

    def planned(self, book: Book, plan: BookPlan, doubts: tuple[Mistake, ...] = ()) -> Self:
        """Ready to make what was planned, beside no data; what is hardly meant is noted, without a value."""
        self.book_, self.plan_, self.taken_ = book, plan, Taken()
        self.notes_ = tuple(doubt.message for doubt in doubts)
        return self

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:  # noqa: ARG002 - nothing is drawn here
        """The rulebook, checked to the last word. Rows of `dataset` are not looked at: they serve the gates alone."""
        if self.options.rulebook is None:
            raise PolicyError(
                "backend rules needs a rulebook.",
                hint="name one: privsynth run rules/shop.yaml --out DIR, or rulebook: in the policy's backend",
            )
        self.planned(*ready(self.options.rulebook, self.options.scenario))
        self.taken_ = statistics.taken
        if not dataset.is_empty and any(table.is_wrong for table in self.book_.rules.tables.values()):
            raise PolicyError(
                "errors are made on purpose only where no data is given beside the rulebook.",
                hint="leave out the data, or the errors: the gates would compare them with real rows",
            )
        if not dataset.is_empty:
            self.notes_ = (_beside(self.book_.rules.inferred), *self.notes_)
        return self

    def small(self, rows: int, most_cells: int = MOST_CELLS) -> Self:
        """The same book with few rows in each table that says a number, and without errors on purpose.

        They are at most so many, or what its combinations take. More cells than allowed are refused, as ever.
        """
        sized = {
            name: plan.rule.without_errors()
            if plan.rule.rows is None
            else plan.rule.with_rows(min(max(rows, plan.least_rows), plan.rule.rows)).without_errors()
            for name, plan in self.plan_.tables.items()
        }
        small = copy(self)
        small.most_cells = most_cells
        small.book_ = replace(self.book_, rules=self.book_.rules.model_copy(update={"tables": sized}))
        tables = {name: replace(plan, rule=sized[name]) for name, plan in self.plan_.tables.items()}
        small.plan_ = replace(self.plan_, tables=tables)
        return small

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        """All tables; `rows` is for the first that has no parent, the others keep to the rulebook."""
        part = Part(int(rng.integers(0, 2**63)), self._rows_of_root(rows))
        return self._made(part, hint=why_whole(self.plan_) or "")

    def in_parts(self, rows: int | None, rng: np.random.Generator) -> RowsInParts | None:
        """The same tables part by part, where they are too many rows for memory. None: they are not, or cannot be."""
        many = self._rows_of_root(rows)
        if many <= MOST_AT_ONCE or why_whole(self.plan_) is not None:
            return None
        return RowsInParts(parts_of(many, int(rng.integers(0, 2**63))), self._made)

    def _rows_of_root(self, rows: int | None) -> int:
        """The rows of the first table that has a number of them: as asked, or else by the rulebook."""
        if self._root is None and rows is not None:
            raise BackendError(
                "no table of this rulebook has a number of rows that could be asked for: all come from a process.",
                hint="leave out the number of rows, and move 'since' and 'until'",
            )
        if rows is not None or self._root is None:
            return rows or 0
        return self.book_.rules.tables[self._root].rows or 0

    @property
    def _root(self) -> str | None:
        return next((name for name, table in self.book_.rules.tables.items() if table.rows is not None), None)

    def _made(self, part: Part, *, hint: str = "") -> Dataset:
        makings: dict[str, Making] = {}
        sizes = {
            name: part.rows if name == self._root else plan.rule.rows or 0 for name, plan in self.plan_.tables.items()
        }
        for name, plan in self.plan_.tables.items():
            check_capacity(plan, sizes[name])
        for turn in self.plan_.turns:
            match turn.act:
                case Act.ROWS:
                    makings[turn.table] = self._table(self.plan_.tables[turn.table], sizes[turn.table], makings, part)
                    _check_size(makings, hint, self.most_cells)
                    check_capacity(makings[turn.table].plan, makings[turn.table].count)
                case Act.LINK:
                    makings[turn.table].refer(turn.name)
                case Act.COLUMN:
                    makings[turn.table].make(turn.name)
                case Act.MEND:
                    mend(makings[turn.table], turn.name)
        whole = {
            name: _table_of(makings[name], rules_waived(self.book_, plan, self.plan_.tables))
            for name, plan in self.plan_.tables.items()
        }
        broken = {
            name: Breaking(making, self.plan_).broken(whole[name], rule.breaks.each)
            for name, making in makings.items()
            if (rule := self.book_.rules.tables[name]).breaks is not None
        }
        tables = with_errors(
            list(whole.values()),
            {name: table.errors for name, table in self.book_.rules.tables.items()},
            streams={name: making.streams for name, making in makings.items()},
            owners={
                name: making.values[place_of(PARENT)]
                for name, making in makings.items()
                if place_of(PARENT) in making.values
            },
            broken=broken,
        )
        if any(plan.edges for plan in self.plan_.tables.values()):
            for making in makings.values():
                making.pins.settle(making.plan.columns, making.rows(""))
            tables = (*tables, listed_edges({name: making.pins for name, making in makings.items()}))
        notes = [note for making in makings.values() for note in (*making.notes, *_undefined(making))]
        notes += [note for name, making in makings.items() for note in making.pins.notes(name)]
        notes += [
            f"table {name}: edges are asked for, and none of its columns has any: they are made as a whole, worked out"
            " from others, or without known ends"
            for name, plan in self.plan_.tables.items()
            if plan.rule.edges and not any(plan.edges.values())
        ]
        notes += [
            making.plan.cover.told(name, making.rows("").frame(making.plan.cover.columns))
            for name, making in makings.items()
            if making.plan.cover is not None
        ]
        notes += [note for making in makings.values() for note in _correlated(making)]
        notes = [*self.notes_, *_looked_up(self.plan_.tables.values()), *notes]
        made = Dataset(tables, self.plan_.relations)
        notes += [each.note for each in broken.values()]
        notes += [
            each.told(made.as_meant, plan)
            for plan in self.plan_.tables.values()
            for each in waived_in(self.book_, plan, self.plan_.tables)
        ]
        return made.with_notes(*notes)

    @property
    def recipe(self) -> Recipe:
        rules = self.book_.rules
        details = {
            "rulebook": rules.name,
            "file": self.book_.file,
            "sha256": self.book_.digest,
            **({"scenario": self.options.scenario} if self.options.scenario else {}),
            **_errors(rules.tables),
            **_sources(self.plan_.tables.values(), rules.inferred),
            "tables": {name: len(table.columns) for name, table in rules.tables.items()},  # no engine learnt them
            "locale": rules.locale,
        }
        versions = {name: version(name) for name in ("duckdb", "sqlglot", "numpy", "faker")}
        return Recipe(
            backend="rules",
            columns=_treated(self.plan_.tables.values()),
            inferred=rules.inferred.model_dump(exclude_none=True) if rules.inferred else {},
            versions=versions,
            details=details,
        )

    def _table(self, plan: TablePlan, rows: int, makings: Mapping[str, Making], part: Part) -> Making:
        """The table before its first column: how many rows, and each row's parent."""

        def stream(name: str) -> np.random.Generator:
            return np.random.Generator(np.random.Philox(seed_of(part.seed, plan.name, name)))

        def make(count: int, values: dict[str, Array]) -> Making:
            first = part.before.get(plan.name, 0)
            return Making(plan, count, streams=stream, taken=self.taken_, tables=makings, values=values, first=first)

        if plan.parent is None and plan.process is None:
            return make(rows, {})
        count, values = (makings[plan.parent].count, makings[plan.parent].values) if plan.parent else (1, {})
        above = {f"{PARENT}.{name}": column for name, column in values.items()}
        parents = Rows(count, above, stream("rows of each parent"))
        if plan.process is not None:
            given = plan.process.make(parents, stream)
            return make(len(given.owner), {place_of(PARENT): given.owner, **given.named()})
        which = np.repeat(np.arange(count), _children(plan, parents, makings[str(plan.parent)].pins, self.most_cells))
        return make(len(which), {place_of(PARENT): which})


def _errors(tables: Mapping[str, TableRule]) -> dict[str, object]:
    """The shares of errors that are made on purpose, by table."""
    asked = {
        name: [f"{rule.kind} {' and '.join(rule.cells)} {rule.rate:g}".replace("  ", " ") for rule in table.errors]
        for name, table in tables.items()
        if table.errors
    }
    asked |= {
        name: [f"each expectation to be broken in {table.breaks.each} rows"]
        for name, table in tables.items()
        if table.breaks is not None
    }
    return {"errors": asked} if asked else {}


def _lookups(plans: Iterable[TablePlan]) -> Iterator[tuple[str, LookupRows]]:
    """The look-ups of all tables, with the table's name."""
    for plan in plans:
        groups = dict.fromkeys(group for group in plan.groups.values() if isinstance(group, LookupRows))
        yield from ((plan.name, group) for group in groups)


def _sources(plans: Iterable[TablePlan], inferred: Inferred | None) -> dict[str, object]:
    """What the book was made of, and what was read besides: whether that holds real data, only its author knows."""
    files = {group.file.name: group.file.digest for _, group in _lookups(plans)}
    named = f"the look-up files {', '.join(files)}, whose values stand as they are"
    if inferred is not None:
        source = _of_rows(inferred) + (f"; {named}" if files else "")
    else:
        read = f"no data but {named}" if files else "no real data"
        source = f"this run read {read}; {OF_AUTHOR}"
    return {"source": source, **({"lookups": files} if files else {})}


def _treated(plans: Iterable[TablePlan]) -> dict[str, dict[str, dict[str, str]]]:
    """What the report says of columns that are as real as a file."""
    treated: dict[str, dict[str, dict[str, str]]] = {}
    for table, group in _lookups(plans):
        said = {
            "treatment": f"drawn from the look-up file {group.file.name}",
            "survives": "yes: values stand as they are in that file, and only its author knows whether they are real",
        }
        treated.setdefault(table, {}).update(dict.fromkeys(group.columns, said))
    return treated


def _looked_up(plans: Iterable[TablePlan]) -> list[str]:
    """A note for each drawn row: which columns are as real as the file that they come from."""
    return [
        f"table {table}: {', '.join(group.columns)} {'is' if len(group.columns) == 1 else 'are'} drawn from the look-up"
        f" file {group.file.name} as it stands; no gate compares with it, so whoever made it answers for what it holds"
        for table, group in _lookups(plans)
    ]


def _children(plan: TablePlan, parents: Rows, pins: Pins, most: int) -> Array:
    """How many rows each row of the parent has."""
    assert plan.count is not None  # noqa: S101 - for the type checker: only children come here
    counts = np.round(plan.count.draw(parents))
    if ROWS_BELOW in plan.edges:
        counts = pins.below(plan.name, plan.edges[ROWS_BELOW], parents, counts)
    invalid = int((~(counts >= 0)).sum())
    if invalid:
        raise BackendError(
            f"table {plan.name}: its number of rows is negative or missing"
            f" for {invalid} of {parents.count} rows of the parent.",
            hint="guard it with GREATEST(0, ...)",
        )
    if counts.sum() > most:
        raise TooManyCells(
            f"table {plan.name} would have {int(counts.sum()):,} rows.",
            hint="lower belongs_to.count, or ask for fewer rows of the parent",
        )
    return counts.astype(np.int64)


def _check_size(makings: Mapping[str, Making], whole: str, most: int) -> None:
    cells = sum(making.count * len(making.plan.columns) for making in makings.values())
    if cells > most:
        sizes = ", ".join(f"{name} {making.count:,} x {len(making.plan.columns)}" for name, making in makings.items())
        raise TooManyCells(
            f"the rulebook asks for {cells:,} cells ({sizes}); at most {most:,} are made at once.",
            hint=f"ask for fewer rows; they cannot be made in parts: {whole}" if whole else "ask for fewer rows",
        )


def _table_of(making: Making, waived: tuple[Rule, ...]) -> Table:
    columns = tuple(plan.column for plan in making.plan.columns.values())
    return Table(
        making.plan.name,
        columns,
        side_by_side({column.name: making.values[column.name] for column in columns}, making.count),
        rules=_declared(making.plan),
        waived=waived,
    )


def _declared(plan: TablePlan) -> tuple[Rule, ...]:
    """What the book expects of the table, by number: the gate asks it of the rows anew."""
    return tuple(
        Rule(f"expect {number}", expect.that, float(expect.rate), plan.ties)
        for number, expect in enumerate(plan.rule.expect, 1)
    )


def _beside(inferred: Inferred | None) -> str:
    """What the data given beside the rulebook has to do with the rows."""
    if inferred is None:
        return (
            f"this run made no row from the data given beside the rulebook: only the gates compare with it; {OF_AUTHOR}"
        )
    return "the rulebook was inferred from the data given beside it, without the people who are held out here"


def _of_rows(inferred: Inferred) -> str:
    rows = ", ".join(f"about {count:,} of {table}" for table, count in inferred.rows.items())
    return f"the rulebook was inferred from real rows: {rows}; it holds what at least {inferred.k} people share"


_WHY = "division by zero and the like have no result"


def _correlated(making: Making) -> list[str]:
    """A note for the rank correlations that are not as the book says: what rows must keep comes first."""
    groups = dict.fromkeys(group for group in making.plan.groups.values() if isinstance(group, Correlated))
    missed = [pair for group in groups for pair in group.told(making.values)]
    where = f"table {making.plan.name}: rank correlations are not as the book says"
    return [f"{where}: {'; '.join(missed)}; what else the rows must keep leaves no more"] if missed else []


def _undefined(making: Making) -> list[str]:
    """A note for each column in which arithmetic had no answer."""
    notes = []
    rows = making.rows("")
    for column, rule in walk_rules(making.plan):
        affected = rule.undefined(rows.frame(rule.columns))
        consequence = "a condition was taken as not met"
        if rule.kind != "boolean":
            affected = affected & pd.isna(making.values[column.name])
            consequence = "the value is missing"
        if affected.any():
            place = f"table {making.plan.name}, column {column.name}"
            notes.append(f"{place}: in {int(affected.sum())} of {making.count} rows {consequence}; {_WHY}")
    return notes
