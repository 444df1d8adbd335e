"""What made the rows, with which parameters, and how it was kept apart from the rows that judged it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from privsynth.dataset import Dataset
from privsynth.manifest import Claimed, Facts, plain, sizes
from privsynth.policy import Policy
from privsynth.report.wording import (
    DP,
    DP_WITHHELD,
    NO_DP,
    PSEUDONYMISED,
    RESIDUAL,
    RESIDUAL_UNKNOWN,
    ROWS_ARE,
    SYNTHETIC,
)
from privsynth.source import Source

# What has a line of its own in the report.
_OWN_LINE = ("backend", "engine", "licence", "columns", "versions", "inferred", "rules_kept")
LONGEST_VALUE = 300
_WORDS = {"None": "not set", "True": "yes", "False": "no"}


def method(policy: Policy, facts: Facts) -> dict[str, Any]:
    """The backend's own account of itself, flattened to lines."""
    kind, tables = backend_kind(policy, facts), facts.recipe.tables.values()
    return {
        "backend": kind,
        "engine": ", ".join(dict.fromkeys(table.engine for table in tables)) or None,
        "licence": ", ".join(dict.fromkeys(table.licence for table in tables if table.licence)) or None,
        "parameters": [{"name": name, "value": value} for name, value in _flat(facts.account)],
        "engine_versions": {
            **facts.recipe.versions,
            **{name: version for table in tables for name, version in table.versions.items()},
        },
        "differential_privacy": _privacy(facts.claim),
        "status_of_data": PSEUDONYMISED if kind == "mask" else None,
        "rows_are_people": kind in ("mask", "clone"),
        "rows_are": ROWS_ARE.get(kind, SYNTHETIC),
        "looked_up": list(cast("Mapping[str, str]", facts.account.get("lookups", {}))),
        "is_inferred": bool(facts.recipe.inferred),
        "residual": RESIDUAL.get(_followed(facts) or kind, RESIDUAL_UNKNOWN),
        "seed": facts.seed,
        "policy_seed_given": policy.seed is not None,
    }


def _followed(facts: Facts) -> str:
    """What rows follow besides the words of a rulebook; empty: nothing, or no rulebook."""
    return "inferred" if facts.recipe.inferred else "looked_up" if facts.account.get("lookups") else ""


def control(source: Source, *, hidden: bool = False) -> str:
    """Who shows what chance gives. `hidden`: no count is told."""
    if source.is_empty:
        return "none: no real row was read"
    if not source.has_control:
        return "no real row was kept from the backend"
    if not source.folds:
        return "people who were held out before anything was learnt: the backend never saw them"
    count, drafts = len(source.folds), len(source.folds[0].drafts)
    how_often = "several" if hidden else f"{count}"
    return (
        "nobody was held out, since too few people would be left: the draft was learnt from all of them, and the "
        f"evidence comes from {how_often} folds: for each fold an engine like the draft's was fitted without its "
        f"people and drew {'several' if hidden else drafts} drafts. Each person is attacked as one whom the draft's "
        "engine saw and, beside these drafts, as one whom an engine never saw; what is won from all folds is taken "
        "together"
    )


def _privacy(claim: Claimed | None) -> str:
    """What may be said of differential privacy: a figure only where the claim holds."""
    if claim is None:
        return NO_DP
    if not claim.holds:
        return DP_WITHHELD.format(causes="; ".join(claim.voids) or "the mechanism does not say all that it owes")
    return DP.format(epsilon=f"{claim.epsilon:g}", delta=f"{claim.delta:g}", unit=claim.unit)


def backend_kind(policy: Policy, facts: Facts) -> str:
    """What really ran: the backend's own name, which is not the policy's if somebody passed a backend of their own."""
    return facts.recipe.backend or policy.backend.kind


def scope(draft: Dataset, source: Source, facts: Facts, *, hidden: bool = False) -> list[dict[str, Any]]:
    """Each table with its rows: read, learnt from, held out, made. `hidden`: a dp claim does not cover the counts."""
    made = sizes(draft, facts)
    train, holdout = ({}, {}) if hidden else (sizes(source.train, facts), sizes(source.holdout))
    names = list(dict.fromkeys([*made, *train]))
    return [
        {
            "table": name,
            "columns": len(draft[name].columns) if name in draft else 0,
            "rows_source": train[name] + holdout.get(name, 0) if name in train else None,
            "rows_train": train.get(name),
            "rows_holdout": holdout.get(name) if name in train else None,
            "rows_synthetic": made.get(name),
            "entity": source.train[name].person
            if name in source.train
            else (draft[name].person if name in draft else None),
        }
        for name in names
    ]


def relations(draft: Dataset) -> list[dict[str, str]]:
    return [
        {"parent": r.parent, "parent_key": r.parent_key, "child": r.child, "child_key": r.child_key}
        for r in draft.relations
    ]


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested parameters as dotted names and short text."""
    found: list[tuple[str, str]] = []
    for name, value in sorted(values.items(), key=lambda item: str(item[0])):
        if name in _OWN_LINE:
            continue
        path = prefix if name in ("parameters", "tables") else f"{prefix}{name}."
        if isinstance(value, Mapping):
            found += _flat(value, path)
        else:
            found.append((f"{prefix}{name}", _spell(plain(value))))
    return found


def _spell(value: Any) -> str:
    text = ", ".join(str(part) for part in value) if isinstance(value, list) else _WORDS.get(str(value), str(value))
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}\u2026"
