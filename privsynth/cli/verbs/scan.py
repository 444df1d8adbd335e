"""`privsynth scan`: personal data in any file, for a person, a pre-commit hook or CI."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from privsynth.cli import flags
from privsynth.cli.reading import reads_files
from privsynth.cli.screen import result, table, write_json
from privsynth.errors import ExitCode
from privsynth.policy import load_policy

if TYPE_CHECKING:
    from privsynth.cli.findings import ScanHit


HEADER = ("file", "where", "entity", "values", "of column", "level")


@reads_files
def scan(
    files: flags.TablesOrTexts,
    *,
    fail_on: flags.FailOn = "high",
    sarif: flags.Sarif = None,
    config: flags.Config = None,
    as_json: flags.Json = False,
    read: dict[str, object],
) -> int:
    """Find personal data by column and kind, in texts by line; no value is shown.
    Ends with 3 if something was found.
    """
    policy = load_policy(config, read)

    from privsynth.cli.findings import LEVELS, scan_files

    hits = scan_files(files, policy)
    if sarif is not None:
        from privsynth.cli.sarif import hits_as_results, write_sarif

        write_sarif(sarif, "scan", *hits_as_results(hits))
    failing = () if fail_on == "never" else LEVELS[LEVELS.index(fail_on) :]
    code = ExitCode.BLOCKED if any(hit.level in failing for hit in hits) else ExitCode.RELEASED
    if as_json:
        outcome = "found" if hits else "nothing found"
        write_json(result("scan", code, outcome=outcome, hits=[hit.record for hit in hits]))
        return int(code)
    if hits:
        sys.stdout.write(table([_line(hit) for hit in hits], HEADER))
    else:
        sys.stdout.write("nothing found, within what can be found without a language model: see `privsynth doctor`\n")
    return int(code)


def _line(hit: ScanHit) -> tuple[str, ...]:
    more = f" and {hit.lines - 1:,} more" if hit.lines and hit.lines > 1 else ""
    where = hit.column if hit.column is not None else f"line {hit.line}{more}"
    return (
        hit.file,
        where,
        hit.entity,
        f"{hit.values:,}",
        "" if hit.share is None else f"{hit.share:.0%}",
        hit.level,
    )
