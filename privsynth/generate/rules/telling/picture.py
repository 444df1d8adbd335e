"""A rulebook as a picture: each table a box, its columns in the order in which they are made, and what rests upon what.

Inside a table an arc leads from a column to each that rests upon it; between tables a line. The same book gives the
same bytes; the picture holds no script, loads nothing, and follows a light or dark page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from privsynth.generate.rules.telling.boxes import ARCS, BELOW, HEAD, MARGIN, ROW, WIDTH, TableBox, placed
from privsynth.generate.rules.telling.roads import Place, Roads, arc
from privsynth.generate.rules.telling.words import ToldBook, ToldColumn

LONGEST = 24  # letters of a name
ROWS_SHOWN = 36  # letters of how many rows a table has

GROUPS = {
    "key": ("sequence", "uuid", "reference"),
    "person": ("person",),
    "derived": ("sql", "template", "before", "running", "row", "total", "business_day", "local", "utc"),
    "branch": ("when", "by", "mixture"),
}
LEGEND = {
    "key": "key or reference",
    "person": "invented person",
    "drawn": "drawn",
    "branch": "one way or another",
    "derived": "worked out",
    "wrong": "a mistake stands in its way",
}
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2933 }
.title { font-size: 16px; font-weight: 600 } .name { font-weight: 600; font-size: 13px } .dim { fill: #5b6773 }
.back { fill: #ffffff } .box { fill: #f7f8fa; stroke: #b8c1cb } .rule { stroke: #d5dbe1 }
.arc { fill: none; stroke: #7b8794; stroke-width: 1.2 } .tie { fill: none; stroke: #2f6fb3; stroke-width: 1.8 }
.tip { fill: #7b8794 } .tiptie { fill: #2f6fb3 }
.key { fill: #2f6fb3 } .person { fill: #a3498b } .drawn { fill: #4b8f4e } .branch { fill: #b7791f }
.derived { fill: #6b7785 } .wrong { fill: #c53030 }
@media (prefers-color-scheme: dark) {
text { fill: #e4e9ee } .dim { fill: #a3afbb }
.back { fill: #14181d } .box { fill: #1d232a; stroke: #45525f } .rule { stroke: #333e49 }
.arc { stroke: #8c99a6 } .tie { stroke: #6aa9ea } .tip { fill: #8c99a6 } .tiptie { fill: #6aa9ea }
.key { fill: #6aa9ea } .person { fill: #d889c2 } .drawn { fill: #7fc683 } .branch { fill: #e0ad5a }
.derived { fill: #94a1ae } .wrong { fill: #f47c7c }
}
"""


def drawn(book: ToldBook) -> str:
    """The picture, as SVG."""
    boxes = placed(book.tables)
    roads = Roads(boxes.values())
    width = max([MARGIN * 2 + 800, *(box.right + ARCS + MARGIN for box in boxes.values())])
    height = max([160, *(box.y + box.height + BELOW for box in boxes.values())]) + ROW
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label="{escape(book.name)}">',
        f"<title>{escape(book.name)}: tables, columns and what rests upon what</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">'
        '<path class="tip" d="M0 0L8 4L0 8z"/></marker><marker id="tie" viewBox="0 0 8 8" refX="7" refY="4"'
        ' markerWidth="6" markerHeight="6" orient="auto"><path class="tiptie" d="M0 0L8 4L0 8z"/></marker></defs>',
        f'<rect class="back" width="{width}" height="{height}"/>',
        _text(MARGIN, MARGIN + 8, book.name, "title"),
        *(line for box in boxes.values() for line in _ties(box, boxes, roads)),
        *(line for box in boxes.values() for line in _box(box)),
        *(line for box in boxes.values() for line in _arcs(box)),
        *_legend(height - 14),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _box(box: TableBox) -> Iterator[str]:
    table = box.table
    yield f'<rect class="box" x="{box.x}" y="{box.y}" width="{WIDTH}" height="{box.height}" rx="8"/>'
    yield _text(box.x + 12, box.y + 22, _short(table.name, LONGEST), "name")
    yield _text(box.x + 12, box.y + 39, _short(table.rows, ROWS_SHOWN), "dim")
    yield f'<path class="rule" d="M{box.x} {box.y + HEAD - 6}H{box.right}"/>'
    for column in table.columns:
        yield from _column(box, column)
    for name in table.passed_over:
        yield _dot(box.x + 16, box.middle(name), "wrong")
        yield _text(box.x + 28, box.middle(name) + 4, _short(name, LONGEST), "dim")


def _column(box: TableBox, column: ToldColumn) -> Iterator[str]:
    middle = box.middle(column.name)
    yield f"<g><title>{escape(column.sentence)}</title>"
    yield _dot(box.x + 16, middle, group_of(column.way))
    yield _text(box.x + 28, middle + 4, _short(column.name, LONGEST))
    at_end = f'class="dim" x="{box.right - 12}" y="{middle + 4}" text-anchor="end"'
    yield f"<text {at_end}>{escape(column.way)}</text></g>"


def group_of(way: str) -> str:
    """What sort of column a way makes."""
    return next((group for group, ways in GROUPS.items() if way in ways), "drawn")


def _arcs(box: TableBox) -> Iterator[str]:
    """Right of the box, from a column to those that rest upon it."""
    names = box.names
    for column in box.table.columns:
        for need in column.rests_upon:
            if need in names and box.table.keys.get(column.name) != (box.table.name, need):
                above, below = box.middle(need), box.middle(column.name)
                out = 14 + min(ARCS - 24, 4 * abs(names.index(need) - names.index(column.name)))
                path = arc(box.right, above, box.right, below, out)
                yield f'<path class="arc" d="{path}" marker-end="url(#tip)"/>'


def _ties(box: TableBox, boxes: Mapping[str, TableBox], roads: Roads) -> Iterator[str]:
    """From the key of a parent to the column that refers to it, and from its columns to what rests upon them."""
    for column in box.table.columns:
        for table, name in column.behind:
            is_key = box.table.keys.get(column.name) == (table, name)
            if table in boxes and table != box.table.name and name in boxes[table].names and not is_key:
                yield _line(roads, (boxes[table], name), (box, column.name), is_key=False)
    for own, (parent, key) in box.table.keys.items():
        if own in box.names and parent in boxes and key in boxes[parent].names:
            yield _line(roads, (boxes[parent], key), (box, own), is_key=True)


def _line(roads: Roads, source: Place, target: Place, *, is_key: bool) -> str:
    style, tip = ("tie", "tie") if is_key else ("arc", "tip")
    if source[0] is target[0]:
        box, (start, end) = source[0], (box.middle(name) for box, name in (source, target))
        out = box.x - 16
        return f'<path class="{style}" d="M{box.x} {start}C{out} {start} {out} {end} {box.x} {end}"/>'
    return f'<path class="{style}" d="{roads.between(source, target)}" marker-end="url(#{tip})"/>'


def _legend(y: int) -> Iterator[str]:
    x = MARGIN
    for group, words in LEGEND.items():
        yield _dot(x + 5, y - 4, group)
        yield _text(x + 16, y, words, "dim")
        x += 34 + 7 * len(words)


def _dot(x: int, y: int, group: str) -> str:
    return f'<circle class="{group}" cx="{x}" cy="{y}" r="4.5"/>'


def _text(x: int, y: int, text: str, style: str = "") -> str:
    named = f' class="{style}"' if style else ""
    return f'<text{named} x="{x}" y="{y}">{escape(text)}</text>'


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."
