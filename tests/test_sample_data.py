"""The sample tables: made by their script, nobody's, and with the structure that their README promises."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[1] / "sample_data"


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", dtype=object, keep_default_na=False, na_values=[""])


@pytest.fixture(scope="module")
def files() -> Any:
    spec = importlib.util.spec_from_file_location("make_sample_data", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_files()


def test_the_script_makes_the_files_that_are_there(files: dict[str, str]) -> None:
    assert sorted(files) == sorted(path.name for path in FOLDER.glob("*.csv"))
    for name, text in files.items():
        assert (FOLDER / name).read_bytes() == text.encode(), f"{name} is not what sample_data/make.py makes"


def test_sizes_are_as_promised() -> None:
    assert {name: table(name).shape for name in ("customers", "transactions", "patients")} == {
        "customers": (5_000, 15),
        "transactions": (20_000, 8),
        "patients": (1_500, 18),
    }
    assert max(path.stat().st_size for path in FOLDER.glob("*.csv")) < 1_600_000


def test_addresses_and_numbers_belong_to_nobody() -> None:
    customers = table("customers")
    assert customers["email"].dropna().str.fullmatch(r"[a-z._]+\d*@example\.(com|org|net)").all()
    assert customers["phone"].dropna().str.fullmatch(r"\(\d{3}\) 555-01\d\d").all()


def test_keys_are_unique_have_leading_zeros_and_children_have_parents() -> None:
    customers, transactions, patients = table("customers"), table("transactions"), table("patients")
    for key in (customers["customer_id"], transactions["transaction_id"], patients["mrn"]):
        assert key.is_unique
    assert customers["customer_id"].str.startswith("0").mean() > 0.3
    assert set(transactions["customer_id"]) < set(customers["customer_id"])


def test_what_the_readme_promises_to_be_learnt_is_there() -> None:
    customers, transactions, patients = table("customers"), table("transactions"), table("patients")
    assert (customers.groupby("postcode")["city"].nunique() == 1).all()
    assert (customers.groupby("city")["state"].nunique() == 1).all()
    income = customers.assign(income=customers["income"].astype(float)).groupby("segment")["income"].median()
    assert income["business"] > 1.5 * income["basic"] > 3 * income["student"]
    both = transactions.merge(customers, on="customer_id")
    assert (both["ordered_at"].str[:10] >= both["signup_date"]).all()
    assert (patients.groupby("diagnosis")["ward"].nunique() == 1).all()
    stay = pd.to_datetime(patients["discharge_date"]) - pd.to_datetime(patients["admission_date"])
    assert (stay.dt.days == patients["length_of_stay"].astype(int)).all()
    assert (patients["crp"] == "5.0").mean() > 0.4
