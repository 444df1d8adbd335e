"""Parquet files: their size is known before they are read, and their types are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from privsynth.dataset import Form, Table
from privsynth.errors import InputError
from privsynth.options import ReadPolicy, TablePolicy
from privsynth.read.frames import frame_table, layout_notes
from privsynth.read.refusal import refuse
from privsynth.read.sources import SourceFile


def parquet_table(source: SourceFile, limits: ReadPolicy, wishes: TablePolicy) -> tuple[Table, list[str]]:
    """One table from a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(str(source.path)) as file:
            _check(file.metadata, source, limits)
            arrow = file.read()
    except (pa.ArrowException, OSError):
        raise _damaged(source) from None
    about = layout_notes(source.table, "Parquet", limits, wishes)
    table, notes = frame_table(arrow, source.table, limits, wishes)
    form = Form(text=False, parquet=True, types={field.name: field.type for field in arrow.schema})
    return replace(table, form=form), [
        f"{source.label}: read as Parquet, {len(table):,} rows and {len(table.columns):,} columns",
        *about,
        *notes,
    ]


def _damaged(source: SourceFile) -> InputError:
    return refuse(
        source.label,
        "the file cannot be read as Parquet",
        "check the path and its permissions, or write the file again",
    )


def _check(about: Any, source: SourceFile, limits: ReadPolicy) -> None:
    size = sum(about.row_group(number).total_byte_size for number in range(about.num_row_groups))
    if size > limits.max_bytes:
        raise refuse(
            source.label, f"it holds more than {limits.max_bytes:,} bytes", "raise read.max_bytes if that is right"
        )
    if about.num_rows * about.num_columns > limits.max_cells or about.num_columns > limits.max_columns:
        raise refuse(
            source.label,
            "it holds more cells or columns than allowed",
            "raise read.max_cells or read.max_columns if that is right",
        )
