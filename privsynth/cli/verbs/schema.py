"""`privsynth schema`: the JSON Schemas of what is read and written."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from privsynth.cli.screen import write_json

Name = Annotated[Literal["policy", "report", "result"], typer.Argument(help="Which schema.")]


def schema(name: Name) -> int:
    """Print the JSON Schema of a policy file, of report.json, or of what --json prints."""
    if name == "policy":
        from privsynth.policy import policy_schema

        write_json(policy_schema())
        return 0
    from privsynth.report import schemas

    write_json(schemas()[name])
    return 0
