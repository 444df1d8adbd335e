"""How sure a share is, seen n times."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959964


def wilson(successes: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927). With nothing seen, anything is possible."""
    if n <= 0:
        return 0.0, 1.0
    centre = (successes + z * z / 2) / (n + z * z)
    reach = z / (n + z * z) * sqrt(max(successes * (n - successes), 0.0) / n + z * z / 4)
    share = successes / n
    return max(0.0, min(share, centre - reach)), min(1.0, max(share, centre + reach))  # rounding may not push the share out


def residual(attack: float, control: float) -> float:
    """What an attack wins beyond its control, as a share of what there was to win (Giomi et al. 2023)."""
    return 0.0 if control >= 1 else min(1.0, max(0.0, (attack - control) / (1 - control)))
