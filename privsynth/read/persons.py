"""Whether the cell above a column is its first person: written like the cells below, and known to the lists of names.

The lists are asked only where the form says so: most headers are not written like what stands below them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LOOKED_AT = 1000
MOST = 0.5  # of the cells below: so many are written alike, or are names
OFFICES = frozenset(
    ["dean", "governor", "judge", "justice", "kunde", "mayor", "senator"]
)  # they name columns, and people as well
_WORD = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:[ ,.'\u2019-]+[^\W\d_]+)*\.?")


def first_persons(header: Sequence[str], columns: Sequence[Sequence[str]]) -> list[int]:
    """The columns above which a person stands."""
    return [at for at, (name, cells) in enumerate(zip(header, columns, strict=False)) if _is_first(name, cells)]


def _is_first(name: str, cells: Sequence[str]) -> bool:
    some = [cell for cell in cells[:LOOKED_AT] if cell.strip()]
    form = _form(name)
    if form is None or sum(_form(cell) == form for cell in some) <= MOST * len(some):
        return False
    known = _known(name)
    return known > 1 or (known == 1 and sum(_known(cell) > 0 for cell in some) > MOST * len(some))


def _form(cell: str) -> tuple[bool, str] | None:
    """Whether it has several words, and how their letters are written; None where it has other signs."""
    if not _WORDS.fullmatch(cell.strip()):
        return None
    words = _WORD.findall(cell)
    if cell.islower() or cell.isupper():
        return len(words) > 1, "small" if cell.islower() else "capital"
    return (len(words) > 1, "capitalised") if words[0][0].isupper() and words[-1][0].isupper() else None


def _known(cell: str) -> int:
    """How many of its words are names of people: of several one is a given name. 0 where one is an ordinary word."""
    from privsynth.pii import names

    words = [word for word in _WORD.findall(names.fold(cell)) if word not in names.known("titles")]
    if any(word in OFFICES or word in names.ordinary_words() for word in words):
        return 0
    count = sum(map(_is_name, words))
    return count if any(word in names.given_names() for word in words) else min(count, 1)


def _is_name(word: str) -> bool:
    from privsynth.pii import names, namesakes

    return word in names.given_names() or word in names.surnames() or namesakes.like_surname(word)
