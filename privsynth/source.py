"""What a gate may see of the real data."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from pathlib import Path

from privsynth.bindings import Bound
from privsynth.dataset import Dataset
from privsynth.statistics import Fact, Statistics
from privsynth.way_out import Attempted


@dataclass(frozen=True, kw_only=True)
class SharedRows:
    """How much a source shares with one that the ledger knows."""

    rows: float  # share of the smaller one's rows
    columns: int  # in which these agree, of the narrower one's
    of_columns: int
    is_larger: bool  # whether the source at hand is the larger one

    @property
    def words(self) -> str:
        share = f"about {max(10, round(self.rows * 10) * 10)} % of its rows"
        wholly = 2 * self.columns > self.of_columns + 1
        which = share if wholly else f"{share} (by {self.columns} of {self.of_columns} columns)"
        return f"holds {which.replace('its', 'the')} of" if self.is_larger else f"shares {which} with"


@dataclass(frozen=True, kw_only=True)
class RelatedSource:
    """An earlier source of the ledger that is taken for the same."""

    record: int  # that describes it
    shared: SharedRows

    @property
    def words(self) -> str:
        return f"{self.shared.words} the source of record {self.record}"


@dataclass(frozen=True, kw_only=True)
class ReleasedBefore:
    """A release that went out of this source or of one that is counted with it."""

    record: int  # of its attempt in the ledger
    backend: str
    profile: str
    rows: int  # as far as they can be of this source
    data: str | None = field(repr=False)  # the digest of its rows; earlier versions did not write it down
    folder: Path | None = field(repr=False)  # the last one that it was written to

    @property
    def words(self) -> str:
        return f"{self.rows:,} by record {self.record}, {self.backend} for {self.profile}"


@dataclass(frozen=True)
class Exposure:
    """What the ledger says of the runs on one source: this run's attempt is counted, its rows are not."""

    attempt: int  # the number of this attempt, among those on this source with this backend and profile
    _: KW_ONLY
    releases: int = 0  # from this source, before this one
    rows: int = 0  # of all those releases together
    epsilon: float = 0.0  # spent on this source, this attempt included
    delta: float = 0.0
    related: tuple[RelatedSource, ...] = ()  # other sources that share rows with this one, and are counted with it
    unknown: int = 0  # sources that an earlier version wrote down, and that are known by equal content alone
    before: tuple[Attempted, ...] = field(default=(), repr=False)  # what was asked of this source before, oldest first
    released: tuple[ReleasedBefore, ...] = field(default=(), repr=False)  # the releases, oldest first

    @property
    def notes(self) -> list[str]:
        """Why other sources are counted with this one."""
        kin = [f"the source {each.words} of the ledger: their runs are counted together" for each in self.related]
        if not self.unknown:
            return kin
        old = f"{self.unknown:,} sources of the ledger were written down by an earlier version"
        return [*kin, f"{old}: they are known by equal content alone, until they are read again"]


@dataclass(frozen=True, eq=False, kw_only=True)
class EarlierRelease:
    """What went out before about the same people, and lies at hand."""

    name: str  # such as: record 3 of the ledger
    dataset: Dataset
    keeps_people: bool  # whether each of its rows was made from the row of one person


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
    earlier: tuple[EarlierRelease, ...] = ()
    earlier_unseen: tuple[int, ...] = ()  # records of releases of these people that could not be looked at
    bindings: tuple[Bound, ...] = ()  # what a rulebook asks of the rows, besides
    of_rows: int | None = (
        None  # all rows of the table of which this is a part; of the others only fingerprints are known
    )
    is_of_book: bool = False  # whether a rulebook was inferred from these rows: it says who is held out

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
