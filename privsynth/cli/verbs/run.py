"""`privsynth run`: the whole story, from files to a release or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from privsynth.cli.interrupt import held
from privsynth.cli.log import LogFormat, screen_for
from privsynth.cli.screen import Screen, fidelity_of, finding_line, result, write_json
from privsynth.errors import PolicyError
from privsynth.options import BackendName, ModelOptions, ReadPolicy, Waiver, WritePolicy
from privsynth.policy import Policy, ProfileName, load_policy

if TYPE_CHECKING:
    from privsynth.api import Outcome
    from privsynth.release import Release

RULEBOOKS = {".yaml", ".yml"}


def _help(model: Any, name: str) -> str:
    """The policy's own description of a field is the help text of its flag."""
    return str(model.model_fields[name].description)


Profile = Annotated[
    ProfileName | None, typer.Option("--profile", help=_help(Policy, "profile"), show_default="internal")
]
State = Annotated[
    Path | None, typer.Option("--state", help=_help(Policy, "state"), show_default="privsynth-state beside OUT")
]
AcceptRisk = Annotated[
    list[str] | None,
    typer.Option(
        "--accept-risk",
        metavar="GATE:REASON:PERSON:DATE",
        help=_help(Policy, "waivers") + " The date is the last day of it.",
        show_default=False,
    ),
]
DataFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA...",
        help="CSV, TSV, Parquet (also .gz), a folder, or - for stdin. For rules: a rulebook (.yaml).",
        show_default=False,
    ),
]
OutDir = Annotated[
    Path,
    typer.Option(
        "--out",
        help="Folder to make. It appears whole, or not at all; a refusal goes to OUT.refused.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Say what would be made, from what, how long it will take and what will judge it; make nothing.",
    ),
]
Logging = Annotated[
    LogFormat, typer.Option("--log-format", help="How the stages are told on stderr: text, or one JSON object a line.")
]
Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="Policy file (YAML). Flags win over it.", show_default=False)
]
Encoding = Annotated[str | None, typer.Option(help=_help(ReadPolicy, "encoding"), show_default=False)]
Delimiter = Annotated[str | None, typer.Option(help=_help(ReadPolicy, "delimiter"), show_default=False)]
OnRagged = Annotated[
    str | None, typer.Option(help=_help(ReadPolicy, "on_ragged"), show_default="refuse", metavar="refuse|drop")
]
Format = Annotated[
    str | None,
    typer.Option("--format", help=_help(WritePolicy, "format"), show_default="same", metavar="same|csv|parquet|both"),
]
NoHeader = Annotated[bool, typer.Option("--no-header", help="The first record is data; columns are named c1, c2 ...")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set any field of the policy, such as limits.k=11 or backend.min_leaf=150.",
        show_default=False,
    ),
]
Where = Annotated[
    str | None, typer.Option("--where", metavar="CONDITION", help=_help(ModelOptions, "where"), show_default=False)
]
Share = Annotated[
    list[str] | None,
    typer.Option(
        "--share",
        metavar="COLUMN:LEVEL=SHARE",
        help="Share that a level of a column of the first table shall have; can be repeated.",
        show_default=False,
    ),
]


def run(
    data: DataFiles,
    out: OutDir,
    backend: Annotated[
        BackendName | None, typer.Option("--backend", "-b", help=_help(Policy, "backend"), show_default="auto")
    ] = None,
    rows: Annotated[int | None, typer.Option("--rows", "-n", help=_help(Policy, "rows"), show_default=False)] = None,
    seed: Annotated[int | None, typer.Option(help=_help(Policy, "seed"), show_default=False)] = None,
    config: Config = None,
    profile: Profile = None,
    state: State = None,
    accept_risk: AcceptRisk = None,
    model_engine: Annotated[
        str | None, typer.Option(help=_help(ModelOptions, "engine"), metavar="NAME", show_default="trees")
    ] = None,
    where: Where = None,
    share: Share = None,
    settings: Set = None,
    allow_overwrite: Annotated[
        bool, typer.Option("--allow-overwrite", help="Replace a non-empty OUT as a whole, after the gates.")
    ] = False,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    on_ragged: OnRagged = None,
    no_header: NoHeader = False,
    format: Format = None,  # noqa: A002 - the name of the flag
    dry_run: DryRun = False,
    as_json: Json = False,
    log_format: Logging = "text",
    quiet: Quiet = False,
) -> int:
    """Read, profile, generate, gate, report; write only what passed.

    Ends with 0 if released, 3 if a gate blocked, 4 if the data is too unlike the source. Then nothing is written but the reason.
    """
    screen = screen_for(log_format, as_json=as_json, quiet=quiet)
    files, rulebook = sort_inputs(data)
    changes = reading(encoding, delimiter, on_ragged, no_header) | {
        "backend": backend or ("rules" if rulebook else None),
        "rows": rows,
        "seed": seed,
    }
    changes |= {"backend.engine": model_engine, "backend.rulebook": rulebook, "write.format": format}
    changes |= {"backend.where": where, "backend.shares": shares_of(share or []) or None}
    changes |= {"profile": profile, "state": state, "waivers": waivers(accept_risk or []) or None}
    policy = load_policy(config, model_first(given(changes) | assignments(settings or [])))

    from privsynth.api import Outcome, read, remembering
    from privsynth.emit import check_target
    from privsynth.pipeline import synthesize

    check_target(out, overwrite=allow_overwrite)
    policy = remembering(policy, out)
    with screen.stage("read") as stage:
        dataset = read(files or None, policy)
        stage.say(
            ", ".join(f"{table.name} {len(table):,} rows x {len(table.columns)} columns" for table in dataset)
            or "no data, a rulebook"
        )
    screen.notes(dataset.notes)
    if dry_run:
        from privsynth.cli.planned import show

        return show(dataset, policy, screen, as_json=as_json)
    outcome = Outcome(synthesize(dataset, policy, stages=screen))
    with held():
        written = outcome.save(out, overwrite=allow_overwrite)
    tell(screen, outcome, out, written)
    if as_json:
        write_json(outcome_object("run", outcome, written))
    return int(outcome.exit_code)


def sort_inputs(data: Sequence[str]) -> tuple[list[str], str | None]:
    """The data files, and the rulebook if one is named."""
    books = [name for name in data if Path(name).suffix.lower() in RULEBOOKS]
    if len(books) > 1:
        raise PolicyError("more than one rulebook is named.", hint="give one .yaml file")
    return [name for name in data if name not in books], books[0] if books else None


def reading(encoding: str | None, delimiter: str | None, on_ragged: str | None, no_header: bool) -> dict[str, Any]:
    """The reading flags as fields of the policy."""
    tab = {"\\t": "\t", "tab": "\t"}
    found = {
        "read.encoding": encoding,
        "read.delimiter": tab.get(delimiter or "", delimiter),
        "read.on_ragged": on_ragged,
        "read.header": False if no_header else None,
    }
    return given(found)


def assignments(settings: Sequence[str]) -> dict[str, Any]:
    """`key=value` pairs; a value is read as YAML reads it, so that numbers are numbers."""
    from privsynth.plainyaml import parse_yaml

    found: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key:
            raise PolicyError("--set expects KEY=VALUE.", hint="for example: --set limits.k=11")
        found[key.strip()] = parse_yaml(f"value: {value}", "--set")["value"]
    return found


def waivers(asked: Sequence[str]) -> list[dict[str, str]]:
    """`gate:reason:person:last day`; a reason may hold colons. The policy checks what they say."""
    found = []
    for text in asked:
        gate, *reason = (part.strip() for part in text.split(":"))
        if len(reason) < 3:
            raise PolicyError(
                "--accept-risk expects GATE:REASON:PERSON:DATE, the date being the last day of it.",
                hint="such as: --accept-risk 'linkage:two people use it, in one room:A. Officer:2027-03-31'",
            )
        *reason, person, last = reason
        found.append({"gate": gate, "reason": ": ".join(reason), "person": person, "expires": last})
    return found


def given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def shares_of(asked: Sequence[str]) -> dict[str, dict[str, float]]:
    """`column:level=share`, several of one column together. A level may hold a colon or an equals sign, a column name an equals sign."""
    found: dict[str, dict[str, float]] = {}
    for text in asked:
        column, colon, rest = text.partition(":")
        level, equals, share = rest.rpartition("=")
        try:
            found.setdefault(column, {})[level] = float(share)
        except ValueError:
            equals = ""
        if not (column and colon and equals):
            raise PolicyError("--share expects COLUMN:LEVEL=SHARE.", hint="for example: --share sex:F=0.5")
    return found


def model_first(changes: dict[str, Any]) -> dict[str, Any]:
    """An option of the model engine implies the backend `model`."""
    if "backend.engine" in changes and "backend" not in changes:
        return {"backend": "model", **changes}
    return changes


def tell(screen: Screen, outcome: Outcome, out: Path, written: Sequence[Path]) -> None:
    if outcome.released:
        screen.line("wrote", "", f"{out}/  {'  '.join(path.name for path in written)}")
        waivers: Sequence[Waiver] = getattr(outcome.result, "waivers", ())
        if waivers:
            screen.line("status", "", f"RELEASED-WITH-WAIVER: {', '.join(waiver.gate for waiver in waivers)}")
        screen.line("next", "", f"open {out / 'compliance.html'}")
        return
    tell_failures(screen, outcome)
    where = f"the reason is in {written[0].parent}/" if written else "not even the report could be shown"
    screen.line("blocked", "", f"nothing was published; {where}")


def tell_failures(screen: Screen, outcome: Outcome) -> None:
    """What was measured beyond its limit, and what can be done."""
    for verdict in outcome.verdicts.values():
        for finding in verdict.failures:
            screen.line("failed", verdict.gate, finding_line(finding, verdict.figures))
            if finding.remedy:
                screen.line("try", "", finding.remedy)


def _rows(release: Release) -> dict[str, int]:
    """The rows of each file, by the name under which it went out."""
    names = dict(zip(release.files, release.published, strict=True))
    return {names[file]: len(table) for table in release.dataset for file in table.form.files(table.name)}


def outcome_object(verb: str, outcome: Outcome, written: Sequence[Path]) -> dict[str, Any]:
    from hashlib import sha256

    manifest = outcome.manifest
    tables = _rows(outcome.result) if outcome.released else {}  # type: ignore[arg-type]
    outputs = [
        {"path": str(path), "sha256": sha256(path.read_bytes()).hexdigest(), "rows": tables.get(path.name)}
        for path in written
    ]
    return result(
        verb,
        outcome.exit_code,
        outcome=outcome.result.status,
        run_id=manifest["run_id"],
        outputs=outputs,
        verdicts=list(outcome.verdicts.values()),
        fidelity=fidelity_of(list(outcome.verdicts.values())) if manifest["figures"] == "exact" else None,
        warnings=manifest["notes"],
        timings=manifest["seconds"],
        versions=manifest["versions"],
    )
