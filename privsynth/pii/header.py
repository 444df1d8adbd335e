"""Names of columns and tables are shown everywhere, so none of them may be somebody's value."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from privsynth.dataset import Dataset, Role, Table
from privsynth.errors import InputError
from privsynth.pii.canonical import forms_of, letters, name_forms
from privsynth.pii.entities import Trait, entities, has
from privsynth.pii.forms import find_form_in_cell
from privsynth.pii.whole_names import name_pairs
from privsynth.typing import Array

SHORTEST = 8  # letters and digits of a value that is no other word by chance
NOBODYS = ("DOMAIN", "URL")  # names of columns with a dot in them look like these
_WAYS = "rename it; or, if the first line of the file is a row, read it with --no-header"


def refuse_named_headers(dataset: Dataset) -> None:
    """A name that is a value of its own rows, or proves to be of a kind, stops the run and is not repeated."""
    for number, table in enumerate(dataset, start=1):
        values = frozenset(_values(table))
        if what := _is_somebodys(table.name, values):
            raise InputError(f"the name of table {number} {what}; reports would show it.", hint="rename its file")
        for place, column in enumerate(table.columns, start=1):
            if what := _is_somebodys(column.name, values):
                raise InputError(
                    f"table {table.name}: the name of column {place} {what}; reports would show it.", hint=_WAYS
                )


def _is_somebodys(name: str, values: frozenset[str]) -> str:
    """What is wrong with a name, if anything."""
    kind = find_form_in_cell(name)
    if kind is not None and kind not in NOBODYS and entities()[kind].role is Role.DIRECT:
        return f"is personal data of the kind {kind}"
    if letters(name) in values:
        return "is a value of a column that names people"
    return ""


def _values(table: Table) -> Iterator[str]:
    """Whole names of the rows' people, and what else is typed and names a person by itself."""
    for name in _known(name_pairs(table)):
        yield from name_forms(name)
    for column in table.of_role(Role.DIRECT):
        if column.entity and not has(column.entity, Trait.SHARED):
            phone = has(column.entity, Trait.PHONE)
            forms = (form for text in _known(table.text(column.name)) for form in forms_of(text, is_phone=phone))
            yield from (form for form in forms if len(form) >= SHORTEST)


def _known(texts: Array) -> list[str]:
    return list(pd.unique(pd.Series(texts, dtype=object).dropna()))
