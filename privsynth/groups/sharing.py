"""How many people share a value, and how far the ends are drawn in until enough do. A person counts once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import missing_like
from privsynth.typing import Array


def sharing(values: Array, people: Array) -> tuple[Array, Array]:
    """Codes of the values (-1: missing), and how many people hold each."""
    codes, known = pd.factorize(values)
    there = codes >= 0
    pairs = pd.DataFrame({"value": codes[there], "person": np.asarray(people)[there]}).drop_duplicates()
    return codes, np.bincount(pairs["value"], minlength=len(known))


def few_share(values: Array, people: Array, least: int) -> tuple[int, int]:
    """Distinct values that fewer than `least` people hold, and the rows that hold one."""
    codes, counts = sharing(values, people)
    rare = counts < least
    return int(rare.sum()), int(rare[codes[codes >= 0]].sum())


def people_with(people: Array, rows: Array) -> int:
    return len(np.unique(people[rows]))


def ends(values: Array, people: Array, least: int) -> tuple[Any, Any]:
    """The lowest and highest value beyond which, itself included, `least` people lie. Where nobody is: two gaps.

    So few people that both ends would be the same ones get one value: the middle.
    """
    there = ~pd.isna(values)
    if not there.any():
        gap = missing_like(values)
        return gap, gap
    lows, highs = _extremes(values[there], people[there])
    if lows[0] == highs[-1] or len(lows) >= 2 * least:
        return lows[min(least, len(lows)) - 1], highs[-min(least, len(highs))]
    middle = _middle(values[there])
    return middle, middle


def _extremes(values: Array, people: Array) -> tuple[Array, Array]:
    """Everybody's least and largest value, each in order."""
    order = np.lexsort((values, people))
    values, people = values[order], people[order]
    changes = people[1:] != people[:-1]
    return np.sort(values[np.r_[True, changes]]), np.sort(values[np.r_[changes, True]])


def _middle(values: Array) -> Any:
    if values.dtype.kind != "M":
        return np.median(values)
    return np.datetime64(int(np.median(values.astype("datetime64[D]").astype(np.int64))), "D").astype("datetime64[us]")
