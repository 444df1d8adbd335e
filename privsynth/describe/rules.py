"""Rules that the policy declares, put on their tables: each is checked against the columns and their kinds first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from privsynth.dataset import Dataset, Rule, Table
from privsynth.errors import PolicyError
from privsynth.expressions.rules import compile_rule
from privsynth.policy import Policy


def with_rules(dataset: Dataset, policy: Policy) -> Dataset:
    """The same data; each table knows the rules that its rows are to keep."""
    ruled = [
        replace(table, rules=_rules(table, policy))
        for table in dataset
        if table.name in policy.tables and policy.tables[table.name].rules
    ]
    return dataset.replace_tables(*ruled)


def _rules(table: Table, policy: Policy) -> tuple[Rule, ...]:
    declared = policy.tables[table.name].rules
    names = Counter(rule.name for rule in declared)
    for number, rule in enumerate(declared):
        place = policy.place_of("tables", table.name, "rules", str(number))
        if names[rule.name] > 1:
            raise PolicyError(
                f"{place}tables.{table.name}.rules: {names[rule.name]} rules have the name '{rule.name}'.",
                hint="give each a name of its own",
            )
        try:
            check = compile_rule(rule.expect, table.columns)
        except PolicyError as error:
            raise PolicyError(
                f"{place}tables.{table.name}.rules: rule '{rule.name}': {error.message}", hint=error.hint
            ) from None
        if not check.columns:
            raise PolicyError(
                f"{place}tables.{table.name}.rules: rule '{rule.name}' names no column.",
                hint="a rule speaks of the table's columns",
            )
    return tuple(Rule(rule.name, rule.expect) for rule in declared)
