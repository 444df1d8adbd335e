"""What `privsynth run --dry-run` shows: all that is known before anything is learnt, drawn or written."""

from __future__ import annotations

import sys
from collections import Counter

from privsynth.cli.outcome import advice_record, tell_failures, tell_ways
from privsynth.cli.screen import Screen, result, write_json
from privsynth.dataset import Table
from privsynth.errors import ExitCode, visible
from privsynth.options import BackendOptions, ModelOptions, RulesOptions
from privsynth.pipeline.whole import DryRun
from privsynth.stages import Estimate, size, span
from privsynth.verdict import GATES


def show(dry: DryRun, screen: Screen) -> int:
    """Tables, rows, what makes them, the estimate, the gates and the limits; and a refusal that is certain."""
    code = ExitCode.BLOCKED if dry.certain else 0
    if screen.json:
        write_json(_object(dry, code))
        return code
    for name, text in _lines(dry):
        sys.stdout.write(f"{name:<10}{visible(text)}\n")
    sys.stdout.flush()
    tell_failures(screen, dry.certain)
    tell_ways(screen, dry.advice)
    return code


def _object(dry: DryRun, code: int) -> dict[str, object]:
    if not dry.certain:
        return result("run", code, outcome="planned", plan=_plan(dry), warnings=list(dry.notes))
    warnings = [*dry.notes, *_blocked(dry)]
    told = {"verdicts": list(dry.certain), **advice_record(dry.advice)}
    return result("run", code, outcome="refused", plan=_plan(dry), warnings=warnings, **told)


def _blocked(dry: DryRun) -> list[str]:
    return [finding.note for verdict in dry.certain for finding in verdict.failures]


def _plan(dry: DryRun) -> dict[str, object]:
    policy, estimate = dry.prepared.policy, dry.estimate
    return {
        "tables": [_table_plan(table, dry.prepared.source.train[table.name]) for table in dry.prepared.data],
        "rows": dry.rows,
        "backend": policy.backend.kind,
        "options": _options(policy.backend),
        "seconds": None if estimate is None else round(estimate.seconds, 1),
        "bytes": None if estimate is None else estimate.bytes,
        "gates": list(GATES),
        "profile": policy.profile,
        "limits": policy.limits.model_dump(),
    }


def _table_plan(table: Table, train: Table) -> dict[str, object]:
    return {
        "table": table.name,
        "rows": len(table),
        "rows_train": len(train),
        "columns": len(table.columns),
        "roles": _roles(table),
    }


def _roles(table: Table) -> dict[str, int]:
    return dict(Counter(column.role.value for column in table.columns))


def _options(options: BackendOptions) -> dict[str, object]:
    """What differs from the defaults, and the engine in any case."""
    engine = {"engine": options.engine} if isinstance(options, ModelOptions) else {}
    return engine | options.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)


def _lines(dry: DryRun) -> list[tuple[str, str]]:
    policy, train = dry.prepared.policy, dry.prepared.source.train
    folds = len(dry.prepared.source.folds)
    tables = [("table", _table(table, train[table.name], folds)) for table in dry.prepared.data]
    options = ", ".join(f"{name} {value}" for name, value in _options(policy.backend).items())
    limits = ", ".join(f"{name} {value}" for name, value in policy.limits if value is not None)
    return [
        *(tables or [("table", "none: this run reads no real data")]),
        ("rows", _rows(dry)),
        ("backend", policy.backend.kind + (f": {options}" if options else "")),
        ("estimate", "none for this backend" if dry.estimate is None else _estimate(dry.estimate)),
        ("gates", ", ".join(GATES)),
        ("limits", f"profile {policy.profile}: {limits}"),
        *(("blocked", note) for note in _blocked(dry)),
        ("dry run", "nothing was learnt, made or written"),
    ]


def _table(table: Table, train: Table, folds: int) -> str:
    roles = ", ".join(f"{count} {role.replace('_', ' ')}" for role, count in _roles(table).items())
    size_ = f"{table.name}, {len(table):,} rows x {len(table.columns)} columns"
    held = f"{len(table) - len(train):,} rows held out" if not folds else f"all rows learnt from, and {folds} folds"
    return f"{size_} ({roles}); {held} for the gates"


def _rows(dry: DryRun) -> str:
    if dry.rows is not None:
        return f"{dry.rows:,} to make in the first table"
    by_rulebook = isinstance(dry.prepared.policy.backend, RulesOptions)
    return "as many as the rulebook says" if by_rulebook else "as many as there are"


def _estimate(estimate: Estimate) -> str:
    return f"about {span(estimate.seconds)}, gates included, and {size(estimate.bytes)}: roughly, half or twice as much"
