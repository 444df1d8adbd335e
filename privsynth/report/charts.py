"""Static charts as inline SVG: no script, no remote part, colours from the page's style, and never colour alone.

Each chart is one string that depends on its figures only. Its numbers also stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from privsynth.report.figures import figure, share
from privsynth.report.names import short, visible

WIDE = 340
VALUE = 46  # room for the figure after a bar
LETTER, LABEL = 6.7, 24  # width of a letter, and letters of the longest label
ROW, BAR = 30, 9
CELL, SIDE = 26, 128
MINUS = "\u2212"


def paired_bars(place: int, title: str, bars: Sequence[tuple[str, float, float]]) -> str:
    """Two bars for each bin or level: the real share filled, the synthetic one outlined and lighter."""
    top = max((max(real, made) for _, real, made in bars), default=0.0) or 1.0
    start = 14 + LETTER * max((min(len(visible(label)), LABEL) for label, _, _ in bars), default=0)
    rows = "".join(_pair(number, bar, top, round(start)) for number, bar in enumerate(bars))
    gap = max((abs(real - synthetic) for _, real, synthetic in bars), default=0.0)
    spoken = f"Share of rows in {len(bars)} groups, real above synthetic. The largest gap is {share(gap)}."
    return _svg(f"bars{place}", title, spoken, WIDE, ROW * len(bars) + 4, rows, "bars")


def _pair(number: int, bar: tuple[str, float, float], top: float, start: int) -> str:
    label, real, made = bar
    y, room = number * ROW + 4, WIDE - start - VALUE
    ours, theirs = (max(0.0, value) / top * room for value in (real, made))
    return (
        f'<text class="lab" x="{start - 8}" y="{y + 14}" text-anchor="end">{_text(label, LABEL)}</text>'
        f'<rect class="real" x="{start}" y="{y}" width="{ours:.1f}" height="{BAR}"/>'
        f'<text class="val" x="{start + ours + 5:.1f}" y="{y + 8}">{share(real)}</text>'
        f'<rect class="made" x="{start + 0.75}" y="{y + BAR + 2.75}" '
        f'width="{max(0.0, theirs - 1.5):.1f}" height="{BAR - 1.5}"/>'
        f'<text class="val" x="{start + theirs + 5:.1f}" y="{y + BAR + 10}">{share(made)}</text>'
    )


def heat_map(place: int, title: str, names: Sequence[str], cells: Sequence[tuple[int, int, float | None]]) -> str:
    """Differences in association, in hundredths: each cell is tinted and holds its number and its sign."""
    size = len(names)
    parts = [
        f'<text class="lab" x="{SIDE - 8}" y="{_edge(row) + 17}" text-anchor="end">{_text(name, 14)}  {row + 1}</text>'
        for row, name in enumerate(names)
    ]
    parts += [
        f'<text class="lab" x="{SIDE + _edge(column) + CELL / 2 - CELL:.0f}" y="16" '
        f'text-anchor="middle">{column + 1}</text>'
        for column in range(size)
    ]
    parts += [
        f'<rect class="self" x="{SIDE + (row) * CELL}" y="{_edge(row)}" width="{CELL - 2}" height="{CELL - 2}"/>'
        for row in range(size)
    ]
    for left, right, difference in cells:
        parts += [_cell(left, right, difference), _cell(right, left, difference)]
    strongest = max((abs(value) for _, _, value in cells if value is not None), default=0.0)
    spoken = (
        f"How much the tie between two columns differs from the real data, for {size} columns. "
        f"The largest difference is {figure(strongest)}."
    )
    return _svg(f"heat{place}", title, spoken, SIDE + size * CELL, _edge(size) + 2, "".join(parts), "heat")


def _edge(row: int) -> int:
    return CELL + row * CELL


def _cell(row: int, column: int, difference: float | None) -> str:
    x, y = SIDE + column * CELL, _edge(row)
    if difference is None:
        return f'<text class="c0" x="{x + CELL / 2 - 1}" y="{y + 16}" text-anchor="middle">\u00b7</text>'
    hundredths = round(100 * difference)
    sign = "+" if hundredths > 0 else MINUS if hundredths < 0 else ""
    words = f"{sign}{abs(hundredths)}"
    level = _tint(abs(difference))
    return (
        f'<rect class="h{level}" x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}" rx="2"/>'
        f'<text class="t{level}" x="{x + CELL / 2 - 1}" y="{y + 16}" text-anchor="middle">{words}</text>'
    )


def _tint(size: float) -> int:
    return sum(size >= edge for edge in (0.02, 0.05, 0.1, 0.2))


STRIP, HIGH, PAD = 200, 30, 10
CLIP = 4.0  # a measurement beyond so many limits is drawn at the edge, as an arrow


def strip(
    place: int,
    title: str,
    measured: float,
    limit: float,
    *,
    good: str,
    baseline: float | None = None,
    interval: Sequence[float | None] | None = None,
) -> str:
    """One measurement on a line: a disc inside the limit, a cross beyond it; the forbidden side is hatched."""
    ends = [end for end in interval or () if end is not None]
    top = (
        max(
            1.33 * abs(limit),
            min(max(abs(value) for value in (measured, *ends, baseline or 0.0)) * 1.1, CLIP * abs(limit) or 1e300),
        )
        or 1.0
    )
    bad = measured > limit if good == "low" else measured < limit
    side, place_of_it = ("at most" if good == "low" else "at least"), ("beyond" if bad else "within")
    spoken = f"Measured {figure(measured)}, allowed is {side} {figure(limit)}: {place_of_it} the limit."
    forbidden = (_x(limit, top), STRIP - PAD) if good == "low" else (PAD, _x(limit, top))
    parts = [
        f'<line class="axis" x1="{PAD}" y1="15" x2="{STRIP - PAD}" y2="15"/>',
        _hatched(*forbidden),
        f'<line class="limit" x1="{_x(limit, top):.1f}" y1="3" x2="{_x(limit, top):.1f}" y2="27"/>',
        _whisker(ends, top) if len(ends) == 2 else "",
        _diamond(_x(baseline, top)) if baseline is not None else "",
        _mark(_x(measured, top), bad=bad, off=measured > top),
    ]
    return _svg(f"strip{place}", title, spoken, STRIP, HIGH, "".join(parts), "strip")


def _x(value: float, top: float) -> float:
    return PAD + min(max(value, 0.0), top) / top * (STRIP - 2 * PAD)


def _hatched(start: float, end: float) -> str:
    """Slanted strokes over the side where no measurement may lie."""
    strokes = "".join(f"M{x} 20l6 -10" for x in range(round(start) + 1, max(round(start) + 1, round(end) - 5), 6))
    return f'<path class="hatch" d="{strokes}"/>' if strokes else ""


def _whisker(ends: Sequence[float], top: float) -> str:
    low, high = (_x(end, top) for end in ends)
    return f'<path class="whisker" d="M{low:.1f} 10v10M{low:.1f} 15H{high:.1f}M{high:.1f} 10v10"/>'


def _diamond(x: float) -> str:
    return f'<path class="chance" d="M{x:.1f} 9l5 6l-5 6l-5 -6z"/>'


def _mark(x: float, *, bad: bool, off: bool) -> str:
    if bad:
        arrow = f'<path class="cross" d="M{x - 1:.1f} 9l7 6l-7 6"/>' if off else ""
        return arrow or f'<path class="cross" d="M{x - 5:.1f} 10l10 10m0 -10l-10 10"/>'
    return (
        f'<path class="dot" d="M{x - 5:.1f} 9l9 6l-9 6z"/>'
        if off
        else f'<circle class="dot" cx="{x:.1f}" cy="15" r="5"/>'
    )


def _svg(key: str, title: str, spoken: str, width: float, height: float, content: str, kind: str) -> str:
    """The frame of a chart: named and described for those who do not see it."""
    return (
        f'<svg class="{kind}" role="img" aria-labelledby="{key}-t {key}-d" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">'
        f'<title id="{key}-t">{_text(title, 200)}</title><desc id="{key}-d">{_text(spoken, 400)}</desc>{content}</svg>'
    )


def _text(words: str, longest: int) -> str:
    words = visible(words)
    return (
        escape(words if len(words) <= longest else f"{words[: longest - 1]}\u2026")
        if longest < 100
        else escape(short(words, longest))
    )
