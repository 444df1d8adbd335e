"""Which writer spells numbers so: those with an exponent, and those without."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from privsynth.spelling.numbers import Exponent, scientific

CODE = re.compile(r"[0-9]+[eE][0-9]+")
WRITERS = (
    Exponent(low=-4, high=16),  # Python, pandas, DuckDB
    Exponent(low=-4, high=15),  # PostgreSQL, .NET
    Exponent(low=-4, high=15, over=True),  # tables of the UCI repository
    Exponent(shorter=True),  # R
    Exponent(low=-4, high=6),  # %g of C
    Exponent(low=-6, high=21),  # JavaScript
    Exponent(low=-3, high=7),  # Java
)


def plain(core: str, power: str) -> str:
    """The digits of a number without its exponent."""
    digits = f"{Decimal(core + power):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def looks_like_codes(cores: Sequence[str], powers: Sequence[str]) -> bool:
    """`1E2`, `3E1`: with neither a point nor a sign, and no other number beside them."""
    return all(CODE.fullmatch(core + power) for core, power in zip(cores, powers, strict=True))


def writers(cores: Sequence[str], powers: Sequence[str], others: Sequence[str]) -> Iterator[Exponent]:
    """Writers who might have spelt these numbers so; `others` have no exponent."""
    shape = _shape(cores, powers)
    if not others:
        places = {len(core.partition(".")[2]) for core in cores}
        if len(places) == 1:
            yield replace(shape, places=places.pop(), low=0, high=0)
        yield replace(shape, low=0, high=0)
    for rule in WRITERS:
        yield replace(shape, low=rule.low, high=rule.high, over=rule.over, shorter=rule.shorter)
    low, high = _ends([int(power[1:]) for power in powers], [scientific(other)[1] for other in others])
    yield replace(shape, low=low, high=high)


def _shape(cores: Sequence[str], powers: Sequence[str]) -> Exponent:
    """How these spell the exponent itself."""
    digits = min(sum(c.isdigit() for c in power) for power in powers)
    rising = [power for power in powers if "-" not in power]
    return Exponent(
        mark=powers[0][0],
        plus="+" in rising[0] if rising else digits > 1,
        digits=digits,
        fewest=int(all("." in core for core in cores) and any(core.endswith(".0") for core in cores)),
    )


def _ends(powers: Sequence[int], others: Sequence[int]) -> tuple[int, int]:
    """The range of plain numbers, if nothing is known but these."""
    small, large = [power for power in powers if power < 0], [power for power in powers if power >= 0]
    low = max(small) + 1 if small else min([-4, *others])
    high = min(large) if large else max([16, *(power + 1 for power in others)])
    return low, high
