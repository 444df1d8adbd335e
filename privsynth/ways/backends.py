"""What else works for this very table, where nothing more of the backend that was asked is left."""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.dataset import Dataset
from privsynth.options import AutoOptions, MaskOptions, ModelOptions, effective_k
from privsynth.policy import Policy, profile_rules
from privsynth.way_out import Change, WayOut

WHY_MASK = "backend mask needs no hold-out: it changes the rows of the source, and judges groups instead of copies"
COSTS_MASK = "each row stays one person's: outside the house it counts as pseudonymised personal data"
WHY_MODEL = "backend model learns from the rows and draws new ones, which are nobody's"
COSTS_MODEL = "the rows are new: nothing can be looked up in them"
RULEBOOK = "backend rules reads no real row: write a rulebook, then: privsynth run RULEBOOK.yaml --out OUT"


def other_backends(policy: Policy, data: Dataset, held: Dataset) -> Iterator[WayOut]:
    """The backends that the profile allows, and whose own needs this table meets; `held` are its rows kept aside."""
    people = sum(side.root.number_of_people for side in (data, held) if not side.is_empty)
    if not isinstance(policy.backend, MaskOptions) and _mask_fits(policy, people):
        yield WayOut(kind="backend", changes=_to_mask(policy), why=WHY_MASK, costs=COSTS_MASK)
    learns = isinstance(policy.backend, AutoOptions | ModelOptions)
    if not learns and _model_fits(policy, people):
        yield WayOut(kind="backend", changes=(Change(("backend",), "model"),), why=WHY_MODEL, costs=COSTS_MODEL)


def _mask_fits(policy: Policy, people: int) -> bool:
    """Groups of k people can be made where there are k of them."""
    allowed = profile_rules(policy.profile)["backends"].get("mask", "allowed") != "refused"
    return allowed and people >= effective_k(policy.limits, MaskOptions())


def _model_fits(policy: Policy, people: int) -> bool:
    return people >= least_people(policy)


def least_people(policy: Policy) -> int:
    """How many a model can be judged with: half of them as control, or each left out of one of several engines."""
    return min(2 * policy.limits.control_min, policy.limits.folds_min)


def _to_mask(policy: Policy) -> tuple[Change, ...]:
    """Masking keeps its rows: a number of rows and a hold-out mean nothing to it."""
    taken_back = [Change((name,), None) for name in ("rows", "holdout") if getattr(policy, name) is not None]
    return (Change(("backend",), "mask"), *taken_back)


def nothing_left(backend: str, *, others: bool, in_book: bool = False) -> str:
    """Once, in place of an advice that would lead back to the same refusal. `in_book`: the book can change."""
    if in_book:
        return _with_what_works("no option of a run changes what the rulebook makes", others)
    return _with_what_works(f"nothing else of backend {backend} is left to try on this table", others)


def all_refused(policy: Policy, runs: int, *, others: bool) -> str:
    """The same where ways out were followed as often as they may be."""
    return _with_what_works(f"{runs} runs with backend {_named(policy)} were refused on this table", others)


def _named(policy: Policy) -> str:
    return "model" if isinstance(policy.backend, AutoOptions) else policy.backend.kind


def _with_what_works(said: str, others: bool) -> str:
    return f"{said}; what works:" if others else f"{said}; {RULEBOOK}"
