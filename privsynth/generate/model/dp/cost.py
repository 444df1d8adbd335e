"""What a private release costs, before anything is read or noised: known from the options alone."""

from __future__ import annotations

from dataclasses import dataclass

from privsynth.errors import PolicyError
from privsynth.options import DELTA, Limits, ModelOptions


@dataclass(frozen=True)
class Cost:
    """What is charged to a source: epsilon and delta of one fit."""

    epsilon: float
    delta: float


def cost_of(options: ModelOptions) -> Cost:
    """What one fit with these options spends, whether or not its rows are released."""
    if options.epsilon is None:
        raise PolicyError(
            "epsilon must be said for the engine dp.",
            hint="how much one person may change what comes out, such as epsilon: 1",
        )
    delta = DELTA if options.delta is None else options.delta
    if not delta:
        raise PolicyError(
            "delta must be larger than 0 for the engine dp, whose noise is Gaussian.",
            hint=f"leave it out, which takes {DELTA:g}",
        )
    return Cost(options.epsilon, delta)


def affordable(cost: Cost, limits: Limits) -> Cost:
    """The cost, if one fit may spend as much. What earlier fits spent is the ledger's to add."""
    if cost.epsilon > limits.eps_max:
        raise PolicyError(
            f"epsilon {cost.epsilon:g} is above the limit {limits.eps_max:g}.",
            hint=f"ask for at most {limits.eps_max:g}",
        )
    if cost.delta > limits.delta_max:
        raise PolicyError(
            f"delta {cost.delta:g} is above the limit {limits.delta_max:g}.",
            hint=f"ask for at most {limits.delta_max:g}",
        )
    return cost


def refuse_lax_delta(cost: Cost, units: int) -> None:
    """A delta near one in as many as there are people would allow to publish somebody whole."""
    if units and cost.delta > 1 / (10 * units):
        raise PolicyError(
            f"delta {cost.delta:g} is above 1/(10 n) for this table.", hint=f"leave delta out, which takes {DELTA:g}"
        )
