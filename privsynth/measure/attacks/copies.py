"""Real rows that the draft repeats: counted on the training side and on the held-out side.

Every count is one of real rows that are hit, so that under chance each hit falls on the training side with the share
of the training rows. The excess is scaled to the draft: the share of its rows that would have to be copies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Table
from privsynth.measure.distance.cells import almost_equal_rows, cell_keys, equal_rows
from privsynth.measure.distance.points import Points, is_within, loneliest, nearest, place
from privsynth.measure.samples import in_turn, some_rows
from privsynth.measure.significance import copy_pvalue
from privsynth.typing import Array

SIDE = 20_000  # rows a side where distances are measured
TAU = 0.01  # the quantile of hold-out distances that counts as near
ISOLATED = 0.05  # the share of rows that count as isolated
# Of the distance to the nearest other real row: at 0.1, 1 in 20 clean tables has a hit; at 0.05, copies with 2 % of
# noise are missed.
ON_TOP = 0.07


@dataclass(frozen=True, kw_only=True)
class CopyHits:
    """How often one rule hit training rows and held-out rows."""

    train: int
    of_train: int
    holdout: int
    of_holdout: int
    scale: float  # training rows per draft row: from shares of real rows to shares of draft rows
    weight: float = 1.0  # how often training rows may be hit for each hit of a held-out row
    exact: float | None = None  # the p value, where hits are not one by one on either side by chance

    @property
    def excess(self) -> float:
        """The share of the draft that copies training rows beyond chance."""
        allowed = self.weight * _share(self.holdout, self.of_holdout)
        return (_share(self.train, self.of_train) - allowed) * self.scale

    @property
    def chance(self) -> float:
        return _share(self.holdout, self.of_holdout) * self.scale

    @property
    def pvalue(self) -> float:
        """Of so many hits on the training side, if chance alone made them."""
        if self.exact is not None:
            return self.exact
        inside = self.weight * self.of_train
        return copy_pvalue(self.train, self.holdout, inside / max(1, inside + self.of_holdout))


@dataclass(frozen=True)
class Isolated:
    """How many of the most isolated real rows have a draft row upon them, and how many another real row would hit.

    `chance` counts hits upon isolated real rows by real rows that are strangers to them: in a table of few distinct
    rows that happens, in others never. `of_chance` is how many isolated rows were exposed, each to as many strangers as
    the draft has rows: with half as many strangers a row counts half.
    """

    hits: int
    rows: int
    chance: int
    of_chance: float

    @property
    def share(self) -> float:
        return _share(self.hits, self.rows)

    @property
    def chance_share(self) -> float:
        return _share(self.chance, self.of_chance)

    @property
    def pvalue(self) -> float:
        return copy_pvalue(self.hits, self.chance, self.rows / max(1, self.rows + self.of_chance))


def whole_row_hits(train: Table, holdout: Table, draft: Table, names: Sequence[str]) -> tuple[CopyHits, CopyHits]:
    """Rows equal in all of `names`, and in all but one of them; every row of each table takes part."""
    train_keys, holdout_keys, draft_keys = cell_keys((train, holdout, draft), names)
    return _hits(equal_rows(train_keys, draft_keys), equal_rows(holdout_keys, draft_keys), len(draft)), _hits(
        almost_equal_rows(train_keys, draft_keys), almost_equal_rows(holdout_keys, draft_keys), len(draft)
    )


@dataclass(frozen=True, eq=False)
class Near:
    """What distances tell: near rows, and draft rows that sit upon isolated real ones."""

    hits: CopyHits
    isolated: Isolated


def near_hits(train: Table, holdout: Table, draft: Table, names: Sequence[str], rng: np.random.Generator) -> Near:
    """Real rows with a draft row within tau, the distance that only 1 % of the hold-out has to the training rows."""
    train_points, holdout_points, draft_points = place((train, holdout, draft), names)
    places = (train_points, holdout_points, draft_points)
    drawn = [some_rows(len(points), SIDE, rng) for points in places]
    some, others, few = (points.take(rows) for points, rows in zip(places, drawn, strict=True))
    apart = nearest(others, some)
    tau = float(np.quantile(apart, TAU)) if len(apart) else 0.0
    train_hit, holdout_hit = is_within(some, few, tau), is_within(others, few, tau)
    scale = len(train) / max(1, len(few))
    return Near(
        _counted(train_hit, holdout_hit, scale),
        _isolated(some, others, draft_points, in_turn(train.people[drawn[0]], rng)),
    )


def _isolated(train: Points, holdout: Points, draft: Points, dealt: tuple[Array, Array]) -> Isolated:
    """Hits by the draft; for chance, those by the hold-out, and by each half of the people upon the other.

    `dealt` are the training rows in a random order of their people, and each one's turn.
    """
    rows, turns = dealt
    left, right = (train.take(rows[turns % 2 == side]) for side in (0, 1))
    far, gaps = _far(train)
    strangers = [(far, gaps, holdout), (*_far(left), right), (*_far(right), left)]
    chance = sum(_upon(*side) for side in strangers)
    exposed = sum(len(rows) * len(others) for rows, _, others in strangers) / max(1, len(draft))
    return Isolated(_upon(far, gaps, draft), len(far), chance, exposed)


def _far(rows: Points) -> tuple[Points, Array]:
    """The rows with the largest distance to their nearest other row, and that distance."""
    far, gaps = loneliest(rows, ISOLATED)
    return rows.take(far), gaps


def _upon(far: Points, gaps: Array, others: Points) -> int:
    """How many of the isolated rows have one of the others almost on them."""
    return int((nearest(far, others) <= ON_TOP * gaps).sum())


def smallest_visible(rows: int, share_train: float, alpha: float) -> float:
    """The least share of copied rows that a test at `alpha` can see when no held-out row is hit."""
    if not 0 < share_train < 1 or rows <= 0:
        return 1.0
    return min(1.0, math.ceil(math.log(alpha) / math.log(share_train)) / rows)


def _hits(train: Array, holdout: Array, rows: int) -> CopyHits:
    return _counted(train, holdout, len(train) / max(1, rows))


def _counted(train: Array, holdout: Array, scale: float) -> CopyHits:
    return CopyHits(
        train=int(train.sum()),
        of_train=len(train),
        holdout=int(holdout.sum()),
        of_holdout=len(holdout),
        scale=scale,
    )


def _share(part: int, whole: float) -> float:
    return min(1.0, part / whole) if whole else 0.0
