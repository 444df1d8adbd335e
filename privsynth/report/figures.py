"""How numbers are spelt in a report: short, and never more precise than they are."""

from __future__ import annotations

import math

NOT_COMPUTED = "not computed"


def figure(value: float | int | None) -> str:
    """A number in at most three significant digits, whole numbers in full."""
    if value is None or not math.isfinite(value):
        return NOT_COMPUTED
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) < 0.0001:
        return "less than 0.0001" if value > 0 else "between -0.0001 and 0"
    digits = min(max(0, 2 - math.floor(math.log10(abs(value)))), 4)
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def share(value: float | None) -> str:
    """A part of one as a percentage."""
    if value is None or not math.isfinite(value):
        return NOT_COMPUTED
    percent = 100 * value
    if 0 < percent < 0.1:
        return "less than 0.1%"
    return f"{percent:.0f}%" if percent >= 9.95 or percent == 0 else f"{percent:.1f}%"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def span(interval: list[float | None] | None) -> str:
    """An interval from end to end."""
    return "" if not interval else f"{figure(interval[0])} to {figure(interval[1])}"
