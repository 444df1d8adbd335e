"""What the draft lost that people may need: said by name, the worst first, whether it may go out or not."""

from __future__ import annotations

from collections.abc import Sequence

from privsynth.measure.fidelity.kept import LEFT_OPEN, TOO_FEW_ALIKE, harm
from privsynth.report import wording
from privsynth.verdict import Finding, Loss, Verdict

MOST = 6  # lines of a run
FEW = 250  # rows a side, below which a run says how much they leave open
OF_A_KIND = 2  # columns of one loss


def losses(verdicts: Sequence[Verdict], *, exact: bool) -> list[str]:
    """A sentence for each loss; with its figures only where figures may be told."""
    places = worst_places(verdicts, of_a_kind=1)
    told = [_of_kind(finding, place, exact=exact) for finding, place in places]
    if len(told) <= MOST:
        return told
    others = dict.fromkeys(wording.LOST[finding.key][0] for finding, _ in places[MOST - 1 :])
    more = f"and {len(told) - MOST + 1:,} more kinds of loss, which fidelity.html names"
    return [*told[: MOST - 1], f"{more}: {', '.join(others)}"]


def left_open(verdicts: Sequence[Verdict], *, exact: bool = True, below: int | None = None) -> list[str]:
    """For each table how much of a loss chance could hide: a limit that is kept to says no more than that.

    Where `below` is given, only tables of which fewer rows could be compared.
    """
    found = [finding for verdict in verdicts if verdict.gate == "fidelity" for finding in verdict.findings]
    return [
        f"{finding.table}: {finding.note if exact else wording.LEFT_OPEN}"
        for finding in found
        if finding.key == LEFT_OPEN and (below is None or (finding.n or 0) < below)
    ]


def not_judged(verdicts: Sequence[Verdict]) -> list[str]:
    """The tables of which nobody looked whether they are like real rows: passing says nothing of them."""
    found = [finding for verdict in verdicts if verdict.gate == "fidelity" for finding in verdict.findings]
    return [f"{finding.table}: {wording.TOO_FEW_ALIKE}" for finding in found if finding.key == TOO_FEW_ALIKE]


def worst_places(verdicts: Sequence[Verdict], *, of_a_kind: int = OF_A_KIND) -> list[tuple[Finding, Loss]]:
    """Where losses mislead most, of each kind of loss not more than so many places."""
    found = [(finding, place) for finding in _of_fidelity(verdicts) for place in finding.places[:of_a_kind]]
    return sorted(found, key=lambda item: -harm(item[0].key, item[1].lost))


def _of_fidelity(verdicts: Sequence[Verdict]) -> list[Finding]:
    return [f for verdict in verdicts if verdict.gate == "fidelity" for f in verdict.findings if f.key in wording.LOST]


def _of_kind(finding: Finding, place: Loss, *, exact: bool) -> str:
    lost, cannot = wording.LOST[finding.key]
    return f"{finding.table}: {lost}: {place.words if exact else cannot}"
