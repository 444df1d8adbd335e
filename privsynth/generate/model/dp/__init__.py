"""Rows under differential privacy: OpenDP's noisy tables of public bins, and nothing else from the rows.

`engine` is the order; `domains` are the public bins, `noise` the only place that looks at rows, `merge` and `tables`
make noisy tables fit together, `rows` makes rows of them; `cost` is what is spent, `claim` what may be said, `alone`
what is refused.
"""

from __future__ import annotations

from privsynth.generate.model.engine import Engine, EngineRequest, Size
from privsynth.options import ModelOptions


def make(request: EngineRequest) -> Engine:
    from privsynth.generate.model.dp.engine import Private

    return Private(request.options, limits=request.limits, watch=request.watch)


def foresee(size: Size, options: ModelOptions) -> None:
    """Nobody has measured it."""
