"""A rulebook proposed from tables: what a person can read line by line, and nothing that fewer than k people share.

holders   how many people stand behind something, and how it is rounded
laws      of numbers; dates: of days, and of the days after another date; names: keys, people, texts of a shape
edges     where ranges may end, so that nobody stands alone there
forms     how values are written, as enough people's are
coding    columns as states by which one can choose
follows   which columns a column follows
branches  nested ways, one for each state of these
columns   all columns of a table
tables    how many rows each table has, and what they keep
writing   the book as text
untold    how many of these rows break what it says
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from privsynth.dataset import Dataset
from privsynth.errors import PolicyError, visible
from privsynth.generate.rules.book import MAX_BYTES
from privsynth.generate.rules.infer.holders import rounded
from privsynth.generate.rules.infer.tables import MadeTable, tables_of
from privsynth.generate.rules.infer.untold import untold_in
from privsynth.generate.rules.infer.writing import lines_of
from privsynth.generate.rules.vocabulary.rulebook import Inferred
from privsynth.statistics import Fact

HEAD = """\
# A rulebook proposed by `privsynth rules infer`: how each column may be made, and above each why.
#
# Nothing below is shared by fewer than {k} people: rarer values are left out, rare combinations are drawn as if the
# columns did not belong together, ranges lie between round numbers near the {k}th smallest and largest value (dates
# within them), inner ends of ranges have {k} people next to them on both sides, and weights have two digits. Read it,
# change what you know better, and {then}
#
#   privsynth run {file} {data}--out out/
#
# "off" is the largest share of the rows that a law has on the wrong side of any number.
"""
JUDGED = "judge what it makes:"
NOT_JUDGED = """\
make rows of it: they are
# compared with nobody, since there are too few people to judge them by.\
"""
LONGEST = 128  # characters of a name
MARK = (
    "Of what it was made, and by chance of which seed people were held out before: a run beside the same rows, known "
    "by their digest, holds out the same people; beside others it stops. Keep these lines."
)
UNTOLD = (
    "Share of the rows whose value a column's rule does not give, because too few people share it, or because it is "
    "invented anew: `privsynth rules check` allows as many of any table, and of all other columns as k people would be."
)
PARENTS = (2, 1, 0)  # columns that a column follows, at most: fewer where the book would be too long otherwise


def infer_book(
    train: Dataset, facts: Sequence[Fact], mark: Inferred, *, name: str, file: str, is_judged: bool = True
) -> str:
    """The text of the book. `train` are the rows that may be looked at; `mark` says in the book that they were.

    `is_judged`: whether there are people enough beside them to judge what it makes.
    """
    _refuse_names(train)
    then, data = (JUDGED, "DATA ") if is_judged else (NOT_JUDGED, "")
    head = HEAD.format(k=mark.k, file=file, then=then, data=data)
    proposed = (tables_of(train, facts, mark, most) for most in PARENTS)
    made = next((tables for tables in proposed if _is_short(head + _text(tables, train.names, mark, name))), None)
    if made is not None:
        untold = untold_in(_text(made, train.names, mark, name), train, mark.k)
        text = head + _text(made, train.names, mark.model_copy(update={"untold": untold}), name)
        if _is_short(text):
            return text
    raise PolicyError(
        f"the rulebook of these tables would be larger than {MAX_BYTES:,} bytes.",
        hint="infer one of fewer tables or columns",
    )


def _is_short(text: str) -> bool:
    return len(text.encode()) <= MAX_BYTES


def rows_about(data: Dataset) -> dict[str, int]:
    """How many rows each table has, in two digits: exact numbers beside shares would count out single people."""
    return {table.name: int(rounded(len(table))) for table in data}


def _text(made: Mapping[str, MadeTable], names: Sequence[str], mark: Inferred, name: str) -> str:
    comments: dict[tuple[str, ...], str] = {("inferred",): MARK}
    if mark.untold:
        comments[("inferred", "untold")] = UNTOLD
    for table, each in made.items():
        comments[("tables", table)] = each.why
        comments |= {("tables", table, "columns", column): why for column, why in each.reasons.items()}
    content: dict[str, Any] = {
        "version": 1,
        "name": name,
        "inferred": mark.model_dump(exclude_none=True, exclude=set() if mark.untold else {"untold"}),
        "tables": {table: made[table].words for table in names},
    }
    return "\n" + "\n".join(lines_of(content, comments)) + "\n"


def _refuse_names(data: Dataset) -> None:
    """What a rulebook cannot name."""
    for table in data:
        names = [column.name for column in table.columns]
        if any(name.startswith("parent.") or not name.isprintable() or not 0 < len(name) <= LONGEST for name in names):
            raise PolicyError(
                f"table {visible(table.name)} has a column whose name cannot stand in a rulebook: one of more than "
                f"{LONGEST} characters, one that begins with parent., or one of characters that cannot be seen.",
                hint="rename the column",
            )


__all__ = ["infer_book", "rows_about"]
