"""What a gate says: findings, each a measurement beside its limit, and one status."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Status(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"


# Every draft passes all of these, in this order, whatever made it; `decide` knows no shorter list.
GATES = ("schema", "pii", "copies", "linkage", "fidelity", "artefacts")


@dataclass(frozen=True)
class Finding:
    """One measurement. With a limit it decides; without one it is reported. It never holds a cell value."""

    what: str
    measured: float | None
    limit: float | None = None
    good: Literal["low", "high"] = "low"  # on which side of the limit the measurement must lie
    where: tuple[str, ...] = ()  # column names
    baseline: float | None = None  # the same measurement on the hold-out: the chance level
    interval: tuple[float, float] | None = None
    n: int | None = None
    note: str = ""  # how it was measured, or why it was not
    remedy: str = ""  # what to do when it fails

    @property
    def is_measured(self) -> bool:
        return self.measured is not None and math.isfinite(self.measured)

    @property
    def passed(self) -> bool:
        """Whether the measurement is on the good side. Written so that NaN and a missing figure fail."""
        if self.limit is None:
            return True
        if self.measured is None or not math.isfinite(self.measured):
            return False
        return self.measured <= self.limit if self.good == "low" else self.measured >= self.limit


@dataclass(frozen=True)
class Verdict:
    """One gate's decision about exactly one subject (the digest of the bytes that it judged)."""

    gate: str
    subject: str
    findings: tuple[Finding, ...]
    error: str = ""  # the class of what went wrong, when the gate could not judge
    seconds: float = 0.0

    @property
    def status(self) -> Status:
        """Errored if it could not judge, measured nothing, or lacks a figure that a limit waits for; failed if one finding failed."""
        if self.error or not self.findings or any(f.limit is not None and not f.is_measured for f in self.findings):
            return Status.ERRORED
        return Status.PASSED if all(finding.passed for finding in self.findings) else Status.FAILED

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.passed)
