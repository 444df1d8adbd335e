"""How a run ended: lines for people, one object for machines, and the exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privsynth.cli.advice import SHOWN, command
from privsynth.cli.screen import Screen, fidelity_of, finding_line, number, result, write_json
from privsynth.content import Stored, content_digest

if TYPE_CHECKING:
    from privsynth.release import Outcome, Refusal, Release
    from privsynth.verdict import Verdict
    from privsynth.way_out import Advice


def end(verb: str, screen: Screen, outcome: Outcome, written: Sequence[Path], *, out: Path | None) -> int:
    """Say where it went (`out` is None for rows on stdout), or why nothing went out."""
    from privsynth.release import Refusal, Release

    _tell_path(screen, outcome)
    if isinstance(outcome, Release):
        _tell_release(screen, outcome, written, out)
    elif isinstance(outcome, Refusal):
        _tell_refusal(screen, outcome, written, out)
    if screen.json:
        write_json(_object(verb, outcome, written))
    return int(outcome.exit_code)


def _tell_path(screen: Screen, outcome: Outcome) -> None:
    """The runs that led here: what was changed in each, and what was measured then."""
    for run in json.loads(outcome.reports.files["manifest.json"])["path"]:
        screen.line("run", str(run["run"]), f"{' '.join(run['changed']) or 'as asked'}: {run['outcome']}")
        for missed in run["missed"]:
            measured = "" if missed["measured"] is None else f" {number(missed['measured'])},"
            screen.line("", "", f"{missed['gate']}: {missed['what']}:{measured} limit {number(missed['limit'])}")


def _tell_release(screen: Screen, release: Release, written: Sequence[Path], out: Path | None) -> None:
    if out is None:
        screen.line("wrote", "", f"the masked rows to stdout{_reports_in(written)}")
        return
    screen.line("wrote", "", f"{out}/  {'  '.join(path.name for path in written)}")
    if release.waivers:
        screen.line("status", "", f"RELEASED-WITH-WAIVER: {', '.join(waiver.gate for waiver in release.waivers)}")
    screen.line("next", "", f"open {out / 'compliance.html'}")


def _tell_refusal(screen: Screen, outcome: Refusal, written: Sequence[Path], out: Path | None) -> None:
    """What was measured beyond its limit, and what can be done."""
    tell_failures(screen, outcome.verdicts)
    tell_ways(screen, outcome.advice)
    if out is None:
        screen.line("blocked", "", f"no row was written{_reports_in(written)}")
        return
    where = f"the reason is in {written[0].parent}/" if written else "not even the report could be shown"
    screen.line("blocked", "", f"nothing was published; {where}")


def tell_failures(screen: Screen, verdicts: Sequence[Verdict]) -> None:
    """What was measured beyond its limit."""
    for verdict in verdicts:
        for finding in verdict.failures:
            screen.line("failed", verdict.gate, finding_line(finding, verdict.figures))
            if verdict.gate == "artefacts" and finding.note:
                screen.line("found", "", finding.note)


def tell_ways(screen: Screen, advice: Advice) -> None:
    """What to type instead, why, and what it costs. Where nothing of this backend is left, that is said once."""
    for sentence in advice.by_hand:
        screen.line("do", "", sentence)
    if advice.nothing_left:
        screen.line("no way", "", advice.nothing_left)
    for way in (advice.to_follow or advice.ways)[:SHOWN]:
        screen.line("try", "", command(sys.argv[1:], way))
        screen.line("", "", f"because {way.why}")
        screen.line("", "", f"at the cost: {way.costs}")


def _reports_in(written: Sequence[Path]) -> str:
    return f"; the reports are in {written[0].parent}/" if written else "; --report-dir DIR keeps the reports"


def outputs(written: Sequence[Path], rows: dict[str, int] | None = None) -> list[dict[str, object]]:
    """Each file with its digest, and with its rows if it holds any."""
    rows = rows or {}
    return [
        {"path": str(path), "sha256": content_digest(Stored(path)), "rows": rows.get(path.name)} for path in written
    ]


def _object(verb: str, outcome: Outcome, written: Sequence[Path]) -> dict[str, object]:
    manifest, verdicts = _record(outcome), list(outcome.verdicts)
    return result(
        verb,
        outcome.exit_code,
        outcome=outcome.status,
        run_id=manifest.get("run_id"),
        outputs=outputs(written, _rows(outcome)),
        verdicts=verdicts,
        fidelity=fidelity_of(verdicts) if manifest.get("figures") == "exact" else None,
        warnings=manifest.get("notes", ()),
        timings=manifest.get("seconds"),
        versions=manifest.get("versions"),
        path=manifest.get("path", []),
        **_advice(outcome),
    )


def _record(outcome: Outcome) -> dict[str, Any]:
    """The manifest; nothing of it where the reports may not be shown."""
    from privsynth.release import Release

    reports = outcome.reports if isinstance(outcome, Release) else outcome.shown
    content = None if reports is None else reports.files.get("manifest.json")
    return {} if content is None else dict(json.loads(content))


def _advice(outcome: Outcome) -> dict[str, object]:
    """What can be done about a refusal, each as a command to paste."""
    from privsynth.release import Refusal

    return advice_record(outcome.advice) if isinstance(outcome, Refusal) else {}


def advice_record(advice: Advice) -> dict[str, object]:
    """The same for machines."""
    from privsynth.report.decision import way_record

    ways = [{**way_record(way), "command": command(sys.argv[1:], way)} for way in advice.ways]
    return {"ways": ways, "nothing_left": advice.nothing_left, "by_hand": list(advice.by_hand)}


def _rows(outcome: Outcome) -> dict[str, int]:
    """The rows of each file of a release, by the name under which it went out."""
    from privsynth.release import Release

    if not isinstance(outcome, Release):
        return {}
    names = dict(zip(outcome.files, outcome.published, strict=True))
    return {names[file]: len(table) for table in outcome.dataset for file in table.form.files(table.name)}
