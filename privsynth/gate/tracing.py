"""Does a row lead back to the person it came from?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from privsynth.dataset import Table
from privsynth.gate.evidence.scope import (
    keeps_people,
    learnt_columns,
    no_source,
    quasi_identifiers,
    shared_tables,
)
from privsynth.groups.rare import roughly
from privsynth.measure.attacks.joining import join
from privsynth.measure.attacks.tracing import ATTACKS, Traced, trace
from privsynth.measure.intervals import wilson
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.seeds import Seeds
from privsynth.source import EarlierRelease, Source
from privsynth.typing import Array
from privsynth.verdict import Finding

REMEDY = (
    "more people must share each combination of quasi-identifiers: coarser values, or without the quasi-identifier "
    "that splits them most"
)


class Tracing:
    """A neighbour knows when she was born, where she lives and what she does. He looks for the nearest masked row.

    The worst attacker: he knows the real values of everybody in the source, and points at the nearest real row of each
    row of the draft; how often is it the right one? Rows of `mask` and `clone` are made from one person each: there the
    share found by the quasi-identifiers decides. Rows of a model or a rulebook have no such person.

    Another one holds two releases of these people, and joins their rows by what both keep: then he knows of each what
    stands in either. How many rows join is measured for each earlier release at hand, and held against `joined_max`
    where the rows of both are people's. A profile with that limit asks for all of them: what cannot be looked at is no
    evidence. How many would join with a later one is said, too.
    """

    name = "tracing"

    def __init__(self, policy: Policy) -> None:
        self.limits = policy.limits
        self.decides = keeps_people(policy)
        self.backend = policy.backend.kind

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        if source.is_empty:
            return [no_source()]
        tables = list(shared_tables(draft, source))
        people_of = source.train.people_of
        traced = [found for train, _, made in tables for found in self._judged(train, made, people_of(train.name))]
        joins = self._joins([made for *_, made in tables], source)
        return [*traced, *joins, *self._unseen(source), *self._kept(tables)]

    def _joins(self, made: Sequence[Table], source: Source) -> Iterator[Finding]:
        """With each earlier release, table by table; a table that it does not have joins with nothing."""
        for number, release in enumerate(source.earlier, start=1):
            for table in made:
                if table.name in source.train.lookups:
                    continue
                like = table.name if table.name in release.dataset else release.dataset.root.name
                yield self._joined(table, release.dataset[like], release, number)

    def _joined(self, made: Table, earlier: Table, release: EarlierRelease, number: int) -> Finding:
        joined, least = join(made, earlier), max(1, min(len(made), len(earlier)))
        limit = self.limits.joined_max if self.decides and release.keeps_people else None
        note = f"{joined.rows:,} rows join with {release.name}, {joined.by_chance:,} would if its rows were strangers'"
        return Finding(
            f"joined_with_release_{number}",
            joined.beyond_chance / least,
            what=f"rows that can be joined with an earlier release, beyond chance ({made.name})",
            table=made.name,
            limit=limit,
            limit_name="" if limit is None else "joined_max",
            where=joined.columns,
            n=least,
            note=note if limit is not None else f"{note}; {_why_told(release, self.decides)}",
            remedy="what both keep must be coarser or left out here, or the earlier release called back",
        )

    def _unseen(self, source: Source) -> Iterator[Finding]:
        """Earlier releases of these people that are not at hand."""
        if source.earlier_unseen and self.decides and self.limits.joined_max is not None:
            records = ", ".join(map(str, source.earlier_unseen))
            yield Finding(
                "releases_not_at_hand",
                len(source.earlier_unseen),
                what="earlier releases of these people with which it could not be joined",
                limit=0,
                n=len(source.earlier_unseen) + len(source.earlier),
                note=f"by their records in the ledger: {records}",
                remedy="name the folders where the earlier releases lie now, or copies: --against DIR, once for each",
                evidence=True,
            )

    def _kept(self, tables: Sequence[tuple[Table, Table, Table]]) -> Iterator[Finding]:
        """In how many rows a second release of these people would join, if it kept what this one keeps."""
        for train, _, made in tables if self.decides else ():
            joined = join(made, train)
            if len(made) and joined.columns:
                yield Finding(
                    "joined_by_what_is_kept",
                    joined.rows / len(made),
                    what=f"rows that another release with the same values would join with ({made.name})",
                    table=made.name,
                    where=joined.columns,
                    n=len(made),
                    note="rows that are alone with their values in these columns; reported only: new tokens and "
                    "invented names do not hinder it, for it goes by what is kept",
                )

    def _judged(self, train: Table, made: Table, people: Array) -> list[Finding]:
        if self.decides and len(made) and made.origin is None:
            raise ValueError(f"backend {self.backend} must say which source row each row was made from")
        if made.origin is None or not len(made) or not len(train):
            return [_nobodys(train.name, "each row is nobody's: there is no right one to find")]
        found = self._attacks(train, made, quasi_identifiers(train, made), people)
        return found or [_nobodys(train.name, "no column is kept or generalised: there is nothing to find a row by")]

    def _attacks(self, train: Table, made: Table, names: Sequence[str], people: Array) -> list[Finding]:
        rng = Seeds(0).stream("gate", "linkage")
        kept = learnt_columns(train, made)
        limit, most = self.limits.tracing_max if self.decides else None, self.limits.tracing_max
        found = []
        if names:
            traced = trace(train, made, names, people, rng)
            found.append(_traced("nearest_by_quasi_identifiers", train.name, names, traced, limit, most))
        if kept and set(kept) != set(names):
            traced = trace(train, made, kept, people, rng)
            found.append(_traced("nearest_by_all_columns", train.name, kept, traced, None, most))
        return found


def _why_told(release: EarlierRelease, decides: bool) -> str:
    if decides and release.keeps_people:
        return (
            "reported only in this profile: whoever has both knows of a joined person what stands in either. Give both "
            "to the same recipients only if that is meant, or make what both keep coarser in one of them"
        )
    return (
        "reported only: rows of a model or a rulebook are nobody's, so rows that join show no person by that. There is "
        "nothing to do where the gate copies passed for both; if none shall join, leave out of one what both keep"
    )


def _nobodys(table: str, why: str) -> Finding:
    what = f"rows that can be led back to one person ({table})"
    return Finding("rows_of_people", 0, what=what, table=table, note=why, empty=True)


WORDS = {"nearest_by_quasi_identifiers": "quasi-identifiers", "nearest_by_all_columns": "all kept columns"}


def _roughly(share: float, most: float) -> str:
    """A share of the rows in words from which no count of rows follows. `most`: what quasi-identifiers are held to."""
    if share <= most:
        return f"at most {100 * most:g} % of the rows"
    return f"{roughly(share)} rows" if share > 0.5 else f"more than {100 * most:g} % of the rows"


def _traced(key: str, table: str, names: Sequence[str], linked: Traced, limit: float | None, most: float) -> Finding:
    note = (
        f"{linked.successes:,.1f} of {linked.attacks:,} attacked rows (at most {ATTACKS:,} are drawn) "
        f"lead to the right one of {linked.people:,} people"
    )
    if limit is None:
        note += "; reported only: whoever knows all these values learns nothing more from the row than that it is there"
    return Finding(
        key,
        linked.share,
        what=f"rows whose source is the nearest by {WORDS[key]} ({table})",
        table=table,
        limit=limit,
        limit_name="" if limit is None else "tracing_max",
        where=tuple(names),
        baseline=linked.guess,
        interval=wilson(linked.successes, linked.attacks),
        n=linked.attacks,
        note=note,
        remedy=REMEDY,
        roughly=_roughly(linked.share, most),
    )
