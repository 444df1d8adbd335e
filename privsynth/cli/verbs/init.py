"""`privsynth init`: a policy file to edit, filled with what was found."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from privsynth.cli.screen import result, write_json
from privsynth.cli.verbs.run import (
    Config,
    DataFiles,
    Delimiter,
    Encoding,
    Json,
    NoHeader,
    OnRagged,
    Profile,
    given,
    reading,
)
from privsynth.errors import PolicyError
from privsynth.options import BackendName
from privsynth.policy import load_policy, policy_schema

Out = Annotated[
    str,
    typer.Option(
        "--out",
        metavar="FILE|-",
        help="Where to write the policy; - for the screen. Its JSON Schema is written beside it.",
    ),
]
Overwrite = Annotated[bool, typer.Option("--allow-overwrite", help="Replace a file that is there.")]
PlanFor = Annotated[
    BackendName | None,
    typer.Option(
        "--backend",
        "-b",
        help="Plan for this backend; for mask each column gets the step that its role asks for.",
        show_default="auto",
    ),
]


def init(
    data: DataFiles,
    out: Out = "policy.yaml",
    allow_overwrite: Overwrite = False,
    backend: PlanFor = None,
    config: Config = None,
    profile: Profile = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    on_ragged: OnRagged = None,
    no_header: NoHeader = False,
    as_json: Json = False,
) -> int:
    """Write a commented policy: each column's role, kind and the reason, keys between tables, what holds between columns. No value is in it."""
    if out == "-" and as_json:
        raise PolicyError("--out - and --json both print to the screen.", hint="name a file after --out")
    target = Path(out)
    files = [] if out == "-" else [target, target.parent / "policy.schema.json"]
    _refuse_existing(files[:1], allow_overwrite)
    policy = load_policy(
        config, reading(encoding, delimiter, on_ragged, no_header) | given({"profile": profile, "backend": backend})
    )

    from privsynth import api
    from privsynth.describe import facts_of
    from privsynth.describe.plan import plan_text

    found = api.inspect(list(data), policy)
    text = plan_text(found, facts_of(found), policy)
    if not files:
        sys.stdout.write(text)
        return 0
    _write(files[1], json.dumps(policy_schema(), indent=1, sort_keys=True) + "\n")
    _write(target, text)
    if as_json:
        write_json(
            result("init", 0, outcome="ok", outputs=[{"path": str(file)} for file in files], warnings=list(found.notes))
        )
    else:
        sys.stderr.write(
            f"  wrote     {target}, and its schema for editors beside it\n"
            f"  next      edit it, then: privsynth {'mask' if backend == 'mask' else 'run'} {' '.join(data)} -c {target} --out out/\n"
        )
    return 0


def _refuse_existing(files: list[Path], allowed: bool) -> None:
    for file in files:
        if file.exists() and not allowed:
            raise PolicyError(
                f"{file.name} is there already.", hint="name another file after --out, or add --allow-overwrite"
            )


def _write(target: Path, text: str) -> None:
    """Whole or not at all."""
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise PolicyError(
            f"cannot write {target.name}: {error.strerror}.", hint="name another file after --out"
        ) from None
