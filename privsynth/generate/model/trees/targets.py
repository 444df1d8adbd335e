"""How one column is made from those before it: a level, or a number, like those of its donors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from privsynth.generate.model.coding.codings import HIDDEN, REST, Curve, folded
from privsynth.generate.model.trees.features import State
from privsynth.generate.model.trees.forest import Forest
from privsynth.generate.model.trees.guide import normal, share
from privsynth.generate.model.trees.lookup import Lookup
from privsynth.generate.model.trees.nested import NestedTarget
from privsynth.keeping import kept
from privsynth.typing import Array

LEVELS = 64  # equal parts of what is drawn


@kept(version=1)
@dataclass(frozen=True, eq=False)
class ClassTarget:
    """Draws a level as often as the donors hold it."""

    forest: Forest | None  # None: no level may come out

    def draw(self, state: State, rows: int, rng: np.random.Generator) -> Array:
        if self.forest is None:
            return np.full(rows, HIDDEN, dtype=np.int32)
        return self.forest.draw(state, np.arange(rows), rng)


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Rest:
    """Where on its curve or lattice a number lies that is no atom.

    On a curve leaves tell of normal scores, which have no ends. What they give is a little too seldom here and too
    often there: `levels` says where equal parts of it lie, which are then spread evenly.
    """

    forest: Forest
    is_list: bool  # on a lattice, where leaves tell of places
    leader: str | None = None  # the column that it follows
    leading: Curve | None = None
    levels: Array = field(default_factory=lambda: np.zeros(0))

    def places(self, state: State, rows: Array, rng: np.random.Generator) -> Array:
        drawn = self.forest.draw(state, rows, rng, self.anchors(state, rows))
        places = folded(drawn if self.is_list else share(drawn))
        return np.interp(places, self.levels, np.linspace(0, 1, len(self.levels))) if len(self.levels) else places

    def anchors(self, state: State, rows: Array) -> Array | None:
        """Where the column that it follows lies, as a normal score."""
        if self.leader is None or self.leading is None:
            return None
        edge = 0.5 / max(len(self.leading.scale), 1)
        return normal(np.clip(self.leading.position_of(state[self.leader][rows]), edge, 1 - edge))

    def levelled(self, state: State, rows: Array, rng: np.random.Generator, k: int) -> Rest:
        """The same, drawn so that it is spread as evenly over these rows as their own numbers are."""
        steps = min(LEVELS, len(rows) // k)
        if steps < 2:
            return self
        inner = np.quantile(self.places(state, rows, rng), np.arange(1, steps) / steps)
        return replace(self, levels=np.maximum.accumulate(np.concatenate([[0.0], inner, [1.0]])))


@kept(version=2)
@dataclass(frozen=True, eq=False, kw_only=True)
class NumberTarget:
    """First which atom or none, then a place on the curve or lattice."""

    curve: Curve
    atoms: Forest | None
    rest: Rest | None
    same: str | None  # the column whose value the last atom repeats

    def draw(self, state: State, rows: int, rng: np.random.Generator) -> Array:
        numbers = np.full(rows, np.nan)
        atom = np.full(rows, REST) if self.atoms is None else self.atoms.draw(state, np.arange(rows), rng)
        if self.same is not None:
            numbers = np.where(atom == len(self.curve.atoms), self._within(state[self.same]), numbers)
        is_atom = (atom >= 0) & (atom < len(self.curve.atoms))
        numbers[is_atom] = self.curve.atoms[atom[is_atom]]
        free = np.flatnonzero((atom == REST) | ((atom == len(self.curve.atoms)) & np.isnan(numbers)))
        if self.rest is not None:
            numbers[free] = self.curve.drawn_at(self.rest.places(state, free, rng), rng)
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
