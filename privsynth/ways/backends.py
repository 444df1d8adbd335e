"""What else works for this very table, where nothing more of the backend that was asked is left."""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.dataset import Dataset
from privsynth.options import AutoOptions, CloneOptions, MaskOptions, ModelOptions, effective_k
from privsynth.policy import Policy, profile_rules
from privsynth.way_out import Change, WayOut

WHY_MASK = "backend mask needs no hold-out: it changes the rows of the source, and judges groups instead of copies"
COSTS_MASK = "each row stays one person's: outside the house it counts as pseudonymised personal data"
RULEBOOK = "backend rules reads no real row: write a rulebook, then: privsynth run RULEBOOK.yaml --out OUT"


def other_backends(policy: Policy, data: Dataset) -> Iterator[WayOut]:
    """The backends that the profile allows and whose own needs this table meets."""
    if _mask_fits(policy, data):
        yield WayOut(kind="backend", changes=_to_mask(policy), why=WHY_MASK, costs=COSTS_MASK)


def _mask_fits(policy: Policy, data: Dataset) -> bool:
    """Groups of k people can be made where there are k of them."""
    allowed = profile_rules(policy.profile)["backends"].get("mask", "allowed") != "refused"
    is_other = isinstance(policy.backend, ModelOptions | CloneOptions)
    return allowed and is_other and data.root.number_of_people >= effective_k(policy.limits, MaskOptions())


def _to_mask(policy: Policy) -> tuple[Change, ...]:
    """Masking keeps its rows: a number of rows and a hold-out mean nothing to it."""
    taken_back = [Change((name,), None) for name in ("rows", "holdout") if getattr(policy, name) is not None]
    return (Change(("backend",), "mask"), *taken_back)


def nothing_left(backend: str, *, others: bool) -> str:
    """Once, in place of an advice that would lead back to the same refusal."""
    return _with_what_works(f"nothing else of backend {backend} is left to try on this table", others)


def all_refused(policy: Policy, runs: int, *, others: bool) -> str:
    """The same where ways out were followed as often as they may be."""
    return _with_what_works(f"{runs} runs with backend {_named(policy)} were refused on this table", others)


def _named(policy: Policy) -> str:
    return "model" if isinstance(policy.backend, AutoOptions) else policy.backend.kind


def _with_what_works(said: str, others: bool) -> str:
    return f"{said}; what works:" if others else f"{said}; {RULEBOOK}"
