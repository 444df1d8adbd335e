"""What masking does with a column for which the policy names no step: its role decides."""

from __future__ import annotations

from privsynth.dataset import Column, Dataset, Kind, Role
from privsynth.mask_steps import Blur, Invent, KAnonymise, Rewrite, Shift, Step, Token
from privsynth.options import MaskOptions
from privsynth.pii.entities import Trait, has


def one_to_one(data: Dataset, table: str) -> set[str]:
    """The columns that stay apart where their values are: the keys between tables, and what says whose the rows are."""
    person = data[table].person
    is_dated = person is not None and (data[table][person].kind is Kind.DATE or data[table][person].kind.is_time)
    return data.key_columns(table) | (set() if person is None or is_dated else {person})


def proposed_step(column: Column, *, is_key: bool, options: MaskOptions) -> Step:
    """What the role of a column asks for. Two people with one key would be one person: only tokens rule that out."""
    match column.role:
        case _ if is_key:
            return Token()
        case Role.IDENTIFIER:
            return Token()
        case Role.DIRECT if options.direct == "token" and not column.kind.is_numeric and column.kind is not Kind.DATE:
            return Token(shape="opaque")
        case Role.DIRECT:
            return Invent()
        case Role.FREE_TEXT:
            return Rewrite()
        case Role.QUASI:
            return KAnonymise()
        case _:
            return Shift() if column.kind is Kind.DATE else Blur()


def shaped(column: Column, step: Token) -> bool:
    """Whether tokens look like the values. An address or name that is made up by chance could be somebody's."""
    if step.shape == "auto":
        return (
            column.role is not Role.DIRECT
            or column.kind.is_numeric
            or not (column.entity is None or has(column.entity, Trait.REACHES))
        )
    return step.shape == "same"
