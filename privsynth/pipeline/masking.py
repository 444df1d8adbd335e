"""The order for masking files or a stream of any length: rows go out after the gates, or not at all."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from privsynth.emit import check_output, folder_beside, private_folder
from privsynth.errors import PolicyError
from privsynth.pipeline.acts import rows_of, write, write_reports
from privsynth.pipeline.choices import with_ledger
from privsynth.pipeline.parts import mask_in_parts
from privsynth.pipeline.whole import synthesize
from privsynth.policy import Policy
from privsynth.read.parts import spool
from privsynth.read.sources import SourceFile, source_files
from privsynth.release import Outcome
from privsynth.stages import Stages
from privsynth.streaming import needs_parts


def mask_to_folder(
    names: Sequence[str], policy: Policy, out: Path, stages: Stages, *, overwrite: bool = False
) -> tuple[Outcome, list[Path]]:
    """Rows and reports of any number of tables in the folder `out`, or the reason in `<out>.refused`."""
    check_output(out, overwrite=overwrite, inputs=names)
    with private_folder(folder_beside(out)) as folder:
        policy = with_ledger(policy, out)
        outcome = _masked(names, policy, folder, stages)
        with stages.unbroken():
            return outcome, write(outcome, out, overwrite=overwrite, inputs=names, state=policy.state)


def mask_to_stream(
    names: Sequence[str],
    policy: Policy,
    rows_to: BinaryIO,
    stages: Stages,
    *,
    reports: Path | None = None,
    overwrite: bool = False,
) -> tuple[Outcome, list[Path]]:
    """The rows of one table to a stream; the reports to the folder `reports`, a refusal's to `<reports>.refused`."""
    if reports is not None:
        check_output(reports, overwrite=overwrite, inputs=names)
        policy = with_ledger(policy, reports)
    with private_folder(folder_beside(reports)) as folder:
        outcome = _masked(names, policy, folder, stages, most_tables=1)
        with stages.unbroken():
            written = []
            if reports is not None:
                written = write_reports(outcome, reports, overwrite=overwrite, inputs=names)
            rows_to.writelines(rows_of(outcome))
            rows_to.flush()
    return outcome, written


def _masked(
    names: Sequence[str], policy: Policy, folder: Path, stages: Stages, *, most_tables: int | None = None
) -> Outcome:
    """One text table of many rows is masked in parts, anything else as a whole. The standard input is spooled first."""
    sources, _ = source_files(names)
    if most_tables is not None and len(sources) > most_tables:
        raise PolicyError(f"{len(sources)} tables cannot all go to stdout.", hint="name a folder with --out")
    if len(sources) > 1 or sources[0].is_parquet:
        return synthesize(list(names), policy, stages)
    file = sources[0] if sources[0].path is not None else _spooled(sources[0], policy, folder)
    if file.path is not None and needs_parts(file, file.path, policy):
        return mask_in_parts(file, file.path, policy, folder, stages)
    return synthesize(list(names) if file is sources[0] else [str(file.path)], policy, stages)


def _spooled(file: SourceFile, policy: Policy, folder: Path) -> SourceFile:
    """The standard input as a file. It has no name of its own: a plan for one table means it."""
    table = next(iter(policy.tables)) if len(policy.tables) == 1 else file.table
    target = folder / f"{table}.csv"
    spool(sys.stdin.buffer, target, policy.read.max_bytes)
    return SourceFile(file.label, table, target)
