"""Which engine the options name, and what it will take: each engine's own module is loaded when it is chosen.

`size` tells how large a table is and refuses what does not fit, `memory` what is free, `auto` tries several engines.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

from privsynth.dataset import Table
from privsynth.engines import ENGINES, EngineName
from privsynth.generate.model.choose.size import size_of
from privsynth.generate.model.engine import Engine, EngineHome, EngineRequest, Size
from privsynth.options import Limits, ModelOptions
from privsynth.stages import Estimate, Watch, unwatched


def engine_for(options: ModelOptions, *, k: int, limits: Limits, watch: Watch = unwatched) -> Engine:
    """A fresh engine for one table. `k` is how many must hold a value that comes out."""
    return home_of(options.engine).make(EngineRequest(options=options, k=k, limits=limits, watch=watch))


def estimate(size: Size, options: ModelOptions) -> Estimate | None:
    """For one fit and a draw of as many rows; None where nobody has measured it."""
    return home_of(options.engine).foresee(size, options)


def estimate_for(options: ModelOptions, table: Table) -> Estimate | None:
    """The same, for the columns of a table that may be learnt."""
    return estimate(size_of(table, options.engine), options)


def home_of(engine: EngineName) -> EngineHome:
    return cast("EngineHome", import_module(f"privsynth.generate.model.{ENGINES[engine].home}"))
