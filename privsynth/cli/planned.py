"""What `privsynth run --dry-run` shows: all that is known before anything is learnt, drawn or written."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

from privsynth.cli.screen import result, write_json
from privsynth.dataset import Table
from privsynth.errors import visible
from privsynth.options import BackendOptions, ModelOptions, RulesOptions
from privsynth.pipeline.whole import DryRun
from privsynth.stages import size, span
from privsynth.verdict import GATES


def show(dry: DryRun, *, as_json: bool) -> int:
    """Tables, rows, what makes them, the estimate, the gates and the limits."""
    plan = _plan(dry)
    if as_json:
        write_json(result("run", 0, outcome="planned", plan=plan, warnings=list(dry.notes)))
        return 0
    for name, text in _lines(plan):
        sys.stdout.write(f"{name:<10}{visible(text)}\n")
    return 0


def _plan(dry: DryRun) -> dict[str, Any]:
    policy, train = dry.prepared.policy, dry.prepared.source.train
    return {
        "tables": [_table_plan(table, len(train[table.name])) for table in dry.prepared.data],
        "rows": dry.rows,
        "backend": policy.backend.kind,
        "options": _options(policy.backend),
        "seconds": None if dry.estimate is None else round(dry.estimate.seconds, 1),
        "bytes": None if dry.estimate is None else dry.estimate.bytes,
        "gates": list(GATES),
        "profile": policy.profile,
        "limits": policy.limits.model_dump(),
    }


def _table_plan(table: Table, train_rows: int) -> dict[str, Any]:
    return {
        "table": table.name,
        "rows": len(table),
        "rows_train": train_rows,
        "columns": len(table.columns),
        "roles": dict(Counter(column.role.value for column in table.columns)),
    }


def _options(options: BackendOptions) -> dict[str, Any]:
    """What differs from the defaults, and the engine in any case."""
    engine = {"engine": options.engine} if isinstance(options, ModelOptions) else {}
    return engine | options.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)


def _lines(plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    tables = [("table", _table(table)) for table in plan["tables"]] or [("table", "none: no real data is read")]
    options = ", ".join(f"{name} {value}" for name, value in plan["options"].items())
    limits = ", ".join(f"{name} {value}" for name, value in plan["limits"].items() if value is not None)
    return [
        *tables,
        ("rows", _rows(plan)),
        ("backend", plan["backend"] + (f": {options}" if options else "")),
        ("estimate", "none for this backend" if plan["seconds"] is None else _estimate(plan)),
        ("gates", ", ".join(plan["gates"])),
        ("limits", f"profile {plan['profile']}: {limits}"),
        ("dry run", "nothing was learnt, made or written"),
    ]


def _table(table: Mapping[str, Any]) -> str:
    roles = ", ".join(f"{count} {role.replace('_', ' ')}" for role, count in table["roles"].items())
    held = table["rows"] - table["rows_train"]
    size_ = f"{table['table']}, {table['rows']:,} rows x {table['columns']} columns"
    return f"{size_} ({roles}); {held:,} rows held out for the gates"


def _rows(plan: Mapping[str, Any]) -> str:
    if plan["rows"] is not None:
        return f"{plan['rows']:,} to make in the first table"
    return "as many as the rulebook says" if plan["backend"] == RulesOptions().kind else "as many as there are"


def _estimate(plan: Mapping[str, Any]) -> str:
    return f"about {span(plan['seconds'])} and {size(plan['bytes'])} to learn and draw; the gates come on top"
