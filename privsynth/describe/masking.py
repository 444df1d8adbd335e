"""What masking is to do with each column: what the policy says, else what its role asks for.

A column that a written plan does not name stops the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.describe.places import places_of
from privsynth.errors import PolicyError, visible
from privsynth.mask_plan import one_to_one, proposed_step
from privsynth.mask_steps import (
    Drop,
    Encrypt,
    KAnonymise,
    Keep,
    Relocate,
    Rewrite,
    Scrub,
    Shift,
    Shuffle,
    Step,
    Substitute,
    Token,
)
from privsynth.options import MaskOptions
from privsynth.policy import Policy, profile_rules

JOINS = (Token, Encrypt, Keep)  # what may be done with a column that ties tables together
EQUAL_FOR_EQUAL = (Token, Encrypt, Substitute)  # equal values stay equal: how common a value is can still be seen
LISTED = 12


def with_steps(data: Dataset, policy: Policy) -> Dataset:
    """The same data; for backend mask each column knows its step. Other backends use no steps, and a note says so."""
    written = sum(column.mask is not None for table in policy.tables.values() for column in table.columns.values())
    if not isinstance(policy.backend, MaskOptions):
        return (
            data.with_notes(
                f"steps of masking for {written} columns stand in the policy; "
                f"backend {policy.backend.kind} does not use them"
            )
            if written
            else data
        )
    _refuse_unlisted(data, policy, policy.backend)
    planned = data.replace_tables(
        *(_planned(table, data.key_columns(table.name), one_to_one(data, table.name), policy) for table in data)
    )
    for relation in planned.relations:
        _agree(planned, relation, policy)
    return planned


def _refuse_unlisted(data: Dataset, policy: Policy, options: MaskOptions) -> None:
    """Whoever wrote a plan has looked at the columns that it names, and at no other."""
    written = any(wish.mask is not None for table in policy.tables.values() for wish in table.columns.values())
    if options.unlisted == "propose" or not written:
        return
    for table in data:
        listed = policy.table(table.name).columns
        new = [c.name for c in table.columns if c.name not in listed and not isinstance(c.step, Drop)]
        if new:
            raise PolicyError(
                f"{policy.place_of('tables', table.name)}the plan does not name "
                f"{len(new)} of the {len(table.columns)} columns of {table.name}: {_names(new)}.",
                hint="decide on each in the policy, such as  NAME: { mask: drop };  "
                "or let roles decide with --set backend.unlisted=propose",
                column=new[0],
            )


def _names(names: list[str]) -> str:
    return ", ".join(map(visible, names[:LISTED])) + (" ..." if len(names) > LISTED else "")


def _planned(table: Table, joins: set[str], keys: set[str], policy: Policy) -> Table:
    """`joins`: what ties tables together; `keys`: that, and what says whose the rows are."""
    options = policy.backend if isinstance(policy.backend, MaskOptions) else MaskOptions()
    wishes = policy.table(table.name).columns
    written = {name for name, wish in wishes.items() if wish.mask is not None}
    columns, moved = [], _moved(table, keys | written)
    for column in table.columns:
        asked = wishes[column.name].mask if column.name in wishes else None
        step = (
            asked
            or column.step
            or moved.get(column.name)
            or proposed_step(column, is_key=column.name in keys, options=options)
        )
        if asked is not None:
            place = policy.place_of("tables", table.name, "columns", column.name, "mask")
            for problem in _problems(column, step, table, policy, joins=joins, keys=keys):
                raise PolicyError(f"{place}column {column.name}: {problem}", column=column.name)
        columns.append(_meant(replace(column, step=step), asked is not None))
    return table.with_columns(*columns)


def _moved(table: Table, held: set[str]) -> dict[str, Step]:
    """Places by which nobody was thought to be found: the nearest thing to as they are that k people share."""
    steps: dict[str, Step] = {}
    for latitude, longitude, _ in places_of(table):
        if not {latitude, longitude} & held and Role.QUASI not in (table[latitude].role, table[longitude].role):
            steps[latitude] = Relocate(longitude=longitude, to="point")
            steps[longitude] = Relocate(latitude=latitude, to="point")
    return steps


def _meant(column: Column, asked: bool) -> Column:
    """Who asks for groups of k people takes the column for something by which people are found."""
    if asked and isinstance(column.step, KAnonymise) and column.role is not Role.QUASI:
        return replace(
            column, role=Role.QUASI, reason="declared in the policy: k_anonymise", confidence=1.0, declared=True
        )
    return column


def _problems(
    column: Column, step: Step, table: Table, policy: Policy, *, joins: set[str], keys: set[str]
) -> Iterator[str]:
    """Why a step cannot be done with a column, as far as it can be told without looking at the rows."""
    if column.name in joins and not isinstance(step, JOINS):
        yield f"it ties tables together, so that {step.do} would break the joins; token, encrypt and keep are possible."
    if isinstance(step, Token | Encrypt | Substitute) and column.kind is Kind.DATE:
        yield f"{step.do} is not possible for a date; shift, generalise, invent and k_anonymise are, or the kind text."
    if isinstance(step, Token | Encrypt | Substitute) and column.kind.is_time:
        yield f"{step.do} is not possible for a {column.kind}; noise, generalise and k_anonymise are, or the kind text."
    if isinstance(step, Shift) and column.kind is not Kind.DATE:
        yield (
            f"shift moves dates, and this is a {column.kind.value} column; "
            "declare its kind and format, or take another step."
        )
    if isinstance(step, Rewrite | Scrub) and column.kind not in (Kind.TEXT, Kind.CATEGORY):
        yield f"{step.do} is for sentences, and this is a {column.kind.value} column."
    if isinstance(step, Encrypt) and not (isinstance(policy.backend, MaskOptions) and policy.backend.keeps_key):
        yield (
            "encrypt needs a key that is kept: without it nobody could turn the values back. "
            "Name key_file, key_env or keyring, or take token."
        )
    if isinstance(step, Relocate) and not _moves_along(column, step, table, policy):
        yield (
            f"relocate moves both halves of a place alike; write for {visible(step.other)} too: "
            f"{{ do: relocate, {'latitude' if step.longitude else 'longitude'}: {visible(column.name)} }}."
        )
    if isinstance(step, Shuffle) and (
        strange := [name for name in step.within if name not in table or name == column.name]
    ):
        yield f"shuffle within {_names(strange)}: there is no such other column."
    strict = profile_rules(policy.profile)["backends"].get("mask") == "ephemeral"
    if strict and column.role is Role.DIRECT and column.name not in keys and isinstance(step, EQUAL_FOR_EQUAL):
        yield (
            f"{step.do} keeps equal values of people equal, which the profile {policy.profile} does not allow; "
            "take invent, redact or drop."
        )


def _moves_along(column: Column, step: Relocate, table: Table, policy: Policy) -> bool:
    """Whether the other half of the place has the same step, which names this one."""
    wish = policy.table(table.name).columns.get(step.other)
    other = wish.mask if wish is not None else None
    if not isinstance(other, Relocate):
        return False
    return other.to == step.to and column.name == (other.latitude if step.longitude else other.longitude)


def _agree(data: Dataset, relation: Relation, policy: Policy) -> None:
    """Both ends of a key get the same step, or the joins are lost."""
    if not all(table in data and name in data[table] for table, name in relation.ends):
        return
    first, second = (data[table][name].step for table, name in relation.ends)
    if first != second:
        (one, key), (other, its) = relation.ends
        raise PolicyError(
            f"{policy.place_of('tables', other, 'columns', its, 'mask')}"
            f"{other}.{its} refers to {one}.{key}: both need the same step.",
            hint="write the same mask for both columns",
            column=its,
        )


def step_words(step: Step) -> str:
    """The step as YAML spells it."""
    settings = step.model_dump(exclude_defaults=True, mode="json")
    return (
        "{ "
        + ", ".join((f"do: {step.do}", *(f"{name}: {json.dumps(value)}" for name, value in settings.items())))
        + " }"
        if settings
        else step.do
    )
