"""Whose row is it: what is found, asked and missed in the tables that PyPI packages ship, beside what was seen by eye.

    python bench/people.py zoo [--list]

`zoo` is the environment of bench/zoo.py. `people.csv` names the tables in which rows belong to people (or animals, or
plants that are observed one by one) or to firms and towns, with the column; every other table counts as having none.
Its lines were judged by eye, among all tables with a column that repeats and is named like a key or like people, whose
rows stand together, or within which another column stays the same or counts.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from zoo import by_pandas, shipped

from privsynth.dataset import Dataset
from privsynth.describe.owner import owner_of
from privsynth.describe.roles import with_roles
from privsynth.describe.turns import turns_of
from privsynth.errors import PrivsynthError
from privsynth.policy import Policy
from privsynth.read.frames import read_frame

FEWEST = 20  # rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zoo", type=Path, help="folder of the environment in which the packages are installed")
    parser.add_argument("--list", action="store_true", help="name the tables behind each figure")
    asked = parser.parse_args()
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8") as file:
        truth = {line["table"]: line for line in csv.DictReader(file)}
    seen = pd.DataFrame([judged(name, data, truth.get(name)) for name, data in described(asked.zoo)])
    print(f"{len(seen)} tables")
    print(pd.crosstab(seen["is"], seen["taken"]).to_string())
    print(f"rows that follow each other: {seen.turns.value_counts().to_dict()}")
    if asked.list:
        for (whose, taken), group in seen.groupby(["is", "taken"]):
            if (whose, taken) != ("nobody's", "each row one"):
                print(f"\n{whose}, {taken}: {', '.join(group.table + ' ' + group.column)}")


def described(zoo: Path) -> Iterator[tuple[str, Dataset]]:
    """Each table once, without the numbers of its rows."""
    known: set[str] = set()
    for name, raw in shipped(zoo):
        table = Path(name).name.split(".csv")[0].split(".json")[0]
        frame = None if table in known else by_pandas(name, raw)
        if frame is None or len(frame) < FEWEST:
            continue
        known.add(table)
        try:
            yield (
                table,
                with_roles(read_frame(frame.loc[:, ~frame.columns.str.startswith("Unnamed")], Policy()), Policy()),
            )
        except PrivsynthError:
            continue


def judged(name: str, data: Dataset, truth: dict[str, str] | None) -> dict[str, str]:
    (table,) = data.tables
    owner = None if table.person else owner_of(table)
    column = table.person or (owner.column if owner else "")
    taken = "found" if table.person else "asked" if owner else "each row one"
    if truth and column and column != truth["column"]:
        taken = f"{taken}, another column"
    turns = next((fact.kind for fact in turns_of(data)), "none")
    return {
        "table": name,
        "is": truth["whose"] if truth else "nobody's",
        "taken": taken,
        "column": column,
        "turns": turns,
    }


if __name__ == "__main__":
    main()
