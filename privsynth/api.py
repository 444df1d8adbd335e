"""The Python door: any frame or file in, an outcome out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privsynth.dataset import Column, Dataset, Table
from privsynth.errors import ExitCode, PolicyError
from privsynth.generate import Backend
from privsynth.options import ModelOptions
from privsynth.pii import ColumnScan
from privsynth.pipeline import judging, whole
from privsynth.pipeline.acts import Data, files_in, is_path, read, rows_of, write, write_reports
from privsynth.policy import Policy
from privsynth.read.frames import frame_like
from privsynth.release import Refusal, Release
from privsynth.stages import Stages
from privsynth.verdict import GATES, Verdict
from privsynth.way_out import WayOut

JUDGING = tuple(name for name in GATES if name not in ("claim", "budget", "artefacts"))  # what any table can be asked


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run came to. Only a released one has data."""

    result: Release | Refusal = field(repr=False)
    original: Any = field(repr=False, default=None)  # the frame, or frames, whose kind the data is given back in
    inputs: Sequence[str] = field(repr=False, default=())  # the files it was read from, which nothing may replace

    @property
    def released(self) -> bool:
        return isinstance(self.result, Release)

    @property
    def exit_code(self) -> ExitCode:
        return self.result.exit_code

    @property
    def status(self) -> str:
        """released, released-with-waiver or refused."""
        return self.result.status

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """Each gate's verdict, by the name of the gate."""
        return {verdict.gate: verdict for verdict in self.result.verdicts}

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was refused; empty for a release."""
        return self.result.reasons if isinstance(self.result, Refusal) else ()

    @property
    def ways(self) -> tuple[WayOut, ...]:
        """What can be asked instead, the likeliest and cheapest first: `way.applied(policy)` is the policy with it."""
        return self.result.advice.ways if isinstance(self.result, Refusal) else ()

    @property
    def path(self) -> list[dict[str, Any]]:
        """The runs that led here, where ways out were followed: what was changed, and what was measured then."""
        return list(self.manifest["path"])

    @property
    def report(self) -> dict[str, Any]:
        """The content of report.json."""
        return dict(json.loads(self.result.reports.files["report.json"]))

    @property
    def manifest(self) -> dict[str, Any]:
        """The content of manifest.json."""
        return dict(json.loads(self.result.reports.files["manifest.json"]))

    @property
    def data(self) -> Any:
        """The released rows, as the kind of frame that came in; for several tables a dict of them."""
        if not isinstance(self.result, Release):
            raise AttributeError("a refused run has no data; outcome.reasons and outcome.report say why")  # noqa: TRY004 - there is no such attribute
        return _like(self.original, self.result.dataset)

    def save(self, out: str | Path, *, overwrite: bool = False) -> list[Path]:
        """Write a release to the folder `out`, or the reports of a refusal to `<out>.refused`."""
        return write(self.result, Path(out), overwrite=overwrite, inputs=self.inputs)

    def save_reports(self, folder: str | Path, *, overwrite: bool = False) -> list[Path]:
        """Write the reports alone, where the rows go elsewhere; a refusal's to `<folder>.refused`."""
        return write_reports(self.result, Path(folder), overwrite=overwrite, inputs=self.inputs)

    def blocks(self) -> Iterator[bytes]:
        """The bytes of the one released file; nothing for a refusal."""
        return rows_of(self.result)

    def __repr__(self) -> str:
        states = ", ".join(f"{verdict.gate} {verdict.word}" for verdict in self.result.verdicts)
        return f"Outcome({self.status}: {states})"


def synthesize(
    data: Data = None,
    policy: Policy | Mapping[str, Any] | None = None,
    *,
    backend: Backend | str | Mapping[str, Any] | None = None,
    stages: Stages | None = None,
    attempt_remedies: bool = False,
    **options: Any,
) -> Outcome:
    """Make synthetic data of `data`, and release it only if every gate passes.

    `policy` is a Policy or a mapping like one; `options` are other fields: `synthesize(frame, rows=5_000, seed=7)`.
    `backend` names one of ours, with its options if it is a mapping, or is an object with `fit` and `sample`.
    `attempt_remedies` follows the ways out of a refusal, each a run of its own; `outcome.path` says what was tried.
    """
    policy, instance = _policy_and_backend(policy, options, backend)
    result = whole.synthesize(data, policy, stages or Stages(), backend=instance, attempt_remedies=attempt_remedies)
    return Outcome(result, None if is_path(data) else data, files_in(data))


def run(
    data: Data,
    out: str | Path,
    policy: Policy | Mapping[str, Any] | None = None,
    *,
    backend: Backend | str | Mapping[str, Any] | None = None,
    overwrite: bool = False,
    attempt_remedies: bool = False,
    **options: Any,
) -> Outcome:
    """`synthesize`, then write the result: the command line's `privsynth run`."""
    policy, instance = _policy_and_backend(policy, options, backend)
    result, _ = whole.run(
        data,
        policy,
        Path(out),
        Stages(),
        backend=instance,
        overwrite=overwrite,
        attempt_remedies=attempt_remedies,
    )
    return Outcome(result, None if is_path(data) else data, files_in(data))


def inspect(data: Data, policy: Policy | None = None) -> Dataset:
    """What each column is, and why we think so; nothing is made."""
    return judging.inspect(data, policy or Policy())


def evaluate(
    real: Data,
    synthetic: Data,
    holdout: Data = None,
    policy: Policy | None = None,
    *,
    gates: Sequence[str] = JUDGING,
    stages: Stages | None = None,
) -> dict[str, Verdict]:
    """Judge a synthetic table from any tool with the gates of a release.

    Without a hold-out most gates have no control, and say so.
    """
    policy = (policy or Policy()).with_(backend=ModelOptions())
    verdicts = judging.evaluate(real, synthetic, holdout, policy, gates=gates, stages=stages or Stages())
    return {verdict.gate: verdict for verdict in verdicts}


def scan_table(data: Data, policy: Policy | None = None) -> list[ColumnScan]:
    """Which columns of a table hold which kinds of personal data, with counts of distinct values; never a value.

    `data` is one frame or file. Each finding says column, entity, hits, distinct, confirmed, role and reason.
    """
    from privsynth.pii import scan_table as scan_columns

    tables = read(data, policy or Policy(), Stages()).tables
    if len(tables) != 1:
        raise PolicyError(f"one table is expected, there are {len(tables)}.", hint="scan them one after another")
    return scan_columns(tables[0])


def column_line(table: Table, column: Column) -> dict[str, Any]:
    """One column of `inspect`, for a table or for JSON."""
    values = table.frame[column.name]
    return {
        "column": column.name,
        "kind": column.kind.value,
        "role": column.role.value,
        "entity": column.entity,
        "why": column.reason,
        "confidence": round(column.confidence, 2),
        "declared": column.declared,
        "missing": round(float(values.isna().mean()), 4) if len(values) else 0.0,
        "distinct": int(values.nunique()),
        "format": column.format,
    }


def policy_of(policy: Policy | Mapping[str, Any] | None, options: Mapping[str, Any]) -> Policy:
    if isinstance(policy, Policy):
        return policy.with_(**options) if options else policy
    return Policy(**{**(policy or {}), **options})


def _policy_and_backend(
    policy: Policy | Mapping[str, Any] | None,
    options: Mapping[str, Any],
    backend: Backend | str | Mapping[str, Any] | None,
) -> tuple[Policy, Backend | None]:
    """The policy with its options; a backend that is named is one of them, an instance is used as it is."""
    if isinstance(backend, str | Mapping):
        return policy_of(policy, {**options, "backend": backend}), None
    return policy_of(policy, options), backend


def _like(original: Any, dataset: Dataset) -> Any:
    """Each table as the kind of frame it came as; what came from a file is given as pandas."""
    if isinstance(original, Mapping):
        return {table.name: frame_like(original[table.name], table) for table in dataset}
    if original is not None and not isinstance(original, Dataset):
        return frame_like(original, dataset.tables[0])
    frames = {table.name: table.frame.copy() for table in dataset}
    return next(iter(frames.values())) if len(frames) == 1 else frames
