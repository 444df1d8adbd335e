"""A real bank of seven tables: keys, references and dates hold after masking, and no real key is left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Dataset
from privsynth.describe import describe, learn_statistics, take_fingerprints
from privsynth.generate.mask import Mask
from privsynth.policy import Policy
from privsynth.read import read_files

POLICY = Policy(backend="mask")
REFERENCES = [
    ("account", "district_id", "district", "district_id"),
    ("client", "district_id", "district", "district_id"),
    ("disp", "client_id", "client", "client_id"),
    ("disp", "account_id", "account", "account_id"),
    ("card", "disp_id", "disp", "disp_id"),
    ("loan", "account_id", "account", "account_id"),
    ("order", "account_id", "account", "account_id"),
]


@pytest.fixture(scope="module")
def bank(material: Path) -> tuple[Dataset, Dataset]:
    data = describe(read_files([material / "tables" / "berka"], POLICY), POLICY)
    profile = learn_statistics(data, POLICY.limits, take_fingerprints(data))
    made = (
        Mask(POLICY.backend, POLICY.limits)
        .fit(data, profile, np.random.default_rng(1))
        .sample(None, np.random.default_rng(2))
    )  # type: ignore[arg-type]
    return data, made


def old_order(made: Dataset, table: str) -> pd.DataFrame:
    return made[table].frame.iloc[np.argsort(made[table].origin)].reset_index(drop=True)


@pytest.mark.parametrize(("child", "key", "parent", "its"), REFERENCES)
def test_every_reference_finds_the_row_that_it_found_before(
    bank: tuple[Dataset, Dataset], child: str, key: str, parent: str, its: str
) -> None:
    real, made = bank
    before = pd.Index(real[parent].frame[its]).get_indexer(pd.Index(real[child].frame[key]))
    after = pd.Index(old_order(made, parent)[its]).get_indexer(pd.Index(old_order(made, child)[key]))
    assert (before >= 0).all()
    assert list(after) == list(before)


def test_no_key_of_a_table_is_a_real_one_and_none_is_there_twice(bank: tuple[Dataset, Dataset]) -> None:
    real, made = bank
    for table, key in (
        ("account", "account_id"),
        ("client", "client_id"),
        ("disp", "disp_id"),
        ("card", "card_id"),
        ("loan", "loan_id"),
        ("order", "order_id"),
    ):
        values = made[table].frame[key]
        assert values.is_unique
        assert not set(values) & set(real[table].frame[key])


def test_dates_keep_order_and_intervals_with_all_that_hangs_on_an_account(bank: tuple[Dataset, Dataset]) -> None:
    real, made = bank

    def gaps(
        account: pd.DataFrame, loan: pd.DataFrame, disp: pd.DataFrame, card: pd.DataFrame
    ) -> tuple[list[float], list[float]]:
        loans = loan.merge(account, on="account_id", suffixes=("", "_opened"))
        cards = card.merge(disp, on="disp_id").merge(account, on="account_id", suffixes=("", "_opened"))
        return list((loans["date"] - loans["date_opened"]).dt.days), list((cards["issued"] - cards["date"]).dt.days)

    tables = ("account", "loan", "disp", "card")
    assert gaps(*(old_order(made, name) for name in tables)) == gaps(*(real[name].frame for name in tables))
    moved = (old_order(made, "account")["date"] - real["account"].frame["date"]).dt.days
    assert (moved != 0).all()
    assert moved.nunique() > 200


def test_a_birth_number_is_nobodys(bank: tuple[Dataset, Dataset]) -> None:
    real, made = bank
    assert not set(made["client"].frame["birth_number"]) & set(real["client"].frame["birth_number"])
