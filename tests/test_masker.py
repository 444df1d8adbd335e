"""Masking frames: the same kind of frame out, the same people under one key, and a refusal that carries its reasons."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from shop import customers

import privsynth as ps
from privsynth.errors import PolicyError
from privsynth.masker import RefusedError

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    table = customers(300)
    return pd.DataFrame(
        {name: table.text(name) for name in ("customer_id", "first", "last", "email", "town", "segment")}
    )


def test_a_frame_comes_back_as_the_kind_it_was(frame: pd.DataFrame) -> None:
    masker = ps.Masker()
    made = masker.transform(pl.from_pandas(frame))
    assert isinstance(made, pl.DataFrame)
    assert made.columns == list(frame.columns)
    assert not set(made["email"]) & set(frame["email"])
    assert masker.outcome_.released


def test_one_key_makes_the_same_people_of_two_frames(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASKING_KEY", KEY.hex())
    masker = ps.Masker(key=ps.Key.from_env("MASKING_KEY"))
    first, second = masker.transform(frame), masker.transform(frame.iloc[100:])
    both = first.merge(second, on="customer_id", suffixes=("", "_again"))
    assert len(both) == 200
    assert (both["last"] == both["last_again"]).mean() >= 0.98
    others = set(ps.Masker().transform(frame)["customer_id"])
    assert len(others & set(first["customer_id"])) <= 3  # of 300 out of 10^7 one meets by chance in a hundred runs


def test_a_key_tells_its_id_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASKING_KEY", KEY.hex())
    file = tmp_path / "KEY"
    file.touch(mode=0o600)
    file.write_bytes(KEY)
    named, lying = ps.Key.from_env("MASKING_KEY"), ps.Key.from_file(file)
    assert named.key_id == lying.key_id
    assert KEY.hex() not in repr(named) + repr(lying) + named.key_id


def test_a_key_that_cannot_be_had_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASKING_KEY", raising=False)
    with pytest.raises(PolicyError, match="is not set"):
        ps.Key.from_env("MASKING_KEY")
    with pytest.raises(PolicyError, match="cannot be opened"):
        ps.Key.from_file(tmp_path / "none")


def test_a_plan_and_options_are_those_of_a_policy(frame: pd.DataFrame) -> None:
    columns = {
        "customer_id": "token",
        "first": "substitute",
        "last": "redact",
        "email": "drop",
        "town": "k_anonymise",
        "segment": "keep",
    }
    made = ps.Masker(
        {"tables": {"table": {"columns": {name: {"mask": step} for name, step in columns.items()}}}}
    ).transform(frame)
    assert list(made.columns) == ["customer_id", "first", "last", "town", "segment"]
    assert set(made["last"]) == {"*"}
    assert sorted(made["segment"]) == sorted(frame["segment"])


def test_what_the_gates_refuse_is_an_error_that_carries_the_reasons(frame: pd.DataFrame) -> None:
    columns = {
        "customer_id": "token",
        "first": "invent",
        "last": "invent",
        "email": "keep",
        "town": "k_anonymise",
        "segment": "keep",
    }
    masker = ps.Masker({"tables": {"table": {"columns": {name: {"mask": step} for name, step in columns.items()}}}})
    with pytest.raises(RefusedError, match="gate 'pii' failed") as caught:
        masker.transform(frame)
    assert caught.value.outcome is masker.outcome_
    assert not masker.outcome_.released


def test_a_kept_key_is_refused_where_the_profile_wants_none(
    frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASKING_KEY", KEY.hex())
    with pytest.raises(PolicyError, match="must keep no key"):
        ps.Masker(key=ps.Key.from_env("MASKING_KEY"), profile="gdpr-strict").transform(frame)


def test_a_backend_may_be_named_in_python(frame: pd.DataFrame) -> None:
    outcome = ps.synthesize(frame, backend="mask")
    assert outcome.manifest["backend"]["backend"] == "mask"
    assert outcome.manifest["backend"]["key_overwritten"] is True
    row = next(line for line in outcome.report["columns"] if line["column"] == "email")
    assert row["reversible"] == "no: the key was destroyed with the run"
    assert row["linkable"] == "inside this run only"
    assert "plain hash" in row["tried"]


def test_people_without_a_key_are_the_same_by_their_names(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the place of the row a person would be another one in every file, and two people one."""
    monkeypatch.setenv("MASKING_KEY", KEY.hex())
    masker = ps.Masker(key=ps.Key.from_env("MASKING_KEY"))
    people = frame[["first", "last", "email", "segment"]]
    first, second = masker.transform(people), masker.transform(people.iloc[::-1].iloc[:200])
    assert len(set(first["email"]) & set(second["email"])) >= 190
