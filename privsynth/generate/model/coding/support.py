"""How many people hold each level."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.typing import Array


def support(codes: Array, size: int, units: Array | None) -> Array:
    """How many units hold each code. Negative codes are left out."""
    has_code = codes >= 0
    if units is None:
        return np.bincount(codes[has_code], minlength=size)
    pairs = pd.DataFrame({"code": codes[has_code], "unit": units[has_code]}).drop_duplicates()
    return np.bincount(pairs["code"].to_numpy(), minlength=size)
