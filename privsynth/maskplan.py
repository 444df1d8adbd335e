"""What masking does with a column where nobody said otherwise: its role decides."""

from __future__ import annotations

from privsynth.dataset import Column, Dataset, Kind, Role
from privsynth.options import MaskOptions
from privsynth.steps import Blur, Invent, KAnonymise, Rewrite, Shift, Step, Token


def proposed_step(column: Column, *, joins: bool, options: MaskOptions) -> Step:
    """What the role of a column asks for."""
    match column.role:
        case _ if joins:
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


def key_columns(data: Dataset, table: str) -> set[str]:
    """The columns of a table that tie it to another."""
    ends = [((r.parent, r.parent_key), (r.child, r.child_key)) for r in data.relations]
    return {name for pair in ends for owner, name in pair if owner == table}
