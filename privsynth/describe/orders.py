"""Orders that people give to words: sizes, grades, answers, months, bands of numbers."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from privsynth.spelling.bands import bands_of

_STAGE = re.compile(
    r"(?P<word>stage|level|grade|class|step|phase|tier|quarter|week|month|year|q|stufe|klasse|grad|quartal|woche|jahr|niveau|nivel|etape|classe|semaine|trimestre)"
    r"[ ._-]*(?P<number>\d{1,3})\Z"
)
_FEWEST, _MOST = 3, 40  # levels that make an order worth a word
_MOST_BANDS = 2_000  # intervals may be hundreds


def order_of(levels: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    """The name of the order that these levels follow, and the levels in it; None if they follow none that is known."""
    known = list(dict.fromkeys(levels))
    plain = {level: _plain(level) for level in known}
    if not _FEWEST <= len(known) <= _MOST_BANDS or _are_mere_letters(plain.values()):
        return None
    for name, places in _orders(list(plain.values())):
        steps = {level: places[plain[level]] for level in known if plain[level] in places}
        if len(steps) == len(set(steps.values())) == len(known):
            return name, tuple(sorted(known, key=steps.__getitem__))
    return None


def _orders(levels: list[str]) -> Iterator[tuple[str, dict[str, float]]]:
    """Each order that is known, with the place of each of its levels."""
    if len(levels) <= _MOST:
        yield from _scales().items()
    yield "bands of numbers", _bands(levels)
    if len(levels) <= _MOST:
        yield "numbered steps", _stages(levels)


def _are_mere_letters(levels: Iterable[str]) -> bool:
    """a, b, c may be grades or wards: letters are grades only if there are five of them, or if they are sizes."""
    distinct = set(levels)
    return len(distinct) < 5 and all(len(level) == 1 for level in distinct) and not distinct <= {"s", "m", "l"}


def _plain(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(bare.replace("_", " ").split())


def _bands(levels: Iterable[str]) -> dict[str, float]:
    """`18-25`, `65+`, `<18`, `[10, 20)`, `7:25 a.m. to 7:29 a.m.`: by where they begin."""
    bands = bands_of(levels)
    place = {band: float(at) for at, band in enumerate(sorted(set(bands.values())))}
    return {level: place[band] for level, band in bands.items()}


def _stages(levels: Iterable[str]) -> dict[str, float]:
    """`Q1`, `Q2`; `stage 1`, `stage 2`: one word, then a number that starts near one."""
    found = {level: match for level in levels if (match := _STAGE.match(level))}
    numbers = {level: float(match["number"]) for level, match in found.items()}
    is_run = (
        len({match["word"] for match in found.values()}) == 1 and numbers and max(numbers.values()) <= len(numbers) + 1
    )
    return numbers if is_run else {}


@cache
def _scales() -> dict[str, dict[str, float]]:
    """The step of each spelling, by scale. A column follows a scale if its levels are on it, each on its own step."""
    with (Path(__file__).parent / "orders.toml").open("rb") as file:
        scales: dict[str, list[list[str]]] = tomllib.load(file)
    return {
        name: {word: float(place) for place, step in enumerate(steps) for word in step}
        for name, steps in scales.items()
    }
