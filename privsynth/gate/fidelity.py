"""Is the draft like enough to its source to be of use?"""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.dataset import Table
from privsynth.expressions.aim import is_steered, like_asked
from privsynth.gate.evidence.scope import shared_tables
from privsynth.gate.evidence.together import together_findings
from privsynth.measure.fidelity import FidelityResult, compare
from privsynth.measure.fidelity.order import OrderResult, compare_order
from privsynth.measure.turns import Turns, known_turns
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import Source
from privsynth.verdict import Finding

TOO_FEW = 50  # real rows like those that were asked for, a side, below which a score says nothing


class Fidelity:
    """Nobody could be recognised in the table, and nothing else either: every column had become noise.

    A release that is of no use harms too: people act on it. The score (1 - total variation over binned columns and
    pairs) is taken against the hold-out and set beside what other real rows, as many as the draft's, get against the
    same hold-out; their ratio must reach the floor. Where other rows were asked for than such as the source's, the real
    rows are first narrowed to those that meet the condition, and thinned to the shares.

    Rows that are alike one by one may still have lost what ties them together: a blood pressure that rises from visit
    to visit, a sex that stays. What is lost is measured and said; it is held to a limit where the policy sets one.
    """

    name = "fidelity"

    def __init__(self, policy: Policy) -> None:
        self.policy, self.limits = policy, policy.limits

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [
                Finding(
                    "fidelity",
                    None,
                    what="fidelity",
                    note="no real data was read: there is nothing that the rows could be like",
                    empty=True,
                )
            ]
        real = like_asked(source, self.policy)
        found = [
            finding
            for tables in shared_tables(draft, real)
            for finding in self._judged(*tables, gated=tables[0].name not in source.train.lookups)
        ]
        found += [finding for tables in shared_tables(draft, real) for finding in self._together(*tables, source)]
        return found or [
            Finding(
                "tables",
                0,
                what="tables that can be compared",
                limit=1,
                good="high",
            )
        ]

    def _together(self, train: Table, holdout: Table, made: Table, source: Source) -> Iterator[Finding]:
        """What ties rows together, wherever they are of one person or follow each other in time."""
        turns = known_turns(source.statistics.facts, train.name, source.train.person_column(train.name))
        if turns is not None and len(made):
            yield from together_findings(order_against(train, holdout, made, turns), self.limits)

    def _judged(self, train: Table, holdout: Table, made: Table, *, gated: bool) -> list[Finding]:
        asked = _asked(train, holdout) if is_steered(self.policy) else ""
        if asked and min(len(train), len(holdout) or len(train) // 2) < TOO_FEW:
            return [_not_measurable(made.name, f"{asked}: fewer than {TOO_FEW} on a side")]
        result = measured_against(train, holdout, made)
        apart = ", ".join(result.left_out) or "nothing"
        if result.score is None:
            rows = f"{result.rows_synthetic:,} synthetic and {result.rows_real:,} real rows"
            return [_not_measurable(made.name, f" with {rows}; not compared, because invented or generalised: {apart}")]
        against = "the hold-out" if len(holdout) else "one half of the source"
        worst = ", ".join(column.name for column in result.worst(3))
        return [
            Finding(
                "score",
                result.score,
                what=f"fidelity ({made.name})",
                table=made.name,
                baseline=result.reference,
                n=result.rows_compared,
                note="1 would be equal distributions; the baseline is a fresh real sample",
            ),
            Finding(
                "relative",
                result.relative,
                what=f"fidelity as a share of what a fresh real sample reaches ({made.name})",
                table=made.name,
                limit=self.limits.fidelity_min if gated else None,
                limit_name="fidelity_min",
                good="high",
                where=tuple(column.name for column in result.columns),
                n=result.rows_compared,
                note=f"score {result.score:.3f}, fresh real sample {result.reference or 0:.3f}, "
                f"against {against}{asked}; not compared: {apart}",
                remedy=f"the worst columns are {worst}: a smaller leaf, more rows, or another engine",
            ),
        ]


def _not_measurable(table: str, why: str) -> Finding:
    return Finding("score", None, what=f"fidelity ({table})", table=table, note=f"not measurable{why}", empty=True)


def _asked(train: Table, holdout: Table) -> str:
    """The real rows that a draft was compared with which was asked to be unlike the source. Small counts stay vague."""
    counts = [f"{len(side):,}" if len(side) >= TOO_FEW else f"fewer than {TOO_FEW}" for side in (train, holdout)]
    return f", among the real rows that are like what was asked for ({counts[0]} training, {counts[1]} held out)"


def order_against(train: Table, holdout: Table, made: Table, turns: Turns) -> OrderResult:
    """What ties the rows of the draft together beside the training rows; the hold-out are the fresh real ones."""
    return compare_order(train, made, holdout, turns, Seeds(0).stream("gate", "fidelity", "order", made.name))


def measured_against(train: Table, holdout: Table, made: Table) -> FidelityResult:
    """Draft against hold-out beside training rows against hold-out; without a hold-out, halves of the source."""
    rng = Seeds(0).stream("gate", "fidelity", made.name)
    if len(holdout):
        return compare(holdout, made, train, rng, classify=False)
    return compare(train, made, None, rng, classify=False)
