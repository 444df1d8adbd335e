"""People are held out by what is written in their rows: the same ones again, whatever the order, twins one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.api import inspect
from privsynth.dataset import Dataset
from privsynth.describe.dealing import deal
from privsynth.policy import Policy

RNG = np.random.default_rng(0)
ROWS = pd.DataFrame({"age": RNG.integers(18, 90, 1_000), "town": RNG.choice(["Ashby", "Corby", "Derby"], 1_000)})


def read(frame: pd.DataFrame) -> Dataset:
    return inspect({"t": frame.reset_index(drop=True)}, Policy())


def rows_of(data: Dataset) -> list[tuple[object, ...]]:
    return sorted(data["t"].frame.itertuples(index=False, name=None))


def test_the_order_of_the_rows_does_not_matter() -> None:
    _, held = deal(read(ROWS), 0.3, 7)
    _, again = deal(read(ROWS.sample(frac=1, random_state=1)), 0.3, 7)
    assert rows_of(held) == rows_of(again)


def test_just_the_asked_share_is_held_out_and_everybody_is_on_one_side() -> None:
    train, held = deal(read(ROWS), 0.3, 7)
    assert len(held["t"]) == 300
    assert sorted([*rows_of(train), *rows_of(held)]) == rows_of(read(ROWS))


def test_another_seed_holds_out_others() -> None:
    assert rows_of(deal(read(ROWS), 0.3, 7)[1]) != rows_of(deal(read(ROWS), 0.3, 8)[1])


def test_of_rows_that_are_all_alike_some_are_held_out() -> None:
    twins = pd.DataFrame({"age": [44] * 1_000, "town": ["Ashby"] * 1_000})
    _, held = deal(read(twins), 0.3, 7)
    assert len(held["t"]) == 300


def test_all_rows_of_a_person_stay_together() -> None:
    people = pd.DataFrame({"customer_id": np.arange(300) + 5_000, "town": RNG.choice(["Ashby", "Corby"], 300)})
    bought = pd.DataFrame({"line_id": np.arange(900), "customer_id": np.repeat(people["customer_id"], 3).to_numpy()})
    train, held = deal(inspect({"people": people, "bought": bought}, Policy()), 0.3, 7)
    assert train.relations
    assert set(held["bought"].frame["customer_id"]) == set(held["people"].frame["customer_id"])
    assert len(held["bought"]) == 3 * len(held["people"])
