"""What brings a draft nearer to its source; and, last, what goes out without the columns that say nothing any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from privsynth.engines import ENGINES
from privsynth.options import ModelOptions
from privsynth.verdict import Finding
from privsynth.way_out import Change, WayOut
from privsynth.ways.case import Case

LEAST_LEAF = 10
OF_A_COLUMN = ("columns", "levels", "ties", "use")  # findings whose columns are those that lost what they say
Places = list[tuple[str, str]]


def unlike_ways(case: Case) -> Iterator[WayOut]:
    """What costs nothing of the table first, then its columns."""
    found = case.failures("fidelity")
    if not found:
        return
    why = case.told(max(found, key=lambda finding: finding.used or 0))
    if isinstance(case.policy.backend, ModelOptions) and not case.is_foreign:
        yield from _by_options(case, case.policy.backend, why)
    yield from _by_columns(case, found)


def _by_options(case: Case, options: ModelOptions, why: str) -> Iterator[WayOut]:
    """A smaller leaf, as many rows as there are, another engine."""
    if "min_leaf" in ENGINES[options.engine].options and options.min_leaf != LEAST_LEAF:
        leaf = LEAST_LEAF if options.min_leaf is None else max(LEAST_LEAF, options.min_leaf // 20 * 10)
        yield WayOut(
            kind="leaf",
            changes=(Change(("backend", "min_leaf"), leaf),),
            why=f"{why}; fewer people behind each value follow the source more closely",
            costs="fewer people behind each value: the gates on people judge it anew",
        )
    made, there = len(case.draft.dataset.root), len(case.source.train.root) + len(case.source.holdout.root)
    if case.policy.rows is not None and made < there / 2:
        yield WayOut(
            kind="rows",
            changes=(Change(("rows",), None),),
            why=f"{why}; {made:,} rows alone stray from the source by chance",
            costs="as many rows as the source has",
        )
    if options.engine == "trees" and not options.no_busl and options.min_leaf is None and find_spec("sdv"):
        yield WayOut(
            kind="engine",
            changes=(Change(("backend", "engine"), "auto"),),
            why=f"{why}; several engines are tried, and the best is taken",
            costs=f"up to two minutes; some engines are under {ENGINES['copula'].licence}",
        )


def _by_columns(case: Case, found: Sequence[Finding]) -> Iterator[WayOut]:
    """Without what is lost, so that nobody works with it; or, if a person says so, with it as it is."""
    lost = [place for finding in found if finding.key in OF_A_COLUMN for place in _places(case, finding)]
    dropped = [place for place in dict.fromkeys(lost) if _can_go(case, place)] or _worst(case)[:1]
    if dropped and _leaves_enough(case, dropped):
        names = ", ".join(name for _, name in dropped)
        yield WayOut(
            kind="drop",
            changes=(case.dropping(dropped),),
            why="; ".join(dict.fromkeys(case.told(finding) for finding in found)),
            costs=f"the result has no {names}",
        )
    if lost:
        names = ", ".join(dict.fromkeys(name for _, name in lost))
        yield WayOut(
            kind="lost",
            changes=tuple(
                Change(("tables", table, "columns", name, "may_be_lost"), True) for table, name in dict.fromkeys(lost)
            ),
            why="; ".join(case.told(finding) for finding in found if finding.key in OF_A_COLUMN),
            costs=f"{names} comes out without what it says in the source: nobody may work with it",
        )


def _places(case: Case, finding: Finding) -> Places:
    return [(table.name, name) for table, name in case.places_of(finding)]


def _worst(case: Case) -> Places:
    """The columns by how much of what they say is lost, wherever it was measured."""
    findings = [finding for verdict in case.verdicts if verdict.gate == "fidelity" for finding in verdict.findings]
    losses = [(finding, loss) for finding in findings for loss in finding.places]
    ordered = sorted(losses, key=lambda pair: -pair[1].lost)
    places = [(finding.table, name) for finding, loss in ordered for name in loss.where[:1]]
    return [place for place in dict.fromkeys(places) if _can_go(case, place)]


def _can_go(case: Case, place: tuple[str, str]) -> bool:
    table, name = place
    return (
        table in case.source.train
        and name in case.source.train[table]
        and case.can_be_dropped(case.source.train[table], name)
    )


def _leaves_enough(case: Case, dropped: Places) -> bool:
    """At least half of the columns that were learnt stay: less is another table."""
    for table in case.source.train:
        learnt = [column.name for column in table.columns if not column.role.is_fabricated]
        if 2 * sum(place == (table.name, name) for place in dropped for name in learnt) > len(learnt):
            return False
    return True
