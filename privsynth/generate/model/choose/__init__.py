"""Which engine the options name. Heavy ones are imported when chosen."""

from __future__ import annotations

from typing import assert_never

from privsynth.dataset import Table
from privsynth.generate.model.engine import Engine
from privsynth.options import Limits, ModelOptions
from privsynth.stages import Estimate, Watch, unwatched


def engine_for(options: ModelOptions, *, k: int, limits: Limits, watch: Watch = unwatched) -> Engine:
    """A fresh engine for one table. `k` is how many must hold a value that comes out."""
    match options.engine:
        case "trees":
            from privsynth.generate.model.trees import Trees

            return Trees(k=k, min_leaf=options.min_leaf, watch=watch)
        case "copula" | "ctgan" | "tvae" | "copulagan":
            from privsynth.generate.model.sdv import Sdv

            return Sdv(options.engine, k=k, epochs=options.epochs, device=options.device, watch=watch)
        case "dp":
            from privsynth.generate.model.dp import Private

            return Private(options, limits=limits, watch=watch)
        case "auto":
            from privsynth.generate.model.choose.auto import Auto

            return Auto(options, k=k, limits=limits, watch=watch)
        case other:
            assert_never(other)


def estimate_for(options: ModelOptions, table: Table) -> Estimate | None:
    """What learning this table and drawing as many rows will take; None where nobody has measured it."""
    from privsynth.generate.model.choose.estimate import estimate, size_of

    size = size_of(table, options.engine)
    if options.engine == "auto":
        from privsynth.generate.model.choose.auto import foretold

        return foretold(options, size)
    return estimate(size, options.engine, epochs=options.epochs)
