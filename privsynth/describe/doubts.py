"""Which columns were taken for something that costs, on little evidence."""

from __future__ import annotations

from privsynth.dataset import Column, Role

SURE = 0.75  # from here on a role is taken without a question
COSTS = (Role.IDENTIFIER, Role.DIRECT, Role.SENSITIVE, Role.FREE_TEXT)  # invented, rewritten, or guarded by every gate


def is_doubted(column: Column) -> bool:
    return column.role in COSTS and column.confidence < SURE and not column.declared


def is_unknown(column: Column) -> bool:
    """Whether a column is invented only because nobody knows what it holds."""
    return column.role is Role.DIRECT and column.entity is None and not column.declared
