"""Rows that are made from one person each: larger groups, or without a quasi-identifier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from privsynth.options import MaskOptions, effective_k
from privsynth.verdict import Finding
from privsynth.way_out import Change, WayOut
from privsynth.ways.case import Case
from privsynth.ways.leaks import helped, step_of

GROUPS = ("classical", "tracing")


def kept_ways(case: Case) -> Iterator[WayOut]:
    found = [finding for finding in case.failures(*GROUPS) if finding.key not in ("suppressed", "given_back")]
    yield from _without_what_tells(case)
    if found:
        yield from _larger_groups(case, found)
    yield from _more_blanks(case, [finding for finding in case.failures("classical") if finding.key == "suppressed"])
    if found:
        yield from _without_quasi(case, found)


def _larger_groups(case: Case, found: Sequence[Finding]) -> Iterator[WayOut]:
    """More people to each combination of quasi-identifiers; a plan of a mask says it, else the limit is tightened."""
    now = effective_k(case.policy.limits, case.policy.backend)
    unasked = effective_k(case.policy.limits, MaskOptions())
    k = round(now * step_of(case, found) + 0.49)
    path = ("backend", "k") if isinstance(case.policy.backend, MaskOptions) else ("limits", "k")
    is_possible = now < k <= case.source.train.root.number_of_people / 2
    if case.is_foreign or not is_possible or not helped(case, ".".join(path), unasked):
        return
    yield WayOut(
        kind="group",
        changes=(Change(path, k),),
        why=f"{case.told(found[0])}; {k:,} people to each combination of quasi-identifiers, instead of {now:,}",
        costs="the quasi-identifiers become coarser",
    )


def _more_blanks(case: Case, found: Sequence[Finding]) -> Iterator[WayOut]:
    """A blanked row hides its person; how many there may be is the plan's own bound on what is lost."""
    options = case.policy.backend
    if case.is_foreign or not isinstance(options, MaskOptions) or not found or (found[0].measured or 0) >= 0.5:
        return
    exact = case.policy.figures == "exact"
    share = round((found[0].measured or 0) + 0.015, 2) if exact else min(0.5, 2 * options.suppress_max)
    yield WayOut(
        kind="group",
        changes=(Change(("backend", "suppress_max"), share),),
        why=case.told(found[0]),
        costs=f"up to {share:.0%} of the rows have no quasi-identifier left",
    )


def _without_what_tells(case: Case) -> Iterator[WayOut]:
    """Without the columns by which what was made coarser comes back."""
    for finding in case.failures("classical"):
        places = [(table.name, name) for table, name in case.places_of(finding)] if finding.key == "given_back" else []
        if places:
            yield WayOut(
                kind="drop",
                changes=(case.dropping(places),),
                why=case.told(finding),
                costs=f"the result has no {', '.join(name for _, name in places)}",
            )


def _without_quasi(case: Case, found: Sequence[Finding]) -> Iterator[WayOut]:
    """The quasi-identifier with the most values splits the groups most."""
    train = case.source.train
    for table in train:
        if found[0].table not in ("", table.name):
            continue
        quasi = [name for name in found[0].where if name in table and case.can_be_dropped(table, name)]
        if quasi:
            widest = max(quasi, key=lambda name: len(pd.unique(table.values(name))))
            yield WayOut(
                kind="drop",
                changes=(case.dropping([(table.name, widest)]),),
                why=f"{case.told(found[0])}; it is the quasi-identifier with the most values",
                costs=f"the result has no {widest}",
            )
