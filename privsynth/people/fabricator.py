"""Invents the identifying columns of a table: people, their places and their identifiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Role, Table, person_codes
from privsynth.errors import BackendError
from privsynth.keeping import kept
from privsynth.people.ages import Ages, learn_ages
from privsynth.people.apart import told_apart
from privsynth.people.cast import Cast, Setting
from privsynth.people.crowd import Crowd
from privsynth.people.draws import Draws, fresh_seeds, mix
from privsynth.people.evidence import gender_column, is_steady, names_of, places_of
from privsynth.people.homes import Anchors, anchors_of
from privsynth.people.makers import Maker, learn_maker, style_of_names
from privsynth.people.people import NameStyle, is_female
from privsynth.people.phones import AROUND
from privsynth.people.places import has_places
from privsynth.people.ranges import FreeValues, Numbered
from privsynth.people.settle import Held, grown, holder, passing, phone_holder, settled
from privsynth.people.shapes import token_shape
from privsynth.people.writers import WholeName
from privsynth.pii.entities import Trait, has
from privsynth.spelling.dates import floored
from privsynth.statistics import ColumnStatistics, Taken
from privsynth.typing import Array

COMES_BACK = 0.2  # of the different values of the rows' own names, up to which others are not the rows' own


@kept(version=1, derived={"taken": lambda _: Taken()})
@dataclass(eq=False)
class Fabricator:
    """Invents the identifying columns of one table. `notes` says what could not be kept, in words and counts."""

    makers: tuple[Maker, ...]
    locale: str
    _: KW_ONLY
    style: NameStyle
    taken: Taken = field(repr=False)
    person: str | None = None  # the column that says whose rows they are
    gender: str | None = None
    notes: list[str] = field(default_factory=list)
    home: str = ""  # the locale of the places, where it is another than that of the names
    anchors: Anchors = field(default=Anchors())
    ages: Ages | None = None
    # The share of women where the row does not tell; None: as in an invented column of genders, or half.
    women: float | None = None
    # Rows to leave room for where fewer are made at a time: the room decides which range is drawn from.
    expected: int = 0

    @classmethod
    def learn(
        cls,
        table: Table,
        statistics: Mapping[str, ColumnStatistics],
        taken: Taken,
        locale: str | None = None,
        home: str | None = None,
    ) -> Fabricator:
        """Formats only: shapes, shares, the style of names and addresses. No value stays behind.

        The locales of names and of places are learnt where they are not given.
        """
        columns = [column for column in table.columns if column.role.is_fabricated]
        texts = {column.name: table.text(column.name) for column in columns}
        distinct = {name: list(pd.unique(pd.Series(values, dtype=object).dropna())) for name, values in texts.items()}
        locale = locale or names_of(columns, distinct)
        home = home or places_of(table, columns, distinct, locale)
        makers = tuple(
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
        )
        makers = told_apart(makers, texts)
        makers = tuple(replace(m, unique=True) if m.steady and _is_each_ones(table, m) else m for m in makers)
        return cls(
            makers,
            locale,
            style=style_of_names(makers, distinct.__getitem__),
            taken=taken,
            person=table.person,
            gender=gender_column(table),
            home=home,
            anchors=anchors_of(table.columns),
            ages=learn_ages(table, statistics),
            expected=len(table),
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
        """An array in storage type for each fabricated column. `context` holds the other columns of the same rows.

        `crowd` remembers earlier parts, where rows are made in parts: what must be unique is so over all of them.
        """
        return self.make_from(context, fresh_seeds(rows, rng), crowd=crowd)

    def make_from(
        self,
        context: pd.DataFrame,
        seeds: Array,
        of_person: Array | None = None,
        gender: Array | None = None,
        *,
        crowd: Crowd | None = None,
    ) -> dict[str, Array]:
        """The same from one number a row: equal numbers bring back equal people, in whichever table, batch or file.

        What a person is depends on that number and on what the row says already (`context`, which may hold only what
        is shown: country, region, town, postcode, gender, age). Three things can still differ: how an e-mail or user
        name is put together, where another table was learnt; a value that somebody real, or in a unique column another
        row of the same call, has already; and identifiers that come back, which are drawn from a pool of the call.
        `kin.Kin` carries the first between the tables of one run.

        `of_person` are numbers for what belongs to the person of a row rather than to the row; without it, those of the
        person's first row. `gender` says 1 for a woman, 0 for a man, -1 for unknown; without it the context is asked.
        """
        if gender is None and self.gender is not None and self.gender in context and not self.makes(self.gender):
            gender = is_female(context[self.gender].to_numpy())
        shown = context if len(context.columns) else None
        own = tuple(m for m in self.makers if m.column.name == self.person or not self._by_person(m))
        rows = Cast(self._setting, seeds, gender, crowd, shown, own)
        columns = {
            m.column.name: self._column(m, rows) for m in sorted(own, key=lambda m: m.column.name != self.person)
        }
        nowhere = rows.nowhere
        codes = self._person_of_each_row(context, columns, len(seeds))
        if codes is not None:
            firsts = np.unique(codes, return_index=True)[1]
            people = Cast(
                self._setting,
                mix(seeds[firsts]) if of_person is None else of_person[firsts],
                None if gender is None else gender[firsts],
                crowd,
                None if shown is None else shown.iloc[firsts],
                tuple(m for m in self.makers if m.column.name not in columns),
            )
            columns |= {m.column.name: self._column(m, people)[codes] for m in people.makers}
            nowhere = max(nowhere, people.nowhere)
        self._tell_of_places(nowhere)
        return {maker.column.name: columns[maker.column.name] for maker in self.makers}

    def _by_person(self, maker: Maker) -> bool:
        return self.person is not None and maker.steady

    def _person_of_each_row(self, context: pd.DataFrame, columns: Mapping[str, Array], rows: int) -> Array | None:
        """A number for the person of each row, where there are columns that belong to people rather than to rows."""
        if not any(map(self._by_person, self.makers)):
            return None
        key = columns.get(str(self.person))
        if key is None and self.person in context:
            key = context[self.person].to_numpy()
        return np.arange(rows) if key is None else np.unique(person_codes(pd.Series(key)), return_inverse=True)[1]

    @property
    def _streams(self) -> dict[str, str]:
        """A stream for each column: by what it holds of a person, so that tables that call it otherwise draw the same.

        A key, and what holds nothing of a person, has the stream of its name.
        """
        streams: dict[str, str] = {}
        for maker in self.makers:
            kind = maker.entity if maker.column.role is not Role.IDENTIFIER else None
            before = sum(1 for stream in streams.values() if kind and stream.split("\x1f")[0] == kind)
            streams[maker.column.name] = f"{kind}\x1f{before or ''}" if kind else maker.column.name
        return streams

    @property
    def _setting(self) -> Setting:
        titled = self.style.title or any(isinstance(m.write, WholeName) and m.write.style.title for m in self.makers)
        return Setting(
            locale=self.locale,
            home=self.home or self.locale,
            anchors=self.anchors,
            ages=self.ages,
            titled=titled,
            taken=self.taken,
            women=self.women,
            streams=self._streams,
        )

    def _column(self, maker: Maker, cast: Cast) -> Array:
        """One column: invented, made missing as often as the real one, and stored as its kind is."""
        missing = cast.of(maker).share("missing") < maker.missing
        if maker.days is not None:
            return np.where(
                missing, np.datetime64("NaT", "us"), floored(cast.births(maker), maker.column.spelling.unit)
            )
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
        is_key = maker.column.role is Role.IDENTIFIER
        return self._is_of_others(maker) or (
            is_key and maker.space is not None and not maker.unique and not maker.steady
        )

    def _is_of_others(self, maker: Maker) -> bool:
        """Whether whole names that many rows share stand beside the rows' own: of those who advised, taught, signed."""
        whole = [each for each in self.makers if isinstance(each.write, WholeName)]
        own = min(whole, key=lambda each: -each.distinct, default=maker)
        return maker in whole and maker is not own and maker.distinct <= COMES_BACK * min(1.0, own.distinct)

    def _pooled(self, maker: Maker, cast: Cast, rows: Array) -> Array:
        """Values that come back: as many different ones, for each row, as the real table has. They are other people."""
        if not len(rows):
            return np.empty(0, dtype=object)
        size = max(round(maker.distinct * len(rows)), 1)
        pool = Cast(self._setting, mix(cast.seeds[0] + np.arange(size, dtype=np.uint64)), crowd=cast.crowd)
        values = self._texts(maker, pool, np.arange(size), unique=True)
        return values[Draws(cast.seeds[rows]).named(maker.column.name).below("pool", size)]

    def _texts(self, maker: Maker, cast: Cast, rows: Array, *, unique: bool) -> Array:
        """Texts that are nobody's.

        Where a range is used up: shared values or tokens, with a note; an identifier that cannot be unique is an error.
        """
        name = maker.column.name
        crowd = cast.crowd if unique and not has(maker.entity, Trait.REPEATS) else None
        needed = len(rows) if crowd is None else max(len(rows), crowd.rows)
        space = None if maker.space is None else maker.space.with_room(max(needed, self.expected) if unique else 1)
        if unique and space is not None and space.capacity < needed:
            self._too_small(maker, needed, space.capacity)
            unique, crowd = False, None
        away = np.zeros(len(rows), dtype=bool)
        room = max(needed, self.expected) if unique else None
        values, open_rows = settled(
            _by_the_person(maker, cast, rows) if space is None else _in_range(maker, cast, rows, space, room, away),
            len(rows),
            held=self._held(maker, cast, crowd),
            unique=unique and not has(maker.entity, Trait.REPEATS),
        )
        if len(open_rows):
            values[open_rows] = self._tokens(maker, cast.of(maker).seeds[rows][open_rows], len(rows))
        if crowd is not None:
            crowd.add(name, values)
        self._tell_of_rows(maker, values, int(away.sum()), placed=space is None)
        return values

    def _held(self, maker: Maker, cast: Cast, crowd: Crowd | None) -> Held:
        """Which values of a column are somebody's, in the source or in a part made before."""
        real = self._real(maker, cast)
        return real if crowd is None else lambda values: real(values) | crowd.holds(maker.column.name, values)

    def _real(self, maker: Maker, cast: Cast) -> Held:
        """Which values are real people's. Whole names and postcodes have been settled with the person already."""
        settled_before = maker.entity == "POSTCODE" or (
            isinstance(maker.write, WholeName) and not maker.other and not len(cast.people.anybodys)
        )
        taken = self.taken if maker.avoids and not (settled_before and maker.write is not None) else Taken()
        if maker.entity == "PHONE" and isinstance(maker.space, Numbered) and maker.space.is_in_use:
            return phone_holder(taken)
        if not maker.check:
            return holder(taken)
        self._note(
            f"column {maker.column.name}: nobody keeps numbers of its kind free; "
            "its check digits are wrong by design, so that none is somebody's"
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
        values, open_rows = settled(
            lambda part, attempt: shape.fill(Draws(seeds[part], attempt)),
            len(seeds),
            held=holder(self.taken),
            unique=True,
        )
        if len(open_rows):
            raise BackendError(f"column {name}: no free value is left.", column=name)
        return values

    def _tell_of_places(self, nowhere: int) -> None:
        """What could not be tied to the place of its row."""
        placed = [m.column.name for m in self.makers if has(m.entity, Trait.OF_A_PLACE)]
        home = self.home or self.locale
        if placed and nowhere:
            self._note(
                f"columns {', '.join(placed)}: {nowhere} rows lie in countries of which no towns are known; "
                "they are not tied to each other there"
            )
        if len(placed) > 1 and not has_places(home):
            self._note(
                f"columns {', '.join(placed)}: no towns of locale {home} are known; they are not tied to each other"
            )
        loose = [m.column.name for m in self.makers if m.entity == "PHONE" and m.home is None]
        if loose and len(placed) > len(loose):
            self._note(
                f"columns {', '.join(loose)}: no telephone numbers of their country are kept free; "
                "they are not tied to a town, and nobody can dial them"
            )

    def _tell_of_rows(self, maker: Maker, values: Array, away: int, *, placed: bool) -> None:
        """Numbers that lie elsewhere than their person, and postcodes that are real."""
        name, rows = maker.column.name, len(values)
        if away:
            self._note(
                f"column {name}: the numbers kept free at their own place were used up for {away} of {rows} rows; "
                "theirs lie elsewhere"
            )
        real = int(holder(self.taken)(values).sum()) if maker.entity == "POSTCODE" and placed else 0
        if real:
            self._note(
                f"column {name}: {real} of {rows} postcodes are real ones too, "
                "because the source has all that their towns have"
            )

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def _by_the_person(maker: Maker, cast: Cast, rows: Array) -> Callable[[Array, int], Array]:
    """Writes some of the rows, at some attempt, by who their people are."""
    seeds, write = cast.of(maker).seeds[rows], maker.write
    if write is None:  # neither a range nor a writer: nothing
        return lambda part, _: np.full(len(part), None, dtype=object)
    if maker.other:
        other = cast.other(maker.other)
        is_apart = other.draws.share("apart")[rows] < maker.apart
        return lambda part, attempt: np.where(
            is_apart[part],
            write(other.people, rows[part], Draws(seeds[part], attempt)),
            write(cast.people, rows[part], Draws(seeds[part], attempt)),
        )
    return lambda part, attempt: write(cast.people, rows[part], Draws(seeds[part], attempt))


def _in_range(
    maker: Maker, cast: Cast, rows: Array, space: FreeValues, room: int | None, away: Array
) -> Callable[[Array, int], Array]:
    """Draws from a range: near the home of the person for some attempts, then from all of it, which `away` marks.

    `room` is for how many different rows, if they must differ.
    """
    seeds, home = cast.of(maker).seeds[rows], maker.home

    def make(part: Array, attempt: int) -> Array:
        away[part] = home is not None and attempt >= AROUND
        values = np.full(len(part), None, dtype=object)
        if home is not None and attempt < AROUND:
            values = home(cast.homes, rows[part], Draws(seeds[part], attempt), abroad=cast.abroad)
        rest = np.flatnonzero([text is None for text in values])
        wide = space if room is None else space.with_room(grown(room, attempt))
        values[rest] = wide.fill(Draws(seeds[part][rest], attempt))
        return values

    return make


def _stored(column: Column, texts: Array) -> Array:
    """Numbers as float64, all else as text."""
    if not column.kind.is_numeric:
        return texts
    return np.array([np.nan if text is None else _number(text) for text in texts], dtype=np.float64)


def _number(text: str) -> float:
    """Without the marks that telephone numbers and the like are spelt with."""
    return float(text[: text.startswith("-")] + "".join(c for c in text if c in "0123456789."))


def _is_each_ones(table: Table, maker: Maker) -> bool:
    """Whether a number under which people are registered is another for each of them, in however many rows."""
    if not has(maker.entity, Trait.KEY):
        return False
    known = table.frame[maker.column.name].notna().to_numpy()
    pairs = pd.DataFrame({"person": table.people[known], "number": table.key_text(maker.column.name)[known]})
    return len(pairs) > 0 and not pairs.drop_duplicates()["number"].duplicated().any()
