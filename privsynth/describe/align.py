"""Read another table as the real one is read, so that the two can be compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.errors import InputError
from privsynth.typing import Array


def aligned(real: Dataset, other: Dataset) -> Dataset:
    """`other` under the column descriptions of `real`. Tables are matched by name; two single tables match anyway."""
    if len(real.tables) == len(other.tables) == 1:
        other = Dataset((replace(other.tables[0], name=real.tables[0].name),), notes=other.notes)
    if set(real.names) != set(other.names):
        raise InputError(
            f"the tables do not match: {', '.join(real.names)} on one side, {', '.join(other.names)} on the other.",
            hint="name the files alike",
        )
    tables = tuple(_as(table, other[table.name]) for table in real)
    return Dataset(tables, real.relations, other.notes)


def _as(real: Table, other: Table) -> Table:
    missing = [column.name for column in real.columns if column.name not in other]
    extra = [column.name for column in other.columns if column.name not in real]
    if missing or extra:
        raise InputError(
            f"table {real.name}: the columns differ.",
            hint=f"missing: {', '.join(missing) or 'none'}; not in the real table: {', '.join(extra) or 'none'}",
        )
    pairs = [_column(real[column.name], other[column.name], other) for column in real.columns]
    frame = pd.DataFrame(
        {column.name: values for column, values in pairs}, columns=[column.name for column, _ in pairs]
    )
    return Table(real.name, tuple(column for column, _ in pairs), frame, person=real.person)


def _column(real: Column, other: Column, table: Table) -> tuple[Column, Array]:
    """The other's values under the real column's description, or, where they are of another kind, as their text."""
    values = table.values(other.name)
    described = replace(other, role=real.role, entity=real.entity, reason=real.reason, fabricated=False)
    if real.kind.is_time and real.kind == other.kind and real.measure != other.measure:
        counts = np.floor(values * (other.spelling.step_us / real.spelling.step_us))
        return replace(described, spelling=replace(real.spelling, null=other.spelling.null)), counts
    if real.kind == other.kind or (real.kind.is_numeric and other.kind.is_numeric):
        return described, values
    if _is_void(values):
        return replace(real, spelling=other.spelling), real.kind.missing(len(values))
    if real.kind.is_numeric and (numbers := _but_for_null(real, values)) is not None:
        return replace(real, fabricated=False), numbers
    if real.kind is Kind.DATE or real.kind.is_numeric:
        return described, values  # a real difference in kind: the schema gate says so
    return replace(described, kind=real.kind), table.text(other.name)


def _but_for_null(real: Column, values: Array) -> Array | None:
    """Text as the real column's numbers, if its word for a missing value is all that is none: too few cells have it."""
    codes, words = pd.factorize(values)
    if real.spelling.null not in words:
        return None
    try:
        known = [np.nan if word == real.spelling.null else real.spelling.value(word) for word in words]
    except ValueError:
        return None
    return None if np.isinf(known).any() else np.array([*known, np.nan])[codes]


def _is_void(values: Array) -> bool:
    return bool(pd.isna(values).all())
