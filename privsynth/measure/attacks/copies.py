"""Real rows that the draft repeats: counted on the training side and on the held-out side.

Every count is one of real rows that are hit, so that under chance each hit falls on the training side with the share
of the training rows. The excess is scaled to the draft: the share of its rows that would have to be copies.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Table
from privsynth.measure.distance.cells import almost_equal_rows, by_content, cell_keys, equal_rows
from privsynth.measure.distance.points import is_within, nearest, place
from privsynth.measure.samples import some_rows
from privsynth.measure.significance import copy_pvalue
from privsynth.typing import Array

SIDE = 20_000  # rows a side where distances are measured
MOSTLY = 0.5  # of the people must be alone in what is left when a column is left out
OFTENER = 2.0  # than its share a real row may come: a maker draws what is common
TAU = 0.01  # the quantile of hold-out distances that counts as near


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


def equal_hits(train: Table, holdout: Table, draft: Table, names: Sequence[str]) -> CopyHits:
    """Rows equal in all of `names`; every row of each table takes part."""
    train_keys, holdout_keys, draft_keys = cell_keys((train, holdout, draft), names)
    hit, held_out_hit = (equal_rows(side, draft_keys) for side in (train_keys, holdout_keys))
    return _counted(hit, held_out_hit, len(train) / max(1, len(draft)))


def almost_equal_hits(train: Table, holdout: Table, draft: Table, names: Sequence[str]) -> CopyHits:
    """Rows equal in all of `names` but one; every row of each table takes part."""
    train_keys, holdout_keys, draft_keys = cell_keys((train, holdout, draft), names)
    hit, held_out_hit = (almost_equal_rows(side, draft_keys) for side in (train_keys, holdout_keys))
    return _counted(hit, held_out_hit, len(train) / max(1, len(draft)))


def near_hits(train: Table, holdout: Table, draft: Table, names: Sequence[str], rng: np.random.Generator) -> CopyHits:
    """Real rows with a draft row within tau, the distance that only 1 % of the hold-out has to the training rows."""
    train, holdout, draft = (table.take(by_content(table, names)) for table in (train, holdout, draft))
    places = place((train, holdout, draft), names)
    some, others, few = (points.take(some_rows(len(points), SIDE, rng)) for points in places)
    apart = nearest(others, some)
    tau = float(np.quantile(apart, TAU)) if len(apart) else 0.0
    return _counted(is_within(some, few, tau), is_within(others, few, tau), len(train) / max(1, len(few)))


@dataclass(frozen=True)
class Repeats:
    """Draft rows that repeat a few real rows more often than these may come."""

    share: float = 0.0  # of the draft, beyond what was allowed
    rows: int = 0  # real rows repeated so
    most: int = 0  # draft rows that the worst of them stands in
    of: int = 0  # different real rows

    def beyond(self, control: Repeats) -> float:
        """What is left when as many rows of the control are taken off."""
        return max(0.0, self.share - control.share * self.of / max(1, control.of))


def added(controls: Iterable[Repeats]) -> Repeats:
    """The controls of several folds as one."""
    several = list(controls)
    return Repeats(sum(each.share for each in several), of=sum(each.of for each in several))


@dataclass(frozen=True)
class Repeated:
    """Single training rows that the draft repeats; and rows that are held out alone, as the control."""

    ours: Repeats
    control: Repeats
    without: str | None = None  # the column that may differ; None: none

    @property
    def beyond(self) -> float:
        return self.ours.beyond(self.control)


def repeats(train: Table, holdout: Table, draft: Table, names: Sequence[str], alpha: float) -> list[Repeated]:
    """How far the draft repeats single rows: in all columns, and in all but one, whichever, that it draws anew.

    A real row may come `OFTENER` times as often as it stands among all real rows. What is above that counts if chance
    does not make two equal rates so different: by the exact test, corrected for all rows and ways that are looked at.
    A column is left out only where most people are still alone with the others: else these are nobody's row.
    """
    keys = cell_keys((train, holdout, draft), names)
    wholes = [each.sum(axis=1, dtype=np.uint64) for each in keys]
    found = [_repeated(wholes, alpha / (len(names) + 1), None)]
    for at, name in enumerate(names) if len(names) > 1 else ():
        rests = [whole - each[:, at] for whole, each in zip(wholes, keys, strict=True)]
        if _alone(np.concatenate(rests[:2])) >= MOSTLY:
            found.append(_repeated(rests, alpha / (len(names) + 1), name))
    return found


def _alone(rows: Array) -> float:
    """The share of the rows that no other one equals."""
    return float((np.unique(rows, return_counts=True)[1] == 1).sum() / max(1, len(rows)))


def _repeated(keys: Sequence[Array], alpha: float, without: str | None) -> Repeated:
    real, others, drawn = keys
    rows, stands = np.unique(np.concatenate([real, others]), return_counts=True)
    found = np.sort(drawn)
    times = np.searchsorted(found, rows, side="right") - np.searchsorted(found, rows, side="left")
    rate = len(drawn) / max(1, len(real) + len(others))
    inside = np.isin(rows, real)
    ours, theirs = (_repeats(times[side], stands[side], rate, alpha, len(drawn)) for side in (inside, ~inside))
    return Repeated(ours, theirs, without)


def _repeats(times: Array, stands: Array, rate: float, alpha: float, size: int) -> Repeats:
    from scipy.special import betainc

    several = np.flatnonzero(times > np.maximum(1, OFTENER * rate * stands))
    chance = betainc(times[several], stands[several] + 1, rate / (1 + rate)) * len(times)
    worst = several[chance < alpha]
    share = float((times - OFTENER * rate * stands)[worst].sum()) / max(1, size)
    return Repeats(share, len(worst), int(times[worst].max(initial=0)), len(times))


def smallest_visible(rows: int, share_train: float, alpha: float) -> float:
    """The least share of copied rows that a test at `alpha` can see when no held-out row is hit."""
    if not 0 < share_train < 1 or rows <= 0:
        return 1.0
    return min(1.0, math.ceil(math.log(alpha) / math.log(share_train)) / rows)


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
