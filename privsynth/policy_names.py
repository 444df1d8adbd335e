"""Names in a policy that the data does not have are mistakes: the file, the line and the nearest name are said."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from privsynth.dataset import Dataset
from privsynth.errors import PolicyError, visible
from privsynth.policy import Policy


def refuse_unknown_names(data: Dataset, policy: Policy) -> None:
    """Every table and column that the policy speaks of must be there."""
    for name, wishes in policy.tables.items():
        _table(data, name, policy.place_of("tables", name))
        for column in wishes.columns:
            _column(data, name, column, policy.place_of("tables", name, "columns", column))
        for field in ("key", "person"):
            column = getattr(wishes, field)
            if column is not None:
                _column(data, name, column, policy.place_of("tables", name, field))
    for number, relation in enumerate(policy.relations):
        for side in ("parent", "child"):
            table, key = getattr(relation, side), getattr(relation, f"{side}_key")
            _table(data, table, policy.place_of("relations", str(number), side))
            _column(data, table, key, policy.place_of("relations", str(number), f"{side}_key"))


def _table(data: Dataset, name: str, place: str) -> None:
    if name not in data:
        raise PolicyError(
            f'{place}table "{visible(name)}" is not in the data{nearest(name, data.names)}',
            hint=f"the tables are: {_list(data.names)}",
        )


def _column(data: Dataset, table: str, name: str, place: str) -> None:
    if name not in data[table]:
        names = [column.name for column in data[table].columns]
        raise PolicyError(
            f'{place}column "{visible(name)}" is not in {visible(table)}{nearest(name, names)}',
            hint=f"its columns are: {_list(names)}",
            column=name,
        )


def nearest(name: str, names: Sequence[str]) -> str:
    """The end of a sentence about an unknown name: with the known one that was perhaps meant."""
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    return f'; did you mean "{visible(near[0])}"?' if near else "."


def _list(names: Sequence[str]) -> str:
    return f"{', '.join(visible(name) for name in names[:12])}{' ...' if len(names) > 12 else ''}"
