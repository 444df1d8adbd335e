"""Every flag and argument of the verbs, once. One that sets a field of the policy has its description as help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from privsynth.cli.log import LogFormat
from privsynth.options import BackendName, MaskOptions, ModelOptions, ReadPolicy, RulesOptions, WritePolicy
from privsynth.policy import Policy, ProfileName
from privsynth.policy_model import PolicyModel


def help_of(model: type[PolicyModel], name: str) -> str:
    """The description of an option, which is the help of its flag."""
    return str(model.model_fields[name].description)


TABLES = "CSV, TSV, Parquet (also .gz), a folder, or - for stdin."

# what is read
Tables = Annotated[list[str], typer.Argument(metavar="DATA...", help=TABLES, show_default=False)]
TablesOrRulebook = Annotated[
    list[str],
    typer.Argument(metavar="DATA...", help=f"{TABLES} For rules: a rulebook (.yaml).", show_default=False),
]
Book = Annotated[Path, typer.Argument(metavar="BOOK", help="A rulebook (.yaml).", show_default=False)]
TableOfBook = Annotated[
    str | None, typer.Option("--table", metavar="NAME", help="This table alone.", show_default=False)
]
ColumnOfBook = Annotated[
    str | None,
    typer.Option(
        "--column", metavar="NAME", help="This column alone, with all that it rests upon.", show_default=False
    ),
]
Picture = Annotated[
    Path | None,
    typer.Option("--svg", metavar="FILE", help="Draw the book as a picture into this file.", show_default=False),
]
TablesOfBook = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA...",
        help="Files that are named after the tables of the book (CSV, TSV, Parquet, also .gz), or their folder.",
        show_default=False,
    ),
]
TablesOrTexts = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Tables (CSV, TSV, Parquet, also .gz; - for stdin) or texts (.txt, .md, .log, .json).",
        show_default=False,
    ),
]
DataOfTheFit = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="FILE",
        help="Where the data of the fit lies now, once for each file; where it lay then when absent.",
        show_default=False,
    ),
]
Real = Annotated[str, typer.Argument(metavar="REAL", help="The real table that was learnt from.", show_default=False)]
Synthetic = Annotated[
    str, typer.Argument(metavar="SYNTHETIC", help="The table to judge, from whatever tool.", show_default=False)
]
Holdout = Annotated[
    str | None, typer.Option("--holdout", help="Real rows that the tool never saw: the control.", show_default=False)
]
Encoding = Annotated[str | None, typer.Option(help=help_of(ReadPolicy, "encoding"), show_default=False)]

# what is asked
Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="Policy file (YAML). Flags win over it.", show_default=False)
]
Profile = Annotated[
    ProfileName | None, typer.Option("--profile", help=help_of(Policy, "profile"), show_default="internal")
]
Backend = Annotated[
    BackendName | None, typer.Option("--backend", "-b", help=help_of(Policy, "backend"), show_default="auto")
]
BackendOfThePlan = Annotated[
    BackendName | None,
    typer.Option(
        "--backend",
        "-b",
        help="Plan for this backend; for mask each column gets the step that its role asks for.",
        show_default="auto",
    ),
]
Engine = Annotated[
    str | None,
    typer.Option("--model-engine", help=help_of(ModelOptions, "engine"), metavar="NAME", show_default="trees"),
]
Rows = Annotated[int | None, typer.Option("--rows", "-n", help=help_of(Policy, "rows"), show_default=False)]
Seed = Annotated[int | None, typer.Option("--seed", help=help_of(Policy, "seed"), show_default=False)]
Scenario = Annotated[
    str | None,
    typer.Option("--scenario", metavar="NAME", help=help_of(RulesOptions, "scenario"), show_default=False),
]
SeedOfTheDraw = Annotated[
    int | None,
    typer.Option(
        "--seed",
        help="Seed of the draw; a fresh one when absent. That of the fit gives the rows of a run.",
        show_default=False,
    ),
]
SeedOfTheTest = Annotated[int, typer.Option("--seed", help="Seed of the rows that are made.")]
Where = Annotated[
    str | None, typer.Option("--where", metavar="CONDITION", help=help_of(ModelOptions, "where"), show_default=False)
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
Drop = Annotated[
    list[str] | None,
    typer.Option("--drop", metavar="COLUMN", help=f"{help_of(Policy, 'drop')} Can be repeated.", show_default=False),
]
KeepRules = Annotated[
    Path | None,
    typer.Option("--keep-rules", metavar="BOOK", help=help_of(Policy, "keep_rules"), show_default=False),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set any field of the policy, such as limits.k=11 or backend.min_leaf=150.",
        show_default=False,
    ),
]
AcceptRisk = Annotated[
    list[str] | None,
    typer.Option(
        "--accept-risk",
        metavar="GATE:REASON:PERSON:DATE",
        help=f"{help_of(Policy, 'waivers')} The date is the last day of it.",
        show_default=False,
    ),
]
State = Annotated[
    Path | None, typer.Option("--state", help=help_of(Policy, "state"), show_default="privsynth-state beside OUT")
]
Against = Annotated[
    list[Path] | None,
    typer.Option("--against", metavar="DIR", help=f"{help_of(Policy, 'against')} Can be repeated.", show_default=False),
]
StateOfKeys = Annotated[
    Path | None,
    typer.Option(
        "--state", help="State directory whose ledger records what is done with the key.", show_default="no record"
    ),
]
FailOn = Annotated[
    Literal["low", "medium", "high", "never"],
    typer.Option(
        "--fail-on",
        help="Which findings end with 3. high: confirmed direct identifiers. "
        "medium: also data such as birth dates and postcodes. low: any sign.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Say what would be made, from what, how long it will take and what will judge it; make nothing.",
    ),
]
AttemptRemedies = Annotated[
    bool,
    typer.Option(
        "--attempt-remedies",
        help="After a refusal follow the ways out, never to another backend: as many runs as the profile allows "
        "attempts, 5 where it sets no number. Each counts.",
    ),
]
SchemaName = Annotated[Literal["policy", "report", "result"], typer.Argument(help="Which schema.")]

# keys
KeyFile = Annotated[Path, typer.Argument(metavar="FILE", help="The key file, of mode 0600.", show_default=False)]
MaskingKeyFile = Annotated[
    Path | None, typer.Option("--key-file", help=help_of(MaskOptions, "key_file"), show_default=False)
]
MaskingKeyEnv = Annotated[
    str | None,
    typer.Option("--key-env", metavar="NAME", help=help_of(MaskOptions, "key_env"), show_default=False),
]
MaskingKeyring = Annotated[
    str | None,
    typer.Option("--keyring", metavar="NAME", help=help_of(MaskOptions, "keyring"), show_default=False),
]
SealingKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        help="File of mode 0600 with a key that seals the model, so that a change by somebody without it shows.",
        show_default=False,
    ),
]

# what is written
Out = Annotated[
    Path,
    typer.Option(
        "--out",
        help="Folder to make. It appears whole, or not at all; a refusal goes to OUT.refused.",
        show_default=False,
    ),
]
OutOrStdout = Annotated[
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
PolicyOut = Annotated[
    str,
    typer.Option(
        "--out",
        metavar="FILE|-",
        help="Where to write the policy; - for the screen. Its JSON Schema is written beside it.",
    ),
]
BookOut = Annotated[
    Path, typer.Option("--out", metavar="BOOK", help="The rulebook to write (.yaml).", show_default=False)
]
MinGroup = Annotated[
    int | None,
    typer.Option(
        "--min-group",
        min=11,
        metavar="K",
        help="People who share whatever the book says, at least; it may be more than the profile asks for, never less.",
        show_default=False,
    ),
]
ModelOut = Annotated[
    Path,
    typer.Option("--model", help="Folder to make for the model. It appears whole, or not at all.", show_default=False),
]
ModelDir = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that `privsynth fit` made.", show_default=False)]
Sarif = Annotated[
    Path | None,
    typer.Option("--sarif", help="Write the findings to this file as SARIF 2.1.0 as well.", show_default=False),
]
Format = Annotated[
    str | None,
    typer.Option("--format", help=help_of(WritePolicy, "format"), show_default="same", metavar="same|csv|parquet|both"),
]
ReplaceOut = Annotated[
    bool, typer.Option("--allow-overwrite", help="Replace an OUT that privsynth made, as a whole, after the gates.")
]
ReplaceFolder = Annotated[
    bool, typer.Option("--allow-overwrite", help="Replace a folder that privsynth made, as a whole, after the gates.")
]
ReplaceModel = Annotated[
    bool, typer.Option("--allow-overwrite", help="Replace a folder that privsynth made, as a whole.")
]
ReplaceFile = Annotated[bool, typer.Option("--allow-overwrite", help="Replace a file that is there.")]

# what is said
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Logging = Annotated[
    LogFormat, typer.Option("--log-format", help="How the stages are told on stderr: text, or one JSON object a line.")
]
