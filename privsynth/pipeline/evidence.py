"""Whether there are people enough to prove anything by. Where there are not, nothing is fitted, and nothing counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privsynth.dataset import Dataset
from privsynth.gate.budget import attempts
from privsynth.options import MaskOptions
from privsynth.release import Draft
from privsynth.verdict import GATES, Finding, Verdict

if TYPE_CHECKING:
    from privsynth.pipeline.acts import Prepared

NOTHING = Draft(Dataset(()), {})  # what was made: no table
NOT_MADE = "nothing was fitted or drawn: there are too few people to judge it by"


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


def unjudged(missing: Finding, prepared: Prepared) -> list[Verdict]:
    """The verdicts where nothing was made: the gate copies says why, and the others had nothing to judge.

    Whatever else is certain to refuse is said at once: nobody learns it in two steps.
    """
    nothing = Finding("not_made", None, what="rows to judge", note=NOT_MADE, empty=True)
    certain = {"copies": missing}
    if prepared.policy.state is None and prepared.policy.limits.attempts_max is not None:
        certain["budget"] = attempts(prepared.source, prepared.policy.limits)
    return [Verdict(gate, NOTHING.digest, (certain.get(gate, nothing),)) for gate in GATES if gate != "artefacts"]
