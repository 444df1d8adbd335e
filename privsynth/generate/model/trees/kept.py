"""Whether what of fitted trees comes back from a file leads anywhere."""

from __future__ import annotations

import numpy as np

from privsynth.errors import InputError
from privsynth.generate.model.trees.bands import Bands
from privsynth.generate.model.trees.forest import Fold, Forest
from privsynth.generate.model.trees.lookup import Lookup
from privsynth.generate.model.trees.nested import NestedTarget
from privsynth.generate.model.trees.shares import Shares
from privsynth.generate.model.trees.splits import Splits
from privsynth.generate.model.trees.targets import ClassTarget, NumberTarget


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
            forests = [atoms, None if rest is None else rest.forest]
        case Lookup():
            forests = []
        case _:
            raise InputError(
                "a step of the model is of a kind that this version does not know.",
                hint="fit it again with this version",
            )
    return [forest for forest in forests if forest is not None]


def _fault(fold: Fold) -> str | None:
    """What of a tree and its leaves leads nowhere."""
    tree, leaves = fold.tree, fold.leaves
    if not isinstance(leaves, Shares | Bands):
        return "leaves are no leaves"
    if tree is not None and not isinstance(tree, Splits):
        return "a tree is no tree"
    if tree is not None and (fault := tree.fault(fold.features.width)):
        return fault
    nodes = 1 if tree is None else tree.node_count
    of_nodes = [leaves.first, leaves.count] + ([leaves.slopes, leaves.centres] if isinstance(leaves, Bands) else [])
    if any(len(part) != nodes for part in of_nodes):
        return "a tree and its leaves do not fit together"
    if (
        (leaves.first < 0).any()
        or (leaves.count < 1).any()
        or (leaves.first + leaves.count > len(leaves.weights)).any()
    ):
        return "a leaf lies outside of what the leaves give"
    return _fault_of(leaves)


def _fault_of(leaves: Shares | Bands) -> str | None:
    if not (leaves.weights > 0).all() or not np.isfinite(leaves.weights).all():
        return "what a leaf gives has no weight"
    parts = [leaves.levels] if isinstance(leaves, Shares) else [leaves.middles, leaves.spreads, leaves.kinds]
    if any(len(part) != len(leaves.weights) for part in parts):
        return "what the leaves give does not fit together"
    if isinstance(leaves, Shares):
        return None
    has_law = leaves.laws.ndim == 2 and leaves.laws.shape[1] > 1 and leaves.kinds.dtype.kind == "i"
    if not has_law or (leaves.kinds < 0).any() or (leaves.kinds >= len(leaves.laws)).any():
        return "a band has no law"
    return None
