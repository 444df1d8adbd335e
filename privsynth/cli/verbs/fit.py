"""`privsynth fit`: the first half of `run`, with the model kept in a folder instead of rows drawn from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privsynth.cli.interrupt import held
from privsynth.cli.log import screen_for
from privsynth.cli.screen import result, write_json
from privsynth.cli.verbs.run import (
    Config,
    Delimiter,
    Encoding,
    Json,
    Logging,
    NoHeader,
    OnRagged,
    Profile,
    Quiet,
    Set,
    assignments,
    given,
    reading,
)
from privsynth.policy import Policy, load_policy

if TYPE_CHECKING:
    from privsynth.keyring import Keyring

FitFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA...", help="CSV, TSV, Parquet (also .gz), a folder, or - for stdin.", show_default=False
    ),
]
ModelDir = Annotated[
    Path,
    typer.Option("--model", help="Folder to make for the model. It appears whole, or not at all.", show_default=False),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        help="File of mode 0600 with a key that seals the model, so that a change by somebody without it shows.",
        show_default=False,
    ),
]
PROTECT = "the model is personal data like its source: it is not for sharing, and nothing of it was judged"


def fit(
    data: FitFiles,
    model: ModelDir,
    seed: Annotated[
        int | None, typer.Option(help=str(Policy.model_fields["seed"].description), show_default=False)
    ] = None,
    config: Config = None,
    profile: Profile = None,
    settings: Set = None,
    key_file: KeyFile = None,
    allow_overwrite: Annotated[
        bool, typer.Option("--allow-overwrite", help="Replace a non-empty folder as a whole.")
    ] = False,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    on_ragged: OnRagged = None,
    no_header: NoHeader = False,
    log_format: Logging = "text",
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Learn a model and keep it in a folder, for `privsynth sample`. No rows are made, and none are kept.

    The folder is personal data like its source and is protected like it: open to its owner alone, never shared.
    """
    screen = screen_for(log_format, as_json=as_json, quiet=quiet)
    changes = given(
        reading(encoding, delimiter, on_ragged, no_header) | {"seed": seed, "profile": profile}
    ) | assignments(settings or [])
    policy = load_policy(config, changes)

    from privsynth.api import read
    from privsynth.emit import check_target
    from privsynth.pipeline import learn, prepare
    from privsynth.saved_model import check_keepable, keep

    check_keepable(policy)
    check_target(model, overwrite=allow_overwrite)
    keyring = keyring_of(key_file)
    with screen.stage("read") as stage:
        dataset = read(data, policy)
        stage.say(", ".join(f"{table.name} {len(table):,} rows x {len(table.columns)} columns" for table in dataset))
    screen.notes(dataset.notes)
    prepared = prepare(dataset, policy, screen)
    fitted = learn(prepared, screen)
    with held():
        written = keep(
            fitted, prepared, [name for name in data if name != "-"], model, keyring=keyring, overwrite=allow_overwrite
        )
    screen.line("kept", "", f"{model}/  {'  '.join(path.name for path in written)}")
    screen.notes([PROTECT])
    screen.line("next", "", f"privsynth sample {model} --out out/")
    if as_json:
        from hashlib import sha256

        outputs = [
            {"path": str(path), "sha256": sha256(path.read_bytes()).hexdigest(), "rows": None} for path in written
        ]
        write_json(
            result("fit", 0, outcome="ok", outputs=outputs, warnings=[*dataset.notes, PROTECT], timings=screen.seconds)
        )
    return 0


def keyring_of(key_file: Path | None) -> Keyring | None:
    if key_file is None:
        return None
    from privsynth.keyring import Keyring

    return Keyring.from_file(key_file)
