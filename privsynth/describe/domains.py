"""What the policy says that a column may hold, checked against its kind and put in the units of its storage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from typing import NoReturn

from privsynth.dataset import Column, Domain, Kind
from privsynth.errors import PolicyError
from privsynth.options import BINS, DomainPolicy
from privsynth.spelling.fields import read_under

SECONDS = 86_400  # of a day


def domain_of(column: Column, declared: DomainPolicy, place: str) -> Domain:
    """Levels as they are spelt, or ends of bins: numbers, or days since 1970. `place` is the line of the policy."""

    def refuse(what: str, hint: str) -> NoReturn:
        raise PolicyError(f"{place}the domain of column '{column.name}': {what}", hint=hint, column=column.name)

    if declared.levels is not None:
        return Domain(levels=_levels(column, declared.levels, refuse))
    if not (column.kind.is_numeric or column.kind is Kind.DATE):
        refuse(
            f"a column of kind {column.kind.value} has no ends of bins.",
            "say its levels, or its kind if it holds numbers or dates",
        )
    if declared.cuts is not None:
        return Domain(cuts=_rising([_end(column, end, refuse) for end in declared.cuts], refuse))
    low, high = (_end(column, end, refuse) for end in (declared.low or 0, declared.high or 0))
    _rising([low, high], refuse)
    return Domain(cuts=_equal(column, low, high, declared.bins or BINS))


Refuse = Callable[[str, str], NoReturn]


def _levels(column: Column, levels: Sequence[str], refuse: Refuse) -> tuple[str, ...]:
    read = tuple(_level(column, level, refuse) for level in levels)
    if len(set(read)) < len(read):
        refuse("a level is there twice.", "name each level once")
    return read


def _level(column: Column, level: str, refuse: Refuse) -> str:
    """A number or date in one plain form, whatever its spelling in the file."""
    if column.kind.is_time:
        return repr(_count(column, level, refuse))
    if column.kind.is_numeric:
        value = _number(column, level, refuse)
        if column.kind is Kind.INTEGER and not value.is_integer():
            refuse("a level of whole numbers is not whole.", "say the column's kind as number if it holds fractions")
        return repr(value)
    if column.kind is Kind.DATE:
        return _moment(column, level, refuse)
    return level


def _count(column: Column, text: float | str, refuse: Refuse) -> float:
    """A time of day or duration, as the file writes it, in counts of the column's smallest part."""
    count = column.spelling.count(str(text))
    if count is None:
        return refuse(f"a level or end is no {column.kind}.", f'write it as the file does: "{column.format}"')
    return count


def _end(column: Column, end: float | str, refuse: Refuse) -> float:
    if column.kind.is_time:
        return _count(column, end, refuse)
    if column.kind is not Kind.DATE:
        return _number(column, end, refuse)
    import numpy as np

    if not isinstance(end, str):
        refuse("the ends of bins of a date are dates.", 'write them as "2020-12-31"')
    moment = np.datetime64(_moment(column, end, refuse), "s")
    return float(moment.astype("int64")) / SECONDS


def _number(column: Column, text: float | str, refuse: Refuse) -> float:
    from math import isfinite

    try:
        value = column.spelling.value(text) if isinstance(text, str) else float(text)
    except ValueError:
        refuse("a level or end is no number.", "numbers are written as in the file")
    if not isfinite(value):
        refuse("a level or end is not finite.", "say the least and largest value that may occur")
    return value


def _moment(column: Column, text: str, refuse: Refuse) -> str:
    """ISO first, then as the column is spelt."""
    with suppress(ValueError):
        return datetime.fromisoformat(text).replace(tzinfo=None).isoformat()
    moment = read_under(text, column.spelling.date_format)
    if moment is None:
        return refuse("a level or end is no date.", 'write dates as "2020-12-31", or as the file does')
    return str(moment.astype("datetime64[s]"))


def _rising(ends: Sequence[float], refuse: Refuse) -> tuple[float, ...]:
    if any(right <= left for left, right in pairwise(ends)):
        refuse("the ends must rise.", "write them from the least to the largest, each once")
    return tuple(ends)


def _equal(column: Column, low: float, high: float, bins: int) -> tuple[float, ...]:
    """Bins of equal width; of whole numbers and days no more than there are, with whole ends."""
    if column.kind is Kind.NUMBER:
        return tuple(low + (high - low) * at / bins for at in range(bins + 1))
    count = max(1, min(bins, int(high - low)))
    inner = [round(low + (high - low) * at / count) for at in range(1, count)]
    return (low, *map(float, sorted({end for end in inner if low < end < high})), high)
