"""What is wrong in files, as SARIF 2.1.0, which code hosts show beside the files: a rule for each kind, each place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal
from urllib.parse import quote

from privsynth.cli.findings import ScanHit
from privsynth.errors import PolicyError

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SEVERITY: Mapping[str, Literal["error", "warning", "note"]] = {"high": "error", "medium": "warning", "low": "note"}


@dataclass(frozen=True, kw_only=True)
class SarifResult:
    """One thing that is wrong: against which rule, in words, and in which lines of a file."""

    rule: str
    level: Literal["error", "warning", "note"]
    text: str
    file: str  # as named on the command line
    lines: tuple[int, ...] = (1,)
    column: str | None = None  # of a table
    table: str | None = None
    said: tuple[str, int] | None = None  # the file and the line where it is demanded


def write_sarif(target: Path, tool: str, rules: Mapping[str, str], results: Sequence[SarifResult]) -> None:
    """One run of a tool; `rules` says of each kind of thing what it is."""
    from privsynth import __version__

    try:
        content = _log(tool, rules, results, __version__)
        target.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise PolicyError(
            f"cannot write {target.name}: {error.strerror}.", hint="name another file after --sarif"
        ) from None


def _log(tool: str, rules: Mapping[str, str], results: Sequence[SarifResult], version: str) -> dict[str, object]:
    names = sorted({result.rule for result in results})
    known = [{"id": name, "name": name, "shortDescription": {"text": rules[name]}} for name in names]
    driver = {"name": f"privsynth {tool}", "version": version, "rules": known}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(result, names.index(result.rule)) for result in results],
            }
        ],
    }


def _result(result: SarifResult, rule: int) -> dict[str, object]:
    return {
        "ruleId": result.rule,
        "ruleIndex": rule,
        "level": result.level,
        "message": {"text": result.text},
        "locations": list(_places(result)),
        **({} if result.said is None else {"relatedLocations": [_place(*result.said)]}),
    }


def _places(result: SarifResult) -> Iterator[dict[str, object]]:
    for line in result.lines:
        place = _place(result.file, line)
        if result.column is not None:
            whole = f"{result.table}.{result.column}"
            place["logicalLocations"] = [{"name": result.column, "fullyQualifiedName": whole, "kind": "member"}]
        yield place


def _place(file: str, line: int) -> dict[str, object]:
    uri = quote(PurePath("stdin" if file == "-" else file).as_posix())
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}


def hits_as_results(hits: Sequence[ScanHit]) -> tuple[dict[str, str], list[SarifResult]]:
    """What `scan` found: its kinds, and each hit."""
    kinds = {hit.entity: f"Personal data: {hit.entity.replace('_', ' ').lower()}" for hit in hits}
    return kinds, [_hit(hit) for hit in hits]


def _hit(hit: ScanHit) -> SarifResult:
    where = f"column {hit.column}" if hit.column is not None else f"{hit.lines} line{'' if hit.lines == 1 else 's'}"
    return SarifResult(
        rule=hit.entity,
        level=SEVERITY[hit.level],
        text=f"{hit.entity} in {where}: {hit.values:,} value{'' if hit.values == 1 else 's'}, {hit.level}",
        file=hit.file,
        lines=(hit.line or 1,),
        column=hit.column,
        table=hit.table,
    )
