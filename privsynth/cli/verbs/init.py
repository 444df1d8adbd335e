"""`privsynth init`: a policy file to edit, filled with what was found."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from privsynth.cli import flags
from privsynth.cli.changes import only_set
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
    _refuse_existing(files[:1], allow_overwrite)
    _refuse_inputs(files, data)
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
    _write(files[1], json.dumps(policy_schema(), indent=1, sort_keys=True) + "\n")
    _write(target, text)
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


def _refuse_existing(files: list[Path], allowed: bool) -> None:
    for file in files:
        if file.exists() and not allowed:
            raise PolicyError(
                f"{file.name} is there already.", hint="name another file after --out, or add --allow-overwrite"
            )


def _refuse_inputs(files: list[Path], data: Sequence[str]) -> None:
    """The policy is written over nothing that it is made from."""
    there = [Path(name) for name in data if name != "-" and Path(name).exists()]
    if any(file.exists() and file.samefile(name) for file in files for name in there):
        raise PolicyError("the policy would be written over a file that is read.", hint="name another file after --out")


def _write(target: Path, text: str) -> None:
    """Whole or not at all."""
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(target)
    except OSError as error:
        with suppress(OSError):  # nor can it be removed where nothing can be written
            part.unlink(missing_ok=True)
        raise PolicyError(
            f"cannot write {target.name}: {error.strerror}.", hint="name another file after --out"
        ) from None
