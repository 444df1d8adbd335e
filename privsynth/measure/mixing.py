"""Numbers whose bits depend on one another, so that neighbours become strangers."""

from __future__ import annotations

import numpy as np

from privsynth.typing import Array

STEP = np.uint64(0x9E3779B97F4A7C15)  # splitmix64's own, an odd number near 2^64 over the golden ratio


def mixed(numbers: Array) -> Array:
    """The finisher of splitmix64 (Steele, Lea and Flood 2014), one to one: each input bit moves each output bit."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(numbers ^ (numbers >> np.uint64(31)), dtype=np.uint64)
