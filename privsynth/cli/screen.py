"""What a person or a machine sees: plain lines on stderr, one JSON object on stdout, progress only on a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from privsynth.cli.interrupt import heeded, held
from privsynth.errors import ExitCode, visible
from privsynth.options import FigureStyle
from privsynth.stages import Estimate, Stage, Stages
from privsynth.verdict import Finding, Status, StatusWord, Verdict

if TYPE_CHECKING:
    from privsynth.cli.live import Live

MARKS = {
    StatusWord.PASSED: "PASS",
    StatusWord.FAILED: "FAIL",
    StatusWord.NOT_JUDGED: "ERROR",
    StatusWord.REPORTED: "-",
    StatusWord.NOTHING: "-",
}


@dataclass
class Screen(Stages):
    """One line for each finished stage; on a terminal one that moves while it runs."""

    json: bool = False
    quiet: bool = False
    live: Live | None = field(default=None, init=False, repr=False)

    def begin(self, stage: Stage) -> None:
        heeded()
        if self.quiet or self.json or not _is_live():
            return
        from privsynth.cli.live import Live

        self.live = Live(stage.name)

    def expect(self, estimate: Estimate) -> None:
        if estimate.is_long:
            self.line("estimate", "", f"{estimate}; Ctrl-C stops it and writes nothing")

    def progress(self, done: int, total: int) -> None:
        heeded()
        if self.live is not None:
            self.live.progress(done, total)

    def end(self, stage: Stage) -> None:
        self.stop()
        text = headline(stage.verdict) if stage.verdict else stage.detail
        mark = _mark(stage.verdict) if stage.verdict else ""
        verb, _, name = stage.name.partition(" ")
        self.line(verb, name, text, f"{stage.seconds:.1f} s", mark=mark)

    def broken(self, stage: Stage) -> None:  # noqa: ARG002  whichever it was
        self.stop()

    def stop(self) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None

    def line(self, verb: str, name: str = "", text: str = "", end: str = "", *, mark: str = "") -> None:
        """One line of the story, in columns."""
        if not self.quiet and not self.json:
            start = f"{verb:<9} {name:<12}" if name else f"{verb:<9}"
            sys.stderr.write(f"  {start} {mark}{visible(text)}{'   ' + end if end else ''}\n")

    def notes(self, notes: Sequence[str]) -> None:
        """What a person should know, each thing once."""
        for note in dict.fromkeys(notes):
            self.line("note", "", note)

    def warnings(self, warnings: Sequence[str]) -> None:
        """What a person should look at before the rows are used."""
        for warning in warnings:
            self.line("warning", "", warning)

    def unbroken(self) -> AbstractContextManager[None]:
        return held()

    def error(
        self,
        verb: str,
        code: ExitCode,
        message: str,
        hint: str = "",
        *,
        column: str | None = None,
        row: int | None = None,
    ) -> int:
        """Say what went wrong and what to do; if JSON was asked, as the one object on stdout too."""
        self.stop()
        error = {"code": int(code), "message": message, "hint": hint, "column": column, "row": row}
        self.tell_error(error)
        if self.json:
            fields = {name: value for name, value in error.items() if value is not None}
            write_json(result(verb, code, outcome="error", error=fields))
        return int(code)

    def tell_error(self, error: Mapping[str, object]) -> None:
        lines = [f"privsynth: {error['message']}", *(f"  {line}" for line in str(error["hint"]).splitlines())]
        sys.stderr.write("".join(f"{visible(line, keep=chr(10))}\n" for line in lines))


def result(verb: str, code: int, **more: Any) -> dict[str, object]:
    """The object that `--json` prints; `privsynth schema result` is its JSON Schema."""
    from privsynth.report import result_object

    return result_object(verb=verb, exit_code=int(code), **more)


def write_json(content: Mapping[str, object]) -> None:
    """Exactly one object on stdout: UTF-8, sorted keys, no NaN."""
    sys.stdout.write(json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def headline(verdict: Verdict) -> str:
    """What decided: the first finding that failed, else the one that came closest to its limit."""
    if verdict.failures and not verdict.error:
        line = finding_line(verdict.failures[0], verdict.figures)
        return (
            line if verdict.status is Status.ERRORED or verdict.word is StatusWord.FAILED else f"{verdict.word}: {line}"
        )
    if verdict.word is not StatusWord.PASSED:
        return f"{verdict.word}: {_why_not(verdict)}"
    limited = [finding for finding in verdict.findings if finding.judges]
    closest = max(limited, key=_closeness, default=None)
    if closest is not None and _closeness(closest):
        return finding_line(closest, verdict.figures)
    checks = "1 check" if len(limited) == 1 else f"{len(limited)} checks"
    return f"{checks}, none beyond its limit"


def _why_not(verdict: Verdict) -> str:
    """What stands beside a gate that did not decide: its error, what it found, or why there was nothing to find."""
    if verdict.word is StatusWord.NOT_JUDGED:
        return verdict.error or "nothing was measured"
    if verdict.word is StatusWord.REPORTED:
        first = next(finding for finding in verdict.findings if not finding.empty)
        return finding_line(first, verdict.figures)
    first = next((finding for finding in verdict.findings if finding.empty), verdict.findings[0])
    return first.note if verdict.figures == "exact" else first.what


def _closeness(finding: Finding) -> float:
    """The measurement as a share of its limit; for limits from below the other way round."""
    above, below = (finding.measured, finding.limit) if finding.good == "low" else (finding.limit, finding.measured)
    return float(above) / float(below) if above and below else 0.0


def finding_line(finding: Finding, figures: FigureStyle = "exact") -> str:
    """`what  figure held (hold-out baseline), limit`, and its columns; where figures may not be told, the band."""
    exact = figures == "exact" or not finding.is_measured
    parts = [f"{finding.what}: {number(finding.measured) if exact else finding.band or 'not shown'}"]
    if finding.as_measured is not None and exact:
        parts.append(f"as chance allows, {number(finding.as_measured)} measured")
    if finding.baseline is not None and exact:
        parts.append(f"(hold-out {number(finding.baseline)})")
    if finding.limit is not None:
        parts.append(f"limit {'at most' if finding.good == 'low' else 'at least'} {number(finding.limit)}")
    if finding.where:
        parts.append(f"in {first_names(finding.where)}")
    return "  ".join(parts)


def first_names(names: Sequence[str]) -> str:
    return f"{', '.join(names[:5])}{' ...' if len(names) > 5 else ''}"


def number(value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.3g}"


def table(rows: Iterable[Sequence[str]], header: Sequence[str]) -> str:
    """Columns wide enough for their content, as plain text."""
    lines = [tuple(header), *(tuple(visible(cell) for cell in row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return (
        "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        )
        + "\n"
    )


def _mark(verdict: Verdict) -> str:
    """Evidence that is missing is no error of the gate: it stands in the way like what failed."""
    word = StatusWord.FAILED if verdict.status is Status.FAILED else verdict.word
    mark = f"{MARKS[word]:<6}"
    if not _is_live() or "NO_COLOR" in os.environ or MARKS[word] == "-":
        return mark
    return f"\x1b[{32 if word is StatusWord.PASSED else 31}m{mark}\x1b[0m"


def _is_live() -> bool:
    return sys.stderr.isatty() and "CI" not in os.environ


def fidelity_of(verdicts: Sequence[Verdict]) -> dict[str, dict[str, Any]] | None:
    """The measured fidelity of each table, as `--json` gives it: the score, a fresh real sample's, their ratio;
    and where the most is lost."""
    findings = [finding for verdict in verdicts if verdict.gate == "fidelity" for finding in verdict.findings]
    places = _worst_places(verdicts)
    return {
        score.table: {
            "score": score.measured,
            "fresh_sample": score.baseline,
            "share": score.measured / score.baseline,
            "worst": places.get(score.table, []),
        }
        for score in findings
        if score.key == "score" and score.measured is not None and score.baseline
    } or None


def _worst_places(verdicts: Sequence[Verdict]) -> dict[str, list[dict[str, Any]]]:
    from privsynth.manifest import place_record
    from privsynth.report.losses import worst_places

    found: dict[str, list[dict[str, Any]]] = {}
    for finding, place in worst_places(verdicts):
        found.setdefault(finding.table, []).append({"what": finding.key, **place_record(place)})
    return found
