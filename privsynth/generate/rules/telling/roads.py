"""How the lines of a picture go from column to column: beside the boxes, between and around them, never behind one.

A line leaves a box on the side on which the other one stands. In each layer between the two it goes through the nearest
gap above, between or below the boxes; lines from one column share their way, others run beside each other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise

from privsynth.generate.rules.telling.boxes import ARCS, BELOW, ROW, WIDTH, TableBox, left_of

APART, ABREAST = 4, 7  # between lines that run side by side, and how many do in one gap
TIP = 2  # what an arrow leaves of the way to its box

Place = tuple[TableBox, str]  # a box and one of its columns


@dataclass(eq=False)
class Roads:
    """The gaps of a picture, and whose lines go through them already."""

    boxes: Collection[TableBox]
    tracks: dict[tuple[int, int], list[tuple[str, str]]] = field(default_factory=dict)  # by layer and height of the gap

    def between(self, source: Place, target: Place) -> str:
        """The path of a line from a column to one of another table."""
        (first, column), (last, name) = source, target
        start, end = first.middle(column), last.middle(name)
        if first.layer == last.layer:
            return arc(first.right, start, last.right, end, ARCS - ROW)
        step = 1 if first.layer < last.layer else -1
        path, height = f"M{_side(first.layer, step)} {start}", start
        for layer in range(first.layer + step, last.layer, step):
            through = self._track(layer, height, end, (first.table.name, column))
            path += _bend((layer - step, height), (layer, through), step) + f"H{_side(layer, step)}"
            height = through
        return path + _bend((last.layer - step, height), (last.layer, end), step, short=TIP)

    def _track(self, layer: int, start: int, end: int, whose: tuple[str, str]) -> int:
        """The height at which a line goes through a layer."""
        gap = min(self._gaps(layer), key=lambda height: abs(height - start) + abs(height - end))
        others = self.tracks.setdefault((layer, gap), [])
        if whose not in others:
            others.append(whose)
        at = others.index(whose) % ABREAST
        return gap + APART * ((at + 1) // 2) * (1 if at % 2 else -1)

    def _gaps(self, layer: int) -> list[int]:
        """The middles of the gaps of a layer: above all boxes, between two, and below all."""
        boxes = sorted((box for box in self.boxes if box.layer == layer), key=lambda box: box.y)
        between = [(above.y + above.height + below.y) // 2 for above, below in pairwise(boxes)]
        return [boxes[0].y - BELOW // 2, *between, boxes[-1].y + boxes[-1].height + BELOW // 2]


def arc(left: int, start: int, right: int, end: int, out: int) -> str:
    """Right of one box, or of two that stand below one another."""
    far = max(left, right) + out
    return f"M{left} {start}C{far} {start} {far} {end} {right + TIP} {end}"


def _side(layer: int, step: int) -> int:
    """The side of a layer on which lines in a direction leave it."""
    return left_of(layer) + (WIDTH if step > 0 else 0)


def _bend(start: tuple[int, int], end: tuple[int, int], step: int, *, short: int = 0) -> str:
    """From the side of one layer to that of the next, between the two."""
    (layer, height), (following, through) = start, end
    near, far = _side(layer, step), _side(following, -step)
    middle = (near + far) // 2
    return f"C{middle} {height} {middle} {through} {far - step * short} {through}"
