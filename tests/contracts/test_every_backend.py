"""What every backend and engine must keep to. Adding one costs one line in BACKENDS.

Two promises do not hold for the engine dp (UNREPEATABLE): nobody can repeat its noise, so that the same streams give
other rows, and of a few rows it cannot tell that a column is empty.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from quick import slow

from privsynth.dataset import Column, Dataset, Domain, Kind, Role, Table
from privsynth.describe import learn_statistics, take_fingerprints
from privsynth.engines import EngineName
from privsynth.errors import PolicyError
from privsynth.generate import Backend, Described
from privsynth.options import CloneOptions, MaskOptions, ModelOptions, RulesOptions
from privsynth.policy import Policy
from privsynth.spelling import Spelling
from privsynth.statistics import Statistics

LIMITS = Policy().limits
Make = Callable[[Path], Backend]


def mask(folder: Path) -> Backend:
    from privsynth.generate.mask import Mask

    key = folder / "key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_bytes(b"k" * 32)
    return Mask(MaskOptions(key_file=key, suppress_max=1.0), LIMITS)


def trees(folder: Path) -> Backend:
    from privsynth.generate.model import Model

    return Model(ModelOptions(), LIMITS)


def copula(folder: Path) -> Backend:
    pytest.importorskip("sdv", reason="the optional part 'sdv' is not installed")
    from privsynth.generate.model import Model

    return Model(ModelOptions(engine="copula"), LIMITS)


def network(engine: EngineName) -> Make:
    def make(folder: Path) -> Backend:
        pytest.importorskip("sdv", reason="the optional part 'sdv' is not installed")
        from privsynth.generate.model import Model

        return Model(ModelOptions(engine=engine, epochs=1), LIMITS)

    make.__name__ = engine
    return make


def dp(folder: Path) -> Backend:
    pytest.importorskip("opendp", reason="the optional part 'dp' is not installed")
    from privsynth.generate.model import Model

    return Model(ModelOptions(engine="dp", epsilon=3), LIMITS)


def clone(folder: Path) -> Backend:
    from privsynth.generate.clone import Clone

    return Clone(CloneOptions(), LIMITS)


BOOK = """
version: 1
name: contract
tables:
  people:
    rows: 50
    columns:
      id: {sequence: {start: 700000, width: 6}}
      email: {person: email, unique: true}
      age: {whole: {low: 18, high: 90}, missing: 0.1}
      sex: {choice: [f, m]}
      born: {date: {low: 1950-01-01, high: 2004-12-31}}
      income: {lognormal: {median: 22000, sigma: 1}, decimals: 2}
      member: {choice: ["yes", "no"]}
      town: {choice: [Aa, Bb, Cc], missing: 0.1}
"""


def rules(folder: Path) -> Backend:
    from privsynth.generate.rules import Rules

    (folder / "book.yaml").write_text(BOOK)
    return Rules(RulesOptions(rulebook=folder / "book.yaml"), LIMITS)


NETWORKS = [slow(network(name)) for name in ("ctgan", "tvae", "copulagan")]
BACKENDS = [trees, slow(copula), *NETWORKS, dp, clone, mask, rules]
KEEPS_ROWS = [mask]
UNREPEATABLE = [dp]
LEARNS = [trees, slow(copula), *NETWORKS, dp, clone, mask]


def people(rows: int) -> Dataset:
    """A table of every kind and role, with missing values."""
    rng = np.random.default_rng(1)
    gap = rng.random(rows) < 0.1
    frame = pd.DataFrame(
        {
            "id": pd.Series([f"{i:06d}" for i in range(rows)], dtype=object),
            "email": pd.Series([f"person{i}@example.org" for i in range(rows)], dtype=object),
            "age": np.where(gap, np.nan, rng.integers(18, 90, rows).astype(float)),
            "sex": pd.Series(rng.choice(["f", "m"], rows), dtype=object),
            "born": np.datetime64("1950-01-01", "us") + rng.integers(0, 20_000, rows).astype("timedelta64[D]"),
            "income": np.round(rng.lognormal(10, 1, rows), 2),
            "member": pd.Series(rng.choice(["yes", "no"], rows), dtype=object),
            "town": pd.Series(np.where(gap, None, rng.choice(["Aa", "Bb", "Cc"], rows)), dtype=object),
        }
    )
    columns = (
        Column("id", Kind.TEXT, role=Role.IDENTIFIER),
        Column("email", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
        Column("age", Kind.INTEGER, role=Role.QUASI, entity="AGE", domain=Domain(cuts=(18.0, 30.0, 50.0, 70.0, 90.0))),
        Column("sex", Kind.CATEGORY, role=Role.QUASI, entity="GENDER", domain=Domain(levels=("f", "m"))),
        Column("born", Kind.DATE, domain=Domain(cuts=(-7_305.0, 0.0, 5_000.0, 12_700.0))),
        Column(
            "income",
            Kind.NUMBER,
            role=Role.SENSITIVE,
            spelling=Spelling(decimals=2),
            domain=Domain(cuts=(0.0, 20_000.0, 40_000.0, 500_000.0)),
        ),
        Column("member", Kind.BOOLEAN),
        Column("town", Kind.CATEGORY, domain=Domain(levels=("Aa", "Bb", "Cc"))),
    )
    return Dataset((Table("people", columns, frame),))


def learnt(data: Dataset) -> Statistics:
    return learn_statistics(data, Policy().limits, take_fingerprints(data))


def fitted(make: Make, folder: Path, data: Dataset) -> Backend:
    return make(folder).fit(data, learnt(data), np.random.default_rng(5))


def asked(make: Make, data: Dataset, rows: int) -> int | None:
    return None if make in KEEPS_ROWS else rows


@dataclass(frozen=True)
class Shared:
    """A backend that was fitted once for all tests that only draw from it."""

    data: Dataset
    before: pd.DataFrame
    made: Backend
    fitted: Backend

    def sample(self, make: Make, rows: int, seed: int = 6) -> Table:
        return self.fitted.sample(asked(make, self.data, rows), np.random.default_rng(seed)).root


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backends")


@pytest.fixture
def shared(make: Make, place: Path) -> Shared:
    return _shared(make, place)


@cache
def _shared(make: Make, place: Path) -> Shared:
    data, backend = people(400), make(place)
    before = data.root.frame.copy(deep=True)
    return Shared(data, before, backend, backend.fit(data, learnt(data), np.random.default_rng(5)))


@pytest.mark.parametrize("make", BACKENDS)
def test_fit_returns_itself_and_sample_the_declared_columns(make: Make, shared: Shared) -> None:
    assert shared.fitted is shared.made
    synthetic = shared.sample(make, 300)
    assert [c.name for c in synthetic.columns] == [c.name for c in shared.data.root.columns]
    assert len(synthetic) == (400 if make in KEEPS_ROWS else 300)
    assert synthetic["email"].fabricated
    assert synthetic["id"].fabricated
    for column in synthetic.columns:
        text = synthetic.text(column.name)
        assert all(isinstance(cell, str) or cell is None for cell in text)


@pytest.mark.parametrize("make", [b for b in BACKENDS if b is not dp])
def test_the_same_streams_give_the_same_rows(make: Make, shared: Shared, place: Path) -> None:
    again = fitted(make, place, people(400)).sample(asked(make, shared.data, 200), np.random.default_rng(6))
    pd.testing.assert_frame_equal(shared.sample(make, 200).frame, again.root.frame)


@pytest.mark.parametrize("make", UNREPEATABLE)
def test_the_same_streams_give_other_rows_where_a_seed_would_break_the_promise(
    make: Make, shared: Shared, place: Path
) -> None:
    again = fitted(make, place, people(400)).sample(200, np.random.default_rng(6))
    assert not shared.sample(make, 200).frame.equals(again.root.frame)


@pytest.mark.parametrize("make", BACKENDS)
def test_the_input_is_left_as_it_was(make: Make, shared: Shared) -> None:
    shared.sample(make, 50)
    pd.testing.assert_frame_equal(shared.data.root.frame, shared.before)


@pytest.mark.parametrize("make", BACKENDS)
def test_no_identifying_value_of_the_source_comes_out(make: Make, shared: Shared) -> None:
    synthetic = shared.sample(make, 400)
    for name in ("id", "email"):
        assert not set(synthetic.frame[name].dropna()) & set(shared.data.root.frame[name])
        assert synthetic.frame[name].is_unique


def odd_columns(rows: int) -> Dataset:
    """What breaks statistics: nothing there, one category, a constant, all different, one value among missing ones."""
    frame = pd.DataFrame(
        {
            "void": np.full(rows, np.nan),
            "blank": pd.Series([None] * rows, dtype=object),
            "one": pd.Series(["only"] * rows, dtype=object),
            "constant": np.full(rows, 7.0),
            "rank": np.arange(rows, dtype=float),
            "when": np.full(rows, np.datetime64("NaT"), dtype="datetime64[us]"),
            "lonely": pd.Series([None] * (rows - 1) + ["x"], dtype=object),
        }
    )
    kinds = [Kind.NUMBER, Kind.CATEGORY, Kind.CATEGORY, Kind.INTEGER, Kind.INTEGER, Kind.DATE, Kind.CATEGORY]
    words, ends = Domain(levels=("only", "x")), Domain(cuts=(0.0, 10.0, 100.0))
    return Dataset(
        (
            Table(
                "odd",
                tuple(
                    Column(n, k, domain=words if k is Kind.CATEGORY else ends)
                    for n, k in zip(frame, kinds, strict=True)
                ),
                frame,
            ),
        )
    )


@pytest.mark.parametrize("rows", [1, 2, 15, 60])
@pytest.mark.parametrize("make", LEARNS)
def test_odd_columns_and_few_rows_give_rows(make: Make, rows: int, tmp_path: Path) -> None:
    """A refusal would be allowed where the backend has a reason for it. None has one, so each must give rows."""
    data = odd_columns(rows)
    synthetic = fitted(make, tmp_path, data).sample(asked(make, data, 20), np.random.default_rng(6)).root
    assert len(synthetic) == (rows if make in KEEPS_ROWS else 20)
    if make not in UNREPEATABLE:  # among so few rows noise hides even that a column is empty
        assert synthetic.frame["void"].isna().all()


def shifts(rows: int) -> Dataset:
    """A time of day, a duration and a month."""
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(
        {
            "starts": rng.integers(360, 1_200, rows).astype(float),
            "lasts": rng.integers(1, 300, rows).astype(float),
            "month": (np.datetime64("2015-01", "M") + rng.integers(0, 90, rows)).astype("datetime64[us]"),
        }
    )
    columns = (
        Column("starts", Kind.TIME, spelling=Spelling(clock="%H:%M"), domain=Domain(cuts=(0.0, 600.0, 1_440.0))),
        Column("lasts", Kind.DURATION, spelling=Spelling(duration="PT%HH%MM"), domain=Domain(cuts=(0.0, 100.0, 300.0))),
        Column(
            "month",
            Kind.DATE,
            spelling=Spelling(date_format="%b %Y"),
            domain=Domain(cuts=(16_000.0, 17_000.0, 19_500.0)),
        ),
    )
    return Dataset((Table("shifts", columns, frame),))


@pytest.mark.parametrize("make", LEARNS)
def test_times_are_whole_and_months_begin_on_their_first_day(make: Make, tmp_path: Path) -> None:
    data = shifts(150)
    synthetic = fitted(make, tmp_path, data).sample(asked(make, data, 60), np.random.default_rng(9)).root
    for name in ("starts", "lasts"):
        counts = synthetic.frame[name].dropna().to_numpy()
        assert (counts == np.rint(counts)).all()
        assert synthetic[name].spelling.count(synthetic.text(name)[0]) == synthetic.values(name)[0]
    months = synthetic.values("month")
    assert (months == months.astype("datetime64[M]")).all()


@pytest.mark.parametrize("make", [b for b in BACKENDS if b is not mask])
def test_no_rows_can_be_asked_for(make: Make, shared: Shared) -> None:
    synthetic = shared.sample(make, 0)
    assert len(synthetic) == 0
    assert [c.name for c in synthetic.columns] == [c.name for c in shared.data.root.columns]


@pytest.mark.parametrize("make", BACKENDS)
def test_it_says_what_it_is_without_a_value_or_a_key(make: Make, shared: Shared) -> None:
    assert isinstance(shared.fitted, Described)
    assert shared.fitted.recipe.backend in ("model", "clone", "mask", "rules")
    assert "example.org" not in str(shared.fitted.recipe)
    assert "kkkk" not in str(shared.fitted.recipe)


def test_a_masking_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    backend = mask(tmp_path)
    os.chmod(tmp_path / "key", 0o644)  # noqa: PTH101
    with pytest.raises(PolicyError, match="0600"):
        fitted(lambda _: backend, tmp_path, people(50))
