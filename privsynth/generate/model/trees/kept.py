"""What of fitted trees goes into a file, and whether what comes back from one leads anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from privsynth.errors import InputError
from privsynth.generate.model.coding.codings import Coding, Curve
from privsynth.generate.model.trees.forest import Fold, Forest
from privsynth.generate.model.trees.lookup import Lookup
from privsynth.generate.model.trees.nested import NestedTarget
from privsynth.generate.model.trees.splits import Splits, splits_of
from privsynth.generate.model.trees.targets import ClassTarget, NumberTarget, Target
from privsynth.typing import Array


def bare_target(target: Target, codings: Mapping[str, Coding]) -> Target:
    """The same step, each tree as its splits alone."""
    match target:
        case ClassTarget(forest=forest) | NestedTarget(forest=forest):
            return replace(target, forest=_bare(forest, codings))
        case NumberTarget(atoms=atoms, rest=rest):
            return replace(target, atoms=_bare(atoms, codings), rest=_bare(rest, codings))
        case Lookup():
            return target


def check_step(target: object) -> None:
    """Refuse a step of a file whose trees lead nowhere."""
    for forest in forests_of(target):
        for fold in forest.folds:
            fault = _fault(fold)
            if fault:
                raise InputError(f"the model file is not sound: {fault}.", hint="fit it again")


def forests_of(target: object) -> list[Forest]:
    match target:
        case ClassTarget(forest=forest) | NestedTarget(forest=forest):
            forests = [forest]
        case NumberTarget(atoms=atoms, rest=rest):
            forests = [atoms, rest]
        case Lookup():
            forests = []
        case _:
            raise InputError(
                "a step of the model is of a kind that this version does not know.",
                hint="fit it again with this version",
            )
    return [forest for forest in forests if forest is not None]


def _bare(forest: Forest | None, codings: Mapping[str, Coding]) -> Forest | None:
    if forest is None:
        return None
    folds = (
        fold
        if fold.tree is None or isinstance(fold.tree, Splits)
        else replace(fold, tree=splits_of(fold.tree, _lows(fold, codings)))
        for fold in forest.folds
    )
    return replace(forest, folds=tuple(folds))


def _lows(fold: Fold, codings: Mapping[str, Coding]) -> Array:
    """Of each feature the least number that may come out, as the tree sees it; NaN for classes."""
    lows: list[float] = []
    for name, table, middle in zip(fold.features.names, fold.features.tables, fold.features.middles, strict=True):
        lows += [_least(codings.get(name)) - middle] if table is None else [np.nan] * table.shape[1]
    lows += [np.nan] * (fold.features.width - len(lows))  # what a guide says
    return np.array(lows, dtype=np.float32).astype(np.float64)


def _least(coding: Coding | None) -> float:
    if coding is None:
        return 0.0  # where a year, a week or a day begins
    if not isinstance(coding, Curve):
        return np.nan
    parts = [
        coding.atoms[~np.isnan(coding.atoms)],
        coding.knots,
        np.zeros(0) if coding.lattice is None else coding.lattice,
    ]
    values = np.concatenate(parts)
    return float(values.min()) if len(values) else np.nan


def _fault(fold: Fold) -> str | None:
    """What of a tree and its leaves leads nowhere."""
    tree, leaves = fold.tree, fold.leaves
    if tree is not None and not isinstance(tree, Splits):
        return "a tree is no tree"
    if tree is not None and (fault := tree.fault(fold.features.width)):
        return fault
    nodes = 1 if tree is None else tree.node_count
    if len(leaves.first) != nodes or len(leaves.count) != nodes:
        return "a tree and its leaves do not fit together"
    if (leaves.first < 0).any() or (leaves.count < 1).any() or (leaves.first + leaves.count > len(leaves.donors)).any():
        return "a leaf lies outside of its donors"
    beside = [leaves.low, leaves.high, leaves.anchors]
    return (
        "donors and their neighbours do not fit together"
        if any(part is not None and len(part) != len(leaves.donors) for part in beside)
        else None
    )
