"""What ties the rows of a table together, as findings: the dependence on the row before, and what one person keeps."""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.measure.fidelity.order import OrderResult, RowsEach, SteadyColumns
from privsynth.options import Limits
from privsynth.verdict import Finding

REMEDY = (
    "no engine of this version learns it: leave the limit out, reshape the table to one row a person, or use backend "
    "mask, which keeps the rows"
)


def together_findings(result: OrderResult, limits: Limits) -> Iterator[Finding]:
    if result.columns:
        yield _order(result, limits.order_min)
    if result.steady is not None:
        yield _steady(result.table, result.steady, limits.steady_min)
    if result.each is not None:
        yield _rows_each(result.table, result.each)


def _order(result: OrderResult, limit: float | None) -> Finding:
    what = "order in time" if result.turns.time else f"likeness of the rows of one {result.turns.unit}"
    return Finding(
        "order",
        result.kept,
        what=f"{what} that is kept ({result.table})",
        table=result.table,
        limit=limit,
        limit_name="" if limit is None else "order_min",
        good="high",
        where=result.names,
        baseline=result.kept_fresh,
        n=result.pairs,
        note=result.in_words,
        remedy=REMEDY,
    )


def _steady(table: str, steady: SteadyColumns, limit: float | None) -> Finding:
    return Finding(
        "steady",
        steady.kept,
        what=f"values of {steady.unit} whose rows agree in what stays the same ({table})",
        table=table,
        limit=limit,
        limit_name="" if limit is None else "steady_min",
        good="high",
        where=steady.names,
        baseline=steady.fresh,
        n=steady.units,
        note=steady.in_words,
        remedy=REMEDY,
    )


def _rows_each(table: str, each: RowsEach) -> Finding:
    return Finding(
        "rows_each",
        each.kept,
        what=f"agreement in how many rows one {each.unit} has ({table})",
        table=table,
        where=(each.unit,),
        baseline=each.fresh,
        note=each.in_words,
    )
