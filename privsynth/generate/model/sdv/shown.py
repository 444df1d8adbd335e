"""What a foreign engine may see of a column, and the way back: numbered codes, and numbers on a scale from 0 to 1.

Rare values and extremes are gone before anything is shown. A scale is shown in two parts: which step it takes (a value
that stands out, missing, or the rest), and where on its curve the rest lies; so that missing values and spikes keep
their share and their company.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from privsynth.errors import BackendError
from privsynth.generate.model.coding.codings import HIDDEN, REST, Classes, Coding, Curve
from privsynth.typing import Array

CODE, PLACE = "code", "place"


@dataclass(frozen=True, eq=False)
class LevelBucket:
    """Levels too many to be shown apart: the most frequent ones have a code each, the rest shares the last code."""

    own: Array  # the level behind each code but the last
    tail: Array  # the levels behind the last
    share: Array  # how often each of these comes

    def cut(self, codes: Array, levels: int) -> Array:
        short = np.full(levels, len(self.own))
        short[self.own] = np.arange(len(self.own))
        return np.asarray(short[codes])

    def spread(self, codes: Array, rng: np.random.Generator) -> Array:
        levels = np.append(self.own, 0)[codes]
        inside = codes == len(self.own)
        levels[inside] = rng.choice(self.tail, int(inside.sum()), p=self.share)
        return np.asarray(levels)


@dataclass(frozen=True, eq=False)
class Shown:
    """One column in an engine's terms. `parts` are its training values: codes, places, both or nothing."""

    coding: Coding
    parts: Mapping[str, Array]
    bucket: LevelBucket | None = None

    @property
    def ordered(self) -> bool:
        """Whether the codes follow the order of the values."""
        return isinstance(self.coding, Classes) and self.coding.axis is not None and self.bucket is None

    @property
    def width(self) -> dict[str, int]:
        """How many levels each part has; 0 for a number."""
        return {part: int(values.max()) + 1 if part == CODE else 0 for part, values in self.parts.items()}

    def restore(self, drawn: Mapping[str, Array], rows: int, rng: np.random.Generator) -> Array:
        if isinstance(self.coding, Classes):
            return self.coding.decode(self._levels(drawn, rows, rng))
        return self.coding.axis.write(_numbers(self.coding, drawn, rows, rng))

    def _levels(self, drawn: Mapping[str, Array], rows: int, rng: np.random.Generator) -> Array:
        if not isinstance(self.coding, Classes) or CODE not in drawn:
            return np.zeros(rows, dtype=np.int64)
        return drawn[CODE] if self.bucket is None else self.bucket.spread(drawn[CODE], rng)


def show(coding: Coding, values: Array, rng: np.random.Generator, *, most: int | None = None) -> Shown:
    """The protected column; more than `most` levels share a bucket."""
    if isinstance(coding, Classes):
        return _show_levels(coding, coding.encode(values), rng, most)
    return _show_scale(coding, coding.axis.rounded(coding.axis.read(values)), rng)


def _show_levels(coding: Classes, codes: Array, rng: np.random.Generator, most: int | None) -> Shown:
    if len(coding.levels) < 2:
        return Shown(coding, {})
    codes = _without(codes, HIDDEN, rng)
    if most is None or len(coding.levels) <= most:
        return Shown(coding, {CODE: codes})
    bucket = _bucket(np.bincount(codes, minlength=len(coding.levels)), most - 1)
    return Shown(coding, {CODE: bucket.cut(codes, len(coding.levels))}, bucket)


def _bucket(counts: Array, kept: int) -> LevelBucket:
    order = np.argsort(-counts, kind="stable")
    own, tail = np.sort(order[:kept]), np.sort(order[kept:])
    return LevelBucket(own, tail, counts[tail] / counts[tail].sum())


def _show_scale(coding: Curve, numbers: Array, rng: np.random.Generator) -> Shown:
    steps = coding.atom_of(numbers)
    if (steps == HIDDEN).all():
        return Shown(coding, {})
    rest = steps == REST
    steps = _without(steps, HIDDEN, rng)
    parts = {CODE: np.where(steps == REST, len(coding.atoms), steps)} if len(coding.atoms) + coding.has_rest > 1 else {}
    places = _places(coding, numbers[rest])
    if len(np.unique(places)) < 2:
        return Shown(coding, parts)
    shown = np.full(len(numbers), np.nan)
    shown[rest] = places
    shown[~rest] = rng.choice(places, int((~rest).sum()))
    return Shown(coding, {**parts, PLACE: shown})


def _without(codes: Array, unwanted: int, rng: np.random.Generator) -> Array:
    """What may not be shown becomes what others are."""
    gone = codes == unwanted
    codes = codes.astype(np.int64)
    codes[gone] = rng.choice(codes[~gone], int(gone.sum())) if gone.any() else 0
    return codes


def _ends(coding: Curve) -> tuple[float, float]:
    scale = coding.knots if coding.lattice is None else coding.lattice
    return float(scale[0]), float(scale[-1])


def _places(coding: Curve, rest: Array) -> Array:
    if not len(rest):
        return rest
    low, high = _ends(coding)
    return np.clip(
        (coding.value_at(coding.place_of(rest)) - low) / ((high - low) or 1.0), 0, 1
    )  # a value is rounded, an end is not


def _numbers(coding: Curve, drawn: Mapping[str, Array], rows: int, rng: np.random.Generator) -> Array:
    if not len(coding.atoms) and not coding.has_rest:
        return np.full(rows, np.nan)
    steps = drawn.get(CODE, np.zeros(rows, dtype=np.int64))
    numbers = np.append(coding.atoms, 0.0)[steps]
    rest = steps == len(coding.atoms)
    if rest.any():
        numbers[rest] = coding.textured(_values(coding, drawn.get(PLACE, np.zeros(rows))[rest]), rng)
    return np.asarray(numbers)


def _values(coding: Curve, places: Array) -> Array:
    if np.isnan(places).any():
        raise BackendError(
            "the engine drew values that are not numbers: its training did not converge.",
            hint="use other epochs, or the engine trees",
        )
    low, high = _ends(coding)
    values = low + np.clip(places, 0, 1) * (high - low)
    return coding.value_at(coding.place_of(values)) if coding.lattice is not None else coding.axis.rounded(values)
