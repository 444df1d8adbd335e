"""A rulebook made ready: every table's columns in the order in which they can be made, all words and types checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from privsynth.dataset import Column, Kind, Relation
from privsynth.errors import PolicyError
from privsynth.expressions import Expression, compile_condition
from privsynth.generate.rules import folk, schema
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.correlation import Correlated, plan_correlations
from privsynth.generate.rules.needs import names, needs_of
from privsynth.generate.rules.ordering import below, ordered
from privsynth.generate.rules.provider import Provider
from privsynth.generate.rules.providers import TOP_ONLY, WHOLE, Scope, provider_of
from privsynth.generate.rules.rows import Rows
from privsynth.generate.rules.rulebook import ColumnRule, Expect, TableRule
from privsynth.pii.entities import Trait, has


@dataclass(frozen=True, eq=False, kw_only=True)
class ColumnPlan:
    """One column: its description, what makes it, and the share that is then left out."""

    column: Column
    rule: ColumnRule = field(repr=False)
    needs: frozenset[str]
    provider: Provider | None = field(repr=False)  # None: a key, a reference or a part of a person
    missing: Callable[[Rows], Any] = field(repr=False)
    rules: tuple[Expression, ...] = field(repr=False)
    is_sorted: bool = False  # within each parent: its values then rise from row to row

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def is_fixed(self) -> bool:
        """Whether it may not be drawn again for some rows only."""
        return self.provider is None or self.provider.across or self.rule.unique or self.is_sorted

    @property
    def is_certain(self) -> bool:
        """Whether drawing it again would change nothing: it is worked out from others."""
        return self.provider is not None and self.provider.certain and self.rule.missing == 0


@dataclass(frozen=True, eq=False)
class Expectation:
    """What must hold, and which columns it speaks of."""

    rule: Expression = field(repr=False)
    rate: float
    columns: frozenset[str]
    place: str  # such as shop.yaml:40:9


@dataclass(frozen=True, eq=False, kw_only=True)
class TablePlan:
    """One table, ready to be made."""

    name: str
    rule: TableRule = field(repr=False)
    columns: Mapping[str, ColumnPlan] = field(repr=False)  # in the order of the rulebook
    order: tuple[str, ...]
    people: Mapping[str, tuple[folk.PersonColumn, ...]] = field(repr=False)
    expectations: tuple[Expectation, ...] = field(repr=False)
    correlated: Mapping[str, Correlated] = field(default_factory=dict, repr=False)
    count: Provider | None = field(default=None, repr=False)  # a child: rows for each row of the parent
    relation: Relation | None = None

    @property
    def stages(self) -> tuple[tuple[str, ...], ...]:
        """What is made before the rest begins: columns that look at other rows wait until those rows are final."""
        across = {name for name, plan in self.columns.items() if plan.provider is not None and plan.provider.across}
        late = below(self.needs, across)
        parts = (tuple(n for n in self.order if n not in late), tuple(n for n in self.order if n in late))
        return tuple(part for part in parts if part)

    @property
    def needs(self) -> dict[str, frozenset[str]]:
        return {name: plan.needs for name, plan in self.columns.items()}

    @property
    def kinds(self) -> dict[str, Kind]:
        return {name: plan.column.kind for name, plan in self.columns.items()}


def plan_tables(book: Book) -> dict[str, TablePlan]:
    """All tables, parents first."""
    try:
        folk.check_locale(book.rules.locale)
    except PolicyError as problem:
        raise book.error(("locale",), problem.message, problem.hint) from None
    plans: dict[str, TablePlan] = {}
    for name in _parents_first(book):
        belongs = book.rules.tables[name].belongs_to
        plans[name] = _plan_table(book, name, plans[belongs.table] if belongs else None)
    return plans


def _parents_first(book: Book) -> list[str]:
    parents: dict[str, set[str]] = {}
    for name, table in book.rules.tables.items():
        belongs = table.belongs_to
        if belongs and belongs.table not in book.rules.tables:
            raise book.error(
                ("tables", name, "belongs_to", "table"),
                "there is no such table.",
                f"tables are: {', '.join(book.rules.tables)}",
            )
        parents[name] = {belongs.table} if belongs else set()
    try:
        return ordered(parents, "tables")
    except PolicyError as problem:
        raise book.error(("tables", str(problem.column)), problem.message, problem.hint) from None


def _plan_table(book: Book, name: str, parent: TablePlan | None) -> TablePlan:
    table, path = book.rules.tables[name], ("tables", name)
    outside = {f"parent.{column}": kind for column, kind in parent.kinds.items()} if parent else {}
    visible = [*table.columns, *outside]
    needs = {c: needs_of(rule, (*path, "columns", c), book, visible) for c, rule in table.columns.items()}
    people = _people(book, path, table)
    own = {c: frozenset(needed & set(table.columns)) for c, needed in _shared(needs, people).items()}
    try:
        order = ordered(own, "columns")
    except PolicyError as problem:
        raise book.error((*path, "columns", str(problem.column)), problem.message, problem.hint) from None
    columns: dict[str, ColumnPlan] = {}
    for column in order:
        kinds = {**outside, **{c: plan.column.kind for c, plan in columns.items() if c in own[column]}}
        scope = Scope(book, (*path, "columns", column), kinds)
        columns[column] = _plan_column(scope, table.columns[column], own[column], parent)
    if table.in_order is not None:
        columns[table.in_order] = _in_order(book, path, columns, table.in_order)
    kinds = {**outside, **{c: columns[c].column.kind for c in table.columns}}
    count, relation = _law_of_children(book, path, table, parent, outside)
    scopes = (Scope(book, (*path, "expect", str(at)), kinds) for at in range(len(table.expect)))
    expectations = tuple(_expectation(scope, rule, visible) for scope, rule in zip(scopes, table.expect, strict=True))
    return TablePlan(
        name=name,
        rule=table,
        columns={c: columns[c] for c in table.columns},
        order=tuple(order),
        people=people,
        expectations=expectations,
        correlated=plan_correlations(book, path, table, columns),
        count=count,
        relation=relation,
    )


def _people(book: Book, path: tuple[str, ...], table: TableRule) -> dict[str, tuple[folk.PersonColumn, ...]]:
    members = []
    for name, rule in table.columns.items():
        if rule.person is None:
            continue
        if rule.unique and has(folk.PARTS[rule.person.part][0], Trait.REPEATS):
            raise book.error(
                (*path, "columns", name, "unique"),
                f"many people share a {rule.person.part}; it cannot be unique.",
                "a sequence makes unique keys",
            )
        members.append(folk.PersonColumn(name, rule.person, rule.unique))
    return folk.groups(members)


def _shared(needs: Mapping[str, set[str]], people: Mapping[str, tuple[folk.PersonColumn, ...]]) -> dict[str, set[str]]:
    """The columns of one person are made together, so each needs what any of them needs."""
    out = dict(needs)
    for members in people.values():
        together = set().union(*(needs[member.column] for member in members))
        out |= {member.column: together for member in members}
    return out


def _plan_column(scope: Scope, rule: ColumnRule, needs: frozenset[str], parent: TablePlan | None) -> ColumnPlan:
    missing = scope.at("missing").amount(rule.missing)
    try:
        provider = None if rule.generator in WHOLE else provider_of(rule, scope)
        column = _described(scope, rule, provider, parent)
    except PolicyError as problem:
        raise problem if problem.line is not None else scope.error(problem.message, problem.hint) from None
    if rule.missing != 0 and rule.generator == "reference":
        raise scope.at("missing").error("a row cannot belong to nobody.", "leave out 'missing'")
    if rule.unique and provider is not None and provider.certain:
        raise scope.at("unique").error(
            "a derived column cannot be made unique by drawing again.",
            "leave out 'unique', or use 'sequence' or 'pattern'",
        )
    return ColumnPlan(
        column=column,
        rule=rule,
        needs=needs,
        provider=provider,
        missing=missing,
        rules=tuple(dict.fromkeys(scope.rules)),
    )


def _in_order(book: Book, path: tuple[str, ...], columns: Mapping[str, ColumnPlan], name: str) -> ColumnPlan:
    """The column by which the rows of one parent are in order: its values are drawn, then sorted."""
    place, plan = (*path, "in_order"), columns.get(name)
    if plan is None:
        raise book.error(place, "there is no such column.", f"columns are: {', '.join(columns)}")
    kind = plan.column.kind
    if plan.provider is None or plan.provider.across or not (kind.is_numeric or kind is Kind.DATE):
        raise book.error(place, "rows are put in order by a date or a number that is drawn for each of them.")
    if plan.needs:
        raise book.error(
            place,
            f"column {name} rests upon others of its row ({', '.join(sorted(plan.needs))});"
            " sorted, it would no longer fit them.",
            "let it rest upon columns of the parent alone, and let the others rest upon it",
        )
    return replace(plan, is_sorted=True)


def _described(scope: Scope, rule: ColumnRule, provider: Provider | None, parent: TablePlan | None) -> Column:
    name = scope.path[-1]
    if provider is not None:
        return schema.column_of(name, rule, provider)
    if rule.person is not None:
        return schema.person_column(name, rule)
    if rule.reference is None:
        return schema.key_column(name, rule)
    if parent is None:
        raise PolicyError("only a table with 'belongs_to' can refer to a parent.")
    key = parent.columns.get(rule.reference)
    if key is None:
        raise PolicyError(
            f"table {parent.name} has no such column.", hint=f"its columns are: {', '.join(parent.columns)}"
        )
    if not (key.rule.unique or key.rule.generator in ("sequence", "uuid")) or key.rule.missing != 0:
        raise PolicyError(
            "a key must be a sequence, UUIDs, or unique, and never missing.",
            hint=f"look at column {key.name} of table {parent.name}",
        )
    return schema.reference_column(name, rule, key.column)


def _law_of_children(
    book: Book, path: tuple[str, ...], table: TableRule, parent: TablePlan | None, outside: Mapping[str, Kind]
) -> tuple[Provider | None, Relation | None]:
    if parent is None or table.belongs_to is None:
        return None, None
    where = (*path, "belongs_to", "count")
    references = [name for name, rule in table.columns.items() if rule.reference is not None]
    if len(references) != 1:
        raise book.error(
            path,
            f"a table with 'belongs_to' has one column with 'reference', not {len(references)}.",
            "such as  customer_id: {reference: customer_id}",
        )
    needs_of(table.belongs_to.count, where, book, outside)
    if table.belongs_to.count.generator in TOP_ONLY:
        raise book.error(where, "a number of rows is expected here, such as {poisson: {mean: 3}}.")
    count = provider_of(table.belongs_to.count, Scope(book, where, outside))
    if count.kind is None or not count.kind.is_numeric:
        raise book.error(where, "a number of rows is expected here, such as {poisson: {mean: 3}}.")
    key = str(table.columns[references[0]].reference)
    return count, Relation(parent.name, key, path[1], references[0])


def _expectation(scope: Scope, expect: Expect, visible: Collection[str]) -> Expectation:
    named = names(expect.that, scope.at("that").path, scope.book, visible)
    rule = scope.at("that").expression(expect.that, compile_condition)
    return Expectation(rule, float(expect.rate), frozenset(named), scope.book.place(scope.path))


def walk_rules(plan: TablePlan) -> Iterator[tuple[ColumnPlan, Expression]]:
    """Every expression of a table's columns."""
    yield from ((column, rule) for column in plan.columns.values() for rule in column.rules)
