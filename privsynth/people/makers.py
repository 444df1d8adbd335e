"""Which maker a column gets, and what it learns of the column: formats, never a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role
from privsynth.keeping import kept
from privsynth.people import people as folk
from privsynth.people.identifiers import cards, ibans
from privsynth.people.machines import domain, ipv4, ipv6, mac, url, uuid
from privsynth.people.nationals import (
    aadhaars,
    eins,
    finnish,
    german_tax_ids,
    imeis,
    nhs_numbers,
    norwegian,
    npis,
    uk_ninos,
    us_ssns,
)
from privsynth.people.people import NameStyle
from privsynth.people.phones import AtHome, at_home, phone
from privsynth.people.places import has_places
from privsynth.people.ranges import FreeValues
from privsynth.people.sentences import sentences_for
from privsynth.people.shapes import code_shapes, learn_shapes, number_shape
from privsynth.people.words import words_of
from privsynth.people.writers import (
    Between,
    CommonLevels,
    Firm,
    FirstName,
    FreeText,
    Gendered,
    Initials,
    LastName,
    ListedWord,
    Mail,
    Postcode,
    Region,
    Street,
    Title,
    Town,
    User,
    WholeName,
    Write,
)
from privsynth.pii.entities import Trait, entities, has, initials, invented_as, looks
from privsynth.statistics import ColumnStatistics
from privsynth.typing import Array

MOST_CHANCE = 0.2  # share of random numbers that pass a check, up to which it is a check at all
LONGEST_CODE = 3  # letters of the code of a region
SHORT = 4  # characters: postcodes all shorter than this are shortened ones


@kept(version=2)
@dataclass(frozen=True, eq=False)
class Maker:
    """How one column is invented."""

    column: Column
    entity: str | None
    missing: float
    unique: bool
    distinct: float  # share of different values among those that are there
    write: Write | None = None  # by the person of the row
    space: FreeValues | None = None  # or out of a numbered range
    steady: bool = False  # the same in all rows of one entity
    days: tuple[float, float] | None = None  # dates: between these days since 1970
    home: AtHome | None = None  # telephone numbers: those of the place where somebody lives, tried before the range
    other: int = 0  # written by another person than the row's own, by which one of several
    apart: float = 0.0  # in this share of the rows; in the rest both are one
    check: str = ""  # a kind with check digits but without a range that is kept free: made so that they are wrong

    @property
    def avoids(self) -> bool:
        """Whether a value may not equal a real one: all but words that many people share."""
        return not has(self.entity, Trait.REAL) and self.column.role is not Role.FREE_TEXT and self.days is None


def learn_maker(
    column: Column,
    values: Array,
    texts: Array,
    statistics: ColumnStatistics | None,
    locale: str,
    *,
    steady: bool,
    home: str | None = None,
) -> Maker:
    """What is needed to invent this column: a few shares, and its format.

    `home` is the locale of its places, if it is another than that of its names.
    """
    known = list(pd.unique(pd.Series(texts, dtype=object).dropna()))
    there = int(pd.notna(pd.Series(texts, dtype=object)).sum())
    missing = statistics.missing if statistics else 1 - there / max(len(texts), 1)
    unique = there > 0 and (statistics.is_unique if statistics else len(known) == there)
    maker = Maker(
        column, entity_of(column, known), float(missing), bool(unique), len(known) / max(there, 1), steady=steady
    )
    if column.kind is Kind.DATE:
        return replace(maker, days=_days(values, statistics), unique=False)
    if column.role is Role.FREE_TEXT:
        fewest, most = sentences_for(known)
        return replace(maker, write=FreeText(fewest, most), unique=False)
    home = home or locale
    return (
        _numeric(maker, known, statistics, home)
        if column.kind.is_numeric
        else _textual(maker, known, statistics, locale, home)
    )


def entity_of(column: Column, known: Sequence[str]) -> str | None:
    """What is said of the column, or what nearly all its values look like."""
    if column.name.strip().casefold() in initials().names:
        return initials().name
    if column.entity:
        return invented_as(column.entity)
    if column.kind.is_numeric or not known:
        return None
    return next(
        (name for name, look in looks().items() if sum(bool(look.fullmatch(v)) for v in known) >= 0.9 * len(known)),
        None,
    )


def _days(values: Array, statistics: ColumnStatistics | None) -> tuple[float, float]:
    """Between the 1st and the 99th percentile, so that no real extreme is told."""
    if statistics is not None and statistics.low is not None and statistics.high is not None:
        return statistics.low, statistics.high
    days = values[~np.isnat(values)].astype("datetime64[D]").astype(np.int64)
    return (float(np.quantile(days, 0.01)), float(np.quantile(days, 0.99))) if len(days) else (0.0, 0.0)


def _numeric(maker: Maker, known: list[str], statistics: ColumnStatistics | None, locale: str) -> Maker:
    """Whole numbers by their digits; numbers with decimals likewise, the point being a mark."""
    entity, bare = maker.entity or "", [re.sub(r"\D", "", v) for v in known]
    if entity == "POSTCODE" and has_places(locale):
        return replace(maker, write=_postcode(bare))
    if entity == "AGE" and statistics is not None and statistics.low is not None and statistics.high is not None:
        return replace(maker, write=Between(int(statistics.low), int(statistics.high)), unique=False)
    space = reserved_space(entity, bare, locale) if has(entity, Trait.DIGITS) else None
    plain = [v for v in known if re.fullmatch(r"-?[0-9][0-9.]*", v)]
    home = at_home(bare, locale) if entity == "PHONE" else None
    return _unproven(
        replace(maker, space=space or (learn_shapes(plain, number=True) if plain else number_shape()), home=home),
        known=space is not None,
    )


def _textual(maker: Maker, known: list[str], statistics: ColumnStatistics | None, locale: str, home: str) -> Maker:
    space = reserved_space(maker.entity, known, home) if maker.entity else None
    if space is not None:
        return replace(maker, space=space, home=at_home(known, home) if maker.entity == "PHONE" else None)
    write = _writer(maker.entity, known, statistics, locale, home)
    if write is not None:
        return replace(maker, write=write)
    if maker.entity is None and maker.column.role is not Role.IDENTIFIER:
        return replace(maker, space=code_shapes(known))
    return _unproven(replace(maker, space=learn_shapes(known)), known=False)


def _unproven(maker: Maker, *, known: bool) -> Maker:
    """Where no authority keeps numbers free, true check digits could be somebody's: ours are false by design."""
    kind = entities().get(maker.entity or "")
    if known or kind is None or not kind.check or not 0 < kind.chance <= MOST_CHANCE:
        return maker
    return replace(maker, check=kind.check)


def reserved_space(entity: str, values: Sequence[str], locale: str) -> FreeValues | None:
    """The range of this kind that nobody can hold, spelt as these different values are; None where there is none."""
    maker = _RANGES.get(entity)
    return None if maker is None else maker(values, locale)


_RANGES: Mapping[str, Callable[[Sequence[str], str], FreeValues]] = {
    "US_SSN": us_ssns,
    "US_ITIN": us_ssns,
    "UK_NINO": uk_ninos,
    "UK_NHS": nhs_numbers,
    "CREDIT_CARD": cards,
    "IBAN": ibans,
    "IMEI": imeis,
    "US_NPI": npis,
    "US_EIN": eins,
    "DE_TAX_ID": german_tax_ids,
    "IN_AADHAAR": aadhaars,
    "FI_HETU": finnish,
    "NO_FODSELSNUMMER": norwegian,
    "PHONE": phone,
    "IPV4": ipv4,
    "IPV6": ipv6,
    "MAC": mac,
    "UUID": uuid,
    "URL": url,
    "DOMAIN": domain,
}


def _writer(
    entity: str | None, known: list[str], statistics: ColumnStatistics | None, locale: str, home: str
) -> Write | None:
    """The maker of each kind of words; None for all that is better made by its shape."""
    case = folk.case_of(known)
    return (
        _of_the_person(entity, known, case)
        or _of_a_place(entity, known, locale, home, case)
        or _of_a_list(entity, known, statistics, locale, case)
    )


def _of_the_person(entity: str | None, known: list[str], case: str) -> Write | None:
    """What belongs to the invented person of the row."""
    match entity:
        case "PERSON":
            return WholeName(folk.name_style(known))
        case "FIRST_NAME":
            return FirstName(case)
        case "LAST_NAME":
            return LastName(case)
        case "TITLE":
            return Title(dotted=sum("." in v for v in known) > len(known) / 2)
        case "INITIALS":
            return Initials(*folk.initials_style(known))
        case "EMAIL":
            return Mail(folk.mail_style(known))
        case "USERNAME":
            return User(folk.user_style(known))
    return None


def _of_a_place(entity: str | None, known: list[str], locale: str, home: str, case: str) -> Write | None:
    """What belongs to the place where the person lives; without known places only towns and streets can be made."""
    match entity:
        case "CITY":
            return Town(locale, case)
        case "STREET_ADDRESS":
            return _street(known, locale, case)
        case "POSTCODE" if has_places(home):
            return _postcode(known)
        case "REGION" if has_places(home):
            return Region(short=not known or sum(len(v) <= LONGEST_CODE for v in known) > len(known) / 2, case=case)
    return None


def _of_a_list(
    entity: str | None, known: list[str], statistics: ColumnStatistics | None, locale: str, case: str
) -> Write | None:
    """What is one word of a list, or put together of several."""
    match entity:
        case "MAIDEN_NAME" | "JOB_TITLE":
            return ListedWord(entity, locale, case)
        case "ORGANIZATION":
            return Firm(locale, case)
        case "GENDER":
            levels = _levels(statistics)
            return Gendered.plain(known) if levels is None else Gendered.of(levels)
        case "COUNTRY":
            return _levels(statistics)
    return None


def _postcode(known: list[str]) -> Postcode:
    """As long as the real ones where they are shortened; with gap, or with four more digits, where most have them."""
    marks = sum(bool(re.search(r"\S[ -]\S", v)) for v in known)
    plus = sum(bool(re.fullmatch(r"\d{5}-?\d{4}", v)) for v in known) > len(known) / 2
    lengths = {len(re.sub(r"\W", "", v)) for v in known}
    return Postcode(
        plus=plus,
        compact=bool(known) and marks <= len(known) / 2,
        short=min(lengths) if len(lengths) == 1 and min(lengths) < SHORT else 0,
    )


def _levels(statistics: ColumnStatistics | None) -> CommonLevels | None:
    """Levels that many rows hold are no one's: they are drawn as often as they occur."""
    if statistics is None or not statistics.levels:
        return None
    return CommonLevels(
        np.array(list(statistics.levels), dtype=object),
        np.cumsum(list(statistics.levels.values())) / sum(statistics.levels.values()),
    )


def _street(known: list[str], locale: str, case: str) -> Street:
    """In the order of the real ones, with town and postcode where most real ones have parts after a comma."""
    number_first = sum(v[:1].isdigit() for v in known) > len(known) / 2 if known else words_of(locale).number_first
    parts = round(float(np.median([v.count(",") for v in known]))) if known else 0
    coded = sum(bool(re.search(r",.*\d", v)) for v in known) > len(known) / 2
    region = sum(bool(re.search(r", ?[A-Z]{2,3}\b", v)) for v in known) > len(known) / 2
    return Street(locale, case, number_first, parts > 0, coded, region)


def style_of_names(makers: Sequence[Maker], known: Callable[[str], list[str]]) -> NameStyle:
    """The style of the first column of whole names; names in two columns are kept from real ones by it too."""
    whole = next((m for m in makers if m.entity == "PERSON"), None)
    return folk.name_style(known(whole.column.name)) if whole else NameStyle()
