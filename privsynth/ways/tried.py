"""What was asked of a source before: the settings that a way may change, in plain words, and what they came to."""

from __future__ import annotations

from typing import Any

from privsynth.options import MaskOptions
from privsynth.policy import Policy

WORDS = ("kind", "engine", "device", "mechanism", "direct", "unlisted")  # options that are one of a few known words
ELSEWHERE = ("key_file", "key_env", "keyring", "rulebook", "where", "shares")  # they may hold a value or a place


def settings_of(policy: Policy) -> dict[str, Any]:
    """What was asked, as far as a way may change it: numbers, known words and names of columns, never a value.

    The seed is no part of it: the same with another seed is the same.
    """
    options = {
        f"backend.{name}": value
        for name, value in policy.backend.model_dump(mode="json").items()
        if name not in ELSEWHERE and value not in (None, {}, []) and (name in WORDS or not isinstance(value, str))
    }
    roles = {
        f"role.{table}.{name}": wish.role
        for table, wishes in policy.tables.items()
        for name, wish in wishes.columns.items()
        if wish.role is not None
    }
    steps = {
        f"mask.{table}.{name}": wish.mask.do
        for table, wishes in policy.tables.items()
        for name, wish in wishes.columns.items()
        if wish.mask is not None and isinstance(policy.backend, MaskOptions)
    }
    lost = {
        f"may_be_lost.{table}.{name}": True
        for table, wishes in policy.tables.items()
        for name, wish in wishes.columns.items()
        if wish.may_be_lost
    }
    drop = {f"drop.{name}": True for name in policy.drop}
    numbers = {
        "rows": policy.rows,
        "holdout": policy.holdout,
        "limits.k": policy.limits.k,
        "gate_seconds": policy.gate_seconds,
    }
    asked = {name: value for name, value in numbers.items() if value is not None}
    return {"profile": policy.profile, **options, **roles, **steps, **lost, **drop, **asked}
