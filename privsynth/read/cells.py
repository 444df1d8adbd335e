"""The cells of one column that may be values: what every way to read them is given."""

from __future__ import annotations

from dataclasses import dataclass

from privsynth.read.misfits import Odd, Reading, cells_of
from privsynth.read.place import Place
from privsynth.read.records import Words
from privsynth.typing import Array


@dataclass(frozen=True)
class ColumnCells:
    """What is to be read: the words that may be values, and the column that they stand in."""

    present: list[str]
    words: Words
    place: Place
    has_missing: bool

    def count(self, which: Array) -> int:
        """Cells that hold one of these words."""
        return int(cells_of(self.present, self.words)[which].sum())

    def odd(self, reading: Reading) -> Odd:
        return Odd(reading=reading, present=self.present, words=self.words, place=self.place)
