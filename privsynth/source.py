"""What a gate may see of the real data."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property

from privsynth.dataset import Dataset
from privsynth.statistics import Fact, Statistics
from privsynth.way_out import Attempted


@dataclass(frozen=True)
class Exposure:
    """What the ledger says of the runs on one source: this run's attempt is counted, its rows are not."""

    attempt: int  # the number of this attempt, among those on this source with this configuration
    _: KW_ONLY
    releases: int = 0  # from this source, before this one
    rows: int = 0  # of all those releases together
    epsilon: float = 0.0  # spent on this source, this attempt included
    before: tuple[Attempted, ...] = field(default=(), repr=False)  # what was asked of this source before, oldest first


@dataclass(frozen=True, eq=False)
class WholeSource:
    """All rows of a source before some were held out, in their order, and what holds between their columns."""

    dataset: Dataset
    facts: tuple[Fact, ...]


@dataclass(frozen=True, eq=False)
class SourceFold:
    """Some of the people, whom one engine never saw; all others, whom it did see; and what it drew, several times."""

    train: Dataset
    holdout: Dataset
    drafts: tuple[Dataset, ...] = ()


@dataclass(frozen=True, eq=False)
class Source:
    """What a gate may see of the real data. `train` and `holdout` hold no table when no real data was read.

    Where there are too few people to hold any back, the maker of the draft saw all of them, and `folds` hold the
    control: each person stands outside in exactly one fold.
    """

    train: Dataset
    holdout: Dataset
    statistics: Statistics
    _: KW_ONLY
    exposure: Exposure | None = None  # None: nobody counts
    whole: WholeSource | None = None  # None: nothing was held out of it; a hold-out, if any, was given beside it
    folds: tuple[SourceFold, ...] = ()
    of_rows: int | None = (
        None  # all rows of the table of which this is a part; of the others only fingerprints are known
    )

    @property
    def is_part(self) -> bool:
        return self.of_rows is not None

    @cached_property
    def is_empty(self) -> bool:
        return self.train.is_empty

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What holds between the columns of all rows, as far as they are known."""
        return self.statistics.facts if self.whole is None else self.whole.facts

    @property
    def has_control(self) -> bool:
        return any(not part.is_empty and len(part.root) > 0 for part in self.outside)

    @property
    def outside(self) -> tuple[Dataset, ...]:
        """The people who show what chance gives, in parts: those held out, or those of each fold."""
        return tuple(fold.holdout for fold in self.folds) or (self.holdout,)
