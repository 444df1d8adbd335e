"""Names that a row shows already: whoever is invented for the rest of it is called so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.people.letters import plain_letters
from privsynth.people.people import People
from privsynth.people.words import locales, words_of
from privsynth.typing import Array

COMMON_LISTS = 9  # locales that are asked where the own one does not know a name
_A_NAME = re.compile(r"[^\W\d_][^\d_*#@]*")
_TITLED = re.compile(
    r"^(?:(?:mr|mrs|ms|miss|dr|prof|herr|frau|m|mme|mlle|sr|sra|sig|dhr|mevr|pan|pani|fru)\b\.?\s+)+", re.IGNORECASE
)


def names_shown(said: pd.DataFrame, first: str | None, last: str | None, whole: str | None) -> tuple[Array, Array]:
    """Given name and surname of each row; None for a token, a partly unreadable name, or where it shows none."""
    firsts, lasts = _column(said, first, str.strip), _column(said, last, str.strip)
    if whole is not None:
        firsts = np.where(pd.isna(firsts), _column(said, whole, lambda text: _parts(text)[0]), firsts)
        lasts = np.where(pd.isna(lasts), _column(said, whole, lambda text: _parts(text)[1]), lasts)
    return firsts, lasts


def _column(said: pd.DataFrame, name: str | None, read: Callable[[str], str]) -> Array:
    if name is None:
        return np.full(len(said), None, dtype=object)
    codes, distinct = pd.factorize(said[name])
    read_once = [read(str(value)) if _A_NAME.fullmatch(str(value).strip()) else "" for value in distinct]
    return np.array([*(text or None for text in read_once), None], dtype=object)[codes]


def _parts(text: str) -> tuple[str, str]:
    """Given name and surname of a whole name, with or without comma and title."""
    plain = _TITLED.sub("", text.strip())
    if "," in plain:
        family, _, given = plain.partition(",")
        return _TITLED.sub("", given.strip()), family.strip()
    given, _, family = plain.rpartition(" ")
    return given.split(" ")[0], family if given else ""


def as_shown(people: People, first: Array, last: Array) -> People:
    """The same people under the names that their rows show."""
    return replace(
        people,
        first=np.where(pd.isna(first), people.first, first),
        last=np.where(pd.isna(last), people.last, last),
        plain_first=np.where(pd.isna(first), people.plain_first, _plain(first)),
        plain_last=np.where(pd.isna(last), people.plain_last, _plain(last)),
    )


def _plain(names: Array) -> Array:
    codes, distinct = pd.factorize(names)
    return np.array([*(plain_letters(name) or "person" for name in distinct), None], dtype=object)[codes]


def genders_of(names: Array, locale: str) -> Array:
    """1 where the lists know the given name as a woman's alone, 0 as a man's alone, else -1; the own list first."""
    lists = [words_of(locale), *(words_of(name) for name in locales()[:COMMON_LISTS] if name != locale)]
    women, men = (
        [frozenset(map(str.casefold, part)) for part in parts]
        for parts in ([w.female for w in lists], [w.male for w in lists])
    )
    codes, distinct = pd.factorize(names)
    return np.array([*(_gender(name, women, men) for name in distinct), -1], dtype=np.int64)[codes]


def _gender(value: str, women: list[frozenset[str]], men: list[frozenset[str]]) -> int:
    parts = [part.casefold() for part in (value.rsplit(",", maxsplit=1)[-1] if "," in value else value).split()]
    for female, male in zip(women, men, strict=True):
        genders = [int(part in female) for part in parts if (part in female) != (part in male)]
        if genders:
            return genders[0]
    return -1
