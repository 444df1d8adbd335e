"""What refuses any draft of a source, known before one is made: too few people to judge by, or a budget used up.

Then nothing is fitted. Where people are too few nothing is counted, either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from privsynth.dataset import Dataset
from privsynth.gate.budget import Budget, attempts, rows_there
from privsynth.options import MaskOptions
from privsynth.release import Draft
from privsynth.source import Exposure
from privsynth.verdict import GATES, Finding, Verdict
from privsynth.ways.budget import Spent, sure_rows, used_up

if TYPE_CHECKING:
    from privsynth.pipeline.acts import Prepared

NOTHING = Draft(Dataset(()), {})  # what was made: no table
NOT_MADE = "nothing was fitted or drawn: there are too few people to judge it by"
NO_BUDGET = "nothing was fitted or drawn: the budget of this source has no room for it"


def missing_evidence(prepared: Prepared) -> Finding | None:
    """How many people there are to judge by, where that is too few for any draft to pass."""
    source, policy = prepared.source, prepared.policy
    if source.is_empty or isinstance(policy.backend, MaskOptions):
        return None
    folds, limits = len(source.folds), policy.limits
    held = sum(part.root.number_of_people for part in source.outside if not part.is_empty)
    least = limits.folds_min if folds else limits.control_min
    if held >= least:
        return None
    needed = needed_in_words(prepared)
    return Finding(
        "held_out",
        held,
        what="people to judge by",
        limit=least,
        limit_name="folds_min" if folds else "control_min",
        good="high",
        n=prepared.data.root.number_of_people,
        note=f"{NOT_MADE}; {needed}",
        remedy=f"insufficient evidence: {needed}",
        evidence=True,
    )


def overspent(prepared: Prepared, exposure: Exposure | None, *, is_foreign: bool = False) -> list[Finding]:
    """The budget beyond a limit before anything is made: by this attempt, which `exposure` counts, or by its rows.

    Epsilon is not among it: what is used up is refused where an attempt begins.
    """
    source, policy = replace(prepared.source, exposure=exposure), prepared.policy
    if source.is_empty or exposure is None:
        return []
    there = rows_there(source)
    rows = 1 if is_foreign else sure_rows(policy, there)
    attempt, cost = exposure.attempt, Spent(0, 0)
    gone = used_up(policy, exposure, attempt=attempt, cost=cost, rows=rows, there=there)
    found = [each for each in Budget(policy).of(rows, source) if each.key in gone]
    return [replace(each, note=f"{NO_BUDGET}; {each.note}") for each in found]


def needed_in_words(prepared: Prepared) -> str:
    """How many people the profile needs, and how many there are."""
    policy, limits, people = prepared.policy, prepared.policy.limits, prepared.data.root.number_of_people
    if policy.has_claim:
        return (
            f"with the profile {policy.profile} the engine dp needs {2 * limits.control_min:,} people, half of them "
            f"held out, and there are {people:,}: folds would spend epsilon again"
        )
    if policy.holdout is not None:
        return (
            f"with the profile {policy.profile} at least {limits.control_min:,} people must be held out, "
            f"and {policy.holdout:.0%} of {people:,} are fewer"
        )
    return f"the profile {policy.profile} needs at least {limits.folds_min:,} people, and there are {people:,}"


def unjudged(prepared: Prepared, missing: Finding | None, over: Sequence[Finding]) -> list[Verdict]:
    """The verdicts where nothing was made: copies or budget say why, and the others had nothing to judge.

    Whatever else is certain to refuse is said at once: nobody learns it in two steps.
    """
    why = NO_BUDGET if missing is None else NOT_MADE
    certain = {"copies": tuple(filter(None, [missing])), "budget": tuple(over)}
    if prepared.policy.state is None and prepared.policy.limits.attempts_max is not None:
        certain["budget"] = (attempts(prepared.source, prepared.policy.limits),)
    nothing = Finding("not_made", None, what="rows to judge", note=why, empty=True)
    found = {gate: certain.get(gate) or (nothing,) for gate in GATES if gate != "artefacts"}
    return [Verdict(gate, NOTHING.digest, found[gate], figures=prepared.policy.figures) for gate in found]
