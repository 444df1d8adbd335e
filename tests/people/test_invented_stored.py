"""A fitted model with invented people is kept as files and comes back the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented import inventor_of, names_in, seeds, table_of
from shop import profile_of, texts

from privsynth.dataset import Dataset
from privsynth.generate.model import Model
from privsynth.generate.model.saved import files_of, model_of
from privsynth.options import ModelOptions
from privsynth.policy import Policy

ROWS = 120
KINDS = {
    "card": "CREDIT_CARD",
    "iban": "IBAN",
    "ein": "US_EIN",
    "npi": "US_NPI",
    "tax": "DE_TAX_ID",
    "aadhaar": "IN_AADHAAR",
    "hetu": "FI_HETU",
    "number": "NO_FODSELSNUMMER",
    "cpf": "BR_CPF",
}


def everything() -> dict[str, Any]:
    born = (np.datetime64("1960-01-01") + np.arange(ROWS).astype("timedelta64[D]") * 90).astype("datetime64[us]")
    return names_in("en_US", ROWS) | {
        "born": born,
        "age": np.floor((np.datetime64("2021-06-01", "us") - born) / np.timedelta64(31_556_952, "s")),
        "email": [f"a.b{i}@firm.com" for i in range(ROWS)],
        "initials": ["J.S."] * ROWS,
        "title": ["Mr."] * ROWS,
        "sex": ["F", "M"] * (ROWS // 2),
        "city": ["Boston"] * ROWS,
        "state": ["MA", "TX"] * (ROWS // 2),
        "zip": ["02134"] * ROWS,
        "phone": [f"+1 617 664 {i:04d}" for i in range(ROWS)],
        "street": ["1 Oak Street, Boston, MA 02134"] * ROWS,
        "card": [f"4929{i:012d}" for i in range(ROWS)],
        "iban": ["DE89370400440532013000"] * ROWS,
        "ein": ["12-1234567"] * ROWS,
        "npi": ["1245319599"] * ROWS,
        "tax": ["36574261809"] * ROWS,
        "aadhaar": ["2341 2341 2346"] * ROWS,
        "hetu": ["131052-308T"] * ROWS,
        "number": ["29029600013"] * ROWS,
        "cpf": ["390.533.447-05"] * ROWS,
    }


def test_every_kind_of_invented_column_survives_in_files() -> None:
    data = Dataset((table_of(everything(), kept=["state", "age"], **KINDS),))
    profile = profile_of(data)
    fitted = Model(ModelOptions(), Policy().limits).fit(data, profile, np.random.default_rng(1))
    again = model_of(files_of(fitted), profile.taken)
    one, two = (model.sample(30, np.random.default_rng(2)).root.frame for model in (fitted, again))
    assert one.equals(two)
    assert set(one["state"]) == {"MA", "TX"}
    texas = one[one["state"] == "TX"]
    assert texas["zip"].str.startswith("7").all()


@pytest.mark.parametrize("rows", [0, 1])
def test_no_row_and_one_row_are_invented_like_many(rows: int) -> None:
    maker = inventor_of(table_of(everything(), kept=["state", "age"], **KINDS))
    context = pd.DataFrame({"state": texts(["MA"] * rows), "age": np.full(rows, 40.0)})
    assert all(len(values) == rows for values in maker.make_from(context, seeds(rows)).values())


def test_a_table_without_a_row_is_learnt_and_invented() -> None:
    frame = {name: values[:0] for name, values in everything().items()}
    table = table_of(
        frame | {"born": np.array([], dtype="datetime64[us]"), "age": np.array([], dtype=float)},
        kept=["state"],
        **KINDS,
    )
    made = inventor_of(table).make_from(pd.DataFrame({"state": texts(["TX"] * 20)}), seeds(20))
    assert all(len(values) == 20 for values in made.values())
    assert set(made["city"]) <= {
        "Houston",
        "Dallas",
        "Austin",
        "San Antonio",
        "El Paso",
        "Fort Worth",
        "Lubbock",
        "Corpus Christi",
    }
