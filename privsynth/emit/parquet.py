"""A table as the bytes of a Parquet file: the types of its source, and a mark that says what it is."""

from __future__ import annotations

from typing import Any

from privsynth.dataset import Column, Kind, Table
from privsynth.spelling.dates import has_time
from privsynth.typing import Array


def parquet(table: Table) -> bytes:
    """Values are written as they are: a file in types has no formulas, and so no guard."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from privsynth.spelling.arrow import as_arrow

    arrays = {}
    for column in table.columns:
        values = table.values(column.name)
        if values.dtype.kind == "f":
            values = column.spelling.rounded(values)
        arrays[column.name] = as_arrow(
            values, column.spelling, table.form.types.get(column.name, _usual(column, values))
        )
    made = pa.table(arrays).replace_schema_metadata(_mark(table))
    sink = pa.BufferOutputStream()
    pq.write_table(made, sink)
    return bytes(sink.getvalue())


def _usual(column: Column, values: Array) -> Any:
    """The type of a column that came as text."""
    import pyarrow as pa

    if column.kind.is_time and values.dtype.kind == "f":
        return pa.time64("us") if column.kind is Kind.TIME else pa.duration("us")
    if column.kind is Kind.INTEGER and values.dtype.kind == "f":
        return pa.int64()
    if values.dtype.kind == "M" and not has_time(column.spelling.date_format):
        return pa.date32()
    return None


def _mark(table: Table) -> dict[str, str]:
    """Rows that follow real rows one by one are not called synthetic."""
    return {"synthetic": "true" if table.origin is None else "masked", "generator": "privsynth"}
