"""How often was the source asked, and how much of it went out?"""

from __future__ import annotations

from privsynth.dataset import Dataset
from privsynth.gate.evidence.scope import no_source
from privsynth.options import Limits
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding
from privsynth.ways.budget import NEVER_ASKED, used_by

UNCOUNTED = "not counted: no state directory was named, so there is no record of earlier runs"
COUNT = "name a state directory (state), where runs on this source are counted: this profile allows so many and no more"


class Budget:
    """The operator pressed the button fifty times and kept the one draw that passed.

    Or he dropped a row, renamed a column, took half of the table, and began to count anew.

    Every attempt is written down before it begins, with a keyed sketch of the source, so that neither a new seed nor a
    killed run hides one, and so that tables that share half of their rows or cells are one source. Four sums over all
    runs on one source are held against the limits: attempts with this backend and profile (`attempts_max`), rows of all
    releases as a multiple of the source's (`rows_ratio`; a generator that may be asked without end gives away the
    people at the edges, arXiv 2312.05114), and epsilon and delta (`eps_max`, `delta_max`), which are spent by trying,
    whether or not anything was released.
    """

    name = "budget"

    def __init__(self, policy: Policy) -> None:
        self.limits, self.has_claim = policy.limits, policy.has_claim

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        made = rows_of(draft.dataset, source)
        if source.of_rows is not None:  # a part: the others come out as whole as this one
            made += source.of_rows - rows_of(source.train, source) - rows_of(source.holdout, source)
        return self.of(made, source)

    def of(self, made: int, source: Source) -> list[Finding]:
        """What a draft of so many rows of the first table comes to."""
        return [attempts(source, self.limits), self._rows(made, source), *self._spent(source)]

    def _rows(self, made: int, source: Source) -> Finding:
        exposure, there = source.exposure or NEVER_ASKED, rows_there(source)
        earlier = exposure.rows
        by = f" ({used_by(exposure)})" if exposure.released else ""
        before = UNCOUNTED if source.exposure is None else f"{earlier:,} rows{by}"
        return Finding(
            "rows",
            (earlier + made) / max(1, there),
            what="rows of all releases from this source, as a multiple of its rows",
            limit=self.limits.rows_ratio,
            limit_name="rows_ratio",
            n=there,
            note=f"rows of the first table, this draft included; earlier releases: {before}",
            remedy="fewer rows must be asked for; what was released before cannot be taken back",
        )

    def _spent(self, source: Source) -> list[Finding]:
        exposure, limits = source.exposure, self.limits
        if not self.has_claim and (exposure is None or not exposure.epsilon):
            return []
        of_epsilon = self._of("epsilon", None if exposure is None else exposure.epsilon, limits.eps_max, "eps_max")
        return [
            of_epsilon,
            self._of("delta", None if exposure is None else exposure.delta, limits.delta_max, "delta_max"),
        ]

    def _of(self, name: str, spent: float | None, limit: float, limit_name: str) -> Finding:
        return Finding(
            name,
            None if spent is None else float(f"{spent:.12g}"),  # a tenth, ten times, is one
            what=f"{name} spent on this source, this run included",
            limit=limit if self.has_claim else None,
            limit_name=limit_name,
            note=UNCOUNTED if spent is None else "summed over all runs, released or not",
            remedy=f"the source is used up for this profile: {name} cannot be given back",
        )


def attempts(source: Source, limits: Limits) -> Finding:
    """How often the source was asked, as far as anybody counts. Where nobody does, no limit is kept."""
    exposure = source.exposure
    return Finding(
        "attempts",
        None if exposure is None else exposure.attempt,
        what="attempts on this source with this backend and profile",
        limit=limits.attempts_max,
        limit_name="attempts_max",
        note=UNCOUNTED
        if exposure is None
        else "; ".join(
            [f"whatever the seed; {exposure.releases:,} releases came from this source before", *exposure.notes]
        ),
        remedy=COUNT
        if exposure is None
        else "no attempts are left on this source, or one that shares half of it, with this backend and profile",
    )


def rows_there(source: Source) -> int:
    """Rows of the first table of the source, those kept aside included."""
    if source.of_rows is not None:
        return source.of_rows
    return rows_of(source.train, source) + rows_of(source.holdout, source)


def rows_of(data: Dataset, source: Source) -> int:
    """Rows of the first table of the source: people are counted there; rows below it follow from them."""
    name = source.train.root.name
    return len(data[name]) if name in data else sum(len(table) for table in data)
