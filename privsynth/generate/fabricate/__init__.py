"""Whole, consistent, invented people and identifiers. What a column looks like is learnt; what it holds is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, ColumnProfile, Kind, Role, Table, Taken, entity_codes
from privsynth.errors import BackendError
from privsynth.generate.fabricate.crowd import Crowd
from privsynth.generate.fabricate.draws import Draws, fresh_seeds, mix
from privsynth.generate.fabricate.makers import OF_A_PERSON, Maker, entity_of, learn_maker, style_of_names
from privsynth.generate.fabricate.people import NameStyle, People, is_female, make_people
from privsynth.generate.fabricate.ranges import Numbered
from privsynth.generate.fabricate.settle import grown, holder, phone_holder, settled
from privsynth.generate.fabricate.shapes import token_shape
from privsynth.generate.fabricate.words import DEFAULT, locale_of, words_of

Array = np.ndarray[Any, Any]

GENDER_NAMES = ("sex", "gender", "geschlecht", "sexe", "sexo", "genre", "genero", "género", "sesso", "kön", "geslacht")
STEADY = 0.9  # share of entities with one value in all their rows, from which on a column belongs to the entity


@dataclass(eq=False)
class Fabricator:
    """Invents the identifying columns of one table. `notes` says what could not be kept, in words and counts."""

    makers: tuple[Maker, ...]
    locale: str
    style: NameStyle
    taken: Taken = field(repr=False)
    entity: str | None = None
    gender: str | None = None
    notes: list[str] = field(default_factory=list)

    @classmethod
    def learn(cls, table: Table, profile: Mapping[str, ColumnProfile], taken: Taken, locale: str | None = None) -> Fabricator:
        """Formats only: shapes, shares, the style of names and addresses, the locale if it is not given. No value stays behind."""
        columns = [column for column in table.columns if column.role.is_fabricated]
        texts = {column.name: table.text(column.name) for column in columns}
        known = {name: list(pd.unique(pd.Series(values, dtype=object).dropna())) for name, values in texts.items()}
        locale = locale or _locale(columns, known)
        makers = [
            learn_maker(column, table.values(column.name), texts[column.name], profile.get(column.name), locale, steady=_is_steady(table, column))
            for column in columns
        ]
        return cls(tuple(makers), locale, style_of_names(makers, known.__getitem__), taken, table.entity, _gender_column(table))

    @property
    def names_people(self) -> bool:
        return any(maker.entity in OF_A_PERSON for maker in self.makers)

    def without_missing(self) -> Fabricator:
        """The same, inventing a value for every row."""
        return replace(self, makers=tuple(replace(maker, missing=0.0) for maker in self.makers), notes=self.notes)

    def make(self, context: pd.DataFrame, rows: int, rng: np.random.Generator, *, crowd: Crowd | None = None) -> dict[str, Array]:
        """An array in storage type for each fabricated column. `context` holds the columns already made for the same rows.

        `crowd` remembers the parts made before, where rows are made in parts: what must be unique is so over all of them.
        """
        return self.make_from(context, fresh_seeds(rows, rng), crowd=crowd)

    def make_from(
        self, context: pd.DataFrame, seeds: Array, of_entity: Array | None = None, gender: Array | None = None, *, crowd: Crowd | None = None
    ) -> dict[str, Array]:
        """The same from one number a row: equal numbers bring back equal people.

        `of_entity` are numbers for what belongs to the entity of a row rather than to the row; without it, those of its first row.
        `gender` says 1 for a woman, 0 for a man, -1 for unknown; without it the context is asked.
        """
        if gender is None and self.gender is not None and self.gender in context:
            gender = is_female(context[self.gender].to_numpy())
        made: dict[str, Array] = {}
        rows = _Cast(self, seeds, gender, crowd)
        for maker in sorted(self.makers, key=lambda m: m.column.name != self.entity):
            if maker.column.name == self.entity or not self._by_entity(maker):
                made[maker.column.name] = self._column(maker, rows)
        codes = self._entities(context, made, len(seeds))
        if codes is not None:
            firsts = np.unique(codes, return_index=True)[1]
            cast = _Cast(self, mix(seeds[firsts]) if of_entity is None else of_entity[firsts], None if gender is None else gender[firsts], crowd)
            steady = [m for m in self.makers if m.column.name not in made]
            made |= {m.column.name: self._column(m, cast)[codes] for m in steady}
        return {maker.column.name: made[maker.column.name] for maker in self.makers}

    def _by_entity(self, maker: Maker) -> bool:
        return self.entity is not None and maker.steady

    def _entities(self, context: pd.DataFrame, made: Mapping[str, Array], rows: int) -> Array | None:
        """A number for the entity of each row, where there are columns that belong to entities."""
        if not any(map(self._by_entity, self.makers)):
            return None
        key = made.get(str(self.entity))
        if key is None and self.entity in context:
            key = context[self.entity].to_numpy()
        return np.arange(rows) if key is None else np.unique(entity_codes(pd.Series(key)), return_inverse=True)[1]

    def _column(self, maker: Maker, cast: _Cast) -> Array:
        """One column: invented, made missing as often as the real one, and stored as its kind is."""
        draws = cast.draws.named(maker.column.name)
        missing = draws.share("missing") < maker.missing
        rows = np.flatnonzero(~missing)
        if maker.days is not None:
            return _dates(maker.days, draws, missing)
        texts = np.full(len(draws), None, dtype=object)
        texts[rows] = self._pooled(maker, cast, rows) if self._repeats(maker) else self._texts(maker, cast, rows, unique=maker.unique)
        return _stored(maker.column, texts)

    def _repeats(self, maker: Maker) -> bool:
        return maker.column.role is Role.IDENTIFIER and maker.space is not None and not maker.unique and not maker.steady

    def _pooled(self, maker: Maker, cast: _Cast, rows: Array) -> Array:
        """Identifiers that come back: as many different ones, for each row, as the real table has."""
        if not len(rows):
            return np.empty(0, dtype=object)
        size = max(round(maker.distinct * len(rows)), 1)
        pool = _Cast(self, mix(cast.draws.seeds[0] + np.arange(size, dtype=np.uint64)), crowd=cast.crowd)
        values = self._texts(maker, pool, np.arange(size), unique=True)
        return values[Draws(cast.draws.seeds[rows]).named(maker.column.name).below("pool", size)]

    def _texts(self, maker: Maker, cast: _Cast, rows: Array, *, unique: bool) -> Array:
        """Texts that are nobody's. Where a range is used up: shared values or tokens, with a note; an identifier that cannot be unique is an error."""
        name = maker.column.name
        crowd = cast.crowd if unique and maker.entity not in _NOT_UNIQUE else None
        needed = len(rows) if crowd is None else max(len(rows), crowd.rows)
        space = None if maker.space is None else maker.space.with_room(needed if unique else 1)
        if unique and space is not None and space.capacity < needed:
            self._too_small(maker, needed, space.capacity)
            unique, crowd = False, None
        seeds = cast.draws.named(name).seeds[rows]
        write, people = maker.write or _nothing, cast.people

        def make(part: Array, attempt: int) -> Array:
            draws = Draws(seeds[part], attempt)
            if space is not None:
                return (space.with_room(grown(needed, attempt)) if unique else space).fill(draws)
            return write(people(), rows[part], draws)

        taken = self.taken if maker.avoids else Taken()
        held = phone_holder(taken) if isinstance(space, Numbered) and space.known and maker.entity == "PHONE" else holder(taken)
        known = held if crowd is None else lambda values: held(values) | crowd.holds(name, values)
        values, left = settled(make, len(rows), held=known, unique=unique and maker.entity not in _NOT_UNIQUE)
        if len(left):
            values[left] = self._tokens(maker, seeds[left], len(rows))
        if crowd is not None:
            crowd.add(name, values)
        return values

    def _too_small(self, maker: Maker, rows: int, capacity: int) -> None:
        name = maker.column.name
        if maker.column.role is Role.IDENTIFIER:
            raise BackendError(
                f"column {name}: {rows} different identifiers are needed, its shape leaves {capacity}.",
                hint="ask for fewer rows, or declare another role for the column.",
                column=name,
            )
        self._note(f"column {name}: {capacity} values of its reserved range are free, {rows} were needed; rows share them")

    def _tokens(self, maker: Maker, seeds: Array, rows: int) -> Array:
        """Opaque texts for the rows that found nothing free."""
        name = maker.column.name
        self._note(f"column {name}: {len(seeds)} of {rows} rows found no free value of its form and hold tokens instead")
        if maker.column.kind.is_numeric:
            raise BackendError(f"column {name}: no free number of its form is left.", hint="declare the column as text, or another role for it.", column=name)
        shape = token_shape()
        values, left = settled(lambda part, attempt: shape.fill(Draws(seeds[part], attempt)), len(seeds), held=holder(self.taken), unique=True)
        if len(left):
            raise BackendError(f"column {name}: no free value is left.", column=name)
        return values

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


_NOT_UNIQUE = frozenset({"PERSON", "FIRST_NAME", "LAST_NAME", "TITLE", "MAIDEN_NAME", "GENDER", "CITY", "COUNTRY", "JOB_TITLE"})


@dataclass(eq=False)
class _Cast:
    """The rows that are made together, and their people, who are made when first needed."""

    fabricator: Fabricator
    seeds: Array
    gender: Array | None = None
    crowd: Crowd | None = None
    _people: People | None = None

    @property
    def draws(self) -> Draws:
        return Draws(self.seeds)

    def people(self) -> People:
        if self._people is None:
            self._people = make_people(self.draws.named("person"), words_of(self.fabricator.locale), self.gender, self.fabricator.style, self.fabricator.taken)
        return self._people


def _nothing(_: People, rows: Array, __: Draws) -> Array:
    """What a column is filled with that has neither a range nor a writer: nothing."""
    return np.full(len(rows), None, dtype=object)


def _stored(column: Column, texts: Array) -> Array:
    """Numbers as float64, all else as text."""
    if not column.kind.is_numeric:
        return texts
    return np.array([np.nan if text is None else float("".join(c for c in text if c in "0123456789.-")) for text in texts], dtype=np.float64)


def _dates(days: tuple[float, float], draws: Draws, missing: Array) -> Array:
    low, high = round(days[0]), round(days[1])
    dates = (low + draws.below("day", high - low + 1)).astype("datetime64[D]").astype("datetime64[us]")
    dates[missing] = np.datetime64("NaT")
    return dates


def _locale(columns: Sequence[Column], known: Mapping[str, list[str]]) -> str:
    """The locale in which most names of the table are at home."""
    entities = {column.name: entity_of(column, known[column.name]) for column in columns if column.kind is not Kind.DATE}
    given = [v for name, entity in entities.items() if entity == "FIRST_NAME" for v in known[name]]
    family = [v for name, entity in entities.items() if entity == "LAST_NAME" for v in known[name]]
    whole = [part for name, entity in entities.items() if entity == "PERSON" for v in known[name] for part in v.replace(",", " ").split()]
    return locale_of([*given, *whole], [*family, *whole]) if given or family or whole else DEFAULT


def _gender_column(table: Table) -> str | None:
    """The column that says whether a row is a woman or a man, if one does."""
    named = (c for c in table.columns if (c.entity or "").upper() in ("GENDER", "SEX") or c.name.casefold().strip() in GENDER_NAMES)
    return next((column.name for column in named), None)


def _is_steady(table: Table, column: Column) -> bool:
    """Whether nearly every entity has one value of this column in all its rows."""
    if table.entity is None or table.entity == column.name or not len(table) or column.role is Role.FREE_TEXT:
        return False
    codes = pd.Series(entity_codes(table.frame[table.entity]))
    if codes.nunique() == len(codes):
        return False
    return bool((pd.Series(pd.factorize(table.frame[column.name])[0]).groupby(codes.to_numpy()).nunique() <= 1).mean() >= STEADY)


__all__ = ["OF_A_PERSON", "Fabricator"]
