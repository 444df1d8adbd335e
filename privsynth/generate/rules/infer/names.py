"""Columns that name: keys, parts of people, and texts of a shape. Nothing of their values is told but the shape."""

from __future__ import annotations

import re
from itertools import groupby, takewhile

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role
from privsynth.generate.rules.infer.holders import Holders, proportions
from privsynth.generate.rules.infer.laws import Way
from privsynth.generate.rules.values.folk import PARTS
from privsynth.typing import Array

SHAPES = 12  # of one column, at most
LONGEST = 60  # characters of a shape
WIDEST = 14  # characters of a key, from which it is no sequence
OFTEN = 1.5  # rows with one number, on average, from which numbers are drawn again and again
WORDS = r"(\l{3,9} ){4,12}\l{3,9}"  # what stands for a text that nobody may be given
USUAL = 8  # digits of a key where too few people have any
BEYOND = 5  # times the first number of one more digit: keys that grew a little longer of late are not met
HALF = 0.5
SIGNS = re.compile(r"([\\()\[\]{}|?*+.^$])")
PART_OF = {entity: part for part, (entity, _, _) in PARTS.items()}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def key_of(values: Array, column: Column, crowd: Holders) -> tuple[Way, str]:
    """A key of its own: numbers beyond all that there are, or texts of the same build with more digits."""
    if column.kind.is_numeric:
        digits = _digits(values, crowd)
        if digits < WIDEST:
            return {"sequence": {"start": BEYOND * 10**digits + 1}}, "a key of its own: numbers beyond the real ones"
        return {"sequence": {"start": 1}}, "a key of its own"
    there = np.flatnonzero(~pd.isna(values))
    texts, crowd = values[there].astype(str), crowd.take(there)
    prefix = _letters_before(texts, crowd)
    width = _reached(np.array([len(text) for text in texts]), crowd) - len(prefix)
    if width >= WIDEST or np.mean([bool(UUID.match(text)) for text in texts]) > HALF:
        return {"uuid": {}}, "a key of its own: random UUIDs"
    start = {"start": BEYOND * 10**width + 1, "width": width + 1}
    way = {"sequence": {**start, **({"prefix": prefix} if prefix else {})}}
    return way, "a key of its own: one digit longer than the real ones"


def person_of(column: Column) -> Way | None:
    """The part of an invented person that stands for such a column."""
    part = PART_OF.get(column.entity or "")
    return {"person": part} if part and not column.kind.is_numeric and column.kind is not Kind.DATE else None


def shaped(values: Array, column: Column, crowd: Holders) -> tuple[Way, str]:
    """Texts of the shapes that enough people's values have: letters and digits alone are kept as such."""
    if column.kind.is_numeric:
        low = 10 ** _digits(values, crowd)
        if len(np.unique(values)) > len(values) / OFTEN:
            return {"sequence": {"start": low + 1}}, "numbers beyond the real ones, each once"
        return {"whole": {"low": low, "high": 10 * low - 1}}, "numbers of one digit more than the real ones"
    if column.role is Role.FREE_TEXT:
        return {"pattern": WORDS}, "words without a meaning: nothing of the texts is told"
    present = ~pd.isna(values)
    shapes, known = pd.factorize(np.array([_shape(str(text)) for text in values[present]], dtype=object))
    sizes = crowd.take(np.flatnonzero(present)).sizes(shapes, len(known)) if len(known) else np.zeros(0)
    counts = np.bincount(shapes, minlength=len(known)) * (sizes >= crowd.k) if len(known) else np.zeros(0)
    chosen = [int(at) for at in np.argsort(-counts, kind="stable")[:SHAPES] if counts[at]]
    if not chosen:
        return {"pattern": r"\l{6,12}"}, "letters: too few people share any shape"
    weights = proportions(counts[chosen])
    more = r"\d" if column.role.is_fabricated else ""  # one digit more: none of them is a real one
    parts = [{"weight": weight, "pattern": known[at] + more} for weight, at in zip(weights, chosen, strict=True)]
    left = 1 - counts[chosen].sum() / counts.sum() if counts.sum() else 0.0
    words = f"texts of {len(parts)} shapes" if len(parts) > 1 else "texts of one shape"
    lost = f", {left:.1%} of others left out" if left > 0 else ""
    return ({"mixture": parts} if len(parts) > 1 else {"pattern": parts[0]["pattern"]}), f"{words}{lost}"


def _reached(lengths: Array, crowd: Holders) -> int:
    """How long the values of people are; a few longer ones do not count."""
    return int(crowd.span_of(lengths)[1]) if crowd.size >= crowd.k else USUAL


def _digits(values: Array, crowd: Holders) -> int:
    there = np.flatnonzero(~np.isnan(values))
    lengths = np.maximum(1, np.ceil(np.log10(np.abs(values[there]) + 1.5)))
    return _reached(lengths, crowd.take(there))


def _letters_before(texts: Array, crowd: Holders) -> str:
    """The letters that keys begin with, but for those of fewer than k people at each end of the alphabet."""
    if crowd.size < 2 * crowd.k:
        return ""
    alphabet, places = np.unique(texts, return_inverse=True)
    low, high = crowd.span_of(places)
    pairs = zip(str(alphabet[int(low)]), str(alphabet[int(high)]), strict=False)
    same = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    found = re.match(r"[^\W\d]+[-_ ]?", same)
    return found[0] if found else ""


def _shape(text: str) -> str:
    kinds = [_kind(char) for char in text[:LONGEST]]
    runs = ((kind, len(list(run))) for kind, run in groupby(kinds))
    return "".join(kind if many == 1 else f"{kind}{{{many}}}" for kind, many in runs)


def _kind(char: str) -> str:
    if char.isdigit():
        return r"\d"
    if char.isalpha():
        return r"\l" if char.islower() else r"\u"
    return SIGNS.sub(r"\\\1", char) if char.isprintable() else " "
