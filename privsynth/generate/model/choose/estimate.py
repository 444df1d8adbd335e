"""How long an engine will learn and draw, and how much memory it will hold, from the size of the table alone.

The figures are those of one processor of 2024. What does not fit into the memory that there is, is refused before it starts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from privsynth.dataset import Table
from privsynth.errors import BackendError
from privsynth.generate.model.choose.costs import bytes_for, seconds_for, width_of
from privsynth.generate.model.trees.forest import GROWN_ON
from privsynth.generate.model.trees.related import MOST
from privsynth.options import EPOCHS, EngineName
from privsynth.stages import Estimate
from privsynth.stages import size as spelt

START, START_SDV = 1.5, 6.0  # seconds until the libraries are there
GROW, FILL, CODE = 3.5e-7, 5e-8, 7e-7  # seconds per row, column and earlier column; the last per cell
BASE, PER_CELL = 200_000_000, 90  # bytes
LOOKED_AT = 50_000  # rows in which levels are counted


@dataclass(frozen=True)
class Size:
    """What an engine's time depends on: rows, columns, and how wide sdv would spread a row out."""

    rows: int
    columns: int
    width: int = 0

    def of(self, rows: int) -> Size:
        return replace(self, rows=rows)


def size_of(table: Table, engine: EngineName) -> Size:
    """The size of what may be learnt of a table. For trees the width does not matter, and is not counted."""
    learnt = tuple(column for column in table.columns if not column.role.is_fabricated)
    kept = replace(table, columns=learnt, frame=table.frame[[column.name for column in learnt]])
    return Size(len(table), len(learnt), 0 if engine in ("trees", "dp") else width_of(kept))


def levels_of(table: Table) -> dict[str, int]:
    """How many levels each column of classes has, seen in some of the rows."""
    some = table.frame.iloc[:: max(1, len(table) // LOOKED_AT)]
    return {
        c.name: int(some[c.name].nunique())
        for c in table.columns
        if not c.role.is_fabricated and table.values(c.name).dtype.kind == "O"
    }


def estimate(size: Size, engine: EngineName, *, epochs: int | None = None) -> Estimate | None:
    """For one fit and a draw of as many rows; None where nobody has measured it."""
    match engine:
        case "trees":
            return _trees(size)
        case "copula" | "ctgan" | "tvae" | "copulagan":
            return Estimate(
                START_SDV + seconds_for(engine, size.rows, size.width, epochs or EPOCHS),
                bytes_for(engine, size.rows, size.width),
            )
        case _:
            return None


def _trees(size: Size) -> Estimate:
    """Each column is told apart by the columns before it; no tree grows on more rows than a forest looks at."""
    pairs = size.columns * min(size.columns / 2, MOST)
    grown = min(size.rows, 2 * GROWN_ON)
    seconds = START + GROW * grown * pairs + FILL * size.rows * pairs + CODE * size.rows * size.columns
    return Estimate(seconds, BASE + PER_CELL * size.rows * size.columns)


def refuse_beyond(needed: Estimate, free: int | None, table: Table, engine: str) -> None:
    """Refuse a fit that would not end, with what would fit instead."""
    if free is None or needed.bytes <= free:
        return
    message = f"table '{table.name}' would need about {spelt(needed.bytes)} of memory in the engine {engine}, and {spelt(free)} are free."
    raise BackendError(message, hint="; or ".join(_ways_out(needed, free, table, engine)))


def _ways_out(needed: Estimate, free: int, table: Table, engine: str) -> list[str]:
    rows = int(len(table) * max(0.0, free - BASE) / max(1, needed.bytes - BASE) * 0.9)
    levels = levels_of(table)
    ways = [f"give fewer rows, about {rows:,}"] if rows else []
    ways += (
        [f"leave out the column '{max(levels, key=lambda name: levels[name])}', which has the most levels"]
        if levels
        else []
    )
    return [*ways, *(["use the engine trees"] if engine != "trees" else ["use a machine with more memory"])]
