"""Fit once, draw often: rows come out through the gates or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import privsynth
from privsynth import InputError, Policy, PolicyError, Synthesizer
from privsynth.synthesizer import SampledDraft

SAMPLES = Path(__file__).parents[1] / "sample_data"


@pytest.fixture(scope="module")
def patients() -> pd.DataFrame:
    return pd.read_csv(SAMPLES / "patients.csv", dtype={"mrn": str})


@pytest.fixture(scope="module")
def fitted(patients: pd.DataFrame) -> Synthesizer:
    return Synthesizer(seed=5).fit(patients)


def rows_of(draft: SampledDraft) -> pd.DataFrame:
    return draft._data.tables[0].frame


def test_rows_that_pass_come_out_as_the_kind_of_frame_that_went_in(fitted: Synthesizer, patients: pd.DataFrame) -> None:
    draft = fitted.sample()
    outcome = fitted.release(draft)
    assert outcome.released, outcome.reasons
    assert list(outcome.data.columns) == list(patients.columns)
    assert len(outcome.data) == len(patients)
    assert outcome.manifest["seed"] == 5
    assert set(outcome.verdicts) >= {"schema", "pii", "copies", "fidelity", "artefacts"}


def test_rows_are_those_of_a_run_with_the_same_seed(fitted: Synthesizer, patients: pd.DataFrame) -> None:
    from privsynth.pipeline.acts import draw, learn, prepare, read
    from privsynth.stages import Stages

    policy = Policy(seed=5, rows=200, backend="model")
    prepared = prepare(read(patients, policy, Stages()), policy, Stages())
    assert fitted.sample(200)._drawn.draft.files == draw(prepared, learn(prepared, Stages()), Stages()).draft.files


def test_a_draft_that_does_not_pass_gives_no_rows(patients: pd.DataFrame) -> None:
    asked = {"limits": {"rows_ratio": 0.5}, "holdout": 0.5}
    synthesizer = Synthesizer(policy=asked, seed=5).fit(patients.head(400))
    outcome = synthesizer.release(synthesizer.sample(201))
    assert not outcome.released
    assert any("budget" in reason for reason in outcome.reasons)
    assert not hasattr(outcome, "data")


def test_too_few_people_are_refused_as_in_a_run_and_what_works_is_named(patients: pd.DataFrame) -> None:
    with pytest.raises(PolicyError, match="needs at least 150 people, and there are 120") as caught:
        Synthesizer(seed=5).fit(patients.head(120))
    assert "`privsynth run` with --backend mask" in caught.value.hint


def test_a_draft_can_be_described_and_not_taken_out(fitted: Synthesizer) -> None:
    draft = fitted.sample(50)
    lines = draft.describe()
    assert [line["rows"] for line in lines] == [50] * 18
    assert {"table", "column", "kind", "role", "missing", "distinct"} <= set(lines[0])
    assert not [name for name in dir(draft) if name.startswith(("to_", "save", "write", "data", "frame"))]
    assert "50 rows x 18 columns" in repr(draft)
    real_words = {"surgery", "never", "former"}
    assert not real_words & {str(value) for line in lines for value in line.values()}


def test_a_condition_is_met_by_every_row_and_its_model_is_fitted_once(fitted: Synthesizer) -> None:
    before = len(fitted.conditioned_)
    one, two = (rows_of(fitted.sample(80, where="bmi > 30", seed=seed)) for seed in (1, 2))
    assert (one["bmi"] > 30).all()
    assert not one.equals(two)
    assert len(fitted.conditioned_) == before + 1


def test_shares_are_met(fitted: Synthesizer) -> None:
    made = rows_of(fitted.sample(400, shares={"sex": {"F": 0.8}}))
    assert (made["sex"] == "F").mean() == pytest.approx(0.8, abs=0.05)


def test_a_seed_repeats_and_none_does_not(fitted: Synthesizer, patients: pd.DataFrame) -> None:
    assert rows_of(fitted.sample(40)).equals(rows_of(fitted.sample(40)))
    assert not rows_of(fitted.sample(40, seed=1)).equals(rows_of(fitted.sample(40, seed=2)))
    free = Synthesizer().fit(patients.head(400))
    assert not rows_of(free.sample(40)).equals(rows_of(free.sample(40)))


def test_it_is_saved_and_loaded_with_its_data(
    fitted: Synthesizer, patients: pd.DataFrame, tmp_path: Path, quick: None
) -> None:
    fitted.save(tmp_path / "model")
    loaded = Synthesizer.load(tmp_path / "model", data=patients)
    assert loaded.get_params()["seed"] == 5
    assert rows_of(loaded.sample(60)).equals(rows_of(fitted.sample(60)))
    assert loaded.release(loaded.sample(1_500)).released
    assert any("fitted before" in note for note in loaded.prepared_.data.notes)


def test_a_model_of_a_frame_needs_the_frame(fitted: Synthesizer, patients: pd.DataFrame, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model")
    with pytest.raises(PolicyError, match="fitted on a frame"):
        Synthesizer.load(tmp_path / "model")
    with pytest.raises(InputError, match="not what the model was fitted on"):
        Synthesizer.load(tmp_path / "model", data=patients.iloc[1:])
    assert privsynth.PrivsynthError


def test_a_folder_that_is_there_is_not_overwritten_unasked(fitted: Synthesizer, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model")
    with pytest.raises(PolicyError, match="not empty"):
        fitted.save(tmp_path / "model")
    fitted.save(tmp_path / "model", overwrite=True)


def test_it_is_a_parameter_object_as_scikit_learn_knows_it() -> None:
    from sklearn.base import clone

    one = Synthesizer("trees", policy=Policy(limits={"k_rare": 7}), seed=3)
    other = clone(one)
    assert other is not one
    assert other.get_params() == one.get_params()
    assert other.set_params(seed=4) is other
    assert (one.seed, other.seed) == (3, 4)
    assert "seed=3" in repr(one)


def test_parameters_are_not_touched_by_a_fit(patients: pd.DataFrame) -> None:
    one = Synthesizer(policy={"rows": 10}, seed=3)
    before = one.get_params()
    assert one.fit(patients.head(300)) is one
    assert one.get_params() == before
    assert len(rows_of(one.sample())) == 10


@pytest.mark.parametrize(
    ("act", "word"),
    [
        (lambda syn, data: syn.sample(), "not fitted"),
        (lambda syn, data: syn.save("somewhere"), "not fitted"),
        (lambda syn, data: syn.set_params(engin="trees"), "no parameter engin"),
        (lambda syn, data: Synthesizer("forest").fit(data), "engine"),
        (lambda syn, data: Synthesizer(policy={"backend": "mask"}).fit(data), "learns a model"),
    ],
)
def test_what_cannot_be_done_is_refused(act: Any, word: str, patients: pd.DataFrame) -> None:
    with pytest.raises(PolicyError, match=word):
        act(Synthesizer(), patients)


def test_a_draft_of_an_earlier_fit_is_refused(patients: pd.DataFrame) -> None:
    syn = Synthesizer(seed=1).fit(patients.head(300))
    draft = syn.sample(10)
    syn.fit(patients.head(300))
    with pytest.raises(PolicyError, match="as it is fitted now"):
        syn.release(draft)


def test_importing_the_package_stays_light() -> None:
    code = (
        "import sys, privsynth; "
        "print([name for name in ('numpy', 'pandas', 'sklearn', 'pydantic') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
