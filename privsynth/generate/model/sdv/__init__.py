"""The only door of sdv (Business Source Licence 1.1): copula, ctgan, tvae and copulagan.

`engine` seeds them and keeps them from writing anywhere; `contained` is the fence around their work; `shown` is what
they see of a column; `overfit` asks whether they learnt rows by heart; `cost` says what they take.
"""

from __future__ import annotations

from privsynth.generate.model.engine import Engine, EngineRequest, Size
from privsynth.generate.model.sdv.cost import BEFORE, bytes_for, seconds_for
from privsynth.options import EPOCHS, ModelOptions
from privsynth.stages import Estimate


def make(request: EngineRequest) -> Engine:
    from privsynth.generate.model.sdv.engine import Sdv

    options = request.options
    return Sdv(options.engine, k=request.k, epochs=options.epochs, device=options.device, watch=request.watch)


def foresee(size: Size, options: ModelOptions) -> Estimate:
    seconds = seconds_for(options.engine, size.rows, size.width, options.epochs or EPOCHS)
    return Estimate(BEFORE + seconds, bytes_for(options.engine, size.rows, size.width))
