"""`privsynth run`: from files to a release or a refusal."""

from __future__ import annotations

from privsynth.cli import flags
from privsynth.cli.changes import assignments, model_first, only_set, shares_of, sort_inputs, waivers
from privsynth.cli.log import screen_for
from privsynth.cli.outcome import end
from privsynth.cli.reading import reads_files
from privsynth.errors import PolicyError
from privsynth.policy import load_policy


@reads_files
def run(
    data: flags.TablesOrRulebook,
    *,
    out: flags.Out,
    backend: flags.Backend = None,
    rows: flags.Rows = None,
    seed: flags.Seed = None,
    scenario: flags.Scenario = None,
    config: flags.Config = None,
    profile: flags.Profile = None,
    state: flags.State = None,
    against: flags.Against = None,
    accept_risk: flags.AcceptRisk = None,
    model_engine: flags.Engine = None,
    where: flags.Where = None,
    share: flags.Share = None,
    drop: flags.Drop = None,
    keep_rules: flags.KeepRules = None,
    settings: flags.Set = None,
    allow_overwrite: flags.ReplaceOut = False,
    format: flags.Format = None,  # noqa: A002 - the name of the flag
    attempt_remedies: flags.AttemptRemedies = False,
    dry_run: flags.DryRun = False,
    as_json: flags.Json = False,
    log_format: flags.Logging = "text",
    quiet: flags.Quiet = False,
    read: dict[str, object],
) -> int:
    """Read, describe, generate, gate, report; write only what passed.

    Ends with 0 if released, 3 if a gate blocked, 4 if the data is too unlike the source.
    After 3 and 4 nothing is written but the reason.
    """
    screen = screen_for(log_format, as_json=as_json, quiet=quiet)
    files, rulebook = sort_inputs(data)
    if scenario is not None and (backend not in (None, "rules") or (rulebook is None and config is None)):
        raise PolicyError(
            "--scenario is for a rulebook, with backend rules.",
            hint="name a rulebook: privsynth run BOOK.yaml --scenario NAME --out OUT",
        )
    changes = read | only_set(
        {
            "backend": backend or ("rules" if rulebook or scenario else None),
            "rows": rows,
            "seed": seed,
            "backend.engine": model_engine,
            "backend.rulebook": rulebook,
            "backend.scenario": scenario,
            "write.format": format,
            "backend.where": where,
            "backend.shares": shares_of(share or []),
            "profile": profile,
            "state": state,
            "against": against,
            "waivers": waivers(accept_risk or []),
            "drop": drop,
            "keep_rules": keep_rules,
        }
    )
    policy = load_policy(config, model_first(changes | assignments(settings or [])))

    from privsynth.pipeline import whole

    if dry_run:
        from privsynth.cli.planned import show

        return show(whole.dry_run(files or None, policy, out, screen, overwrite=allow_overwrite), screen)
    outcome, written = whole.run(
        files or None, policy, out, screen, overwrite=allow_overwrite, attempt_remedies=attempt_remedies
    )
    return end("run", screen, outcome, written, out=out)
