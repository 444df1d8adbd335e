"""Where a column ends: what lies beyond an end that was declared, or that enough people share, becomes that end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Table
from privsynth.errors import PolicyError
from privsynth.generate.mask.steps.kinds import at, misfit, to_places
from privsynth.generate.mask.steps.stay import DrawnIn
from privsynth.groups.rare import counted
from privsynth.groups.sharing import ends, people_with
from privsynth.mask_steps import TopBottom
from privsynth.typing import Array


def learn_top_bottom(
    table: Table,
    name: str,
    step: TopBottom,
    *,
    k: int,  # noqa: ARG001
    k_rare: int,
    people: Array,
    place: str = "",
) -> DrawnIn:
    """Declared ends are the policy's; the others are drawn in until enough people lie at them."""
    column, values = table[name], table.values(name)
    if not (column.kind.is_numeric or column.kind is Kind.DATE):
        raise misfit(
            table,
            name,
            "top_bottom",
            "top_bottom fits numbers and dates; for levels take generalise with a hierarchy.",
            place,
        )
    low, high = ends(values, people, k_rare)
    if column.kind.is_numeric:
        low, high = to_places(np.array([low, high]), column.spelling)
    low = low if step.low is None else _declared(table, name, step.low, "low", place)
    high = high if step.high is None else _declared(table, name, step.high, "high", place)
    if low > high:
        other = " with the end that the rows give" if None in (step.low, step.high) else ""
        raise PolicyError(
            f"{place}{at(table, name)}: top_bottom: low and high cross{other}.",
            hint="declare both ends, low below high.",
            column=name,
        )
    return DrawnIn(column, low, high, _notes(table, name, values, people, low, high, k_rare))


def _declared(table: Table, name: str, said: float | str, which: str, place: str) -> Any:
    """An end in the storage type of the column."""
    try:
        if table[name].kind is not Kind.DATE:
            return float(said)
        if not isinstance(said, str):
            raise TypeError  # noqa: TRY301  told below, with the place
        return pd.Timestamp(said).to_datetime64().astype("datetime64[us]")
    except (ValueError, TypeError):
        form = "a date written YYYY-MM-DD" if table[name].kind is Kind.DATE else "a number"
        raise PolicyError(f"{place}{at(table, name)}: top_bottom: {which} must be {form}.", column=name) from None


def _notes(table: Table, name: str, values: Array, people: Array, low: Any, high: Any, k_rare: int) -> tuple[str, ...]:
    """How many were moved to each end, and whether an end would still name somebody."""
    told = []
    for which, moved, there in (("low", values < low, values <= low), ("high", values > high, values >= high)):
        if moved.any():
            told.append(f"{at(table, name)}: {counted(int(moved.sum()))} lay beyond the {which} end and became it")
        if there.any() and people_with(people, there) < k_rare:
            told.append(f"{at(table, name)}: fewer than {k_rare} people share the {which} end")
    return tuple(told)
