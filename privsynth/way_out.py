"""A way out of a refusal: what to ask for instead, why that points the right way, and what it costs.

A gate only measures. What follows from its figures is worked out in `ways`, from all verdicts together, the policy, the
table and the ledger; what comes of it is kept here as plain values, so that a screen can print a command, a report a
line, and a run can follow it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from math import isfinite
from typing import Any, Literal

from privsynth.policy import Policy
from privsynth.policy_places import name_of
from privsynth.verdict import Verdict

# what is changed; `backend` leaves for another one, `profile` for other limits: these are a person's decision
WayKind = Literal[
    "role",
    "budget",
    "claim",
    "evidence",
    "time",
    "leaf",
    "rows",
    "drop",
    "group",
    "lost",
    "engine",
    "profile",
    "backend",
]
Path = tuple[str, ...]
FLAGS: Mapping[Path, str] = {
    ("rows",): "--rows",
    ("seed",): "--seed",
    ("profile",): "--profile",
    ("backend",): "--backend",
    ("backend", "engine"): "--model-engine",
    ("drop",): "--drop",
}


@dataclass(frozen=True)
class Change:
    """What stands at one path of the policy, such as ("backend", "min_leaf"); None is as if nobody had asked."""

    path: Path
    value: Any

    @property
    def options(self) -> tuple[str, ...]:
        """The flags that say it; nothing for what is taken back."""
        if self.value is None:
            return ()
        if (flag := FLAGS.get(self.path)) is None:
            said = str(self.value).lower() if isinstance(self.value, bool) else self.value
            return ("--set", f"{name_of(self.path)}={said}")
        values = self.value if isinstance(self.value, list) else [self.value]
        return tuple(word for value in values for word in (flag, str(value)))


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """One way out. It is allowed by the profile and was not tried on this source."""

    kind: WayKind
    changes: tuple[Change, ...]
    why: str  # which figure, beside its limit, and what the change does about it
    costs: str

    @property
    def leaves(self) -> bool:
        """Whether another backend makes the rows then."""
        return self.kind == "backend"

    @property
    def is_for_a_person(self) -> bool:
        """Whose rows they are, and what of them may be lost, nobody takes on for somebody else: it is offered alone."""
        return self.kind in ("backend", "profile", "lost")

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(word for change in self.changes for word in change.options)

    @property
    def words(self) -> tuple[str, ...]:
        """What is changed, with what is taken back, for people and records."""
        return (*self.options, *(f"without {name_of(change.path)}" for change in self.changes if change.value is None))

    def applied(self, policy: Policy) -> Policy:
        """The policy that this way asks for, checked anew."""
        return policy.laid((change.path, change.value) for change in self.changes)


@dataclass(frozen=True)
class Advice:
    """What can be done about a refusal."""

    ways: tuple[WayOut, ...] = ()  # the likeliest and cheapest first; those for a person to decide last
    _: KW_ONLY
    nothing_left: str = ""  # said once, where no way of the backend that was asked is left
    by_hand: tuple[str, ...] = ()  # what no option mends, in sentences

    @property
    def to_follow(self) -> tuple[WayOut, ...]:
        """What a run may take by itself."""
        return tuple(way for way in self.ways if not way.is_for_a_person)


NO_ADVICE = Advice()


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A figure that stood in the way of a release. It holds no cell value, as the finding that it comes from."""

    gate: str
    key: str
    what: str
    table: str = ""
    measured: float | None = None
    limit: float | None = None
    used: float | None = None  # the part of what the limit allows: above 1 here


@dataclass(frozen=True, kw_only=True)
class Attempted:
    """What was asked of a source once, in plain words without values, and what came of it."""

    settings: Mapping[str, Any]
    outcome: str = ""  # empty: it never came to its end
    missed: tuple[Missed, ...] = ()
    way: WayOut | None = None  # by which it was reached, where ways were followed


@dataclass(frozen=True, kw_only=True)
class Course:
    """The runs before one, and the way by which it was reached."""

    path: tuple[Attempted, ...] = ()
    way: WayOut | None = None  # as a change of what was asked for first

    def onwards(self, advice: Advice) -> Advice:
        """The same ways as changes of what was asked for first."""
        before = self.way.changes if self.way else ()
        ways = (way if way.leaves else replace(way, changes=laid_over(before, way.changes)) for way in advice.ways)
        return replace(advice, ways=tuple(ways)) if before else advice


FIRST = Course()


def laid_over(before: Sequence[Change], later: Sequence[Change]) -> tuple[Change, ...]:
    """Both, where what is said later of a path counts for all that lies below it."""
    kept = [one for one in before if not any(one.path[: len(other.path)] == other.path for other in later)]
    return (*kept, *later)


def missed_in(blocked: Sequence[Verdict]) -> tuple[Missed, ...]:
    """What stood in the way of a release, with its exact figures."""
    return tuple(
        Missed(
            gate=verdict.gate,
            key=finding.key,
            what=finding.what,
            table=finding.table,
            measured=_known(finding.measured),
            limit=_known(finding.limit),
            used=_known(finding.used),
        )
        for verdict in blocked
        for finding in verdict.failures
    )


def _known(value: float | None) -> float | None:
    """What is no number was not measured, and cannot be written down."""
    return None if value is None or not isfinite(value) else value


def used_of(attempted: Attempted) -> Iterator[tuple[tuple[str, str, str], float]]:
    """How much of each limit that it missed was used up."""
    for missed in attempted.missed:
        if missed.used is not None:
            yield (missed.gate, missed.key, missed.table), missed.used
