"""How much of one thing the synthetic rows keep, beside what as many fresh real rows keep of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

# columns: the shares of values; levels: how many different ones; texture: how fine they are;
# ties: what a column says of all others; pairs: of one; all_pairs: all columns of each other; threes: two of a third
Aspect = Literal[
    "columns",
    "levels",
    "texture",
    "ties",
    "pairs",
    "all_pairs",
    "threes",
    "relations",
    "keys",
    "groups",
    "tails",
    "gaps",
    "season",
    "rows_each",
    "order",
    "steady",
    "use",
    "rows",
]
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)
LEFT_OPEN = "chance"  # the finding that says how much chance could hide
TOO_FEW_ALIKE = "too_few_alike"  # the finding that says that nothing was judged
NOTICEABLE = 0.95  # of what fresh real rows keep: below it something is lost
SMALL_LOSS = {"rows": 0.9, "relations": 0.99, "keys": 0.99, "rows_each": 0.98, "steady": 0.98}  # where another share is
# aspect -> how much of it may be gone before the rows mislead whoever uses them; the others matter to some uses only
MISLEADS: Mapping[str, float] = {
    "relations": 0.05,
    "keys": 0.05,
    "steady": 0.05,
    "rows_each": 0.2,
    "columns": 0.4,
    "levels": 0.5,
    "use": 0.5,
    "ties": 0.8,
    "all_pairs": 0.8,
}
OTHERS = 2.0
STRAY = 1.5  # of a total variation between samples of n rows, times 1/sqrt(n): chance hardly goes further
EVERY = 0.999  # of the fresh real rows: what holds in them holds in every row
SURE = 3.3  # standard deviations that chance hardly exceeds


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One thing that real rows show, and how much of it is left: 1 is all, 0 nothing. Names and figures, no value."""

    aspect: Aspect
    where: tuple[str, ...]  # the columns that lost it
    kept: float
    fresh: float  # the same for fresh real rows
    noise: float  # by how much chance may lower `kept`
    rows: int  # behind it, on the smaller side
    words: str
    weight: float = 1.0  # how much there was to keep
    is_of_pairs: bool = False  # relations: pairs that real rows have, be it that none holds in every row

    @property
    def share(self) -> float:
        """Of what fresh real rows keep."""
        return min(1.0, self.kept / self.fresh) if self.fresh > 0 else 1.0

    @property
    def at_most(self) -> float:
        """The same, as high as chance allows: what a limit is held against."""
        return min(1.0, (self.kept + self.noise) / self.fresh) if self.fresh > 0 else 1.0

    @property
    def hidden(self) -> float:
        """The loss that chance could hide: so much less may be kept before it is sure that anything is lost."""
        return min(1.0, self.noise / self.fresh) if self.fresh > 0 else 1.0

    @property
    def lost(self) -> float:
        """How much is gone for sure, by the weight of what there was: what the places of an aspect are sorted by."""
        return self.weight * (1 - self.at_most)

    @property
    def harm(self) -> float:
        return harm(self.aspect, self.lost)

    @property
    def is_lost(self) -> bool:
        """Whether the loss is worth a word and no chance."""
        return self.share < SMALL_LOSS.get(self.aspect, NOTICEABLE) and self.lost > 0


def harm(aspect: str, lost: float) -> float:
    """By how much a loss misleads: what losses of several aspects are sorted by, for their tenths are not alike."""
    return lost / MISLEADS.get(aspect, OTHERS)


def worst(kept: Iterable[Kept]) -> list[Kept]:
    """What is lost, the most first."""
    return sorted((each for each in kept if each.is_lost), key=lambda each: -each.lost)


def percent(share: float) -> str:
    """A share for people: never 100 % of what is not whole, never 0 % of what is there."""
    if 0 < share < 0.01:
        return "less than 1 %"
    return f"{min(99, round(100 * share)) if share < 1 else 100} %"
