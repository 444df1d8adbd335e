"""`privsynth mask`: masking alone, of files or of a stream, of any length. Rows go out after the gates, or not at all."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from privsynth.cli.interrupt import held
from privsynth.cli.log import screen_for
from privsynth.cli.screen import Screen, write_json
from privsynth.cli.verbs.run import (
    AcceptRisk,
    Config,
    Delimiter,
    Encoding,
    Json,
    Logging,
    NoHeader,
    Profile,
    Quiet,
    Set,
    State,
    assignments,
    given,
    outcome_object,
    reading,
    tell,
    tell_failures,
    waivers,
)
from privsynth.errors import PolicyError
from privsynth.options import MaskOptions
from privsynth.policy import Policy, load_policy

if TYPE_CHECKING:
    from privsynth.api import Outcome


def _help(name: str) -> str:
    return str(MaskOptions.model_fields[name].description)


MaskFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA...", help="CSV, TSV, Parquet (also .gz), a folder, or - for stdin.", show_default=False
    ),
]
OutDir = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Folder for rows and reports; without one the rows of one table go to stdout.", show_default=False
    ),
]
ReportDir = Annotated[
    Path | None,
    typer.Option(
        "--report-dir",
        help="Folder for the reports where the rows go to stdout; a refusal's go to REPORT_DIR.refused.",
        show_default=False,
    ),
]
KeyFile = Annotated[Path | None, typer.Option("--key-file", help=_help("key_file"), show_default=False)]
KeyEnv = Annotated[str | None, typer.Option("--key-env", metavar="NAME", help=_help("key_env"), show_default=False)]
Keyring = Annotated[str | None, typer.Option("--keyring", metavar="NAME", help=_help("keyring"), show_default=False)]


def mask(
    data: MaskFiles,
    out: OutDir = None,
    report_dir: ReportDir = None,
    config: Config = None,
    key_file: KeyFile = None,
    key_env: KeyEnv = None,
    keyring: Keyring = None,
    profile: Profile = None,
    state: State = None,
    accept_risk: AcceptRisk = None,
    settings: Set = None,
    allow_overwrite: Annotated[
        bool, typer.Option("--allow-overwrite", help="Replace a non-empty folder as a whole, after the gates.")
    ] = False,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    no_header: NoHeader = False,
    log_format: Logging = "text",
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Mask tables in place: the same rows, without what names their people. A policy (-c) says what is done with each column.

    `cat a.csv | privsynth mask - > b.csv` works on files of any length: every gate first, then the rows. A refusal (3) writes no byte of them.
    """
    if as_json and out is None:
        raise PolicyError("--json prints on stdout, where the rows go.", hint="name a folder with --out")
    screen = screen_for(log_format, as_json=as_json, quiet=quiet)
    changes = reading(encoding, delimiter, None, no_header) | {
        "profile": profile,
        "state": state,
        "waivers": waivers(accept_risk or []) or None,
    }
    changes |= {
        "backend.kind": "mask",
        "backend.key_file": key_file,
        "backend.key_env": key_env,
        "backend.keyring": keyring,
    }
    policy = load_policy(config, given(changes) | assignments(settings or []))

    from privsynth.emit import check_target, private_folder
    from privsynth.masker import mask_files

    target = out or report_dir
    if target is not None:
        check_target(target, overwrite=allow_overwrite)
    with private_folder(_beside(target)) as folder:
        outcome = mask_files(data, _remembering(policy, target), folder, screen, one=out is None)
        with held():
            written = _written(outcome, out, report_dir, overwrite=allow_overwrite)
        if out is not None:
            tell(screen, outcome, out, written)
        else:
            _tell_stream(screen, outcome, written)
        if as_json:
            write_json(outcome_object("mask", outcome, written))
    return int(outcome.exit_code)


def _beside(target: Path | None) -> Path:
    """Where the private folder of the run stands: on the file system of the output."""
    place = Path.cwd() if target is None else target.absolute().parent
    return next(folder for folder in (place, *place.parents) if folder.is_dir())


def _remembering(policy: Policy, target: Path | None) -> Policy:
    from privsynth.api import remembering

    return policy if target is None else remembering(policy, target)


def _written(outcome: Outcome, out: Path | None, report_dir: Path | None, *, overwrite: bool) -> list[Path]:
    """The folder of a run; or rows to stdout, and the papers where they were wanted."""
    if out is not None:
        return outcome.save(out, overwrite=overwrite)
    written = [] if report_dir is None else outcome.save_papers(report_dir, overwrite=overwrite)
    for block in outcome.blocks():
        sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()
    return written


def _tell_stream(screen: Screen, outcome: Outcome, written: list[Path]) -> None:
    where = f"; the reports are in {written[0].parent}/" if written else "; --report-dir DIR keeps the reports"
    if outcome.released:
        screen.line("wrote", "", f"the masked rows to stdout{where}")
        return
    tell_failures(screen, outcome)
    screen.line("blocked", "", f"no row was written{where}")
