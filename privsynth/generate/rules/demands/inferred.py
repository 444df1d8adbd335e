"""What may be asked of the rows that a book was inferred from: what few people share in them was left out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from privsynth.checks.demand import Demand
from privsynth.generate.rules.vocabulary.rulebook import Inferred


def with_untold(demands: Iterable[Demand], mark: Inferred | None) -> Iterator[Demand]:
    """Each demand, with the share of rows that may break it: what the book says of its column, or as k people are."""
    for demand in demands:
        if mark is None or demand.allowed or demand.kind == "column":
            yield demand
            continue
        table, column = demand.under
        few = mark.k / max(mark.k, mark.rows.get(demand.table, 0))
        told = mark.untold.get(table, {}).get(column, 0.0)
        yield replace(demand, allowed=max(few, float(told)), at_most=True)
