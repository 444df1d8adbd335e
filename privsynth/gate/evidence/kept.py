"""What a draft keeps of its source, as findings: one for each aspect of a table, the worst places named."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from privsynth.measure.fidelity import FidelityResult
from privsynth.measure.fidelity.kept import ASPECTS, EVERY, LEFT_OPEN, SURE, Aspect, Kept, worst
from privsynth.options import Limits
from privsynth.verdict import Finding, Loss

SAID = 3  # places told in a note
NAMED = 10  # places named in a finding, and all that fail
WHAT: dict[Aspect, str] = {
    "columns": "what the column that keeps least says by itself: how often each value is",
    "levels": "what the column that keeps least says by itself: how many different values there are",
    "texture": "decimals, weekdays and times of day that are as in the real rows",
    "ties": "what the column that keeps least says of the others",
    "pairs": "what one of the two columns that keep least says of the other",
    "all_pairs": "what all columns say of each other",
    "threes": "what two of the three columns that keep least say together of the third",
    "relations": "rows in which what holds between columns holds",
    "keys": "rows that have a key of their own where each real row has one",
    "groups": "what the group that keeps least shows",
    "tails": "rows at the end of a number that keeps least",
    "gaps": "what the column that keeps least shows of missing values",
    "season": "what the time of year and week says",
    "rows_each": "agreement in how many rows belong together",
    "order": "order in time, or likeness of the rows of one person, that is kept",
    "steady": "people whose rows agree in what stays the same",
    "use": "what a model taught on the rows learns of the target that keeps least",
    "rows": "area under the curve of a classifier that tells whole rows from real ones",
}
LIMITS: dict[Aspect, str] = {
    "columns": "column_min",
    "levels": "column_min",
    "ties": "ties_min",
    "all_pairs": "ties_min",
    "relations": "relations_min",
    "use": "use_min",
    "order": "order_min",
    "steady": "steady_min",
}
AS_CHANCE_ALLOWS: dict[Aspect, str] = {  # what is held to a limit with what chance may do added
    "columns": "how often values are",
    "levels": "how many different ones there are",
    "ties": "what a column says of the others",
    "all_pairs": "what all say of each other",
    "relations": "what holds between columns",
    "use": "what a model learns",
}
AS_IT_IS = ("order", "steady")  # what no engine learns is held to its limit as it was measured
OF_A_COLUMN: tuple[Aspect, ...] = (
    "columns",
    "levels",
    "texture",
    "ties",
    "tails",
    "gaps",
    "season",
)  # named by the first
_NOT_LEARNT = (
    "no engine of this version learns it: leave the limit out, reshape the table to one row a person, or use backend "
    "mask, which keeps the rows"
)
_LOST = "say what of it may be lost (may_be_lost: true in its columns), drop them, or take another engine or backend"
REMEDIES: dict[Aspect, str] = {"order": _NOT_LEARNT, "steady": _NOT_LEARNT}


def kept_findings(result: FidelityResult, limits: Limits, spared: Collection[str], *, gated: bool) -> Iterator[Finding]:
    """`spared`: columns that may be lost, or are changed because the policy says so: told, and held to no limit."""
    for aspect in ASPECTS:
        places = [kept for kept in result.kept if kept.aspect == aspect]
        if places:
            yield _finding(aspect, places, result, limits if gated else None, spared)
    if gated:
        yield from _hidden(result, limits, spared)


def _hidden(result: FidelityResult, limits: Limits, spared: Collection[str]) -> Iterator[Finding]:
    """How much chance could hide, of all that is held against a limit as high as chance allows.

    A passed limit says little where few rows stand behind it: some things could be lost wholly and not fall below it.
    """
    held = [
        kept for kept in result.kept if kept.aspect in AS_CHANCE_ALLOWS and _is_judged(kept, spared) and kept.fresh > 0
    ]
    if not held:
        return
    blind = [kept for kept in held if _passing(kept, limits) >= 1]
    parts = [
        f"{AS_CHANCE_ALLOWS[aspect]} {_usual([kept.hidden for kept in places]):.0%} and "
        f"{_usual([_passing(kept, limits) for kept in places]):.0%}"
        for aspect, places in _by_aspect(held)
    ]
    never = f"; {len(blind):,} of {len(held):,} things that are held to a limit could be lost wholly and pass it"
    silent = [words for aspect, words in AS_CHANCE_ALLOWS.items() if aspect not in {kept.aspect for kept in held}]
    note = (
        f"with {min(kept.rows for kept in held):,} rows to compare, or more, a loss up to the first figure could as a "
        f"rule be chance, and one up to the second passes its limit: {', '.join(parts)}{never if blind else ''}"
        f"{'; not judged, for want of rows or of anything to see: ' if silent else ''}{', '.join(silent)}"
    ).replace("%", " %")
    yield Finding(
        LEFT_OPEN,
        len(blind) / len(held),
        what=f"part of what is held to a limit that could be lost wholly by chance alone ({result.table})",
        table=result.table,
        where=_names(blind, alone=False)[:NAMED],
        n=min(kept.rows for kept in held),
        note=note,
    )


def _by_aspect(held: Sequence[Kept]) -> list[tuple[Aspect, list[Kept]]]:
    return [(aspect, [k for k in held if k.aspect == aspect]) for aspect in dict.fromkeys(kept.aspect for kept in held)]


def _passing(kept: Kept, limits: Limits) -> float:
    """The largest loss that its limit does not see: what the limit allows, and what chance could hide besides."""
    return min(1.0, 1 - float(getattr(limits, LIMITS[kept.aspect])) + kept.hidden)


def _usual(losses: Sequence[float]) -> float:
    return float(np.median(losses))


def _finding(
    aspect: Aspect, places: Sequence[Kept], result: FidelityResult, limits: Limits | None, spared: Collection[str]
) -> Finding:
    if aspect == "rows":
        return _of_rows(places[0], result, limits)
    name = LIMITS.get(aspect, "")
    judged = [kept for kept in places if _is_judged(kept, spared)] if name else []
    limit = getattr(limits, name) if limits is not None and judged else None
    shown = min(judged or places, key=_measured)
    failing = [kept for kept in judged if limit is not None and _measured(kept) < limit]
    return Finding(
        aspect,
        _measured(shown),
        what=f"{WHAT[aspect]} ({result.table})",
        table=result.table,
        limit=limit,
        limit_name="" if limit is None else name,
        good="high",
        where=_names(failing or [shown], alone=aspect in OF_A_COLUMN),
        baseline=shown.fresh if aspect in AS_IT_IS else None,
        as_measured=shown.share if aspect not in AS_IT_IS and shown.share < shown.at_most else None,
        n=shown.rows,
        note=_told(failing, places, shown) + _looked_at(aspect, places, result),
        remedy=REMEDIES.get(aspect, _LOST),
        places=_places(failing, places),
    )


def _is_judged(kept: Kept, spared: Collection[str]) -> bool:
    """Whether a limit is held against it: all its columns must be kept, and a relation must hold in every real row.

    Pairs that were never seen are held against what fresh real rows show of them.
    """
    own = kept.where[:1] if kept.aspect == "ties" else kept.where
    is_sure = kept.aspect != "relations" or kept.is_of_pairs or kept.fresh >= EVERY
    return is_sure and not set(own) & set(spared)


def _measured(kept: Kept) -> float:
    """As a share of what a fresh real sample keeps, as high as chance allows; what no engine learns as it is."""
    return kept.kept if kept.aspect in AS_IT_IS else kept.at_most


def _names(places: Sequence[Kept], *, alone: bool) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for kept in places for name in (kept.where[:1] if alone else kept.where)))


def _told(failing: Sequence[Kept], places: Sequence[Kept], shown: Kept) -> str:
    """The worst places in words, those beyond a limit first."""
    told = list(dict.fromkeys(kept.words for kept in [*worst(failing), *failing, *worst(places)])) or [shown.words]
    more = f"; and {len(told) - SAID:,} more" if len(told) > SAID else ""
    return "; ".join(told[:SAID]) + more


def _looked_at(aspect: Aspect, places: Sequence[Kept], result: FidelityResult) -> str:
    """How many columns the figure speaks of, where it does not speak of all."""
    if aspect not in OF_A_COLUMN:
        return ""
    looked, every = len({kept.where[0] for kept in places}), len(result.columns)
    return f"; {looked:,} of {every:,} columns were looked at" if looked < every else ""


def _places(failing: Sequence[Kept], places: Sequence[Kept]) -> tuple[Loss, ...]:
    """Where something is lost: what is beyond a limit, and besides it the worst."""
    lost = [*worst(failing), *(kept for kept in worst(places) if kept not in failing)]
    return tuple(_place(kept) for kept in lost[: max(NAMED, len(failing))])


def _place(kept: Kept) -> Loss:
    return Loss(where=kept.where, kept=kept.kept, fresh=kept.fresh, lost=kept.lost, words=kept.words)


def _of_rows(kept: Kept, result: FidelityResult, limits: Limits | None) -> Finding:
    """As low as chance allows."""
    told = result.c2st or 0.5
    return Finding(
        "rows",
        least := max(0.5, told - kept.noise / 2),
        what=f"{WHAT['rows']} ({result.table})",
        table=result.table,
        limit=None if limits is None else limits.auc_max,
        limit_name="" if limits is None else "auc_max",
        where=kept.where,
        baseline=result.c2st_reference,
        as_measured=told if told > least else None,
        n=kept.rows,
        note=f"{kept.words}; .5 is a coin toss, and what chance may add is {SURE:.1f} standard errors",
        places=(_place(kept),) if kept.is_lost else (),
        remedy="look at the worst places of this gate: what is lost there is what tells the rows apart",
    )
