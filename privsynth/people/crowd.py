"""Rows that are invented in parts: how many there are in all, and which values are used up by the earlier parts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.typing import Array


@dataclass(eq=False)
class Crowd:
    """Remembers eight bytes of each value. Two values that share them cost one of them another draw, no more."""

    rows: int  # in all parts
    prints: dict[str, Array] = field(default_factory=dict, repr=False)

    def holds(self, column: str, values: Array) -> Array:
        prints = self.prints.get(column)
        if prints is None or not len(values):
            return np.zeros(len(values), dtype=bool)
        wanted = _prints(values)
        at = np.minimum(np.searchsorted(prints, wanted), len(prints) - 1)
        return np.asarray(prints[at] == wanted)

    def add(self, column: str, values: Array) -> None:
        if len(values):
            self.prints[column] = np.sort(
                np.concatenate([self.prints.get(column, np.zeros(0, dtype=np.uint64)), _prints(values)])
            )


def _prints(values: Array) -> Array:
    return pd.util.hash_array(values.astype(object), categorize=False)
