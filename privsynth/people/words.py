"""Word lists by locale: names, towns, street words, occupations. Loaded once; no list is drawn from here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from privsynth.people.letters import plain_letters
from privsynth.typing import Array

DEFAULT = "en_US"
# Looked at first and kept when others are no better: the lists of many locales share their commonest names.
FIRST_TRIED = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pt_BR", "nl_NL", "sv_SE")
FEWEST_NAMES = 40  # a locale with shorter lists would make too many namesakes

# Street words by language: what stands before and what stands after the name of a street.
_STREETS = {
    "en": ("", (" Street", " Avenue", " Road", " Lane", " Drive", " Court", " Way", " Place")),
    "de": ("", ("straße", "weg", "allee", "gasse", "platz", "ring")),
    "sv": ("", ("gatan", "vägen", "gränd", "stigen")),
    "da": ("", ("vej", "gade", "allé", "stræde")),
    "no": ("", ("veien", "gata", "svingen")),
    "nl": ("", ("straat", "weg", "laan", "plein", "kade")),
    "fi": ("", ("katu", "tie", "polku")),
    "fr": (("rue ", "avenue ", "boulevard ", "chemin "), ("",)),
    "es": (("Calle ", "Avenida ", "Plaza ", "Camino "), ("",)),
    "pt": (("Rua ", "Avenida ", "Travessa ", "Largo "), ("",)),
    "it": (("Via ", "Viale ", "Piazza ", "Vicolo "), ("",)),
    "pl": (("ul. ", "al. ", "pl. "), ("",)),
    "ro": (("Strada ", "Aleea ", "Bulevardul "), ("",)),
}
_TOWN_ENDS = ("ton", "ville", "field", "bury", "ford", "mouth", "haven", "port", "side", "shire")
_FIRMS = (
    " Group",
    " Partners",
    " & Sons",
    " Works",
    " Supply",
    " Services",
    " Trading",
    " Foods",
    " Logistics",
    " Studios",
)


@dataclass(frozen=True, eq=False)
class WordLists:
    """The lists of one locale, as object arrays. Surnames may differ by gender."""

    locale: str
    female: Array
    male: Array
    last_female: Array
    last_male: Array
    towns: Array
    streets: Array
    firms: Array

    @property
    def number_first(self) -> bool:
        return self.locale[:2] in ("en", "fr")


def array(words: Iterable[str]) -> Array:
    """Distinct words in their order."""
    distinct = list(dict.fromkeys(words))
    out = np.empty(len(distinct), dtype=object)
    out[:] = distinct
    return out


@cache
def words_of(locale: str) -> WordLists:
    female, male, last_female, last_male = _names(locale)
    lasts = array([*last_female, *last_male])
    return WordLists(
        locale,
        array(female),
        array(male),
        array(last_female),
        array(last_male),
        _towns(locale, lasts),
        _streets(locale, lasts),
        array(f"{name}{firm}" for name in lasts for firm in _FIRMS),
    )


def _names(locale: str) -> tuple[Sequence[str], ...]:
    provider = _provider("person", locale)
    both, last = _list(provider, "first_names"), _list(provider, "last_names")
    female, male = _list(provider, "first_names_female") or both, _list(provider, "first_names_male") or both
    return female, male, _list(provider, "last_names_female") or last, _list(provider, "last_names_male") or last


def _list(provider: Any, name: str) -> tuple[str, ...]:
    """A plain list of words; what a provider computes is not one."""
    words = getattr(provider, name, ())
    return (
        tuple(words) if isinstance(words, tuple | list | dict) and all(isinstance(word, str) for word in words) else ()
    )


def _provider(part: str, locale: str) -> Any:
    from importlib import import_module

    return import_module(f"faker.providers.{part}.{locale}").Provider


def _towns(locale: str, lasts: Array) -> Array:
    """The locale's towns; where there is no list, surnames with an ending: such towns are nowhere."""
    try:
        provider = _provider("address", locale)
    except ModuleNotFoundError:
        provider = None
    listed = _list(provider, "cities") or _list(provider, "city_names")
    if listed:
        return array(listed)
    return array(f"{name}{end}" for name in lasts for end in _TOWN_ENDS)


def _streets(locale: str, lasts: Array) -> Array:
    before, after = _STREETS.get(locale[:2], _STREETS["en"])
    return array(f"{a}{name}{b}" for name in lasts for a in (before or ("",)) for b in after)


@cache
def locales() -> tuple[str, ...]:
    """All locales with names enough, the common ones first."""
    from pkgutil import iter_modules

    import faker.providers.person as package

    names = sorted(module.name for module in iter_modules(package.__path__))
    ordered = [*FIRST_TRIED, *(name for name in names if name not in FIRST_TRIED)]
    return tuple(name for name in ordered if "_" in name and min(map(len, _names(name))) >= FEWEST_NAMES)


@cache
def _known(locale: str) -> tuple[frozenset[str], frozenset[str]]:
    female, male, last_female, last_male = _names(locale)
    return frozenset(map(str.casefold, (*female, *male))), frozenset(map(str.casefold, (*last_female, *last_male)))


def locale_of(given: Iterable[str], family: Iterable[str]) -> str:
    """The locale whose lists hold most of these names.

    Another than the default needs a clear lead, or names that the default cannot spell.
    """
    firsts, lasts = {v.casefold() for v in given}, {v.casefold() for v in family}
    total = len(firsts) + len(lasts)
    if not total:
        return DEFAULT
    hits = {locale: len(firsts & _known(locale)[0]) + len(lasts & _known(locale)[1]) for locale in locales()}
    best = max(hits, key=lambda locale: hits[locale])
    return best if hits[best] >= max(2.0, 1.25 * hits[DEFAULT], 0.1 * total) else DEFAULT


@cache
def jobs() -> Array:
    from faker.providers.job import Provider

    return array(Provider.jobs)


@cache
def plain_of(locale: str) -> dict[str, str]:
    """The plain letters of each name of a locale; names of another script get 'person'."""
    words = words_of(locale)
    names = (*words.female, *words.male, *words.last_female, *words.last_male)
    return {name: plain_letters(name) or "person" for name in names}
