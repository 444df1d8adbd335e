"""What brings a draft nearer to its source; and what goes out without the columns that say nothing any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import chain

from privsynth.engines import ENGINES
from privsynth.options import ModelOptions
from privsynth.verdict import Finding
from privsynth.way_out import Change, WayOut
from privsynth.ways.case import Case
from privsynth.ways.certain import as_one
from privsynth.ways.leaks import USUAL_LEAF
from privsynth.ways.lost import BY_THEMSELVES, OF_OTHERS, Places, broken, can_go, leaves_enough, of_columns

LEAST_LEAF = 10
FIRST_TURN = 1  # of the engines that `auto` tries: where another one was asked for, it has its reason


def unlike_ways(case: Case) -> Iterator[WayOut]:
    """Without what is broken, where something is; else what costs nothing of the table first, then its columns.

    What broke may be broken by the leaf that was asked for: then a smaller one comes before columns are given up.
    """
    found = case.failures("fidelity")
    if not found:
        return
    worst = max(found, key=lambda finding: finding.used or 0)
    mended = [_without(case, choice, found) for choice in broken(case) if leaves_enough(case, choice)]
    nearer = list(_nearer(case, found, worst))
    yield from chain(nearer, mended[:2]) if _is_by_leaf(case) else chain(mended[:2], nearer)
    yield from mended[2:]
    yield from _by_columns(case, found, is_mended=bool(mended))


def _is_by_leaf(case: Case) -> bool:
    """Whether more people were asked for behind each value than usual, and fewer were not tried before."""
    options = case.policy.backend
    if not isinstance(options, ModelOptions) or (options.min_leaf or 0) <= USUAL_LEAF:
        return False
    tried = [int(values["backend.min_leaf"] or USUAL_LEAF) for values, _ in case.siblings("backend.min_leaf")]
    return min(tried) >= (options.min_leaf or 0)


def _nearer(case: Case, found: Sequence[Finding], worst: Finding) -> Iterator[WayOut]:
    """By the engine, for what it learnt. Of an invented column it knows nothing: what that lost goes out besides."""
    invented = [place for finding in found for place in _lost_by_invention(case, finding)]
    mendable = [finding for finding in found if not _is_of_invented(case, finding)]
    if not mendable or not all(can_go(case, place) for place in invented):
        return
    for way in _by_options(case, case.told(worst if worst in mendable else mendable[0])):
        if not invented:
            yield way
        else:
            costs = f"{way.costs}; the result has no {', '.join(dict.fromkeys(name for _, name in invented))}"
            yield replace(way, changes=as_one([way, _without(case, invented, found)]), costs=costs)


def _lost_by_invention(case: Case, finding: Finding) -> Places:
    """The invented columns that say nothing any more by themselves, or that alone a figure speaks of."""
    if finding.key not in BY_THEMSELVES and not _is_of_invented(case, finding):
        return []
    return [(table.name, name) for table, name in case.places_of(finding) if table[name].role.is_fabricated]


def _is_of_invented(case: Case, finding: Finding) -> bool:
    """Whether a figure speaks of invented columns alone."""
    places = list(case.places_of(finding))
    return bool(places) and all(table[name].role.is_fabricated for table, name in places)


def _by_options(case: Case, why: str) -> Iterator[WayOut]:
    """A smaller leaf, as many rows as there are, another engine."""
    options = case.policy.backend
    if not isinstance(options, ModelOptions) or case.is_foreign:
        return
    if "min_leaf" in ENGINES[options.engine].options and options.min_leaf != LEAST_LEAF:
        leaf = LEAST_LEAF if options.min_leaf is None else max(LEAST_LEAF, options.min_leaf // 20 * 10)
        yield WayOut(
            kind="leaf",
            changes=(Change(("backend", "min_leaf"), leaf),),
            why=f"{why}; fewer people behind each value follow the source more closely",
            costs="fewer people behind each value: the gates on people judge it anew",
        )
    made = len(case.draft.dataset.root)
    if case.policy.rows is not None and made < case.rows_there / 2:
        yield WayOut(
            kind="rows",
            changes=(Change(("rows",), None),),
            why=f"{why}; {made:,} rows alone stray from the source by chance",
            costs="as many rows as the source has",
        )
    if (
        ENGINES[options.engine].turn == FIRST_TURN
        and not options.no_busl
        and options.min_leaf is None
        and find_spec("sdv")
    ):
        yield WayOut(
            kind="engine",
            changes=(Change(("backend", "engine"), "auto"),),
            why=f"{why}; several engines are tried, and the best is taken",
            costs=f"up to two minutes; some engines are under {ENGINES['copula'].licence}",
        )


def _by_columns(case: Case, found: Sequence[Finding], *, is_mended: bool) -> Iterator[WayOut]:
    """Without what is lost, so that nobody works with it; or, if a person says so, with it as it is."""
    of_others = [place for place in of_columns(case, found, OF_OTHERS) if can_go(case, place)]
    dropped = of_others or ([] if is_mended else _worst(case)[:1])
    if dropped and leaves_enough(case, dropped):
        yield _without(case, dropped, found)
    if lost := of_columns(case, found, (*BY_THEMSELVES, *OF_OTHERS)):
        names = ", ".join(dict.fromkeys(name for _, name in lost))
        yield WayOut(
            kind="lost",
            changes=tuple(Change(("tables", table, "columns", name, "may_be_lost"), True) for table, name in lost),
            why="; ".join(case.told(finding) for finding in found if finding.key in (*BY_THEMSELVES, *OF_OTHERS)),
            costs=f"{names} comes out without what it says in the source: nobody may work with it",
        )


def _without(case: Case, dropped: Places, found: Sequence[Finding]) -> WayOut:
    return WayOut(
        kind="drop",
        changes=(case.dropping(dropped),),
        why="; ".join(dict.fromkeys(case.told(finding) for finding in found)),
        costs=f"the result has no {', '.join(dict.fromkeys(name for _, name in dropped))}",
    )


def _worst(case: Case) -> Places:
    """The columns by how much of what they say is lost, wherever it was measured."""
    findings = [finding for verdict in case.verdicts if verdict.gate == "fidelity" for finding in verdict.findings]
    losses = [(finding, loss) for finding in findings for loss in finding.places]
    ordered = sorted(losses, key=lambda pair: -pair[1].lost)
    places = [(finding.table, name) for finding, loss in ordered for name in loss.where[:1]]
    return [place for place in dict.fromkeys(places) if can_go(case, place)]
