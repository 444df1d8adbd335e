"""How values are written: with as many decimals, and as fine a time, as enough people's are."""

from __future__ import annotations

import re

import numpy as np

from privsynth.dataset import Column, Kind
from privsynth.generate.rules.infer.holders import Holders
from privsynth.generate.rules.planning.schema import tells_days
from privsynth.spelling.dates import has_time
from privsynth.typing import Array

MOST = 12  # decimals that a book can say
NOISE = 1e-9  # by which machine numbers miss what is written
DAYS = "%Y-%m-%d"
FINER = ((r"[.,]%\d?f", "s"), (r":%S", "m"))  # what a format shows of a time, and the unit without it


def decimals_of(column: Column, values: Array, crowd: Holders) -> int:
    """The decimals that all values show, or that k people's need."""
    if column.kind is not Kind.NUMBER:
        return 0
    spelling = column.spelling
    shown = min(MOST, spelling.decimals if spelling.padded else spelling.fewest)
    needed = range(shown, min(MOST, spelling.decimals))
    return next((many for many in needed if not crowd.shows(_needs_more(values, many))), min(MOST, spelling.decimals))


def _needs_more(values: Array, decimals: int) -> Array:
    off = np.abs(values - np.round(values, decimals))
    return np.asarray(off > NOISE * np.maximum(1.0, np.abs(values)))


def tells_time(column: Column, values: Array, crowd: Holders) -> bool:
    """Whether these dates have a time of day, for k people."""
    return has_time(column.spelling.date_format) and crowd.shows(_is_finer(values, "D"))


def format_of(column: Column, values: Array, crowd: Holders) -> str | None:
    """The format of a column of dates or times, if a book can say it; no finer than k people's values are."""
    form = column.format
    if column.kind is not Kind.DATE or form is None:
        return form
    if not tells_time(column, values, crowd):
        form = DAYS if has_time(form) else form
    for part, unit in FINER:
        form = form if crowd.shows(_is_finer(values, unit)) else re.sub(part, "", form)
    return form if tells_days(form) else None


def _is_finer(values: Array, unit: str) -> Array:
    there = values.astype("datetime64[us]")
    return np.asarray((there != there.astype(f"datetime64[{unit}]")) & ~np.isnat(there))
