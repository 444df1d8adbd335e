"""What every step of masking is once it has been learnt: something that turns rows of one column into masked ones."""

from __future__ import annotations

from typing import Protocol

from privsynth.dataset import Column, Table
from privsynth.typing import Array


class Fitted(Protocol):
    """One column's step, learnt once from all rows (or from a sample of many) and then applied to any rows of the table."""

    @property
    def column(self) -> Column:
        """The column as it is afterwards: kind and spelling may have changed."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know: names and counts, never a value."""

    def apply(self, table: Table, seeds: Array) -> Array:
        """The masked values of these rows, in the storage type of `column`. `seeds`: one uint64 a row, out of the key, for whatever is drawn."""
