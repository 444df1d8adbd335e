"""ctgan, tvae and copulagan through our door: the same rows from the same seed, everywhere, and nothing left behind."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from quick import quick_if

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe import learn_statistics
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.model import Model
from privsynth.generate.model.sdv import engine as door
from privsynth.generate.model.sdv.engine import Sdv
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.spelling import Spelling
from privsynth.statistics import Taken

pytest.importorskip("sdv", reason="the extra 'sdv' is not installed")

NETWORKS = ["ctgan", "tvae", "copulagan"]
ENGINES = ["copula", *NETWORKS]


def every_kind(rows: int = 200) -> Table:
    """Money with spikes and gaps, whole numbers, times of day, a few levels, a constant, nothing, and rare values."""
    rng = np.random.default_rng(11)
    columns = (
        Column("level", Kind.CATEGORY),
        Column("amount", Kind.NUMBER, spelling=Spelling(decimals=2)),
        Column("count", Kind.INTEGER),
        Column("seen", Kind.DATE),
        Column("one", Kind.CATEGORY),
        Column("empty", Kind.NUMBER),
        Column("rare", Kind.CATEGORY),
    )
    amount = np.where(rng.random(rows) < 0.4, 0.0, np.round(rng.normal(100, 10, rows), 2))
    seen = np.datetime64("2020-01-01", "us") + rng.integers(0, 500 * 86_400, rows).astype("timedelta64[s]")
    values = {
        "level": rng.choice(np.array(["a", "b", None], dtype=object), rows),
        "amount": np.where(rng.random(rows) < 0.2, np.nan, amount),
        "count": rng.integers(0, 1000, rows).astype(float),
        "seen": np.where(rng.random(rows) < 0.2, np.datetime64("NaT"), seen),
        "one": np.full(rows, "only", dtype=object),
        "empty": np.full(rows, np.nan),
        "rare": np.array([f"r{i}" for i in range(rows)], dtype=object),
    }
    return Table("t", columns, pd.DataFrame({name: pd.Series(v, dtype=v.dtype) for name, v in values.items()}))


def engine(name: str, **options: object) -> Sdv:
    return Sdv(name, k=10, **({} if name == "copula" else {"epochs": 2, **options}))  # type: ignore[arg-type]


def fitted(name: str, table: Table | None = None, seed: int = 1, **options: object) -> Sdv:
    return engine(name, **options).fit(table or every_kind(), np.random.default_rng(seed))


def digest(name: str) -> str:
    made = fitted(name).sample(50, np.random.default_rng(2))
    return hashlib.sha256(made.to_csv().encode()).hexdigest()


@pytest.mark.parametrize("name", quick_if(lambda name: name == "tvae", NETWORKS))
def test_our_generator_governs_fit_and_sample(name: str) -> None:
    one, two, other = fitted(name), fitted(name), fitted(name, seed=3)
    first = one.sample(80, np.random.default_rng(2))
    pd.testing.assert_frame_equal(first, two.sample(80, np.random.default_rng(2)))
    pd.testing.assert_frame_equal(first, one.sample(80, np.random.default_rng(2)))
    assert not first.equals(one.sample(80, np.random.default_rng(4)))
    assert not first.equals(other.sample(80, np.random.default_rng(2)))
    assert one.recipe.record()["repeats"] == "same rows for the same seed and versions"


@pytest.mark.slow
def test_another_process_without_a_home_makes_the_same_rows_and_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    places = {
        "HOME": f"{tmp_path}/file/home",
        "XDG_DATA_HOME": f"{tmp_path}/file/data",
        "TMPDIR": str(tmp_path),
        "MPLCONFIGDIR": str(tmp_path),
    }
    code = "from test_sdv_networks import ENGINES, digest; print(*map(digest, ENGINES))"
    environment = {
        **os.environ,
        **places,
        "PYTHONPATH": os.pathsep.join(str(Path(__file__).parents[up]) for up in (0, 2, 3)),
        "PYTHONHASHSEED": "5",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert told.stdout.split() == [digest(name) for name in ENGINES]
    assert told.stderr == ""
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]


@pytest.mark.parametrize("name", quick_if(lambda name: name in ("copula", "tvae"), ENGINES))
def test_kinds_gaps_and_limits_survive(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    source = every_kind()
    made = fitted(name, source).sample(300, np.random.default_rng(2))
    assert list(made.dtypes) == list(source.frame.dtypes)
    assert made["amount"].isna().any()
    assert made["seen"].isna().any()
    assert (made["amount"] == 0).any()
    assert (made["amount"].dropna() == made["amount"].dropna().round(2)).all()
    assert (made["count"].dropna() % 1 == 0).all()
    assert (made["seen"].dropna().dt.hour > 0).any()
    assert (made["one"] == "only").all()
    assert made[["empty", "rare"]].isna().all().all()
    assert set(made["level"]) <= {"a", "b", None}
    ordered = np.sort(source.frame["count"])
    assert made["count"].between(ordered[10], ordered[-11]).all()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", quick_if(lambda name: name == "tvae", NETWORKS))
@pytest.mark.parametrize("rows", [0, 1, 2, 25])
def test_tiny_tables_survive(name: str, rows: int) -> None:
    made = fitted(name, every_kind(rows), epochs=1)
    assert [len(made.sample(asked, np.random.default_rng(1))) for asked in (0, 5)] == [0, 5]


def test_one_and_two_rows_survive_where_each_value_may_come_out() -> None:
    for rows in (1, 2):
        made = (
            Sdv("tvae", k=1, epochs=1)
            .fit(every_kind(rows), np.random.default_rng(1))
            .sample(5, np.random.default_rng(1))
        )
        assert len(made) == 5


def test_the_state_of_the_process_is_put_back() -> None:
    import torch

    def state() -> tuple[object, ...]:
        flags = (
            torch.get_num_threads(),
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
        )
        return (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist(), *flags)  # noqa: NPY002

    before = state()
    fitted("ctgan", epochs=1).sample(10, np.random.default_rng(1))
    assert state() == before


@pytest.mark.slow
def test_each_epoch_is_told() -> None:
    for name in NETWORKS:
        told: list[tuple[int, int]] = []
        fitted(name, every_kind(60), epochs=3, watch=lambda done, total, told=told: told.append((done, total)))
        assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_epochs_are_honoured_and_said() -> None:
    made = fitted("ctgan", every_kind(60), epochs=3)
    assert made.synthesizer_ is not None
    assert len(made.synthesizer_.get_loss_values()) == 3
    assert made.recipe.record()["parameters"]["epochs"] == 3  # type: ignore[index]
    assert Sdv("tvae", k=10).epochs == 300


def test_an_absent_graphics_card_is_refused_and_auto_takes_the_processor() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a graphics card")
    with pytest.raises(PolicyError, match="graphics card"):
        Sdv("ctgan", k=10, device="cuda")
    assert fitted("tvae", every_kind(60), epochs=1, device="auto").recipe.record()["parameters"]["device"] == "cpu"  # type: ignore[index]


def test_the_recipe_names_the_licence_and_what_took_part() -> None:
    recipe = fitted("tvae", every_kind(60), epochs=1).recipe.record()
    assert recipe["engine"] == "tvae"
    assert recipe["licence"] == "BUSL-1.1"
    assert set(recipe["versions"]) == {"sdv", "copulas", "rdt", "ctgan", "torch"}  # type: ignore[call-overload]
    assert "private" not in str(recipe)


def test_many_levels_are_cut_and_the_rest_comes_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MOST_LEVELS", 5)
    rows = np.repeat(np.array([f"v{i}" for i in range(12)], dtype=object), [60] * 4 + [30] * 4 + [10] * 4)
    table = Table("t", (Column("town", Kind.CATEGORY),), pd.DataFrame({"town": rows}))
    made = fitted("tvae", table, epochs=20)
    (note,) = made.notes
    assert "'town'" in note
    assert "the 4 most frequent" in note
    assert "the other 8" in note
    assert not any(level in note for level in set(rows))
    counts = made.sample(3000, np.random.default_rng(2))["town"].value_counts()
    assert {f"v{i}" for i in range(4, 12)} <= set(counts.index) <= set(rows)
    assert counts[[f"v{i}" for i in range(4, 8)]].sum() == pytest.approx(
        3 * counts[[f"v{i}" for i in range(8, 12)]].sum(), rel=0.3
    )


def test_what_does_not_fit_into_memory_is_refused_before_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "memory_left", lambda: 1_000)
    with pytest.raises(BackendError, match="GiB are free") as caught:
        fitted("ctgan")
    assert "trees" in str(caught.value)


@pytest.mark.slow
def test_rows_held_back_show_what_was_learnt_by_heart() -> None:
    made = fitted("tvae", every_kind(1000), epochs=1)
    (note,) = [note for note in made.notes if "held back" in note]
    assert "100 rows" in note
    assert 0.3 < made.recipe.record()["nearer_to_fitted"] < 0.7  # type: ignore[operator]
    assert made.synthesizer_ is not None
    assert "nearer_to_fitted" not in fitted("tvae", every_kind(900), epochs=1).recipe.record()


def test_children_are_refused_with_the_way_out() -> None:
    with pytest.raises(BackendError, match="engine trees"):
        engine("ctgan").fit(every_kind(), np.random.default_rng(1), given=["level"])


def test_no_name_no_key_and_no_free_text_reaches_the_engine() -> None:
    rows = 60
    frame = pd.DataFrame(
        {
            name: np.array([f"{name}{i % 5}" for i in range(rows)], dtype=object)
            for name in ("id", "name", "note", "town")
        }
    )
    roles = {"id": Role.IDENTIFIER, "name": Role.DIRECT, "note": Role.FREE_TEXT, "town": Role.PLAIN}
    columns = tuple(
        Column(name, Kind.CATEGORY, role=role, entity="LAST_NAME" if name == "name" else None)
        for name, role in roles.items()
    )
    data = Dataset((Table("t", columns, frame),))
    model = Model(ModelOptions(engine="tvae", epochs=1), Policy().limits)
    model.fit(data, learn_statistics(data, Policy().limits, Taken(b"key")), np.random.default_rng(1))
    learnt = model.engines_["t"]
    assert isinstance(learnt, Sdv)
    assert list(learnt.shown_) == ["town"]
