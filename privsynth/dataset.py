"""What is worked on: tables, the keys between them, what each column is, and what was learnt of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from privsynth.errors import InputError
from privsynth.spelling import Spelling


class Kind(StrEnum):
    """What the values of a column are."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    ORDINAL = "ordinal"
    DATE = "date"
    TEXT = "text"

    @property
    def is_numeric(self) -> bool:
        return self in (Kind.NUMBER, Kind.INTEGER)


class Role(StrEnum):
    """What the values of a column mean for the people behind the rows."""

    IDENTIFIER = "identifier"  # a key: names one row or entity in this data
    DIRECT = "direct"  # names a person by itself: name, e-mail, phone, number of an account
    QUASI = "quasi"  # names a person together with others: age, postcode, sex
    SENSITIVE = "sensitive"  # what somebody would want to learn: diagnosis, income
    PLAIN = "plain"
    FREE_TEXT = "free_text"

    @property
    def is_fabricated(self) -> bool:
        """Whether values of this role are invented and never learnt."""
        return self in (Role.IDENTIFIER, Role.DIRECT, Role.FREE_TEXT)


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds, what that means for people, and why we think so."""

    name: str
    kind: Kind
    role: Role = Role.PLAIN
    entity: str | None = None  # what kind of personal data it is (EMAIL, LAST_NAME, ...), if any
    reason: str = ""  # why this role, in words; never a value
    confidence: float = 1.0
    declared: bool = False  # said by the user rather than inferred
    fabricated: bool = False  # every value was invented: set by the backend that invented them
    spelling: Spelling = field(default=Spelling())  # noqa: RUF009 - frozen, so it can be shared


@dataclass(frozen=True, eq=False)
class Table:
    """A named frame and its columns. Numbers and integers are float64, dates datetime64[us], all else `str` or None.

    A frame is shared, never written to: a change is a new table.
    """

    name: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame = field(repr=False)
    entity: str | None = None  # the column that says which rows belong to one person; None: each row is one
    origin: np.ndarray[Any, Any] | None = field(default=None, repr=False)  # mask and clone: the source row of each row

    def __post_init__(self) -> None:
        if [c.name for c in self.columns] != list(self.frame.columns):
            raise ValueError("the columns of a table must be those of its frame, in the same order")

    def __len__(self) -> int:
        return len(self.frame)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def values(self, name: str) -> np.ndarray[Any, Any]:
        """The values of one column in their storage type."""
        return self.frame[name].to_numpy()

    def text(self, name: str) -> np.ndarray[Any, Any]:
        """The values of one column as they are spelt in a file; a missing one is None."""
        return self[name].spelling.write(self.values(name))

    def take(self, rows: np.ndarray[Any, Any]) -> Table:
        """The table of these rows (positions or a mask), in this order."""
        origin = None if self.origin is None else self.origin[rows]
        return replace(self, frame=self.frame.iloc[rows].reset_index(drop=True), origin=origin)

    def with_columns(self, *columns: Column) -> Table:
        """The same rows under new column descriptions."""
        new = {column.name: column for column in columns}
        return replace(self, columns=tuple(new.get(column.name, column) for column in self.columns))

    def of_role(self, *roles: Role) -> list[Column]:
        return [column for column in self.columns if column.role in roles]


@dataclass(frozen=True)
class Relation:
    """Each row of the child belongs to the row of the parent whose key it repeats."""

    parent: str
    parent_key: str
    child: str
    child_key: str


@dataclass(frozen=True, eq=False)
class Dataset:
    """One or more tables and the keys between them. A single CSV is a dataset of one table."""

    tables: tuple[Table, ...]
    relations: tuple[Relation, ...] = ()
    notes: tuple[str, ...] = ()  # what a person should know of how it was read or made; never a value

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables)

    def __getitem__(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)

    def __contains__(self, name: object) -> bool:
        return any(table.name == name for table in self.tables)

    @property
    def names(self) -> list[str]:
        return [table.name for table in self.tables]

    @property
    def is_empty(self) -> bool:
        return not self.tables

    @property
    def root(self) -> Table:
        """The table that the asked number of rows speaks of: the first that is no other's child."""
        children = {relation.child for relation in self.relations if relation.child != relation.parent}
        return next(table for table in self.tables if table.name not in children)

    def parents_first(self) -> list[Table]:
        """The tables in an order in which each parent comes before its children."""
        ordered: list[str] = []
        while len(ordered) < len(self.tables):
            waits = {r.child for r in self.relations if r.parent not in ordered and r.parent != r.child}
            free = [name for name in self.names if name not in ordered and name not in waits]
            if not free:
                raise InputError(
                    "the keys between the tables form a circle.", hint="declare the relations in the policy, without the one that closes the circle"
                )
            ordered += free
        return [self[name] for name in ordered]

    def parent_of(self, name: str) -> Relation | None:
        """The relation that hangs this table below another; the first one leads, others are plain references."""
        return next((r for r in self.relations if r.child == name and r.parent != name), None)

    def replace_tables(self, *tables: Table) -> Dataset:
        new = {table.name: table for table in tables}
        return replace(self, tables=tuple(new.get(table.name, table) for table in self.tables))

    def with_notes(self, *notes: str) -> Dataset:
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *notes))))

    def split(self, share: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """Two parts, by entity: all rows of a person, and all that hangs below them, stay on one side.

        The second part holds about `share` of the entities of each table that has no parent.
        """
        held: dict[str, np.ndarray[Any, Any]] = {}
        for table in self.parents_first():
            relation = self.parent_of(table.name)
            if relation is None:
                held[table.name] = _draw_entities(table, share, rng)
            else:
                held[table.name] = _follow_parent(self, relation, held[relation.parent], share, rng)
        train = tuple(table.take(~held[table.name]) for table in self.tables)
        holdout = tuple(table.take(held[table.name]) for table in self.tables)
        return replace(self, tables=train), replace(self, tables=holdout)


def _draw_entities(table: Table, share: float, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """A mask over the rows: True for exactly `share` of the entities, drawn at random."""
    codes = np.arange(len(table)) if table.entity is None else entity_codes(table.frame[table.entity])
    count = int(codes.max()) + 1 if len(codes) else 0
    drawn = np.zeros(count, dtype=bool)
    drawn[rng.permutation(count)[: round(share * count)]] = True
    return drawn[codes] if count else np.zeros(0, dtype=bool)


def entity_codes(key: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """A number for each entity; a row without a key is an entity of its own."""
    codes, known = pd.factorize(key)
    lonely = codes < 0
    codes[lonely] = len(known) + np.arange(lonely.sum())
    return codes


def _follow_parent(data: Dataset, relation: Relation, parent_held: np.ndarray[Any, Any], share: float, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    parent, child = data[relation.parent], data[relation.child]
    held = set(parent.frame[relation.parent_key][parent_held].dropna())
    known = set(parent.frame[relation.parent_key].dropna())
    key = child.frame[relation.child_key]
    orphans = ~key.isin(known).to_numpy()
    return np.where(orphans, rng.random(len(child)) < share, key.isin(held).to_numpy())


@dataclass(frozen=True)
class ColumnProfile:
    """What was learnt of one column from the training rows. Levels are only those held by enough rows."""

    rows: int
    missing: float  # share
    distinct: int
    is_unique: bool
    levels: Mapping[str, int]  # text of each level held by at least `k_rare` rows (categories only), most common first
    low: float | None = None  # 1st and 99th percentile of numbers (of days, for dates)
    high: float | None = None


@dataclass(frozen=True, eq=False)
class Profile:
    """What was learnt from the training rows, and the fingerprints of the values that nobody may invent."""

    tables: Mapping[str, Mapping[str, ColumnProfile]]
    taken: Taken = field(repr=False)

    def __getitem__(self, table: str) -> Mapping[str, ColumnProfile]:
        return self.tables[table]


@dataclass(frozen=True, eq=False)
class Taken:
    """Fingerprints of every real identifying value, so that an inventor can avoid them without being able to read them.

    They are keyed and the key dies with the process; the hold-out's values are in it, the hold-out's rows are not.
    """

    key: bytes = field(repr=False, default=b"")
    prints: frozenset[bytes] = field(repr=False, default=frozenset())

    def __contains__(self, value: object) -> bool:
        return bool(self.prints) and self.fingerprint(str(value)) in self.prints

    def fingerprint(self, value: str) -> bytes:
        from hashlib import blake2b

        return blake2b(normal(value).encode("utf-8", "surrogatepass"), key=self.key, digest_size=12).digest()


def normal(value: str) -> str:
    """One form for all spellings of a value: folded, without spaces, punctuation and invisible characters."""
    import unicodedata

    folded = unicodedata.normalize("NFKC", value).casefold()
    return "".join(c for c in folded if c.isalnum()) or folded


@dataclass(frozen=True, eq=False)
class Source:
    """What a gate may see of the real data. `train` and `holdout` hold no table when no real data was read."""

    train: Dataset
    holdout: Dataset
    profile: Profile

    @cached_property
    def is_empty(self) -> bool:
        return self.train.is_empty

    @property
    def has_control(self) -> bool:
        return not self.holdout.is_empty and len(self.holdout.root) > 0
