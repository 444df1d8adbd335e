"""What every step of masking is once it has been learnt: it turns the values of one column into masked ones."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from privsynth.dataset import Column, Table
from privsynth.typing import Array

NO_SEEDS = np.empty(0, dtype=np.uint64)  # for steps that draw nothing


class Fitted(Protocol):
    """The step of one column: learnt once from all rows, or a sample, and then applied to any rows of the table."""

    @property
    def column(self) -> Column:
        """The column as it is afterwards: kind and spelling may have changed."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know: names and counts, never a value."""

    def apply(self, table: Table, seeds: Array) -> Array:
        """The masked values of these rows, in the storage type of `column`.

        `seeds`: one uint64 for each row, derived from the masking key, for whatever is drawn.
        """
