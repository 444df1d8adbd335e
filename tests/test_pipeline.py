"""The story as a whole: what leaks is refused, what is refused writes no row, and no gate can be left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest
from quick import quick_if

import privsynth
from privsynth.dataset import Dataset
from privsynth.emit import serialise
from privsynth.errors import ExitCode, PolicyError
from privsynth.gate import Gate, gates_for
from privsynth.generate.model import Model
from privsynth.options import ModelOptions
from privsynth.pipeline import acts
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.release import Draft, Refusal, Release
from privsynth.source import Source
from privsynth.stages import Stages
from privsynth.statistics import Statistics
from privsynth.verdict import GATES, Finding, Status

SAMPLES = Path(__file__).parents[1] / "sample_data"
CUSTOMERS, PATIENTS = SAMPLES / "customers.csv", SAMPLES / "patients.csv"


FEW = ("selftest", "copies", "budget")  # the gates that are broken and left out by default
_models: list[Model] = []  # of the customers by seed 3: all these runs fit the same


def _honest(dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Model:
    if not _models:
        _models.append(Model(ModelOptions(), Policy().limits).fit(dataset, statistics, rng))
    return _models[0]


class Leaky:
    """The honest model, and then something real among its rows."""

    def __init__(self, spoil: Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]) -> None:
        self.spoil = spoil

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:
        self.train = dataset
        self.model = _honest(dataset, statistics, rng)
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        made = self.model.sample(rows, rng)
        spoilt = self.spoil(made.root.frame.copy(), self.train.root.frame)
        return made.replace_tables(replace(made.root, frame=spoilt))


def training_rows(made: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([train] * 2, ignore_index=True).iloc[: len(made)].reset_index(drop=True)


def one_percent(made: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    count = round(len(train) / 100)
    made.iloc[5 : 5 + count] = train.iloc[:count].to_numpy()
    return made.astype(train.dtypes)


def one_email_column(made: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    made["email"] = np.resize(train["email"].to_numpy(), len(made))
    return made


def one_real_email(made: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    made.loc[17, "email"] = train["email"].dropna().iloc[0]
    return made


def one_percent_without_identifiers(made: pd.DataFrame, train: pd.DataFrame) -> pd.DataFrame:
    learnt = [
        "city",
        "state",
        "postcode",
        "birth_date",
        "segment",
        "income",
        "signup_date",
        "newsletter",
        "visits_per_month",
    ]
    count = round(len(made) / 100)
    made.loc[made.index[5 : 5 + count], learnt] = train[learnt].iloc[:count].to_numpy()
    return made.astype(train.dtypes)


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil", [training_rows, one_percent, one_email_column, one_real_email, one_percent_without_identifiers]
)
def test_a_backend_that_leaks_is_refused_and_the_target_is_absent(spoil: Any, tmp_path: Path) -> None:
    outcome = privsynth.run(CUSTOMERS, tmp_path / "out", backend=Leaky(spoil), seed=3)
    assert outcome.exit_code is ExitCode.BLOCKED
    assert not (tmp_path / "out").exists()
    assert sorted(p.name for p in (tmp_path / "out.refused").iterdir()) == [
        "compliance.html",
        "fidelity.html",
        "manifest.json",
        "report.json",
    ]
    with pytest.raises(AttributeError, match="no data"):
        _ = outcome.data


@pytest.mark.slow
def test_the_same_backend_without_the_leak_is_released(tmp_path: Path) -> None:
    outcome = privsynth.run(CUSTOMERS, tmp_path / "out", backend=Leaky(lambda made, train: made), seed=3)
    assert outcome.released, outcome.reasons
    assert (tmp_path / "out" / "customers.csv").exists()


def test_the_holdout_never_reaches_fit(quick: None) -> None:
    seen: list[Dataset] = []

    class Spy(Leaky):
        def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:
            seen.append(dataset)
            return super().fit(dataset, statistics, rng)

    privsynth.synthesize(CUSTOMERS, backend=Spy(lambda made, train: made), seed=3)
    assert len(seen) == 1
    assert 0.5 * 5_000 <= len(seen[0].root) <= 0.8 * 5_000


@dataclass(frozen=True)
class Said:
    """A gate that says again what the real one said of the same draft."""

    name: str
    findings: tuple[Finding, ...]

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        return list(self.findings)


@dataclass(frozen=True)
class Broken:
    name: str

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        raise MemoryError("Sentinel-77")


@dataclass(frozen=True)
class Ready:
    """A run as far as its honest draft, with what each gate says of it."""

    prepared: acts.Prepared
    drawn: acts.Drawn
    gates: tuple[Gate, ...] = ()

    def concluded(self) -> Release | Refusal:
        stages, draft = Stages(), self.drawn.draft
        verdicts = acts.judged(draft, self.prepared.source, self.prepared.policy, stages)
        return acts.decided(self.prepared, self.drawn, verdicts, stages)


@pytest.fixture(scope="module")
def enough(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows enough for a release, and no more."""
    file = tmp_path_factory.mktemp("enough") / "patients.csv"
    file.write_text("".join(PATIENTS.read_text().splitlines(keepends=True)[:451]))
    return file


@pytest.fixture(scope="module")
def ready(enough: Path) -> Ready:
    policy, stages = Policy(backend="model", seed=1, rows=200, holdout=0.5), Stages()
    prepared = acts.prepare(read_files([enough], policy), policy, stages)
    unjudged = Ready(prepared, acts.draw(prepared, acts.learn(prepared, stages), stages))
    outcome = unjudged.concluded()
    assert isinstance(outcome, Release), outcome
    gates = tuple(Said(verdict.gate, verdict.findings) for verdict in outcome.verdicts if verdict.gate != "artefacts")
    return replace(unjudged, gates=gates)


def test_rows_of_the_source_among_a_ready_draft_are_refused(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gates that compare are the real ones, and each sees it."""
    draft, train = ready.drawn.draft, ready.prepared.source.train.root
    frame = draft.dataset.root.frame.copy()
    frame.iloc[:40] = train.frame.iloc[:40].to_numpy()
    leaky = draft.dataset.replace_tables(replace(draft.dataset.root, frame=frame.astype(train.frame.dtypes)))
    spoilt = replace(draft, dataset=leaky, files=serialise(leaky))
    real = {gate.name: gate for gate in gates_for(ready.prepared.policy) if gate.name in ("pii", "copies")}
    monkeypatch.setattr(acts, "gates_for", lambda policy: [real.get(gate.name, gate) for gate in ready.gates])
    outcome = replace(ready, drawn=replace(ready.drawn, draft=spoilt)).concluded()
    assert outcome.exit_code is ExitCode.BLOCKED
    assert [verdict.gate for verdict in outcome.verdicts if verdict.status is Status.FAILED] == ["pii", "copies"]


def test_what_every_gate_passed_is_released_again(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "gates_for", lambda policy: ready.gates)
    assert isinstance(ready.concluded(), Release)


@pytest.mark.parametrize("broken", quick_if(FEW.__contains__, [g for g in GATES if g != "artefacts"]))
def test_a_gate_that_errors_blocks(broken: str, ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    gates = tuple(Broken(broken) if gate.name == broken else gate for gate in ready.gates)
    monkeypatch.setattr(acts, "gates_for", lambda policy: gates)
    outcome = ready.concluded()
    assert outcome.exit_code is ExitCode.BLOCKED
    assert [v.gate for v in outcome.verdicts if v.status is Status.ERRORED] == [broken]
    assert b"Sentinel" not in b"".join(outcome.reports.files.values())


@pytest.mark.slow
def test_a_gate_that_errors_blocks_a_whole_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_broken(policy: Policy) -> tuple[Gate, ...]:
        return tuple(Broken(gate.name) if gate.name == "copies" else gate for gate in gates_for(policy))

    monkeypatch.setattr(acts, "gates_for", with_broken)
    outcome = privsynth.synthesize(PATIENTS, seed=3)
    assert outcome.exit_code is ExitCode.BLOCKED
    assert outcome.verdicts["copies"].status is Status.ERRORED
    assert b"Sentinel" not in b"".join(outcome.result.reports.files.values())


@pytest.mark.parametrize("missing", quick_if(FEW.__contains__, [g for g in GATES if g != "artefacts"]))
def test_a_gate_that_is_left_out_blocks(missing: str, ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    gates = tuple(gate for gate in ready.gates if gate.name != missing)
    monkeypatch.setattr(acts, "gates_for", lambda policy: gates)
    outcome = ready.concluded()
    assert isinstance(outcome, Refusal)
    assert outcome.exit_code is ExitCode.BLOCKED
    assert any(missing in reason for reason in outcome.reasons)


def test_no_data_and_no_rulebook_is_a_policy_error() -> None:
    with pytest.raises(PolicyError):
        privsynth.synthesize(None)


def test_mask_cannot_be_asked_for_a_number_of_rows() -> None:
    with pytest.raises(PolicyError, match="mask"):
        privsynth.synthesize(CUSTOMERS, {"backend": "mask", "rows": 5})


def test_equal_input_policy_and_seed_give_equal_bytes_but_for_the_manifest(enough: Path) -> None:
    outcomes = [privsynth.synthesize(enough, seed=1, rows=200).result for _ in range(2)]
    files = [{**outcome.files, **outcome.reports.files} for outcome in outcomes if isinstance(outcome, Release)]
    assert [name for name in files[0] if files[0][name] != files[1][name]] == ["manifest.json"]
