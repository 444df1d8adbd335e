"""How the rows meet a demand: how many break it, beside the share that may, and where the first of them stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from privsynth.checks.demand import Demand
from privsynth.checks.filed import FiledTables
from privsynth.errors import BackendError
from privsynth.measure.intervals import clopper_pearson

SHOWN = 10  # lines that are told of the rows that break a demand
CHANCE = 0.0001  # that an honest soft rule is called broken: a book has dozens, and each is asked of many files
FAR = 2  # times less often broken than the book says is far less

Standing = Literal["kept", "broken", "broken too seldom", "not judged"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Of so many rows so many break the demand; `lines` says where the first of them begin in their file."""

    demand: Demand
    rows: int = 0
    broken: int = 0
    lines: tuple[int, ...] = ()
    unjudged: str = ""  # why it could not be asked

    @property
    def share(self) -> float:
        return self.broken / self.rows if self.rows else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Within which the share lies that the rows were drawn with."""
        return clopper_pearson(self.broken, self.rows, CHANCE) if self.rows else (0.0, 1.0)

    @property
    def standing(self) -> Standing:
        """What always holds is broken by one row. A share is broken by more than chance explains, or by far less."""
        if self.unjudged:
            return "not judged"
        if not self.demand.allowed:
            return "broken" if self.broken else "kept"
        low, high = self.interval
        if low > self.demand.allowed:
            return "broken"
        return "broken too seldom" if high < self.demand.allowed / FAR and not self.demand.at_most else "kept"

    @property
    def is_bad(self) -> bool:
        return self.standing in ("broken", "broken too seldom")


def answers(demands: Iterable[Demand], filed: FiledTables) -> Iterator[Answer]:
    """Each demand asked of the rows."""
    yield from (answer(demand, filed) for demand in demands)


def answer(demand: Demand, filed: FiledTables) -> Answer:
    """One demand asked of the rows."""
    if demand.table not in filed.data:
        return Answer(demand=demand, unjudged=f"table {demand.table} is not there")
    absent = [f"{table}.{column}" for table, column in sorted(demand.needs) if not filed.has((table, column))]
    if absent:
        return Answer(demand=demand, unjudged=f"{', '.join(absent)} is not there")
    if demand.unasked:
        return Answer(demand=demand, unjudged=demand.unasked)
    try:
        broken = demand.broken(filed)
    except BackendError as problem:
        return Answer(demand=demand, unjudged=problem.message)
    rows = np.flatnonzero(broken)
    lines = tuple(filed.line(demand.table, int(row)) for row in rows[:SHOWN])
    return Answer(demand=demand, rows=len(broken), broken=len(rows), lines=lines)
