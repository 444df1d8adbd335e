"""Ways out of a refusal: what can be asked instead, worked out in one place from all verdicts together.

case      the refusal at hand
budget    what the ledger leaves of the source for one more run, and which releases used the rest
certain   what has to change in any case: roles, rows beyond the budget, a claim
leaks     what makes a model tell less of its rows: a larger leaf, fewer rows, without the column that tells most
carriers  which column that is
unlike    what brings a draft nearer to its source
lost      which columns it can go out without, where it lost what they say
kept      rows made from one person each: larger groups, without a quasi-identifier
book      what of all that a rulebook has to say, since no option of a run changes it
backends  what else works for this very table, where nothing more of this backend is left
tried     what was asked of this source before

A way is offered only if the policy with it is allowed, was not tried on this source, has attempts, rows and epsilon
left, and is no looser on privacy than the one that was refused: what a way may change is what the modules above change,
and limits are not among it but to be tightened. A new seed alone is no way. What was changed since an earlier attempt
and moved nothing is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from privsynth.errors import PolicyError
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Verdict
from privsynth.way_out import Advice, Attempted, WayOut, laid_over
from privsynth.ways.backends import RULEBOOK, nothing_left, other_backends
from privsynth.ways.book import edit_of, evidence_by_hand, is_for_the_book
from privsynth.ways.budget import nothing_more
from privsynth.ways.case import Case
from privsynth.ways.certain import TIMED_OUT, as_one, certain_way, evidence_way, profile_ways
from privsynth.ways.kept import kept_ways
from privsynth.ways.leaks import leak_ways, leaks_of
from privsynth.ways.unlike import unlike_ways

BY_HAND = ("selftest", "schema", "artefacts")  # what these refuse no option mends: judge, maker or report is wrong
EDITS = 2  # of a rulebook that are told
BLIND = ("seen_by_singling_out", "seen_by_linkability")  # attacks without power on this table; elsewhere they may see
AT_FAULT = "the gate {} could not judge ({}): report it"


def ways_out(
    verdicts: Sequence[Verdict], policy: Policy, draft: Draft, source: Source, before: Sequence[Attempted] = ()
) -> Advice:
    """The ways out of a refusal, or the one sentence that says that none of this backend is left."""
    case = Case(verdicts=verdicts, policy=policy, draft=draft, source=source, before=before)
    by_hand = _by_hand(case)
    if not case.blocked or source.is_empty or _is_broken(case):
        return Advice(by_hand=by_hand)
    steps = [_without_vain_steps(case, way) for way in _of_this_backend(case)]
    open_ = _each_once(way for way in steps if _is_open(case, way))
    here = [way for way in open_ if not is_for_the_book(case, way)]
    edits = [words for way in open_ if way not in here and (words := edit_of(case, way))][:EDITS]
    elsewhere = other_backends(policy, source.train, source.holdout)
    others = [way for way in (*profile_ways(case), *elsewhere) if _is_open(case, way)]
    ways = sorted((*here, *others), key=lambda way: (way.is_for_a_person, not way.leaves))
    is_left = any(not way.is_for_a_person for way in ways)
    left = "" if is_left else nothing_left(case.maker, others=bool(ways), in_book=bool(edits))
    return Advice(tuple(ways), nothing_left=left, by_hand=(*by_hand, *edits))


def _by_hand(case: Case) -> tuple[str, ...]:
    """What a person has to do, whatever is asked for."""
    wrong = [AT_FAULT.format(gate, error) for gate, error in case.errors.items() if not error.startswith(TIMED_OUT)]
    by_book = case.policy.backend.kind == "rules"
    wrong += [evidence_by_hand(case) if by_book else RULEBOOK] if case.lacks_evidence else []
    uncounted = [each for each in case.failures("budget") if each.key == "attempts" and each.measured is None]
    told = [finding.remedy for finding in (*case.missing, *uncounted, *case.failures(*BY_HAND)) if finding.remedy]
    known = case.source.exposure
    gone = [] if known is None or not case.blocked else nothing_more(case.policy, known, case.budget_rows)
    return tuple(dict.fromkeys([*wrong, *told, *gone]))


def _is_broken(case: Case) -> bool:
    """Whether the judge or the report is at fault: then no backend would do better."""
    others = [error for error in case.errors.values() if not error.startswith(TIMED_OUT)]
    at_fault = [finding for finding in case.failures("selftest", "artefacts") if finding.key not in BLIND]
    return bool(others) or bool(at_fault)


def _is_open(case: Case, way: WayOut) -> bool:
    """Whether the profile allows it, nobody tried it, and it has attempts, rows and epsilon left."""
    try:
        return not case.was_tried(way) and case.has_room(way)
    except PolicyError:
        return False


def _without_vain_steps(case: Case, way: WayOut) -> WayOut:
    """The same from where the last attempt stepped off, if the step moved nothing."""
    return replace(way, changes=laid_over(case.taken_back, way.changes)) if case.taken_back else way


def _each_once(ways: Iterable[WayOut]) -> list[WayOut]:
    return list({repr(way.changes): way for way in reversed(list(ways))}.values())[::-1]


def _of_this_backend(case: Case) -> Iterator[WayOut]:
    """What is certain comes first and goes with all others; nothing where evidence is missing or a gate is broken."""
    if (evidence := evidence_way(case)) is not None:
        yield evidence
    if case.lacks_evidence or case.missing or case.failures("schema"):
        return
    if (certain := certain_way(case)) is not None:
        yield certain
    for way in _of_choice(case):
        yield way if certain is None else _with(certain, way)


def _of_choice(case: Case) -> list[WayOut]:
    """One of these is enough. What takes away from a draft that is too unlike its source already leads nowhere."""
    of_people = [*leak_ways(case), *kept_ways(case)]
    if case.failures("fidelity"):
        return [way for way in of_people if way.kind != "leaf"] or ([] if leaks_of(case) else list(unlike_ways(case)))
    return of_people


def _with(certain: WayOut, way: WayOut) -> WayOut:
    return replace(
        way,
        changes=as_one([certain, way]),
        why=f"{certain.why}; {way.why}",
        costs=f"{certain.costs}; {way.costs}",
    )
