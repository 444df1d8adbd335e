"""What stands in the cells of a table: columns are typed first, then each distinct value is looked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.pii.analyzer import AUTO
from privsynth.pii.cells import count_held, kinds_of_cells
from privsynth.pii.columns import Typing, type_shape
from privsynth.pii.entities import Trait, entities, has
from privsynth.pii.forms import LIKELY
from privsynth.pii.lexicon import read_name
from privsynth.pii.shapes import Shape, have_no_blank
from privsynth.pii.texts import scan_text


@dataclass(frozen=True)
class ColumnScan:
    """One kind of personal data found in one column. Counts are of distinct values; no value is kept.

    Confirmed means that the column names people by itself: a kind of role direct, by proof, keyword or name. Towns,
    codes and dates are found too, but never confirmed: they name somebody only together with other columns.
    """

    column: str
    entity: str
    hits: int
    distinct: int
    confirmed: bool
    role: Role
    reason: str = ""
    by_column: bool = False  # found by name or shape of the column rather than value by value

    @property
    def share(self) -> float:
        return self.hits / self.distinct if self.distinct else 0.0


@dataclass(frozen=True)
class Hits:
    """Distinct values in which a kind was found: with proof or a keyword, and without."""

    confirmed: int = 0
    weak: int = 0


def scan_table(table: Table, *, nlp: str = AUTO) -> list[ColumnScan]:
    """Everything found in the columns of a table, column by column. `nlp` as in `scan_text`."""
    return [scan for column in table.columns for scan in _scan_column(column, Shape.of_column(table, column.name), nlp)]


def _scan_column(column: Column, shape: Shape, nlp: str) -> list[ColumnScan]:
    typing = type_shape(column.name, shape, column.kind)
    scans = (
        []
        if typing.entity is None or has(typing.entity, Trait.NOT_REPORTED)
        else [_of_typing(column, shape, typing, typing.entity)]
    )
    for entity, hits in scan_values(shape.known, column=column.name, kind=column.kind, nlp=nlp).items():
        if entity != typing.entity and not has(entity, Trait.NOT_REPORTED):
            scans += _of_hits(column, shape, entity, hits)
    return scans


def _of_typing(column: Column, shape: Shape, typing: Typing, name: str) -> ColumnScan:
    entity = entities()[name]
    hits = count_held(entity, shape.known) if entity.has_shape else shape.distinct
    hits = hits or round(typing.confidence * shape.distinct)
    confirmed = typing.confidence >= 0.6 and typing.role is Role.DIRECT
    return ColumnScan(column.name, name, hits, shape.distinct, confirmed, typing.role, typing.reason, by_column=True)


def _of_hits(column: Column, shape: Shape, name: str, hits: Hits) -> list[ColumnScan]:
    """A kind whose check accepts many random numbers is confirmed only by more hits than chance gives."""
    entity = entities()[name]
    by_chance = (
        entity.chance >= 0.01 and hits.confirmed < max(1.0, 5 * entity.chance * shape.distinct) and shape.mean_words < 3
    )
    confirmed = 0 if by_chance or entity.role is not Role.DIRECT else hits.confirmed
    weak = hits.weak + hits.confirmed - confirmed
    parts = (
        (confirmed, True, "values with proof, or a keyword beside them"),
        (weak, False, "values that look like it, without proof"),
    )
    return [
        ColumnScan(column.name, name, count, shape.distinct, sure, entity.role, why)
        for count, sure, why in parts
        if count
    ]


def scan_values(values: Sequence[str], *, column: str, kind: Kind, nlp: str = AUTO) -> Mapping[str, Hits]:
    """Kinds found in distinct values; the name of the column counts as a keyword beside each.

    Numbers and dates are judged by their column alone, so they give nothing here.
    """
    if kind.is_numeric or kind in (Kind.DATE, Kind.BOOLEAN):
        return {}
    confirmed, weak = Counter[str](), Counter[str]()
    named = [entities()[name] for name in read_name(column).entities if entities()[name].check]
    texts = set() if have_no_blank("".join(values)) else set(filter(is_text, values))
    for value in texts:
        _count_text(value, confirmed, weak, nlp)
    cells = kinds_of_cells([value for value in values if value not in texts] if texts else values, named)
    confirmed.update({kind: len(found) for kind, found in cells.items()})
    return {name: Hits(confirmed[name], weak[name]) for name in sorted(confirmed | weak)}


def is_text(value: str) -> bool:
    """Whether a value is read word by word, rather than taken for one thing."""
    return value.count(" ") >= 3 or "\n" in value


def _count_text(value: str, confirmed: Counter[str], weak: Counter[str], nlp: str) -> None:
    """Each kind once for each text, by its best place in it."""
    best: dict[str, float] = {}
    for hit in scan_text(value, nlp=nlp):
        best[hit.entity] = max(best.get(hit.entity, 0.0), hit.score)
    for name, score in best.items():
        (confirmed if score >= LIKELY else weak)[name] += 1
