"""Whole, consistent, invented people and identifiers. What a column looks like is learnt; what it holds is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table, person_codes
from privsynth.errors import BackendError
from privsynth.keeping import kept
from privsynth.people.ages import Ages, learn_ages
from privsynth.people.cast import Cast, Setting
from privsynth.people.crowd import Crowd
from privsynth.people.draws import Draws, fresh_seeds, mix
from privsynth.people.evidence import gender_column, is_steady, names_of, places_of
from privsynth.people.homes import Anchors, anchors_of
from privsynth.people.makers import Maker, learn_maker, style_of_names
from privsynth.people.people import NameStyle, is_female
from privsynth.people.phones import AROUND
from privsynth.people.places import has_places
from privsynth.people.ranges import Numbered
from privsynth.people.settle import Held, grown, holder, passing, phone_holder, settled
from privsynth.people.shapes import token_shape
from privsynth.people.writers import WholeName
from privsynth.pii.entities import Trait, has
from privsynth.statistics import ColumnStatistics, Taken
from privsynth.typing import Array


@kept(version=1, derived={"taken": lambda _: Taken()})
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
    home: str = ""  # the locale of the places, where it is another than that of the names
    anchors: Anchors = field(default=Anchors())
    ages: Ages | None = None
    women: float | None = (
        None  # their share where the row does not tell; None: as in an invented column of genders, or half
    )
    expected: int = (
        0  # rows to leave room for where fewer are made at a time: the room decides which range is drawn from
    )

    @classmethod
    def learn(
        cls,
        table: Table,
        statistics: Mapping[str, ColumnStatistics],
        taken: Taken,
        locale: str | None = None,
        home: str | None = None,
    ) -> Fabricator:
        """Formats only: shapes, shares, the style of names and addresses, the locales of names and places if not given. No value stays behind."""
        columns = [column for column in table.columns if column.role.is_fabricated]
        texts = {column.name: table.text(column.name) for column in columns}
        known = {name: list(pd.unique(pd.Series(values, dtype=object).dropna())) for name, values in texts.items()}
        locale = locale or names_of(columns, known)
        home = home or places_of(table, columns, known, locale)
        makers = [
            learn_maker(
                column,
                table.values(column.name),
                texts[column.name],
                statistics.get(column.name),
                locale,
                steady=is_steady(table, column),
                home=home,
            )
            for column in columns
        ]
        made = cls(
            tuple(makers), locale, style_of_names(makers, known.__getitem__), taken, table.person, gender_column(table)
        )
        return replace(
            made, home=home, anchors=anchors_of(table.columns), ages=learn_ages(table, statistics), expected=len(table)
        )

    @property
    def names_people(self) -> bool:
        return any(has(maker.entity, Trait.OF_A_PERSON) for maker in self.makers)

    @property
    def has_a_place(self) -> bool:
        return self.anchors.has_a_place or any(has(maker.entity, Trait.OF_A_PLACE) for maker in self.makers)

    def makes(self, name: str) -> bool:
        return any(maker.column.name == name for maker in self.makers)

    def without_missing(self) -> Fabricator:
        """The same, inventing a value for every row."""
        return replace(self, makers=tuple(replace(maker, missing=0.0) for maker in self.makers), notes=self.notes)

    def make(
        self, context: pd.DataFrame, rows: int, rng: np.random.Generator, *, crowd: Crowd | None = None
    ) -> dict[str, Array]:
        """An array in storage type for each fabricated column. `context` holds the columns already made for the same rows.

        `crowd` remembers the parts made before, where rows are made in parts: what must be unique is so over all of them.
        """
        return self.make_from(context, fresh_seeds(rows, rng), crowd=crowd)

    def make_from(
        self,
        context: pd.DataFrame,
        seeds: Array,
        of_entity: Array | None = None,
        gender: Array | None = None,
        *,
        crowd: Crowd | None = None,
    ) -> dict[str, Array]:
        """The same from one number a row: equal numbers bring back equal people, in whichever table, batch or file.

        What a person is depends on that number and on what the row says already (`context`, which may hold only what is shown: country,
        region, town, postcode, gender, age). Three things can still differ: how an e-mail or user name is put together, where another
        table was learnt; a value that somebody real, or in a unique column another row of the same call, has already; and identifiers
        that come back, which are drawn from a pool of the call. `kin.Kin` carries the first between the tables of one run.

        `of_entity` are numbers for what belongs to the entity of a row rather than to the row; without it, those of its first row.
        `gender` says 1 for a woman, 0 for a man, -1 for unknown; without it the context is asked.
        """
        if gender is None and self.gender is not None and self.gender in context and not self.makes(self.gender):
            gender = is_female(context[self.gender].to_numpy())
        said = context if len(context.columns) else None
        made: dict[str, Array] = {}
        own = tuple(m for m in self.makers if m.column.name == self.entity or not self._by_entity(m))
        rows = Cast(self._setting, seeds, gender, crowd, said, own)
        casts = [rows]
        for maker in sorted(own, key=lambda m: m.column.name != self.entity):
            made[maker.column.name] = self._column(maker, rows)
        codes = self._entities(context, made, len(seeds))
        if codes is not None:
            firsts = np.unique(codes, return_index=True)[1]
            steady = tuple(m for m in self.makers if m.column.name not in made)
            of_first = mix(seeds[firsts]) if of_entity is None else of_entity[firsts]
            cast = Cast(
                self._setting,
                of_first,
                None if gender is None else gender[firsts],
                crowd,
                None if said is None else said.iloc[firsts],
                steady,
            )
            casts.append(cast)
            made |= {m.column.name: self._column(m, cast)[codes] for m in steady}
        self._tell_of_places(max(cast.nowhere for cast in casts))
        return {maker.column.name: made[maker.column.name] for maker in self.makers}

    @property
    def _streams(self) -> dict[str, str]:
        """A stream for each column: by what it holds of a person, so that tables that call it otherwise draw the same; else by its name."""
        made: dict[str, str] = {}
        for maker in self.makers:
            kind = maker.entity if maker.column.role is not Role.IDENTIFIER else None
            again = sum(1 for stream in made.values() if kind and stream.split("\x1f")[0] == kind)
            made[maker.column.name] = f"{kind}\x1f{again or ''}" if kind else maker.column.name
        return made

    @property
    def _setting(self) -> Setting:
        titled = self.style.title or any(isinstance(m.write, WholeName) and m.write.style.title for m in self.makers)
        return Setting(
            self.locale,
            self.home or self.locale,
            self.anchors,
            self.ages,
            titled,
            self.taken,
            self.women,
            self._streams,
        )

    def _tell_of_places(self, nowhere: int) -> None:
        """What could not be tied to the place of its row."""
        placed = [m.column.name for m in self.makers if has(m.entity, Trait.OF_A_PLACE)]
        if placed and nowhere:
            self._note(
                f"columns {', '.join(placed)}: {nowhere} rows lie in countries of which no towns are known; they are not tied to each other there"
            )
        if len(placed) > 1 and not has_places(self.home or self.locale):
            self._note(
                f"columns {', '.join(placed)}: no towns of locale {self.home or self.locale} are known; they are not tied to each other"
            )
        loose = [m.column.name for m in self.makers if m.entity == "PHONE" and m.home is None]
        if loose and len(placed) > len(loose):
            self._note(
                f"columns {', '.join(loose)}: no telephone numbers of their country are kept free; they are not tied to a town, and nobody can dial them"
            )

    def _by_entity(self, maker: Maker) -> bool:
        return self.entity is not None and maker.steady

    def _entities(self, context: pd.DataFrame, made: Mapping[str, Array], rows: int) -> Array | None:
        """A number for the entity of each row, where there are columns that belong to entities."""
        if not any(map(self._by_entity, self.makers)):
            return None
        key = made.get(str(self.entity))
        if key is None and self.entity in context:
            key = context[self.entity].to_numpy()
        return np.arange(rows) if key is None else np.unique(person_codes(pd.Series(key)), return_inverse=True)[1]

    def _column(self, maker: Maker, cast: Cast) -> Array:
        """One column: invented, made missing as often as the real one, and stored as its kind is."""
        missing = cast.of(maker).share("missing") < maker.missing
        if maker.days is not None:
            return np.where(missing, Kind.DATE.missing(1), cast.births(maker))
        rows = np.flatnonzero(~missing)
        texts = np.full(len(missing), None, dtype=object)
        texts[rows] = (
            self._pooled(maker, cast, rows)
            if self._repeats(maker)
            else self._texts(maker, cast, rows, unique=maker.unique)
        )
        ages = cast.ages(maker)
        if ages is not None:
            fitting = rows[np.isfinite(ages[rows])]
            texts[fitting] = [f"{age:.0f}" for age in ages[fitting]]
        return _stored(maker.column, texts)

    def _repeats(self, maker: Maker) -> bool:
        return (
            maker.column.role is Role.IDENTIFIER and maker.space is not None and not maker.unique and not maker.steady
        )

    def _pooled(self, maker: Maker, cast: Cast, rows: Array) -> Array:
        """Identifiers that come back: as many different ones, for each row, as the real table has."""
        if not len(rows):
            return np.empty(0, dtype=object)
        size = max(round(maker.distinct * len(rows)), 1)
        pool = Cast(self._setting, mix(cast.seeds[0] + np.arange(size, dtype=np.uint64)), crowd=cast.crowd)
        values = self._texts(maker, pool, np.arange(size), unique=True)
        return values[Draws(cast.seeds[rows]).named(maker.column.name).below("pool", size)]

    def _texts(self, maker: Maker, cast: Cast, rows: Array, *, unique: bool) -> Array:
        """Texts that are nobody's. Where a range is used up: shared values or tokens, with a note; an identifier that cannot be unique is an error."""
        name = maker.column.name
        crowd = cast.crowd if unique and not has(maker.entity, Trait.REPEATS) else None
        needed = len(rows) if crowd is None else max(len(rows), crowd.rows)
        room = max(needed, self.expected)
        space = None if maker.space is None else maker.space.with_room(room if unique else 1)
        if unique and space is not None and space.capacity < needed:
            self._too_small(maker, needed, space.capacity)
            unique, crowd = False, None
        seeds, write, home = cast.of(maker).seeds[rows], maker.write or _nothing, maker.home

        away = np.zeros(len(rows), dtype=bool)  # drawn where no number of the own place was left

        def make(part: Array, attempt: int) -> Array:
            draws = Draws(seeds[part], attempt)
            away[part] = home is not None and attempt >= AROUND
            if space is None:
                return write(cast.people, rows[part], draws)
            near = (
                np.full(len(part), None, dtype=object)
                if home is None or attempt >= AROUND
                else home(cast.homes, rows[part], draws, abroad=cast.abroad)
            )
            rest = np.flatnonzero([text is None for text in near])
            near[rest] = (space.with_room(grown(room, attempt)) if unique else space).fill(
                Draws(draws.seeds[rest], attempt)
            )
            return near

        held = self._held(maker, cast)
        known = held if crowd is None else lambda values: held(values) | crowd.holds(name, values)
        values, left = settled(make, len(rows), held=known, unique=unique and not has(maker.entity, Trait.REPEATS))
        if len(left):
            values[left] = self._tokens(maker, seeds[left], len(rows))
        if away.any():
            self._note(
                f"column {name}: the numbers kept free at their own place were used up for {away.sum()} of {len(rows)} rows; theirs lie elsewhere"
            )
        if crowd is not None:
            crowd.add(name, values)
        if maker.entity == "POSTCODE" and space is None:
            self._tell_of_postcodes(name, int(holder(self.taken)(values).sum()), len(rows))
        return values

    def _tell_of_postcodes(self, name: str, real: int, rows: int) -> None:
        if real:
            self._note(
                f"column {name}: {real} of {rows} postcodes are real ones too, because the source has all that their towns have"
            )

    def _held(self, maker: Maker, cast: Cast) -> Held:
        """Which values of a column are somebody's. Whole names and postcodes have been settled with the person already."""
        settled_before = maker.entity == "POSTCODE" or (
            isinstance(maker.write, WholeName) and not len(cast.people.anybodys)
        )
        taken = self.taken if maker.avoids and not (settled_before and maker.write is not None) else Taken()
        space = maker.space
        if (
            maker.entity == "PHONE"
            and isinstance(space, Numbered)
            and (space.known or (space.wider is not None and space.wider.known))
        ):
            return phone_holder(taken)
        if not maker.check:
            return holder(taken)
        self._note(
            f"column {maker.column.name}: nobody keeps numbers of its kind free; its check digits are wrong by design, so that none is somebody's"
        )
        return passing(holder(taken), maker.check)

    def _too_small(self, maker: Maker, rows: int, capacity: int) -> None:
        name = maker.column.name
        if maker.column.role is Role.IDENTIFIER:
            raise BackendError(
                f"column {name}: {rows} different identifiers are needed, its shape leaves {capacity}.",
                hint="ask for fewer rows, or declare another role for the column.",
                column=name,
            )
        self._note(
            f"column {name}: {capacity} values of its reserved range are free, {rows} were needed; rows share them"
        )

    def _tokens(self, maker: Maker, seeds: Array, rows: int) -> Array:
        """Opaque texts for the rows that found nothing free."""
        name = maker.column.name
        self._note(
            f"column {name}: {len(seeds)} of {rows} rows found no free value of its form and hold tokens instead"
        )
        if maker.column.kind.is_numeric:
            raise BackendError(
                f"column {name}: no free number of its form is left.",
                hint="declare the column as text, or another role for it.",
                column=name,
            )
        shape = token_shape()
        values, left = settled(
            lambda part, attempt: shape.fill(Draws(seeds[part], attempt)),
            len(seeds),
            held=holder(self.taken),
            unique=True,
        )
        if len(left):
            raise BackendError(f"column {name}: no free value is left.", column=name)
        return values

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def _nothing(_: object, rows: Array, __: Draws) -> Array:
    """What a column is filled with that has neither a range nor a writer: nothing."""
    return np.full(len(rows), None, dtype=object)


def _stored(column: Column, texts: Array) -> Array:
    """Numbers as float64, all else as text."""
    if not column.kind.is_numeric:
        return texts
    return np.array([np.nan if text is None else _number(text) for text in texts], dtype=np.float64)


def _number(text: str) -> float:
    """Without the marks that telephone numbers and the like are spelt with."""
    return float(text[: text.startswith("-")] + "".join(c for c in text if c in "0123456789."))


__all__ = ["Fabricator"]
