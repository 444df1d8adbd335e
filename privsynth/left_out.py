"""Columns that are left out as asked: read and judged as all others, but neither learnt from nor given back."""

from __future__ import annotations

from dataclasses import replace

from privsynth.dataset import Dataset, Table
from privsynth.mask_steps import Drop
from privsynth.source import Source
from privsynth.statistics import Statistics


def left_out(table: Table) -> list[str]:
    return [column.name for column in table.columns if isinstance(column.step, Drop)]


def without_left_out(data: Dataset) -> Dataset:
    """What a backend may see of the rows."""
    return data.replace_tables(*(table.without(left_out(table)) for table in data if left_out(table)))


def lesson(source: Source) -> tuple[Dataset, Statistics]:
    """What a backend may learn from: the training rows and what was learnt of them, without the columns left out."""
    out = {table.name: set(left_out(table)) for table in source.train}
    statistics = source.statistics
    columns = {
        table: {name: known for name, known in of_table.items() if name not in out.get(table, ())}
        for table, of_table in statistics.tables.items()
    }
    facts = tuple(fact for fact in statistics.facts if not out.get(fact.table, set()) & set(fact.columns))
    return without_left_out(source.train), replace(statistics, tables=columns, facts=facts)
