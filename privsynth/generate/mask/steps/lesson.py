"""What a step may learn from, and how it says that a column does not suit it."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

from privsynth.dataset import Column, Table
from privsynth.errors import PolicyError
from privsynth.typing import Array


@dataclass(frozen=True, eq=False)
class Lesson:
    """One column of the rows at hand, and how many people must share what is told of it."""

    table: Table
    name: str
    _: KW_ONLY
    k: int  # people who must share what was made coarser
    k_rare: int  # people who must share a value that stays
    people: Array = field(repr=False)  # the number of the person of each row
    place: str = ""  # where the policy asks for the step: it stands in front of messages

    @property
    def column(self) -> Column:
        return self.table[self.name]

    @property
    def values(self) -> Array:
        return self.table.values(self.name)

    @property
    def text(self) -> Array:
        return self.table.text(self.name)

    @property
    def where(self) -> str:
        return f"table {self.table.name}, column {self.name}"

    def notes(self, *sentences: str) -> tuple[str, ...]:
        """Each sentence with the column that it speaks of."""
        return tuple(f"{self.where}: {sentence}" for sentence in sentences)

    def error(self, problem: str, *, hint: str = "") -> PolicyError:
        """The policy asks for something that the column does not allow."""
        return PolicyError(f"{self.place}{self.where}: {problem}", hint=hint, column=self.name)

    def misfit(self, step: str, fits: str) -> PolicyError:
        """The step does not work on columns of this kind."""
        return self.error(f"{step} does not work on a column of kind {self.column.kind}.", hint=fits)

    def refuse_as_mark(self, word: str) -> None:
        """A mark that is also the word for a missing value would make every value missing when the file is read."""
        if word == self.column.spelling.null:
            problem = "the mark is the word that stands for a missing value in this column."
            raise self.error(problem, hint="choose another mark.")
