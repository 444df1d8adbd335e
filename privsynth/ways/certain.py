"""What has to change in any case, whatever else is wrong: it is all asked for at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privsynth.dataset import Table
from privsynth.mask_steps import Drop
from privsynth.options import MaskOptions
from privsynth.policy import PROFILES, profile_limits
from privsynth.verdict import Finding
from privsynth.way_out import Change, WayOut
from privsynth.ways.backends import least_people
from privsynth.ways.case import Case

TIMED_OUT = "TimeOut"  # how the judge names a gate that took too long


def certain_way(case: Case) -> WayOut | None:
    """All that is sure to be needed, as one way; None where nothing is."""
    parts = [part for part in (_roles(case), _rows(case), _claim(case), _time(case)) if part is not None]
    if not parts:
        return None
    return WayOut(
        kind=parts[0].kind,
        changes=as_one(parts),
        why="; ".join(part.why for part in parts),
        costs="; ".join(part.costs for part in parts),
    )


def as_one(parts: Sequence[WayOut]) -> tuple[Change, ...]:
    """A policy has one list of columns to leave out."""
    changes = [change for part in parts for change in part.changes]
    dropped = [name for change in changes if change.path == ("drop",) for name in change.value]
    others = [change for change in changes if change.path != ("drop",)]
    return (*others, Change(("drop",), [*dict.fromkeys(dropped)])) if dropped else tuple(others)


def _roles(case: Case) -> WayOut | None:
    """Columns in which real people's data was found: their values are invented, or, where they are, they are left out.

    A real value that turns up in a column that is invented already came there by another road: only without the column
    is it gone.
    """
    found = case.failures("pii")
    places = list(dict.fromkeys((table.name, name) for finding in found for table, name in case.places_of(finding)))
    train = case.source.train
    invent = [place for place in places if _can_be_invented(case, train[place[0]], place[1])]
    drop = [place for place in places if place not in invent and case.can_be_dropped(train[place[0]], place[1])]
    if not invent and not drop:
        return None
    changes = [change for place in invent for change in _invented(case, *place)]
    return WayOut(
        kind="role" if invent else "drop",
        changes=(*changes, *([case.dropping(drop)] if drop else [])),
        why="; ".join(dict.fromkeys(case.told(finding) for finding in found)),
        costs="; ".join(
            text
            for names, text in (
                (invent, "nothing is learnt of {}: the values are invented"),
                (drop, "the result has no {}: it is invented already, and real values still turn up"),
            )
            if names
            for text in [text.format(", ".join(name for _, name in names))]
        ),
    )


def _can_be_invented(case: Case, table: Table, name: str) -> bool:
    asked = case.policy.table(table.name).columns.get(name)
    if isinstance(case.policy.backend, MaskOptions) and asked is not None and asked.mask is not None:
        return asked.mask.do not in ("invent", "rewrite", "redact", "null", "drop")
    return not table[name].role.is_fabricated and not isinstance(table[name].step, Drop)


def _invented(case: Case, table: str, name: str) -> Iterator[Change]:
    asked, place = case.policy.table(table).columns.get(name), ("tables", table, "columns", name)
    if isinstance(case.policy.backend, MaskOptions) and asked is not None and asked.mask is not None:
        yield Change((*place, "mask"), "rewrite" if asked.mask.do == "scrub" else "invent")
    else:
        yield Change((*place, "role"), "direct")


def _rows(case: Case) -> WayOut | None:
    """As many rows as the budget of the source still holds."""
    found = [finding for finding in case.failures("budget") if finding.key == "rows"]
    exposure, made = case.source.exposure, case.rows_made
    if not found or not found[0].n or isinstance(case.policy.backend, MaskOptions):
        return None
    left = int(case.policy.limits.rows_ratio * found[0].n) - (exposure.rows if exposure else 0)
    if not 0 < left < made:
        return None
    return WayOut(
        kind="budget",
        changes=(Change(("rows",), left),),
        why=case.told(found[0]),
        costs=f"{left:,} rows instead of {made:,}: what was released before cannot be taken back",
    )


def evidence_way(case: Case) -> WayOut | None:
    """The hold-out that is sized by itself, where a smaller one was asked for than the gates need."""
    if not case.lacks_evidence or case.policy.holdout is None:
        return None
    people = sum(part.root.number_of_people for part in (case.source.train, case.source.holdout) if not part.is_empty)
    if people < least_people(case.policy):
        return None
    found = next(finding for _, finding in case.failed if finding.evidence)
    return WayOut(
        kind="evidence",
        changes=(Change(("holdout",), None),),
        why=f"{case.told(found)}; how the people are divided is then what the gates need",
        costs="fewer rows to learn from",
    )


def profile_ways(case: Case) -> Iterator[WayOut]:
    """The strictest other profile for which there are people enough, where there are too few for this one."""
    if not case.lacks_evidence or case.policy.holdout is not None:
        return
    people = sum(part.root.number_of_people for part in (case.source.train, case.source.holdout) if not part.is_empty)
    for name in reversed(PROFILES):
        needed = _needed_by(name, case)
        if name != case.policy.profile and needed <= people:
            yield WayOut(
                kind="profile",
                changes=(Change(("profile",), name),),
                why=f"the profile {name} needs {needed:,} people, and there are {people:,}",
                costs="its limits are made for another use: see privsynth/profiles",
            )
            return


def _needed_by(name: str, case: Case) -> int:
    """How many people there must be. Nobody can be left out of an inferred book in turn, as of an engine's folds."""
    limits = profile_limits(name)
    is_halved = case.policy.has_claim or case.source.is_of_book
    return int(2 * limits["control_min"] if is_halved else limits["folds_min"])


def _claim(case: Case) -> WayOut | None:
    """A claim of differential privacy within its bounds, with noise from nobody's seed."""
    found = [finding for finding in case.failures("claim") if finding.key in _BOUNDS]
    if not found:
        return None
    changes = [Change(_BOUNDS[finding.key], _bounded(finding)) for finding in found]
    return WayOut(
        kind="claim",
        changes=tuple(dict.fromkeys(changes)),
        why="; ".join(case.told(finding) for finding in found),
        costs="more noise",
    )


_BOUNDS = {"epsilon": ("backend", "epsilon"), "delta": ("backend", "delta"), "delta_people": ("backend", "delta")}


def _bounded(finding: Finding) -> float | None:
    """Delta of itself is what the profile and the number of people allow."""
    return finding.limit if finding.key == "epsilon" else None


def _time(case: Case) -> WayOut | None:
    """A gate that took too long gets more time: that loosens no limit."""
    if not case.errors or not all(error.startswith(TIMED_OUT) for error in case.errors.values()):
        return None
    seconds = 4 * case.policy.gate_seconds
    return WayOut(
        kind="time",
        changes=(Change(("gate_seconds",), seconds),),
        why=f"{' and '.join(case.errors)} took longer than {case.policy.gate_seconds:,} s",
        costs=f"up to {seconds:,} s for each gate",
    )
