"""`privsynth sample`: the second half of `run`, from a model that was kept. The rows are judged as those of any run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privsynth.cli.interrupt import held
from privsynth.cli.log import screen_for
from privsynth.cli.screen import write_json
from privsynth.cli.verbs.fit import KeyFile, keyring_of
from privsynth.cli.verbs.run import (
    Format,
    Json,
    Logging,
    OutDir,
    Quiet,
    Share,
    State,
    Where,
    given,
    outcome_object,
    shares_of,
    tell,
)
from privsynth.errors import InputError
from privsynth.policy import Policy

if TYPE_CHECKING:
    from privsynth.saved_model import Kept

ModelDir = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that `privsynth fit` made.", show_default=False)]
DataAgain = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="FILE",
        help="Where the data of the fit lies now, once for each file; where it lay then when absent.",
        show_default=False,
    ),
]


def sample(
    model: ModelDir,
    out: OutDir,
    rows: Annotated[
        int | None, typer.Option("--rows", "-n", help=str(Policy.model_fields["rows"].description), show_default=False)
    ] = None,
    data: DataAgain = None,
    where: Where = None,
    share: Share = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Seed of the draw; a fresh one when absent. That of the fit gives the rows of a run.",
            show_default=False,
        ),
    ] = None,
    key_file: KeyFile = None,
    state: State = None,
    allow_overwrite: Annotated[
        bool, typer.Option("--allow-overwrite", help="Replace a non-empty OUT as a whole, after the gates.")
    ] = False,
    format: Format = None,  # noqa: A002 - the name of the flag
    log_format: Logging = "text",
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Draw rows from a kept model, judge them as `run` does, and write only what passed.

    The data of the fit must be at hand: rows are judged against the part of it that the model has never seen.
    """
    screen = screen_for(log_format, as_json=as_json, quiet=quiet)
    shares = shares_of(share or [])

    from privsynth.api import Outcome, read, remembering
    from privsynth.emit import check_target
    from privsynth.pipeline import draw, release
    from privsynth.saved_model import recall, resume, under_condition
    from privsynth.seeds import Seeds

    check_target(out, overwrite=allow_overwrite)
    kept = recall(model, keyring_of(key_file))
    policy = remembering(under_condition(_asked(kept, rows, format, state), where, shares), out)
    files = _source(kept, data)
    with screen.stage("read") as stage:
        dataset = read(files, policy)
        stage.say(", ".join(f"{table.name} {len(table):,} rows x {len(table.columns)} columns" for table in dataset))
    screen.notes(dataset.notes)
    prepared, fitted = resume(kept, dataset, policy, screen)
    screen.notes([note for note in prepared.data.notes if note not in dataset.notes])
    outcome = Outcome(release(prepared, lambda ready: draw(ready, fitted, screen, seed=Seeds(seed).seed), screen))
    with held():
        written = outcome.save(out, overwrite=allow_overwrite)
    tell(screen, outcome, out, written)
    if as_json:
        write_json(outcome_object("sample", outcome, written))
    return int(outcome.exit_code)


def _asked(kept: Kept, rows: int | None, form: str | None, state: Path | None) -> Policy:
    changes: dict[str, object] = given({"rows": rows, "state": state})
    if form is not None:
        changes["write"] = {**kept.policy.write.model_dump(exclude_unset=True), "format": form}
    return kept.policy.with_(**changes) if changes else kept.policy


def _source(kept: Kept, data: Sequence[str] | None) -> list[str]:
    """The files of the fit. Without them nothing can be judged, and what is not judged is not released."""
    files = list(data) if data else list(kept.paths)
    gone = [name for name in files if name != "-" and not Path(name).exists()]
    if not files or gone:
        missing = (
            f"{len(gone)} of the {len(files)} files it was fitted on are not there"
            if gone
            else "where it was fitted, the data came from no file"
        )
        raise InputError(
            f"the rows cannot be judged without the data of the fit: {missing}.", hint="name the files with --data FILE"
        )
    return files
