"""Numbers of so many places, a whole column at a time: the very digits of f"{value:.2f}"."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.typing import Array

NEAR = 0.25  # of a unit of the last place: so near to it, no rounding of the product can lead to another one
LARGEST = 2.0**50  # units of the last place that a float tells from their halves


def fixed_places(values: Array, decimals: int) -> pa.StringArray:
    """The text of each number (none is missing), without the sign of a zero."""
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = values * 10.0**decimals
        units = np.rint(scaled)
        is_plain = (np.abs(scaled - units) < NEAR) & (np.abs(units) < LARGEST)
    texts = _of_units(np.where(is_plain, units, 0.0).astype(np.int64), decimals)
    if is_plain.all():
        return texts
    return pc.replace_with_mask(texts, pa.array(~is_plain), pa.array(_one_by_one(values[~is_plain], decimals)))


def _of_units(units: Array, decimals: int) -> pa.StringArray:
    if not decimals:
        return pa.array(units).cast(pa.string())
    whole, places = np.divmod(np.abs(units), 10**decimals)
    sign = pa.array(np.where(units < 0, "-", ""))
    digits = pc.utf8_lpad(pa.array(places).cast(pa.string()), width=decimals, padding="0")
    front = pa.array(whole).cast(pa.string())
    if (units < 0).any():
        front = pc.binary_join_element_wise(sign, front, "")
    return pc.binary_join_element_wise(front, digits, ".")


def _one_by_one(values: Array, decimals: int) -> list[str]:
    texts = (f"{value:.{decimals}f}" for value in values.tolist())
    return [text[1:] if text.startswith("-") and not text.strip("-0.") else text for text in texts]
