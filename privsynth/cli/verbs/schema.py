"""`privsynth schema`: the JSON Schemas of what is read and written."""

from __future__ import annotations

from privsynth.cli import flags
from privsynth.cli.screen import write_json


def schema(name: flags.SchemaName) -> int:
    """Print the JSON Schema of a policy file, of report.json, or of what --json prints."""
    if name == "policy":
        from privsynth.policy import policy_schema

        write_json(policy_schema())
        return 0
    from privsynth.report import schemas

    write_json(schemas()[name])
    return 0
