"""`privsynth fidelity` and `privsynth risk`: judge the table of any tool with the gates of a release."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from privsynth.cli import flags
from privsynth.cli.changes import assignments, reading
from privsynth.cli.screen import Screen, fidelity_of, finding_line, result, visible, write_json
from privsynth.errors import ExitCode
from privsynth.policy import Policy, load_policy
from privsynth.verdict import GATES, Status, Verdict

ABOUT_PEOPLE = tuple(name for name in GATES if name not in ("schema", "claim", "budget", "fidelity", "artefacts"))


def fidelity(
    real: flags.Real,
    synthetic: flags.Synthetic,
    holdout: flags.Holdout = None,
    config: flags.Config = None,
    settings: flags.Set = None,
    encoding: flags.Encoding = None,
    as_json: flags.Json = False,
    quiet: flags.Quiet = False,
) -> int:
    """How like the real table the synthetic one is, beside what a fresh real sample would reach. Ends with 4 below the floor."""
    policy = load_policy(config, reading(encoding, None, None, no_header=False) | assignments(settings or []))
    verdicts = _judge(("fidelity",), real, synthetic, holdout, policy, Screen(json=as_json, quiet=quiet))
    return _end("fidelity", verdicts, ExitCode.UNFAITHFUL, as_json=as_json)


def risk(
    real: flags.Real,
    synthetic: flags.Synthetic,
    holdout: flags.Holdout = None,
    config: flags.Config = None,
    settings: flags.Set = None,
    encoding: flags.Encoding = None,
    as_json: flags.Json = False,
    quiet: flags.Quiet = False,
) -> int:
    """What the synthetic table tells about the people of the real one. Ends with 3 if a gate would block it."""
    policy = load_policy(config, reading(encoding, None, None, no_header=False) | assignments(settings or []))
    verdicts = _judge(ABOUT_PEOPLE, real, synthetic, holdout, policy, Screen(json=as_json, quiet=quiet))
    return _end("risk", verdicts, ExitCode.BLOCKED, as_json=as_json)


def _judge(
    gates: Sequence[str], real: str, synthetic: str, holdout: str | None, policy: Policy, screen: Screen
) -> Mapping[str, Verdict]:
    from privsynth.api import evaluate

    return evaluate(real, synthetic, holdout, policy, gates=gates, stages=screen)


def _end(verb: str, verdicts: Mapping[str, Verdict], bad: ExitCode, *, as_json: bool) -> int:
    """Print every finding; the code is `bad` unless all passed. A gate that could not judge blocks."""
    states = {verdict.status for verdict in verdicts.values()}
    code = ExitCode.RELEASED if states == {Status.PASSED} else ExitCode.BLOCKED if Status.ERRORED in states else bad
    if as_json:
        write_json(
            result(
                verb,
                code,
                outcome="passed" if code is ExitCode.RELEASED else "failed",
                verdicts=list(verdicts.values()),
                fidelity=fidelity_of(list(verdicts.values())),
            )
        )
        return int(code)
    for verdict in verdicts.values():
        sys.stdout.write(f"{verdict.gate}: {verdict.status.value}{f' ({verdict.error})' if verdict.error else ''}\n")
        for finding in verdict.findings:
            sys.stdout.write(
                f"  {'      ' if finding.limit is None else 'ok    ' if finding.passed else 'FAILED'} {visible(finding_line(finding))}\n"
            )
            if finding.remedy and not finding.passed:
                sys.stdout.write(f"         {visible(finding.remedy)}\n")
    return int(code)
