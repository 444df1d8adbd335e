"""The three sides of a comparison: real rows, synthetic ones, and fresh real ones, as many as the synthetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from privsynth.dataset import Table
from privsynth.mask_steps import Bucket, Generalise, KAnonymise, Partial, Redact
from privsynth.measure.fidelity.bins import cut
from privsynth.measure.samples import in_turn, some_of
from privsynth.typing import Array

SIDE = 50_000  # rows a side
COARSER = (KAnonymise, Generalise, Bucket, Partial, Redact)  # steps after which a text may stand for a group
FEW_NEW = 0.01  # of the values: rare levels of the half of the rows that is not looked at


@dataclass(frozen=True, eq=False)
class ThreeSides:
    """At most `SIDE` rows of each, over the columns that can be compared."""

    real: Table
    synthetic: Table
    fresh: Table
    names: tuple[str, ...]

    @property
    def tables(self) -> tuple[Table, Table, Table]:
        return self.real, self.synthetic, self.fresh

    @property
    def size(self) -> int:
        """Synthetic rows, and as many fresh ones."""
        return len(self.synthetic)

    @cached_property
    def bins(self) -> Mapping[str, tuple[int, list[Array]]]:
        """How many bins each column has, and each row's bin on the three sides."""
        return {name: cut(self.real, (self.synthetic, self.fresh), name) for name in self.names}


def sides_of(real: Table, synthetic: Table, fresh: Table, rng: np.random.Generator) -> ThreeSides:
    names, _ = comparable(real, synthetic)
    size = min(len(synthetic), len(fresh), SIDE)
    rows = some_of(real, SIDE, rng), some_of(synthetic, size, rng), some_of(fresh, size, rng)
    return ThreeSides(*rows, tuple(names) if len(rows[0]) and size else ())


def whole_sides(
    real: Table, synthetic: Table, fresh: Table, names: tuple[str, ...], rng: np.random.Generator
) -> ThreeSides:
    """The same columns in all rows of each, as far as they are not very many."""
    return ThreeSides(some_of(real, SIDE, rng), some_of(synthetic, SIDE, rng), some_of(fresh, SIDE, rng), names)


def comparable(real: Table, synthetic: Table) -> tuple[list[str], tuple[str, ...]]:
    """The columns that can be compared, and those that cannot: invented on purpose, generalised, or not there."""
    names = [
        column.name
        for column in real.columns
        if column.name in synthetic and not column.role.is_fabricated and _same_storage(real, synthetic, column.name)
    ]
    return names, tuple(column.name for column in real.columns if column.name not in names)


def _same_storage(real: Table, synthetic: Table, name: str) -> bool:
    if real[name].kind != synthetic[name].kind and not (real[name].kind.is_numeric and synthetic[name].kind.is_numeric):
        return False
    if synthetic[name].fabricated or real.values(name).dtype.kind != synthetic.values(name).dtype.kind:
        return False
    return not _is_coarser(real, synthetic, name)


def _is_coarser(real: Table, synthetic: Table, name: str) -> bool:
    """Masked by words for groups, which no real row holds: `100**` is no postcode."""
    values = synthetic.frame[name].dropna()
    if not isinstance(synthetic[name].step, COARSER) or synthetic[name].kind.is_numeric or not len(values):
        return False
    return float(values.isin(real.frame[name].dropna().unique()).mean()) < 1 - FEW_NEW


def halves(table: Table, rng: np.random.Generator) -> tuple[Table, Table]:
    """All rows of a person on one side."""
    rows, turns = in_turn(table.people, rng)
    return table.take(rows[turns % 2 == 0]), table.take(rows[turns % 2 == 1])
