"""Names of people and places, from Faker's tables of all its locales and the area descriptions of phonenumbers.

They prove little by themselves: many of their words are ordinary words, so callers ask for more than a hit.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


def fold(text: str) -> str:
    """Small letters without accents: one form for the spellings of a word."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(c for c in apart if not unicodedata.combining(c))


_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "\u2019": "'"}
)


@cache
def known(topic: str) -> frozenset[str]:
    """The words of one topic of `words.toml`."""
    return frozenset(_topics()[topic].split())


@cache
def _topics() -> Mapping[str, str]:
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def given_names() -> frozenset[str]:
    """About 30,000 given names, folded."""
    return _people(re.compile(r"^(first|middle)_.*name|^first_name"))


@cache
def surnames() -> frozenset[str]:
    """About 30,000 surnames, folded."""
    return _people(re.compile(r"last_names|^surnames|last_.*romanized"))


def _people(wanted: re.Pattern[str]) -> frozenset[str]:
    names: set[str] = set()
    for provider in _providers("person"):
        for attribute in dir(provider):
            if wanted.search(attribute) and "pairs" not in attribute and "format" not in attribute:
                names.update(_words(getattr(provider, attribute)))
    return frozenset(fold(word) for word in names if len(word) > 1)


@cache
def countries() -> frozenset[str]:
    """Country names in the languages of Faker, and the codes of two and three letters."""
    names = {word for provider in _providers("address") for word in _words(getattr(provider, "countries", ()))}
    return frozenset(fold(word) for word in names) | _COUNTRY_EXTRA


@cache
def country_names() -> tuple[str, ...]:
    """English names of countries as they are spelt."""
    return (
        *import_module("faker.providers.address").Provider.countries,
        *import_module("faker.providers.address.en").Provider.countries,
    )


@cache
def country_codes() -> frozenset[str]:
    """Codes of two letters, as they are spelt."""
    from phonenumbers import SUPPORTED_REGIONS

    return frozenset(SUPPORTED_REGIONS)


@cache
def calling_codes() -> frozenset[str]:
    """With what telephone numbers of other countries begin: 1, 44, 354."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))


@cache
def american_states() -> frozenset[str]:
    """Two letters each, as before an American postcode."""
    american = import_module("faker.providers.address.en_US").Provider
    return frozenset((*american.states_abbr, *american.territories_abbr, "DC"))


@cache
def regions() -> frozenset[str]:
    """States, provinces and the like."""
    wanted = (
        "states",
        "provinces",
        "regions",
        "prefectures",
        "cantons",
        "departments",
        "districts",
        "counties",
        "estados",
        "distritos",
    )
    return frozenset(
        fold(w)
        for provider in _providers("address")
        for name in wanted
        for w in _words(getattr(provider, name, ()))
        if len(w) > 3
    )


@cache
def towns() -> frozenset[str]:
    """Towns that Faker names one by one: a few thousand."""
    wanted = (
        "cities",
        "city_names",
        "villages",
        "municipalities",
        "communes",
        "towns",
        "localities",
        "settlements",
        "real_city_names",
    )
    names = {w for provider in _providers("address") for name in wanted for w in _words(getattr(provider, name, ()))}
    names.update(
        zone.rsplit("/", 1)[-1].replace("_", " ")
        for zone in _time_zones()
        if "/" in zone and not zone.startswith(("Etc", "SystemV"))
    )
    return frozenset(fold(word) for word in names if len(word) > 2)


@cache
def places() -> frozenset[str]:
    """Towns of the world with an area code of their own, besides `towns`. Takes half a second: ask the others first."""
    from phonenumbers.geodata import GEOCODE_DATA

    described = {text for texts in GEOCODE_DATA.values() for text in texts.values()}  # each stands there often
    names = {name.strip() for name in re.split(r"[,/(\n]| - ", "\n".join(described))}
    return towns() | frozenset(fold(name) for name in names if len(name) > 2)


def _time_zones() -> set[str]:
    from zoneinfo import available_timezones

    return available_timezones()


@cache
def street_words() -> tuple[frozenset[str], frozenset[str]]:
    """Words for a street that stand alone (Road, ulica, rue), and endings of words (-strasse, -gatan)."""
    american = import_module("faker.providers.address.en_US").Provider.street_suffixes
    return (frozenset(fold(word) for word in american) - known("not_streets")) | known("streets"), known(
        "street_endings"
    )


@cache
def american_streets() -> frozenset[str]:
    """All endings of American street names, spelt with a capital: many are ordinary words otherwise."""
    return frozenset(import_module("faker.providers.address.en_US").Provider.street_suffixes)


@cache
def common_words() -> frozenset[str]:
    """Ordinary English words: never a name by themselves."""
    return frozenset(import_module("faker.providers.lorem.en_US").Provider.word_list) | known("common")


@cache
def ordinary_words() -> frozenset[str]:
    """Words of trades, firms and streets besides the common ones: two words with one of them are no person."""
    jobs = _words(import_module("faker.providers.job").Provider.jobs)
    firm = import_module("faker.providers.company.en_US").Provider
    phrases = (word for group in (*firm.catch_phrase_words, *firm.bsWords) for word in group)
    words = {fold(word) for phrase in (*jobs, *phrases) for word in re.findall(r"[^\W\d_]+", phrase)}
    topics = (
        "firms",
        "calendar",
        "titles",
        "streets",
        "street_heads",
        "numbered",
        "occupations",
        "demonyms",
        "toponyms",
        "small",
    )
    return common_words() | words | street_words()[0] | frozenset().union(*map(known, topics))


def _providers(topic: str) -> Iterator[Any]:
    import pkgutil

    package = import_module(f"faker.providers.{topic}")
    for module in pkgutil.iter_modules(package.__path__):
        yield import_module(f"faker.providers.{topic}.{module.name}").Provider


def _words(values: Any) -> Iterable[str]:
    """The strings of a table of Faker: a tuple, a list, or a mapping from word to weight."""
    return (
        (word for word in values if isinstance(word, str))
        if isinstance(values, Iterable) and not isinstance(values, str)
        else ()
    )


_COUNTRY_EXTRA = frozenset(
    fold(name)
    for name in (
        *(
            "USA",
            "United States",
            "United-States",
            "America",
            "UK",
            "England",
            "Scotland",
            "Wales",
            "Northern Ireland",
            "Great Britain",
            "Holland",
            "Russia",
            "South Korea",
        ),
        *(
            "North Korea",
            "Korea",
            "Vietnam",
            "Iran",
            "Syria",
            "Tanzania",
            "Bolivia",
            "Venezuela",
            "Moldova",
            "Laos",
            "Brunei",
            "Macedonia",
            "Czech Republic",
            "Czechia",
        ),
        *("Ivory Coast", "Kosovo", "Taiwan", "Palestine", "Vatican City", "Burma", "Congo", "Swaziland", "Cape Verde"),
    )
)
