"""The contract with sdv, checked against the real thing; skipped, and said so, where it is not installed."""

from __future__ import annotations

import random
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Kind, Table
from privsynth.errors import BackendError, MissingExtra, PolicyError
from privsynth.generate.model.sdv import engine as door
from privsynth.generate.model.sdv.engine import Sdv
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.spelling import Spelling

needs_sdv = pytest.mark.skipif(
    not __import__("importlib.util").util.find_spec("sdv"), reason="the extra 'sdv' is not installed"
)


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
    return Table(
        "t",
        columns,
        pd.DataFrame({"level": level, "amount": amount, "day": day, "empty": np.full(rows, None, dtype=object)}),
    )


@needs_sdv
def test_our_generator_governs_fit_and_sample(rng: np.random.Generator) -> None:
    source = small(rng)
    one, two = (Sdv(k=10).fit(source, np.random.default_rng(1)) for _ in range(2))
    first = one.sample(100, np.random.default_rng(2))
    pd.testing.assert_frame_equal(first, two.sample(100, np.random.default_rng(2)))
    pd.testing.assert_frame_equal(first, one.sample(100, np.random.default_rng(2)))
    assert not first.equals(one.sample(100, np.random.default_rng(3)))


@needs_sdv
def test_types_missing_values_and_limits_survive(rng: np.random.Generator) -> None:
    source = small(rng)
    made = Sdv(k=10).fit(source, rng).sample(500, rng)
    assert list(made.dtypes) == list(source.frame.dtypes)
    assert 0.1 < made["amount"].isna().mean() < 0.3
    assert (made["amount"].dropna() == made["amount"].dropna().round(2)).all()
    assert made["empty"].isna().all()
    ordered = np.sort(source.frame["amount"].dropna())
    assert made["amount"].dropna().between(ordered[10], ordered[-11]).all()


@needs_sdv
def test_the_state_of_the_process_is_put_back(rng: np.random.Generator) -> None:
    words, numbers = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    Sdv(k=10).fit(small(rng), rng).sample(10, rng)
    assert random.getstate() == words
    assert np.random.get_state()[1].tolist() == numbers  # noqa: NPY002


@needs_sdv
@pytest.mark.parametrize("rows", [0, 1, 2, 30])
def test_tiny_tables_survive(rng: np.random.Generator, rows: int) -> None:
    made = Sdv(k=10).fit(small(rng, rows), rng)
    assert [len(made.sample(asked, rng)) for asked in (0, 5)] == [0, 5]


@needs_sdv
def test_children_are_refused_with_the_way_out(rng: np.random.Generator) -> None:
    with pytest.raises(BackendError, match="engine trees"):
        Sdv(k=10).fit(small(rng), rng, given=["level"])


@needs_sdv
def test_sdv_sees_no_level_and_no_column_name(rng: np.random.Generator) -> None:
    copula = Sdv(k=10).fit(small(rng), rng)
    assert copula.synthesizer_ is not None
    text = str(copula.synthesizer_.metadata.to_dict())
    assert "amount" not in text
    assert "level" not in text


def test_an_absent_or_foreign_sdv_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise door.PackageNotFoundError(name)

    monkeypatch.setattr(door, "version", absent)
    with pytest.raises(MissingExtra, match=r"pip install \"privsynth\[sdv\]\""):
        Sdv(k=10)
    monkeypatch.setattr(door, "version", lambda _: "1.9.0")
    with pytest.raises(MissingExtra):
        Sdv(k=10)


@needs_sdv
def test_missing_values_keep_their_company(rng: np.random.Generator) -> None:
    """A number that is missing exactly where a category says so: sdv alone would miss at random."""
    level = rng.choice(np.array(["asked", "never"], dtype=object), 600)
    answer = np.where(level == "never", np.nan, rng.normal(5, 1, 600))
    source = Table(
        "t",
        (Column("level", Kind.CATEGORY), Column("answer", Kind.NUMBER)),
        pd.DataFrame({"level": level, "answer": answer}),
    )
    made = Sdv(k=10).fit(source, rng).sample(600, rng)
    shares = made["answer"].isna().groupby(made["level"]).mean()
    assert shares["never"] > shares["asked"] + 0.25


@needs_sdv
def test_the_copula_has_no_epochs_and_no_device() -> None:
    for options in ({"epochs": 3}, {"device": "cpu"}):
        with pytest.raises(PolicyError, match="copula"):
            Sdv("copula", k=10, **options)  # type: ignore[arg-type]


@needs_sdv
def test_warnings_become_one_line_without_their_words() -> None:
    heard: Counter[str] = Counter()

    def warn() -> None:
        for _ in range(3):
            warnings.warn("the cell 4711 is odd", RuntimeWarning, stacklevel=1)
        warnings.warn("the column 4711 will go", FutureWarning, stacklevel=1)

    engine = Sdv(k=10)
    engine._run(np.random.default_rng(1), heard, warn)
    engine.shown_, engine.nearness_, engine.ran_on_, engine.heard_, engine.heard_last_ = (
        {},
        None,
        None,
        heard,
        Counter(),
    )
    (line,) = engine.notes
    assert "4711" not in line
    assert "Warning" not in line
    assert "(3 times)" in line
    assert "fidelity report" in line


@needs_sdv
def test_what_sdv_says_of_a_failure_is_not_repeated() -> None:
    def fail() -> None:
        raise ValueError("the cell 4711 is odd")

    with pytest.raises(BackendError) as caught:
        Sdv(k=10)._run(np.random.default_rng(1), Counter(), fail)
    assert "4711" not in str(caught.value)
    assert "trees" in str(caught.value)


@needs_sdv
def test_an_interruption_is_passed_on() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Sdv(k=10)._run(np.random.default_rng(1), Counter(), interrupted)


@needs_sdv
def test_the_recipe_names_the_licence_and_the_versions(rng: np.random.Generator) -> None:
    recipe = Sdv(k=10).fit(small(rng, 60), rng).recipe.record()
    assert recipe["licence"] == "BUSL-1.1"
    assert set(recipe["versions"]) == {"sdv", "copulas", "rdt"}  # type: ignore[call-overload]


@pytest.mark.parametrize("engine", ["copula", "ctgan", "tvae", "copulagan"])
def test_a_policy_can_refuse_the_licence(engine: str) -> None:
    with pytest.raises(PolicyError, match="Business Source Licence"):
        Policy(backend={"kind": "model", "engine": engine, "no_busl": True})
    assert ModelOptions(no_busl=True).engine == "trees"
