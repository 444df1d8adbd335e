"""What is written into a column: each writer is plain values and a call, so that a fitted model can be kept and brought back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.generate.fabricate.draws import Draws
from privsynth.generate.fabricate.people import MailStyle, NameStyle, People, UserStyle, cased, titles
from privsynth.generate.fabricate.sentences import write_text
from privsynth.generate.fabricate.words import jobs, words_of

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class WholeName:
    style: NameStyle

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        return self.style.write(people, rows)


@dataclass(frozen=True)
class FirstName:
    case: str

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        return cased(people.first[rows], self.case)


@dataclass(frozen=True)
class LastName:
    case: str

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        return cased(people.last[rows], self.case)


@dataclass(frozen=True)
class Title:
    dotted: bool

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        return titles(people, rows, dotted=self.dotted)


@dataclass(frozen=True)
class Mail:
    style: MailStyle

    def __call__(self, people: People, rows: Array, draws: Draws) -> Array:
        return self.style.write(people, rows, draws)


@dataclass(frozen=True)
class User:
    style: UserStyle

    def __call__(self, people: People, rows: Array, draws: Draws) -> Array:
        return self.style.write(people, rows, draws)


@dataclass(frozen=True)
class Word:
    """One word of a list: a maiden name, a town or a job."""

    entity: str
    locale: str
    case: str

    def __call__(self, _: People, __: Array, draws: Draws) -> Array:
        return cased(draws.pick("word", self._list()), self.case)

    def _list(self) -> Array:
        match self.entity:
            case "MAIDEN_NAME":
                return words_of(self.locale).last_female
            case "CITY":
                return words_of(self.locale).towns
            case _:
                return jobs()


@dataclass(frozen=True)
class Firm:
    locale: str
    case: str

    def __call__(self, _: People, __: Array, draws: Draws) -> Array:
        return cased(draws.pick("firm", words_of(self.locale).firms) + self._more_digits(draws), self.case)

    @staticmethod
    def _more_digits(draws: Draws) -> Array:
        """Nothing at first; a number where the plain name is taken."""
        if not draws.attempt:
            return np.full(len(draws), "", dtype=object)
        return np.array([f" {n}" for n in draws.below("more", 10 ** (1 + draws.attempt // 8))], dtype=object)


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels that many rows hold, and the cumulative share of each."""

    words: Array
    steps: Array

    def __call__(self, _: People, __: Array, draws: Draws) -> Array:
        return self.words[np.minimum(np.searchsorted(self.steps, draws.share("level"), side="right"), len(self.words) - 1)]


@dataclass(frozen=True)
class Street:
    """Number and street, with town and postcode where they are part of it."""

    locale: str
    case: str
    number_first: bool
    town: bool
    coded: bool

    def __call__(self, _: People, __: Array, draws: Draws) -> Array:
        words = words_of(self.locale)
        number = np.array([str(n + 1) for n in draws.below("house", 200 * 10 ** (draws.attempt // 8))], dtype=object)
        street = draws.pick("street", words.streets)
        text = number + " " + street if self.number_first else street + " " + number
        if self.town:
            text = text + ", " + draws.pick("town", words.towns)
        if self.coded and self.town:
            text = text + " " + np.array([f"{n:05d}" for n in draws.below("postcode", 10**5)], dtype=object)
        return cased(text, self.case)


@dataclass(frozen=True)
class FreeText:
    """Neutral sentences."""

    fewest: int
    most: int

    def __call__(self, _: People, __: Array, draws: Draws) -> Array:
        return write_text(draws, self.fewest, self.most)


Write = WholeName | FirstName | LastName | Title | Mail | User | Word | Firm | Levels | Street | FreeText
