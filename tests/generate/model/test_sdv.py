"""The contract with sdv, checked against the real thing; skipped, and said so, where it is not installed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.errors import BackendError, MissingExtra
from privsynth.generate.model import sdv as door
from privsynth.generate.model.sdv import Copula
from privsynth.spelling import Spelling

needs_sdv = pytest.mark.skipif(not __import__("importlib.util").util.find_spec("sdv"), reason="the extra 'sdv' is not installed")


def small(rng: np.random.Generator, rows: int = 300) -> Table:
    columns = (
        Column("level", Kind.CATEGORY),
        Column("amount", Kind.NUMBER, spelling=Spelling(decimals=2)),
        Column("day", Kind.DATE),
        Column("empty", Kind.CATEGORY),
    )
    level = rng.choice(np.array(["a", "b", None], dtype=object), rows)
    amount = np.where(rng.random(rows) < 0.2, np.nan, np.round(rng.normal(100, 10, rows), 2))
    day = np.datetime64("2020-01-01", "us") + rng.integers(0, 500, rows) * np.timedelta64(86_400_000_000, "us")
    return Table("t", columns, pd.DataFrame({"level": level, "amount": amount, "day": day, "empty": np.full(rows, None, dtype=object)}))


@needs_sdv
def test_our_generator_governs_fit_and_sample(rng: np.random.Generator) -> None:
    source = small(rng)
    one, two = (Copula(k=10).fit(source, np.random.default_rng(1)) for _ in range(2))
    first = one.sample(100, np.random.default_rng(2))
    pd.testing.assert_frame_equal(first, two.sample(100, np.random.default_rng(2)))
    pd.testing.assert_frame_equal(first, one.sample(100, np.random.default_rng(2)))
    assert not first.equals(one.sample(100, np.random.default_rng(3)))


@needs_sdv
def test_types_missing_values_and_limits_survive(rng: np.random.Generator) -> None:
    source = small(rng)
    made = Copula(k=10).fit(source, rng).sample(500, rng)
    assert list(made.dtypes) == list(source.frame.dtypes)
    assert 0.1 < made["amount"].isna().mean() < 0.3
    assert made["empty"].isna().all()
    ordered = np.sort(source.frame["amount"].dropna())
    assert made["amount"].dropna().between(ordered[10], ordered[-11]).all()


@needs_sdv
def test_the_state_of_the_process_is_put_back(rng: np.random.Generator) -> None:
    words, numbers = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    Copula(k=10).fit(small(rng), rng).sample(10, rng)
    assert random.getstate() == words
    assert np.random.get_state()[1].tolist() == numbers  # noqa: NPY002


@needs_sdv
@pytest.mark.parametrize("rows", [0, 1, 2, 30])
def test_tiny_tables_survive(rng: np.random.Generator, rows: int) -> None:
    made = Copula(k=10).fit(small(rng, rows), rng)
    assert [len(made.sample(asked, rng)) for asked in (0, 5)] == [0, 5]


@needs_sdv
def test_children_are_refused_with_the_way_out(rng: np.random.Generator) -> None:
    with pytest.raises(BackendError, match="engine trees"):
        Copula(k=10).fit(small(rng), rng, given=["level"])


@needs_sdv
def test_sdv_sees_no_level_and_no_column_name(rng: np.random.Generator) -> None:
    copula = Copula(k=10).fit(small(rng), rng)
    assert copula.synthesizer_ is not None
    text = str(copula.synthesizer_.metadata.to_dict())
    assert "amount" not in text
    assert "level" not in text


@needs_sdv
def test_sdv_writes_nothing_into_the_home_folder(tmp_path: Path) -> None:
    code = "from privsynth.generate.model.sdv import _import; _import()"
    home = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "MPLCONFIGDIR": str(tmp_path.parent)}
    subprocess.run([sys.executable, "-c", code], env=home, check=True, capture_output=True)
    assert [path for path in tmp_path.rglob("*") if "sdv" in path.name] == []


def test_an_absent_or_foreign_sdv_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise door.PackageNotFoundError(name)

    monkeypatch.setattr(door, "version", absent)
    with pytest.raises(MissingExtra, match=r"pip install \"privsynth\[sdv\]\""):
        Copula(k=10)
    monkeypatch.setattr(door, "version", lambda _: "1.9.0")
    with pytest.raises(MissingExtra):
        Copula(k=10)
