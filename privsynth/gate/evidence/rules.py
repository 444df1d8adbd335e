"""Do the made rows keep the rules that somebody declared? Asked of the rows alone, whatever made them."""

from __future__ import annotations

from collections.abc import Iterator

from privsynth.dataset import Rule, Table
from privsynth.errors import PolicyError
from privsynth.expressions.rules import compile_rule
from privsynth.gate.evidence.scope import keeps_people
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding


def rules_kept(draft: Draft, source: Source, policy: Policy) -> Iterator[Finding]:
    """One finding a rule. Made rows all keep it; rows kept from people break it as often as theirs did."""
    real_ones = {table.name: table for table in source.train}
    for made in draft.dataset:
        real = real_ones.get(made.name)
        for rule in _declared(made, real, policy):
            yield _kept(rule, made, real) if keeps_people(policy) else _held(rule, made)


def _declared(made: Table, real: Table | None, policy: Policy) -> tuple[Rule, ...]:
    """What the source's table is to keep; where no data was read, what the policy says of a table of that name."""
    if real is not None:
        return real.rules
    return (
        tuple(Rule(rule.name, rule.expect) for rule in policy.tables[made.name].rules)
        if made.name in policy.tables
        else ()
    )


def _held(rule: Rule, made: Table) -> Finding:
    check = compile_rule(rule.expect, made.columns)
    return Finding(
        f"rule.{rule.name}",
        int(check.fails(made.frame).sum()) if len(made) else 0,
        what=f"rows that break rule '{rule.name}' ({made.name})",
        table=made.name,
        limit=0,
        where=check.columns,
        n=len(made),
        note="declared rules hold in every made row; a missing value breaks none",
        remedy="the backend is at fault: report it; or take the rule out of the policy",
    )


def _kept(rule: Rule, made: Table, real: Table | None) -> Finding:
    what = f"share of rows that break rule '{rule.name}' ({made.name})"
    try:
        check = compile_rule(rule.expect, made.columns)
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
        _share(rule, made),
        what=what,
        table=made.name,
        where=check.columns,
        baseline=None if real is None else _share(rule, real),
        n=len(made),
        note="rows of the same people: they break the rule about as often as the source's do, which is the baseline",
    )


def _share(rule: Rule, table: Table) -> float:
    return float(compile_rule(rule.expect, table.columns).fails(table.frame).mean()) if len(table) else 0.0
