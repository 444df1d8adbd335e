"""What was asked of a source before: the settings that a way may change, in plain words, and what they came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privsynth.options import MaskOptions
from privsynth.policy import Policy
from privsynth.way_out import Missed

WORDS = ("kind", "engine", "device", "mechanism", "direct", "unlisted")  # options that are one of a few known words
ELSEWHERE = ("key_file", "key_env", "keyring", "rulebook", "where", "shares")  # they may hold a value or a place
MOVED = (
    "backend.min_leaf",
    "backend.engine",
    "backend.k",
    "rows",
)  # settings that ways move, beside the columns left out
HELPED = 0.85  # what is left of a figure after a step that is worth another one


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
    drop = {of_drop(name): True for name in policy.drop}
    numbers = {
        "rows": policy.rows,
        "holdout": policy.holdout,
        "limits.k": policy.limits.k,
        "gate_seconds": policy.gate_seconds,
    }
    asked = {name: value for name, value in numbers.items() if value is not None}
    return {"profile": policy.profile, **options, **roles, **steps, **lost, **drop, **asked}


def of_drop(name: str) -> str:
    return f"drop.{name}"


def is_of_drop(setting: str) -> bool:
    return setting.startswith("drop.")


def is_step(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether one attempt asked for what the other did and for more of what ways move, or for some of it otherwise."""
    differ = differing(before, now)
    return bool(differ) and all(name in now and (name in MOVED or is_of_drop(name)) for name in differ)


def differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The settings in which two attempts differ."""
    return [name for name in {*before, *now} if before.get(name) != now.get(name)]


def has_helped(now: Sequence[Missed], before: Sequence[Missed]) -> bool:
    """Whether fewer figures stand in the way, or the worst of those that did is within its limit or clearly nearer."""
    here = {(each.gate, each.key, each.table): each.used or 1.0 for each in now}
    worst = max(before, key=lambda each: each.used or 1.0)
    left = here.get((worst.gate, worst.key, worst.table), 0.0) - 1
    return len(now) < len(before) or left <= HELPED * ((worst.used or 1.0) - 1)
