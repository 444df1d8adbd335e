"""Columns made one after another, each like that of the donors that a tree finds alike in what is already made.

Classes with few levels come first, then numbers, then classes with many levels. A number with atoms (missing, spikes,
the same value as another column) is made in two steps: which atom or none, then where on its curve. A column that
another one determines is looked up. Nothing that fewer than `k` units hold comes out, and each value is drawn from the
rows of at least `least` units: `min_leaf` is the privacy dial, and governs look-ups as well. A unit is a row, or a
person: all rows of one are in the same fold. What is kept of the donors are figures of at least `k` units each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.engines import ENGINES
from privsynth.generate.model.coding.codings import REST, Classes, Coding, Curve, learn_coding
from privsynth.generate.model.coding.ranks import ranks
from privsynth.generate.model.engine import frame_of
from privsynth.generate.model.trees.features import Aim, State, where_and_how_far
from privsynth.generate.model.trees.forest import Forest, Task, grow
from privsynth.generate.model.trees.guide import ColumnsSoFar, normal
from privsynth.generate.model.trees.kept import check_step
from privsynth.generate.model.trees.lookup import find_lookups, listing_of
from privsynth.generate.model.trees.nested import Nest, NestedTarget, find_nests, rows_of_units
from privsynth.generate.model.trees.related import Related, relate, same_as
from privsynth.generate.model.trees.seasons import seasons
from privsynth.generate.model.trees.targets import ClassTarget, NumberTarget, Rest, Target
from privsynth.keeping import kept, learnt_values
from privsynth.recipe import TableRecipe
from privsynth.stages import Watch, unwatched
from privsynth.typing import Array

FOLDS = 2
LEARNT = ("codings_", "given_", "names_", "targets_")
MANY_LEVELS = 20  # classes with more come last
ONE_BY_ONE = 32  # classes with more are told apart by their place among the other columns, not one by one
APART = 0.75  # share of what tells values of a list apart that makes each of them one by itself
CLASS_LEAF, NUMBER_LEAF = 16, 12  # rows of a leaf where it grows; about as many of the other folds give


@dataclass(frozen=True, eq=False, kw_only=True)
class TreeLesson:
    """What every column is learnt from."""

    state: State
    sizes: Mapping[str, int]
    codings: Mapping[str, Coding]
    folds: Array
    units: Array | None
    related: Related
    rng: np.random.Generator

    def units_of(self, rows: Array) -> Array | None:
        return None if self.units is None else self.units[rows]


@kept(version=2, names=("k", "min_leaf", *LEARNT))
class Trees:
    """Sequential cross-fitted trees."""

    def __init__(self, *, k: int, min_leaf: int | None = None, watch: Watch = unwatched) -> None:
        self.k, self.min_leaf, self.watch = k, min_leaf, watch

    def fit(
        self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Array | None = None
    ) -> Self:
        codings = {
            column.name: learn_coding(column, table.values(column.name), self.k, units) for column in table.columns
        }
        sizes = {name: len(coding.levels) for name, coding in codings.items() if isinstance(coding, Classes)}
        state = ColumnsSoFar(codings)
        state |= {name: _read(coding, table.values(name)) for name, coding in codings.items()}
        self.given_, self.names_ = (
            tuple(given),
            [column.name for column in table.columns if column.name not in set(given)],
        )
        listings = {
            name: listing for name in codings if (listing := listing_of(codings[name], state[name])) is not None
        }
        order = _order(self.names_, sizes, [name for name in codings if seasons(name, codings[name], np.zeros(0))])
        least = max(self.k, self.min_leaf or 0)
        lookups = find_lookups(listings, order, self.given_, least, units)
        names = [name for name in order if name in listings]
        nests = find_nests(listings, lookups, names=names, given=self.given_, least=least, units=units)
        for nest in nests.values():
            lookups.pop(nest.parent, None)
        after = {name: look.source for name, look in lookups.items()} | {n: nest.parent for n, nest in nests.items()}
        visits = _visits(order, self.given_, after)
        places = {name: seasons(name, codings[name], state[name]) for name in codings}
        state |= {season: values for of_one in places.values() for season, values in of_one.items()}
        seen = [column for name in (*self.given_, *visits) for column in (name, *places[name])]
        folds = _folds(len(table), units, rng)
        lesson = TreeLesson(
            state=state,
            sizes=sizes,
            codings=codings,
            folds=folds,
            units=units,
            related=relate(state, sizes, seen, rng),
            rng=rng,
        )
        self.targets_: dict[str, Target] = {}
        for done, name in enumerate(visits, start=1):
            self.targets_[name] = lookups[name] if name in lookups else self._learn(name, lesson, nests.get(name))
            self.watch(done, len(visits))
        self.codings_ = {name: c.without_rows() if isinstance(c, Curve) else c for name, c in codings.items()}
        return self

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame:
        held = pd.DataFrame() if given is None else given
        state = ColumnsSoFar(self.codings_)
        for name in self.given_:
            state[name] = _read(self.codings_[name], held[name].to_numpy())
            state |= seasons(name, self.codings_[name], state[name])
        for name, target in self.targets_.items():
            state[name] = target.draw(state, rows, rng)
            state |= seasons(name, self.codings_[name], state[name])
        return frame_of({name: _write(self.codings_[name], state[name]) for name in self.names_}, rows)

    @property
    def notes(self) -> list[str]:
        return [note for name in self.names_ for note in _notes(name, self.codings_[name])]

    @property
    def recipe(self) -> TableRecipe:
        import sklearn

        leaf = self.min_leaf or {"classes": CLASS_LEAF, "numbers": NUMBER_LEAF}
        versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
        parameters = {"k": self.k, "min_leaf": leaf, "folds": FOLDS, "order": list(self.targets_)}
        return TableRecipe(engine="trees", licence=ENGINES["trees"].licence, versions=versions, parameters=parameters)

    def kept_values(self) -> Mapping[str, Any]:
        learnt = learnt_values(self, LEARNT)
        return {"k": self.k, "min_leaf": self.min_leaf, **learnt}

    @classmethod
    def from_kept(cls, values: Mapping[str, Any]) -> Self:
        trees = cls(k=values["k"], min_leaf=values["min_leaf"])
        vars(trees).update({name: values[name] for name in LEARNT})
        for target in trees.targets_.values():
            check_step(target)
        return trees

    def _learn(self, name: str, lesson: TreeLesson, nest: Nest | None) -> Target:
        coding, values, closest = lesson.codings[name], lesson.state[name], lesson.related.closest[name]
        if nest is not None:
            return self._nested(values, nest, closest, lesson)
        if isinstance(coding, Classes):
            return ClassTarget(self._classes(values, len(coding.levels), values, closest, lesson))
        return self._number(name, coding, values, closest, lesson)

    def _nested(self, codes: Array, nest: Nest, earlier: Sequence[str], lesson: TreeLesson) -> NestedTarget:
        rows = np.flatnonzero(codes >= 0)
        classes, size = codes[rows].astype(np.int64), len(nest.belongs)
        leaf = self.min_leaf or _class_leaf(classes, size)
        task = Task(
            names=earlier,
            sizes=lesson.sizes,
            rows=rows,
            aim=Aim(numbers=_places_within(classes, nest, earlier, lesson, rows)),
            gives=codes[rows],
            leaf=leaf,
            least=self._least(leaf),
            k=self.k,
            units=lesson.units_of(rows),
        )
        least = rows_of_units(self._least(leaf), classes, lesson.units)
        return NestedTarget(nest=nest, forest=grow(task, lesson.state, lesson.folds, lesson.rng), least=least)

    def _number(
        self, name: str, curve: Curve, values: Array, earlier: Sequence[str], lesson: TreeLesson
    ) -> NumberTarget:
        atom = curve.atom_of(values)
        numbers = [
            other
            for other in earlier
            if isinstance(coding := lesson.codings.get(other), Curve) and coding.axis == curve.axis
        ]
        same = (
            same_as(values, atom == REST, lesson.state, numbers) if curve.lattice is None and curve.has_rest else None
        )
        if same is not None:
            atom = np.where((atom == REST) & (values == lesson.state[same]), len(curve.atoms), atom)
        kinds = len(curve.atoms) + (same is not None)
        atoms = self._classes(np.where(atom == REST, kinds, atom), kinds + 1, atom, earlier, lesson) if kinds else None
        leader = lesson.related.leader.get(name) if curve.lattice is None else None
        leading = lesson.codings[leader] if leader is not None else None
        assert leading is None or isinstance(leading, Curve)  # noqa: S101  only numbers lead
        follows = None if leader is None or leading is None else (leader, leading.without_rows())
        rest = self._rest(curve, values, np.flatnonzero(atom == REST), earlier, lesson, follows=follows)
        return NumberTarget(curve=curve.without_rows(), atoms=atoms, rest=rest, same=same)

    def _rest(
        self,
        curve: Curve,
        values: Array,
        rows: Array,
        earlier: Sequence[str],
        lesson: TreeLesson,
        *,
        follows: tuple[str, Curve] | None,
    ) -> Rest | None:
        if not len(rows):
            return None
        place, leaf = curve.place_of(values[rows]), self.min_leaf or NUMBER_LEAF
        score, is_list = _score(place, curve), curve.lattice is not None
        leader, leading = (None, None) if follows is None else follows
        one_by_one = is_list and _are_told_apart(place, _standardised(earlier, lesson, rows))

        def rest_of(forest: Forest) -> Rest:
            return Rest(forest=forest, is_list=is_list, leader=leader, leading=leading)

        task = Task(
            names=earlier,
            sizes=lesson.sizes,
            rows=rows,
            aim=where_and_how_far(place),
            gives=place if is_list else score,
            leaf=leaf,
            least=self._least(leaf),
            k=self.k,
            units=lesson.units_of(rows),
            is_number=not one_by_one,
            widths=None if one_by_one else curve.width_of(values[rows]),
            anchors=rest_of(Forest(())).anchors(lesson.state, rows),
            score=score,
        )
        rest = rest_of(grow(task, lesson.state, lesson.folds, lesson.rng))
        return rest if one_by_one else rest.levelled(lesson.state, rows, lesson.rng, self.k)

    def _classes(
        self, codes: Array, size: int, gives: Array, earlier: Sequence[str], lesson: TreeLesson
    ) -> Forest | None:
        rows = np.flatnonzero(codes >= 0)
        if not len(rows):
            return None
        classes = codes[rows].astype(np.int64)
        leaf = self.min_leaf or _class_leaf(classes, size)
        aim = (
            Aim(codes=classes, size=size)
            if size <= ONE_BY_ONE
            else Aim(numbers=_places(classes, size, earlier, lesson, rows))
        )
        task = Task(
            names=earlier,
            sizes=lesson.sizes,
            rows=rows,
            aim=aim,
            gives=gives[rows],
            leaf=leaf,
            least=self._least(leaf),
            k=self.k,
            units=lesson.units_of(rows),
        )
        return grow(task, lesson.state, lesson.folds, lesson.rng)

    def _least(self, leaf: int) -> int:
        return max(self.k, leaf if self.min_leaf else leaf // 2)


def _order(names: Sequence[str], sizes: Mapping[str, int], dates: Sequence[str]) -> list[str]:
    """Dates whose seasons all others follow; classes of few levels, the richest first; numbers; those of many levels.

    A season tells of a class what the class does not tell of a date: a wet winter comes back each year.
    """
    few = [name for name in names if sizes.get(name, MANY_LEVELS + 1) <= MANY_LEVELS]
    many = [name for name in names if sizes.get(name, 0) > MANY_LEVELS]
    first = [name for name in names if name in dates]
    numbers = [name for name in names if name not in sizes and name not in dates]
    return [*first, *sorted(few, key=lambda name: -sizes[name]), *numbers, *sorted(many, key=lambda name: sizes[name])]


def _visits(order: Sequence[str], given: Sequence[str], after: Mapping[str, str]) -> list[str]:
    """The order with each looked-up or nested column behind the one that it is looked up from or nested in."""
    waiting: dict[str, list[str]] = {}
    visited = dict.fromkeys(given)
    for name in order:
        if name in after and after[name] not in visited:
            waiting.setdefault(after[name], []).append(name)
            continue
        ready = [name]
        while ready:
            visited[ready[0]] = None
            ready += waiting.pop(ready.pop(0), [])
    return list(visited)[len(given) :]


def _read(coding: Coding, values: Array) -> Array:
    """Codes of classes, numbers of curves."""
    return coding.encode(values) if isinstance(coding, Classes) else coding.axis.rounded(coding.axis.read(values))


def _write(coding: Coding, values: Array) -> Array:
    return coding.decode(values) if isinstance(coding, Classes) else coding.axis.write(values)


def _folds(rows: int, units: Array | None, rng: np.random.Generator) -> Array:
    """Units dealt out evenly; all rows of a unit are in one fold."""
    codes = np.arange(rows) if units is None else units
    count = int(codes.max()) + 1 if rows else 0
    return np.asarray((rng.permutation(count) % FOLDS)[codes])


def _class_leaf(codes: Array, size: int) -> int:
    """More rows where more levels are in play."""
    share = np.bincount(codes, minlength=size) / len(codes)
    bits = float(-(share[share > 0] * np.log2(share[share > 0])).sum())
    return round(CLASS_LEAF * (1 + 0.25 * min(4.0, bits)))


def _score(place: Array, curve: Curve) -> Array:
    """About normal. A place on a curve is a share already; one in a list is ranked."""
    edge = 0.5 / len(place)
    return normal((ranks(place) - 0.5) / len(place) if curve.lattice is not None else np.clip(place, edge, 1 - edge))


def _are_told_apart(places: Array, parts: Sequence[Array]) -> bool:
    """Whether values of a list keep another company than those next to them: as codes do, and no scale."""
    codes = np.unique(places, return_inverse=True)[1]
    count = np.bincount(codes)
    if len(count) < 3 or not parts:
        return False
    between, own = np.sum([_apart(codes, count, part) for part in parts], axis=0)
    return bool(own > APART * between > 0)


def _apart(codes: Array, count: Array, part: Array) -> tuple[float, float]:
    """How much tells the values apart beyond chance, and how much of it is not what their neighbours say, too."""
    mean = np.bincount(codes, weights=part) / count
    sides = np.convolve(count, [1, 0, 1], "same")
    beside = np.convolve(count * mean, [1, 0, 1], "same") / sides
    between = float((count * mean**2).sum()) - len(count)
    own = float((count * (mean - beside) ** 2).sum()) - float((1 + count / sides).sum())
    return between, own


def _places(codes: Array, size: int, earlier: Sequence[str], lesson: TreeLesson, rows: Array) -> Array:
    """Where each level lies among the earlier columns: the first three axes of its mean row."""
    parts = _standardised(earlier, lesson, rows)
    count = np.maximum(np.bincount(codes, minlength=size), 1)
    if not parts:
        return np.asarray(-count[codes], dtype=np.float64)[:, None]
    means = [np.bincount(codes, weights=part, minlength=size) / (count + 10) for part in parts]
    table = np.stack(means, axis=1)
    axes = np.linalg.svd(np.sqrt(count)[:, None] * table, full_matrices=False)[2][:3]
    return np.asarray((table @ axes.T)[codes])


def _places_within(codes: Array, nest: Nest, earlier: Sequence[str], lesson: TreeLesson, rows: Array) -> Array:
    """The same beside the mean of the coarser level, for the rows of each fold as the other folds see it.

    What is left of a level there is so little that its own rows would show in it.
    """
    parts, folds = _standardised(earlier, lesson, rows), lesson.folds[rows]
    if not parts:
        return np.zeros((len(codes), 1))
    tables = [
        _means_within(codes[folds != fold], [part[folds != fold] for part in parts], nest) for fold in range(FOLDS)
    ]
    count = np.bincount(codes, minlength=len(nest.belongs))
    axes = np.linalg.svd(np.sqrt(count)[:, None] * sum(tables), full_matrices=False)[2][:3]
    places = np.stack([table @ axes.T for table in tables])
    return np.asarray(places[folds, codes])


def _means_within(codes: Array, parts: Sequence[Array], nest: Nest) -> Array:
    """How far each level's mean row lies from that of its coarser level, drawn towards it."""
    size, above = len(nest.belongs), nest.belongs[codes]
    count, of_all = (np.bincount(at, minlength=size) for at in (codes, above))
    means = [
        (
            np.bincount(codes, weights=part, minlength=size)
            - count * (np.bincount(above, weights=part, minlength=size) / np.maximum(of_all, 1))[nest.belongs]
        )
        / (count + 10)
        for part in parts
    ]
    return np.stack(means, axis=1)


def _standardised(names: Sequence[str], lesson: TreeLesson, rows: Array) -> list[Array]:
    parts = [part for name in names for part in _parts(lesson.state[name][rows], name in lesson.sizes)]
    return [(part - part.mean()) / (part.std() + 1e-9) for part in parts]


def _parts(values: Array, is_class: bool) -> list[Array]:
    if is_class:
        return [
            (values == level).astype(np.float64) for level in pd.Series(values[values >= 0]).value_counts().index[:10]
        ]
    return [np.nan_to_num(ranks(values) / max(int((~np.isnan(values)).sum()), 1))]


def _notes(name: str, coding: Coding) -> list[str]:
    coarse = f"column '{name}': {coding.coarse_rows} values were taken to the step that most of the others lie on."
    return [*_of_hidden(name, coding), *([coarse] if coding.coarse_rows else [])]


def _of_hidden(name: str, coding: Coding) -> list[str]:
    if isinstance(coding, Classes) and coding.hidden_levels:
        replaced = "common ones" if len(coding.levels) else "missing values: no level is common enough"
        return [
            f"column '{name}': {coding.hidden_levels} rare levels ({coding.hidden_rows} rows) "
            f"were replaced by {replaced}."
        ]
    if isinstance(coding, Curve) and coding.hidden_rows:
        return [f"column '{name}': {coding.hidden_rows} rows whose values too few share were replaced by common ones."]
    return []
