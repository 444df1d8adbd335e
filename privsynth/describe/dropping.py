"""Which columns are to be left out, and which cannot be, because something hangs on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from privsynth.dataset import Dataset, Place, Table
from privsynth.errors import PolicyError, visible
from privsynth.expressions.rules import compile_rule
from privsynth.left_out import left_out
from privsynth.mask_steps import Drop
from privsynth.options import MaskOptions, RulesOptions
from privsynth.policy import Policy
from privsynth.policy_names import nearest


def with_dropped(data: Dataset, policy: Policy) -> Dataset:
    """The same data; a column that the policy leaves out knows it."""
    places = set(_asked(data, policy))
    if not places:
        return data
    for table, column in sorted(places):
        _refuse_needed(data, data[table], column, policy)
    return data.replace_tables(*(_marked(table, places) for table in data))


def refuse_dropping(policy: Policy) -> None:
    """Where there is no table beside it, a rulebook alone says which columns there are."""
    if isinstance(policy.backend, RulesOptions) and (policy.drop or any(_by_role(policy))):
        raise PolicyError(
            "columns cannot be left out with backend rules: the rulebook says which there are.",
            hint="take them out of the rulebook",
        )


def dropped_notes(data: Dataset) -> list[str]:
    names = {table.name: ", ".join(map(visible, left_out(table))) for table in data}
    return [f"{visible(table)}: left out as asked: {columns}" for table, columns in names.items() if columns]


def _asked(data: Dataset, policy: Policy) -> Iterator[Place]:
    """By the role of the column, or by the list of names."""
    yield from _by_role(policy)
    for name in policy.drop:
        yield _place(data, name)


def _by_role(policy: Policy) -> Iterator[Place]:
    for table, wishes in policy.tables.items():
        yield from ((table, name) for name, wish in wishes.columns.items() if wish.role == "drop")


def _place(data: Dataset, name: str) -> Place:
    """A name that one table has; or the name of a table, a dot and that of a column."""
    places = [(table.name, column.name) for table in data for column in table.columns]
    plain = [place for place in places if place[1] == name]
    if len(plain) == 1:
        return plain[0]
    if plain:
        dotted = ", ".join(f"{table}.{column}" for table, column in plain)
        raise PolicyError(f'drop: several tables have a column "{visible(name)}".', hint=f"name one: {visible(dotted)}")
    full = {f"{table}.{column}": (table, column) for table, column in places}
    if name not in full:
        known = list(full) if "." in name else [column for _, column in places]
        raise PolicyError(
            f'drop: column "{visible(name)}" is not in the data{nearest(name, known)}',
            hint="privsynth inspect shows the columns",
        )
    return full[name]


def _refuse_needed(data: Dataset, table: Table, name: str, policy: Policy) -> None:
    for problem, hint in _problems(data, table, name, policy):
        place = policy.place_of("tables", table.name, "columns", name, "role")
        raise PolicyError(f"{place}column {visible(name)} cannot be left out: {problem}.", hint=hint, column=name)


def _problems(data: Dataset, table: Table, name: str, policy: Policy) -> Iterator[tuple[str, str]]:
    invented = "leave it in: as a key it is invented anew, so that nothing of it comes out"
    if name in data.key_columns(table.name):
        yield "it ties tables together", invented
    if name == table.person and not isinstance(policy.backend, MaskOptions):
        yield f"it says which rows of {visible(table.name)} belong to one person", invented
    ruled = [rule.name for rule in table.rules if name in compile_rule(rule.expect, table.columns).columns]
    if ruled:
        yield f"the rule '{visible(ruled[0])}' speaks of it", "take the rule out of the policy as well"
    asked = policy.table(table.name).columns.get(name)
    if asked is not None and asked.mask is not None and not isinstance(asked.mask, Drop):
        yield f"its mask is {asked.mask.do}", "say one of the two"
    if set(_asked(data, policy)) >= {(table.name, column.name) for column in table.columns}:
        yield f"nothing would be left of {visible(table.name)}", "keep at least one column"


def _marked(table: Table, places: set[Place]) -> Table:
    return table.with_columns(
        *(replace(column, step=Drop(do="drop")) for column in table.columns if (table.name, column.name) in places)
    )
