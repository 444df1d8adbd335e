"""The Python door: any frame or file in, an outcome out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privsynth.content import blocks
from privsynth.dataset import Column, Dataset, Kind, Source, Table
from privsynth.describe import describe, learn_statistics, take_fingerprints
from privsynth.describe.align import aligned
from privsynth.describe.names import refuse_unknown_names
from privsynth.emit import check_target, emit, emit_papers, emit_refusal, serialise
from privsynth.errors import ExitCode, PolicyError
from privsynth.generate import Backend
from privsynth.options import ModelOptions
from privsynth.pii import ColumnScan
from privsynth.pipeline import judge_table
from privsynth.pipeline import synthesize as run_pipeline
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.read.frames import frame_like, read_frame
from privsynth.release import Draft, Refusal, Release
from privsynth.stages import Stages
from privsynth.verdict import GATES, Verdict

Data = Any  # a path, several paths, a frame (pandas, polars, pyarrow, DuckDB), or a mapping of names to frames
JUDGING = tuple(
    name for name in GATES if name not in ("claim", "budget", "artefacts")
)  # what can be asked of anybody's table
STATE = "privsynth-state"  # the ledger's folder, where none is named


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run came to. Only a released one has data."""

    result: Release | Refusal = field(repr=False)
    original: Any = field(repr=False, default=None)  # the frame, or frames, whose kind the data is given back in

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
    def report(self) -> dict[str, Any]:
        """The content of report.json."""
        return dict(json.loads(self.result.papers.files["report.json"]))

    @property
    def manifest(self) -> dict[str, Any]:
        """The content of manifest.json."""
        return dict(json.loads(self.result.papers.files["manifest.json"]))

    @property
    def data(self) -> Any:
        """The released rows, as the kind of frame that came in; for several tables a dict of them."""
        if not isinstance(self.result, Release):
            raise AttributeError("a refused run has no data; outcome.reasons and outcome.report say why")  # noqa: TRY004 - there is no such attribute
        return _like(self.original, self.result.dataset)

    def save(self, out: str | Path, *, overwrite: bool = False) -> list[Path]:
        """Write a release to the folder `out`, or a refusal's papers to `<out>.refused`."""
        target = Path(out)
        check_target(target, overwrite=overwrite)
        if isinstance(self.result, Release):
            return emit(self.result, target, overwrite=overwrite)
        return emit_refusal(self.result, target)

    def save_papers(self, folder: str | Path, *, overwrite: bool = False) -> list[Path]:
        """Write the reports alone, where the rows go elsewhere; a refusal's to `<folder>.refused`."""
        check_target(Path(folder), overwrite=overwrite)
        return emit_papers(self.result, Path(folder), overwrite=overwrite)

    def blocks(self) -> Iterator[bytes]:
        """The bytes of the one released file; nothing for a refusal."""
        if isinstance(self.result, Release):
            (content,) = self.result.files.values()
            yield from blocks(content)

    def __repr__(self) -> str:
        states = ", ".join(f"{verdict.gate} {verdict.status.value}" for verdict in self.result.verdicts)
        return f"Outcome({self.status}: {states})"


def synthesize(
    data: Data = None,
    policy: Policy | Mapping[str, Any] | None = None,
    *,
    backend: Backend | str | Mapping[str, Any] | None = None,
    stages: Stages | None = None,
    **options: Any,
) -> Outcome:
    """Make synthetic data of `data`, and release it only if every gate passes.

    `policy` is a Policy or a mapping like one; `options` are further fields of it: `synthesize(frame, rows=5_000, seed=7)`.
    `backend` names one of ours, with its options if it is a mapping, or is an instance of your own with `fit` and `sample`.
    """
    if isinstance(backend, str | Mapping):
        options, backend = {**options, "backend": backend}, None
    policy = policy_of(policy, options)
    dataset = read(data, policy)
    original = None if _is_path(data) else data
    return Outcome(run_pipeline(dataset, policy, backend=backend, stages=stages), original)


def run(
    data: Data,
    out: str | Path,
    policy: Policy | Mapping[str, Any] | None = None,
    *,
    backend: Backend | str | Mapping[str, Any] | None = None,
    overwrite: bool = False,
    **options: Any,
) -> Outcome:
    """`synthesize`, then write the result: the command line's `privsynth run`."""
    check_target(Path(out), overwrite=overwrite)
    if isinstance(backend, str | Mapping):
        options, backend = {**options, "backend": backend}, None
    outcome = synthesize(data, remembering(policy_of(policy, options), out), backend=backend)
    outcome.save(out, overwrite=overwrite)
    return outcome


def remembering(policy: Policy, out: str | Path) -> Policy:
    """The policy with a ledger, beside the output where none was named: `privsynth-state` in the folder that holds `out`."""
    target = Path(out).absolute()
    if policy.state is None:
        return policy.with_(state=target.parent / STATE)
    if target in (policy.state.absolute(), *policy.state.absolute().parents):
        raise PolicyError(
            "the state directory would lie inside the output folder.",
            hint="name another one with --state; it stays when the output goes out",
        )
    return policy


def inspect(data: Data, policy: Policy | None = None) -> Dataset:
    """What each column is, and why we think so; nothing is made."""
    policy = policy or Policy()
    return describe(read(data, policy), policy)


def evaluate(
    real: Data,
    synthetic: Data,
    holdout: Data = None,
    policy: Policy | None = None,
    *,
    gates: Sequence[str] = JUDGING,
    stages: Stages | None = None,
) -> dict[str, Verdict]:
    """Judge anybody's synthetic table with the gates of a release. Without a hold-out most of them have no control and say so."""
    policy = (policy or Policy()).with_(backend=ModelOptions())
    train = describe(read(real, policy), policy)
    control = aligned(train, read(holdout, policy)) if holdout is not None else Dataset(())
    made = aligned(train, read(synthetic, policy))
    everything = Dataset((*train.tables, *control.tables))
    source = Source(train, control, learn_statistics(train, policy, take_fingerprints(everything)))
    draft = Draft(made, serialise(made), None)
    return {verdict.gate: verdict for verdict in judge_table(draft, source, policy, gates, stages)}


def scan_table(data: Data, policy: Policy | None = None) -> list[ColumnScan]:
    """Which columns of a table hold which kinds of personal data, with counts of distinct values; never a value.

    `data` is one frame or file. Each finding says column, entity, hits, distinct, confirmed, role and reason.
    """
    from privsynth.pii import scan_table as scan_columns

    tables = read(data, policy or Policy()).tables
    if len(tables) != 1:
        raise PolicyError(f"one table is expected, there are {len(tables)}.", hint="scan them one after another")
    return scan_columns(tables[0])


def read(data: Data, policy: Policy) -> Dataset:
    """Any kind of data as a dataset; None is a dataset without a table."""
    if data is None:
        return Dataset(())
    if isinstance(data, Dataset):
        return data
    if _is_path(data):
        return _read_paths([data] if isinstance(data, str | Path) else list(data), policy)
    return read_frame(data, policy)


def _read_paths(paths: list[str | Path], policy: Policy) -> Dataset:
    """The files; a name in the policy that they do not have is refused with its place in the policy file."""
    try:
        return read_files(paths, policy)
    except PolicyError:
        if "-" not in map(str, paths):
            refuse_unknown_names(read_files(paths, policy.with_(tables={}, relations=[])), policy)
        raise


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
        "format": column.spelling.date_format if column.kind is Kind.DATE else None,
    }


def policy_of(policy: Policy | Mapping[str, Any] | None, options: Mapping[str, Any]) -> Policy:
    if isinstance(policy, Policy):
        return policy.with_(**options) if options else policy
    return Policy(**{**(policy or {}), **options})


def _is_path(data: Data) -> bool:
    several = isinstance(data, list | tuple) and bool(data) and all(isinstance(item, str | Path) for item in data)
    return data is None or several or isinstance(data, str | Path)


def _like(original: Any, dataset: Dataset) -> Any:
    """Each table as the kind of frame it came as; what came from a file is given as pandas."""
    if isinstance(original, Mapping):
        return {table.name: frame_like(original[table.name], table) for table in dataset}
    if original is not None and not isinstance(original, Dataset):
        return frame_like(original, dataset.tables[0])
    frames = {table.name: table.frame.copy() for table in dataset}
    return next(iter(frames.values())) if len(frames) == 1 else frames
