"""A rulebook made ready: every table's columns in the order in which they can be made, all words and types checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any

from privsynth.dataset import Bond, Column, Kind, Relation
from privsynth.errors import PolicyError
from privsynth.expressions import Expression, compile_condition
from privsynth.generate.rules.book import Book, WordPath
from privsynth.generate.rules.making.planting import check_errors
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.planning import schema
from privsynth.generate.rules.planning.graph import Graph, together
from privsynth.generate.rules.planning.needs import names
from privsynth.generate.rules.planning.ordering import above
from privsynth.generate.rules.planning.redrawing import (
    Apart,
    Expectation,
    Mending,
    Redrawing,
    mending_of,
    tied,
    with_mending,
)
from privsynth.generate.rules.planning.room import check_room
from privsynth.generate.rules.planning.together import Together
from privsynth.generate.rules.planning.turns import Act, Turn, column_of, turns_in_order
from privsynth.generate.rules.relations.links import PARENT, Link, check_key, links_of, visible
from privsynth.generate.rules.relations.references import LinkPlan, OwnLinkPlan, plan_link, where_of
from privsynth.generate.rules.relations.totals import DealPlan, FromTables, TotalPlan, deal_provider, total_provider
from privsynth.generate.rules.scenarios.covered import CoverPlan, plan_cover
from privsynth.generate.rules.scenarios.edges import Edge
from privsynth.generate.rules.scenarios.planned import check_breaking, plan_edges
from privsynth.generate.rules.time.process import Process
from privsynth.generate.rules.time.processes import process_of
from privsynth.generate.rules.values import folk
from privsynth.generate.rules.values.correlation import plan_correlations
from privsynth.generate.rules.values.laws import LAWS
from privsynth.generate.rules.values.lookups import plan_lookups
from privsynth.generate.rules.values.points import plan_points
from privsynth.generate.rules.values.provider import Provider
from privsynth.generate.rules.values.providers import TOP_ONLY, WHOLE, WHOLE_LAWS, Scope, provider_of
from privsynth.generate.rules.vocabulary.relations import Deal, RefersTo, Total
from privsynth.generate.rules.vocabulary.rulebook import ColumnRule, Draw, Expect, TableRule
from privsynth.pii.entities import Trait, has


@dataclass(frozen=True, eq=False, kw_only=True)
class ColumnPlan:
    """One column: its description, what makes it, and the share that is then left out."""

    column: Column
    rule: ColumnRule = field(repr=False)
    named: frozenset[str]  # the columns that its words name; parent.x for the parent's
    provider: Provider | None = field(repr=False)  # None: a key or a part of a person
    missing: Callable[[Rows], Any] = field(repr=False)
    rules: tuple[Expression, ...] = field(repr=False)
    is_read: bool = False  # whether it holds what a look-up file holds
    is_sorted: bool = False  # within each parent: its values then rise from row to row
    crosses: bool = False  # whether it looks at the rows above, in a table that refers to itself
    level_by_level: str | None = None  # the link to the row above, where it needs the same column of that

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def is_fixed(self) -> bool:
        """Whether it may not be drawn again for some rows only."""
        return self.provider is None or self.is_across or self.rule.unique or self.is_sorted

    @property
    def is_across(self) -> bool:
        """Whether it looks at other rows of its table."""
        return self.crosses or self.rule.deal is not None or (self.provider is not None and self.provider.across)

    @property
    def is_certain(self) -> bool:
        """Whether drawing it again would change nothing: it is worked out from others."""
        return self.provider is not None and self.provider.certain and self.rule.missing == 0


@dataclass(frozen=True, eq=False, kw_only=True)
class TablePlan:
    """One table, ready to be made."""

    name: str
    rule: TableRule = field(repr=False)
    columns: Mapping[str, ColumnPlan] = field(repr=False)  # in the order of the rulebook
    people: Mapping[str, tuple[folk.PersonColumn, ...]] = field(repr=False)
    expectations: tuple[Expectation, ...] = field(repr=False)
    groups: Mapping[str, Together] = field(repr=False)  # by column: those that are drawn with it
    mending: Mapping[str, Mending] = field(repr=False)  # by when it is done
    links: Mapping[str, Link] = field(repr=False)  # by name
    worked_out: Mapping[str, FromTables] = field(repr=False)  # columns that rest upon whole tables
    drawn_links: Mapping[str, LinkPlan | OwnLinkPlan] = field(repr=False)  # by place; all but the parent
    count: Provider | None = field(default=None, repr=False)  # a child: rows for each row of the parent
    process: Process | None = field(default=None, repr=False)  # or what its rows come from
    edges: Mapping[str, tuple[Edge, ...]] = field(default_factory=dict, repr=False)  # by column, as far as wanted
    cover: CoverPlan | None = field(default=None, repr=False)

    @property
    def least_rows(self) -> int:
        """Without so many rows it cannot be made."""
        return len(self.cover.covering.rows) if self.cover is not None else 0

    @property
    def parent(self) -> str | None:
        """The table whose rows these rows belong to."""
        return self.links[PARENT].table if PARENT in self.links else None

    @property
    def ties(self) -> tuple[Bond, ...]:
        return tuple(
            Bond(link.name, tuple(Relation(link.table, key, self.name, column) for column, key in link.keys.items()))
            for link in self.links.values()
        )

    @property
    def relations(self) -> list[Relation]:
        """The keys of one column: a key of several is no relation, and is seen to as a tie."""
        return [tie.relations[0] for tie in self.ties if len(tie.relations) == 1]


@dataclass(frozen=True, eq=False)
class BookPlan:
    """All tables, and the order in which their rows and columns are made."""

    tables: Mapping[str, TablePlan]
    turns: tuple[Turn, ...] = field(repr=False)
    needs: Mapping[Turn, frozenset[Turn]] = field(repr=False)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """All keys between the tables, parents before references; without those that would close a circle of tables."""
        everything = [relation for plan in self.tables.values() for relation in plan.relations]
        belonging = [each for each in everything if each.parent == self.tables[each.child].parent]
        parents: dict[str, set[str]] = {name: set() for name in self.tables}
        kept: list[Relation] = []
        for relation in (*belonging, *(each for each in everything if each not in belonging)):
            if relation.parent == relation.child or relation.child not in above(parents, [relation.parent]):
                parents[relation.child].add(relation.parent)
                kept.append(relation)
        return tuple(sorted(kept, key=everything.index))


def plan_tables(book: Book) -> BookPlan:
    """The whole book made ready: one order over the rows, columns and expectations of all tables."""
    _checked(book, ("locale",), folk.check_locale, book.rules.locale)
    graph = Graph(book, {name: links_of(book, name) for name in book.rules.tables})
    needs = graph.needs()
    planned = _Planned(graph)
    for turn in turns_in_order(needs, book):
        planned.add(turn)
    planned.put_in_order()
    expectations = {name: planned.expectations(name) for name in book.rules.tables}
    groups = {name: planned.groups(name) for name in book.rules.tables}
    needs = together(needs, [tied(name, each) for name, inside in groups.items() for each in inside.values()])
    drawn = Redrawing(needs, {**planned.links, **planned.columns}, groups)
    mending = {name: mending_of(name, expectations, planned.apart(name), drawn) for name in book.rules.tables}
    needs = with_mending(needs, mending)
    turns = turns_in_order(needs, book)
    place = {turn: at for at, turn in enumerate(turns)}
    tables = {
        name: TablePlan(
            name=name,
            rule=table,
            columns=planned.of_table(name),
            people=_people(book, ("tables", name), table),
            expectations=expectations[name],
            groups=groups[name],
            mending={
                when: replace(mend, anew=tuple(sorted(mend.anew, key=place.__getitem__)))
                for when, mend in mending[name].items()
            },
            links=graph.links[name],
            worked_out={turn.name: plan for turn, plan in planned.worked_out.items() if turn.table == name},
            drawn_links={turn.name: plan for turn, plan in planned.links.items() if turn.table == name},
            count=planned.counts.get(name),
            process=planned.processes.get(name),
        )
        for name, table in book.rules.tables.items()
    }
    plan = BookPlan(tables, turns, needs)
    for name, table in tables.items():
        check_errors(book, name, {each.name: each.column for each in table.columns.values()}, plan.relations)
        check_breaking(book, table)
    whole = {
        name: replace(table, edges=plan_edges(book, plan, name), cover=plan_cover(book, plan, name))
        for name, table in tables.items()
    }
    check_room(book, whole)
    return replace(plan, tables=whole)


@dataclass(eq=False)
class _Planned:
    """What is ready so far; each turn finds ready what it needs."""

    graph: Graph
    _: KW_ONLY
    columns: dict[Turn, ColumnPlan] = field(default_factory=dict)
    links: dict[Turn, LinkPlan | OwnLinkPlan] = field(default_factory=dict)
    worked_out: dict[Turn, FromTables] = field(default_factory=dict)
    counts: dict[str, Provider] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)

    def add(self, turn: Turn) -> None:
        if turn.act is Act.COLUMN:
            rule = self.graph.book.rules.tables[turn.table].columns[turn.name]
            self.columns[turn] = self._column(turn, rule)
        elif turn.act is Act.LINK:
            self.links[turn] = self._link(turn)
        elif self.graph.book.rules.tables[turn.table].process is not None:
            self.processes[turn.table] = self._process(turn)
        elif turn in self.graph.named:
            self.counts[turn.table] = self._count(turn)

    def _scope(
        self, table: str, path: WordPath, used: Iterable[str], given: Mapping[str, Provider] | None = None
    ) -> Scope:
        """A place in the book, with what the columns hold that are named so in a table."""
        kinds = {name: self._kind(path, *self.graph.place(table, name)) for name in used}
        return Scope(self.graph.book, path, kinds, given=given or {}, links=self.graph.links[table].keys())

    def _kind(self, path: WordPath, table: str, column: str) -> Kind:
        """What a column holds; one that is made level by level names itself, and has to say it."""
        turn = column_of(table, column)
        if turn in self.columns:
            return self.columns[turn].column.kind
        said = _likely_kind(self.graph.book.rules.tables[table].columns[column])
        if said is None:
            hint = "say what it is, such as  kind: number"
            raise self.graph.book.error(path, f"{column} rests upon {column} of the row above.", hint)
        return said

    def _link(self, turn: Turn) -> LinkPlan | OwnLinkPlan:
        link = self.graph.links[turn.table][turn.name.rstrip(".")]
        scope = self._scope(turn.table, link.path, self.graph.named[turn])
        columns = self.graph.book.rules.tables[turn.table].columns
        whole = any(columns[own].unique for own in link.keys)
        unique = "table" if whole else "parent" if link.rule and link.rule.unique else None
        return plan_link(
            link, where_of(link, self.graph.book, *self.graph.sides(turn.table, link)), scope, unique=unique
        )

    def put_in_order(self) -> None:
        """Mark the columns by which the rows of one parent are in order."""
        for name, table in self.graph.book.rules.tables.items():
            if table.in_order is not None:
                turn = column_of(name, table.in_order)
                scope = Scope(self.graph.book, ("tables", name, "in_order"), {})
                if turn not in self.columns:
                    raise scope.error("there is no such column.", f"columns are: {', '.join(table.columns)}")
                if table.in_order in self.groups(name):
                    raise scope.error("a column that is drawn together with others cannot be sorted.")
                self.columns[turn] = _sorted(self.columns[turn], scope)

    def of_table(self, name: str) -> dict[str, ColumnPlan]:
        return {column: self.columns[column_of(name, column)] for column in self.graph.book.rules.tables[name].columns}

    def groups(self, name: str) -> dict[str, Together]:
        """The columns of a table that are drawn with others, each with its group."""
        book, path = self.graph.book, ("tables", name)
        table = book.rules.tables[name]
        return {
            **plan_correlations(book, path, table, self.of_table(name)),
            **plan_lookups(book.lookups, path, table),
            **plan_points(table, lambda column: self._inside(column_of(name, column), "point")),
        }

    def _inside(self, turn: Turn, word: str) -> Scope:
        """The scope of a word of a column."""
        return self._scope(turn.table, (*turn.path, word), self.graph.named[turn])

    def apart(self, table: str) -> tuple[Apart, ...]:
        book = self.graph.book
        columns = book.rules.tables[table].columns
        found = []
        for at, alike in enumerate(book.rules.tables[table].unique):
            path = ("tables", table, "unique", str(at))
            unknown = [name for name in alike if name not in columns]
            if unknown or len(set(alike)) < len(alike):
                problem = "there is no such column." if unknown else "a column is named twice."
                raise book.error(path, problem, f"columns are: {', '.join(columns)}")
            named = frozenset(column_of(table, name) for name in alike)
            found.append(Apart(tuple(alike), named, book.place(path)))
        return tuple(found)

    def expectations(self, table: str) -> tuple[Expectation, ...]:
        book = self.graph.book
        names = visible(book, table, self.graph.links[table])
        return tuple(
            self._expectation(table, ("tables", table, "expect", str(at)), expect, names)
            for at, expect in enumerate(book.rules.tables[table].expect)
        )

    def _expectation(self, table: str, path: WordPath, expect: Expect, visible_names: list[str]) -> Expectation:
        book = self.graph.book
        used = names(expect.that, (*path, "that"), book, visible_names)
        rule = self._scope(table, (*path, "that"), used).expression(expect.that, compile_condition)
        return Expectation(
            rule=rule,
            rate=float(expect.rate),
            named=self.graph.behind(table, used),
            crosses=self.graph.crosses(table, used),
            at=int(path[-1]),
            place=book.place(path),
        )

    def _column(self, turn: Turn, rule: ColumnRule) -> ColumnPlan:
        process = self.processes.get(turn.table)
        scope = self._scope(turn.table, turn.path, self.graph.named[turn], process.parts if process else {})
        missing = scope.at("missing").amount(rule.missing)
        try:
            provider, column = self._made(turn, rule, scope)
        except PolicyError as problem:
            raise problem if problem.line is not None else scope.error(problem.message, problem.hint) from None
        _check_words(scope, rule, provider)
        named = self.graph.named[turn]
        links = [*self.graph.above_in(turn.table, turn.name).values()]
        if links and (rule.unique or provider is None or provider.across or len(links) > 1):
            raise scope.error("this way cannot be made level by level.", "use a law or an expression, without 'unique'")
        if links and column.kind is not _likely_kind(rule):
            raise scope.error(f"it is {column.kind}, which it only then turns out to be.", f"say  kind: {column.kind}")
        return ColumnPlan(
            column=column,
            rule=rule,
            named=named,
            provider=provider,
            missing=missing,
            rules=tuple(dict.fromkeys(scope.rules)),
            crosses=self.graph.crosses(turn.table, named),
            level_by_level=links[0] if links else None,
            is_read=self._is_read(turn, rule, provider),
        )

    def _made(self, turn: Turn, rule: ColumnRule, scope: Scope) -> tuple[Provider | None, Column]:
        if rule.reference is not None:
            return self._reference(turn, rule, rule.reference)
        if rule.total is not None:
            return None, self._total(turn, rule, rule.total)
        if rule.deal is not None:
            return None, self._deal(turn, rule, rule.deal, scope.at("deal"))
        provider = None if rule.generator in WHOLE else provider_of(rule, scope)
        if provider is not None:
            column = schema.column_of(turn.name, rule, provider)
            return provider, replace(column, fabricated=column.fabricated or self._is_invented(turn, provider))
        if rule.person is not None:
            return None, schema.person_column(turn.name, rule)
        return None, schema.key_column(turn.name, rule)

    def _total(self, turn: Turn, rule: ColumnRule, total: Total) -> Column:
        below = self.graph.below(turn, total)
        of = self.columns[column_of(below.table, below.column)].column if below.column is not None else None
        self.worked_out[turn] = TotalPlan(
            below, total.how, of.spelling.decimals if of and of.kind is Kind.NUMBER else 0
        )
        return schema.column_of(turn.name, rule, total_provider(total, of, rule.decimals))

    def _deal(self, turn: Turn, rule: ColumnRule, deal: Deal, scope: Scope) -> Column:
        table, name = self.graph.place(turn.table, deal.of)
        links = [link for link in self.graph.links[turn.table].values() if deal.of == link.seen(name)]
        total = self.columns[column_of(table, name)].column
        if not links or total.kind not in (Kind.NUMBER, Kind.INTEGER):
            raise scope.at("of").error("a total is a number of the row that is referred to, such as parent.total.")
        provider = deal_provider(total, rule.decimals)
        column = schema.column_of(turn.name, rule, provider)
        self.worked_out[turn] = DealPlan(
            link=links[0],
            column=name,
            decimals=column.spelling.decimals if column.kind is Kind.NUMBER else 0,
            weight=scope.at("weight").amount(deal.weight),
            least=scope.at("least").amount(deal.least),
        )
        return column

    def _texts(self, turn: Turn) -> list[ColumnPlan]:
        """The texts that a column is made from."""
        behind = [column_of(*self.graph.place(turn.table, name)) for name in self.graph.named[turn]]
        named = [self.columns[each] for each in behind if each in self.columns]  # the same of the row above is not
        return [plan for plan in named if plan.column.kind.dtype == "object"]

    def _is_invented(self, turn: Turn, provider: Provider) -> bool:
        """A text that is put together of invented ones is invented, unless one of its parts was read."""
        texts = self._texts(turn) if provider.certain and provider.kind is Kind.TEXT else []
        has_read = self.graph.book.rules.inferred is not None or any(plan.is_read for plan in texts)
        return not has_read and any(plan.column.fabricated for plan in texts)

    def _is_read(self, turn: Turn, rule: ColumnRule, provider: Provider | None) -> bool:
        if rule.lookup is not None:
            return True
        return provider is not None and provider.certain and any(plan.is_read for plan in self._texts(turn))

    def _reference(self, turn: Turn, rule: ColumnRule, refers: RefersTo) -> tuple[Provider, Column]:
        """The key of the row that is referred to, repeated."""
        link = self.graph.links[turn.table][refers.link or PARENT]
        key = self.columns[column_of(link.table, refers.key)]
        check_key(self.graph.book, turn.path, link)
        seen = link.seen(refers.key)
        provider = Provider(key.column.kind, lambda rows: rows.values[seen], certain=True)
        return provider, schema.reference_column(turn.name, rule, key.column)

    def _count(self, turn: Turn) -> Provider:
        book, path = self.graph.book, ("tables", turn.table, "belongs_to", "count")
        belongs = book.rules.tables[turn.table].belongs_to
        assert belongs is not None  # noqa: S101 - for the type checker: others have no law
        assert belongs.count is not None  # noqa: S101 - as above
        scope = self._scope(turn.table, path, self.graph.named[turn])
        count = None if belongs.count.generator in TOP_ONLY else provider_of(belongs.count, scope)
        if count is None or count.kind is None or not count.kind.is_numeric:
            raise scope.error("a number of rows is expected here, such as {poisson: {mean: 3}}.")
        return count

    def _process(self, turn: Turn) -> Process:
        scope = self._scope(turn.table, turn.path, self.graph.named[turn])
        return process_of(self.graph.book.rules.tables[turn.table], scope)


def _likely_kind(rule: Draw) -> Kind | None:
    """What a way makes, as far as its word says."""
    if isinstance(rule, ColumnRule) and rule.kind is not None:
        return Kind(rule.kind)
    if rule.generator in (*WHOLE_LAWS, "date"):
        return Kind.DATE if rule.generator == "date" else Kind.INTEGER
    if rule.generator in ("uniform", "normal", "lognormal", "exponential", "histogram", *LAWS):
        return Kind.NUMBER
    return next((kind for _, inner in rule.inner() if (kind := _likely_kind(inner)) is not None), None)


def _sorted(plan: ColumnPlan, scope: Scope) -> ColumnPlan:
    """The column by which the rows of one parent are in order: its values are drawn, then sorted."""
    kind = plan.column.kind
    if plan.provider is None or plan.provider.across or not (kind.is_numeric or kind is Kind.DATE):
        raise scope.error("rows are put in order by a date or a number that is drawn for each of them.")
    others = sorted(name for name in plan.named if not name.startswith(f"{PARENT}."))
    if others:
        raise scope.error(
            f"column {plan.name} rests upon others of its row ({', '.join(others)});"
            " sorted, it would no longer fit them.",
            "let it rest upon columns of the parent alone, and let the others rest upon it",
        )
    return replace(plan, is_sorted=True)


def _check_words(scope: Scope, rule: ColumnRule, provider: Provider | None) -> None:
    """Words that contradict each other."""
    if rule.missing != 0 and rule.generator == "reference":
        belongs = rule.reference is None or rule.reference.table is None
        if belongs:
            raise scope.at("missing").error("a row cannot belong to nobody.", "leave out 'missing'")
        raise scope.at("missing").error("rows that refer to none are said inside.", "move 'missing' into 'reference'")
    is_derived = (provider is not None and provider.certain) or rule.generator in ("total", "deal")
    if rule.unique and is_derived and rule.generator != "reference":
        raise scope.at("unique").error(
            "a derived column cannot be made unique by drawing again.",
            "leave out 'unique', or use 'sequence' or 'pattern'",
        )


def _people(book: Book, path: WordPath, table: TableRule) -> dict[str, tuple[folk.PersonColumn, ...]]:
    members = []
    homes = _homes(book, path, table)
    for name, rule in table.columns.items():
        if rule.person is None:
            continue
        if rule.unique and has(folk.PARTS[rule.person.part][0], Trait.REPEATS):
            raise book.error(
                (*path, "columns", name, "unique"),
                f"many people share a {rule.person.part}; it cannot be unique.",
                "a sequence makes unique keys",
            )
        _checked(book, (*path, "columns", name, "person"), folk.check_place, rule.person.part, homes[rule.person.who])
        members.append(folk.PersonColumn(name, rule.person, rule.unique, homes[rule.person.who]))
    return folk.groups(members)


def _homes(book: Book, path: WordPath, table: TableRule) -> dict[str, str]:
    """Where each person of a table is at home; their parts may say it once, or everywhere alike."""
    at_home = table.locale or book.rules.locale
    if table.locale is not None:
        _checked(book, (*path, "locale"), folk.check_locale, table.locale)
    homes: dict[str, str] = {}
    for name, rule in table.columns.items():
        if rule.person is not None and rule.person.locale is not None:
            place = (*path, "columns", name, "person", "locale")
            _checked(book, place, folk.check_locale, rule.person.locale)
            if homes.setdefault(rule.person.who, rule.person.locale) != rule.person.locale:
                raise book.error(
                    place, "another part of this person is at home elsewhere.", "name another one with 'who'"
                )
    return {rule.person.who: at_home for rule in table.columns.values() if rule.person is not None} | homes


def _checked(book: Book, path: WordPath, check: Callable[..., None], *words: str) -> None:
    """A check of people, whose complaints are told with their place."""
    try:
        check(*words)
    except PolicyError as problem:
        raise book.error(path, problem.message, problem.hint) from None


def walk_rules(plan: TablePlan) -> Iterator[tuple[ColumnPlan, Expression]]:
    """Every expression of a table's columns."""
    yield from ((column, rule) for column in plan.columns.values() for rule in column.rules)
