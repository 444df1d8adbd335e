"""The backend model with the engine dp: what it tells beside the learnt columns comes from noisy counts or no row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Domain, Kind, Relation, Role, Rule, Table
from privsynth.describe import learn_statistics, take_fingerprints
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.model import Model
from privsynth.options import ModelOptions
from privsynth.people import Fabricator
from privsynth.policy import Policy
from privsynth.statistics import Statistics

needs_opendp = pytest.mark.skipif(
    not __import__("importlib.util").util.find_spec("opendp"), reason="the extra 'dp' is not installed"
)
LIMITS = Policy().limits
ROWS = 1_237

COLUMNS = (
    Column("id", Kind.TEXT, role=Role.IDENTIFIER),
    Column("email", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
    Column("level", Kind.CATEGORY, domain=Domain(levels=("a", "b"))),
    Column("amount", Kind.INTEGER, domain=Domain(cuts=(0.0, 50.0, 100.0))),
)


def people(rows: int = ROWS, **more: Any) -> Dataset:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "id": pd.Series([f"QX-{at:07d}" for at in range(rows)], dtype=object),
            "email": pd.Series([f"person{at}@real.example" for at in range(rows)], dtype=object),
            "level": pd.Series(rng.choice(["a", "b"], rows), dtype=object),
            "amount": rng.integers(0, 100, rows).astype(float),
        }
    )
    return Dataset((Table("t", COLUMNS, frame, **more),))


def fitted(data: Dataset, **options: Any) -> Model:
    model = Model(ModelOptions(engine="dp", **{"epsilon": 3, **options}), LIMITS)
    return model.fit(data, learn_statistics(data, Policy().limits, take_fingerprints(data)), np.random.default_rng(1))


@pytest.fixture(scope="module")
def model() -> Model:
    pytest.importorskip("opendp", reason="the extra 'dp' is not installed")
    return fitted(people())


@needs_opendp
def test_the_number_of_rows_is_the_noisy_one(model: Model) -> None:
    counted = model.engines_["t"].rows  # type: ignore[attr-defined]
    assert abs(counted - ROWS) < 100
    assert model.recipe.details["rows"] == {"t": counted}
    assert len(model.sample(None, np.random.default_rng(2)).root) == counted
    assert len(model.sample(17, np.random.default_rng(2)).root) == 17


@needs_opendp
@pytest.mark.parametrize("options", [{"where": "amount < 60"}, {"shares": {"level": {"a": 0.5, "b": 0.5}}}])
def test_what_is_wrapped_around_the_engine_passes_the_count_on(options: dict[str, Any]) -> None:
    data = people(rules=(Rule("kept", "amount <= 90"),))
    wrapped = fitted(data, **options)
    assert wrapped.recipe.details["rows"] == {"t": wrapped.engines_["t"].rows}  # type: ignore[attr-defined]
    made = wrapped.sample(None, np.random.default_rng(2)).root
    assert len(made) == wrapped.engines_["t"].rows  # type: ignore[attr-defined]
    assert (made.frame["amount"].dropna() <= 90).all()


@needs_opendp
def test_the_exact_number_is_nowhere_in_what_is_told(model: Model) -> None:
    """Four fits: that the noise is nought in all of them does not happen."""
    told = [fitted(people(200)) for _ in range(4)]
    assert any(each.recipe.details["rows"] != {"t": 200} for each in told)
    notes = model.sample(5, np.random.default_rng(2)).notes
    assert not any(str(ROWS) in note or f"{ROWS:,}" in note for note in notes)


@needs_opendp
def test_identifying_columns_are_invented_without_a_look_at_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    learn = Fabricator.learn.__func__  # type: ignore[attr-defined]

    def watched(
        cls: type[Fabricator], table: Table, statistics: Any, taken: Any, locale: str | None = None
    ) -> Fabricator:
        seen.extend((len(table), len(statistics), len(taken.prints)))
        made: Fabricator = learn(cls, table, statistics, taken, locale)
        return made

    monkeypatch.setattr(Fabricator, "learn", classmethod(watched))
    model = fitted(people())
    made = model.sample(500, np.random.default_rng(2))
    assert seen == [0, 0, 0]
    assert made.root["id"].fabricated
    assert made.root["email"].fabricated
    assert not made.root.frame["id"].str.startswith("QX-").any()
    assert made.root.frame["email"].is_unique
    assert any("without a look at the rows" in note for note in made.notes)
    assert model.recipe.record()["tables"]["t"]["claim"]["made"] is True  # type: ignore[index]


def test_tables_that_refer_to_one_another_are_refused() -> None:
    two = Dataset(
        (Table("a", COLUMNS, people().root.frame), Table("b", COLUMNS, people().root.frame)),
        (Relation("a", "id", "b", "id"),),
    )
    with pytest.raises(BackendError, match="single tables"):
        Model(ModelOptions(engine="dp", epsilon=1), LIMITS).fit(two, Statistics({}, None), np.random.default_rng(1))  # type: ignore[arg-type]


@needs_opendp
def test_a_table_without_a_learnable_column_is_refused_because_nothing_counts_it() -> None:
    only = Dataset((Table("t", COLUMNS[:1], people(50).root.frame[["id"]]),))
    with pytest.raises(BackendError, match="count its rows"):
        fitted(only)


def test_a_missing_domain_is_refused_before_the_fit() -> None:
    bare = people().root.with_columns(Column("level", Kind.CATEGORY))
    with pytest.raises(PolicyError, match="'level'"):
        Model(ModelOptions(engine="dp", epsilon=1), LIMITS).foresee(Dataset((bare,)))
