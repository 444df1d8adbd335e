"""`privsynth init`: a policy file to edit, filled with what was found."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from privsynth.cli import flags
from privsynth.cli.changes import only_set
from privsynth.cli.one_file import refuse_existing, refuse_inputs, write_whole
from privsynth.cli.reading import reads_files
from privsynth.cli.screen import result, write_json
from privsynth.errors import PolicyError
from privsynth.policy import load_policy, policy_schema


@reads_files
def init(
    data: flags.TablesOrRulebook,
    *,
    out: flags.PolicyOut = "policy.yaml",
    allow_overwrite: flags.ReplaceFile = False,
    backend: flags.BackendOfThePlan = None,
    config: flags.Config = None,
    profile: flags.Profile = None,
    as_json: flags.Json = False,
    read: dict[str, object],
) -> int:
    """Write a commented policy: each column's role, kind and the reason, keys between tables, what holds between
    columns. No value is in it.
    """
    if out == "-" and as_json:
        raise PolicyError("--out - and --json both print to the screen.", hint="name a file after --out")
    target = Path(out)
    files = [] if out == "-" else [target, target.parent / "policy.schema.json"]
    refuse_existing(files[:1], allow_overwrite)
    refuse_inputs(files, data, "the policy")
    changes = only_set({"profile": profile, "backend": backend})
    policy = load_policy(config, read | changes)

    from privsynth.describe import facts_of
    from privsynth.describe.plan import plan_text
    from privsynth.pipeline.judging import inspect
    from privsynth.read.proposal import accepted

    policy = accepted(data, policy)
    dataset = inspect(list(data), policy)
    text = plan_text(dataset, facts_of(dataset), policy)
    if not files:
        sys.stdout.write(text)
        return 0
    write_whole(files[1], json.dumps(policy_schema(), indent=1, sort_keys=True) + "\n")
    write_whole(target, text)
    if as_json:
        write_json(
            result(
                "init", 0, outcome="ok", outputs=[{"path": str(file)} for file in files], warnings=list(dataset.notes)
            )
        )
    else:
        verb = "mask" if backend == "mask" else "run"
        sys.stderr.write(
            f"  wrote     {target}, and its schema for editors beside it\n"
            f"  next      edit it, then: privsynth {verb} {' '.join(data)} -c {target} --out out/\n"
        )
    return 0
