"""Check digits that survive: a valid card, IBAN or national number becomes a valid one, an invalid one stays invalid.

What a check says of a value is part of its form, so that tokens stay on their side of it. Where the check digit follows
from the others it is left out of the permutation and worked out again; elsewhere texts on the wrong side are skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

import numpy as np

from privsynth.generate.mask.tokens.forms import CLASSES, LOWER, NINE, UPPER, Box
from privsynth.generate.mask.tokens.packed import unpacked
from privsynth.pii.check_digits import luhn
from privsynth.pii.checks import card
from privsynth.pii.entities import Entity, entities
from privsynth.typing import Array

MOST_OF = 0.95  # of the known values must pass a check, or it is not the column's
VALID, ISSUED = 1, 2
NO_PROOF = frozenset({"ours.domain", "ours.high_entropy", "ours.ipv6", "ours.ups"})  # checks of sense, not of digits


class Check(Protocol):
    """What is known of one kind of number."""

    @property
    def keeps_prefix(self) -> bool:
        """Whether letters in front (a country) always stay."""

    @property
    def is_slow(self) -> bool:
        """Whether each text costs a call of Python."""

    def flags(self, matrix: Array) -> Array:
        """What the check says of texts of one pattern: a small number each; VALID is among its bits."""

    def held(self, box: Box) -> Box:
        """The box without the places that follow from the others."""

    def repair(self, matrix: Array) -> Array:
        """The texts with those places worked out."""


def check_for(name: str | None) -> Check | None:
    """The check of an entity, if it has one."""
    entity = None if name is None else entities().get(name)
    if entity is None or not entity.check or entity.check in NO_PROOF:
        return None
    ours: dict[str, Callable[[], Check]] = {"ours.card": CardCheck, "ours.iban": IbanCheck}
    return ours.get(entity.check, lambda: RegistryCheck(entity.name))()


@dataclass(frozen=True)
class CardCheck:
    """Cards: mod 10 over all digits, the last of which follows; and whether the first four are an issuer's."""

    keeps_prefix: bool = False
    is_slow: bool = False

    def flags(self, matrix: Array) -> Array:
        at = _digit_places(matrix)
        if not 12 <= len(at) <= 19:
            return np.zeros(len(matrix), dtype=np.uint8)
        numbers = matrix[:, at] - np.uint8(48)
        first = numbers[:, :4].astype(np.int64) @ np.array([1000, 100, 10, 1])
        return np.asarray(
            VALID * (luhn(numbers[:, :-1]) == numbers[:, -1]) + ISSUED * _issuers(len(at))[first], dtype=np.uint8
        )

    def held(self, box: Box) -> Box:
        at = max(place for place, letters in enumerate(box.places) if letters[0] in b"0123456789")
        return replace(box, places=(*box.places[:at], b"0", *box.places[at + 1 :]))

    def repair(self, matrix: Array) -> Array:
        at = _digit_places(matrix)
        matrix[:, at[-1]] = 48 + luhn(matrix[:, at[:-1]] - np.uint8(48))
        return matrix


def _digit_places(matrix: Array) -> Array:
    return np.flatnonzero((CLASSES[matrix] == NINE).all(axis=0))


@cache
def _issuers(digits: int) -> Array:
    """For each first four digits whether cards of that length are issued under them, as `pii.checks.card` knows it."""
    issued = np.zeros(10_000, dtype=bool)
    for first in range(10_000):
        body = f"{first:04d}{1:0{digits - 5}d}"
        issued[first] = card(f"{body}{luhn(np.array([[*map(int, body)]]))[0]}")
    return issued


@dataclass(frozen=True)
class IbanCheck:
    """Mod 97 over all characters, country and check digits last; both check digits follow from the others."""

    keeps_prefix: bool = True
    is_slow: bool = False

    def flags(self, matrix: Array) -> Array:
        at = _word_places(matrix)
        if len(at) < 8 or not (CLASSES[matrix[:, at[2:4]]] == NINE).all():
            return np.zeros(len(matrix), dtype=np.uint8)
        stated = (matrix[:, at[2]].astype(np.int64) - 48) * 10 + matrix[:, at[3]] - 48
        return np.asarray(
            VALID * ((_mod_97(matrix[:, [*at[4:], *at[:4]]]) == 1) & (stated >= 2) & (stated <= 98)), dtype=np.uint8
        )

    def held(self, box: Box) -> Box:
        at = [place for place, letters in enumerate(box.places) if CLASSES[letters[0]] in (NINE, UPPER, LOWER)][2:4]
        return replace(box, places=tuple(b"0" if place in at else letters for place, letters in enumerate(box.places)))

    def repair(self, matrix: Array) -> Array:
        at = _word_places(matrix)
        matrix[:, at[2:4]] = 48
        stated = 98 - _mod_97(matrix[:, [*at[4:], *at[:4]]])
        matrix[:, at[2]], matrix[:, at[3]] = 48 + stated // 10, 48 + stated % 10
        return matrix


def _word_places(matrix: Array) -> Array:
    return np.flatnonzero(np.isin(CLASSES[matrix], (NINE, UPPER, LOWER)).all(axis=0))


def _mod_97(matrix: Array) -> Array:
    rest = np.zeros(len(matrix), dtype=np.int64)
    for column in matrix.T.astype(np.int64):
        is_digit = column < 58
        rest = (rest * np.where(is_digit, 10, 100) + np.where(is_digit, column - 48, (column & ~32) - 55)) % 97
    return rest


@dataclass(frozen=True)
class RegistryCheck:
    """Any other kind: the shape and the check of `entities.toml`, asked for one text at a time."""

    name: str
    keeps_prefix: bool = False
    is_slow: bool = True

    @property
    def entity(self) -> Entity:
        return entities()[self.name]

    def flags(self, matrix: Array) -> Array:
        holds = self.entity.holds
        return np.fromiter((holds(text) for text in unpacked(matrix)), dtype=np.uint8, count=len(matrix))

    def held(self, box: Box) -> Box:
        return box

    def repair(self, matrix: Array) -> Array:
        return matrix
