"""One attempt on one source: written down before it begins, closed with what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY, asdict, dataclass, field, replace
from hashlib import sha256

from privsynth.dataset import Dataset, Table
from privsynth.errors import PolicyError, PrivsynthError
from privsynth.lineage.fingerprint import fingerprint, fingerprint_of_parts
from privsynth.lineage.ledger import EVIDENCE, Ledger, Record, keep_evidence, open_ledger
from privsynth.manifest import canonical, verdict_record
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.release import Outcome, Release
from privsynth.source import Exposure
from privsynth.verdict import blocking
from privsynth.way_out import Attempted, Missed, missed_in
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
            pages.append(event="outcome", attempt=self.number, outcome=outcome.status, rows=rows, missed=missed)
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
    source, rows = (
        (fingerprint(data, ledger.key), len(data.root)) if parts is None else fingerprint_of_parts(parts(), ledger.key)
    )
    group = configuration(data, policy)
    with ledger.pages() as pages:
        _refuse_overspending(pages.records, source, data, policy)
        before = sum(record["event"] == "attempt" and _same(record, source, group) for record in pages.records)
        opened = pages.append(
            event="attempt",
            source=source,
            family=group,
            number=before + 1,
            backend=policy.backend.kind,
            profile=policy.profile,
            source_rows=rows,
            rows=policy.rows if policy.rows is not None else rows,
            settings=settings_of(policy),
            epsilon=spent(data, policy),
            delta=policy.backend.delta if isinstance(policy.backend, ModelOptions) else None,
            limits={
                "attempts_max": policy.limits.attempts_max,
                "rows_max": policy.limits.rows_ratio * rows,
                "eps_max": policy.limits.eps_max,
                "delta_max": policy.limits.delta_max,
            },
        )
        return Attempt(
            exposure_of(pages.records, opened),
            ledger=ledger,
            number=opened["record"],
            table=data.root.name,
            of_parts=None if parts is None else rows,
        )


def _refuse_overspending(records: Sequence[Record], source: str, data: Dataset, policy: Policy) -> None:
    """Epsilon is spent by looking: what is used up is refused before anything is noised, not after."""
    before = sum(record["epsilon"] for record in records if record["event"] == "attempt" and record["source"] == source)
    asked, limit = spent(data, policy), policy.limits.eps_max
    if asked and before + asked > limit * (1 + 1e-9):
        raise PolicyError(
            f"epsilon {asked:g} is asked, and of the {limit:g} that this source may cost {before:g} is spent.",
            hint="every run counts, released or not; it cannot be given back",
        )


def exposure_of(records: Sequence[Record], opened: Record) -> Exposure:
    """What all records say of the source of this attempt, up to now."""
    here = {
        record["record"]: record
        for record in records
        if record["event"] == "attempt" and record["source"] == opened["source"]
    }
    ends = [
        record for record in records if record["event"] == "outcome" and record["attempt"] in here and record["rows"]
    ]
    return Exposure(
        attempt=opened["number"],
        releases=len(ends),
        rows=sum(record["rows"] for record in ends),
        epsilon=sum(record["epsilon"] for record in here.values()),
        before=_before(records, opened, here),
    )


def _before(records: Sequence[Record], opened: Record, here: Mapping[int, Record]) -> tuple[Attempted, ...]:
    """What was asked of this source before, and what it came to. Records of earlier versions do not say it."""
    ends = {record["attempt"]: record for record in records if record["event"] == "outcome"}
    return tuple(
        Attempted(
            settings=record["settings"],
            outcome=ends.get(number, {}).get("outcome", ""),
            missed=tuple(Missed(**missed) for missed in ends.get(number, {}).get("missed", ())),
        )
        for number, record in here.items()
        if number < opened["record"] and "settings" in record
    )


def configuration(data: Dataset, policy: Policy) -> str:
    """What attempts are counted by: backend, columns and profile; neither the seed nor how an engine is tuned."""
    columns = sorted(str(name) for table in data for name in table.frame.columns)
    words = "\x1f".join((policy.backend.kind, policy.profile, *columns))
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def spent(data: Dataset, policy: Policy) -> float:
    """The epsilon that trying costs, whether or not anything comes of it; a person may have rows in each table."""
    asked = policy.backend.epsilon if policy.has_claim and isinstance(policy.backend, ModelOptions) else None
    return (asked or 0.0) * len(data.tables)


def released_rows(outcome: Outcome, name: str) -> int:
    """Rows of the first table that went out."""
    if not isinstance(outcome, Release):
        return 0
    return len(outcome.dataset[name]) if name in outcome.dataset else sum(len(table) for table in outcome.dataset)


def _same(record: Record, source: str, group: str) -> bool:
    return bool(record["source"] == source and record["family"] == group)


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
