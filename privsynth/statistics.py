"""What was learnt of the training rows: of each column, between columns, and the values that nobody may be given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import KW_ONLY, dataclass, field
from hashlib import blake2b

from privsynth.spelling.normal import normal


@dataclass(frozen=True, kw_only=True)
class ColumnStatistics:
    """What was learnt of one column from the training rows. Levels are only those held by enough rows."""

    rows: int
    missing: float  # share
    distinct: int
    is_unique: bool
    levels: Mapping[str, int]  # text of each level held by at least `k_rare` rows (categories only), most common first
    low: float | None = None  # 1st and 99th percentile of numbers (of days, for dates)
    high: float | None = None


@dataclass(frozen=True)
class Fact:
    """Something that holds between columns of one table, or of the levels of one: names and shares, never a value."""

    kind: str  # equal, place, one_to_one, dependency, near_dependency, order, constant_difference, arithmetic,
    # combinations, ordinal, joint, shared_dependency, panel, series
    _: KW_ONLY
    table: str
    columns: tuple[str, ...]  # a dependency: what decides, then what follows; an order: the lower, then the higher;
    # arithmetic: what comes out, then what it is worked out from; joint: two that decide, then what follows; a panel:
    # whose, then when
    share: float  # of the rows in which it holds
    words: str  # for people
    expect: str = ""  # arithmetic: the rule that it is, in the language of `expressions`
    among_known: bool = False  # the rows are those in which all columns are known: missing cells are nobody's business


@dataclass(frozen=True, eq=False)
class Statistics:
    """What was learnt from the training rows, and the fingerprints of the values that nobody may invent."""

    tables: Mapping[str, Mapping[str, ColumnStatistics]]
    taken: Taken = field(repr=False)
    facts: tuple[Fact, ...] = ()

    def __getitem__(self, table: str) -> Mapping[str, ColumnStatistics]:
        return self.tables[table]


@dataclass(frozen=True, eq=False)
class Taken:
    """Fingerprints of every real identifying value, so that an inventor can avoid them without being able to read them.

    They are keyed and the key dies with the process; the hold-out's values are in it, the hold-out's rows are not.
    """

    key: bytes = field(repr=False, default=b"")
    prints: Collection[bytes] = field(repr=False, default=frozenset())

    def __contains__(self, value: object) -> bool:
        return bool(self.prints) and self.fingerprint(str(value)) in self.prints

    def fingerprint(self, value: str) -> bytes:
        return blake2b(normal(value).encode("utf-8", "surrogatepass"), key=self.key, digest_size=12).digest()
