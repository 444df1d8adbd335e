"""What `privsynth run --dry-run` shows: everything that is known before anything is made. Nothing is learnt, drawn or written."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

from privsynth.cli.screen import result, visible, write_json
from privsynth.dataset import Dataset
from privsynth.options import MaskOptions, ModelOptions, RulesOptions
from privsynth.policy import Policy
from privsynth.stages import Stages, size, span
from privsynth.verdict import GATES


def show(dataset: Dataset, policy: Policy, stages: Stages, *, as_json: bool) -> int:
    """Describe and split the source as a run would, and say what would follow. What would be refused is refused here."""
    plan = planned(dataset, policy, stages)
    if as_json:
        write_json(result("run", 0, outcome="planned", plan=plan, warnings=list(dataset.notes)))
        return 0
    for what, text in _lines(plan):
        sys.stdout.write(f"{what:<10}{visible(text)}\n")
    return 0


def planned(dataset: Dataset, policy: Policy, stages: Stages) -> dict[str, Any]:
    """Tables, rows, what makes them, the estimate, the gates and the limits, as plain values."""
    from privsynth.pipeline import backend_for, foreseen, prepare, rows_asked

    prepared = prepare(dataset, policy, stages)
    policy, train = prepared.policy, prepared.source.train
    estimate = foreseen(backend_for(policy), train)
    return {
        "tables": [
            {
                "table": table.name,
                "rows": len(table),
                "rows_train": len(train[table.name]),
                "columns": len(table.columns),
                "roles": dict(Counter(column.role.value for column in table.columns)),
            }
            for table in prepared.data
        ],
        "rows": rows_asked(policy, prepared.data),
        "backend": policy.backend.kind,
        "options": _options(policy),
        "seconds": None if estimate is None else round(estimate.seconds, 1),
        "bytes": None if estimate is None else estimate.bytes,
        "gates": list(GATES),
        "profile": policy.profile,
        "limits": policy.limits.model_dump(),
    }


def _options(policy: Policy) -> dict[str, Any]:
    """What differs from the defaults, and the engine in any case."""
    engine = {"engine": policy.backend.engine} if isinstance(policy.backend, ModelOptions) else {}
    return engine | policy.backend.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)


def _lines(plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    tables = [("table", _table(table)) for table in plan["tables"]] or [("table", "none: no real data is read")]
    options = ", ".join(f"{name} {value}" for name, value in plan["options"].items())
    return [
        *tables,
        ("rows", _rows(plan)),
        ("backend", plan["backend"] + (f": {options}" if options else "")),
        ("estimate", "none for this backend" if plan["seconds"] is None else _estimate(plan)),
        ("gates", ", ".join(plan["gates"])),
        (
            "limits",
            f"profile {plan['profile']}: "
            + ", ".join(f"{name} {value}" for name, value in plan["limits"].items() if value is not None),
        ),
        ("dry run", "nothing was learnt, made or written"),
    ]


def _table(table: Mapping[str, Any]) -> str:
    roles = ", ".join(f"{count} {role.replace('_', ' ')}" for role, count in table["roles"].items())
    held = table["rows"] - table["rows_train"]
    return f"{table['table']}, {table['rows']:,} rows x {table['columns']} columns ({roles}); {held:,} rows held out for the gates"


def _rows(plan: Mapping[str, Any]) -> str:
    if plan["rows"] is not None:
        return f"{plan['rows']:,} to make in the first table"
    return {MaskOptions().kind: "as many as there are", RulesOptions().kind: "as many as the rulebook says"}.get(
        plan["backend"], "as many as there are"
    )


def _estimate(plan: Mapping[str, Any]) -> str:
    return f"about {span(plan['seconds'])} and {size(plan['bytes'])} to learn and draw; the gates come on top"
