"""Texts filled from the columns of the row: `Dear {first_name}, your order of {ordered_on:%d %B}`.

Between braces stands the name of a column and perhaps a format, and nothing else is known there: no attribute, no
index, no conversion, no format inside a format. `{{` is a brace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.dataset import Kind
from privsynth.errors import PolicyError
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.values.provider import Provider
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

_NUMBER = re.compile(r"0?\d{0,2},?(?:\.\d{1,2}f|d|f)?")
_DAY = re.compile(r"(?:[^%{}]|%[YymdBbAajHIMSp%])*")
_TEXT = re.compile(r"(?:\.\d{1,3})?")
_KNOWN = {
    Kind.DATE: (_DAY, "a date takes the codes of strftime for days and times, such as %d %B %Y"),
    Kind.INTEGER: (_NUMBER, "a whole number takes a width and commas, such as 06d or ,d"),
    Kind.NUMBER: (_NUMBER, "a number takes decimals and commas, such as .2f or ,.2f"),
}
_OF_TEXT = (_TEXT, "a text takes the number of its first characters, such as .1")


@dataclass(frozen=True)
class Field:
    """What stands before a column, and the column with its format; the last has none."""

    before: str
    column: str | None
    shape: str = ""


def fields_of(template: str) -> list[Field]:
    """A template taken apart."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        raise PolicyError(
            "a brace is opened and not closed, or the other way.", hint="a brace itself is {{ or }}"
        ) from None
    for _, name, shape, conversion in parts:
        if conversion or (name is not None and not name) or "{" in (shape or ""):
            raise PolicyError(
                "between braces stands the name of a column and perhaps a format.",
                hint="such as {first_name} or {ordered_on:%d %B}",
            )
    return [Field(before, name, shape or "") for before, name, shape, _ in parts]


def template_provider(template: str, scope: Scope) -> Provider:
    """What fills the template; where one of its columns has no value, the text has none."""
    fields = fields_of(template)
    kinds = {field.column: scope.column(field.column).kind for field in fields if field.column is not None}
    for field in fields:
        if field.column is not None:
            _check(field, kinds[field.column], scope)

    def fill(rows: Rows) -> Array:
        texts: Any = np.full(rows.count, "", dtype=object)
        missing = np.zeros(rows.count, dtype=bool)
        for field in fields:
            texts = texts + field.before
            if field.column is not None:
                codes, levels = _levels(rows.values[field.column], kinds[field.column], field.shape)
                texts, missing = texts + levels[codes], missing | (codes < 0)
        texts[missing] = None
        return np.asarray(texts)

    return Provider(Kind.TEXT, fill, certain=bool(kinds))


def columns_of(template: str) -> Iterator[str]:
    """The columns that a template names."""
    yield from (field.column for field in fields_of(template) if field.column is not None)


def _check(field: Field, kind: Kind, scope: Scope) -> None:
    if scope.kinds[str(field.column)].is_time:
        raise scope.error(f"{field.column} is a {scope.kinds[str(field.column)]}, which a template cannot write.")
    known, hint = _KNOWN.get(kind, _OF_TEXT)
    if not known.fullmatch(field.shape) or (field.shape.endswith("d") and kind is Kind.NUMBER):
        raise scope.error(f"this format of {field.column} is not known for {kind}.", hint)


def _levels(values: Array, kind: Kind, shape: str) -> tuple[Array, Array]:
    """The place of each row's text among the different texts; -1 where there is no value."""
    import pandas as pd

    codes, different = pd.factorize(values)
    texts = np.empty(len(different) + 1, dtype=object)  # the last one stands for no value
    texts[:] = [*(_written(value, kind, shape) for value in different), ""]
    return codes, texts


def _written(value: Any, kind: Kind, shape: str) -> str:
    if kind is Kind.DATE:
        import pandas as pd

        return pd.Timestamp(value).strftime(shape or "%Y-%m-%d")
    if not kind.is_numeric:
        return format(str(value), shape)
    if float(value).is_integer() and not shape.endswith("f"):
        return format(int(value), shape)
    return format(float(value), shape) if shape else np.format_float_positional(value, trim="-")
