"""How far a clone must stay from its source: as far as a stranger would be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.distance.points import Points, between, nearest, nearest_at, place
from privsynth.typing import Array

MOST = 5_000  # source rows that distances are measured to
CLOSE = 0.05  # quantile of the distances between neighbours: nearer than that is a shadow
OWN = 0.25  # of the distance to its source's nearest neighbour, for sources that stand alone
ALONE = 0.05  # the share of source rows that counts as standing alone
FEWEST_CHANGES = 2  # columns in which a clone must differ from its source, where there are so many


def shadows(table: Table, made: Table, names: Sequence[str], gaps: Array, real_rows: Array) -> Array:
    """Which rows of `made` are too close to their row in `real_rows`; `gaps` as `neighbour_gaps` gives them."""
    if not len(made) or not names:
        return np.zeros(len(made), dtype=bool)
    real, ours = place((table, made), names)
    least = np.maximum(np.quantile(gaps, CLOSE), OWN * gaps)[real_rows]
    changes = sum(_differ(table.values(name)[real_rows], made.values(name)).astype(np.int64) for name in names)
    too_few = changes < min(FEWEST_CHANGES, len(names))
    return np.asarray((between(ours, real.take(real_rows)) < least) | too_few | _upon_somebody_alone(real, ours, gaps))


def _upon_somebody_alone(real: Points, ours: Points, gaps: Array) -> Array:
    """Which clones sit upon a row that stands alone, whosever it is: mixing donors can lead there as well."""
    at, apart = nearest_at(ours, real)
    return np.asarray((gaps[at] >= np.quantile(gaps, 1 - ALONE)) & (apart < OWN * gaps[at]))


def _differ(left: Array, right: Array) -> Array:
    """Where two columns hold different values; two missing ones are equal."""
    return np.asarray((left != right) & ~(pd.isna(left) & pd.isna(right)))


def neighbour_gaps(table: Table, names: Sequence[str], rng: np.random.Generator) -> Array:
    """For each row the distance to the nearest other row, or to the nearest of a sample of them."""
    if len(table) < 2 or not names:
        return np.zeros(len(table))
    points: Points = place((table,), names)[0]
    if len(points) <= MOST:
        return nearest(points, points, skip=np.arange(len(points)))
    drawn = np.sort(rng.choice(len(points), MOST, replace=False))
    gaps = nearest(points, points.take(drawn))
    again = nearest(points.take(drawn), points.take(drawn), skip=np.arange(MOST))
    gaps[drawn] = again
    return gaps
