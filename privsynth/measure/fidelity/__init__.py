"""How like the real rows the synthetic ones are: columns, pairs of columns, whole rows.

The score is the mean of (1 - total variation) over binned columns and over binned pairs, half and half. It never stands
alone: the reference is what other real rows, as many as the synthetic ones, get in the same comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Table
from privsynth.measure.fidelity.bars import Bar, bars
from privsynth.measure.fidelity.bins import cramers_v, joint, shares, total_variation
from privsynth.measure.fidelity.detection import PLENTY, detection_auc
from privsynth.measure.fidelity.kept import Kept
from privsynth.measure.fidelity.sides import ThreeSides, comparable, halves, sides_of
from privsynth.measure.fidelity.ties import Tie, tie
from privsynth.measure.samples import joined
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.measure.fidelity.order import OrderResult

PAIRS = 2_000  # pairs compared; drawn where there are more
SMALL = 11  # rows behind anything that is shown


@dataclass(frozen=True, kw_only=True)
class ColumnFidelity:
    """One column: how far apart the two sides are, and a chart that may be shown."""

    name: str
    kind: Kind
    distance: float  # total variation over at most ten bins and missing; 0: alike
    reference: float | None  # the same for other real rows
    missing_real: float | None  # None: too few rows to be said
    missing_synthetic: float | None
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True)
class PairFidelity:
    """Two columns together: how far apart, and how strongly they are associated on each side (Cramer's V)."""

    left: str
    right: str
    distance: float
    reference: float | None
    association_real: float
    association_synthetic: float

    @property
    def difference(self) -> float:
        return self.association_synthetic - self.association_real


@dataclass(frozen=True, kw_only=True)
class FidelityResult:
    """Everything that was measured of one table. `score` and `reference` are 1 for equal distributions."""

    table: str
    score: float | None  # None: nothing could be compared
    reference: float | None
    columns: tuple[ColumnFidelity, ...]
    pairs: tuple[PairFidelity, ...]
    pairs_in_all: int
    c2st: float | None  # area under the curve of a classifier; .5: cannot tell
    c2st_reference: float | None
    rows_real: int
    rows_synthetic: int
    rows_compared: int
    left_out: tuple[str, ...]  # columns of invented values, or of another kind than the real ones
    rows_told: int = 0  # of either side, that a classifier learnt to tell apart
    ties: tuple[Tie, ...] = ()  # of the pairs
    together: OrderResult | None = None  # what ties its rows together, where something does
    kept: tuple[Kept, ...] = ()  # all that was looked at
    against: str = ""  # which real rows it was compared with
    too_few: bool = False  # real people are like those asked for: nothing was compared

    @property
    def relative(self) -> float | None:
        """The score as a share of what other real rows get."""
        return self.score / self.reference if self.score is not None and self.reference else self.score

    def worst(self, count: int = 10) -> tuple[ColumnFidelity, ...]:
        return tuple(sorted(self.columns, key=lambda column: -column.distance)[:count])


def not_compared(synthetic: Table) -> FidelityResult:
    """Of a draft that too few real people are like: no figure of theirs is made."""
    return FidelityResult(
        table=synthetic.name,
        score=None,
        reference=None,
        columns=(),
        pairs=(),
        pairs_in_all=0,
        c2st=None,
        c2st_reference=None,
        rows_real=0,
        rows_synthetic=len(synthetic),
        rows_compared=0,
        left_out=(),
        too_few=True,
    )


def compare(
    real: Table,
    synthetic: Table,
    reference: Table | None,
    rng: np.random.Generator,
    *,
    fewest: int = SMALL,
    classify: bool = True,
) -> FidelityResult:
    """Compare on the columns that were learnt. `reference` is other real rows; without any the real rows are halved.

    `fewest` real rows stand behind each bar and named level; `classify` asks for the classifier over whole rows too.
    """
    if reference is None or not len(reference):
        real, reference = halves(real, rng)
    return compare_sides(
        sides_of(real, synthetic, reference, rng),
        rng,
        real,
        synthetic,
        others=reference,
        fewest=fewest,
        classify=classify,
    )


def compare_sides(
    sides: ThreeSides,
    rng: np.random.Generator,
    real: Table,
    synthetic: Table,
    *,
    others: Table,
    fewest: int = SMALL,
    classify: bool = True,
) -> FidelityResult:
    """`real`, `synthetic` and `others` are all the rows of which the sides hold some: bars are drawn from them."""
    names = list(sides.names)
    columns = tuple(_column(real, synthetic, name, sides.bins[name], fewest) for name in names)
    pairs, ties = [], []
    for left, right in _pairs(names, rng):
        tables = _joint(sides, left, right)
        pairs.append(_pair(left, right, tables))
        ties.append(tie(left, right, tables, sides.size))
    told = _told_apart(sides, joined((real, others)), synthetic, rng) if classify and names else _Told()
    return FidelityResult(
        table=real.name,
        score=_score([c.distance for c in columns], [p.distance for p in pairs]),
        reference=_score([c.reference or 0.0 for c in columns], [p.reference or 0.0 for p in pairs]),
        columns=columns,
        pairs=tuple(pairs),
        pairs_in_all=len(names) * (len(names) - 1) // 2,
        c2st=told.auc,
        c2st_reference=told.reference,
        rows_real=len(real),
        rows_synthetic=len(synthetic),
        rows_compared=sides.size if names else 0,
        rows_told=told.rows,
        left_out=comparable(real, synthetic)[1],
        ties=tuple(ties),
    )


@dataclass(frozen=True)
class _Told:
    """How well synthetic rows, and fresh ones, are told from real ones; and of how many rows a side."""

    auc: float | None = None
    reference: float | None = None
    rows: int = 0


def _told_apart(sides: ThreeSides, real: Table, synthetic: Table, rng: np.random.Generator) -> _Told:
    """Where the sides are small the synthetic rows are told from all real ones: nothing is hidden for want of rows."""
    most = min(len(real), len(synthetic), max(sides.size, PLENTY))
    return _Told(
        detection_auc(real, synthetic, sides.names, rng, side=most),
        detection_auc(sides.real, sides.fresh, sides.names, rng),
        most,
    )


def _column(real: Table, synthetic: Table, name: str, binned: tuple[int, list[Array]], fewest: int) -> ColumnFidelity:
    real_shares, synthetic_shares, reference_shares = (shares(bins, binned[0]) for bins in binned[1])
    gaps = [pd.isna(table.values(name)) for table in (real, synthetic)]
    return ColumnFidelity(
        name=name,
        kind=real[name].kind,
        distance=total_variation(real_shares, synthetic_shares),
        reference=total_variation(real_shares, reference_shares),
        missing_real=_missing_share(gaps[0], fewest),
        missing_synthetic=_missing_share(gaps[1], fewest),
        bars=bars(real, synthetic, name, fewest),
    )


def _missing_share(gaps: Array, fewest: int) -> float | None:
    """A share of missing values, unless so few are behind it (or behind its opposite) that it speaks of persons."""
    count = int(gaps.sum())
    return None if 0 < count < fewest or 0 < len(gaps) - count < fewest else count / max(1, len(gaps))


def _joint(sides: ThreeSides, left: str, right: str) -> list[Array]:
    """The tables of shares of two columns on the three sides."""
    (lefts, of_left), (rights, of_right) = sides.bins[left], sides.bins[right]
    return [joint(a, lefts, b, rights) for a, b in zip(of_left, of_right, strict=True)]


def _pair(left: str, right: str, tables: Sequence[Array]) -> PairFidelity:
    real, synthetic, reference = tables
    return PairFidelity(
        left=left,
        right=right,
        distance=total_variation(real, synthetic),
        reference=total_variation(real, reference),
        association_real=cramers_v(real),
        association_synthetic=cramers_v(synthetic),
    )


def _pairs(names: Sequence[str], rng: np.random.Generator) -> list[tuple[str, str]]:
    pairs = list(combinations(names, 2))
    return (
        pairs
        if len(pairs) <= PAIRS
        else [pairs[place] for place in np.sort(rng.choice(len(pairs), PAIRS, replace=False))]
    )


def _score(columns: list[float], pairs: list[float]) -> float | None:
    if not columns:
        return None
    alone = 1 - float(np.mean(columns))
    return (alone + 1 - float(np.mean(pairs))) / 2 if pairs else alone
