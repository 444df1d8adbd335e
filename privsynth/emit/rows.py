"""Tables as the bytes of their files. Text is RFC 4180, UTF-8, LF, and nothing that a spreadsheet would run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from privsynth.dataset import Column, Dataset, Form, Table
from privsynth.emit.parquet import parquet
from privsynth.errors import BackendError
from privsynth.spelling import Spelling
from privsynth.typing import Array

# What starts a formula or a command in a spreadsheet (OWASP ASVS 5, 1.2.10), in half and full width.
DANGEROUS = tuple("=+-@\t\r\0＝＋－＠")  # noqa: RUF001 - the full-width forms are meant
NUMBER = re.compile(r"[+-](\d{1,3}([,. '\u00a0\u202f]\d{3})+([.,]\d+)?|\d+([.,]\d+)?([eE][+-]?\d+)?|[.,]\d+)", re.ASCII)
# Marks that some reader takes for a delimiter, a quote or a byte order mark: a field that holds one is quoted.
SPECIAL = re.compile(r"[\",;|\x00-\x1f\x85\u2028\u2029\ufeff]|^'|^\s|\s$")
FORMULA = "^[=+@\t\r\\x00\uff1d\uff0b\uff0d\uff20-]"  # the same beginnings, for whole columns

# A text that needs neither quotes nor a guard: visible ASCII without the marks above, and no formula.
PLAIN = r"\A(?:[!#-&(-*./0-:<>?A-{}~](?:[ !#-+\-./0-:<-{}~]*[!#-+\-./0-:<-{}~])?)?\z"
WITHIN = bytes(sign for sign in range(ord(" "), 127) if chr(sign) not in '",;|')  # the bytes of such a text
NOT_FIRST, NOT_LAST = (np.isin(np.arange(256), [*signs]) for signs in (b" '+-=@", b" "))


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
    texts = column.spelling.texts(values)
    suspects = texts.filter(pc.match_substring_regex(texts, FORMULA)).to_pylist()
    return sum(guarded(text) != text for text in suspects)


AT_ONCE = 2**16  # rows that are joined at a time


def _csv(table: Table) -> bytes:
    alone = len(table.columns) == 1
    header = table.form.delimiter.join(_field(column.name, alone=alone) for column in table.columns)
    try:
        return b"\n".join([header.encode(), *_lines(table, alone=alone), b""])
    except UnicodeEncodeError:
        raise BackendError(
            f"table '{table.name}' holds text that is no Unicode text (lone surrogates).",
            hint="mend the text before it is written",
        ) from None


def _lines(table: Table, *, alone: bool) -> Iterator[pa.Buffer]:
    """The rows as bytes, so many at a time: a text of Arrow's holds two gigabytes at most."""
    values = {column.name: table.values(column.name) for column in table.columns}
    for start in range(0, len(table), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        fields = [_fields(column, values[column.name][part], table.form, alone=alone) for column in table.columns]
        lines = pc.binary_join_element_wise(*fields, table.form.delimiter) if not alone else fields[0]
        yield pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), "\n")[0].as_buffer()


def _fields(column: Column, values: Array, form: Form, *, alone: bool) -> pa.StringArray:
    """A blank line is no record, so a lone missing value is quoted."""
    spelling = column.spelling
    is_number = values.dtype.kind == "f"
    texts = spelling.texts(values)
    if not (is_number and spelling.style is None and _is_free(spelling, form.delimiter, alone=alone)):
        field = _quoted if is_number else _field  # no number with its signs and units is a formula
        texts = _mended(texts, lambda text: field(text, alone=alone), alone=alone)
    return texts.fill_null(_null(spelling.null, alone=alone))


def _mended(texts: pa.StringArray, field: Callable[[str], str], *, alone: bool) -> pa.StringArray:
    """Each distinct text that may need a quote or a guard, as the field that it is written as."""
    if not alone and _all_plain(texts):
        return texts
    odd = pa.array(np.full(len(texts), fill_value=True)) if alone else pc.invert(pc.match_substring_regex(texts, PLAIN))
    odd = pc.and_(odd.fill_null(False), texts.is_valid())
    if not pc.any(odd).as_py():
        return texts
    known = texts.filter(odd).dictionary_encode()
    words = pa.array([field(word) for word in known.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(texts, odd, words.take(known.indices))


def _all_plain(texts: pa.StringArray) -> bool:
    """Whether all texts are plain, asked of their bytes together: most columns are, and are not asked text by text."""
    _, ends, letters = texts.buffers()
    ends = np.frombuffer(ends, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    signs = np.frombuffer(letters, dtype=np.uint8)[: ends[-1]]
    full = ends[1:] > ends[:-1]
    if NOT_FIRST[signs[ends[:-1][full]]].any() or NOT_LAST[signs[ends[1:][full] - 1]].any():
        return False
    return not signs[ends[0] :].tobytes().translate(None, WITHIN)


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
