"""Which words of a column of numbers or dates mean that a value is missing, and how they are spelt."""

from __future__ import annotations

from collections.abc import Container, Mapping

import numpy as np

from privsynth.read.place import Place
from privsynth.read.records import Words
from privsynth.read.refusal import counted

_SIGNS = "? - -- --- . .. ... * ** # / \N{EN DASH} \N{EM DASH} \\N <NA> <NULL> <null>"
_FAULTS = "#N/A #NA #VALUE! #DIV/0! #REF! #NAME? #NUM! #NULL! 1.#QNAN 1.#IND -1.#QNAN -1.#IND -NaN -nan NaN NaT"
_WORDS = (
    *("na", "n/a", "n.a.", "n. a.", "null", "(null)", "nan", "nil", "none", "missing", "unknown"),
    *("not available", "not applicable", "not known", "not recorded", "undefined", "no data", "no date"),
    *(
        "n.d.",
        "n. d.",
        "n.v.",
        "s.d.",
        "tbd",
        "t.b.d.",
        "k.a.",
        "k. a.",
        "k.A.",
        "k. A.",
        "keine angabe",
        "keine Angabe",
    ),
    *("unbekannt", "inconnu", "desconocido", "desconhecido", "sconosciuto", "onbekend"),
)
NULLS = frozenset(
    [*_SIGNS.split(), *_FAULTS.split()]
    + [spelt for word in _WORDS for spelt in (word, word.upper(), word.capitalize(), word.title())]
)
# What programs write for a missing value, and nobody else.
QUIET = frozenset(["NA", "N/A", "#N/A", "NaN", "nan", "NaT", "NULL", "null", "None", "<NA>", "\\N"])


def split_off_missing(
    words: Words, place: Place, nulls: Container[str], *, all_may: bool
) -> tuple[list[str], set[int], str, list[str]]:
    """The words but those that mean a missing value among numbers or dates, the codes of these, and their spelling."""
    missing = {code for code, word in enumerate(words.distinct) if word in nulls}
    if not missing or (len(missing) == len(words.distinct) and not all_may):
        return words.distinct, set(), "", []
    counts = np.bincount(words.codes + 1, minlength=len(words.distinct) + 1)
    spellings = {words.distinct[code]: int(counts[code + 1]) for code in missing}
    if counts[0]:
        spellings[""] = int(counts[0])
    present = [word for code, word in enumerate(words.distinct) if code not in missing]
    return present, missing, max(spellings, key=lambda word: (spellings[word], word)), _uneven(spellings, place)


def _uneven(spellings: Mapping[str, int], place: Place) -> list[str]:
    if len(spellings) == 1:
        word, count = next(iter(spellings.items()))
        return [] if word in QUIET else [place.note(f"{counted(count, 'cell')} hold a word for a missing value")]
    cells = counted(sum(spellings.values()), "cell")
    note = f"missing values are spelt in {len(spellings)} ways ({cells}); they will be written in the commonest"
    return [place.note(note)]
