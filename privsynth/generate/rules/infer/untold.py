"""How many rows break what a book says: it is asked of the very rows that it was made of, before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, log10

import numpy as np

from privsynth.checks.answer import answers
from privsynth.checks.filed import FiledTables
from privsynth.dataset import Dataset
from privsynth.generate.rules.book import parse_rulebook
from privsynth.generate.rules.demands.book import demands_of
from privsynth.generate.rules.infer.holders import Holders
from privsynth.generate.rules.planning.plan import plan_tables

SEVERAL = 1.5  # rows of a person, on average
Untold = Mapping[str, Mapping[str, float]]  # by table and column


def untold_in(text: str, train: Dataset, k: int) -> Untold:
    """The share of the rows whose value a column's rule cannot give, where it is more than k people of all would be.

    Rounded upwards to two digits, so that nobody is counted out. Where people have several rows each, the rows of k are
    told of any column: whether fewer break it shows nowhere.
    """
    book = parse_rulebook(text, "the inferred book")
    plan = plan_tables(book)
    filed = FiledTables(data=train, ties={name: table.ties for name, table in plan.tables.items()})
    people = train.hanging_together()
    crowds = {name: Holders(people.get(name, np.arange(len(train[name]))), k) for name in train.names}
    shares = dict[str, dict[str, float]]()
    for answer in answers(demands_of(book, plan), filed):
        table, column = answer.demand.under
        crowd = crowds[answer.demand.table]
        least = min(1.0, k / max(1, crowd.size))
        is_many = answer.share > least
        if column and not answer.demand.allowed and (is_many or len(crowd) > SEVERAL * crowd.size):
            of_table = shares.setdefault(table, {})
            of_table[column] = max(_upwards(max(answer.share, least)), of_table.get(column, 0.0))
    return shares


def _upwards(share: float) -> float:
    unit = 10.0 ** (floor(log10(share)) - 1)
    return min(1.0, round(ceil(share / unit - 1e-9) * unit, 6))
