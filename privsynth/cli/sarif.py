"""What `scan` found as SARIF 2.1.0, which code hosts show beside the files: a rule for each kind, each hit's place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote

from privsynth.cli.findings import ScanHit

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SEVERITY = {"high": "error", "medium": "warning", "low": "note"}


def sarif(hits: Sequence[ScanHit], version: str) -> dict[str, object]:
    """One run of the scanner."""
    names = sorted({hit.entity for hit in hits})
    rules = [
        {"id": name, "name": name, "shortDescription": {"text": f"Personal data: {name.replace('_', ' ').lower()}"}}
        for name in names
    ]
    driver = {"name": "privsynth scan", "version": version, "rules": rules}
    results = [_result(hit, names.index(hit.entity)) for hit in hits]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _result(hit: ScanHit, rule: int) -> dict[str, object]:
    where = f"column {hit.column}" if hit.column is not None else f"{hit.lines} line{'' if hit.lines == 1 else 's'}"
    text = f"{hit.entity} in {where}: {hit.values:,} value{'' if hit.values == 1 else 's'}, {hit.level}"
    return {
        "ruleId": hit.entity,
        "ruleIndex": rule,
        "level": SEVERITY[hit.level],
        "message": {"text": text},
        "locations": [_place(hit)],
    }


def _place(hit: ScanHit) -> dict[str, object]:
    uri = quote(PurePath("stdin" if hit.file == "-" else hit.file).as_posix())
    place: dict[str, object] = {
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": hit.line or 1}}
    }
    if hit.column is not None:
        place["logicalLocations"] = [
            {"name": hit.column, "fullyQualifiedName": f"{hit.table}.{hit.column}", "kind": "member"}
        ]
    return place
