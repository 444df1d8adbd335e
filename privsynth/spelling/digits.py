"""Numbers of so many places, a whole column at a time: the very digits of f"{value:.2f}"."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.typing import Array

NEAR = 0.25  # of a unit of the last place: so near to it, no rounding of the product can lead to another one
LARGEST = 2.0**50  # units of the last place that a float tells from their halves
DIGITS = 18  # more than those of the largest
MOST_PLACES = 6  # with more of them Arrow writes small decimals by a power of ten


def fixed_places(values: Array, decimals: int) -> pa.StringArray:
    """The text of each number (none is missing), without the sign of a zero."""
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = values * 10.0**decimals
        units = np.rint(scaled)
        is_plain = (np.abs(scaled - units) < NEAR) & (np.abs(units) < LARGEST) & (decimals <= MOST_PLACES)
    if not is_plain.any():
        return pa.array(_one_by_one(values, decimals), pa.string())
    texts = _of_units(np.where(is_plain, units, 0.0).astype(np.int64), decimals)
    if is_plain.all():
        return texts
    return pc.replace_with_mask(texts, pa.array(~is_plain), pa.array(_one_by_one(values[~is_plain], decimals)))


def _of_units(units: Array, decimals: int) -> pa.StringArray:
    """Arrow writes decimals of 128 bits; all that ours have in the upper 64 is their sign."""
    wide = pa.py_buffer(np.column_stack([units, units >> 63]))
    return pa.Array.from_buffers(pa.decimal128(DIGITS, decimals), len(units), [None, wide]).cast(pa.string())


def _one_by_one(values: Array, decimals: int) -> list[str]:
    texts = (f"{value:.{decimals}f}" for value in values.tolist())
    return [text[1:] if text.startswith("-") and not text.strip("-0.") else text for text in texts]
