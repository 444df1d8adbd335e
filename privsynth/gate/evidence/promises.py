"""What no report may promise: words that promise more than anybody can measure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from privsynth.measure.words import unescaped, words_of

CLAIMS = (
    ("anonymous",),
    ("anonymised",),
    ("anonymized",),
    ("compliant",),
    ("guaranteed",),
    ("safe",),
    ("no", "pii"),
    ("pii", "free"),
    ("free", "of", "pii"),
    ("no", "personal", "data"),
    ("risk", "free"),
    ("no", "risk"),
    ("zero", "risk"),
    ("pii", "scan", "passed"),
)
NOT_A_CLAIM = (("safe", "harbor"), ("safe", "harbour"))  # the name of a rule
_NEGATION = re.compile(r"(?:\bnot|\bnever|\bnor)(?: (?:a|an|as|be|been|yet))? $")
_HIDDEN = re.compile(r"<(style|script)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_SPOKEN = re.compile(r"""\b(?:aria-label|title|alt)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def claims_in(text: str, names: Iterable[tuple[str, ...]]) -> list[str]:
    """The claims that a text makes, each as often as it is made; `names` (of columns and levels) are no claims of ours.

    A claim that is denied right before it ("not", "never", "nor", with at most "a", "be", "as" ... between) is none.
    """
    line = f" {' '.join(words_of(unescaped(_read_aloud(text))))} "
    for name in (*NOT_A_CLAIM, *sorted(set(names), key=len, reverse=True)):
        if any(f" {' '.join(claim)} " in f" {' '.join(name)} " for claim in CLAIMS):
            line = line.replace(f" {' '.join(name)} ", " | ")
    return [
        phrase
        for phrase in map(" ".join, CLAIMS)
        for place in _places(line, phrase)
        if not _NEGATION.search(line[:place])
    ]


def _places(line: str, phrase: str) -> list[int]:
    return [found.start() + 1 for found in re.finditer(f" {re.escape(phrase)}(?= )", line)]


def _read_aloud(text: str) -> str:
    """What a reader sees or hears of a page: no style, no script, no tag, but the labels in tags."""
    if "<html" not in text[:2000].lower():
        return text
    text = _HIDDEN.sub(" ", text)
    spoken = " ".join(a or b for a, b in _SPOKEN.findall(text))
    return f"{_TAG.sub(' ', text)} {spoken}"
