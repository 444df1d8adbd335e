"""`privsynth fit`: the first half of `run`, with the model kept in a folder instead of rows drawn from it."""

from __future__ import annotations

from privsynth.cli import flags
from privsynth.cli.changes import assignments, only_set
from privsynth.cli.log import screen_for
from privsynth.cli.outcome import outputs
from privsynth.cli.reading import reads_files
from privsynth.cli.screen import result, write_json
from privsynth.policy import load_policy

PROTECT = "the model is personal data like its source: it is not for sharing, and nothing of it was judged"


@reads_files
def fit(
    data: flags.Tables,
    *,
    model: flags.ModelOut,
    seed: flags.Seed = None,
    config: flags.Config = None,
    profile: flags.Profile = None,
    drop: flags.Drop = None,
    keep_rules: flags.KeepRules = None,
    settings: flags.Set = None,
    key_file: flags.SealingKeyFile = None,
    allow_overwrite: flags.ReplaceModel = False,
    log_format: flags.Logging = "text",
    as_json: flags.Json = False,
    quiet: flags.Quiet = False,
    read: dict[str, object],
) -> int:
    """Learn a model and keep it in a folder, for `privsynth sample`. No rows are made, and none are kept.

    The folder is personal data like its source and is protected like it: open to its owner alone, never shared.
    """
    screen = screen_for(log_format, as_json=as_json, quiet=quiet)
    changes = read | only_set({"seed": seed, "profile": profile, "drop": drop, "keep_rules": keep_rules})
    policy = load_policy(config, changes | assignments(settings or []))

    from privsynth.pipeline import halves

    dataset, written = halves.fit_and_keep(data, policy, model, screen, key_file=key_file, overwrite=allow_overwrite)
    screen.line("kept", "", f"{model}/  {'  '.join(path.name for path in written)}")
    screen.notes([PROTECT])
    screen.line("next", "", f"privsynth sample {model} --out out/")
    if as_json:
        warnings = [*dataset.notes, PROTECT]
        write_json(result("fit", 0, outcome="ok", outputs=outputs(written), warnings=warnings, timings=screen.seconds))
    return 0
