"""Places in a running text that name or describe a person."""

from __future__ import annotations

from privsynth.pii.analyzer import AUTO, people_and_places, second_reading
from privsynth.pii.cards import find_cards
from privsynth.pii.days import find_ages, find_days
from privsynth.pii.entities import Trait, entities, has
from privsynth.pii.forms import Hit, announced, find_forms
from privsynth.pii.phones import find_phones
from privsynth.pii.postcodes import find_postcodes
from privsynth.pii.speech import find_speech
from privsynth.pii.streets import find_streets

_TOWNS = ("CITY", "REGION")


def scan_text(text: str, *, nlp: str = AUTO) -> list[Hit]:
    """All places, in order, none overlapping another: of two the surer stays, of equals the longer.

    `nlp` is auto (a spaCy model that is installed reads too), none, or the name or folder of a model.
    """
    forms, speech = find_forms(text), [*find_speech(text)]
    hits = [
        *forms,
        *find_cards(text),
        *find_phones(text),
        *find_days(text),
        *find_ages(text),
        *find_streets(text),
        *find_postcodes(text, [(hit.start, hit.end) for hit in speech if hit.entity in _TOWNS]),
        *speech,
    ]
    return _apart([*hits, *_read_again(text, {hit.entity for hit in forms}), *people_and_places(text, nlp)])


def _read_again(text: str, found: set[str]) -> list[Hit]:
    """Presidio is asked about kinds that a keyword announces and of which our own expressions saw nothing."""
    wanted = [name for name in announced(text) if name not in found and entities()[name].presidio]
    return second_reading(text, wanted) if wanted and any(c.isdigit() for c in text) else []


def _apart(hits: list[Hit]) -> list[Hit]:
    streets = [hit for hit in hits if hit.entity == "STREET_ADDRESS"]
    hits = [
        hit
        for hit in hits
        if not has(hit.entity, Trait.IN_ADDRESS) or not any(s.start <= hit.start < s.end for s in streets)
    ]
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.score, hit.start - hit.end, hit.start)):
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(kept)
