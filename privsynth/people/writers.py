"""What is written into a column: each writer is plain values and a call, so that a fitted model can be kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privsynth.keeping import kept
from privsynth.people.draws import Draws
from privsynth.people.homes import names_locale
from privsynth.people.people import MailStyle, NameStyle, People, UserStyle, cased, initials, is_female, titles
from privsynth.people.places import atlas
from privsynth.people.sentences import write_text
from privsynth.people.words import jobs, words_of
from privsynth.typing import Array


@kept(version=1)
@dataclass(frozen=True)
class WholeName:
    style: NameStyle

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        return self.style.write(people, rows)


@kept(version=1)
@dataclass(frozen=True)
class FirstName:
    case: str

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        return cased(people.first[rows], self.case)


@kept(version=1)
@dataclass(frozen=True)
class LastName:
    case: str

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        return cased(people.last[rows], self.case)


@kept(version=1)
@dataclass(frozen=True)
class Title:
    dotted: bool

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        return titles(people, rows, dotted=self.dotted)


@kept(version=1)
@dataclass(frozen=True)
class Initials:
    mark: str
    both: bool

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        return initials(people, rows, mark=self.mark, both=self.both)


@kept(version=1)
@dataclass(frozen=True)
class Mail:
    style: MailStyle

    def __call__(self, people: People, rows: Array, draws: Draws) -> Array:
        return self.style.write(people, rows, draws)


@kept(version=1)
@dataclass(frozen=True)
class User:
    style: UserStyle

    def __call__(self, people: People, rows: Array, draws: Draws) -> Array:
        return self.style.write(people, rows, draws)


def _by_locale(people: People, rows: Array, draws: Draws, name: str, part: str, own: str) -> Array:
    """A word of the list of each one's locale."""
    words = np.empty(len(rows), dtype=object)
    for code, locale in enumerate(people.locales):
        at = np.flatnonzero(people.codes[rows] == code)
        words[at] = Draws(draws.seeds[at], draws.attempt).pick(name, getattr(words_of(names_locale(locale, own)), part))
    return words


@kept(version=1)
@dataclass(frozen=True)
class ListedWord:
    """One word of a list: a maiden name or a job."""

    entity: str
    locale: str
    case: str

    def __call__(self, people: People, rows: Array, draws: Draws) -> Array:
        maiden = self.entity == "MAIDEN_NAME"
        return cased(
            _by_locale(people, rows, draws, "word", "last_female", self.locale)
            if maiden
            else draws.pick("word", jobs()),
            self.case,
        )


@kept(version=1)
@dataclass(frozen=True)
class Town:
    """The town where somebody lives; a made-up one where none is known of the locale."""

    locale: str
    case: str

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        return cased(towns_of(people, rows, self.locale), self.case)


def towns_of(people: People, rows: Array, locale: str) -> Array:
    """The same in all columns of a row."""
    towns = people.homes.towns[rows]
    bare = np.flatnonzero([town is None for town in towns])
    if len(bare):
        towns[bare] = _by_locale(
            people, rows[bare], Draws(people.homes.draws.seeds[rows[bare]]), "town", "towns", locale
        )
    return towns


@kept(version=1)
@dataclass(frozen=True)
class Postcode:
    """The postcode of the place where somebody lives, spelt as the real ones are."""

    plus: bool
    compact: bool
    short: int

    def __call__(self, people: People, rows: Array, draws: Draws) -> Array:
        codes = people.homes.postcodes[rows]
        bare = np.flatnonzero([code is None for code in codes])
        if len(bare):
            codes[bare] = [f"{n:05d}" for n in Draws(people.homes.draws.seeds[rows[bare]]).below("postcode", 10**5)]
        if self.plus:
            codes = np.array(
                [f"{code}-{n:04d}" for code, n in zip(codes, draws.below("plus", 10**4), strict=True)], dtype=object
            )
        if self.compact or self.short:
            codes = np.array([code.replace(" ", "").replace("-", "") for code in codes], dtype=object)
        return np.array([code[: self.short] for code in codes], dtype=object) if self.short else codes


@kept(version=1)
@dataclass(frozen=True)
class Region:
    """The state, province or land where somebody lives, by its code or its name."""

    short: bool
    case: str

    def __call__(self, people: People, rows: Array, _: Draws) -> Array:
        spots = people.homes.spot[rows]
        words = (atlas().code if self.short else atlas().region)[spots]
        words[spots < 0] = None
        return words if self.short else cased(words, self.case)


@kept(version=1)
@dataclass(frozen=True)
class Between:
    """Whole numbers from one end to the other."""

    low: int
    high: int

    def __call__(self, _: People, __: Array, draws: Draws) -> Array:
        return np.array([str(self.low + n) for n in draws.below("number", self.high - self.low + 1)], dtype=object)


@kept(version=1)
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


@kept(version=1)
@dataclass(frozen=True, eq=False)
class CommonLevels:
    """Levels that many rows hold, and the cumulative share of each."""

    words: Array
    steps: Array

    def __call__(self, _: People, __: Array, draws: Draws) -> Array:
        return self.drawn(draws)

    def drawn(self, draws: Draws) -> Array:
        return self.words[
            np.minimum(np.searchsorted(self.steps, draws.share("level"), side="right"), len(self.words) - 1)
        ]


@kept(version=1)
@dataclass(frozen=True, eq=False)
class Gendered:
    """The words of a column of genders: the person's, or one that says neither as often as the real rows have one."""

    words: Array
    shares: Array
    meanings: Array  # 1 a woman, 0 a man, -1 neither

    @classmethod
    def of(cls, levels: CommonLevels) -> Gendered:
        return cls(levels.words, np.diff(levels.steps, prepend=0.0), is_female(levels.words))

    @classmethod
    def plain(cls, known: list[str]) -> Gendered | None:
        """Those of the words that mean a woman or a man, as often as each other: such a word is nobody's secret."""
        meanings = is_female(np.array(known, dtype=object)) if known else np.empty(0, dtype=np.int64)
        words = np.array([word for word, meaning in zip(known, meanings, strict=True) if meaning >= 0], dtype=object)
        return cls.of(CommonLevels(words, np.arange(1, len(words) + 1) / len(words))) if len(words) else None

    @property
    def women(self) -> float:
        """Share of women among those who are one or the other."""
        both = float(self.shares[self.meanings >= 0].sum())
        return float(self.shares[self.meanings == 1].sum()) / both if both else 0.5

    def __call__(self, people: People, rows: Array, draws: Draws) -> Array:
        female = people.female[rows].astype(np.int64)
        wanted = np.where(draws.share("neither") < self.shares[self.meanings < 0].sum(), -1, female)
        words_of_rows = np.empty(len(rows), dtype=object)
        for meaning in (-1, 0, 1):
            at, words = np.flatnonzero(wanted == meaning), np.flatnonzero(self.meanings == meaning)
            words = words if len(words) else np.arange(len(self.words))
            steps = np.cumsum(self.shares[words]) / self.shares[words].sum()
            words_of_rows[at] = CommonLevels(self.words[words], steps)(
                people, rows[at], Draws(draws.seeds[at], draws.attempt)
            )
        return words_of_rows


@kept(version=1)
@dataclass(frozen=True)
class Street:
    """Number and street, with town and postcode where they are part of it."""

    locale: str
    case: str
    number_first: bool
    town: bool
    coded: bool
    region: bool = False

    def __call__(self, people: People, rows: Array, draws: Draws) -> Array:
        number = np.array([str(n + 1) for n in draws.below("house", 200 * 10 ** (draws.attempt // 8))], dtype=object)
        street = _by_locale(people, rows, draws, "street", "streets", self.locale)
        text = number + " " + street if self.number_first else street + " " + number
        if self.town:
            text = text + ", " + self._place(people, rows, draws)
        return cased(text, self.case)

    def _place(self, people: People, rows: Array, draws: Draws) -> Array:
        """As the columns of towns and postcodes of the row have them; on the continent the code stands in front."""
        place = towns_of(people, rows, self.locale)
        if not self.coded:
            return place
        codes = Postcode(plus=False, compact=False, short=0)(people, rows, draws)
        if self.region and (people.homes.spot[rows] >= 0).all():
            place = place + ", " + Region(short=True, case="title")(people, rows, draws)
        return place + " " + codes if self.number_first else codes + " " + place


@kept(version=1)
@dataclass(frozen=True)
class FreeText:
    """Neutral sentences."""

    fewest: int
    most: int

    def __call__(self, _: People, __: Array, draws: Draws) -> Array:
        return write_text(draws, self.fewest, self.most)


Write = (
    WholeName
    | FirstName
    | LastName
    | Title
    | Initials
    | Mail
    | User
    | ListedWord
    | Town
    | Postcode
    | Region
    | Between
    | Firm
    | CommonLevels
    | Gendered
    | Street
    | FreeText
)
