"""What the rows that refer to a row come to: worked out in whole units of the last decimal, so that no cent is lost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.errors import BackendError
from privsynth.typing import Array

EXACT = 2**53  # whole numbers that are told apart up to here


def totalled(how: str, which: Array, values: Array, decimals: int, rows: int) -> Array:
    """For each of `rows` what comes of the values whose row it is. Nothing is 0 in a sum or count, else unknown."""
    counts = (which >= 0) & ~pd.isna(values)
    which, values = which[counts], values[counts]
    if how == "count":
        return np.bincount(which, minlength=rows).astype(float)
    if how == "sum":
        return _summed(which, values, decimals, rows)
    each = pd.Series(values).groupby(which).agg(how).reindex(np.arange(rows)).to_numpy()
    return each.astype("datetime64[us]") if values.dtype.kind == "M" else np.asarray(each)


def _summed(which: Array, values: Array, decimals: int, rows: int) -> Array:
    units = np.bincount(which, np.round(values * 10.0**decimals), rows)
    if np.abs(units).max(initial=0) >= EXACT:
        raise BackendError("a total is too large to be exact.", hint="ask for fewer decimals or rows")
    return np.asarray(units / 10.0**decimals)
