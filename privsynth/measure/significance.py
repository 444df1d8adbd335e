"""Whether what was seen is more than chance: exact tails, corrections, and comparisons that a missing figure fails."""

from __future__ import annotations

import math
from collections.abc import Sequence


def copy_pvalue(hits_train: int, hits_holdout: int, share_train: float) -> float:
    """Chance of at least `hits_train` among all hits if training rows were no nearer to the draft than held-out ones.

    One-sided exact binomial test: each of the hits falls on the training side with probability `share_train`.
    """
    return binomial_tail(hits_train, hits_train + hits_holdout, share_train)


def binomial_tail(hits: int, tries: int, share: float) -> float:
    """Chance of at least `hits` among `tries` that succeed with probability `share` each.

    By the identity between the binomial tail and the incomplete beta function (Clopper & Pearson 1934).
    """
    if not 0 <= hits <= tries or not 0.0 <= share <= 1.0:
        raise ValueError("hits must be counts, at most the tries, and the share must lie between 0 and 1")
    if hits == 0:
        return 1.0
    from scipy.special import betainc

    return float(betainc(hits, tries - hits + 1, share))


def holm(pvalues: Sequence[float]) -> list[float]:
    """The p values corrected for how many there are (Holm 1979): the smallest is multiplied most, and order is kept.

    A value that is not a number makes its own corrected value not a number, so that a comparison with a limit fails.
    """
    count = len(pvalues)
    corrected, running = [math.nan] * count, 0.0
    numbers = [place for place in range(count) if not math.isnan(pvalues[place])]
    for rank, place in enumerate(sorted(numbers, key=lambda place: pvalues[place])):
        running = max(running, min(1.0, (count - rank) * pvalues[place]))
        corrected[place] = running
    return corrected


def is_significant(pvalue: float, alpha: float) -> bool:
    """Whether chance does not explain it. A p value that is not a number does not clear anybody either."""
    return not pvalue >= alpha


def exceeds(measured: float, limit: float) -> bool:
    """Whether a figure is above its limit. One that is not a number is above every limit."""
    return not measured <= limit


def poisson_tail(hits: int, expected: float) -> float:
    """Chance of at least `hits` where `expected` come on average, each by itself."""
    if hits <= 0:
        return 1.0
    from scipy.special import gammainc

    return float(gammainc(hits, expected)) if expected > 0 else 0.0
