"""Where the tables of a picture stand: each a box, right of those that it rests upon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privsynth.generate.rules.telling.words import ToldTable

WIDTH, ROW, HEAD = 270, 22, 54  # of a box: its width, a column's height, the height of its head
ARCS, BETWEEN, MARGIN, BELOW = 84, 60, 24, 36  # room for arcs, between layers of boxes, around all, below a box
TOP = 3 * MARGIN


@dataclass(frozen=True)
class TableBox:
    """Where a table stands; boxes of one layer stand below one another."""

    table: ToldTable
    layer: int
    y: int

    @property
    def x(self) -> int:
        return left_of(self.layer)

    @property
    def right(self) -> int:
        return self.x + WIDTH

    @property
    def names(self) -> list[str]:
        return [*(column.name for column in self.table.columns), *self.table.passed_over]

    @property
    def height(self) -> int:
        return HEAD + ROW * len(self.names) + 10

    def middle(self, column: str) -> int:
        return self.y + HEAD + ROW * self.names.index(column) + ROW // 2


def left_of(layer: int) -> int:
    return MARGIN + layer * (WIDTH + ARCS + BETWEEN)


def placed(tables: Sequence[ToldTable]) -> dict[str, TableBox]:
    """Tables stand right of those that they rest upon, those of one depth below one another."""
    bottom: dict[int, int] = {}
    boxes: dict[str, TableBox] = {}
    for table in tables:
        above = [boxes[parent].layer + 1 for parent in _rests_upon(table) if parent in boxes]
        layer = max([0, *above])
        box = boxes[table.name] = TableBox(table, layer, bottom.get(layer, TOP))
        bottom[layer] = box.y + box.height + BELOW
    return boxes


def _rests_upon(table: ToldTable) -> list[str]:
    return [parent for parent, _ in table.keys.values() if parent != table.name]
