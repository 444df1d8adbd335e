"""What a column is once its values are words, and how its numbers are rounded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from privsynth.dataset import Column, Kind
from privsynth.spelling import Spelling
from privsynth.typing import Array

WORDS = (Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL)


def as_words(column: Column) -> Column:
    """The column as a category: what was declared about its values no longer holds."""
    return replace(column, kind=Kind.CATEGORY, spelling=Spelling(null=column.spelling.null), domain=None)


def to_places(values: Array, spelling: Spelling) -> Array:
    """Numbers rounded to the decimals with which the column is spelt."""
    return values if spelling.shortest else np.round(values, spelling.decimals)
