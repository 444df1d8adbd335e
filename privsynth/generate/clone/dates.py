"""How far the dates of each clone move: all of a clone alike, never by 0, and the clones of one source differently."""

from __future__ import annotations

from math import gcd

import numpy as np

from privsynth.generate.clone.choose import Clones
from privsynth.typing import Array


def clone_shifts(clones: Clones, farthest: int, rng: np.random.Generator) -> Array:
    """Days for each clone, uniform in +-farthest without 0.

    The clones of one source walk round the circle of days in steps that meet every place once.
    """
    places = 2 * farthest
    step = next(s for s in range(round(places * 0.618), 2 * places) if gcd(s, places) == 1)
    start = rng.integers(0, places, int(clones.source.max(initial=-1)) + 1)
    at = (start[clones.source] + clones.copy * step) % places - farthest
    return np.asarray(np.where(at >= 0, at + 1, at))
