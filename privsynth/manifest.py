"""The record of one run: what was asked, what ran, what was measured, and the digests of all that is written."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import PurePath
from typing import Any

from privsynth.dataset import Dataset, Source, Table
from privsynth.policy import Policy, profile_digest
from privsynth.verdict import Finding, Status, Verdict

SCHEMA = "privsynth/manifest/1"


@cache
def _versions() -> dict[str, str]:
    """The installed version of each package that we depend on; those of extras are said by the engine that used them."""
    found = {"python": ".".join(str(part) for part in sys.version_info[:3])}
    try:
        found["privsynth"] = metadata.version("privsynth")
        needed = [line for line in metadata.requires("privsynth") or [] if "extra ==" not in line]
    except metadata.PackageNotFoundError:
        return found
    for name in (_bare(line) for line in needed):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return dict(sorted(found.items()))


def versions() -> dict[str, str]:
    return dict(_versions())


def _bare(requirement: str) -> str:
    """The name at the head of a requirement line."""
    length = next((i for i, c in enumerate(requirement) if not (c.isalnum() or c in "-_.")), len(requirement))
    return requirement[:length].lower()


@dataclass(frozen=True)
class Facts:
    """What only the run itself knows. Times, seconds and the run's id go to the manifest and nowhere else."""

    run_id: str
    started: datetime
    finished: datetime
    recipe: Mapping[str, object] = field(default_factory=dict)  # what the backend says it did; never a value
    notes: tuple[str, ...] = ()
    seed: int | None = None  # None when a key took part: a seed beside a key would weaken it
    seconds: Mapping[str, float] = field(default_factory=dict)  # by stage
    coverage: tuple[Mapping[str, object], ...] = ()  # what the scanner claims to find: entity, how, limits
    versions: Mapping[str, str] = field(default_factory=versions)


@dataclass(frozen=True, eq=False)
class Manifest:
    """The content of manifest.json."""

    content: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        return canonical(self.content)


def manifest_of(
    made: Dataset, files: Mapping[str, bytes], verdicts: Sequence[Verdict], source: Source, policy: Policy, facts: Facts, reports: Mapping[str, bytes]
) -> Manifest:
    """The record. For a refusal it holds no digest of the rows: a digest would let a guess at them be confirmed."""
    released = all(verdict.status is Status.PASSED for verdict in verdicts)
    asked = policy_record(policy)
    return Manifest(
        {
            "schema": SCHEMA,
            "synthetic": True,
            "generation": 1,
            "outcome": "released" if released else "refused",
            "run_id": facts.run_id,
            "started": _utc(facts.started),
            "finished": _utc(facts.finished),
            "seconds": {stage: round(seconds, 3) for stage, seconds in facts.seconds.items()},
            "seed": facts.seed,
            "profile": {"name": policy.profile, "sha256": profile_digest(policy.profile)},
            "policy": asked,
            "policy_sha256": sha256(canonical(asked)).hexdigest(),
            "backend": dict(facts.recipe),
            "tables": [_table_record(table) for table in made],
            "split": {"train": sizes(source.train), "holdout": sizes(source.holdout)},
            "verdicts": [verdict_record(verdict) for verdict in verdicts],
            "minimum_detectable_leak": detectable_leak(verdicts),
            "data": file_records(files) if released else [],
            "data_sha256": _judged(verdicts) if released else None,
            "reports": file_records(reports),
            "signature": None,
            "versions": dict(facts.versions),
            "notes": list(facts.notes),
        }
    )


def policy_record(policy: Policy) -> dict[str, Any]:
    """The policy as it ran. Where a key or a rulebook lies on somebody's disk is nobody else's business."""
    record: dict[str, Any] = policy.model_dump(mode="json")
    options = record["backend"]
    if "key_file" in options:
        options["key_file"] = "given" if options["key_file"] else None
    if options.get("rulebook"):
        options["rulebook"] = PurePath(options["rulebook"]).name
    return record


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """One gate's decision. The time it took is not part of it, so that equal runs give equal bytes."""
    return {
        "gate": verdict.gate,
        "status": verdict.status.value,
        "error": verdict.error,
        "findings": [finding_record(finding) for finding in verdict.findings],
    }


def finding_record(finding: Finding) -> dict[str, Any]:
    return {
        "what": finding.what,
        "where": list(finding.where),
        "measured": finite(finding.measured),
        "interval": [finite(end) for end in finding.interval] if finding.interval else None,
        "baseline": finite(finding.baseline),
        "limit": finite(finding.limit),
        "good": finding.good,
        "n": finding.n,
        "passed": finding.passed,
        "note": finding.note,
        "remedy": finding.remedy,
    }


def detectable_leak(verdicts: Sequence[Verdict]) -> float | None:
    """The smallest share of copied rows that the hold-out of this run could have shown, if a gate computed it."""
    found = (finding for verdict in verdicts for finding in verdict.findings if "detectable" in finding.what.lower())
    return next((finite(finding.measured) for finding in found), None)


def file_records(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [{"name": name, "sha256": sha256(content).hexdigest(), "bytes": len(content)} for name, content in sorted(files.items())]


def sizes(data: Dataset) -> dict[str, int]:
    return {table.name: len(table) for table in data}


def finite(value: float | None) -> float | None:
    """A number that JSON can hold; what could not be computed is null."""
    return None if value is None or not math.isfinite(value) else float(value)


def canonical(content: Mapping[str, Any]) -> bytes:
    """Sorted keys, ASCII escapes, no NaN, one trailing newline: equal content, equal bytes."""
    return (json.dumps(plain(content), sort_keys=True, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode("ascii")


def plain(value: Any) -> Any:
    """What JSON knows, out of mappings, sequences, numbers and text; anything else is named by its class, never shown."""
    match value:
        case None | bool() | str():
            return str(value) if isinstance(value, str) else value
        case int():
            return int(value)
        case float():
            return finite(value)
        case Mapping():
            return {str(key): plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case set() | frozenset():
            return sorted((plain(inner) for inner in value), key=str)
        case PurePath():
            return value.name
        case _ if hasattr(value, "item"):
            return plain(value.item())
        case _:
            return type(value).__name__


def _table_record(table: Table) -> dict[str, Any]:
    columns = [
        {"name": c.name, "kind": c.kind.value, "role": c.role.value, "entity": c.entity, "declared": c.declared, "fabricated": c.fabricated}
        for c in table.columns
    ]
    return {"name": table.name, "rows": len(table), "entity": table.entity, "columns": columns}


def _judged(verdicts: Sequence[Verdict]) -> str | None:
    """The digest of the data that the gates judged, if they agree on it."""
    subjects = {verdict.subject for verdict in verdicts}
    return subjects.pop() if len(subjects) == 1 else None


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time in the manifest must know its zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
