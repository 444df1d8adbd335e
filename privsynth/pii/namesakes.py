"""What a capitalised value names, if it is no person: a place, an organisation, a product, a work. Many names are both.

Each kind has evidence of its own: the word that says what the thing is (Airport, University), a number with a unit, the
small words of phrases. A value is evidence for people only if nothing of that speaks against it, and a list of names
knows one of its words.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from privsynth.pii import names
from privsynth.pii.shapes import Shape

LEAST_LETTERS = 4  # shorter words are abbreviations as often as names: Sea, Min, Mon
MOST_NAMES = 6  # words of one person's name
_WORD = re.compile(r"[^\W\d_]+")


@cache
def _kinds() -> frozenset[str]:
    return names.known("place_kinds") | names.known("body_kinds")


@cache
def _regions() -> frozenset[str]:
    return names.regions() | names.countries()


@cache
def _places() -> frozenset[str]:
    return names.places() | _regions()


@lru_cache(maxsize=65_536)
def is_thing(value: str) -> bool:
    """Whether it says itself that it is no person, or is a region or country whatever else has its name."""
    folded = names.fold(value)
    words = _WORD.findall(folded)
    if not words or any(map(str.isdigit, value)):
        return True
    return (
        not _kinds().isdisjoint(words[1:] or words)
        or not names.known("phrase_words").isdisjoint(words[1:])
        or words[0] in ("the", "a", "an")
        or " ".join(words) in _regions()
    )


@lru_cache(maxsize=65_536)
def is_place(value: str) -> bool:
    """Whether some place in the world is called so."""
    folded = names.fold(value)
    words = _WORD.findall(folded)
    return folded in _places() or " ".join(words) in _places() or not names.known("place_kinds").isdisjoint(words[1:])


_SURNAME_ENDS = re.compile(
    r".{3,}(?:ova|eva|ska|sky|ski|skyj|cka|cki|icz|wicz|owicz|sson|ssen|sen|dottir|ovic|evic|vich|enko|escu|oglu"
    r"|opoulos|idis|akis|yan|shvili|adze|berg|mann|stein|strom|quist|lund|ez|inen|ainen|son|ersen|aitis|auskas"
    r"|iene)\Z"
)


def like_surname(folded: str) -> bool:
    return (
        _SURNAME_ENDS.match(folded) is not None
        and folded not in names.common_words()
        and folded not in names.given_names()
    )


def things(shape: Shape) -> float:
    return shape.share_of(is_thing)


def people(shape: Shape) -> float:
    """Share of the values that a list of names knows and that are nothing else besides."""
    return shape.share_of(_is_person)


def _is_person(value: str) -> bool:
    if is_thing(value):
        return False
    words = [word for word in _WORD.findall(names.fold(value)) if len(word) >= LEAST_LETTERS]
    return any(
        ((word in names.given_names() or word in names.surnames()) and word not in names.common_words())
        or like_surname(word)
        for word in words
    )


_LISTED = re.compile(r"([^\W\d_][^\d,]*), ?([^\W\d_][^\d,]*?)(?:, ?(?:jr|sr|i{2,3}|iv)\.?)?\Z", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def is_listed_person(value: str) -> bool:
    """`Surname, Given`, as people stand in lists, of known names. `Florence, Virginia` is a place in its region."""
    parts = _LISTED.match(value.strip())
    if parts is None:
        return False
    last, given = (_WORD.findall(names.fold(part)) for part in parts.groups())
    is_region = " ".join(given) in _regions() or " ".join(last) in _regions()
    is_given = given[0] in names.given_names() and given[0] not in names.common_words() | names.known("place_kinds")
    is_last = any(word in names.surnames() or word in names.given_names() or like_surname(word) for word in last)
    return is_given and is_last and not is_region and len(given) + len(last) <= MOST_NAMES


def names_people(shape: Shape) -> bool:
    """Whether more of the values name nothing but people than are called like a place, and few say they are things.

    Half the surnames are also towns, and many towns are also surnames: what counts is which of the two is more.
    """
    share = people(shape)
    return share > 2 * things(shape) and share > shape.share_of(is_place)
