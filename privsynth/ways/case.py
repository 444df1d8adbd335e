"""The refusal at hand: what was measured, what was asked, what the table is like, and what was tried before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from privsynth.dataset import Table
from privsynth.mask_steps import Drop
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding, Verdict, blocking
from privsynth.way_out import Attempted, Change, WayOut, missed_in
from privsynth.ways.budget import NEVER_ASKED, spent, sure_rows, tried, used_up
from privsynth.ways.tried import MOVED, differing, has_helped, is_of_drop, is_step, of_drop, settings_of

MISSING = ("releases_not_at_hand",)
BOUNDS = ("not_ruled_out",)  # findings on evidence that a draft which tells less may still meet


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """One refused draft."""

    verdicts: Sequence[Verdict]
    policy: Policy
    draft: Draft
    source: Source
    before: Sequence[Attempted] = ()  # attempts on this source, oldest first, without this one

    @cached_property
    def blocked(self) -> list[Verdict]:
        return blocking(self.verdicts, self.policy.waivers)

    @cached_property
    def errors(self) -> dict[str, str]:
        """The gates that could not judge, and why."""
        return {verdict.gate: verdict.error for verdict in self.blocked if verdict.error}

    @cached_property
    def failed(self) -> list[tuple[str, Finding]]:
        """What was measured beyond a limit; of a step that is taken back, only what was so before it, if anything."""
        found = [(verdict.gate, finding) for verdict in self.blocked for finding in verdict.failures]
        if not self.is_in_vain or self.step_before is None:
            return found
        before = {(missed.gate, missed.key, missed.table) for missed in self.step_before.missed}
        return [(gate, each) for gate, each in found if (gate, each.key, each.table) in before] or found

    @cached_property
    def step_before(self) -> Attempted | None:
        """The attempt that was refused with less of what ways change asked for, and all else the same.

        Of several the nearest, and of those the last: what came of a way is seen beside where it was taken.
        """
        here = settings_of(self.policy)
        steps = [each for each in reversed(self.before) if each.missed and is_step(each.settings, here)]
        return min(steps, key=lambda each: len(differing(each.settings, here)), default=None)

    @cached_property
    def is_in_vain(self) -> bool:
        """Whether the step from the attempt before moved nothing that stood in its way."""
        before = self.step_before
        return before is not None and not has_helped(missed_in(self.blocked), before.missed)

    @property
    def taken_back(self) -> tuple[Change, ...]:
        """What brings back the attempt before a step that was in vain: no way carries it on."""
        if not self.is_in_vain or self.step_before is None:
            return ()
        here, was = settings_of(self.policy), self.step_before.settings
        moved = [name for name in here if here[name] != was.get(name)]
        changes = [Change(tuple(name.split(".")), self._asked_for(name)) for name in moved if name in MOVED]
        return (*changes, *([Change(("drop",), self._dropped)] if any(map(is_of_drop, moved)) else []))

    def _asked_for(self, name: str) -> Any:
        """The setting of the attempt before; None where it is what there is if nobody asks."""
        was = self.step_before.settings.get(name) if self.step_before else None
        field = type(self.policy.backend).model_fields.get(name.removeprefix("backend."))
        return None if field is not None and was == field.default else was

    @property
    def _dropped(self) -> list[str]:
        """The columns that stay left out: not those that were left out in vain."""
        before = self.step_before if self.is_in_vain else None
        return [name for name in self.policy.drop if before is None or of_drop(name) in before.settings]

    def failures(self, *gates: str) -> list[Finding]:
        """What these gates measured beyond a limit."""
        return [finding for gate, finding in self.failed if gate in gates]

    @property
    def lacks_evidence(self) -> bool:
        """Whether there is too little to judge by, whatever is drawn. An upper bound falls with what is caught."""
        return any(finding.evidence and finding.key not in (*BOUNDS, *MISSING) for _, finding in self.failed)

    @property
    def missing(self) -> list[Finding]:
        """What only a person can bring: neither more rows nor another option does."""
        return [finding for _, finding in self.failed if finding.key in MISSING]

    @cached_property
    def attempts(self) -> list[Attempted]:
        """All that was tried, this run the last."""
        return [*self.before, Attempted(settings=settings_of(self.policy), missed=missed_in(self.blocked))]

    def siblings(self, *names: str) -> list[tuple[Mapping[str, Any], Attempted]]:
        """The attempts that differ from this one in these settings alone, each with its values of them."""
        here = settings_of(self.policy)
        return [
            ({name: attempt.settings.get(name) for name in names}, attempt)
            for attempt in self.attempts
            if all(attempt.settings.get(name) == here.get(name) for name in {*attempt.settings, *here} - set(names))
        ]

    def was_tried(self, way: WayOut) -> bool:
        asked = settings_of(way.applied(self.policy))
        return any(asked == attempt.settings for attempt in self.attempts)

    def has_room(self, way: WayOut) -> bool:
        """Whether what the ledger knows of this source leaves a run of this way enough of its budget."""
        asked, exposure, there = way.applied(self.policy), self.source.exposure or NEVER_ASKED, self.budget_rows
        is_alike = (asked.backend.kind, asked.profile) == (self.policy.backend.kind, self.policy.profile)
        attempt = (exposure.attempt if is_alike else tried(asked, exposure)) + 1
        cost, rows = spent(self.source.train, asked), sure_rows(asked, there)
        return not used_up(asked, exposure, attempt=attempt, cost=cost, rows=rows, there=there)

    @property
    def maker(self) -> str:
        """What made the rows: the backend that was asked for, or the object that was handed over instead."""
        return self.draft.recipe.backend or self.policy.backend.kind

    @property
    def is_foreign(self) -> bool:
        """Whether the options of our backends mean nothing to what made the rows."""
        return self.maker != self.policy.backend.kind

    @cached_property
    def tables(self) -> list[tuple[Table, Table, Table]]:
        """Training rows, held-out rows and draft rows of each table whose rows are people's."""
        train, holdout = self.source.train, self.source.holdout
        return [
            (train[made.name], holdout[made.name], made)
            for made in self.draft.dataset
            if made.name in train and made.name in holdout and made.name not in train.lookups
        ]

    @property
    def rows_there(self) -> int:
        """How many rows are made where nobody asks for a number: as many as there are."""
        return sum(len(side.root) for side in (self.source.train, self.source.holdout) if not side.is_empty)

    @property
    def budget_rows(self) -> int:
        """The rows of the source, all parts of it included."""
        return self.rows_there if self.source.of_rows is None else self.source.of_rows

    @property
    def rows_made(self) -> int:
        """The rows of the draft; where none was made, those that were asked for."""
        return len(self.draft.dataset.root) if not self.draft.dataset.is_empty else self.policy.rows or self.rows_there

    def can_be_dropped(self, table: Table, name: str) -> bool:
        """No key, not what says whose the rows are, nothing that a rule or a mask speaks of, and no target."""
        column, wished = table[name], self.policy.table(table.name)
        asked = wished.columns.get(name)
        return (
            not isinstance(column.step, Drop)
            and name not in self.source.train.key_columns(table.name)
            and name != table.person
            and name not in (wished.targets or ())
            and not any(name in rule.expect for rule in table.rules)
            and (asked is None or asked.mask is None)
        )

    def dropping(self, places: Collection[tuple[str, str]]) -> Change:
        """The policy's list of columns to leave out, with these as well."""
        names = [_said_once(self.source, table, name) for table, name in places]
        return Change(("drop",), [*dict.fromkeys((*self._dropped, *names))])

    def places_of(self, finding: Finding) -> Iterator[tuple[Table, str]]:
        """The columns that a finding names, each in every table of the source that has it."""
        for name in finding.where:
            for table in self.source.train:
                if (not finding.table or finding.table == table.name) and name in table:
                    yield table, name

    def told(self, finding: Finding) -> str:
        """What was measured beside its limit, as far as the profile lets it be told."""
        side = "at most" if finding.good == "low" else "at least"
        exact = self.policy.figures == "exact" and finding.measured is not None
        figure = f"{finding.measured:.3g}, " if exact else ""
        return f"{finding.what}: {figure}allowed is {side} {finding.limit:.3g}"


def _said_once(source: Source, table: str, name: str) -> str:
    """The name of a column as `drop` reads it: with its table, where several have it."""
    return name if sum(name in each for each in source.train) == 1 else f"{table}.{name}"
