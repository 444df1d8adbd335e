"""`privsynth mask`: masking alone, of files or a stream of any length. Rows go out after the gates, or not at all."""

from __future__ import annotations

import sys

from privsynth.cli import flags
from privsynth.cli.changes import assignments, only_set, waivers
from privsynth.cli.log import screen_for
from privsynth.cli.outcome import end
from privsynth.cli.reading import reads_files
from privsynth.errors import PolicyError
from privsynth.policy import load_policy


@reads_files
def mask(
    data: flags.Tables,
    *,
    out: flags.OutOrStdout = None,
    report_dir: flags.ReportDir = None,
    config: flags.Config = None,
    key_file: flags.MaskingKeyFile = None,
    key_env: flags.MaskingKeyEnv = None,
    keyring: flags.MaskingKeyring = None,
    profile: flags.Profile = None,
    state: flags.State = None,
    against: flags.Against = None,
    accept_risk: flags.AcceptRisk = None,
    drop: flags.Drop = None,
    keep_rules: flags.KeepRules = None,
    settings: flags.Set = None,
    allow_overwrite: flags.ReplaceFolder = False,
    log_format: flags.Logging = "text",
    as_json: flags.Json = False,
    quiet: flags.Quiet = False,
    read: dict[str, object],
) -> int:
    """Mask tables: the same rows, without what names their people. A policy (-c) says what is done with each column.

    `cat a.csv | privsynth mask - > b.csv` works on files of any length: every gate first, then the rows.
    A refusal (3) writes no row.
    """
    if as_json and out is None:
        raise PolicyError("--json prints on stdout, where the rows go.", hint="name a folder with --out")
    screen = screen_for(log_format, as_json=as_json, quiet=quiet)
    changes = read | only_set(
        {
            "profile": profile,
            "state": state,
            "against": against,
            "waivers": waivers(accept_risk or []),
            "drop": drop,
            "keep_rules": keep_rules,
            "backend.kind": "mask",
            "backend.key_file": key_file,
            "backend.key_env": key_env,
            "backend.keyring": keyring,
        }
    )
    policy = load_policy(config, changes | assignments(settings or []))

    from privsynth.pipeline.masking import mask_to_folder, mask_to_stream

    if out is not None:
        outcome, written = mask_to_folder(data, policy, out, screen, overwrite=allow_overwrite)
    else:
        outcome, written = mask_to_stream(
            data, policy, sys.stdout.buffer, screen, reports=report_dir, overwrite=allow_overwrite
        )
    return end("mask", screen, outcome, written, out=out)
