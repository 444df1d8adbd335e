"""What the name of a column says of the rows that share one of its values: one person's, a thing's, or nothing."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path

from privsynth.pii.lexicon import key_words, words_of


class Naming(StrEnum):
    """The topics of `units.toml`; a bare key (`id`, `nr`) names nobody, and most names are in no list."""

    PERSON = "people"
    FIRM = "firms"
    THING = "things"
    TIME = "times"
    KEY = "key"
    OTHER = "other"


def names(column: str) -> Naming:
    """What the head of a name says: `patient_id` is a person, `country code` a thing, `ID` a key of whoever it is.

    Where the head says nothing, a word before it may: `year of survey`. People are only meant by the head.
    """
    words = words_of(column)
    keys = key_words()
    while words and words[0] in keys:
        words = words[1:]
    end = next((place for place, word in enumerate(words) if word in keys), len(words))
    if not words:
        return Naming.KEY
    head, *before = (_topics().get(word, Naming.OTHER) for word in words[end - 1 :: -1])
    said = (topic for topic in before if topic not in (Naming.PERSON, Naming.OTHER))
    return head if head is not Naming.OTHER else next(said, Naming.OTHER)


@cache
def _topics() -> dict[str, Naming]:
    with (Path(__file__).parent / "units.toml").open("rb") as file:
        topics: dict[str, list[str]] = tomllib.load(file)
    return {word: Naming(topic) for topic, words in reversed(topics.items()) for word in words}
