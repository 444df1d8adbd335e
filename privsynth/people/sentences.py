"""Neutral sentences that say nothing of anybody: they stand where free text stood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from privsynth.people.draws import Draws
from privsynth.typing import Array


def _words(text: str) -> Array:
    return np.array(text.split(), dtype=object)


# Few fixed words stand side by side, so that no run of five words is shared with a real text but by rare chance.
_OPEN = _words("One Another Every Some Each That This No Any Either")
_QUALITY = _words(
    "grey quiet wooden narrow plain copper round distant hollow gentle spare woven muted level brisk tidy upper "
    "lower polished silent"
)
_THING = _words(
    "parcel lantern ledger bridge kettle basket window meadow wagon anchor pebble ladder carpet orchard blanket "
    "bucket compass fountain"
)
_DEED = _words(
    "rests waits leans turns drifts settles lingers remains stands moves glows fades gathers returns sways floats "
    "slides rolls"
)
_MANNER = _words(
    "slowly calmly often rarely twice mostly softly evenly again lightly steadily nearby outside briefly upward "
    "sideways"
)
_PLACE = _words("beside under behind above beyond against along near inside past around below")

WORDS_EACH = 7  # words of one sentence
MOST = 12  # sentences of one text


def sentences_for(values: Sequence[str]) -> tuple[int, int]:
    """How many sentences the middle half of the texts would be: the only thing that is learnt of them."""
    lengths = [value.count(" ") + 1 for value in values] or [WORDS_EACH]
    low, high = np.quantile(lengths, [0.25, 0.75])
    fewest = int(min(max(round(low / WORDS_EACH), 1), MOST))
    return fewest, int(min(max(round(high / WORDS_EACH), fewest), MOST))


def write_text(draws: Draws, fewest: int, most: int) -> Array:
    """A text of `fewest` to `most` sentences for each row."""
    count = fewest + draws.below("sentences", most - fewest + 1)
    text = _sentence(draws, 0)
    for at in range(1, most):
        more = " " + _sentence(draws, at)
        text = np.where(at < count, text + more, text)
    return text


def _sentence(draws: Draws, at: int) -> Array:
    parts = [
        draws.pick(f"{name} {at}", words)
        for name, words in (("open", _OPEN), ("quality", _QUALITY), ("thing", _THING), ("deed", _DEED))
    ]
    parts += [
        draws.pick(f"{name} {at}", words)
        for name, words in (("manner", _MANNER), ("place", _PLACE), ("other", _QUALITY), ("end", _THING))
    ]
    text = parts[0]
    for part in parts[1:]:
        text = text + " " + part
    return text + "."
