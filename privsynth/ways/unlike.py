"""What brings a draft nearer to its source."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from privsynth.engines import ENGINES
from privsynth.options import ModelOptions
from privsynth.way_out import Change, WayOut
from privsynth.ways.case import Case
from privsynth.ways.leaks import USUAL_LEAF


def unlike_ways(case: Case) -> Iterator[WayOut]:
    """A smaller leaf where a larger one was asked for, as many rows as there are, another engine."""
    found, options = case.failures("fidelity"), case.policy.backend
    if not found or case.is_foreign or not isinstance(options, ModelOptions):
        return
    why = case.told(found[0])
    if options.min_leaf is not None and options.min_leaf > USUAL_LEAF:
        yield WayOut(
            kind="leaf",
            changes=(Change(("backend", "min_leaf"), _smaller(options.min_leaf)),),
            why=f"{why}; fewer people behind each value follow the source more closely",
            costs="fewer people behind each value: the gates on people judge it anew",
        )
    made, there = len(case.draft.dataset.root), len(case.source.train.root) + len(case.source.holdout.root)
    if case.policy.rows is not None and made < there / 2:
        yield WayOut(
            kind="rows",
            changes=(Change(("rows",), None),),
            why=f"{why}; {made:,} rows alone stray from the source by chance",
            costs=f"about {there:,} rows",
        )
    if options.engine == "trees" and not options.no_busl and options.min_leaf is None and find_spec("sdv"):
        yield WayOut(
            kind="leaf",
            changes=(Change(("backend", "engine"), "auto"),),
            why=f"{why}; several engines are tried, and the best is taken",
            costs=f"up to two minutes; some engines are under {ENGINES['copula'].licence}",
        )


def _smaller(leaf: int) -> int:
    return max(10, leaf // 20 * 10)
