"""A rulebook proposed from tables: what a person can read line by line, and nothing that fewer than k people share.

holders   how many people stand behind something, and how it is rounded
laws      of numbers; dates: of days, and of the days after another date; names: keys, people, texts of a shape
coding    columns as states by which one can choose
follows   which columns a column follows
branches  nested ways, one for each state of these
columns   all columns of a table
tables    how many rows each table has, and what they keep
writing   the book as text
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privsynth.dataset import Dataset
from privsynth.generate.rules.infer.tables import tables_of
from privsynth.generate.rules.infer.writing import lines_of
from privsynth.generate.rules.rulebook import Inferred
from privsynth.statistics import Fact

HEAD = """\
# A rulebook proposed by `privsynth rules infer`: how each column may be made, and above each why.
#
# Nothing below is shared by fewer than {k} people: rarer values are left out, rare combinations are drawn as if the
# columns did not belong together, ranges lie between round numbers near the {k}th smallest and largest value, and
# weights have two digits. Read it, change what you know better, and judge it:
#
#   privsynth run {file} DATA --out out/
#
# "off" is the largest share of the rows that a law has on the wrong side of any number.
"""
MARK = (
    "Of what it was made, and by chance of which seed people were held out before: a run beside the same rows holds "
    "out the same people. Keep these lines."
)


def infer_book(train: Dataset, facts: Sequence[Fact], mark: Inferred, *, name: str, file: str) -> str:
    """The text of the book. `train` are the rows that may be looked at; `mark` says in the book that they were."""
    made = tables_of(train, facts, mark)
    comments = {("inferred",): MARK}
    for table, each in made.items():
        comments[("tables", table)] = each.why
        comments |= {("tables", table, "columns", column): why for column, why in each.reasons.items()}
    content: dict[str, Any] = {
        "version": 1,
        "name": name,
        "inferred": mark.model_dump(),
        "tables": {table: made[table].words for table in train.names},
    }
    return HEAD.format(k=mark.k, file=file) + "\n" + "\n".join(lines_of(content, comments)) + "\n"


__all__ = ["infer_book"]
