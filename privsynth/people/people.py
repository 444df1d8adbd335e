"""Invented people, whole: name, gender, title, e-mail and user name of one person belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.keeping import kept
from privsynth.people.draws import Draws
from privsynth.people.homes import Homes, names_locale
from privsynth.people.settle import pair_holder, settled
from privsynth.people.words import plain_of, words_of
from privsynth.pii.reserved import EXAMPLE_DOMAINS
from privsynth.typing import Array

FEMALE = frozenset(
    (
        *(
            [
                "f",
                "female",
                "w",
                "woman",
                "weiblich",
                "femme",
                "feminin",
                "féminin",
                "mujer",
                "femenino",
                "donna",
                "femmina",
                "kvinna",
                "vrouw",
                "kobieta",
                "girl",
            ]
        ),
        *("ms mrs miss frau mme mlle sra sig.ra mevr fru pani".split()),  # noqa: SIM905
    )
)
MALE = frozenset(
    (
        *("m male man männlich homme masculin hombre masculino uomo maschio mann mężczyzna boy".split()),  # noqa: SIM905
        *("mr herr sr sig dhr hr pan".split()),  # noqa: SIM905
    )
)
_TITLES = re.compile(
    r"^(mr|mrs|ms|miss|dr|herr|frau|m|mme|mlle|sr|sra|sig|dhr|mevr|pan|pani|fru)\b\.?\s", re.IGNORECASE
)
# How a man and a woman are addressed, by language; a point follows a shortened word where the real ones have one.
_ADDRESS = {
    "de": ("Herr", "Frau"),
    "fr": ("M.", "Mme"),
    "es": ("Sr.", "Sra."),
    "pt": ("Sr.", "Sra."),
    "it": ("Sig.", "Sig.ra"),
    "nl": ("Dhr.", "Mevr."),
    "sv": ("Herr", "Fru"),
    "da": ("Hr.", "Fru"),
    "pl": ("Pan", "Pani"),
}
_ENGLISH = ("Mr.", "Ms.")


@dataclass(frozen=True, eq=False)
class People:
    """One person a row. The plain letters of a name are what its e-mail is made of."""

    female: Array
    first: Array
    last: Array
    plain_first: Array
    plain_last: Array
    codes: Array  # the number of each one's locale in `locales`
    locales: tuple[str, ...]
    homes: Homes = field(repr=False)
    anybodys: Array  # whose whole name is a real one for all attempts

    def __len__(self) -> int:
        return len(self.first)


@kept(version=1)
@dataclass(frozen=True)
class NameStyle:
    """How whole names are written."""

    family_first: bool = False
    comma: bool = False
    title: bool = False
    case: str = "title"  # title, upper or lower

    def write(self, people: People, rows: Array) -> Array:
        first, last = people.first[rows], people.last[rows]
        mark = ", " if self.comma else " "
        text = last + mark + first if self.family_first else first + " " + last
        if self.title:
            text = titles(people, rows, dotted=True) + " " + text
        return cased(text, self.case)


def name_style(values: Sequence[str]) -> NameStyle:
    comma = _most(values, lambda v: "," in v)
    return NameStyle(
        family_first=comma, comma=comma, title=_most(values, lambda v: bool(_TITLES.match(v))), case=case_of(values)
    )


def case_of(values: Sequence[str]) -> str:
    if _most(values, str.isupper):
        return "upper"
    return "lower" if _most(values, str.islower) else "title"


def cased(text: Array, case: str) -> Array:
    """The text in the case of the real ones; lists are written in title case already."""
    if case == "title":
        return text
    codes, distinct = pd.factorize(text)
    turned = np.array([word.upper() if case == "upper" else word.lower() for word in distinct], dtype=object)
    return turned[codes]


def titles(people: People, rows: Array, *, dotted: bool) -> Array:
    """How the language of each one's locale addresses them."""
    words = [_ADDRESS.get(locale[:2], _ENGLISH) for locale in people.locales]
    table = np.array([[word if dotted else word.rstrip(".") for word in pair] for pair in words], dtype=object)
    return np.asarray(table[people.codes[rows], people.female[rows].astype(np.int64)])


def initials(people: People, rows: Array, *, mark: str, both: bool) -> Array:
    """The first letter of the given name, and of the surname where the real ones are of two."""
    first, last = (
        np.array([name[:1].upper() for name in names[rows]], dtype=object) for names in (people.first, people.last)
    )
    return first + mark + last + mark.rstrip() if both else first + mark.rstrip()


def initials_style(values: Sequence[str]) -> tuple[str, bool]:
    """What stands between the letters, and whether there are two of them."""
    dotted, spaced = _most(values, lambda v: "." in v), _most(values, lambda v: " " in v.strip())
    return ("." if dotted else "") + (" " if spaced else ""), not values or _most(
        values, lambda v: sum(map(str.isalpha, v)) > 1
    )


def _most(values: Sequence[str], test: Any) -> bool:
    return sum(bool(test(v)) for v in values) > len(values) / 2


def is_female(values: Array) -> Array:
    """1 female, 0 male, -1 unknown, by what the words of a sex or gender column can mean."""
    codes, distinct = pd.factorize(pd.Series(values, dtype=object))
    words = [str(v).strip(" .").casefold() for v in distinct]
    spanish = "h" in words and "f" not in words  # hombre and mujer

    def meaning(word: str) -> int:
        if spanish and word in ("h", "m"):
            return int(word == "m")
        return 1 if word in FEMALE else 0 if word in MALE else -1

    return np.array([meaning(word) for word in words] + [-1], dtype=np.int64)[codes]


def make_people(
    draws: Draws, homes: Homes, codes: Array, locales: tuple[str, ...], female: Array, *, titled: bool, own: str
) -> People:
    """People whose whole names, in either order, are nobody's, of the gender and the locale that the row has.

    Each one depends on the row's own number alone: neither the columns of a table nor the other rows change a person.
    """
    first, last = np.empty(len(draws), dtype=object), np.empty(len(draws), dtype=object)
    lists = [words_of(names_locale(locale, own)) for locale in locales]
    held = pair_holder(homes.taken, TITLE_WORDS if titled else ())

    def make(rows: Array, attempt: int) -> Array:
        for code, words in enumerate(lists):
            for is_f, firsts, lasts in ((True, words.female, words.last_female), (False, words.male, words.last_male)):
                chosen = rows[(female[rows] == is_f) & (codes[rows] == code)]
                mine = Draws(draws.seeds[chosen], attempt)
                first[chosen], last[chosen] = mine.pick("first", firsts), mine.pick("last", lasts)
        return rows

    _, left = settled(
        make, len(draws), held=lambda rows: held(first[rows.astype(np.int64)], last[rows.astype(np.int64)])
    )
    plain = {name: letters for words in lists for name, letters in plain_of(words.locale).items()}
    return People(
        female.astype(bool), first, last, _mapped(first, plain), _mapped(last, plain), codes, locales, homes, left
    )


_TITLED = (*_ADDRESS.values(), _ENGLISH, ("Dr", "Mrs"), ("Miss", "Mr"))
TITLE_WORDS = tuple(dict.fromkeys(word.casefold().replace(".", "") for pair in _TITLED for word in pair))


def _mapped(values: Array, table: dict[str, str]) -> Array:
    codes, distinct = pd.factorize(values)
    return np.array([table[v] for v in distinct] + [""], dtype=object)[codes]


@kept(version=1)
@dataclass(frozen=True)
class MailStyle:
    """How the part before the @ is put together."""

    mark: str = "."
    initial: bool = False
    digits: float = 0.3  # share with digits at the end
    upper: bool = False

    def write(self, people: People, rows: Array, draws: Draws) -> Array:
        name = _handle(people, rows, mark=self.mark, initial=self.initial)
        text = name + _tail(draws, self.digits) + "@" + draws.pick("domain", np.array(EXAMPLE_DOMAINS, dtype=object))
        return cased(text, "upper") if self.upper else text


def mail_style(values: Sequence[str]) -> MailStyle:
    local = [v.split("@")[0] for v in values if "@" in v]
    if not local:
        return MailStyle()
    marked = {mark: sum(mark in v for v in local) for mark in "._-"}
    mark = max(marked, key=lambda m: marked[m])
    initial = _most(local, lambda v: bool(re.match(r"^[A-Za-z][._-]", v)))
    return MailStyle(
        mark if marked[mark] > len(local) / 2 else "", initial, _digit_share(local), _most(local, str.isupper)
    )


@kept(version=1)
@dataclass(frozen=True)
class UserStyle:
    """User names: as in e-mails, without a domain."""

    mark: str = ""
    digits: float = 1.0

    def write(self, people: People, rows: Array, draws: Draws) -> Array:
        return _handle(people, rows, mark=self.mark, initial=not self.mark) + _tail(draws, self.digits)


def user_style(values: Sequence[str]) -> UserStyle:
    marked = {mark: sum(mark in v for v in values) for mark in "._-"}
    mark = max(marked, key=lambda m: marked[m])
    return UserStyle(mark if values and marked[mark] > len(values) / 2 else "", _digit_share(values) if values else 1.0)


def _digit_share(values: Sequence[str]) -> float:
    return sum(v[-1:].isdigit() for v in values) / len(values)


def _handle(people: People, rows: Array, *, mark: str, initial: bool) -> Array:
    first, last = people.plain_first[rows], people.plain_last[rows]
    if initial:
        first = np.array([v[:1] for v in first], dtype=object)
    return first + mark + last


def _tail(draws: Draws, share: float) -> Array:
    """Digits for this share of the names; from the second attempt on for all, one more for every eight attempts."""
    size = 3 + draws.attempt // 8 if draws.attempt else 2
    numbers = draws.below("tail", 10**size)
    shown = draws.share("tail shown") < (1.0 if draws.attempt else share)
    return np.array([str(n) if s else "" for n, s in zip(numbers, shown, strict=True)], dtype=object)
