"""How one column is made from those before it: a level or a number of a donor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privsynth.generate.model.coding.codings import HIDDEN, REST, Curve, folded
from privsynth.generate.model.trees.features import State
from privsynth.generate.model.trees.forest import Forest
from privsynth.generate.model.trees.lookup import Lookup
from privsynth.generate.model.trees.nested import NestedTarget
from privsynth.keeping import kept
from privsynth.typing import Array


@kept(version=1)
@dataclass(frozen=True, eq=False)
class ClassTarget:
    """Draws the level of a donor."""

    forest: Forest | None  # None: no level may come out

    def draw(self, state: State, rows: int, rng: np.random.Generator) -> Array:
        if self.forest is None:
            return np.full(rows, HIDDEN, dtype=np.int32)
        return self.forest.draw(state, np.arange(rows), rng)


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class NumberTarget:
    """First which atom or none, then a place on the curve or lattice."""

    curve: Curve
    atoms: Forest | None
    rest: Forest | None
    same: str | None  # the column whose value the last atom repeats
    leader: str | None  # the column that the rest follows
    leading: Curve | None

    def draw(self, state: State, rows: int, rng: np.random.Generator) -> Array:
        numbers = np.full(rows, np.nan)
        atom = np.full(rows, REST) if self.atoms is None else self.atoms.draw(state, np.arange(rows), rng)
        if self.same is not None:
            numbers = np.where(atom == len(self.curve.atoms), self._within(state[self.same]), numbers)
        is_atom = (atom >= 0) & (atom < len(self.curve.atoms))
        numbers[is_atom] = self.curve.atoms[atom[is_atom]]
        free = np.flatnonzero((atom == REST) | ((atom == len(self.curve.atoms)) & np.isnan(numbers)))
        if self.rest is not None:
            anchors = (
                None
                if self.leader is None or self.leading is None
                else self.leading.position_of(state[self.leader][free])
            )
            place = self.rest.draw(state, free, rng, anchors)
            numbers[free] = self.curve.drawn_at(place if self.curve.lattice is not None else folded(place), rng)
        return numbers

    def _within(self, numbers: Array) -> Array:
        """Missing instead of a number beyond what this column may hold itself."""
        ends = self.curve.knots
        return (
            np.where((numbers >= ends[0]) & (numbers <= ends[-1]), numbers, np.nan)
            if len(ends)
            else np.full(len(numbers), np.nan)
        )


Target = ClassTarget | NumberTarget | NestedTarget | Lookup
