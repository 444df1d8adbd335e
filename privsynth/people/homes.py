"""Where the invented people live: in the town, region and country that a row says, else anywhere in its locale."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind
from privsynth.keeping import kept
from privsynth.people.draws import Draws
from privsynth.people.places import NOWHERE, atlas, countries, folded, has_places
from privsynth.people.ranges import some
from privsynth.people.settle import holder, settled
from privsynth.people.words import DEFAULT, locales
from privsynth.statistics import Taken
from privsynth.typing import Array

_ELSEWHERE = (
    "native",
    "birth",
    "origin",
    "citizen",
    "nationality",
    "geburt",
    "naissance",
    "nacimiento",
    "nascimento",
    "nascita",
)  # not where somebody lives
PLACES = ("COUNTRY", "REGION", "CITY", "POSTCODE")  # kinds of which one lies within the other
_ANCHORED = (*PLACES, "FIRST_NAME", "LAST_NAME", "PERSON")  # in the order of the fields of `Anchors`
POSTCODE_ATTEMPTS = 8
SHORTEST_CODE = 4  # digits of whole postcodes


@kept(version=1)
@dataclass(frozen=True)
class Anchors:
    """The columns that are not invented and say where somebody lives, and what somebody is called."""

    country: str | None = None
    region: str | None = None
    town: str | None = None
    postcode: str | None = None
    first: str | None = None
    last: str | None = None
    whole: str | None = None

    def within(self, context: pd.DataFrame) -> Anchors:
        """Those of which the context holds something."""
        return Anchors(*(name if name in context else None for name in astuple(self)))

    @property
    def has_a_place(self) -> bool:
        return any((self.country, self.region, self.town, self.postcode))


def anchors_of(columns: Sequence[Column]) -> Anchors:
    kept = [c for c in columns if not c.role.is_fabricated and c.entity and c.kind is not Kind.DATE]
    kept = [c for c in kept if not any(word in c.name.casefold() for word in _ELSEWHERE)]
    return Anchors(*(next((c.name for c in kept if c.entity == entity), None) for entity in _ANCHORED))


_POSTCODES = {
    "en_GB": re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"),
    "en_CA": re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d"),
    "nl_NL": re.compile(r"\d{4} ?[A-Z]{2}"),
    "pl_PL": re.compile(r"\d\d-\d{3}"),
    "pt_BR": re.compile(r"\d{5}-\d{3}"),
    "sv_SE": re.compile(r"\d{3} \d\d"),
}


def home_of(locale: str, values: Mapping[str, Sequence[str]], calling: str | None) -> str:
    """The locale of the places: that of most towns, postcodes or telephone numbers, else that of the names.


    `values` are the different ones by kind. Lists of names cannot tell Austria from Germany; places can.
    """
    values = {kind: some(known) for kind, known in values.items()}
    by_name = _by_names(locale, values)
    codes = values.get("POSTCODE", ())
    by_form = next(
        (
            name
            for name, form in _POSTCODES.items()
            if codes and sum(bool(form.fullmatch(code)) for code in codes) > len(codes) / 2
        ),
        None,
    )
    for other in (by_name, by_form):
        if other is not None:
            return locale if _shares(locale, other) else other
    return locale if calling is None else _by_calling(locale, calling)


def _shares(one: str, other: str) -> bool:
    return has_places(one) and atlas().locales[one] == atlas().locales[other]


def _by_names(locale: str, values: Mapping[str, Sequence[str]]) -> str | None:
    places = atlas()
    for kind, table in (("CITY", places.towns), ("REGION", places.regions)):
        words = {folded(word) for word in values.get(kind, ())}
        hits = {
            name: sum((name, word) in table for word in words)
            for name in (*((locale,) if has_places(locale) else ()), *places.locales)
        }
        best: str = max(hits, key=lambda name: hits[name])
        if hits[best] > len(words) / 2:
            return best
    return None


def _by_calling(locale: str, calling: str) -> str:
    places = atlas()
    fitting = [name for name, (start, count) in places.locales.items() if count and places.calling[start] == calling]
    if not fitting or locale in fitting:
        return locale
    return next((name for name in fitting if name[:2] == locale[:2]), fitting[0])


def locales_of(words: Array, own: str) -> tuple[Array, tuple[str, ...]]:
    """The locale of each row by its word for a country, as a number; an unknown word leaves the table's own."""
    codes, known = pd.factorize(pd.Series(words, dtype=object))
    named = [_locale_of(str(word), own) for word in known] + [own]
    distinct = tuple(dict.fromkeys((own, *named)))
    return np.array([distinct.index(name) for name in named], dtype=np.int64)[codes], distinct


def _locale_of(country: str, own: str) -> str:
    locale = countries().get(folded(country), own)
    same = has_places(own) and has_places(locale) and atlas().locales[own] == atlas().locales[locale]
    return own if same or own[-3:] == locale[-3:] else locale


def names_locale(locale: str, own: str) -> str:
    """The locale whose lists of names stand in where a locale has none: one of the same language."""
    if locale in locales():
        return locale
    return next((name for name in locales() if name[:2] == locale[:2]), own if own in locales() else DEFAULT)


@dataclass(frozen=True, eq=False)
class Homes:
    """One home a row: a spot of the atlas (or nowhere), and what the row itself says of town and postcode."""

    spot: Array
    town: Array
    postcode: Array
    draws: Draws = field(repr=False)
    taken: Taken = field(repr=False)

    @cached_property
    def towns(self) -> Array:
        """What the row says, else the town of the spot; None where neither is known."""
        return np.where(pd.isna(self.town) & (self.spot >= 0), atlas().town[self.spot], self.town)

    @cached_property
    def postcodes(self) -> Array:
        """What the row says, else a code of the town that nobody of the source has, as far as there is one."""
        spots = np.where(pd.isna(self.postcode), self.spot, NOWHERE)
        rows = np.flatnonzero(spots >= 0)

        def make(part: Array, attempt: int) -> Array:
            return atlas().postcodes(spots[rows[part]], Draws(self.draws.seeds[rows[part]], attempt))

        codes = self.postcode.copy()
        codes[rows], _ = settled(make, len(rows), held=holder(self.taken), attempts=POSTCODE_ATTEMPTS)
        return codes


def make_homes(
    draws: Draws, codes: Array, names: Sequence[str], said: pd.DataFrame, anchors: Anchors, taken: Taken
) -> Homes:
    """`codes` number the locale of each row in `names`; `said` is what the rows say already."""
    seen = anchors.within(said)
    columns = {
        part: _texts(said, name, len(draws))
        for part, name in (("region", seen.region), ("town", seen.town), ("postcode", seen.postcode))
    }
    spans = _spans(codes, names, columns)
    spot = np.where(spans[:, 1] > 0, spans[:, 0] + draws.below("spot", spans[:, 1]), NOWHERE)
    return Homes(spot, columns["town"], columns["postcode"], draws, taken)


def _texts(said: pd.DataFrame, name: str | None, rows: int) -> Array:
    made = np.full(rows, None, dtype=object)
    if name is not None:
        values = said[name]
        there = values.notna().to_numpy()
        texts = values[there]
        made[there] = _whole(texts) if values.dtype.kind == "f" else [str(v) for v in texts]
    return made


def _whole(numbers: pd.Series[Any]) -> list[str]:
    """Postcodes that were read as numbers get back the zeros in front."""
    texts = [f"{v:.0f}" for v in numbers]
    width = max(map(len, texts), default=0)
    return [text.zfill(width) if width >= SHORTEST_CODE else text for text in texts]


def _spans(codes: Array, names: Sequence[str], columns: dict[str, Array]) -> Array:
    """For each row the first of the spots that it leaves open, and how many they are. Looked up once for equal rows."""
    places = atlas()
    keys = pd.MultiIndex.from_arrays(
        [codes, *(pd.factorize(pd.Series(values, dtype=object))[0] for values in columns.values())]
    )
    at, _ = pd.factorize(keys) if any(pd.notna(values).any() for values in columns.values()) else (codes, None)
    firsts, back = np.unique(at, return_index=True, return_inverse=True)[1:]
    spans = [
        places.span(names[codes[row]], *(columns[part][row] for part in ("region", "town", "postcode")))
        if has_places(names[codes[row]])
        else (0, 0)
        for row in firsts
    ]
    return np.array(spans, dtype=np.int64).reshape(-1, 2)[back]
