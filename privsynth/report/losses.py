"""What the draft lost that people may need, although it may go out: said by name, the worst first."""

from __future__ import annotations

from collections.abc import Sequence

from privsynth.measure.fidelity.kept import NOTICEABLE
from privsynth.report import wording
from privsynth.verdict import Finding, Verdict

MOST = 6  # of a run


def losses(verdicts: Sequence[Verdict], *, exact: bool) -> list[str]:
    """A sentence for each loss; with its figures only where figures may be told."""
    findings = [finding for verdict in verdicts if verdict.gate == "fidelity" for finding in verdict.findings]
    lost = sorted((f for f in findings if f.key in wording.LOST and left(f) < NOTICEABLE), key=left)
    return [_sentence(finding, exact=exact) for finding in lost[:MOST]]


def left(finding: Finding) -> float:
    """How much is left of what a fresh real sample keeps; of whole rows, how far a classifier is from telling all."""
    if finding.measured is None:
        return 1.0
    if finding.key == "rows":
        return 2 * (1 - finding.measured)
    return finding.measured / (finding.baseline or 1.0)


def _sentence(finding: Finding, *, exact: bool) -> str:
    lost, cannot = wording.LOST[finding.key]
    return f"{finding.table}: {lost}: {finding.note if exact else cannot}"
