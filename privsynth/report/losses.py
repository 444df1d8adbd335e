"""What the draft lost that people may need, although every row is like a real one: said by name, never held back."""

from __future__ import annotations

from collections.abc import Sequence

from privsynth.report import wording
from privsynth.verdict import Finding, Verdict

NOTICEABLE = 0.9  # of what a fresh real sample keeps: below it something is lost


def losses(verdicts: Sequence[Verdict], *, exact: bool) -> list[str]:
    """A sentence for each loss; with its figures only where figures may be told."""
    findings = [finding for verdict in verdicts if verdict.gate == "fidelity" for finding in verdict.findings]
    return [
        _sentence(finding, exact=exact) for finding in findings if finding.key in wording.LOST and _is_lost(finding)
    ]


def _is_lost(finding: Finding) -> bool:
    whole = 1.0 if finding.baseline is None else finding.baseline
    return finding.measured is not None and finding.measured < NOTICEABLE * whole


def _sentence(finding: Finding, *, exact: bool) -> str:
    lost, cannot = wording.LOST[finding.key]
    return f"{finding.table}: {lost}: {finding.note if exact else cannot}"
