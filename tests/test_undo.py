"""What can undo a transformation does not go out: where rows follow people, the seed draws nothing of them again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import Content

from privsynth.generate.clone import Clone
from privsynth.options import CloneOptions, KeyedOptions
from privsynth.pipeline import acts
from privsynth.pipeline.whole import synthesize
from privsynth.policy import Policy
from privsynth.release import Release
from privsynth.seeds import Seeds
from privsynth.stages import Stages
from privsynth.verdict import GATES

SEED = 7


@pytest.fixture(autouse=True)
def content(monkeypatch: pytest.MonkeyPatch) -> None:
    """No gate objects: what goes out is what matters here."""
    monkeypatch.setattr(acts, "gates_for", lambda policy: tuple(Content(name) for name in GATES if name != "artefacts"))
    monkeypatch.setattr(acts, "missing_evidence", lambda prepared: None)


@pytest.fixture
def visits() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, 400), unit="D")
    return pd.DataFrame({"visit": days, "ward": rng.choice(["north", "south"], 400), "stay": rng.integers(1, 30, 400)})


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    file.write_bytes(bytes(range(32)))
    file.chmod(0o600)
    return file


def released(frame: pd.DataFrame, backend: str, **options: Any) -> Release:
    policy = Policy(seed=SEED, backend={"kind": backend, **options})
    outcome = synthesize(frame, policy, Stages())
    assert isinstance(outcome, Release)
    return outcome


def rows(release: Release) -> bytes:
    (content,) = release.files.values()
    assert isinstance(content, bytes)
    return content


@pytest.mark.parametrize("backend", ["clone", "mask"])
def test_neither_seed_nor_origin_nor_order_goes_out(visits: pd.DataFrame, backend: str) -> None:
    release = released(visits, backend)
    manifest = json.loads(release.reports.files["manifest.json"])
    assert manifest["seed"] is None
    assert manifest["policy"]["seed"] == "given"
    assert all(table.origin is None for table in release.dataset)
    assert any("does not make the same rows again" in note for note in manifest["notes"])
    report = json.loads(release.reports.files["report.json"])
    assert report["method"]["seed"] is None


def test_a_model_still_tells_its_seed(visits: pd.DataFrame) -> None:
    manifest = json.loads(released(visits, "model").reports.files["manifest.json"])
    assert manifest["seed"] == manifest["policy"]["seed"] == SEED


def test_replaying_the_seed_gives_no_day_of_a_clone_back(visits: pd.DataFrame) -> None:
    """The attack: the same backend, drawn by the seed, tells by how many days each clone was moved, and from whom."""
    policy = Policy(seed=SEED, backend="clone")
    prepared = acts.prepare(acts.read(visits, policy, Stages()), policy, Stages())
    train = prepared.source.train.root
    drawn = acts.draw(prepared, acts.learn(prepared, Stages()), Stages()).draft.dataset.root
    again = Clone(CloneOptions(), policy.limits).fit(*prepared.lesson, Seeds(SEED).stream("fit"))
    guess = again.sample(len(visits), Seeds(SEED).stream("sample")).root
    assert drawn.origin is not None
    assert guess.origin is not None
    source = train.values("visit").astype("datetime64[D]").astype(int)
    moved = drawn.values("visit").astype("datetime64[D]").astype(int) - source[drawn.origin]
    told = guess.values("visit").astype("datetime64[D]").astype(int) - source[guess.origin]
    assert np.abs(moved).min() > 0
    assert (drawn.origin == guess.origin).mean() < 0.05
    assert (moved == told).mean() < 0.05


@pytest.mark.parametrize("backend", ["clone", "mask"])
def test_the_same_seed_makes_the_same_rows_with_the_key_alone(visits: pd.DataFrame, key: Path, backend: str) -> None:
    one, other = (rows(released(visits, backend)) for _ in range(2))
    assert one != other
    with_key = [released(visits, backend, key_file=key) for _ in range(2)]
    assert rows(with_key[0]) == rows(with_key[1])
    notes = json.loads(with_key[0].reports.files["manifest.json"])["notes"]
    assert not any("same rows again" in note for note in notes)
    key.chmod(0o600)
    key.write_bytes(bytes(range(1, 33)))
    assert rows(released(visits, backend, key_file=key)) != rows(with_key[0])


def test_a_secret_changes_what_is_drawn_and_not_who_is_held_out() -> None:
    plain, one, other = Seeds(SEED), Seeds(SEED, secret=b"a"), Seeds(SEED, secret=b"b")
    assert len({seeds.stream("split").integers(2**60) for seeds in (plain, one, other)}) == 1
    assert len({seeds.chance("sample").integers(2**60) for seeds in (plain, one, other)}) == 3
    assert plain.chance("sample").integers(2**60) == plain.stream("sample").integers(2**60)
    assert [seeds.is_secret for seeds in (plain, one)] == [False, True]
    assert "secret" not in repr(one)


def test_the_seed_of_a_foreign_backend_whose_rows_follow_rows_is_not_told(visits: pd.DataFrame) -> None:
    class Copies(Clone):
        def sample(self, rows: int | None, rng: np.random.Generator) -> Any:
            made = super().sample(rows, rng)
            return replace(made, tables=tuple(replace(table, origin=table.origin) for table in made))

    policy = Policy(seed=SEED)
    outcome = synthesize(visits, policy, Stages(), backend=Copies(CloneOptions(), policy.limits))
    assert isinstance(outcome, Release)
    assert json.loads(outcome.reports.files["manifest.json"])["seed"] is None


def test_every_backend_that_follows_people_is_keyed() -> None:
    assert {kind.model_fields["kind"].default for kind in KeyedOptions.__subclasses__()} == {"clone", "mask"}
