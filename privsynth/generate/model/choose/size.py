"""How large a table is for an engine, and the refusal of one that would not fit into memory, with ways out."""

from __future__ import annotations

from dataclasses import replace

from privsynth.dataset import Table
from privsynth.engines import ENGINES, EngineName
from privsynth.errors import BackendError
from privsynth.generate.model.engine import Size
from privsynth.generate.model.sdv.cost import width_of
from privsynth.stages import Estimate
from privsynth.stages import size as spelt

BASE = 200_000_000  # bytes of Python and its libraries
LOOKED_AT = 50_000  # rows in which levels are counted


def size_of(table: Table, engine: EngineName) -> Size:
    """The size of what may be learnt of a table. The width is counted only where it matters."""
    learnt = tuple(column for column in table.columns if not column.role.is_fabricated)
    kept = replace(table, columns=learnt, frame=table.frame[[column.name for column in learnt]])
    return Size(len(table), len(learnt), width_of(kept) if ENGINES[engine].is_sized_by_width else 0)


def levels_of(table: Table) -> dict[str, int]:
    """How many levels each column of classes has, seen in some of the rows."""
    some = table.frame.iloc[:: max(1, len(table) // LOOKED_AT)]
    return {
        c.name: int(some[c.name].nunique())
        for c in table.columns
        if not c.role.is_fabricated and table.values(c.name).dtype.kind == "O"
    }


def refuse_beyond(needed: Estimate, free: int | None, table: Table, engine: EngineName) -> None:
    """Refuse a fit that would not end, with what would fit instead."""
    if free is None or needed.bytes <= free:
        return
    message = (
        f"table '{table.name}' would need about {spelt(needed.bytes)} of memory in the engine {engine}, "
        f"and {spelt(free)} are free."
    )
    raise BackendError(message, hint="; or ".join(_ways_out(needed, free, table, engine)))


def _ways_out(needed: Estimate, free: int, table: Table, engine: EngineName) -> list[str]:
    rows = int(len(table) * max(0.0, free - BASE) / max(1, needed.bytes - BASE) * 0.9)
    levels = levels_of(table)
    ways = [f"give fewer rows, about {rows:,}"] if rows else []
    ways += (
        [f"leave out the column '{max(levels, key=lambda name: levels[name])}', which has the most levels"]
        if levels
        else []
    )
    return [*ways, "use the engine trees" if ENGINES[engine].is_sized_by_width else "use a machine with more memory"]
