"""Is the draft like enough to its source to be of use?"""

from __future__ import annotations

from privsynth.expressions.aim import is_steered, like_asked
from privsynth.gate.evidence.kept import kept_findings
from privsynth.measure.fidelity import FidelityResult
from privsynth.measure.fidelity.kept import TOO_FEW_ALIKE
from privsynth.measure.fidelity.whole import TOO_FEW, fidelity_of, spared
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding


class Fidelity:
    """Nobody could be recognised in the table, and nothing else either: every town had become the same one.

    A release that is of no use harms too: people act on it. The score (1 - total variation over binned columns and
    pairs) is set beside what other real rows, as many as the draft's, get in the same comparison; their ratio must
    reach the floor. Where other rows were asked for than such as the source's, the real rows are first narrowed to
    those that meet the condition, and thinned to the shares.

    A mean hides what one column lost, so each is looked at by itself: its values and how many there are, what it says
    of the others and all say of each other, what holds between them, what a model learns from it, and whether a
    classifier tells whole rows. A column that says nothing any more blocks by its name, unless the policy says that it
    may be lost. What no engine learns yet, order in time and the rows of one person, is measured and said, and held to
    a limit where the policy sets one.
    """

    name = "fidelity"

    def __init__(self, policy: Policy) -> None:
        self.policy, self.limits = policy, policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            note = "no real data was given: there is nothing that the rows could be like"
            return [Finding("fidelity", None, what="fidelity", note=note, empty=True)]
        results = fidelity_of(draft, source, self.policy)
        found = [finding for result in results for finding in self._judged(result, source)]
        return found or [Finding("tables", 0, what="tables that can be compared", limit=1, good="high")]

    def _judged(self, result: FidelityResult, source: Source) -> list[Finding]:
        train = source.train[result.table]
        asked = self._asked(source, result.table) if is_steered(self.policy) else ""
        if result.too_few:
            return [_not_judged(result.table)]
        apart = ", ".join(result.left_out) or "nothing"
        if result.score is None:
            rows = f"{result.rows_synthetic:,} synthetic and {result.rows_real:,} real rows"
            why = f" with {rows}; not compared, because invented or generalised: {apart}"
            return [_not_measurable(result.table, why)]
        gated = result.table not in source.train.lookups
        return [
            _score(result),
            self._relative(result, f"{asked}; not compared: {apart}", gated=gated),
            *kept_findings(result, self.limits, spared(train, self.policy), gated=gated),
        ]

    def _relative(self, result: FidelityResult, more: str, *, gated: bool) -> Finding:
        worst = ", ".join(column.name for column in result.worst(3))
        return Finding(
            "relative",
            result.relative,
            what=f"fidelity as a share of what a fresh real sample reaches ({result.table})",
            table=result.table,
            limit=self.limits.fidelity_min if gated else None,
            limit_name="fidelity_min" if gated else "",
            good="high",
            where=tuple(column.name for column in result.columns),
            n=result.rows_compared,
            note=f"score {result.score:.3f}, fresh real sample {result.reference or 0:.3f}, "
            f"against {result.against}{more}",
            remedy=f"the worst columns are {worst}: a smaller leaf, more rows, or another engine",
        )

    def _asked(self, source: Source, table: str) -> str:
        real = like_asked(source, self.policy)
        sizes = [len(side[table]) if table in side else 0 for side in (real.train, real.holdout)]
        return asked_rows(*sizes)


def _score(result: FidelityResult) -> Finding:
    return Finding(
        "score",
        result.score,
        what=f"fidelity ({result.table})",
        table=result.table,
        baseline=result.reference,
        n=result.rows_compared,
        note="1 would be equal distributions; the baseline is a fresh real sample",
    )


def _not_judged(table: str) -> Finding:
    note = f"not judged: fewer than {TOO_FEW} real people are like what was asked for"
    return Finding(TOO_FEW_ALIKE, None, what=f"fidelity ({table})", table=table, note=note, empty=True)


def _not_measurable(table: str, why: str) -> Finding:
    return Finding("score", None, what=f"fidelity ({table})", table=table, note=f"not measurable{why}", empty=True)


def asked_rows(train: int, holdout: int) -> str:
    """The real rows that a draft was compared with which was asked to be unlike the source. Small counts stay vague."""
    counts = [f"{size:,}" if size >= TOO_FEW else f"fewer than {TOO_FEW}" for size in (train, holdout)]
    return f", among the real rows that are like what was asked for ({counts[0]} training, {counts[1]} held out)"
