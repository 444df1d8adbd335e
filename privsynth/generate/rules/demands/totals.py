"""What totals demand of rows: that a total is what the rows below it come to, and that what was dealt out adds up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from privsynth.checks.demand import Demand
from privsynth.checks.filed import FiledTables
from privsynth.dataset import Bond, Kind, Place
from privsynth.expressions.rules import NOISE
from privsynth.generate.rules.demands.filed_columns import FiledColumns
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.planning.plan import TablePlan
from privsynth.generate.rules.relations.totals import Below, DealPlan, TotalPlan
from privsynth.typing import Array


def demands_of_totals(table: TablePlan, tables: Mapping[str, TablePlan], places: Mapping[str, str]) -> Iterator[Demand]:
    """One for each total, at the table that holds it, and one for each total that is dealt out over this table."""
    for name, plan in table.worked_out.items():
        if isinstance(plan, TotalPlan):
            bond = _bond(tables[plan.below.table], plan.below.link)
            yield _adds_up(table.name, name, plan, bond, places[name])
        elif isinstance(plan, DealPlan):
            dealt = TotalPlan(Below(table.name, plan.link.name, name), "sum", plan.decimals)
            yield _adds_up(plan.link.table, plan.column, dealt, _bond(table, plan.link.name), places[name])


def _bond(table: TablePlan, link: str) -> Bond:
    return next(bond for bond in table.ties if bond.name == link)


def _adds_up(table: str, column: str, plan: TotalPlan, bond: Bond, place: str) -> Demand:
    """The column is what the rows below come to; an unknown total is none."""
    below: set[Place] = {(plan.below.table, plan.below.column)} if plan.below.column is not None else set()

    def broken(filed: FiledTables) -> Array:
        values = filed.values(table, column)
        rows = Rows(len(values), FiledColumns(filed, table), np.random.default_rng(0))
        expected = plan.work_out(rows, lambda name: FiledColumns(filed, name))
        if filed.data[table][column].kind is Kind.DATE:
            return np.asarray((values != expected) & ~np.isnat(values) & ~np.isnat(expected))
        noise = 0.5 * 10.0 ** -filed.data[table][column].spelling.decimals if plan.how == "mean" else 0.0
        return np.asarray(np.abs(values - expected) > noise + NOISE * np.maximum(1.0, np.abs(expected)))

    return Demand(
        kind="total",
        table=table,
        columns=(column,),
        needs=frozenset({(table, column), *below, *(end for each in bond.relations for end in each.ends)}),
        broken=broken,
        what=f"what the rows of {plan.below.table} come to",
        place=place,
    )
