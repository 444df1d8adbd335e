"""How many donors stand behind what a tree gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from privsynth.generate.model.trees.bands import Bands
from privsynth.generate.model.trees.shares import Shares


def rows_behind(leaves: Shares | Bands) -> np.ndarray[Any, Any]:
    """Of each node."""
    upto = np.concatenate([[0.0], np.cumsum(leaves.weights)])
    return np.rint(upto[leaves.first + leaves.count] - upto[leaves.first])
