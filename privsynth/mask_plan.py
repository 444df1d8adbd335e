"""What masking does with a column where nobody said otherwise: its role decides."""

from __future__ import annotations

from privsynth.dataset import Column, Kind, Role
from privsynth.mask_steps import Blur, Invent, KAnonymise, Rewrite, Shift, Step, Token
from privsynth.options import MaskOptions

# Kinds whose values reach or name somebody: a token that looks like one may be another person's.
REACHABLE = frozenset(
    {
        None,
        *(
            "EMAIL",
            "PHONE",
            "FAX",
            "URL",
            "DOMAIN",
            "IPV4",
            "IPV6",
            "MAC",
            "USERNAME",
            "STREET_ADDRESS",
            "CITY",
            "POSTCODE",
        ),
        *("PERSON", "FIRST_NAME", "LAST_NAME", "MAIDEN_NAME", "TITLE", "ORGANIZATION", "JOB_TITLE"),
    }
)


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


def shaped(column: Column, step: Token) -> bool:
    """Whether tokens look like the values. What somebody could really be reached by, or called, must not be made up by chance."""
    if step.shape == "auto":
        return column.role is not Role.DIRECT or column.kind.is_numeric or column.entity not in REACHABLE
    return step.shape == "same"
