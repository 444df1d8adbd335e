"""What a point on the map demands of rows: that it lies in its circle or box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from privsynth.checks.demand import Demand, needed
from privsynth.checks.filed import FiledTables
from privsynth.generate.rules.demands.filed_columns import FiledColumns
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.planning.plan import TablePlan
from privsynth.generate.rules.values.points import PointColumns
from privsynth.typing import Array


def demands_of_points(table: TablePlan, places: Mapping[str, str]) -> Iterator[Demand]:
    """One for each point of a table; `places` say where its columns stand."""
    points = dict.fromkeys(group for group in table.groups.values() if isinstance(group, PointColumns))
    for point in points:
        named = sorted(frozenset[str]().union(*(table.columns[name].named for name in point.columns)))
        names = (*point.columns, *(name for name in named if name not in point.columns))
        yield Demand(
            kind="values",
            table=table.name,
            columns=names,
            needs=needed(table.name, names, table.ties),
            broken=_outside(table, point),
            what="a point where the book has it lie",
            place=places[names[0]],
            under=(table.name, names[0]),
        )


def _outside(table: TablePlan, point: PointColumns) -> _Outside:
    fewest = min(table.columns[name].column.spelling.decimals for name in point.columns)
    return _Outside(table.name, point, 0.5 * 10.0**-fewest)


class _Outside:
    """The rows whose point lies beyond its region by more than its decimals leave open; what is unknown does not."""

    def __init__(self, table: str, point: PointColumns, within: float) -> None:
        self.table, self.point, self.within = table, point, within

    def __call__(self, filed: FiledTables) -> Array:
        values = {part: filed.values(self.table, name) for name, part in self.point.parts.items()}
        count = len(filed.data[self.table])
        rows = Rows(count, FiledColumns(filed, self.table), np.random.default_rng(0))
        return np.broadcast_to(self.point.beyond(values, rows, self.within), (count,))
