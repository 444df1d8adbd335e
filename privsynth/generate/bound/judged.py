"""Which rows break what binds them, and how many of those are too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from privsynth.bindings import Bound
from privsynth.checks.answer import Answer
from privsynth.checks.bound import demand_of, filed_with
from privsynth.checks.demand import Demand
from privsynth.dataset import Dataset
from privsynth.errors import PolicyError
from privsynth.typing import Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Judge:
    """Asks tables whether they keep what binds them.

    `follows`: each row follows one of the source, and may break what that one breaks as well. `in_groups`: people share
    their quasi-identifiers.
    """

    bindings: Sequence[Bound]
    source: Dataset = field(repr=False)
    follows: bool
    in_groups: bool = False

    def demand(self, binding: Bound, data: Dataset) -> Demand | None:
        """The demand on these tables; None where it cannot be asked, because a column was made coarser."""
        try:
            return demand_of(binding, data, self.source)
        except PolicyError:
            return None

    def broken(self, binding: Bound, data: Dataset) -> Array | None:
        """The rows that break it and may not; None where it cannot be asked."""
        demand = self.demand(binding, data)
        if demand is None:
            return None
        return demand.broken(filed_with(data, self.bindings)) & ~self.excused(binding, data)

    def too_many(self, data: Dataset) -> dict[str, Array]:
        """By the name of each binding that can be asked: the rows that have to change. Of a share the rest may stay."""
        found = {}
        for each in self.bindings:
            demand, broken = self.demand(each, data), self.broken(each, data)
            if demand is not None and broken is not None:
                found[each.name] = _beyond(broken, demand)
        return found

    def excused(self, binding: Bound, data: Dataset) -> Array:
        """The rows that follow a row of the source that breaks it as well."""
        table = data[binding.table]
        if not self.follows or table.origin is None:
            return np.zeros(len(table), dtype=bool)
        own = demand_of(binding, self.source).broken(filed_with(self.source, self.bindings))
        return np.asarray(own[table.origin])


def _beyond(bad: Array, demand: Demand) -> Array:
    """All rows that break what always holds; of a share that chance does not explain those beyond it, evenly spread."""
    if not demand.allowed:
        return bad
    if Answer(demand=demand, rows=len(bad), broken=int(bad.sum())).standing != "broken":
        return np.zeros(len(bad), dtype=bool)
    at = np.flatnonzero(bad)
    stay = int(demand.allowed / (1 - demand.allowed) * (len(bad) - len(at)))
    beyond = bad.copy()
    beyond[at[np.linspace(0, len(at) - 1, min(stay, len(at))).astype(np.int64)]] = False
    return beyond


def together(data: Dataset, bindings: Sequence[Bound], wrong: Mapping[str, Array]) -> dict[str, Array]:
    """For each table the rows that break something."""
    rows = {table.name: np.zeros(len(table), dtype=bool) for table in data}
    for each in bindings:
        if each.name in wrong:
            rows[each.table] |= wrong[each.name]
    return rows
