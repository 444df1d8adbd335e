"""How the values of a column are spelt in a file: the way back from numbers and dates to text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Spelling:
    """Numbers: decimals and marks. Dates: a strftime format. All: the word for a missing value."""

    decimals: int = 0  # the most places that the column uses
    padded: bool = True  # whether every value shows all of them
    decimal_mark: str = "."
    thousands: str = ""
    date_format: str = "%Y-%m-%d"
    null: str = ""

    def write(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The text of each value; a missing one is None (the writer puts `null` there)."""
        if values.dtype.kind == "f":
            return _by_distinct(values, self.number)
        if values.dtype.kind == "M":
            return _by_distinct(values, self.date)
        return values

    def number(self, value: float) -> str:
        text = f"{value:,.{self.decimals}f}" if self.thousands else f"{value:.{self.decimals}f}"
        if self.decimals and not self.padded:
            text = text.rstrip("0").rstrip(".")
        if text.startswith("-") and not text.strip("-0."):
            text = text[1:]  # no negative zero
        return text.translate(str.maketrans({",": self.thousands, ".": self.decimal_mark}))

    def date(self, value: np.datetime64) -> str:
        moment = pd.Timestamp(value)
        return moment.strftime(self.date_format.replace("%Y", f"{moment.year:04d}"))  # strftime does not pad years before 1000


def _by_distinct(values: np.ndarray[Any, Any], spell: Callable[[Any], str]) -> np.ndarray[Any, Any]:
    """Spell each distinct value once."""
    codes, known = pd.factorize(values)
    words = np.array([spell(value) for value in known] + [None], dtype=object)
    return words[codes]
