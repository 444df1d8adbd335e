"""The shape of identifiers: which kinds of characters stand where. Learnt from many values together, never one of them.

A character is kept for a place only if at least `COMMON` different values have it there (a prefix that all share,
the zeros in front, a hyphen); everything else of a value is forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import prod
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np

from privsynth.keeping import kept
from privsynth.people.draws import Draws
from privsynth.pii.lookalikes import looks_measured, looks_worded
from privsynth.typing import Array

COMMON = 10  # fewest different values that must share a character in a place before it may be kept
MOST_SHAPES = 12
LEAST_SHARE = 0.02  # rarer shapes are not made
LEAST_COVER = 0.5  # the shapes made must be those of half of the values
LONGEST = 64  # longer texts are not identifiers; they become tokens
MOST_DIGITS = 15  # whole numbers up to here are exact in float64
CLASSES = {"9": digits, "A": ascii_uppercase, "a": ascii_lowercase}
TRIALS = 100  # texts made to see what a shape comes to
OPAQUE = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # without letters that look like digits


@kept(version=1)
@dataclass(frozen=True)
class CodeShape:
    """For each place the characters that may stand there; one character alone is always there."""

    places: tuple[str, ...]
    known: int = 0  # how many different real values have this shape: they are not free

    @property
    def capacity(self) -> int:
        return prod(len(place) for place in self.places)

    def fill(self, draws: Draws) -> Array:
        """One text a row."""
        width = len(self.places)
        letters = np.empty((len(draws), width), dtype=np.uint32)
        for at, place in enumerate(self.places):
            codes = np.frombuffer(place.encode("utf-32-le"), dtype=np.uint32)
            letters[:, at] = codes[0] if len(codes) == 1 else codes[draws.below(f"place {at}", len(codes))]
        return letters.view(f"<U{width}").ravel().astype(object)

    def with_room(self, rows: int) -> CodeShape:
        """This shape, loosened from the right until half of it is free: digits, then letters, then further digits."""
        shape, needed = self, 2 * rows + 3 * self.known
        for chars in (digits, ascii_uppercase, ascii_lowercase):
            for at in reversed(range(len(shape.places))):
                if shape.capacity >= needed:
                    return shape
                shape = shape._loosened(at, chars)
        while shape.capacity < needed and 0 < shape.digits < MOST_DIGITS:
            shape = shape._longer()
        return shape

    @property
    def digits(self) -> int:
        return sum(place[0] in digits for place in self.places)

    def _loosened(self, at: int, chars: str) -> CodeShape:
        place = self.places[at]
        if place[0] not in chars or (chars != digits and len(place) == 1):
            return self  # marks and shared letters stay
        allowed = chars[1:] if place[0] != "0" and at == 0 and chars == digits else chars
        return replace(self, places=(*self.places[:at], "".join(sorted({*place, *allowed})), *self.places[at + 1 :]))

    def _longer(self) -> CodeShape:
        at = max(i for i, place in enumerate(self.places) if place[0] in digits)
        return replace(self, places=(*self.places[: at + 1], digits, *self.places[at + 1 :]))


@kept(version=1)
@dataclass(frozen=True)
class CodeShapes:
    """The shapes of a column and how common each is."""

    shapes: tuple[CodeShape, ...]
    weights: tuple[float, ...]

    def with_room(self, rows: int) -> CodeShapes:
        total = sum(self.weights)
        return replace(
            self,
            shapes=tuple(
                s.with_room(int(rows * w / total) + 1) for s, w in zip(self.shapes, self.weights, strict=True)
            ),
        )

    @property
    def capacity(self) -> int:
        """Free values of the tightest shape, for all rows: each shape must hold its own share of them."""
        total = sum(self.weights)
        return int(
            min(max(s.capacity - s.known, 0) * total / w for s, w in zip(self.shapes, self.weights, strict=True))
        )

    def fill(self, draws: Draws) -> Array:
        steps = np.array(list(accumulate(self.weights))) / sum(self.weights)
        which = np.minimum(np.searchsorted(steps, draws.share("shape"), side="right"), len(self.shapes) - 1)
        texts = np.empty(len(draws), dtype=object)
        for at, shape in enumerate(self.shapes):
            rows = np.flatnonzero(which == at)
            texts[rows] = shape.fill(Draws(draws.seeds[rows], draws.attempt))
        return texts


def token_shape(length: int = 12) -> CodeShapes:
    """What is made where nothing can be said of the real values' shape: a letter, a digit, and some of either."""
    return CodeShapes((CodeShape((ascii_uppercase, digits[2:], *(OPAQUE,) * (length - 2))),), (1.0,))


def learn_shapes(values: Sequence[str], *, number: bool = False) -> CodeShapes:
    """The commonest shapes of these different values; an opaque token when they have too little in common."""
    for pattern in (_classes, _skeleton):
        groups = Counter(map(pattern, values))
        kept = {
            p: n
            for p, n in groups.most_common(MOST_SHAPES)
            if n >= max(LEAST_SHARE * len(values), min(COMMON, len(values))) and p
        }
        if sum(kept.values()) >= LEAST_COVER * len(values) and kept:
            wanted = {p: [v for v in values if pattern(v) == p] for p in kept}
            return CodeShapes(
                tuple(_learn_one(p, vs, number=number) for p, vs in wanted.items()),
                tuple(float(n) for n in kept.values()),
            )
    return number_shape() if number else token_shape()


def code_shapes(values: Sequence[str]) -> CodeShapes:
    """The shapes of values of unknown meaning, if what is made by them is seen to be a code; else an opaque token.

    A look-alike of a date, a number or a name would be taken for one.
    """
    shapes = learn_shapes(values)
    trial = shapes.fill(Draws(np.arange(TRIALS, dtype=np.uint64)))
    return token_shape() if any(looks_measured(text) or looks_worded(text) for text in trial) else shapes


def learn_own_shapes(values: Sequence[str], *, number: bool = False) -> tuple[Array, tuple[CodeShapes, ...]]:
    """For each value the position of its own shape in the list, if `COMMON` values share it; 0 is the shape of all."""
    groups = Counter(map(_classes, values))
    common = [pattern for pattern, count in groups.items() if count >= COMMON and pattern]
    members: dict[str, list[str]] = {pattern: [] for pattern in common}
    for value in values:
        if (pattern := _classes(value)) in members:
            members[pattern].append(value)
    shapes = [
        learn_shapes(values, number=number),
        *(CodeShapes((_learn_one(p, vs, number=number),), (1.0,)) for p, vs in members.items()),
    ]
    place = {pattern: at for at, pattern in enumerate(members, 1)}
    return np.array([place.get(_classes(value), 0) for value in values], dtype=np.int64), tuple(shapes)


def number_shape(length: int = 9) -> CodeShapes:
    return CodeShapes((CodeShape((digits[1:], *(digits,) * (length - 1))),), (1.0,))


class _Translation(dict[int, str]):
    """The class of each character, found once a character: digits, capitals, other letters, and marks as they are."""

    def __init__(self, alike: str) -> None:
        super().__init__()
        self.alike = alike

    def __missing__(self, code: int) -> str:
        c = chr(code)
        self[code] = kind = (
            c if not c.isalnum() else self.alike or ("9" if c in digits else "A" if c.isupper() else "a")
        )
        return kind


_CLASSES, _SKELETON = _Translation(""), _Translation("X")


def _classes(value: str) -> str:
    return value.translate(_CLASSES) if len(value) <= LONGEST else ""


def _skeleton(value: str) -> str:
    return value.translate(_SKELETON) if len(value) <= LONGEST else ""


def _learn_one(pattern: str, values: list[str], *, number: bool) -> CodeShape:
    columns = [Counter(column) for column in zip(*values, strict=True)]
    hexadecimal = "X" in pattern and all(
        c.lower() in "0123456789abcdef" for column in columns for c in column if c.isalnum()
    )
    places = tuple(_place(kind, column, hexadecimal=hexadecimal) for kind, column in zip(pattern, columns, strict=True))
    if number and places[0] != "-":
        places = (places[0].replace("0", "") or digits[1:], *places[1:])
    return CodeShape(places, len(values))


def _place(kind: str, column: Counter[str], *, hexadecimal: bool) -> str:
    """What may stand in one place: the characters shared by many values, or else all of their kind."""
    if kind not in "9AaX":
        return kind
    shared = "".join(sorted(c for c, n in column.items() if n >= COMMON and c.isascii()))
    if shared:
        return shared
    if kind != "X":
        return CLASSES[kind]
    kinds = {_classes(c) for c in column}
    return (
        "".join(chars[:6] if hexadecimal and name != "9" else chars for name, chars in CLASSES.items() if name in kinds)
        or digits
    )
