"""What a gate says: findings, each a measurement beside its limit, and one status."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from typing import Literal, get_args

from privsynth.options import FigureStyle, WaivableGate, Waiver


class Status(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"


class StatusWord(StrEnum):
    """What a verdict is called, everywhere. Only what was held against a limit has passed it."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "could not judge"
    REPORTED = "reported only"
    NOTHING = "nothing to judge"


# Every draft passes all of these, in this order, whatever made it; `decide` knows no shorter list.
GATES = (
    "selftest",
    "schema",
    "pii",
    "copies",
    "membership",
    "singling_out",
    "linkability",
    "inference",
    "attribute",
    "tracing",
    "classical",
    "claim",
    "budget",
    "fidelity",
    "artefacts",
)


BANDS = ((0.25, "far inside the limit"), (0.75, "inside the limit"), (1.0, "near the limit"))


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Columns that lost something: how much of it is kept, and what as many fresh real rows keep. It holds no value."""

    where: tuple[str, ...]
    kept: float
    fresh: float
    lost: float  # beyond what chance explains
    words: str


@dataclass(frozen=True)
class Finding:
    """One measurement. With a limit it decides; without one it is only reported. It never holds a cell value.

    `key` and `table` say which measurement it is. Sentences (`what`, `note`, `remedy`) are for people only: no code
    decides by them.
    """

    key: str  # unique within its gate and table, and the same in every version
    measured: float | None
    _: KW_ONLY
    what: str
    table: str = ""  # empty: all tables
    limit: float | None = None
    limit_name: str = ""  # the field of `Limits` that holds the limit; empty: the gate's own
    good: Literal["low", "high"] = "low"  # on which side of the limit the measurement must lie
    where: tuple[str, ...] = ()  # column names
    baseline: float | None = None  # the same measurement on the hold-out: the chance level
    interval: tuple[float, float] | None = None
    n: int | None = None
    note: str = ""  # how it was measured, or why it was not
    remedy: str = ""  # what to do when it fails
    evidence: bool = False  # it says how much there is to judge by: nobody can answer for evidence that is missing
    places: tuple[Loss, ...] = ()  # where something is lost, the most first
    empty: bool = False  # there was nothing to measure: the note says why
    as_measured: float | None = None  # where `measured` allows for what chance may do: the figure without that
    roughly: str = ""  # without a limit: the measurement in words that give no count, for where no figure may be told

    @property
    def is_measured(self) -> bool:
        return self.measured is not None and math.isfinite(self.measured)

    @property
    def judges(self) -> bool:
        """Whether it holds something of the draft against a limit."""
        return self.limit is not None and not self.evidence

    @property
    def passed(self) -> bool:
        """Whether the measurement is on the good side. Written so that NaN and a missing figure fail."""
        if self.limit is None:
            return True
        if self.measured is None or not math.isfinite(self.measured):
            return False
        return self.measured <= self.limit if self.good == "low" else self.measured >= self.limit

    @property
    def used(self) -> float | None:
        """The part of what the limit allows that is used up; none without a limit or a figure."""
        if self.measured is None or self.limit is None or not math.isfinite(self.measured):
            return None
        top, bottom = (self.measured, self.limit) if self.good == "low" else (self.limit, self.measured)
        if top <= 0:
            return 0.0 if top <= bottom else 2.0
        return top / bottom if bottom > 0 else 2.0

    @property
    def band(self) -> str:
        """Where the measurement lies beside its limit, in words; without a limit, what may be said of it anywhere."""
        used = self.used
        return self.roughly if used is None else next((word for top, word in BANDS if used <= top), "beyond the limit")


@dataclass(frozen=True)
class Verdict:
    """One gate's decision about exactly one subject (the digest of the bytes that it judged)."""

    gate: str
    subject: str
    findings: tuple[Finding, ...]
    error: str = ""  # the class of what went wrong, when the gate could not judge
    seconds: float = 0.0
    figures: FigureStyle = "exact"  # how much of it may be told, on paper and on the screen

    @property
    def status(self) -> Status:
        """Errored if it could not judge, or if a figure that has a limit is missing; failed if a finding failed."""
        if self.error or not self.findings or any(f.limit is not None and not f.is_measured for f in self.findings):
            return Status.ERRORED
        return Status.PASSED if all(finding.passed for finding in self.findings) else Status.FAILED

    @property
    def word(self) -> StatusWord:
        """The status for people: what passed because nothing was held against a limit is not called passed, and what
        stands in the way only because too little is there to judge by is not called failed."""
        if self.status is not Status.PASSED:
            judged = self.status is Status.FAILED and any(not finding.evidence for finding in self.failures)
            return StatusWord.FAILED if judged else StatusWord.NOT_JUDGED
        if any(finding.judges for finding in self.findings):
            return StatusWord.PASSED
        told = any(not finding.empty and not finding.evidence for finding in self.findings)
        return StatusWord.REPORTED if told else StatusWord.NOTHING

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.passed)


def waived(verdict: Verdict, waivers: Sequence[Waiver]) -> Waiver | None:
    """The waiver that covers this verdict. Only a complete measurement beyond its limit can be waived."""
    if (
        verdict.status is not Status.FAILED
        or verdict.gate not in get_args(WaivableGate)
        or any(finding.evidence for finding in verdict.failures)
    ):
        return None
    return next((waiver for waiver in waivers if waiver.gate == verdict.gate), None)


def blocking(verdicts: Sequence[Verdict], waivers: Sequence[Waiver] = ()) -> list[Verdict]:
    """The verdicts that stand in the way of a release."""
    return [verdict for verdict in verdicts if verdict.status is not Status.PASSED and waived(verdict, waivers) is None]


def waivers_used(verdicts: Sequence[Verdict], waivers: Sequence[Waiver]) -> tuple[Waiver, ...]:
    """Those of the waivers without which there would be no release; none where there is no release in spite of them."""
    if blocking(verdicts, waivers):
        return ()
    return tuple(waiver for verdict in verdicts if (waiver := waived(verdict, waivers)) is not None)


def outcome_of(verdicts: Sequence[Verdict], waivers: Sequence[Waiver] = ()) -> str:
    """What the verdicts come to, in the one word of manifest, reports and `--json`."""
    if not verdicts or blocking(verdicts, waivers):
        return "refused"
    return "released-with-waiver" if waivers_used(verdicts, waivers) else "released"
