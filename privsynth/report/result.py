"""The one object that `--json` prints, and the JSON Schemas of what we write for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from privsynth.manifest import plain, verdict_record
from privsynth.manifest import versions as installed
from privsynth.verdict import Verdict

SCHEMA = "privsynth/result/1"


def result_object(
    *,
    verb: str,
    exit_code: int,
    outcome: str,
    run_id: str | None = None,
    outputs: Sequence[Mapping[str, Any]] = (),
    verdicts: Sequence[Verdict] = (),
    fidelity: Mapping[str, Any] | float | None = None,
    warnings: Sequence[str] = (),
    error: Mapping[str, Any] | None = None,
    timings: Mapping[str, float] | None = None,
    versions: Mapping[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """What a verb came to. `more` holds what one verb alone has to say, under names of its own."""
    return dict(
        plain(
            {
                **more,
                "schema": SCHEMA,
                "verb": verb,
                "ok": exit_code == 0,
                "exit_code": exit_code,
                "outcome": outcome,
                "run_id": run_id,
                "outputs": list(outputs),
                "verdicts": [verdict_record(verdict) for verdict in verdicts],
                "fidelity": fidelity,
                "warnings": list(warnings),
                "error": error,
                "timings": timings or {},
                "versions": installed() if versions is None else versions,
            }
        )
    )


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema (2020-12) of report.json, of manifest.json, and of what `--json` prints."""
    folder = files("privsynth.report") / "schema"
    return {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("manifest", "report", "result")
    }
