"""Towns and postcodes that nobody of a table has, invented where a row says that it lies."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Column, Kind, Table
from privsynth.people.draws import Draws
from privsynth.people.evidence import places_of
from privsynth.people.homes import PLACES, names_locale
from privsynth.people.places import Span, atlas, countries, folded, has_places
from privsynth.people.words import DEFAULT, words_of
from privsynth.seeds import seed_of

INVENTED = ("CITY", "POSTCODE")
_ENDS = ("ton", "ville", "bury", "haven", "ford", "field")
ATTEMPTS = 20  # times as many postcodes are drawn as are needed


@dataclass(frozen=True, kw_only=True)
class Neighbourhood:
    """Which columns say where a row lies, and the locale of a table's places."""

    columns: Mapping[str, str]  # kind of place -> column
    locale: str

    @classmethod
    def of(cls, table: Table) -> Neighbourhood:
        said = {c.entity: c.name for c in reversed(table.columns) if c.entity in PLACES and c.kind is not Kind.DATE}
        locale = places_of(table, (), {}, DEFAULT) if said else DEFAULT
        return cls(columns={str(entity): name for entity, name in said.items()}, locale=locale)

    @staticmethod
    def invents(column: Column) -> bool:
        """Whether this is a column of towns or postcodes."""
        return column.entity in INVENTED and not column.kind.is_numeric

    def invented(self, column: Column, said: Mapping[str, str | None], most: int, taken: Collection[str]) -> list[str]:
        """At most so many of this column's kind where `said` (columns and their texts) says; none of those `taken`.

        A postcode is of the town that is said, or else of its region: none where the atlas does not know them.
        """
        words = {entity: said.get(name) for entity, name in self.columns.items() if name != column.name}
        locale = countries().get(folded(words.get("COUNTRY")), self.locale)
        span = _span(locale, words)
        seed = seed_of(0, column.name, *(str(said[name]) for name in sorted(said)))
        found = _postcodes(span, most, seed) if column.entity == "POSTCODE" else _towns(locale, span, seed)
        return _first(found, most, taken)


def _first(texts: Iterator[str], most: int, taken: Collection[str]) -> list[str]:
    """At most so many different ones."""
    found: dict[str, None] = {}
    while len(found) < most and (text := next(texts, None)) is not None:
        if text not in taken:
            found[text] = None
    return list(found)


def _span(locale: str, words: Mapping[str, str | None]) -> Span | None:
    """The spots of the narrowest place that is said; None if nobody knows it."""
    if not has_places(locale):
        return None
    region = atlas().regions.get((locale, folded(words.get("REGION"))))
    within = region or (None if words.get("REGION") else atlas().locales[locale])
    if within is None or not words.get("CITY"):
        return within
    towns = atlas().towns.get((locale, folded(words["CITY"])), ())
    return next((town for town in towns if town[0] >= within[0] and sum(town) <= sum(within)), None)


def _towns(locale: str, span: Span | None, seed: int) -> Iterator[str]:
    """Those of the map first, then some that no map has."""
    if span is not None:
        yield from _shuffled(atlas().town[span[0] : sum(span)].tolist(), seed)
    words = words_of(names_locale(locale, DEFAULT))
    for end in _shuffled(_ENDS, seed):
        yield from (f"{name}{end}" for name in _shuffled([*words.last_female, *words.last_male], seed))


def _postcodes(span: Span | None, most: int, seed: int) -> Iterator[str]:
    if span is None:
        return
    seeds = np.arange(ATTEMPTS * most, dtype=np.uint64) + np.uint64(seed % 2**32)
    draws = Draws(seeds)
    yield from atlas().postcodes(span[0] + draws.below("spot", span[1]), draws)


def _shuffled(words: Sequence[str], seed: int) -> Iterable[str]:
    return [words[at] for at in np.random.default_rng(seed).permutation(len(words))]
