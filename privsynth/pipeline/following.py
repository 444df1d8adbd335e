"""The ways out of a refusal, followed one after another: each is a whole run of its own, counted as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from privsynth.policy import Policy
from privsynth.release import Outcome, Refusal
from privsynth.stages import Stages
from privsynth.verdict import blocking
from privsynth.way_out import FIRST, Advice, Attempted, Course, Missed, WayOut, missed_in
from privsynth.ways.backends import all_refused
from privsynth.ways.tried import has_helped, settings_of

MOST = 5  # runs, the first included, where the profile sets no number of attempts


def follow(policy: Policy, once: Callable[[Policy, Course], Outcome], stages: Stages) -> Outcome:
    """Run, and run again by the likeliest way out, until there is a release, no way, or no attempt left.

    A change that did not help is taken back, and another one is tried from where it was made. What is for a person to
    decide is never taken.
    """
    most, course = policy.limits.attempts_max or MOST, FIRST
    ways, was_missed = tuple[WayOut, ...](), tuple[Missed, ...]()  # of the last run that was of use
    outcome = once(policy, course)
    while isinstance(outcome, Refusal):
        here = _attempted(policy, outcome, course.way)
        if not course.path or has_helped(here.missed, was_missed):
            ways, was_missed = (), here.missed
        ways = _others(ways, course.way)
        ways = ways or outcome.advice.to_follow
        course = Course(path=(*course.path, here), way=next(iter(ways), None))
        if course.way is None:
            return outcome
        if len(course.path) >= most:
            return outcome.with_advice(_given_up(outcome, most, policy))
        stages.notes([_next_in_words(len(course.path) + 1, most, course.way)])
        outcome = once(course.way.applied(policy), course)
    return outcome


def _given_up(refusal: Refusal, runs: int, policy: Policy) -> Advice:
    """No run is left: what remains is another backend."""
    others = tuple(way for way in refusal.advice.ways if way.is_for_a_person)
    return Advice(others, nothing_left=all_refused(policy, runs, others=bool(others)))


def _attempted(policy: Policy, refusal: Refusal, way: WayOut | None) -> Attempted:
    asked = policy if way is None else way.applied(policy)
    missed = missed_in(blocking(refusal.verdicts, policy.waivers))
    return Attempted(settings=settings_of(asked), outcome=refusal.status, missed=missed, way=way)


def _others(ways: Sequence[WayOut], tried: WayOut | None) -> tuple[WayOut, ...]:
    return tuple(way for way in ways if tried is None or way.changes != tried.changes)


def _next_in_words(number: int, most: int, way: WayOut) -> str:
    return f"run {number} of at most {most}, {' '.join(way.words)}: {way.why}"
