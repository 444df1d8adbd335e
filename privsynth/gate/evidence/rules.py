"""Do the made rows keep the rules that somebody declared? Asked of the rows alone, whatever made them.

What a rule demands and how many rows break it is asked as `privsynth rules check` asks it.
"""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.checks.answer import Answer, answer
from privsynth.checks.demand import holds, seen_through
from privsynth.checks.filed import FiledTables
from privsynth.dataset import Dataset, Rule, Table
from privsynth.errors import PolicyError
from privsynth.gate.evidence.scope import keeps_people
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding


def rules_kept(draft: Draft, source: Source, policy: Policy) -> Iterator[Finding]:
    """One finding a rule. Made rows keep it as it says; rows kept from people break it as often as theirs did."""
    for made in draft.dataset:
        real = source.train if made.name in source.train else None
        yield from (_counted(rule, asked(rule, made, draft.dataset)) for rule in made.waived)
        for rule in _declared(made, real, policy):
            if keeps_people(policy):
                yield _kept(rule, made, draft.dataset, real)
            else:
                yield _held(rule, asked(rule, made, draft.dataset))


def _declared(made: Table, real: Dataset | None, policy: Policy) -> tuple[Rule, ...]:
    """What a rulebook says of the table, and what its source is to keep or, where none was read, the policy says."""
    wished = policy.tables[made.name].rules if made.name in policy.tables else []
    declared = real[made.name].rules if real is not None else [Rule(rule.name, rule.expect) for rule in wished]
    return tuple(dict.fromkeys((*made.rules, *declared)))


def asked(rule: Rule, table: Table, data: Dataset) -> Answer:
    """How the rows of a table meet a rule, which may speak of columns of the rows that they are tied to."""
    columns = seen_through(rule.ties, {each.name: each.columns for each in data})
    columns |= {column.name: column for column in table.columns}
    demand = holds(rule.expect, table.name, columns, rule.ties, rate=rule.rate)
    return answer(demand, FiledTables(data=data, ties={table.name: rule.ties}))


def _held(rule: Rule, found: Answer) -> Finding:
    if rule.rate < 1:
        return _soft(rule, found)
    return Finding(
        f"rule.{rule.name}",
        None if found.unjudged else found.broken,
        what=f"rows that break rule '{rule.name}' ({found.demand.table})",
        table=found.demand.table,
        limit=0,
        where=found.demand.columns,
        n=found.rows,
        note=found.unjudged or "declared rules hold in every made row; a missing value breaks none",
        remedy="the backend is at fault: report it; or take the rule out of the policy",
    )


def _counted(rule: Rule, found: Answer) -> Finding:
    return Finding(
        f"rule.{rule.name}",
        None if found.unjudged else found.broken,
        what=f"rows that break rule '{rule.name}', which the scenario leaves out or loosens ({found.demand.table})",
        table=found.demand.table,
        where=found.demand.columns,
        n=found.rows,
        note=found.unjudged or "a scenario of the rulebook says otherwise: it is counted, and held against no limit",
    )


def _soft(rule: Rule, found: Answer) -> Finding:
    """A share of the rows may break it: what chance leaves of the share is held against that."""
    return Finding(
        f"rule.{rule.name}",
        None if found.unjudged else found.interval[0],
        what=f"share of rows that break rule '{rule.name}' ({found.demand.table})",
        table=found.demand.table,
        limit=1 - rule.rate,
        where=found.demand.columns,
        interval=found.interval,
        n=found.rows,
        note=found.unjudged or "the rest of the rows keeps it; a missing value breaks none",
        remedy="the backend is at fault: report it; or change the rate in the rulebook",
        as_measured=found.share,
    )


def _kept(rule: Rule, made: Table, data: Dataset, real: Dataset | None) -> Finding:
    what = f"share of rows that break rule '{rule.name}' ({made.name})"
    try:
        found = asked(rule, made, data)
    except PolicyError:
        return Finding(
            f"rule.{rule.name}",
            None,
            what=what,
            table=made.name,
            n=len(made),
            note="not measured: a column that the rule speaks of was generalised or replaced",
        )
    return Finding(
        f"rule.{rule.name}",
        found.share,
        what=what,
        table=made.name,
        where=found.demand.columns,
        baseline=None if real is None else asked(rule, real[made.name], real).share,
        n=len(made),
        note="rows of the same people: they break the rule about as often as the source's do, which is the baseline",
    )
