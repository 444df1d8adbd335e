"""A rulebook that binds the rows of another backend: read, held against the source, and put around the backend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privsynth.bindings import Bound, BoundReference
from privsynth.checks.answer import Answer, answer
from privsynth.checks.bound import demand_of, filed_with, tables_of
from privsynth.dataset import Dataset
from privsynth.errors import PolicyError
from privsynth.generate import Backend
from privsynth.generate.bound import BoundBackend
from privsynth.options import KeyedOptions, MaskOptions
from privsynth.policy import Policy
from privsynth.recipe import RuleKept
from privsynth.source import Source


def bindings_for(policy: Policy, data: Dataset) -> tuple[tuple[Bound, ...], list[str]]:
    """What of the policy's rulebook binds these tables, and what is to be known of the rest.

    Refused is what cannot be asked of them, and what the source itself breaks more often than the rule allows.
    """
    if policy.keep_rules is None or data.is_empty:
        return (), []
    from privsynth.generate.rules.demands.binding import bindings_of
    from privsynth.generate.rules.mistakes.found import ready

    book, plan, _ = ready(policy.keep_rules)
    every = bindings_of(book, plan)
    bindings = tuple(each for each in every if tables_of(each) <= set(data.names))
    apart = len(every) - len(bindings)
    notes = (
        [f"{policy.keep_rules.name}: {apart} of {len(every)} rules speak of tables that are not there"] if apart else []
    )
    if not bindings:
        raise PolicyError(
            f"the rulebook {policy.keep_rules.name} says nothing of these tables: {', '.join(data.names)}.",
            hint="its tables and columns must be called as those of the data",
        )
    _refuse_misfits(bindings, data)
    _refuse_unrelated(bindings, data, follows=isinstance(policy.backend, MaskOptions))
    if not policy.has_claim:  # what real rows break may not be told beside a claim
        found = list(_broken(bindings, data))
        if not isinstance(policy.backend, MaskOptions):
            _refuse_broken(found)
        notes += [_told(each, found) for each, found in found]
    return bindings, notes


def bound(backend: Backend, policy: Policy, bindings: Sequence[Bound]) -> Backend:
    """The backend, with what binds its rows around it."""
    if not bindings:
        return backend
    return BoundBackend(
        backend,
        bindings,
        redraws=not isinstance(policy.backend, MaskOptions),
        in_groups=isinstance(policy.backend, KeyedOptions),
    )


def bound_again(fitted: Backend, policy: Policy, source: Source) -> Backend:
    """A backend that was fitted before, with what binds its rows around it."""
    around = bound(fitted, policy, source.bindings)
    return around.around(fitted, source.train) if isinstance(around, BoundBackend) else fitted


def unbound(backend: Backend) -> Backend:
    """The backend itself."""
    return backend.backend if isinstance(backend, BoundBackend) else backend


def kept_in_words(kept: Sequence[RuleKept]) -> list[str]:
    """How each rule came to hold, where something had to be done for it; how many held as the rows were made."""
    told = [f"{each.rule}: {words}" for each in kept if (words := each.words)]
    other = len(kept) - len(told)
    rules = f"{'the other ' if told else ''}{other} {'rule' if other == 1 else 'rules'} of the binding rulebook"
    return [*told, f"{rules} held in the rows as they were made"] if other else told


def _refuse_misfits(bindings: Sequence[Bound], data: Dataset) -> None:
    for each in bindings:
        try:
            demand_of(each, data)
        except PolicyError as problem:
            raise PolicyError(
                f"{each.told} cannot be asked of the data: {problem.message}",
                hint=problem.hint or "correct the rulebook, or say in the policy which kind the column is of",
            ) from None


def _refuse_unrelated(bindings: Sequence[Bound], data: Dataset, *, follows: bool) -> None:
    """Keys that nothing would keep: those between tables that the data was not found to have."""
    for each in bindings:
        if not isinstance(each, BoundReference):
            continue
        relations = each.tie.relations
        if len(relations) > 1 and not follows:
            raise PolicyError(
                f"{each.told} has a key of several columns, which model and clone do not keep.",
                hint="leave the reference out of the rulebook, or give the tables a key of one column",
            )
        if len(relations) == 1 and relations[0] not in data.relations:
            (of,) = relations
            raise PolicyError(
                f"{each.told}, but the data was not found to have this key.",
                hint="declare it in the policy: relations: [{"
                f"parent: {of.parent}, parent_key: {of.parent_key}, child: {of.child}, child_key: {of.child_key}"
                "}]",
            )


def _broken(bindings: Sequence[Bound], data: Dataset) -> Iterator[tuple[Bound, Answer]]:
    """What the rows of the source break more often than a rule allows."""
    filed = filed_with(data, bindings)
    for each in bindings:
        found = answer(demand_of(each, data), filed)
        if found.standing == "broken" or found.unjudged:
            yield each, found


def _refuse_broken(broken: Sequence[tuple[Bound, Answer]]) -> None:
    if broken:
        raise PolicyError(
            "the rulebook asks for what the source does not keep: "
            + "; ".join(_told(each, found) for each, found in broken)
            + ".",
            hint="`privsynth rules check BOOK DATA` tells the lines; correct the rows, give the rule a rate "
            "(that: ..., rate: 0.99), or leave it out",
        )


def _told(binding: Bound, found: Answer) -> str:
    if found.unjudged:
        return f"{binding.told} cannot be asked of the source: {found.unjudged}"
    allowed = f"at most {found.demand.allowed:.2%}" if found.demand.allowed else "none"
    return f"{binding.told} is broken by {found.broken:,} of {found.rows:,} rows of the source, where {allowed} may"
