"""The default engine: columns one after another, by trees grown on one part of the rows and filled from the others.

`engine` is the order of the columns, `steps` how one is made, `lookup` how one that another determines; `forest` grows
and draws, from `features` of the earlier columns that `related` picks and a `guide` weighs; `pruning` takes out splits
that noise could have made, and trees are kept as their `splits`. What a leaf gives are `bands` of numbers or `shares`
of levels: statistics of groups of people. `kept` checks what comes back from a file.
"""

from __future__ import annotations

from privsynth.generate.model.choose.size import BASE
from privsynth.generate.model.engine import Engine, EngineRequest, Size
from privsynth.generate.model.trees.engine import Trees
from privsynth.generate.model.trees.forest import GROWN_ON
from privsynth.generate.model.trees.related import MOST
from privsynth.options import ModelOptions
from privsynth.stages import Estimate

START = 1.5  # seconds until the libraries are there
GROW, FILL, CODE = 3.5e-7, 5e-8, 7e-7  # seconds per row, column and earlier column; the last per cell
PER_CELL = 90  # bytes


def make(request: EngineRequest) -> Engine:
    return Trees(k=request.k, min_leaf=request.options.min_leaf, watch=request.watch)


def foresee(size: Size, options: ModelOptions) -> Estimate:  # noqa: ARG001  every engine is asked with its options
    """Each column is told apart by the columns before it; no tree grows on more rows than a forest looks at."""
    pairs = size.columns * min(size.columns / 2, MOST)
    grown = min(size.rows, 2 * GROWN_ON)
    seconds = START + GROW * grown * pairs + FILL * size.rows * pairs + CODE * size.rows * size.columns
    return Estimate(seconds, BASE + PER_CELL * size.rows * size.columns)
