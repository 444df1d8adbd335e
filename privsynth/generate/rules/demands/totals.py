"""What totals demand of rows: that a total is what the rows below it come to, and that what was dealt out adds up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privsynth.bindings import BoundTotal
from privsynth.dataset import Bond
from privsynth.generate.rules.planning.plan import TablePlan
from privsynth.generate.rules.relations.totals import Below, DealPlan, TotalPlan


def totals_of(table: TablePlan, tables: Mapping[str, TablePlan], places: Mapping[str, str]) -> Iterator[BoundTotal]:
    """One for each total, at the table that holds it, and one for each total that is dealt out over this table."""
    for name, plan in table.worked_out.items():
        if isinstance(plan, TotalPlan):
            bond = _bond(tables[plan.below.table], plan.below.link)
            yield _adds_up(table.name, name, plan.how, plan.below, bond, place=places[name])
        elif isinstance(plan, DealPlan):
            below, bond = Below(table.name, plan.link.name, name), _bond(table, plan.link.name)
            yield _adds_up(plan.link.table, plan.column, "sum", below, bond, place=places[name])


def _bond(table: TablePlan, link: str) -> Bond:
    return next(bond for bond in table.ties if bond.name == link)


def _adds_up(table: str, column: str, how: str, below: Below, bond: Bond, *, place: str) -> BoundTotal:
    return BoundTotal(
        f"{table}: total {column}",
        table,
        place=place,
        column=column,
        how=how,
        below=below.table,
        of=below.column,
        tie=bond,
    )
