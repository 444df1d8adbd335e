"""How reading says no: file, line, rule and remedy, and never what stands in the cell."""

from __future__ import annotations

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
