"""Whether the first record names the columns: unique names, not data, nothing before it, no second one after it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from privsynth.errors import InputError
from privsynth.read.refusal import refuse

NUMBER = re.compile(r"[-+]?[$€£]?\d[\d.,' \u00a0]*%?|[-+]?\.\d+|[-+]?\d+(\.\d+)?[eE][-+]?\d+")
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d{2}.*)?|\d{1,2}:\d{2}(:\d{2})?")
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.\w+|https?://\S+|www\.\S+|[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
FORCE = "if it does name the columns, say read.header: true in the policy; if the file has no header, say --no-header"
LOOKED_AT = 1000


def check_header(
    header: Sequence[str], columns: Sequence[Sequence[str]], file: str, line: int, *, declared: bool
) -> None:
    """Refuse missing or doubled names, and a first record that reads like a row. `columns` holds distinct words."""
    if not declared:
        _refuse_data(header, columns, file, line)
    _refuse_empty(header, file, line)
    _refuse_double(header, file, line)


def _refuse_empty(header: Sequence[str], file: str, line: int) -> None:
    empty = [number for number, name in enumerate(header, start=1) if not name.strip()]
    if not empty:
        return
    if len(empty) > len(header) / 2 and len(header) > 1:
        raise refuse(
            file,
            "most names of the header are empty: there are lines before the table",
            "take them out, so that the first line names the columns",
            line=line,
        )
    raise refuse(
        file,
        f"column {empty[0]} of {len(header)} has no name",
        "name every column; if the file has no header, say --no-header",
        line=line,
    )


def _refuse_double(header: Sequence[str], file: str, line: int) -> None:
    double = [name for name, count in Counter(header).items() if count > 1]
    if double:
        hint = "give each column a name of its own; if the file has no header, say --no-header"
        raise refuse(file, f"a column name stands {Counter(header)[double[0]]} times in the header", hint, line=line)


def _refuse_data(header: Sequence[str], columns: Sequence[Sequence[str]], file: str, line: int) -> None:
    """Numbers, dates, addresses or known values where names should be."""
    if _is_count(header) and not _counts_on(header, columns):
        return
    plain = [
        at
        for at, name in enumerate(header)
        if any(_is_row_like(name, columns[at], form) for form in (NUMBER, DATE, ADDRESS))
    ]
    alike = [at for at, name in enumerate(header) if _is_alike(name, columns[at])]
    again = [at for at, name in enumerate(header) if name in set(columns[at][:LOOKED_AT])]
    if plain or len(alike) > max(1, len(header) / 4) or len(again) > max(1, len(header) / 3):
        found = (plain or alike or again)[0] + 1
        raise refuse(
            file,
            f"the first record looks like a row and not like names (field {found} of {len(header)})",
            FORCE,
            line=line,
        )


def _is_count(header: Sequence[str]) -> bool:
    """Columns named by years or numbers in a row are names."""
    numbers = [int(name) for name in header if re.fullmatch(r"\d{1,4}", name.strip())]
    others = [name for name in header if not re.fullmatch(r"\d{1,4}", name.strip())]
    in_a_row = all(after - before == 1 for before, after in pairwise(numbers))
    return (
        len(numbers) > 1
        and in_a_row
        and not any(NUMBER.fullmatch(name.strip()) or DATE.fullmatch(name.strip()) for name in others)
    )


def _counts_on(header: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Nothing but numbers, as long as those below: as likely a row as names. From 0 or a year on they are names."""
    if (
        not all(name.strip().isdecimal() for name in header)
        or header[0].strip() == "0"
        or all(1900 <= int(name) <= 2100 for name in header)
    ):
        return False
    return all(_is_row_like(name, words, NUMBER) for name, words in zip(header, columns, strict=True))


def _is_row_like(name: str, words: Sequence[str], form: re.Pattern[str]) -> bool:
    """A name in the form of most values below it. Dates above counts are names: `country, 2020-01-22, 2020-01-23`."""
    some = words[:LOOKED_AT]
    return bool(form.fullmatch(name.strip())) and 2 * sum(bool(form.fullmatch(word.strip())) for word in some) > len(
        some
    )


def _shape(word: str) -> str:
    return re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", word)))


def _is_alike(name: str, words: Sequence[str]) -> bool:
    """A name with digits in it, of the very shape that all values have."""
    shape = _shape(name)
    return (
        len(name) > 3 and "9" in shape and len(words) > 0 and all(_shape(word) == shape for word in words[:LOOKED_AT])
    )


def refuse_repeated_header(
    header: Sequence[str], rows: list[list[str]], line_of: Callable[[int], int], file: str
) -> None:
    """A row that says the header again begins a second table, or a second line of the header."""
    if len(header) > 1 and header in rows:
        what = "this row repeats the header: there are several tables in the file, or several header lines"
        raise refuse(
            file, what, "keep one table and one header line in each file", line=line_of(rows.index(list(header)))
        )


def refused_preamble(width: int, rows: list[list[str]], file: str, line: int) -> InputError | None:
    """Fewer fields in the first record than in nearly all others: a title or comment stands before the table."""
    widths = Counter(len(row) for row in rows if row)
    usual, count = widths.most_common(1)[0] if widths else (0, 0)
    if usual <= width or count * 2 < widths.total() or (width > 1 and width * 2 > usual):
        return None
    what = f"the first record has {width} and most others have {usual} fields: there are lines before the table"
    return refuse(file, what, "take them out, so that the first line names the columns", line=line)


def numbered(width: int) -> list[str]:
    """Names for columns that have none."""
    return [f"c{number}" for number in range(1, width + 1)]
