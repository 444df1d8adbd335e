"""What a rulebook has to say otherwise: no option of a run changes what it makes, so that is said in words."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from privsynth.options import RulesOptions
from privsynth.policy import Policy
from privsynth.way_out import Change, Path, WayOut
from privsynth.ways.case import Case

# settings of a run that say nothing of how a row is made
ASKED = ("rows", "holdout", "profile", "backend", "gate_seconds")
ALONE = (
    "run the rulebook without the data: its rows are compared with nobody then, and no gate says whether they tell of "
    "one person"
)


def is_for_the_book(case: Case, way: WayOut) -> bool:
    """Whether a way asks for what the rulebook says."""
    is_ours = isinstance(case.policy.backend, RulesOptions) and not case.is_foreign
    return is_ours and any(not _is_of_a_run(change.path) for change in way.changes)


def edit_of(case: Case, way: WayOut) -> str:
    """What to change in the book, how to run it then, and why; nothing where a book has no word for it."""
    edits = [words for change in way.changes if (words := _edit(case, change))]
    if not edits:
        return ""
    again = f", or infer it again with {_options(way.changes, _to_infer)}" if case.source.is_of_book else ""
    options = _options(way.changes, _to_run)
    run = f"; then run it with {options}" if options else ""
    return f"{' and '.join(edits)}{again}{run}: {way.why}; {way.costs}"


def evidence_by_hand(case: Case) -> str:
    """What to do where too few people are held out of the rows beside a book."""
    if not case.source.is_of_book:
        return f"there are too few people to judge by: {ALONE}"
    sides = [side.root.number_of_people for side in (case.source.train, case.source.holdout) if not side.is_empty]
    return f"{too_few_held(case.policy, sum(sides), sides[-1] if len(sides) > 1 else 0)}; or {ALONE}"


def too_few_held(policy: Policy, people: int, held: int) -> str:
    """Why a profile can judge nothing that a book makes beside the rows that it was inferred from, and what helps."""
    least, profile = policy.limits.control_min, policy.profile
    if people >= 2 * least:
        return (
            f"{held:,} of {people:,} people are held out of the rulebook, and the profile {profile} judges by "
            f"{least:,}: infer it again with --profile {profile}, and without a hold-out of your own"
        )
    return (
        f"no rulebook that is inferred from these rows can be judged with the profile {profile}: it needs "
        f"{2 * least:,} people, half of them held out, and there are {people:,}; to infer it again changes nothing"
    )


def _is_of_a_run(path: Path) -> bool:
    return path in [(name,) for name in ASKED] or path[-1] == "may_be_lost"


def _edit(case: Case, change: Change) -> str:
    match change.path:
        case ("drop",):
            names = [name for name in change.value if name not in case.policy.drop]
            return f"take {' and '.join(names)} out of the rulebook"
        case ("tables", _, "columns", name, "role"):
            return f"invent {name} in the rulebook, with person or pattern"
        case _:
            return ""


def _to_infer(change: Change) -> tuple[str, ...]:
    return () if _is_of_a_run(change.path) else change.options


def _to_run(change: Change) -> tuple[str, ...]:
    return change.options if _is_of_a_run(change.path) or change.path == ("drop",) else ()


def _options(changes: Sequence[Change], said: Callable[[Change], tuple[str, ...]]) -> str:
    return shlex.join(word for change in changes for word in said(change))
