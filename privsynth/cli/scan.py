"""`privsynth scan`: personal data in any file, for a person, a pre-commit hook or CI."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from privsynth.cli.run import Config, Delimiter, Encoding, Json, NoHeader, OnRagged, reading
from privsynth.cli.screen import result, table, write_json
from privsynth.errors import ExitCode
from privsynth.policy import load_policy

FailOn = Annotated[Literal["never", "confirmed", "any"], typer.Option(help="Which findings end with 3.")]


def scan(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Tables to scan: CSV, TSV, Parquet (also .gz), or - for stdin.", show_default=False)],
    fail_on: FailOn = "confirmed",
    config: Config = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    on_ragged: OnRagged = None,
    no_header: NoHeader = False,
    as_json: Json = False,
) -> int:
    """Find personal data by column and kind; no value is shown. Ends with 3 if something was found."""
    policy = load_policy(config, reading(encoding, delimiter, on_ragged, no_header))

    from privsynth import api

    found = api.scan(files, policy)
    bad = [line for line in found if fail_on == "any" or (fail_on == "confirmed" and line["confirmed"])]
    code = ExitCode.BLOCKED if bad else ExitCode.RELEASED
    if as_json:
        write_json(result("scan", code, outcome="found" if found else "nothing found", hits=found))
        return int(code)
    if found:
        lines = [(f["table"], f["column"], f["entity"], f"{f['values']:,}", f"{f['share']:.0%}", "confirmed" if f["confirmed"] else "weak") for f in found]
        sys.stdout.write(table(lines, ("table", "column", "entity", "values", "of column", "strength")))
    else:
        sys.stdout.write("nothing found, within what can be found without a language model: see `privsynth doctor`\n")
    return int(code)
