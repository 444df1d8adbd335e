"""How well the people of one group hide their secrets among one another.

`groups` numbers the group of each row over the quasi-identifiers, `secrets` the sensitive value of each row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privsynth.typing import Array

STEPS = 1_000  # most ordered secrets that are told apart for t-closeness
BLOCK = 2**22  # cells held at one time


@dataclass(frozen=True)
class Diversity:
    """Of the group where the secret is least hidden."""

    distinct: int  # l: different secrets (Machanavajjhala et al. 2007)
    entropy: float  # exp of the entropy of the secrets: another l
    closeness: float  # t: largest distance of a group's secrets from the table's (Li et al. 2007)


def diversity(groups: Array, secrets: Array, *, ordered: bool = False) -> Diversity | None:
    """Over all groups. `ordered`: secrets are ranks, so that near ones count as alike for t-closeness."""
    if not len(groups):
        return None
    group, secret = (np.unique(codes, return_inverse=True)[1].ravel() for codes in (groups, secrets))
    levels = int(secret.max()) + 1
    pairs, counts = np.unique(group.astype(np.int64) * levels + secret, return_counts=True)
    of, sizes = pairs // levels, np.bincount(group)
    share = counts / sizes[of]
    entropy = np.bincount(of, weights=-share * np.log(share))
    return Diversity(
        int(np.bincount(of).min()), float(np.exp(entropy).min()), _closeness(of, pairs % levels, counts, sizes, ordered)
    )


def _closeness(of: Array, secret: Array, counts: Array, sizes: Array, ordered: bool) -> float:
    """The largest distance of a group from the table; groups are taken in blocks.

    Of more than STEPS ordered secrets neighbours are put together.
    """
    if ordered and int(secret.max()) >= STEPS:
        secret = secret * STEPS // (int(secret.max()) + 1)
    levels, worst = int(secret.max()) + 1, 0.0
    overall, step = np.bincount(secret, weights=counts) / counts.sum(), max(1, BLOCK // levels)
    for first in range(0, len(sizes), step):
        low, high = np.searchsorted(of, (first, first + step))
        some = sizes[first : first + step]
        cells = (of[low:high] - first) * levels + secret[low:high]
        table = np.bincount(cells, weights=counts[low:high], minlength=len(some) * levels).reshape(len(some), levels)
        worst = max(worst, float(apart(table / some[:, None] - overall, ordered).max()))
    return worst


def apart(difference: Array, ordered: bool) -> Array:
    """Earth mover's distance: half the absolute differences, or along the order with steps of 1 / (levels - 1)."""
    if not ordered or difference.shape[1] < 2:
        return np.asarray(np.abs(difference).sum(axis=1) / 2)
    return np.asarray(np.abs(np.cumsum(difference, axis=1)).sum(axis=1) / (difference.shape[1] - 1))
