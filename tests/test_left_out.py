"""A column that is left out is read and judged, and neither learnt from nor given back, whatever makes the rows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command import privsynth as command

import privsynth
from privsynth import Policy, PolicyError
from privsynth.dataset import Dataset, Role
from privsynth.describe import describe
from privsynth.generate.model import Model
from privsynth.options import ModelOptions
from privsynth.pipeline.parts import mask_in_parts
from privsynth.read.sources import SourceFile
from privsynth.release import Release
from privsynth.stages import Stages


def visits(rows: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "visit_id": [f"V{n:06d}" for n in range(rows)],
            "email": [f"p{n}@firm-{n % 7}.example" for n in range(rows)],
            "town": rng.choice(["Ashford", "Bexley", "Corby"], rows),
            "cost": np.round(rng.gamma(2, 40, rows), 2),
            "ward": rng.choice(["a", "b"], rows),
        }
    )


@pytest.mark.parametrize("backend", ["model", "clone", "mask"])
@pytest.mark.parametrize(
    "asked",
    [
        {"drop": ["email", "table.cost"]},
        {"tables": {"table": {"columns": {n: {"role": "drop"} for n in ("email", "cost")}}}},
    ],
)
def test_a_dropped_column_is_in_no_file_and_in_the_inventory(backend: str, asked: dict[str, Any]) -> None:
    outcome = privsynth.synthesize(visits(), asked, backend=backend)
    assert outcome.released, outcome.reasons
    assert list(outcome.data.columns) == ["visit_id", "town", "ward"]
    assert "table: left out as asked: email, cost" in outcome.manifest["notes"]
    lines = {line["column"]: line for line in outcome.report["columns"]}
    assert {name: line["treatment"] for name, line in lines.items() if name in ("email", "cost")} == {
        "email": "left out",
        "cost": "left out",
    }
    assert lines["email"]["role"] == "direct"


def test_no_backend_is_shown_what_is_left_out() -> None:
    """Not the rows, not what was learnt of them, not what holds between them and others."""

    class Curious(Model):
        def fit(self, dataset: Dataset, statistics: Any, rng: np.random.Generator) -> Any:
            self.seen = (dataset.root.frame.columns, statistics["table"], statistics.facts)
            return super().fit(dataset, statistics, rng)

    policy = Policy(drop=["town"], seed=1)
    curious = Curious(ModelOptions(), policy.limits)
    frame = visits().assign(zip=lambda rows: rows["town"].str.upper())
    assert privsynth.synthesize(frame, policy, backend=curious).released
    columns, statistics, facts = curious.seen
    assert "town" not in columns
    assert "town" not in statistics
    assert not any("town" in fact.columns for fact in facts)


def test_a_real_value_of_a_dropped_column_still_may_not_turn_up() -> None:
    """What is left out is what the gates know of; a comment that holds it is a leak."""
    frame = visits()
    policy = Policy(drop=["email"])
    leaky = Leaky(ModelOptions(), policy.limits)
    leaky.values = frame["email"].to_numpy()
    outcome = privsynth.synthesize(frame, policy, backend=leaky)
    assert not outcome.released
    assert any("pii" in reason for reason in outcome.reasons)


class Leaky(Model):
    values: Any = None

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        drawn = super().sample(rows, rng)
        frame = drawn.root.frame.assign(town=pd.Series(self.values[: len(drawn.root)], dtype=object))
        return drawn.replace_tables(replace(drawn.root, frame=frame))


def test_drop_works_from_fit_to_sample(tmp_path: Path) -> None:
    file, model, out = tmp_path / "visits.csv", str(tmp_path / "model"), tmp_path / "out"
    visits().to_csv(file, index=False)
    fitted = command("fit", str(file), "--drop", "email", "--model", model, "--json")
    assert "visits: left out as asked: email" in json.loads(fitted.stdout)["warnings"]
    sampled = command("sample", model, "--out", str(out))
    assert sampled.returncode == 0, sampled.stderr
    assert (out / "visits.csv").read_text().splitlines()[0] == "visit_id,town,cost,ward"


def test_drop_works_on_a_file_that_is_masked_in_parts(tmp_path: Path) -> None:
    file, folder = tmp_path / "visits.csv", tmp_path / "private"
    visits(6_000).to_csv(file, index=False)
    folder.mkdir()
    policy = Policy(backend="mask", drop=["email"])
    outcome = mask_in_parts(SourceFile("visits.csv", "visits", file), file, policy, folder, Stages(), cells=10_000)
    assert isinstance(outcome, Release)
    assert b"".join(outcome.files["visits.csv"].blocks()).splitlines()[0] == b"visit_id,town,cost,ward"
    assert "visits: left out as asked: email" in json.loads(outcome.reports.files["manifest.json"])["notes"]


def two_tables() -> dict[str, pd.DataFrame]:
    orders = pd.DataFrame({"order_id": range(1000, 1600), "visit_id": [f"V{n % 300:06d}" for n in range(600)]})
    return {"visits": visits(), "orders": orders.assign(ward=["x", "y"] * 300)}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"drop": ["visits.visit_id"]}, "it ties tables together"),
        ({"drop": ["ward"]}, 'several tables have a column "ward"'),
        ({"drop": ["emial"]}, 'did you mean "email"'),
        ({"drop": ["visits.emial"]}, 'did you mean "visits.email"'),
        ({"drop": ["cost"], "tables": {"visits": {"columns": {"cost": {"mask": "keep"}}}}}, "its mask is keep"),
        (
            {"drop": ["cost"], "tables": {"visits": {"rules": [{"name": "dear", "expect": "cost >= 0"}]}}},
            "the rule 'dear' speaks of it",
        ),
    ],
)
def test_what_cannot_be_left_out_is_refused_with_the_reason(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(PolicyError) as refused:
        privsynth.synthesize(two_tables(), asked)
    assert words in f"{refused.value} {refused.value.hint}"


def test_the_person_of_a_table_is_dropped_by_mask_alone() -> None:
    """Mask knows the people of its rows without the column; what learns would take each row for a person."""
    frame = visits().assign(patient_id=[f"P{n // 2:05d}" for n in range(600)])
    with pytest.raises(PolicyError, match="which rows of table belong to one person"):
        privsynth.synthesize(frame, {"drop": ["patient_id"]})
    masked = privsynth.synthesize(frame, {"drop": ["patient_id"]}, backend="mask")
    assert masked.released, masked.reasons
    assert "patient_id" not in masked.data


def test_the_last_column_stays() -> None:
    with pytest.raises(PolicyError, match="nothing would be left of table"):
        privsynth.synthesize(visits()[["town"]], {"drop": ["town"]})


def test_a_rulebook_says_itself_which_columns_there_are() -> None:
    with pytest.raises(PolicyError, match="the rulebook says which there are"):
        privsynth.synthesize(None, {"drop": ["town"]}, backend={"kind": "rules", "rulebook": "book.yaml"})


def test_a_dropped_column_counts_as_named_in_a_written_plan() -> None:
    table = privsynth.inspect(visits()).root
    columns = {name: {"mask": "keep"} for name in ("town", "cost", "ward")} | {"visit_id": {"mask": "token"}}
    policy = Policy(backend="mask", drop=["email"], tables={"table": {"columns": columns}})
    assert describe(Dataset((table,)), policy).root["email"].step is not None
    with pytest.raises(PolicyError, match="does not name 1 of the 5 columns"):
        describe(Dataset((table,)), policy.with_(drop=[]))


def test_what_is_left_out_is_known_for_what_it_is() -> None:
    """`role: drop` says what is done with a column, not what it holds."""
    column = privsynth.inspect(visits(), Policy(tables={"table": {"columns": {"email": {"role": "drop"}}}})).root[
        "email"
    ]
    assert (column.role, column.entity, column.declared) == (Role.DIRECT, "EMAIL", False)


def test_a_table_without_columns_is_a_new_table() -> None:
    table = privsynth.inspect(visits()).root
    assert [column.name for column in table.without(["email", "ward"]).columns] == ["visit_id", "town", "cost"]
    assert len(table.columns) == 5
