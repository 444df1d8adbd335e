"""How reading says no: file, line, rule and remedy, and never what stands in the cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from privsynth.errors import InputError


def refuse(file: str, what: str, hint: str, *, line: int | None = None, column: str | None = None) -> InputError:
    """The error to raise. The place comes first, as compilers write it."""
    place = f"{file}, line {line}" if line is not None else file
    return InputError(f"{place}: {what}.", hint=hint, line=line, column=column)


def shown(name: str) -> str:
    """A column name as it may stand in a message: short, on one line, without control or direction marks."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return f"'{plain[:60]}...'" if len(plain) > 60 else f"'{plain}'"


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def refuse_repeated_header(
    header: Sequence[str], rows: list[list[str]], line_of: Callable[[int], int], file: str
) -> None:
    """A row that says the header again begins a second table, or a second line of the header."""
    if len(header) > 1 and header in rows:
        what = "this row repeats the header: there are several tables in the file, or several header lines"
        raise refuse(
            file,
            what,
            "say which with --table, or how many lines name the columns with --header-lines",
            line=line_of(rows.index(list(header))),
        )


def refused_preamble(width: int, rows: list[list[str]], file: str, line: int) -> InputError | None:
    """Fewer fields in the first record than in nearly all others: a title or comment stands before the table."""
    widths = Counter(len(row) for row in rows if row)
    usual, count = widths.most_common(1)[0] if widths else (0, 0)
    if usual <= width or count * 2 < widths.total() or (width > 1 and width * 2 > usual):
        return None
    what = f"the first record has {width} and most others have {usual} fields: there are lines before the table"
    return refuse(file, what, "leave them out with --skip", line=line)
