"""What makes the values of one column, and what is known of them before they are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field

import numpy as np

from privsynth.dataset import Kind
from privsynth.errors import PolicyError
from privsynth.generate.rules.making.rows import Rows
from privsynth.typing import Array

Law = Callable[[Rows], Array]
Distinct = Callable[[int, np.random.Generator], Array]

LISTED = 5_000_000  # up to here different values are drawn from a list of all


@dataclass(frozen=True, eq=False)
class Provider:
    """`draw` makes values in the storage type of `kind`; None as kind: nothing but missing values."""

    kind: Kind | None
    draw: Law = field(repr=False)
    _: KW_ONLY
    capacity: int | None = None  # how many different values there can be; None: not known, or no bound
    distinct: Distinct | None = field(default=None, repr=False)  # that many different values, where they can be counted
    decimals: int = 0
    has_time: bool = False
    invented: bool = False  # made-up names of things or people, rather than properties
    certain: bool = False  # worked out from other columns: drawing again changes nothing
    across: bool = False  # looks at other rows of the same parent: never made for some rows alone


def counted(size: int, number: Callable[[Array], Array]) -> Distinct:
    """Different values of a numbered set, at random."""

    def distinct(rows: int, rng: np.random.Generator) -> Array:
        if size <= max(LISTED, 2 * rows):
            return number(rng.permutation(size)[:rows])
        return number(_different(rows, size, rng))

    return distinct


def _different(rows: int, size: int, rng: np.random.Generator) -> Array:
    """Different numbers below a large bound: draw, keep the first of each, draw the rest again."""
    top = min(size, 2**62)
    numbers = np.zeros(0, dtype=np.int64)
    while len(numbers) < rows:
        more = np.concatenate([numbers, rng.integers(0, top, rows - len(numbers))])
        numbers = more[np.sort(np.unique(more, return_index=True)[1])]
    return numbers


def joined(parts: Sequence[Provider], choose: Callable[[Rows], Array]) -> Provider:
    """One provider of several; `choose` gives for each row the place of its part, or -1 for a missing value."""
    kind = joint_kind([part.kind for part in parts])
    capacities = [part.capacity for part in parts]

    def draw(rows: Rows) -> Array:
        which = choose(rows)
        values = blank(kind, rows.count)
        for at, part in enumerate(parts):
            here = np.flatnonzero(which == at)
            if len(here) and part.kind is not None:
                values[here] = part.draw(rows.take(here))
        return values

    return Provider(
        kind,
        draw,
        capacity=None if None in capacities else sum(capacity for capacity in capacities if capacity is not None),
        decimals=max((part.decimals for part in parts), default=0),
        has_time=any(part.has_time for part in parts),
        invented=any(part.invented for part in parts),
        certain=False,
    )


def joint_kind(kinds: Sequence[Kind | None]) -> Kind | None:
    """The kind that holds them all."""
    distinct = {kind for kind in kinds if kind is not None}
    if len(distinct) <= 1:
        return next(iter(distinct), None)
    for together, wide in (({Kind.NUMBER, Kind.INTEGER}, Kind.NUMBER), ({Kind.TEXT, Kind.CATEGORY}, Kind.TEXT)):
        if distinct <= together:
            return wide
    raise PolicyError(
        f"the ways to draw give different kinds of values: {', '.join(sorted(distinct))}.",
        hint="numbers go with numbers, texts with texts, dates with dates",
    )


def blank(kind: Kind | None, rows: int) -> Array:
    """Missing values in the storage type of a kind."""
    return (kind or Kind.TEXT).missing(rows)
