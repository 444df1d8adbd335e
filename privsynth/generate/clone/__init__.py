"""Whole entities, multiplied: new keys and names first, then rows blended with their like, so that none is a shadow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Place, Role, Table
from privsynth.generate.clone.choose import ClonedRows, Clones, choose_clones
from privsynth.generate.clone.dates import clone_shifts
from privsynth.generate.clone.distance import neighbour_gaps, shadows
from privsynth.generate.clone.keys import new_keys
from privsynth.generate.clone.perturb import ATTEMPTS, Blender, Exchange, blender_of
from privsynth.groups.rare import counted
from privsynth.options import CloneOptions, Limits, effective_k
from privsynth.people import Fabricator
from privsynth.people.draws import fresh_seeds
from privsynth.people.kin import Kin
from privsynth.seeds import child
from privsynth.statistics import Statistics
from privsynth.typing import Array


class Clone:
    """A backend that makes new entities out of real ones, each a blend of several that are alike."""

    def __init__(self, options: CloneOptions, limits: Limits) -> None:
        self.options, self.limits = options, limits
        self.k = effective_k(limits, options)

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:  # noqa: ARG002  nothing is drawn while fitting
        self.data_, self.statistics_ = dataset, statistics
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        """`rows` rows of the first table, and all that hangs below them; as many as the source has when not said."""
        data = self.data_
        wanted = len(data.root) if rows is None else rows
        parts = ("choose", "keys", "shift", "people")
        chance = dict(zip(parts, child(rng, *parts), strict=True))
        family = choose_clones(data, wanted, chance["choose"])
        keys, redirected = new_keys(data, family, self.statistics_.taken, chance["keys"])
        work = _Work(
            self,
            data,
            family,
            keys,
            clone_shifts(family, self.options.max_shift_days, chance["shift"]),
            fresh_seeds(family.clones, chance["people"]),
            [],
        )
        streams = dict(zip(data.names, child(rng, *data.names), strict=True))
        made = {table.name: work.made(table, streams[table.name]) for table in data.parents_first()}
        return replace(data, tables=tuple(made[name] for name in data.names)).with_notes(
            *self._notes(family, redirected), *work.notes
        )

    def _notes(self, family: Clones, redirected: int) -> list[str]:
        made, used = family.clones, len(np.unique(family.source))
        notes = (
            [f"{made:,} clones of {used:,} source entities: the effective sample is about {min(made, used):,} entities"]
            if made
            else []
        )
        notes += [
            f"table {name}: {counted(rows)} of the source name no known parent; their clones stand alone"
            for name, rows in family.lonely.items()
        ]
        if redirected:
            notes.append(
                f"{counted(redirected)} refer to an entity that was not cloned; they refer to another clone instead"
            )
        return notes

    @property
    def recipe(self) -> Mapping[str, object]:
        return {
            "backend": "clone",
            "k": self.k,
            "noise": self.options.noise,
            "max_shift_days": self.options.max_shift_days,
            "exchanged": ATTEMPTS[0].share,
            "order": "identities are invented first, then rows are multiplied and blended, keys come last; the way back is never stored",
        }


@dataclass(frozen=True, eq=False)
class _Work:
    """One cloning run: the rows to be made, their new keys, their days, and the number that each clone's person is made from."""

    clone: Clone
    data: Dataset
    family: Clones
    keys: Mapping[Place, Array]
    days: Array
    seeds: Array
    notes: list[str]
    kin: Kin = field(default_factory=Kin)

    def made(self, table: Table, rng: np.random.Generator) -> Table:
        """The clones of one table, in a drawn order."""
        rows, blended, people, order = (self.family.tables[table.name], *child(rng, "blend", "people", "order"))
        values = self._blended(table, rows, blended)
        values |= {
            name: _stored(table[name], texts) for (place, name), texts in self.keys.items() if place == table.name
        }
        values |= self._people(table, rows, values, people)
        columns = tuple(
            replace(c, fabricated=True) if c.role.is_fabricated or (table.name, c.name) in self.keys else c
            for c in table.columns
        )
        made = _table(table, columns, values, rows.origin)
        return made.take(order.permutation(len(made)))

    def _blended(self, table: Table, rows: ClonedRows, rng: np.random.Generator) -> dict[str, Array]:
        """Quasi-identifiers of whole cells, everything else blended; rows that came out too close are blended again, more strongly."""
        keys = [name for place, name in self.keys if place == table.name]
        blender = blender_of(table, keys, self.clone.k, self.clone.limits.k_rare, self.clone.options.noise)
        quasi, donors = blender.quasi_blend(np.unique(rows.origin), rng)
        names = [c.name for c in (*blender.quasi, *blender.others)]
        columns = tuple(table[name] for name in names)
        gaps = neighbour_gaps(table, names, rng)
        made: dict[str, Array] = {}
        open_rows = np.arange(len(rows))
        for exchange in ATTEMPTS:
            part = self._blend_rows(blender, rows, open_rows, exchange, quasi, donors, rng)
            made = part if not made else {name: _put(made[name], open_rows, part[name]) for name in names}
            origin = rows.origin[open_rows]
            tried = _table(table, columns, part, origin)
            close = shadows(table, tried, names, gaps, origin) | shadows(table, tried, names, gaps, donors[origin])
            open_rows = open_rows[close]
            if not len(open_rows):
                break
        self.notes.extend(blender.notes.values())
        if len(open_rows):
            self.notes.append(
                f"table {table.name}: {counted(len(open_rows))} are still nearer to a source row than strangers are; the gates judge them"
            )
        return made

    def _blend_rows(
        self,
        blender: Blender,
        rows: ClonedRows,
        at: Array,
        exchange: Exchange,
        quasi: dict[str, Array],
        donors: Array,
        rng: np.random.Generator,
    ) -> dict[str, Array]:
        origin = rows.origin[at]
        return blender.blend(
            origin,
            self.days[rows.clone[at]],
            exchange,
            {name: values[origin] for name, values in quasi.items()},
            donors[origin],
            rng,
        )

    def _people(
        self, table: Table, rows: ClonedRows, values: dict[str, Array], rng: np.random.Generator
    ) -> dict[str, Array]:
        """Invented people, one for each clone; what is not a person's is invented row by row."""
        columns = [c for c in table.of_role(Role.IDENTIFIER, Role.DIRECT, Role.FREE_TEXT) if c.name not in values]
        if not columns:
            return {}
        entity = self.data.person_column(table.name)
        part = replace(table, person=entity).with_columns(
            *(replace(c, role=Role.PLAIN) for c in table.columns if c not in columns and c.role.is_fabricated)
        )
        fabricator = Fabricator.learn(
            part, self.clone.statistics_[table.name], self.clone.statistics_.taken, self.kin.locale
        )
        self.kin.meet(fabricator)
        of_clone = self.seeds[rows.clone]
        alone = len(np.unique(rows.clone)) == len(rows)
        context = pd.DataFrame(values, index=range(len(rows)))
        own = of_clone if alone else fresh_seeds(len(rows), rng)
        made = fabricator.make_from(
            context, own, of_person=of_clone, gender=self.kin.gender(fabricator, context, of_clone)
        )
        self.notes.extend(fabricator.notes)
        return made


def _stored(column: Column, texts: Array) -> Array:
    if not column.kind.is_numeric:
        return texts
    return np.array([np.nan if text is None else float(text) for text in texts], dtype=np.float64)


def _put(values: Array, at: Array, new: Array) -> Array:
    out = values.copy()
    out[at] = new
    return out


def _table(table: Table, columns: tuple[Column, ...], values: Mapping[str, Array], origin: Array) -> Table:
    frame = pd.DataFrame(
        {c.name: pd.Series(values[c.name], dtype=c.kind.dtype) for c in columns}, index=range(len(origin))
    )
    return replace(table, columns=columns, frame=frame, origin=origin)
