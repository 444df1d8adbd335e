"""What the budget of a source leaves for one more run, and which releases used the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from privsynth.dataset import Dataset
from privsynth.errors import PolicyError
from privsynth.options import DELTA, MaskOptions, ModelOptions, RulesOptions
from privsynth.policy import PROFILES, Policy
from privsynth.source import Exposure

NEVER_ASKED = Exposure(0)
ROUNDING = 1e-9  # a tenth, ten times, is one
NONE_OUT = "no rows went out, but an attempt counts from its start, also if it was refused, failed or was killed"


@dataclass(frozen=True)
class Spent:
    """What trying costs, whether or not anything comes of it."""

    epsilon: float
    delta: float


def spent(data: Dataset, policy: Policy) -> Spent:
    """What this run costs; a person may have rows in each table."""
    options = policy.backend
    if not policy.has_claim or not isinstance(options, ModelOptions) or options.epsilon is None:
        return Spent(0.0, 0.0)
    delta, count = DELTA if options.delta is None else options.delta, len(data.tables)
    return Spent(options.epsilon * count, delta * count)


def tried(policy: Policy, exposure: Exposure) -> int:
    """How many earlier attempts had this backend and profile."""
    asked = {"backend.kind": policy.backend.kind, "profile": policy.profile}
    return sum(all(each.settings.get(name) == value for name, value in asked.items()) for each in exposure.before)


def sure_rows(policy: Policy, there: int) -> int:
    """The rows of the first table that a run is sure to make; where only the backend knows their number, one."""
    if isinstance(policy.backend, MaskOptions):
        return there
    return policy.rows or (1 if isinstance(policy.backend, RulesOptions) or policy.has_claim else there)


def used_up(policy: Policy, exposure: Exposure, *, attempt: int, cost: Spent, rows: int, there: int) -> tuple[str, ...]:
    """What a run would go beyond, as the gate budget names it: it is the `attempt`-th, and makes `rows`.

    `exposure` is without it; `there` are the rows of the source.
    """
    limits = policy.limits
    wanted = {
        "attempts": (attempt, limits.attempts_max),
        "rows": (exposure.rows + rows, limits.rows_ratio * there),
        "epsilon": (exposure.epsilon + cost.epsilon if cost.epsilon else 0, limits.eps_max * (1 + ROUNDING)),
        "delta": (exposure.delta + cost.delta if cost.delta else 0, limits.delta_max * (1 + ROUNDING)),
    }
    return tuple(name for name, (sum_, limit) in wanted.items() if limit is not None and sum_ > limit)


def used_by(exposure: Exposure) -> str:
    """The releases that went out before, each by its record in the ledger."""
    return "; ".join(each.words for each in exposure.released)


def nothing_more(policy: Policy, exposure: Exposure, there: int) -> Iterator[str]:
    """What of attempts and rows is used up whatever is asked for, by which releases, and what a person can decide."""
    fewest = there if isinstance(policy.backend, MaskOptions) else 1
    gone = used_up(policy, exposure, attempt=exposure.attempt + 1, cost=Spent(0, 0), rows=fewest, there=there)
    limits, went = policy.limits, f"{exposure.rows:,} went out before ({used_by(exposure)})"
    if "attempts" in gone:
        said = f"all {limits.attempts_max:,} attempts that {policy.profile} allows here with backend"
        came = f"of rows {went}" if exposure.released else NONE_OUT
        yield f"{said} {policy.backend.kind} are used up; {came}. {_to_decide(policy, exposure, there)}"
    elif "rows" in gone and exposure.released:
        most = int(limits.rows_ratio * there)
        said = f"{policy.profile} lets {most:,} rows of this source out in all, of {there:,} that there are"
        yield f"{said}; {went}: {max(0, most - exposure.rows):,} are left. {_to_decide(policy, exposure, there)}"


def _to_decide(policy: Policy, exposure: Exposure, there: int) -> str:
    """None of it is done by us: for which use rows are made, and who gets them, is for a person to say."""
    roomy = [name for name in PROFILES if name != policy.profile and _has_room(policy, name, exposure, there)]
    kept = ["to hand one of these releases on, if its profile is made for that use"] if exposure.released else []
    other = [f"that the use is one of {' or '.join(roomy)}, where there is room"] if roomy else []
    decided = f"; a person can decide {' or '.join([*kept, *other])}" if kept or other else ""
    return f"It cannot be taken back{decided}"


def _has_room(policy: Policy, profile: str, exposure: Exposure, there: int) -> bool:
    try:
        asked = policy.laid([(("profile",), profile)])
    except PolicyError:
        return False
    attempt, rows = tried(asked, exposure) + 1, sure_rows(asked, there)
    return not used_up(asked, exposure, attempt=attempt, cost=Spent(0, 0), rows=rows, there=there)
