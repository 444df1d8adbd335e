"""Whole people, multiplied: new keys and names first, then rows blended with similar ones, so that none is a shadow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Place, Role, Table
from privsynth.generate.clone.choose import ClonedRows, Clones, choose_clones
from privsynth.generate.clone.dates import clone_shifts
from privsynth.generate.clone.distance import neighbour_gaps, shadows
from privsynth.generate.clone.keys import new_keys
from privsynth.generate.clone.perturb import ATTEMPTS, blender_of
from privsynth.groups.rare import counted
from privsynth.measure.relations import unkept
from privsynth.options import CloneOptions, Limits, effective_k
from privsynth.people import Fabricator
from privsynth.people.draws import fresh_seeds
from privsynth.people.kin import Kin
from privsynth.recipe import Recipe
from privsynth.seeds import child
from privsynth.statistics import Fact, Statistics
from privsynth.typing import Array

ORDER = (
    "identities are invented first, then rows are multiplied and blended, keys come last; the way back is never stored"
)


class Clone:
    """A backend that makes new people out of real ones, each a blend of several that are alike."""

    def __init__(self, options: CloneOptions, limits: Limits) -> None:
        self.options = options
        self.k, self.k_rare = effective_k(limits, options), limits.k_rare

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:  # noqa: ARG002  nothing drawn
        self.data_, self.statistics_ = dataset, statistics
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        """`rows` rows of the first table, by default as many as the source has, and all that hangs below them."""
        data = self.data_
        wanted = len(data.root) if rows is None else rows
        choose, to_keys, shift, people = child(rng, "choose", "keys", "shift", "people")
        clones = choose_clones(data, wanted, choose)
        keys, redirected = new_keys(data, clones, self.statistics_.taken, to_keys)
        work = _Work(
            data=data,
            statistics=self.statistics_,
            clones=clones,
            keys=keys,
            days=clone_shifts(clones, self.options.max_shift_days, shift),
            seeds=fresh_seeds(clones.count, people),
            k=self.k,
            k_rare=self.k_rare,
            noise=self.options.noise,
        )
        streams = dict(zip(data.names, child(rng, *data.names), strict=True))
        cloned = {table.name: work.cloned(table, streams[table.name]) for table in data.parents_first()}
        tables = tuple(cloned[name] for name in data.names)
        return replace(data, tables=tables).with_notes(*_notes(clones, redirected), *work.notes)

    @property
    def recipe(self) -> Recipe:
        details = {
            "k": self.k,
            "noise": self.options.noise,
            "max_shift_days": self.options.max_shift_days,
            "exchanged": ATTEMPTS[0].share,
            "order": ORDER,
        }
        return Recipe(backend="clone", details=details)


def _notes(clones: Clones, redirected: int) -> Iterator[str]:
    if clones.count:
        count, sources = clones.count, len(np.unique(clones.source))
        effective = min(count, sources)
        yield f"{count:,} clones of {sources:,} source people: the effective sample is about {effective:,} people"
    for name, rows in clones.orphans.items():
        yield f"table {name}: {counted(rows)} of the source name no parent that is there; their clones stand alone"
    if redirected:
        yield f"{counted(redirected)} refer to a person who was not cloned; they refer to another clone instead"


@dataclass(frozen=True, eq=False, kw_only=True)
class _Work:
    """One cloning run: which rows are cloned, and their new keys, days, and seeds of the invented people."""

    data: Dataset
    statistics: Statistics
    clones: Clones
    keys: Mapping[Place, Array]
    days: Array
    seeds: Array
    k: int
    k_rare: int
    noise: float
    notes: list[str] = field(default_factory=list)
    kin: Kin = field(default_factory=Kin)

    def cloned(self, table: Table, rng: np.random.Generator) -> Table:
        """The clones of one table, in a drawn order."""
        blend, people, order = child(rng, "blend", "people", "order")
        rows = self.clones.tables[table.name]
        keys = {name: texts for (place, name), texts in self.keys.items() if place == table.name}
        values = self._blended(table, rows, blend)
        values |= {name: _stored(table[name], texts) for name, texts in keys.items()}
        values |= self._people(table, rows, values, people)
        columns = tuple(
            replace(c, fabricated=True) if c.role.is_fabricated or c.name in keys else c for c in table.columns
        )
        clones = _table(table, columns, values, rows.origin)
        self.notes.extend(_unkept(clones, table, self._facts(table.name)))
        return clones.take(order.permutation(len(clones)))

    def _facts(self, table: str) -> list[Fact]:
        """What holds in every row of a table."""
        return [
            fact for fact in self.statistics.facts if fact.table == table and fact.share == 1.0 and not fact.among_known
        ]

    def _blended(self, table: Table, rows: ClonedRows, rng: np.random.Generator) -> dict[str, Array]:
        """Quasi-identifiers of whole cells, everything else blended.

        Rows that came out too close to a source row are blended again, more strongly.
        """
        keys = [name for place, name in self.keys if place == table.name]
        whose = self.data.people_of(table.name)
        blender = blender_of(
            table, whose, keys, self._facts(table.name), k=self.k, k_rare=self.k_rare, noise=self.noise
        )
        quasi, donors = blender.quasi_blend(np.unique(rows.origin), rng)
        names = [c.name for c in (*blender.quasi, *blender.others)]
        columns = tuple(table[name] for name in names)
        gaps = neighbour_gaps(table, names, rng)
        blended: dict[str, Array] = {}
        too_close = np.arange(len(rows))
        for exchange in ATTEMPTS:
            origin, days = rows.origin[too_close], self.days[rows.clone[too_close]]
            own_quasi = {name: values[origin] for name, values in quasi.items()}
            again = blender.blend(origin, donors[origin], days, own_quasi, exchange, rng=rng)
            blended = again if not blended else {name: _put(blended[name], too_close, again[name]) for name in names}
            tried = _table(table, columns, again, origin)
            of_source, of_donor = (shadows(table, tried, names, gaps, real) for real in (origin, donors[origin]))
            too_close = too_close[of_source | of_donor]
            if not len(too_close):
                break
        self.notes.extend(blender.notes.values())
        if len(too_close):
            rest = f"{counted(len(too_close))} are still nearer to a source row than strangers are"
            self.notes.append(f"table {table.name}: {rest}; the gates judge them")
        return blended

    def _people(
        self, table: Table, rows: ClonedRows, values: dict[str, Array], rng: np.random.Generator
    ) -> dict[str, Array]:
        """Invented people, one for each clone; what does not belong to a person is invented row by row."""
        columns = [c for c in table.of_role(Role.IDENTIFIER, Role.DIRECT, Role.FREE_TEXT) if c.name not in values]
        if not columns:
            return {}
        others = [replace(c, role=Role.PLAIN) for c in table.columns if c not in columns and c.role.is_fabricated]
        whose = replace(table, person=self.data.person_column(table.name)).with_columns(*others)
        fabricator = Fabricator.learn(whose, self.statistics[table.name], self.statistics.taken, self.kin.locale)
        self.kin.meet(fabricator)
        of_clone = self.seeds[rows.clone]
        one_row_each = len(np.unique(rows.clone)) == len(rows)
        own = of_clone if one_row_each else fresh_seeds(len(rows), rng)
        context = pd.DataFrame(values, index=range(len(rows)))
        gender = self.kin.gender(fabricator, context, of_clone)
        invented = fabricator.make_from(context, own, of_person=of_clone, gender=gender)
        self.notes.extend(fabricator.notes)
        return invented


def _unkept(clones: Table, source: Table, facts: Sequence[Fact]) -> Iterator[str]:
    """Of what holds in every source row, what does not hold in every clone."""
    for fact, rows in unkept(clones, facts, like=source):
        yield f"table {source.name}: {counted(rows)} of the clones break what all source rows keep: {fact.words}"


def _stored(column: Column, texts: Array) -> Array:
    if not column.kind.is_numeric:
        return texts
    return np.array([np.nan if text is None else float(text) for text in texts], dtype=np.float64)


def _put(values: Array, at: Array, new: Array) -> Array:
    replaced = values.copy()
    replaced[at] = new
    return replaced


def _table(table: Table, columns: tuple[Column, ...], values: Mapping[str, Array], origin: Array) -> Table:
    cells = {c.name: pd.Series(values[c.name], dtype=c.kind.dtype) for c in columns}
    frame = pd.DataFrame(cells, index=range(len(origin)))
    return replace(table, columns=columns, frame=frame, origin=origin)
