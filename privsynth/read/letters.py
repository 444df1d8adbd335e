"""In which encoding bytes read like words of some language: the evidence where a file says nothing itself."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import log
from typing import Any
from unicodedata import category, east_asian_width, name

MOST_WORDS = 4000  # that many different words tell as much as all

ASCII_LETTER, MARK, STRANGE, UNKNOWN = log(1 / 28), -6.0, -13.0, -13.0
LEAST = 1e-4  # share of a letter that belongs to a language but is rare
_COMMON_MARKS = frozenset("’‘“”„‚–—…«»‹›°€£¥§²³µº ª½¼¾×÷±©®™•·´¡¿№、。「」・（）：，！？－؟،؛¿¡")  # noqa: RUF001
_SOFT = frozenset("’'·-‐ªº´`・、。ー")  # noqa: RUF001 - what may stand inside a word
_MONEY = frozenset("€£¥")
_MEASURE = frozenset("°±µ²³½¼¾×÷")  # noqa: RUF001


@dataclass(frozen=True, order=True)
class Reading:
    """The words of a sample under one encoding, and how likely that is (natural logarithm)."""

    score: float
    encoding: str
    text: str = field(repr=False)


def readings(sample: bytes) -> list[Reading]:
    """The encodings under which the bytes are text, the likeliest first; of those that give the same text one."""
    words = _words(sample)
    known: dict[str, Reading] = {}
    for region in _data()["regions"].values():
        for encoding, rarity in region["encodings"].items():
            text = _decoded(words, encoding)
            if text is not None:
                reading = Reading(likelihood(text, languages(*region["languages"])) - rarity, encoding, text)
                known[text] = max(reading, known.get(text, reading))
    return sorted(known.values(), reverse=True)


def _words(sample: bytes) -> bytes:
    """The words with bytes beyond ASCII. No byte at which they are cut is ever the second of a letter."""
    words = re.findall(rb"[^\s,;\"]*[\x80-\xff][^\s,;\"]*", sample)
    return b" ".join(list(dict.fromkeys(words))[:MOST_WORDS])


def _decoded(words: bytes, encoding: str) -> str | None:
    try:
        text = words.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if any(category(char) in ("Cc", "Cn", "Co", "Cs") for char in set(text)) else text


def likelihood(text: str, spoken_there: Sequence[Language]) -> float:
    """How likely words are: by the letters of the language that explains them best, and by what stands beside what."""
    letters, others = Counter[str](), Counter[str]()
    for char, count in Counter(text).items():
        (letters if _is_letter(char) else others)[char.lower()] += count
    spoken = max(sum(count * of(char) for char, count in letters.items()) for of in spoken_there)
    return spoken + sum(count * _mark(char) for char, count in others.items()) + _company(text)


def _is_letter(char: str) -> bool:
    """Letters, and the vowels and accents that some scripts write upon them."""
    return category(char)[0] in "LM"


def _mark(char: str) -> float:
    return ASCII_LETTER if char.isascii() else MARK if char in _COMMON_MARKS else STRANGE


# Which neighbours words do not have, by kind of character: `a` and `A` ASCII letters small and large, `l` and `U` other
# Latin ones, `g` and `G` those of other scripts, `c` letters without case, `w` wide ones, `d` digits, `m` signs of
# money, `q` of measures, `p` what may stand inside a word, `s` other signs.
_COMPANY = (
    (re.compile(r"(?=[al]U|lA|gG)"), -5.0),
    (re.compile(r"(?=[AU]U[al])"), -4.0),
    (re.compile(r"(?=[aAlUgGcw][sm][aAlUgGcw])"), -6.0),
    (re.compile(r"(?=[lUgGc]d|d[lUgGc])"), -6.0),
    (re.compile(r"(?=[aAlU][gGcw]|[gGcw][aAlU])"), -4.0),
    (re.compile(r"(?=md|dm)"), 4.0),
    (re.compile(r"(?=qd|dq)"), 2.0),
)


def _company(text: str) -> float:
    kinds = text.translate({ord(char): _kind(char) for char in set(text)})
    return sum(weight * len(pattern.findall(kinds)) for pattern, weight in _COMPANY)


def _kind(char: str) -> str:
    for kind, signs in (("m", _MONEY), ("q", _MEASURE), ("p", _SOFT)):
        if char in signs:
            return kind
    if not _is_letter(char):
        return "d" if char.isdigit() else " " if char.isascii() else "s"
    if not (char.islower() or char.isupper()):
        return "w" if east_asian_width(char) in "WFH" else "c"
    script = "aA" if char.isascii() else "lU" if name(char).startswith("LATIN") else "gG"
    return script[char.isupper()]


BEYOND = 0.15  # the share of such letters in the words that have any, in languages that also write with ASCII letters


class Language:
    """How likely each letter is in words of one language that have letters beyond ASCII."""

    def __init__(self, called: str, letters: Mapping[str, float]) -> None:
        self.called, total = called, sum(letters.values())
        beyond = min(max(total, BEYOND), 0.98)
        self.letters = {letter: share * beyond / total for letter, share in letters.items()}
        self.ascii = log((1 - beyond) / 28)

    def __call__(self, char: str) -> float:
        if char.isascii():
            return self.ascii
        share = self.letters.get(char)
        return log(max(share, LEAST)) if share is not None else _rare(self.called, char)


# Scripts of thousands of letters: the encoding in whose first rows the commoner ones stand, the last of these rows, and
# about how many of them there are.
_LEGION = {
    "ja": ("shift_jis", 0x98, 3200),
    "ko": ("euc_kr", 0xC8, 2350),
    "zh-Hans": ("gb2312", 0xD7, 3755),
    "zh-Hant": ("big5", 0xC6, 5400),
}


def _rare(language: str, char: str) -> float:
    """A letter beyond the listed ones: an uncommon one of a large script, or none of the language."""
    if language not in _LEGION:
        return UNKNOWN
    encoding, last, number = _LEGION[language]
    try:
        row = char.encode(encoding)[0]
    except UnicodeEncodeError:
        return UNKNOWN
    return -log(number) - 1.0 if 0x80 <= row <= last else UNKNOWN + 1.0


@cache
def languages(*called: str) -> tuple[Language, ...]:
    """The languages of a region, and their mixture."""
    letters = [dict(_shares(_data()["letters"][one])) for one in called]
    return (*map(Language, called, letters), Language("", _mixed(letters)))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("privsynth.read").joinpath("letters.toml").read_text(encoding="utf-8"))


def _mixed(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    letters = sorted(set().union(*parts))
    return {letter: sum(part.get(letter, 0.0) for part in parts) / len(parts) for letter in letters}


def _shares(line: str) -> Iterator[tuple[str, float]]:
    for item in line.split():
        yield item[0], int(item[1:]) / 10_000
