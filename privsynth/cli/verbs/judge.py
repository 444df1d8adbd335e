"""`privsynth fidelity` and `privsynth risk`: judge the table of any tool with the gates of a release."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from privsynth.cli import flags
from privsynth.cli.changes import assignments, only_set
from privsynth.cli.screen import Screen, fidelity_of, finding_line, first_names, result, write_json
from privsynth.errors import ExitCode, visible
from privsynth.policy import Policy, load_policy
from privsynth.verdict import GATES, Finding, Status, Verdict

SHOWN = 10  # places where the most is lost
ABOUT_PEOPLE = tuple(name for name in GATES if name not in ("schema", "claim", "budget", "fidelity", "artefacts"))


def fidelity(
    real: flags.Real,
    synthetic: flags.Synthetic,
    *,
    holdout: flags.Holdout = None,
    config: flags.Config = None,
    settings: flags.Set = None,
    encoding: flags.Encoding = None,
    as_json: flags.Json = False,
    quiet: flags.Quiet = False,
) -> int:
    """How like the real table the synthetic one is, beside what a fresh real sample would reach.
    Ends with 4 below the floor.
    """
    policy = load_policy(config, only_set({"read.encoding": encoding}) | assignments(settings or []))
    verdicts = _judge(("fidelity",), real, synthetic, holdout, policy=policy, screen=Screen(json=as_json, quiet=quiet))
    return _end("fidelity", verdicts, ExitCode.UNFAITHFUL, as_json=as_json)


def risk(
    real: flags.Real,
    synthetic: flags.Synthetic,
    *,
    holdout: flags.Holdout = None,
    against: flags.Against = None,
    config: flags.Config = None,
    settings: flags.Set = None,
    encoding: flags.Encoding = None,
    as_json: flags.Json = False,
    quiet: flags.Quiet = False,
) -> int:
    """What the synthetic table tells about the people of the real one. Ends with 3 if a gate would block it."""
    policy = load_policy(
        config, only_set({"read.encoding": encoding, "against": against}) | assignments(settings or [])
    )
    verdicts = _judge(ABOUT_PEOPLE, real, synthetic, holdout, policy=policy, screen=Screen(json=as_json, quiet=quiet))
    return _end("risk", verdicts, ExitCode.BLOCKED, as_json=as_json)


def _judge(
    gates: Sequence[str], real: str, synthetic: str, holdout: str | None, *, policy: Policy, screen: Screen
) -> list[Verdict]:
    from privsynth.api import evaluate

    return list(evaluate(real, synthetic, holdout, policy, gates=gates, stages=screen).values())


def _end(verb: str, verdicts: Sequence[Verdict], bad: ExitCode, *, as_json: bool) -> int:
    """Print every finding; the code is `bad` unless all passed. A gate that could not judge blocks."""
    states = {verdict.status for verdict in verdicts}
    code = ExitCode.RELEASED if states == {Status.PASSED} else ExitCode.BLOCKED if Status.ERRORED in states else bad
    if as_json:
        outcome = "passed" if code is ExitCode.RELEASED else "failed"
        write_json(result(verb, code, outcome=outcome, verdicts=verdicts, fidelity=fidelity_of(verdicts)))
        return int(code)
    sys.stdout.write(_worst(verdicts) + _chance(verdicts))
    for verdict in verdicts:
        error = f" ({verdict.error})" if verdict.error else ""
        sys.stdout.write(f"{verdict.gate}: {verdict.word}{error}\n")
        for finding in verdict.findings:
            sys.stdout.write(_lines(finding))
    return int(code)


def _worst(verdicts: Sequence[Verdict]) -> str:
    """Where the most is lost, one line each: how much is kept, and what fresh real rows keep."""
    from privsynth.report.losses import worst_places

    return "".join(
        f"worst    {visible(first_names(place.where) or 'whole rows')}: {finding.key.replace('_', ' ')} "
        f"{_part(place.kept)}, fresh real rows {_part(place.fresh)}: {visible(place.words)}\n"
        for finding, place in worst_places(verdicts)[:SHOWN]
    )


def _chance(verdicts: Sequence[Verdict]) -> str:
    """How much so few rows leave open."""
    from privsynth.report.losses import left_open

    return "".join(f"chance   {visible(line)}\n" for line in left_open(verdicts))


def _part(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


def _lines(finding: Finding) -> str:
    """What was measured, and what can be done where it failed."""
    mark = "      " if finding.limit is None else "ok    " if finding.passed else "FAILED"
    remedy = f"         {visible(finding.remedy)}\n" if finding.remedy and not finding.passed else ""
    return f"  {mark} {visible(finding_line(finding))}\n{remedy}"
