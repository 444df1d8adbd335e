"""Invented people, whole: name, gender, title, e-mail and user name of one person belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Taken
from privsynth.generate.fabricate.draws import Draws
from privsynth.generate.fabricate.machines import DOMAINS
from privsynth.generate.fabricate.settle import holder, settled
from privsynth.generate.fabricate.words import Words, plain_of

Array = np.ndarray[Any, Any]

FEMALE = frozenset(
    "f female w woman weiblich femme feminin féminin mujer femenino donna femmina kvinna vrouw kobieta girl ms mrs".split()  # noqa: SIM905
)
MALE = frozenset("m male man männlich homme masculin hombre masculino uomo maschio mann mężczyzna boy mr".split())  # noqa: SIM905
_TITLES = re.compile(r"^(mr|mrs|ms|miss|dr|herr|frau|mme|sr|sra|sig)\b\.?\s", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class People:
    """One person a row. The plain letters of a name are what its e-mail is made of."""

    female: Array
    first: Array
    last: Array
    plain_first: Array
    plain_last: Array

    def __len__(self) -> int:
        return len(self.first)


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
            text = _title(people.female[rows]) + " " + text
        return cased(text, self.case)


def name_style(values: Sequence[str]) -> NameStyle:
    comma = _most(values, lambda v: "," in v)
    return NameStyle(family_first=comma, comma=comma, title=_most(values, lambda v: bool(_TITLES.match(v))), case=case_of(values))


def case_of(values: Sequence[str]) -> str:
    if _most(values, str.isupper):
        return "upper"
    return "lower" if _most(values, str.islower) else "title"


def cased(text: Array, case: str) -> Array:
    """The text in the case of the real ones; lists are written in title case already."""
    if case == "title":
        return text
    codes, known = pd.factorize(text)
    turned = np.array([word.upper() if case == "upper" else word.lower() for word in known], dtype=object)
    return turned[codes]


def _title(female: Array) -> Array:
    return np.array(["Mr.", "Ms."], dtype=object)[female.astype(np.int64)]


def titles(people: People, rows: Array, *, dotted: bool) -> Array:
    words = ["Mr.", "Ms."] if dotted else ["Mr", "Ms"]
    return np.array(words, dtype=object)[people.female[rows].astype(np.int64)]


def _most(values: Sequence[str], test: Any) -> bool:
    return sum(bool(test(v)) for v in values) > len(values) / 2


def is_female(values: Array) -> Array:
    """1 female, 0 male, -1 unknown, by what the words of a sex or gender column can mean."""
    codes, known = pd.factorize(pd.Series(values, dtype=object))
    words = [str(v).strip().casefold() for v in known]
    spanish = "h" in words and "f" not in words  # hombre and mujer

    def meaning(word: str) -> int:
        if spanish and word in ("h", "m"):
            return int(word == "m")
        return 1 if word in FEMALE else 0 if word in MALE else -1

    return np.array([meaning(word) for word in words] + [-1], dtype=np.int64)[codes]


def make_people(draws: Draws, words: Words, gender: Array | None, style: NameStyle, taken: Taken) -> People:
    """People whose whole names are nobody's, of the gender that the row already has."""
    female = draws.below("gender", 2)
    if gender is not None:
        female = np.where(gender < 0, female, gender)
    lists = {True: (words.female, words.last_female), False: (words.male, words.last_male)}
    first, last = np.empty(len(draws), dtype=object), np.empty(len(draws), dtype=object)

    def make(rows: Array, attempt: int) -> Array:
        part = Draws(draws.seeds[rows], attempt)
        for is_f, (firsts, lasts) in lists.items():
            chosen = female[rows] == is_f
            mine = Draws(part.seeds[chosen], attempt)
            first[rows[chosen]], last[rows[chosen]] = mine.pick("first", firsts), mine.pick("last", lasts)
        return last[rows] + first[rows] if style.family_first else first[rows] + last[rows]

    settled(make, len(draws), held=holder(taken))
    plain = plain_of(words.locale)
    return People(female.astype(bool), first, last, _mapped(first, plain), _mapped(last, plain))


def _mapped(values: Array, table: dict[str, str]) -> Array:
    codes, known = pd.factorize(values)
    return np.array([table[v] for v in known] + [""], dtype=object)[codes]


@dataclass(frozen=True)
class MailStyle:
    """How the part before the @ is put together."""

    mark: str = "."
    initial: bool = False
    digits: float = 0.3  # share with digits at the end
    upper: bool = False

    def write(self, people: People, rows: Array, draws: Draws) -> Array:
        name = _handle(people, rows, mark=self.mark, initial=self.initial)
        text = name + _tail(draws, self.digits) + "@" + draws.pick("domain", np.array(DOMAINS, dtype=object))
        return cased(text, "upper") if self.upper else text


def mail_style(values: Sequence[str]) -> MailStyle:
    local = [v.split("@")[0] for v in values if "@" in v]
    if not local:
        return MailStyle()
    marked = {mark: sum(mark in v for v in local) for mark in "._-"}
    mark = max(marked, key=lambda m: marked[m])
    initial = _most(local, lambda v: bool(re.match(r"^[A-Za-z][._-]", v)))
    return MailStyle(mark if marked[mark] > len(local) / 2 else "", initial, _digit_share(local), _most(local, str.isupper))


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
    """Digits for this share of the names; from the second attempt on for all, and one more digit for every eight attempts."""
    size = 3 + draws.attempt // 8 if draws.attempt else 2
    numbers = draws.below("tail", 10**size)
    shown = draws.share("tail shown") < (1.0 if draws.attempt else share)
    return np.array([str(n) if s else "" for n, s in zip(numbers, shown, strict=True)], dtype=object)
