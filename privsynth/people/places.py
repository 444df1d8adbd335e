"""Towns with their region, postcode and telephone area code, by locale: `places.toml` as one table."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from privsynth.people.draws import Draws
from privsynth.people.ranges import padded
from privsynth.typing import Array

T = TypeVar("T")
Span = tuple[int, int]  # first spot and how many follow it

NOWHERE = -1
LETTERS = "ABEGHJLNPRTWXYZ"  # of the end of a postcode: those that British, Canadian and Dutch codes may all hold
SHORTEST = 2  # characters of a shortened postcode that still say where it lies
FRESH = 4  # attempts at a postcode before the one whose end is all zeros, which is hardly ever given to anybody
_FULL = {"en_GB": 5, "en_CA": 6, "nl_NL": 6}  # shortest whole postcode, of those that end in letters


@dataclass(frozen=True, eq=False)
class Atlas:
    """A spot is a town with one of its area codes and postcode prefixes.

    Spots of one town, region and locale lie together.
    """

    town: Array
    region: Array
    code: Array
    area: Array
    calling: Array
    prefix: Array
    tail: Array
    areas: tuple[tuple[str, ...], ...]  # of the region of each spot
    locales: Mapping[str, Span]
    regions: Mapping[tuple[str, str], Span]
    towns: Mapping[tuple[str, str], tuple[Span, ...]]
    prefixes: Mapping[tuple[str, str], Span]

    def span(self, locale: str, region: str | None, town: str | None, postcode: str | None) -> Span:
        """Where a row lives: in its town if that is known, else where its postcode lies, in its region or country."""
        within = self.regions.get((locale, folded(region)), self.locales[locale])
        for narrower in (*self.towns.get((locale, folded(town)), ()), self._by_postcode(locale, postcode)):
            if narrower and narrower[0] >= within[0] and sum(narrower) <= sum(within):
                return narrower
        return within

    def _by_postcode(self, locale: str, postcode: str | None) -> Span | None:
        code = "".join(c for c in (postcode or "").upper() if c.isalnum())
        if len(code) >= _FULL.get(locale, 99):
            code = code[:-3] if locale != "nl_NL" else code[:-2]
        found = (self.prefixes.get((locale, code[:size])) for size in range(len(code), SHORTEST - 1, -1))
        return next((span for span in found if span), None)

    def postcodes(self, spots: Array, draws: Draws) -> Array:
        """A postcode of each spot; None where there is no spot."""
        codes = np.full(len(spots), None, dtype=object)
        for tail in dict.fromkeys(self.tail[spots[spots >= 0]]):
            rows = np.flatnonzero((spots >= 0) & (self.tail[spots] == tail))
            codes[rows] = self.prefix[spots[rows]] + _ends(tail, Draws(draws.seeds[rows], draws.attempt))
        return codes


def _ends(tail: str, draws: Draws) -> Array:
    """The drawn end of a postcode: # a digit, @ a letter."""
    marks = tail.count("#") if draws.attempt < FRESH else 0
    number = (
        padded(draws.below("digits", 10**marks), max(tail.count("#"), 1))
        if "#" in tail
        else np.full(len(draws), "", dtype=object)
    )
    if tail == "#" * len(tail):
        return number
    letters = draws.below("letters", len(LETTERS) ** 2)
    ends = np.empty(len(draws), dtype=object)
    ends[:] = [_laid(tail, text, int(pair)) for text, pair in zip(number, letters, strict=True)]
    return ends


def _laid(tail: str, number: str, pair: int) -> str:
    marks, letters = iter(number), iter((LETTERS[pair % len(LETTERS)], LETTERS[pair // len(LETTERS)]))
    return "".join(next(marks) if c == "#" else next(letters) if c == "@" else c for c in tail)


def folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def has_places(locale: str) -> bool:
    return locale in atlas().locales


@cache
def _written() -> dict[str, Any]:
    with (Path(__file__).parent / "places.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def countries() -> Mapping[str, str]:
    """The locale of a country by each name that it goes by."""
    written = _written()
    named = {locale: entry["country"] for locale, entry in written.items() if "country" in entry} | written["elsewhere"]
    return {name: locale for locale, names in named.items() for name in names}


@cache
def atlas() -> Atlas:
    """All places, read once."""
    written = {locale: entry for locale, entry in _written().items() if locale != "elsewhere"}
    spans = Spans({}, {}, {}, {})
    rows: list[tuple[str, ...]] = []
    areas: list[tuple[str, ...]] = []
    for locale, entry in written.items():
        start = len(rows)
        for code, text in entry.get("regions", {}).items():
            first = len(rows)
            rows += _region(locale, entry, code, text, first, spans)
            own = _parts(text)[2]
            areas += [own or tuple(dict.fromkeys(row[3] for row in rows[first:]))] * (len(rows) - first)
        spans.locales[locale] = (start, len(rows) - start)
    _speak_alike(written, spans)
    town, region, code, area, calling, prefix, tail = (
        np.array(column, dtype=object) for column in zip(*rows, strict=True)
    )
    return Atlas(
        town,
        region,
        code,
        area,
        calling,
        prefix,
        tail,
        tuple(areas),
        spans.locales,
        spans.regions,
        spans.towns,
        spans.prefixes,
    )


class Spans(NamedTuple):
    """Where the spots of each locale, region, town and postcode prefix lie."""

    locales: dict[str, Span]
    regions: dict[tuple[str, str], Span]
    towns: dict[tuple[str, str], tuple[Span, ...]]
    prefixes: dict[tuple[str, str], Span]


def _region(
    locale: str, entry: Mapping[str, Any], code: str, text: str, first: int, spans: Spans
) -> list[tuple[str, ...]]:
    """The spots of one region, noted in `spans`; `first` is the number of the first of them."""
    name, codes, _, towns = _parts(text)
    rows: list[tuple[str, ...]] = []
    for town, spots in towns:
        at = first + len(rows)
        rows += [(town, name, code, area, entry["calling"], prefix, _tail(entry, prefix)) for area, prefix in spots]
        key = (locale, folded(town))
        spans.towns[key] = (*spans.towns.get(key, ()), (at, len(spots)))
        spans.prefixes.update({(locale, _plain(prefix)): (at, len(spots)) for _, prefix in spots})
    spans.regions.update({(locale, folded(known)): (first, len(rows)) for known in (code, name)})
    for prefix in codes:
        spans.prefixes.setdefault((locale, prefix), (first, len(rows)))
    return rows


def _speak_alike(written: Mapping[str, Any], spans: Spans) -> None:
    """Locales that share the places of another."""
    for locale, other in ((locale, entry["like"]) for locale, entry in written.items() if "like" in entry):
        spans.locales[locale] = spans.locales[other]
        spans.regions.update(_spoken(spans.regions, other, locale))
        spans.towns.update(_spoken(spans.towns, other, locale))
        spans.prefixes.update(_spoken(spans.prefixes, other, locale))


def _spoken(table: Mapping[tuple[str, str], T], other: str, locale: str) -> dict[tuple[str, str], T]:
    return {(locale, name): span for (known, name), span in table.items() if known == other}


def _parts(text: str) -> tuple[str, list[str], tuple[str, ...], list[tuple[str, list[tuple[str, str]]]]]:
    """Name, postcode prefixes and area codes of a region, and its towns."""
    parts = [part.strip() for part in text.split("|")]
    name, codes, own = (parts[0], parts[1], parts[2]) if len(parts) == 4 else (parts[0], "", "")
    return name, list(_listed(codes)), tuple(own.split()), [_town(entry) for entry in parts[-1].split(";")]


def _listed(codes: str) -> Iterator[str]:
    """'350-352 885' written out."""
    for part in codes.split():
        low, _, high = part.partition("-")
        yield from (f"{number:0{len(low)}d}" for number in range(int(low), int(high or low) + 1))


def _town(entry: str) -> tuple[str, list[tuple[str, str]]]:
    name, areas, prefixes = (part.strip() for part in entry.split(":"))
    return name, list(product(areas.split(), prefixes.split()))


def _tail(entry: Mapping[str, Any], prefix: str) -> str:
    return str(entry["tail"]) if "tail" in entry else "#" * (entry["digits"] - len(prefix))


def _plain(prefix: str) -> str:
    return "".join(c for c in prefix.upper() if c.isalnum())
