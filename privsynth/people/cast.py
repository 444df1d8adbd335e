"""The rows that are made together, and the people in them: who they are, where they live and how old they are.

All of it is made when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from privsynth.people.ages import Ages, years_said
from privsynth.people.crowd import Crowd
from privsynth.people.draws import Draws
from privsynth.people.homes import Anchors, Homes, locales_of, make_homes
from privsynth.people.makers import Maker
from privsynth.people.people import People, make_people
from privsynth.people.shown import as_shown, genders_of, names_shown
from privsynth.people.writers import CommonLevels, Gendered
from privsynth.statistics import Taken
from privsynth.typing import Array

T = TypeVar("T")


@dataclass(frozen=True, eq=False, kw_only=True)
class Setting:
    """What holds for all people of a table."""

    locale: str  # of their names
    home: str  # of the places where they live
    anchors: Anchors
    ages: Ages | None
    titled: bool
    taken: Taken = field(repr=False)
    women: float | None
    streams: dict[str, str] = field(default_factory=dict)  # the stream of each column


@dataclass(eq=False)
class Cast:
    """Equal seeds are equal people, whatever else is made beside them."""

    setting: Setting
    seeds: Array
    gender: Array | None = None
    crowd: Crowd | None = None
    said: pd.DataFrame | None = None  # what the rows say already
    makers: tuple[Maker, ...] = ()  # whose columns these rows fill
    _made: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def draws(self) -> Draws:
        return Draws(self.seeds)

    def of(self, maker: Maker) -> Draws:
        """The stream of one column: by what it holds, so that another table draws the same for the same person."""
        return self.draws.named(self.setting.streams.get(maker.column.name, maker.column.name))

    def other(self, number: int) -> Cast:
        """Somebody else in each row, of whom the row says the country at most."""
        return self._once(f"other {number}", lambda: self._other(number))

    def _other(self, number: int) -> Cast:
        country = self.setting.anchors.country
        said = self._context()[[country] if country is not None and country in self._context() else []]
        return Cast(self.setting, self.draws.named(f"other {number}").seeds, said=said)

    @property
    def people(self) -> People:
        return self._once("people", self._people)

    @property
    def homes(self) -> Homes:
        return self._once("homes", self._homes)

    @property
    def abroad(self) -> bool:
        """Whether the rows say their country."""
        return self._once("countries", self._countries) is not None

    def _once(self, name: str, make: Callable[[], T]) -> T:
        if name not in self._made:
            self._made[name] = make()
        part: T = self._made[name]
        return part

    def _people(self) -> People:
        codes, locales = self._once("locales", self._locales)
        names = tuple(map(self._names, locales))
        first, last = names_shown(self._context(), *astuple(self.setting.anchors.within(self._context()))[4:])
        drawn = make_people(
            self.draws.named("person"),
            self.homes,
            codes,
            names,
            self._female(first),
            titled=self.setting.titled,
            own=self.setting.locale,
        )
        return drawn if pd.isna(first).all() and pd.isna(last).all() else as_shown(drawn, first, last)

    def _names(self, locale: str) -> str:
        """The lists of names for a locale of places: the table's own, unless rows say a country that has others."""
        own = self.setting.locale
        return own if (locale == self.setting.home and not self.abroad) or locale[-3:] == own[-3:] else locale

    def _homes(self) -> Homes:
        codes, locales = self._once("locales", self._locales)
        return make_homes(
            self.draws.named("home"), codes, locales, self._context(), self.setting.anchors, self.setting.taken
        )

    def _context(self) -> pd.DataFrame:
        return pd.DataFrame(index=range(len(self.seeds))) if self.said is None else self.said

    def _locales(self) -> tuple[Array, tuple[str, ...]]:
        words = self._once("countries", self._countries)
        return (
            (np.zeros(len(self.seeds), dtype=np.int64), (self.setting.home,))
            if words is None
            else locales_of(words, self.setting.home)
        )

    def _countries(self) -> Array | None:
        """The country of each row, kept or invented beside its people."""
        name = self.setting.anchors.country
        if name is not None and name in self._context():
            return self._context()[name].to_numpy()
        maker = next((m for m in self.makers if m.entity == "COUNTRY" and isinstance(m.write, CommonLevels)), None)
        return None if maker is None or not isinstance(maker.write, CommonLevels) else maker.write.drawn(self.of(maker))

    def _female(self, first: Array) -> Array:
        """As the row says, then as its given name says; else drawn.

        A column of genders that is invented with them says how many are women.
        """
        words = next((m.write for m in self.makers if isinstance(m.write, Gendered)), None)
        share = self.setting.women if self.setting.women is not None else 0.5 if words is None else words.women
        female = (self.draws.named("person").share("gender") < share).astype(np.int64)
        if not pd.isna(first).all():
            shown = genders_of(first, self.setting.locale)
            female = np.where(shown < 0, female, shown)
        return female if self.gender is None else np.where(self.gender < 0, female, self.gender)

    @property
    def nowhere(self) -> int:
        """Rows that say a country of which no places are known."""
        return int((self.homes.spot < 0).sum()) if self.abroad else 0

    def births(self, maker: Maker) -> Array:
        """Days of birth that fit an age of the same row, else between the protected ends; other dates likewise."""
        draws = self.of(maker)
        low, high = (round(day) for day in maker.days or (0, 0))
        days = (low + draws.below("day", high - low + 1)).astype("datetime64[D]").astype("datetime64[us]")
        ages = self.setting.ages
        if ages is None or ages.born != maker.column.name or not self._says(ages.age):
            return days
        fitting = ages.births(years_said(self._context()[ages.age].to_numpy()), draws)
        return np.where(np.isnat(fitting), days, fitting)

    def ages(self, maker: Maker) -> Array | None:
        """Ages in years that fit the birth of the row, kept or invented; None where this column is no age of it."""
        ages = self.setting.ages
        if ages is None or ages.age != maker.column.name:
            return None
        if self._says(ages.born):
            return ages.ages(self._context()[ages.born].to_numpy())
        born = next((m for m in self.makers if m.column.name == ages.born), None)
        return None if born is None else ages.ages(self.births(born))

    def _says(self, name: str) -> bool:
        """Whether the rows hold this column already, and it is not one to be invented."""
        return name in self._context() and name not in self.setting.streams
