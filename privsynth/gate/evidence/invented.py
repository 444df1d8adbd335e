"""Where nothing real was read: can what was invented belong to somebody all the same?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from privsynth.dataset import Column, Role, Table
from privsynth.pii.cells import count_held
from privsynth.pii.entities import Entity, entities
from privsynth.pii.reserved import has_range, is_reserved
from privsynth.pii.scan import ColumnScan, is_text
from privsynth.pii.texts import scan_text
from privsynth.release import Draft
from privsynth.verdict import Finding

REMEDY = "make it with person:, or write the pattern within a range that is reserved for examples"


def outside_reserved(draft: Draft) -> Finding:
    """Invented addresses and numbers that somebody could have; and which columns no range can judge."""
    ranged = [(table, column) for table in draft.dataset for column in table.columns if _range_of(column)]
    values = {(table.name, column.name): _distinct(table, column) for table, column in ranged}
    outside = {
        (table.name, column.name): sum(
            not is_reserved(str(column.entity), value) for value in values[table.name, column.name]
        )
        for table, column in ranged
    }
    listed = [column.name for table in draft.dataset for column in table.columns if is_listed(column)]
    note = "distinct values of invented people, each within the range that is kept free of people for its kind"
    if listed:
        note += f"; nothing to judge in words that come from lists: {', '.join(dict.fromkeys(listed))}"
    return Finding(
        "outside_reserved",
        sum(outside.values()),
        what="invented values that somebody could have",
        limit=0,
        where=tuple(dict.fromkeys(name for (_, name), count in outside.items() if count)),
        n=sum(map(len, values.values())),
        note=note,
        remedy=REMEDY,
    )


def is_made_apart(table: Table, column: Column) -> bool:
    """Whether a column was invented of a kind of its own, of which nothing more can be told by reading its cells."""
    return _range_of(column) is not None or is_listed(column) or _names_nobody(table, column)


def _names_nobody(table: Table, column: Column) -> bool:
    """Whether all cells are keys of the column's kind, such as UUIDs, which belong to no person."""
    kind = _kind_of(column)
    if not column.fabricated or kind is None or kind.role is not Role.IDENTIFIER or not kind.has_shape:
        return False
    cells = table.text(column.name)
    known = cells[~pd.isna(cells)].tolist()
    return count_held(kind, known) == len(known)


def is_listed(column: Column) -> bool:
    """Names, streets and the like: invented from lists of words, which are everybody's."""
    return column.fabricated and (kind := _kind_of(column)) is not None and not kind.has_shape and not has_range(kind)


def _range_of(column: Column) -> Entity | None:
    kind = _kind_of(column)
    return kind if column.fabricated and kind is not None and has_range(kind) else None


def _kind_of(column: Column) -> Entity | None:
    return entities().get(column.entity or "")


def could_be_somebodys(hit: ColumnScan, table: Table, nlp: str) -> bool:
    """Whether a likeness found in an invented column is one of values that somebody could have.

    What only the column's name says proves nothing of a value that no rule of its kind tells from any other.
    """
    kind = entities()[hit.entity]
    if not (kind.check or kind.sure or has_range(kind)):
        return False
    return any(_may_be(kind, value, nlp) for value in _distinct(table, table[hit.column]))


def _may_be(kind: Entity, value: str, nlp: str) -> bool:
    if is_text(value):
        places = (value[place.start : place.end] for place in scan_text(value, nlp=nlp) if place.entity == kind.name)
        return any(not is_reserved(kind.name, place) for place in places)
    return (not kind.has_shape or kind.holds(value)) and not is_reserved(kind.name, value)


def _distinct(table: Table, column: Column) -> Sequence[str]:
    return list(pd.unique(pd.Series(table.text(column.name), dtype=object).dropna()))
