"""The same people, pseudonymised: identities replaced, quasi-identifiers coarsened until k people share them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Profile, Role, Table, entity_codes
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.fabricate import Fabricator
from privsynth.generate.fabricate.kin import Kin
from privsynth.generate.mask.axes import axis_of
from privsynth.generate.mask.dates import shifted, shifts
from privsynth.generate.mask.entities import entity_seeds, row_seeds
from privsynth.generate.mask.generalise import labels, partition, width_lost
from privsynth.generate.mask.keys import Keyring
from privsynth.generate.mask.rare import BLANK, counted, without_extremes, without_rare_levels
from privsynth.generate.mask.tokens import Place, opaque_tokens, token_maps, tokenised
from privsynth.options import Limits, MaskOptions
from privsynth.spelling import Spelling

Array = np.ndarray[Any, Any]


class Mask:
    """A backend that keeps every row and its person, and takes away what names that person."""

    def __init__(self, options: MaskOptions, limits: Limits) -> None:
        self.options, self.limits = options, limits
        self.k = max(limits.k, math.ceil(1 / limits.risk_max - 1e-9))

    def fit(self, dataset: Dataset, profile: Profile, rng: np.random.Generator) -> Self:  # noqa: ARG002  nothing is drawn while fitting
        self.data_, self.profile_ = dataset, profile
        self.ring_ = Keyring.ephemeral() if self.options.key_file is None else Keyring.from_file(self.options.key_file)
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        """All rows of all tables, masked, each table in an order drawn from `rng`."""
        data = self.data_
        if rows is not None and rows != len(data.root):
            raise PolicyError(
                f"mask keeps the {len(data.root)} rows that there are: {rows} cannot be made of them.", hint="leave rows out, or use backend clone or model."
            )
        work = _Work(self, data, token_maps(data, self.ring_, self.profile_.taken), entity_seeds(data, self.ring_), [])
        made = {table.name: work.masked(table) for table in data.parents_first()}
        tables = [_in_order(made[table.name], rng.permutation(len(table))) for table in data]
        return replace(data, tables=tuple(tables)).with_notes(*work.notes)

    @property
    def recipe(self) -> Mapping[str, object]:
        return {
            "backend": "mask",
            "k": self.k,
            "direct": self.options.direct,
            "suppress_max": self.options.suppress_max,
            "key": self.ring_.key_id,
            "tokens": "HMAC-SHA256 under one HKDF-SHA256 key for each column, shaped as the column",
            "repeatable": self.options.key_file is not None,
            "note": "the key is made for this run and destroyed with it: no other run makes the same tokens"
            if self.options.key_file is None
            else "the key is kept: whoever holds it can link this data to its source; pseudonymised, still personal data",
        }


@dataclass(frozen=True, eq=False)
class _Work:
    """One masking run: what each key becomes, the number of each entity, and what a person should know of it."""

    mask: Mask
    data: Dataset
    tokens: Mapping[Place, Mapping[str, str]]
    seeds: Mapping[str, Array]
    notes: list[str]
    kin: Kin = field(default_factory=Kin)

    def masked(self, table: Table) -> Table:
        """The rows of one table in their old order: identities, then quasi-identifiers, dates, and the rest."""
        made: dict[str, tuple[Column, Array]] = {}
        made |= self._identifiers(table)
        made |= self._direct(table)
        made |= self._quasi(table)
        for column in table.columns:
            if column.name not in made:
                made[column.name] = column, self._kept(table, column)
        columns = tuple(made[column.name][0] for column in table.columns)
        frame = pd.DataFrame({column.name: pd.Series(made[column.name][1], dtype=_dtype(column)) for column in columns}, index=range(len(table)))
        return replace(table, columns=columns, frame=frame)

    def _identifiers(self, table: Table) -> dict[str, tuple[Column, Array]]:
        names = [name for place_table, name in self.tokens if place_table == table.name]
        dates = [name for name in names if table[name].kind is Kind.DATE]
        if dates:
            raise BackendError(
                f"column {dates[0]} of table {table.name}: a date cannot be a key that is masked.",
                hint="give it the role quasi, or the kind text.",
                column=dates[0],
            )
        return {name: (replace(table[name], fabricated=True), tokenised(table, name, self.tokens[table.name, name])) for name in names}

    def _direct(self, table: Table) -> dict[str, tuple[Column, Array]]:
        """Invented people in place of real ones, or opaque tokens; what was missing stays missing."""
        columns = [c for c in table.of_role(Role.DIRECT, Role.FREE_TEXT) if (table.name, c.name) not in self.tokens]
        asked = self.mask.options.direct == "token"
        tokens = [c for c in columns if asked and c.role is Role.DIRECT and not c.kind.is_numeric and c.kind is not Kind.DATE]
        made = {c.name: opaque_tokens(self.mask.ring_, f"{table.name}.{c.name}", table.text(c.name)) for c in tokens}
        rest = [c for c in columns if c.name not in made]
        if rest:
            made |= self._invented(table, rest)
        return {c.name: (replace(c, fabricated=True, kind=c.kind if c not in tokens else Kind.TEXT), made[c.name]) for c in columns}

    def _invented(self, table: Table, columns: list[Column]) -> dict[str, Array]:
        seeds = self.seeds[table.name]
        entity = table.entity or next((r.child_key for r in [self.data.parent_of(table.name)] if r), None)
        aside = [replace(c, role=Role.PLAIN) for c in table.columns if c not in columns and c.role.is_fabricated]
        part = replace(table, entity=entity).with_columns(*aside)
        fabricator = Fabricator.learn(part, self.mask.profile_[table.name], self.mask.profile_.taken, self.kin.locale).without_missing()
        self.kin.meet(fabricator)
        several = len(np.unique(seeds)) < len(seeds)
        own = row_seeds(table, [c.name for c in columns], self.mask.ring_) if several else seeds
        made = fabricator.make_from(table.frame, own, of_entity=seeds, gender=self.kin.gender(fabricator, table.frame, seeds))
        self.notes.extend(fabricator.notes)
        return {name: _blanked(values, pd.isna(table.values(name))) for name, values in made.items()}

    def _quasi(self, table: Table) -> dict[str, tuple[Column, Array]]:
        """Ranges, groups and prefixes that at least k people share."""
        columns = [c for c in table.of_role(Role.QUASI) if (table.name, c.name) not in self.tokens]
        if not columns or not len(table):
            return {c.name: (_generalised(c), np.empty(0, dtype=object)) for c in columns}
        people = np.arange(len(table)) if table.entity is None else entity_codes(table.frame[table.entity])
        if len(np.unique(people)) < self.mask.k:
            return self._all_blank(table, columns)
        axes = [axis_of(table, c.name, self.mask.limits.k_rare) for c in columns]
        cells = partition(axes, people, self.mask.k)
        self.notes.append(
            f"table {table.name}: {len(columns)} quasi-identifiers were generalised into {len(cells):,} cells of at least {self.mask.k} people; "
            f"a row's cell spans {width_lost(axes, cells):.1%} of a column on average; no row was blanked"
        )
        return {c.name: (_generalised(c), labels(axis, at, cells)) for at, (c, axis) in enumerate(zip(columns, axes, strict=True))}

    def _all_blank(self, table: Table, columns: list[Column]) -> dict[str, tuple[Column, Array]]:
        """Fewer than k people cannot hide among each other: nothing is left of their quasi-identifiers, if the policy allows that."""
        if self.mask.options.suppress_max < 1:
            raise PolicyError(
                f"table {table.name} holds fewer than k = {self.mask.k} people: k cannot be reached.",
                hint="give more rows, drop the quasi-identifiers, or set backend.suppress_max to 1.",
            )
        self.notes.append(f"table {table.name}: fewer than {self.mask.k} people; the quasi-identifiers of all rows were blanked")
        return {c.name: (_generalised(c), np.full(len(table), BLANK, dtype=object)) for c in columns}

    def _kept(self, table: Table, column: Column) -> Array:
        """Dates move with their entity; ends of numbers and rare levels, by which a row could be found, are drawn in."""
        values, k_rare = table.values(column.name), self.mask.limits.k_rare
        if column.kind is Kind.DATE:
            return shifted(values, shifts(self.seeds[table.name]))
        if column.kind.is_numeric:
            made, moved = without_extremes(values, k_rare)
            what = "numbers at the ends were drawn in"
        else:
            made, moved = without_rare_levels(values, k_rare)
            what = f"rare levels became {BLANK}"
        if moved:
            self.notes.append(f"table {table.name}, column {column.name}: {what} until {k_rare} rows share each ({counted(moved)})")
        return made


def _generalised(column: Column) -> Column:
    return replace(column, kind=Kind.CATEGORY, spelling=Spelling(null=column.spelling.null))


def _blanked(values: Array, missing: Array) -> Array:
    out = values.copy()
    if out.dtype.kind == "f":
        out[missing] = np.nan
    elif out.dtype.kind == "M":
        out[missing] = np.datetime64("NaT")
    else:
        out[missing] = None
    return out


def _dtype(column: Column) -> Any:
    return "float64" if column.kind.is_numeric else "datetime64[us]" if column.kind is Kind.DATE else object


def _in_order(table: Table, order: Array) -> Table:
    return replace(table, origin=np.arange(len(table))).take(order)
