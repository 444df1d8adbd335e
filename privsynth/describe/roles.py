"""What each column means for people, and whose rows they are: said by the policy, or proposed from names and values."""

from __future__ import annotations

import re
from dataclasses import replace

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.domains import domain_of
from privsynth.describe.name_parts import with_name_parts
from privsynth.describe.owner import with_owners, with_twins
from privsynth.errors import PolicyError
from privsynth.options import ColumnPolicy, TablePolicy
from privsynth.pii.columns import type_column
from privsynth.pii.entities import entities
from privsynth.policy import Policy


def with_roles(dataset: Dataset, policy: Policy) -> Dataset:
    """The same data; each column knows its role and the reason, each table the column that says whose its rows are."""
    described = [_described(table, policy.table(table.name), policy.least_shared) for table in dataset]
    answered = {table.name for table in dataset if "person" in policy.table(table.name).model_fields_set}
    owned = with_owners(dataset.replace_tables(*described), answered)
    counted = [_by_people(table, policy.table(table.name), policy.least_shared) for table in owned]
    counted = [with_twins(table, _said(policy.table(table.name))) for table in counted]
    return owned.replace_tables(*(_with_domains(table, policy) for table in counted))


def _said(wishes: TablePolicy) -> set[str]:
    return {name for name, wish in wishes.columns.items() if wish.role or wish.entity}


def _described(table: Table, wishes: TablePolicy, fewest: int) -> Table:
    columns = [_column(table, c, wishes.columns.get(c.name, ColumnPolicy()), fewest) for c in table.columns]
    return with_name_parts(replace(table.with_columns(*columns), person=wishes.person))


def _by_people(table: Table, wishes: TablePolicy, fewest: int) -> Table:
    """Values count as shared by rows first, and by people as soon as it is known whose the rows are."""
    if table.person is None:
        return table
    words = [
        c for c in table.of_role(Role.PLAIN, Role.QUASI) if c.kind in (Kind.TEXT, Kind.CATEGORY) and not c.declared
    ]
    return table.with_columns(*(_column(table, c, wishes.columns.get(c.name, ColumnPolicy()), fewest) for c in words))


def _with_domains(table: Table, policy: Policy) -> Table:
    """What the policy says that columns may hold; nothing of it is read from the rows."""
    wishes = policy.table(table.name).columns
    domains = {name: wish.domain for name, wish in wishes.items() if wish.domain is not None and name in table}
    places = {name: policy.place_of("tables", table.name, "columns", name, "domain") for name in domains}
    return table.with_columns(
        *(replace(table[name], domain=domain_of(table[name], domain, places[name])) for name, domain in domains.items())
    )


def _column(table: Table, column: Column, wish: ColumnPolicy, fewest: int) -> Column:
    """What the policy says stays; what it leaves open is proposed.

    A policy that only repeats the proposal, as a file made by `init` does, decides nothing: gates trust a person's word
    over their own finding, and nobody has given it there.
    """
    people = None if table.person is None else table.people
    name = ROW_LABELS if _is_nameless(table, column) else column.name
    proposed = type_column(name, table.text(column.name), column.kind, people=people, fewest=fewest)
    inferred = replace(
        column,
        role=proposed.role,
        entity=proposed.entity,
        reason=proposed.reason,
        confidence=proposed.confidence,
        is_too_rare=proposed.entity is not None and _role_of(proposed.entity) is not proposed.role,
    )
    asked = None if wish.role == "drop" else wish.role  # what is left out is still known for what it is
    meant = _role_of(wish.entity) if wish.entity else proposed.role
    role = Role(asked) if asked else meant
    entity = wish.entity or (proposed.entity if proposed.role == role else None)
    if (role, entity) == (proposed.role, proposed.entity):
        return inferred
    return replace(column, role=role, entity=entity, reason="declared in the policy", confidence=1.0, declared=True)


def _is_nameless(table: Table, column: Column) -> bool:
    """Whether the first column alone had no name in its file: labels of rows, as pandas and R write their index."""
    numbered = [bool(_NUMBERED.match(other.name)) for other in table.columns]
    return column.name == table.columns[0].name and numbered[0] and not any(numbered[1:]) and len(numbered) > 1


ROW_LABELS = "row names"
_NUMBERED = re.compile(r"c\d+(?:_\d+)?\Z")  # as `read` calls a column without a name


def _role_of(entity: str) -> Role:
    """What this kind of personal data means; a kind that nobody knows is refused, not ignored."""
    from difflib import get_close_matches

    if entity not in entities():
        near = get_close_matches(entity.upper(), entities(), n=1)
        hint = f"did you mean {near[0]}?" if near else "privsynth inspect shows the kinds in the column 'holds'"
        raise PolicyError("the policy names a kind of personal data that is not known.", hint=hint)
    return entities()[entity].role
