"""How sure a share is, seen n times."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959964


@dataclass(frozen=True)
class Rate:
    """A share and half the width of its interval."""

    value: float
    error: float


def success_rate(successes: float, n: float, z: float = Z95) -> Rate:
    """The centre of Wilson's score interval and half its width (Wilson 1927). With nothing seen, all is possible."""
    if n <= 0:
        return Rate(0.5, 0.5)
    return Rate(
        (successes + z * z / 2) / (n + z * z),
        z / (n + z * z) * sqrt(max(successes * (n - successes), 0.0) / n + z * z / 4),
    )


def wilson(successes: float, n: float, z: float = Z95) -> tuple[float, float]:
    """The interval itself, within which the share lies whatever rounding does."""
    if n <= 0:
        return 0.0, 1.0
    rate, share = success_rate(successes, n, z), successes / n
    return max(0.0, min(share, rate.value - rate.error)), min(1.0, max(share, rate.value + rate.error))


def clopper_pearson(hits: int, tries: int, alpha: float) -> tuple[float, float]:
    """One-sided exact bounds of a share, each at level `alpha` (Clopper & Pearson 1934)."""
    from scipy.special import betaincinv

    lower = float(betaincinv(hits, tries - hits + 1, alpha)) if hits else 0.0
    upper = float(betaincinv(hits + 1, tries - hits, 1 - alpha)) if hits < tries else 1.0
    return lower, upper
