"""Findings as SARIF 2.1.0, which code hosts show beside the files: a rule for each kind, a place for each finding, no value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from privsynth.cli.findings import Found

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SEVERITY = {"high": "error", "medium": "warning", "low": "note"}


def sarif(found: Sequence[Found], version: str) -> dict[str, Any]:
    """One run of the scanner."""
    names = sorted({each.entity for each in found})
    rules = [
        {"id": name, "name": name, "shortDescription": {"text": f"Personal data: {name.replace('_', ' ').lower()}"}}
        for name in names
    ]
    driver = {"name": "privsynth scan", "version": version, "rules": rules}
    results = [_result(each, names.index(each.entity)) for each in found]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _result(each: Found, rule: int) -> dict[str, Any]:
    where = f"column {each.column}" if each.column is not None else f"{each.lines} line{'' if each.lines == 1 else 's'}"
    text = f"{each.entity} in {where}: {each.values:,} value{'' if each.values == 1 else 's'}, {each.level}"
    return {
        "ruleId": each.entity,
        "ruleIndex": rule,
        "level": SEVERITY[each.level],
        "message": {"text": text},
        "locations": [_place(each)],
    }


def _place(each: Found) -> dict[str, Any]:
    uri = quote(PurePath("stdin" if each.file == "-" else each.file).as_posix())
    place: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": each.line or 1}}
    }
    if each.column is not None:
        place["logicalLocations"] = [
            {"name": each.column, "fullyQualifiedName": f"{each.table}.{each.column}", "kind": "member"}
        ]
    return place
