"""Columns that cannot be compared value by value: invented on purpose, or come out as something else.

Of what is invented no value is like a real one; but that there is one, and that they differ, is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import NoneType

from privsynth.dataset import Table
from privsynth.mask_steps import Keep
from privsynth.measure.fidelity.kept import Kept
from privsynth.measure.fidelity.levels import varieties_kept
from privsynth.measure.fidelity.marginals import gaps_kept
from privsynth.measure.fidelity.sides import ThreeSides

FEWEST = 20  # rows


def not_compared_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each invented column how often it is there and how much its values differ; for the others that they are lost.

    What masking does to a column was asked for.
    """
    if sides.size < FEWEST:
        return
    left = [c.name for c in sides.real.columns if c.name not in sides.names and _is_meant_to_be_kept(sides, c.name)]
    invented = tuple(name for name in left if _is_invented(sides, name))
    yield from gaps_kept(replace(sides, names=invented))
    yield from varieties_kept(replace(sides, names=invented))
    yield from (_of_another_kind(sides, name) for name in left if name not in invented)


def _is_invented(sides: ThreeSides, name: str) -> bool:
    return sides.real[name].role.is_fabricated or sides.synthetic[name].fabricated


def _is_meant_to_be_kept(sides: ThreeSides, name: str) -> bool:
    return name in sides.synthetic and isinstance(sides.synthetic[name].step, Keep | NoneType)


def _of_another_kind(sides: ThreeSides, name: str) -> Kept:
    return Kept(
        aspect="columns",
        where=(name,),
        kept=0.0,
        fresh=1.0,
        noise=0.0,
        rows=sides.size,
        words=f"{name} came out as {_kind(sides.synthetic, name)} where the real rows have {_kind(sides.real, name)}: "
        "nothing of it can be compared",
    )


def _kind(table: Table, name: str) -> str:
    return f"the kind {table[name].kind.value}"
