"""One attempt on one source: written down before it begins, closed with what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, asdict, dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import Any

from privsynth.dataset import Dataset, Table
from privsynth.errors import PolicyError, PrivsynthError
from privsynth.lineage.known import known
from privsynth.lineage.ledger import EVIDENCE, Ledger, Record, has_begun, keep_evidence, open_ledger
from privsynth.manifest import canonical, verdict_record
from privsynth.options import DELTA, ModelOptions
from privsynth.policy import Policy
from privsynth.release import Outcome, Release
from privsynth.source import Exposure, RelatedSource, ReleasedBefore, SharedRows
from privsynth.verdict import blocking
from privsynth.way_out import Attempted, Missed, missed_in
from privsynth.ways.budget import Spent, spent
from privsynth.ways.tried import settings_of

NO_LEDGER = (
    "name a state directory (--state DIR, or state in the policy):"
    " a ledger there counts the attempts and releases of each source"
)


@dataclass
class Attempt:
    """What is known of the runs before this one, and the place where this one's outcome is written."""

    exposure: Exposure | None = None  # None: nobody counts
    _: KW_ONLY
    ledger: Ledger | None = field(default=None, repr=False)
    number: int = 0  # of the record that opened it
    table: str = ""  # whose rows are counted
    closed: bool = False
    of_parts: int | None = None  # all rows, where a release holds more than the dataset at hand

    def close(self, outcome: Outcome) -> Outcome:
        """Write down the outcome. A release is refused at the last moment if another run has used up the source."""
        if self.ledger is None:
            return outcome
        rows = released_rows(outcome, self.table)
        rows = self.of_parts if rows and self.of_parts is not None else rows
        with self.ledger.pages() as pages:
            self._check_room(pages.records, rows)
            missed = [asdict(each) for each in missed_in(blocking(outcome.verdicts))] if not rows else []
            rows_digest = outcome.verdicts[0].subject if isinstance(outcome, Release) and outcome.verdicts else None
            pages.append(
                event="outcome",
                attempt=self.number,
                outcome=outcome.status,
                rows=rows,
                missed=missed,
                data=rows_digest,
            )
            self.closed = True
        exact = [verdict_record(replace(verdict, figures="exact")) for verdict in outcome.verdicts]
        evidence = {"schema": "privsynth/evidence/1", "attempt": self.number, "verdicts": exact}
        keep_evidence(self.ledger.folder, f"{EVIDENCE}{self.number:06d}.json", canonical(evidence))
        return outcome

    def _check_room(self, records: Sequence[Record], rows: int) -> None:
        opened = records[self.number - 1]
        if rows and exposure_of(records, opened).rows + rows > opened["limits"]["rows_max"]:
            raise PrivsynthError(
                "another run released rows of this source meanwhile; together they would be too many.",
                hint="nothing was published",
            )


@contextmanager
def attempt(data: Dataset, policy: Policy, parts: Callable[[], Iterator[Table]] | None = None) -> Iterator[Attempt]:
    """An attempt on this source. However it ends it is counted; its outcome is what `close` writes, or else an error.

    `parts` are all rows of the one table, part by part, where they do not fit in memory and `data` is the first part.
    """
    if data.is_empty or policy.state is None:
        refuse_uncounted(data, policy)
        yield Attempt()
        return
    begun = _begin(open_ledger(policy.state), data, policy, parts)
    try:
        yield begun
    except BaseException as error:
        _fail(begun, "interrupted" if isinstance(error, KeyboardInterrupt) else "error")
        raise
    _fail(begun, "error")


def _begin(ledger: Ledger, data: Dataset, policy: Policy, parts: Callable[[], Iterator[Table]] | None) -> Attempt:
    here = known(data, ledger.key, parts)
    with ledger.pages() as pages:
        earlier = list(pages.records)
    here.related(earlier)  # takes its time; meanwhile others may write
    with ledger.pages() as pages:
        related = here.related(pages.records)
        cost = spent(data, policy)
        _refuse_overspending(_spent_before(pages.records, here.source, related), cost, policy)
        is_new = not any(record.get("sketch") and record["source"] == here.source for record in pages.records)
        opened = pages.append(
            event="attempt",
            source=here.source,
            backend=policy.backend.kind,
            profile=policy.profile,
            source_rows=here.rows,
            rows=policy.rows if policy.rows is not None else here.rows,
            settings=settings_of(policy),
            epsilon=cost.epsilon,
            delta=policy.backend.delta if isinstance(policy.backend, ModelOptions) else None,
            delta_spent=cost.delta,
            related=_described(related),
            sketch=here.sealed if is_new else None,
            limits={
                "attempts_max": policy.limits.attempts_max,
                "rows_max": policy.limits.rows_ratio * here.rows,
                "eps_max": policy.limits.eps_max,
                "delta_max": policy.limits.delta_max,
            },
        )
        return Attempt(
            exposure_of(pages.records, opened),
            ledger=ledger,
            number=opened["record"],
            table=data.root.name,
            of_parts=None if parts is None else here.rows,
        )


def so_far(data: Dataset, policy: Policy) -> Exposure | None:
    """What the ledger knows before an attempt begins, which it does not count: nothing is written. None: nobody counts.

    What such an attempt may not spend any more is refused, as where it begins.
    """
    if data.is_empty or policy.state is None:
        return None
    if not has_begun(policy.state):
        return Exposure(0)
    ledger = open_ledger(policy.state)
    here = known(data, ledger.key, None)
    with ledger.pages() as pages:
        records = list(pages.records)
    related = here.related(records)
    _refuse_overspending(_spent_before(records, here.source, related), spent(data, policy), policy)
    unwritten = {
        "record": len(records) + 1,
        "source": here.source,
        "source_rows": here.rows,
        "backend": policy.backend.kind,
        "profile": policy.profile,
        "related": _described(related),
    }
    return exposure_of(records, unwritten)


def note_place(state: Path | None, outcome: Outcome, folder: Path) -> None:
    """Where the rows of a release go, so that a later one of the same source can be compared with them.

    Noted before they go there: a run that is killed on the way hides no place.
    """
    if state is None or not isinstance(outcome, Release):
        return
    with open_ledger(state).pages() as pages:
        digest = outcome.verdicts[0].subject
        if any(record["event"] == "outcome" and record.get("data") == digest for record in pages.records):
            pages.append(event="place", data=digest, folder=str(folder.absolute()))


def _released(records: Sequence[Record], here: Mapping[int, Record], opened: Record) -> Iterator[ReleasedBefore]:
    """The releases of these attempts, each with the last folder that it was written to."""
    folders = {record["data"]: Path(record["folder"]) for record in records if record["event"] == "place"}
    for end in _ends(records, here):
        begun, data = here[end["attempt"]], end.get("data")
        yield ReleasedBefore(
            record=end["attempt"],
            backend=begun.get("backend", ""),
            profile=begun.get("profile", ""),
            rows=_rows_of(end["rows"], begun, opened),
            data=data,
            folder=None if data is None else folders.get(data),
        )


def _ends(records: Sequence[Record], here: Mapping[int, Record]) -> list[Record]:
    """The outcomes of these attempts that let rows go."""
    return [
        record for record in records if record["event"] == "outcome" and record["attempt"] in here and record["rows"]
    ]


def _cost_of(record: Record) -> Spent:
    """What an attempt cost. Earlier versions wrote down the delta that was asked for, none where none was said."""
    asked = DELTA if record.get("delta") is None else record["delta"]
    return Spent(record["epsilon"], record.get("delta_spent", asked if record["epsilon"] else 0.0))


def _total(records: Iterable[Record]) -> Spent:
    costs = [_cost_of(record) for record in records]
    return Spent(sum(cost.epsilon for cost in costs), sum(cost.delta for cost in costs))


def _refuse_overspending(before: Spent, asked: Spent, policy: Policy) -> None:
    """Epsilon is spent by looking: what is used up is refused before anything is noised, not after."""
    limits = policy.limits
    for name, spent_, wanted, limit in (
        ("epsilon", before.epsilon, asked.epsilon, limits.eps_max),
        ("delta", before.delta, asked.delta, limits.delta_max),
    ):
        if wanted and spent_ + wanted > limit * (1 + 1e-9):
            raise PolicyError(
                f"{name} {wanted:g} is asked, and of the {limit:g} that this source may cost {spent_:g} is spent.",
                hint="every run counts, released or not, also on other files that share half of its rows; "
                "it cannot be given back",
            )


def _spent_before(records: Sequence[Record], source: str, related: Sequence[RelatedSource]) -> Spent:
    same = {source, *(records[each.record - 1]["source"] for each in related)}
    return _total(record for record in records if record["event"] == "attempt" and record["source"] in same)


def kin_of(records: Sequence[Record], opened: Record) -> set[str]:
    """The sources that are counted with the one of this attempt: it itself, those that share half of its rows, and
    those that came later and share half of it. Not theirs in turn: nobody of whom they know need be in this one."""
    earlier = {records[each["record"] - 1]["source"] for each in opened.get("related", ())}
    later = {
        record["source"]
        for record in records
        if record["event"] == "attempt"
        and any(records[each["record"] - 1]["source"] == opened["source"] for each in record.get("related", ()))
    }
    return {opened["source"], *earlier, *later}


def exposure_of(records: Sequence[Record], opened: Record) -> Exposure:
    """What all records say of the source of this attempt, up to now."""
    kin = kin_of(records, opened)
    here = {record["record"]: record for record in records if record["event"] == "attempt" and record["source"] in kin}
    ends = _ends(records, here)
    cost = _total(here.values())
    return Exposure(
        attempt=sum(_is_alike(record, opened) for number, record in here.items() if number <= opened["record"]),
        releases=len(ends),
        rows=sum(_rows_of(record["rows"], here[record["attempt"]], opened) for record in ends),
        epsilon=cost.epsilon,
        delta=cost.delta,
        related=tuple(_related(each) for each in opened.get("related", ())),
        unknown=_unknown(records, opened),
        before=_before(records, opened, here),
        released=tuple(_released(records, here, opened)),
    )


def _rows_of(rows: int, attempt: Record, opened: Record) -> int:
    """Released rows, as far as they can be of this source: of a release of a larger one its part."""
    return ceil(rows * min(1.0, int(opened["source_rows"]) / max(1, int(attempt["source_rows"]))))


def _described(related: Sequence[RelatedSource]) -> list[dict[str, Any]]:
    return [{"record": each.record, **asdict(each.shared)} for each in related]


def _related(record: Mapping[str, Any]) -> RelatedSource:
    return RelatedSource(
        record=record["record"], shared=SharedRows(**{name: record[name] for name in record if name != "record"})
    )


def _unknown(records: Sequence[Record], opened: Record) -> int:
    """Sources of which there is no sketch, since an earlier version wrote them down."""
    attempts = [record for record in records if record["event"] == "attempt" and record["source"] != opened["source"]]
    sketched = {record["source"] for record in attempts if "sketch" in record}
    return len({record["source"] for record in attempts} - sketched)


def _is_alike(record: Record, opened: Record) -> bool:
    """What attempts are counted by: backend and profile; neither columns, nor the seed, nor how an engine is tuned."""
    return all(record.get(name) == opened.get(name) for name in ("backend", "profile"))


def _before(records: Sequence[Record], opened: Record, here: Mapping[int, Record]) -> tuple[Attempted, ...]:
    """What was asked of this source before, and what it came to. Records of earlier versions say little of it."""
    ends = {record["attempt"]: record for record in records if record["event"] == "outcome"}
    return tuple(
        Attempted(
            settings=record.get("settings", {"profile": record["profile"], "backend.kind": record["backend"]}),
            outcome=ends.get(number, {}).get("outcome", ""),
            missed=tuple(Missed(**missed) for missed in ends.get(number, {}).get("missed", ())),
        )
        for number, record in here.items()
        if number < opened["record"]
    )


def released_rows(outcome: Outcome, name: str) -> int:
    """Rows of the first table that went out."""
    if not isinstance(outcome, Release):
        return 0
    return len(outcome.dataset[name]) if name in outcome.dataset else sum(len(table) for table in outcome.dataset)


def refuse_uncounted(data: Dataset, policy: Policy) -> None:
    """A limit on attempts or on epsilon means nothing where nobody remembers."""
    if policy.needs_ledger and policy.state is None and not data.is_empty:
        subject = "the engine dp" if policy.has_claim else f"the profile {policy.profile}"
        raise PolicyError(f"{subject} counts attempts, and there is no ledger.", hint=NO_LEDGER)


def _fail(begun: Attempt, outcome: str) -> None:
    if begun.closed or begun.ledger is None:
        return
    with begun.ledger.pages() as pages:
        pages.append(event="outcome", attempt=begun.number, outcome=outcome, rows=0)
    begun.closed = True
