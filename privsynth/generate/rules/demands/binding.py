"""What of a rulebook binds rows that something else makes: expectations, uniqueness, totals and relations.

Laws, choices and counts are not among it: there a model keeps to the data that it learnt from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privsynth.bindings import Bound, BoundReference, BoundRow, BoundUnique
from privsynth.dataset import RuleSeenTo
from privsynth.expressions import names_in
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.demands.totals import totals_of
from privsynth.generate.rules.planning.plan import BookPlan, TablePlan


def bindings_of(book: Book, plan: BookPlan) -> tuple[Bound, ...]:
    """Table by table, in the order of the book."""
    return tuple(each for table in plan.tables.values() for each in _of_table(book, table, plan.tables))


def _of_table(book: Book, table: TablePlan, tables: Mapping[str, TablePlan]) -> Iterator[Bound]:
    path = ("tables", table.name)
    places = {column: book.place((*path, "columns", column)) for column in table.columns}
    for tie in table.ties:
        keys = [relation.child_key for relation in tie.relations]
        name = f"{table.name}: {' and '.join(keys)} refers to {tie.parent}"
        yield BoundReference(name, table.name, place=places[keys[0]], tie=tie)
    for each in table.columns.values():
        if each.rule.unique or each.rule.generator in ("sequence", "uuid"):
            yield BoundUnique(
                f"{table.name}: {each.name} is unique", table.name, place=places[each.name], columns=(each.name,)
            )
    for at, names in enumerate(table.rule.unique):
        name = f"{table.name}: {' and '.join(names)} are unique together"
        yield BoundUnique(name, table.name, place=book.place((*path, "unique", str(at))), columns=tuple(names))
    yield from totals_of(table, tables, places)
    for at, expect in enumerate(table.rule.expect):
        name, place = f"{table.name}: expect {at + 1}", book.place((*path, "expect", str(at)))
        named = {column.partition(".")[0] for column in names_in(expect.that) if "." in column}
        ties = tuple(tie for tie in table.ties if tie.name in named)
        rule = RuleSeenTo(name, expect.that, float(expect.rate), ties)
        yield BoundRow(name, table.name, place=place, rule=rule)
