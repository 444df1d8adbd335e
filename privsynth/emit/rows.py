"""Tables as the bytes of their files. Text is RFC 4180, UTF-8, LF, and nothing that a spreadsheet would run."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Table
from privsynth.emit.parquet import parquet
from privsynth.errors import BackendError
from privsynth.spelling import Spelling

# What starts a formula or a command in a spreadsheet (OWASP ASVS 5, 1.2.10), in half and full width.
DANGEROUS = tuple("=+-@\t\r\0＝＋－＠")  # noqa: RUF001 - the full-width forms are meant
NUMBER = re.compile(r"[+-](\d{1,3}([,. '\u00a0\u202f]\d{3})+([.,]\d+)?|\d+([.,]\d+)?([eE][+-]?\d+)?|[.,]\d+)", re.ASCII)
# Marks that some reader takes for a delimiter, a quote or a byte order mark: a field that holds one is quoted.
SPECIAL = re.compile(r"[\",;|\x00-\x1f\x85\u2028\u2029\ufeff]|^'|^\s|\s$")


def serialise(dataset: Dataset) -> dict[str, bytes]:
    """Of each table its file name and the very bytes that would be written."""
    return {
        file: parquet(table) if file.endswith(".parquet") else _csv(table)
        for table in dataset
        for file in table.form.files(table.name)
    }


def guarded(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet might run it; plain numbers are left alone."""
    if text.startswith(DANGEROUS) and not NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def guard_notes(dataset: Dataset) -> list[str]:
    """How many cells got an apostrophe in front, since a spreadsheet would have run them."""
    texts = (table for table in dataset if table.form.text)
    counts = ((table.name, column.name, _guarded_cells(table, column)) for table in texts for column in table.columns)
    return [
        f"{table}: {cells:,} cells of {column} begin with an apostrophe in the text file, "
        "because a spreadsheet would run them as a formula"
        for table, column, cells in counts
        if cells
    ]


def _guarded_cells(table: Table, column: Column) -> int:
    values = table.values(column.name)
    if values.dtype.kind in "fM":  # no number and no date is a formula
        return 0
    suspects = [text for text in column.spelling.write(values) if text is not None and text.startswith(DANGEROUS)]
    return sum(guarded(text) != text for text in suspects)


def _csv(table: Table) -> bytes:
    alone = len(table.columns) == 1
    header = [_field(column.name, alone=alone) for column in table.columns]
    fields = [_fields(table, column, alone=alone) for column in table.columns]
    join = table.form.delimiter.join
    lines = [join(header), *map(join, zip(*fields, strict=True))]
    try:
        return ("\n".join(lines) + "\n").encode("utf-8")
    except UnicodeEncodeError:
        raise BackendError(
            f"table '{table.name}' holds text that is no Unicode text (lone surrogates).",
            hint="mend the text before it is written",
        ) from None


def _fields(table: Table, column: Column, *, alone: bool) -> list[str]:
    """Each distinct value is written once. A blank line is no record, so a lone missing value is quoted."""
    values, spelling = table.values(column.name), column.spelling
    text = spelling.write(values)
    null = _null(spelling.null, alone=alone)
    if values.dtype.kind == "f" and spelling.style is None and _is_free(spelling, table.form.delimiter, alone=alone):
        return list(np.where(np.isnan(values), null, text))  # plain numbers need neither quotes nor guard
    codes, known = pd.factorize(text)
    field = _quoted if values.dtype.kind == "f" else _field  # no number with its signs and units is a formula
    written = np.array([*(field(word, alone=alone) for word in known), null], dtype=object)
    return list(written[codes])


def _is_free(spelling: Spelling, delimiter: str, *, alone: bool) -> bool:
    """Whether the marks of numbers are none of the file."""
    if spelling.decimal_mark == "." and not spelling.thousands:
        return True
    return not alone and delimiter not in (spelling.decimal_mark, spelling.thousands)


def _null(word: str, *, alone: bool) -> str:
    """The word for a missing value; an empty cell where the guard would change the word into another."""
    return _field(word if guarded(word) == word else "", alone=alone)


def _field(text: str, *, alone: bool) -> str:
    """One field that no spreadsheet runs."""
    return _quoted(guarded(text), alone=alone)


def _quoted(text: str, *, alone: bool) -> str:
    """One field. In a table of one column blanks, which could be delimiters, and empty cells are quoted too."""
    if SPECIAL.search(text) or (alone and (not text or " " in text)):
        return '"' + text.replace('"', '""') + '"'
    return text
