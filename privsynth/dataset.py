"""What is worked on: tables, the keys between them, and what each column is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from privsynth.errors import InputError
from privsynth.keeping import kept
from privsynth.spelling import Spelling
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.mask_steps import Step


@kept(version=2)
class Kind(StrEnum):
    """What the values of a column are."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    ORDINAL = "ordinal"
    DATE = "date"
    TIME = "time"  # of day
    DURATION = "duration"
    TEXT = "text"

    @property
    def is_numeric(self) -> bool:
        """Whether its values are stored as numbers: times and durations count their smallest part, such as minutes."""
        return self in (Kind.NUMBER, Kind.INTEGER, Kind.TIME, Kind.DURATION)

    @property
    def is_time(self) -> bool:
        return self in (Kind.TIME, Kind.DURATION)

    @property
    def dtype(self) -> str:
        """How its values are stored: numbers and times as floats, dates as moments, all else as `str` or None."""
        return "float64" if self.is_numeric else "datetime64[us]" if self is Kind.DATE else "object"

    def missing(self, rows: int) -> Array:
        """A column of that many missing values."""
        return np.full(rows, missing_like(np.empty(0, dtype=self.dtype)), dtype=self.dtype)


def missing_like(values: Array) -> Any:
    """What stands for a missing value among these."""
    return {"f": np.nan, "M": np.datetime64("NaT", "us")}.get(values.dtype.kind)


@kept(version=1)
class Role(StrEnum):
    """What the values of a column mean for the people behind the rows."""

    IDENTIFIER = "identifier"  # a key: names one row or person in this data
    DIRECT = "direct"  # names a person by itself: name, e-mail, phone, number of an account
    QUASI = "quasi"  # names a person together with others: age, postcode, sex
    SENSITIVE = "sensitive"  # what somebody would want to learn: diagnosis, income
    PLAIN = "plain"
    FREE_TEXT = "free_text"

    @property
    def is_fabricated(self) -> bool:
        """Whether values of this role are invented and never learnt."""
        return self in (Role.IDENTIFIER, Role.DIRECT, Role.FREE_TEXT)


@kept(version=1)
@dataclass(frozen=True)
class Domain:
    """What a column may hold, declared without a look at the rows: levels, or ends of bins (dates: days since 1970)."""

    levels: tuple[str, ...] = field(default=(), repr=False)
    cuts: tuple[float, ...] = field(default=(), repr=False)


@kept(version=3)
@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds, what that means for people, and why we think so."""

    name: str
    kind: Kind
    _: KW_ONLY
    role: Role = Role.PLAIN
    entity: str | None = None  # what kind of personal data it is (EMAIL, LAST_NAME, ...), if any
    reason: str = ""  # why this role, in words; never a value
    confidence: float = 1.0
    declared: bool = False  # said by the user rather than inferred
    is_too_rare: bool = False  # names no person, such as towns do not, but is invented since too few share its values
    fabricated: bool = False  # every value was invented: set by the backend that invented them
    spelling: Spelling = field(default=Spelling())
    misfits: bool = False  # cells of the source that do not fit its kind count as missing
    domain: Domain | None = field(default=None, repr=False)  # declared, never read from the rows
    step: Step | None = field(default=None, repr=False)  # backend mask: what is to be done with it; drop: for any

    @property
    def format(self) -> str | None:
        """How its dates or times are written; None for other kinds."""
        forms = {
            Kind.DATE: self.spelling.date_format,
            Kind.TIME: self.spelling.clock,
            Kind.DURATION: self.spelling.duration,
        }
        return forms.get(self.kind) or None

    @property
    def measure(self) -> tuple[Kind, int]:
        """Columns of one measure can be compared and subtracted: of one kind, and times of one smallest part."""
        return self.kind, self.spelling.step_us if self.spelling.is_time else 0


@kept(version=1, derived={"types": lambda _: {}})
@dataclass(frozen=True, eq=False)
class Form:
    """The files in which a table came, and in which what is made of it is given back."""

    text: bool = True
    parquet: bool = False
    delimiter: str = ","
    types: Mapping[str, Any] = field(default_factory=dict, repr=False)  # Arrow types of columns that came in types

    def files(self, name: str) -> list[str]:
        """The names of the files of a table of that name."""
        endings = [".tsv" if self.delimiter == "\t" else ".csv"] * self.text + [".parquet"] * self.parquet
        return [f"{name}{ending}" for ending in endings]


@kept(
    version=1, derived={"planted": lambda _: None, "waived": lambda _: ()}
)  # what is learnt from holds no errors made on purpose
@dataclass(frozen=True, eq=False)
class Table:
    """A named frame and its columns, each stored as its kind says.

    A frame is shared, never written to: a change is a new table.
    """

    name: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame = field(repr=False)
    _: KW_ONLY
    person: str | None = None  # the column that says which rows belong to one person; None: each row is one
    origin: Array | None = field(default=None, repr=False)  # mask and clone: the source row of each row
    form: Form = field(default=Form(), repr=False)
    rules: tuple[Rule, ...] = ()  # declared by the user
    waived: tuple[Rule, ...] = ()  # those that rows may break after all: it is counted, and held against nothing
    planted: Planted | None = field(default=None, repr=False)  # errors that were made on purpose

    def __post_init__(self) -> None:
        if [c.name for c in self.columns] != list(self.frame.columns):
            raise ValueError("the columns of a table must be those of its frame, in the same order")

    def __len__(self) -> int:
        return len(self.frame)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @cached_property
    def people(self) -> Array:
        """The number of the person whose row each row is, from 0; a row without a key is a person of its own."""
        return np.arange(len(self)) if self.person is None else person_codes(self.frame[self.person])

    @property
    def number_of_people(self) -> int:
        return int(self.people.max(initial=-1)) + 1

    def values(self, name: str) -> Array:
        """The values of one column in their storage type."""
        return self.frame[name].to_numpy()

    def text(self, name: str) -> Array:
        """The values of one column as they are spelt in a file; a missing one is None."""
        return self[name].spelling.write(self.values(name))

    def key_text(self, name: str) -> Array:
        """The values of a key as one plain text each, the same for a number and for its digits."""
        values = self.values(name)
        if values.dtype.kind != "f":
            return self.text(name)
        codes, numbers = pd.factorize(values)
        words = [f"{number:.0f}" if number.is_integer() else repr(number) for number in numbers.tolist()]
        return np.array([*words, None], dtype=object)[codes]

    def take(self, rows: Array) -> Table:
        """The table of these rows (positions or a mask), in this order."""
        origin = None if self.origin is None else self.origin[rows]
        return replace(self, frame=self.frame.iloc[rows].reset_index(drop=True), origin=origin, planted=None)

    def without(self, names: Collection[str]) -> Table:
        """The same rows without some columns."""
        columns = tuple(column for column in self.columns if column.name not in names)
        return replace(self, columns=columns, frame=self.frame[[column.name for column in columns]])

    def with_columns(self, *columns: Column) -> Table:
        """The same rows under new column descriptions."""
        new = {column.name: column for column in columns}
        return replace(self, columns=tuple(new.get(column.name, column) for column in self.columns))

    def of_role(self, *roles: Role) -> list[Column]:
        return [column for column in self.columns if column.role in roles]


@dataclass(frozen=True, eq=False, kw_only=True)
class Planted:
    """What a table would be without the errors that were made in it on purpose, and the table that lists them."""

    clean: Table
    rows: Array  # for each row of the table with errors the clean row that it is, or repeats
    is_copy: Array  # whether it repeats it
    listed: str


Place = tuple[str, str]  # table, column


@kept(version=1)
@dataclass(frozen=True)
class Relation:
    """Each row of the child belongs to the row of the parent whose key it repeats."""

    parent: str
    parent_key: str
    child: str
    child_key: str

    @property
    def ends(self) -> tuple[Place, Place]:
        return (self.parent, self.parent_key), (self.child, self.child_key)


@dataclass(frozen=True)
class Bond:
    """Each row is tied to one row of another table, whose columns a rule sees as `name.column`."""

    name: str
    relations: tuple[Relation, ...]  # several for a key of several columns

    @property
    def parent(self) -> str:
        return self.relations[0].parent


@kept(version=1, derived={"rate": lambda _: 1.0, "ties": lambda _: ()})  # what is learnt from keeps plain rules
@dataclass(frozen=True)
class Rule:
    """A condition that every made row keeps, or this share of them, in the language of `expressions`."""

    name: str
    expect: str = field(repr=False)
    rate: float = 1.0
    ties: tuple[Bond, ...] = field(default=(), repr=False)


@kept(version=1, derived={"rate": lambda _: 1.0, "ties": lambda _: ()})
@dataclass(frozen=True)
class RuleSeenTo(Rule):
    """A rule of which somebody takes care after the maker of the rows: what still breaks it ends nothing before."""


FAR_MORE = 10  # times as many rows below it make a table a look-up


@kept(version=1)
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
    def is_of_people(self) -> bool:
        """Whether its rows were made from the rows of one person each."""
        return any(table.origin is not None for table in self.tables)

    @property
    def root(self) -> Table:
        """The table that the asked number of rows speaks of: the first that is no other's child."""
        children = {r.child for r in self.relations if r.child != r.parent and r.parent not in self.lookups}
        return next(table for table in self.tables if table.name not in children and table.name not in self.lookups)

    @cached_property
    def lookups(self) -> frozenset[str]:
        """Tables that only describe others, such as districts: they belong to nobody and to everybody.

        A table without a parent that names no person, is far smaller than each of its children, and is referred to by a
        table that has children of its own: what people are counted by lies below it.
        """
        parents = {r.parent for r in self.relations if r.parent != r.child}
        children = {r.child for r in self.relations if r.parent != r.child}
        return frozenset(name for name in parents - children if self._describes(name, parents))

    def _describes(self, name: str, parents: set[str]) -> bool:
        below = {r.child for r in self.relations if r.parent == name}
        small = len(self[name]) > 0 and all(len(self[child]) >= FAR_MORE * len(self[name]) for child in below)
        names_people = any(not column.is_too_rare for column in self[name].of_role(Role.DIRECT))
        return small and bool(below & parents) and not names_people

    def parents_first(self) -> list[Table]:
        """The tables in an order in which each parent comes before its children."""
        ordered: list[str] = []
        while len(ordered) < len(self.tables):
            waits = {r.child for r in self.relations if r.parent not in ordered and r.parent != r.child}
            free = [name for name in self.names if name not in ordered and name not in waits]
            if not free:
                raise InputError(
                    "the keys between the tables form a circle.",
                    hint="declare the relations in the policy, without the one that closes the circle",
                )
            ordered += free
        return [self[name] for name in ordered]

    def parent_of(self, name: str) -> Relation | None:
        """The relation that hangs this table below another: the first one that does not refer to a look-up."""
        return next(
            (r for r in self.relations if r.child == name and r.parent != name and r.parent not in self.lookups), None
        )

    def person_column(self, name: str) -> str | None:
        """The column that says whose rows those of a table are: its own, or else the key of its parent."""
        parent = self.parent_of(name)
        return self[name].person or (parent.child_key if parent else None)

    def parent_rows(self, relation: Relation) -> Array:
        """For each row of the child the row of its parent; -1 where it refers to none."""
        keys, references = (self[table].values(column) for table, column in relation.ends)
        if keys.dtype.kind != references.dtype.kind:
            keys, references = (self[table].key_text(column) for table, column in relation.ends)
        first = np.flatnonzero(~(pd.isna(keys) | pd.Series(keys).duplicated().to_numpy()))
        at = pd.Index(keys[first], dtype=keys.dtype).get_indexer(pd.Index(references, dtype=references.dtype))
        return np.append(first, -1)[at]

    def key_columns(self, table: str) -> set[str]:
        """The columns of a table that tie it to another, or to itself."""
        return {name for relation in self.relations for owner, name in relation.ends if owner == table}

    @property
    def as_meant(self) -> Dataset:
        """Without the errors that were made on purpose, and without their list."""
        listed = {table.planted.listed for table in self.tables if table.planted is not None}
        whole = (table if table.planted is None else table.planted.clean for table in self.tables)
        return replace(self, tables=tuple(table for table in whole if table.name not in listed)) if listed else self

    def replace_tables(self, *tables: Table) -> Dataset:
        new = {table.name: table for table in tables}
        return replace(self, tables=tuple(new.get(table.name, table) for table in self.tables))

    def with_notes(self, *notes: str) -> Dataset:
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *notes))))

    def split(self, share: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """Two parts, by person: all rows of a person, and all that hangs together with them, stay on one side.

        The second part holds `share` of the people that have a row in the root table, and of those that have none.
        Look-up tables are whole on both sides.
        """
        if self.is_empty:
            return self, self
        person = self.hanging_together()
        drawn = [rng.permutation(codes)[: round(share * len(codes))] for codes in self._who(person)]
        return self.parted(person, np.concatenate(drawn))

    def folds(self, count: int, rng: np.random.Generator) -> list[tuple[Dataset, Dataset]]:
        """The two parts of `split`, `count` times: each person lies in the second part exactly once."""
        person = self.hanging_together()
        dealt = [rng.permutation(codes) for codes in self._who(person)]
        drawn = [np.concatenate([codes[fold::count] for codes in dealt]) for fold in range(count)]
        return [self.parted(person, fold) for fold in drawn]

    def _who(self, person: Mapping[str, Array]) -> tuple[Array, Array]:
        """The people who have a row in the root table, and those who have none."""
        in_root = np.unique(person[self.root.name])
        return in_root, np.setdiff1d(np.concatenate([np.unique(codes) for codes in person.values()]), in_root)

    def parted(self, person: Mapping[str, Array], drawn: Array) -> tuple[Dataset, Dataset]:
        """The rows of all others, and the rows of the people who were drawn."""
        held = {name: np.isin(codes, drawn) for name, codes in person.items()}
        train = tuple(t.take(~held[t.name]) if t.name in held else t for t in self.tables)
        holdout = tuple(t.take(held[t.name]) if t.name in held else t for t in self.tables)
        return replace(self, tables=train), replace(self, tables=holdout)

    def people_of(self, name: str, below: frozenset[str] = frozenset()) -> Array:
        """The number of the person whose row each row of a table is.

        Rows below a parent's row are that row's person, unless a column of their own says whose they are.
        """
        table, relation = self[name], self.parent_of(name)
        if relation is None or relation.parent in below or table.person not in (None, relation.child_key):
            return table.people
        parents, rows = self.people_of(relation.parent, below | {name}), self.parent_rows(relation)
        people = person_codes(table.frame[relation.child_key]) + len(parents)  # of rows that name no known parent
        people[rows >= 0] = parents[rows[rows >= 0]]
        return np.asarray(pd.factorize(people)[0])

    def hanging_together(self) -> dict[str, Array]:
        """The number of the person of each row, for all tables but look-ups: rows tied by any key are one person's."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        tables = [table for table in self.tables if table.name not in self.lookups]
        sizes = [table.number_of_people for table in tables]
        codes = {t.name: t.people + start for t, start in zip(tables, np.cumsum([0, *sizes]), strict=False)}
        links = [self._links(r, codes) for r in self.relations if r.parent in codes and r.child in codes]
        left, right = np.concatenate([np.empty((2, 0), dtype=np.int64), *links], axis=1)
        graph = coo_array((np.ones(len(left), dtype=bool), (left, right)), shape=(sum(sizes), sum(sizes)))
        _, component = connected_components(graph, directed=False)
        return {name: component[of_rows] for name, of_rows in codes.items()}

    def _links(self, relation: Relation, people: Mapping[str, Array]) -> Array:
        """Pairs of people that a key ties together: 2 x child rows that have a parent."""
        parents = self.parent_rows(relation)
        resolved = parents >= 0
        return np.stack([people[relation.parent][parents[resolved]], people[relation.child][resolved]])


def person_codes(key: pd.Series[Any]) -> Array:
    """A number for each person; a row without a key is a person of its own."""
    codes, known = pd.factorize(key)
    lonely = codes < 0
    codes[lonely] = len(known) + np.arange(lonely.sum())
    return codes
