"""What a rulebook asks of rows that something else makes: what holds in each row, is unique, refers or adds up.

Plain words, without a function: `checks` turns each into a demand on the tables at hand.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

from privsynth.dataset import Bond, Rule


@dataclass(frozen=True)
class Binding:
    """One thing that the rows of a table keep; `name` says which, without a value: `orders: expect 2`."""

    name: str
    table: str
    _: KW_ONLY
    place: str = ""  # where it is written, such as shop.yaml:40:9

    @property
    def told(self) -> str:
        """The name with the place."""
        return f"{self.name} ({self.place})" if self.place else self.name


@dataclass(frozen=True)
class BoundRow(Binding):
    """A condition on each row, or on a share of them."""

    _: KW_ONLY
    rule: Rule


@dataclass(frozen=True)
class BoundUnique(Binding):
    """No two rows hold the same in all of these columns."""

    _: KW_ONLY
    columns: tuple[str, ...]


@dataclass(frozen=True)
class BoundReference(Binding):
    """What refers to a row of another table finds it."""

    _: KW_ONLY
    tie: Bond


@dataclass(frozen=True)
class BoundTotal(Binding):
    """A column is what the rows that refer to its row come to."""

    _: KW_ONLY
    column: str
    how: str  # sum, count, mean, min or max
    below: str  # the table of the rows
    of: str | None  # their column; None: they are counted
    tie: Bond = field(repr=False)  # from a row below to its row


Bound = BoundRow | BoundUnique | BoundReference | BoundTotal
