"""Arithmetic between the columns of a table, as facts: `amount = payments * duration`, in so many of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

import numpy as np

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.describe.formula_search import formulas_of
from privsynth.describe.formulas import NOISE, SHARE, Amounts, Formula
from privsynth.errors import PolicyError
from privsynth.expressions import names_in
from privsynth.measure.distance.points import as_number
from privsynth.measure.relations import held
from privsynth.statistics import Fact
from privsynth.typing import Array

MOST = 250  # columns of numbers that are looked at
DATES = 12  # columns of dates whose differences are
FEW_DECIMALS = 6  # that somebody meant, where more are there by the binary fractions of a machine
WRITTEN = 15  # digits of a constant
UNTOLD = (Role.DIRECT, Role.FREE_TEXT, Role.IDENTIFIER)
DAY_SECONDS = 86_400.0
NAMED: dict[tuple[int, ...], str] = {
    (1, 1): "{0} times {1}",
    (1, -1): "{0} divided by {1}",
    (-1, 1): "{1} divided by {0}",
}


def arithmetic_of(table: Table) -> Iterator[Fact]:
    """A fact for each formula that holds in nearly all rows, and that chance does not explain."""
    terms = _terms(table)
    numbers = [term for term in terms if not term.is_gap]
    for formula in formulas_of(_amounts(table, numbers), _amounts(table, [term for term in terms if term.is_gap])):
        fact = _fact(table, formula, terms)
        measures = {table[name].measure for name in fact.columns if table[name].kind.is_time}
        if fact.share >= SHARE and len(measures) <= 1:
            yield fact


def _fact(table: Table, formula: Formula, terms: Sequence[_Term]) -> Fact:
    columns = tuple(dict.fromkeys(name for place in (formula.target, *formula.parts) for name in terms[place].names))
    decimals, shows_more = _places(table, columns[0])
    must_round = shows_more and not formula.is_closed
    expect = f"{_quoted(columns[0])} = {_written(formula, terms, decimals, must_round=must_round)}"
    fact = Fact("arithmetic", table=table.name, columns=columns, share=formula.share, words="", expect=expect)
    counted = held(table, fact, like=table) if must_round else None  # halves may be rounded either way
    share = fact.share if counted is None else counted.share
    return replace(fact, share=share, words=f"{_said(formula, terms)}{_share_words(share)}")


def too_many(table: Table) -> Iterator[str]:
    """What is not looked at, as a table is too wide for it."""
    count = sum(_is_amount(table, column) for column in table.columns)
    if count > MOST:
        yield (
            f"{table.name}: sums, products and quotients were looked for among {MOST} of its {count:,} columns "
            "of numbers, those of most different values"
        )


@dataclass(frozen=True)
class _Term:
    """What may stand in a formula: a column of numbers, or the days between two dates."""

    names: tuple[str, ...]
    whole_days: bool = False

    @property
    def is_gap(self) -> bool:
        return len(self.names) == 2

    @property
    def words(self) -> str:
        return f"the time from {self.names[0]} to {self.names[1]}" if self.is_gap else self.names[0]


def _terms(table: Table) -> list[_Term]:
    amounts = [column.name for column in table.columns if _is_amount(table, column)]
    if len(amounts) > MOST:
        most = sorted(amounts, key=lambda name: -len(np.unique(table.values(name))))[:MOST]
        amounts = [name for name in amounts if name in set(most)]
    dates = [c.name for c in table.columns if c.kind is Kind.DATE and c.role not in UNTOLD][:DATES]
    return [*(_Term((name,)) for name in amounts), *(_between(table, pair) for pair in combinations(dates, 2))]


def _is_amount(table: Table, column: Column) -> bool:
    return column.kind.is_numeric and column.role not in UNTOLD and table.values(column.name).dtype.kind == "f"


def _between(table: Table, dates: Sequence[str]) -> _Term:
    """From the earlier to the later date, as the median row says."""
    days = [as_number(table.values(name)) for name in dates]
    gap = days[1] - days[0]
    known = gap[~np.isnan(gap)]
    names = tuple(dates) if not len(known) or np.median(known) >= 0 else tuple(reversed(dates))
    whole = all(bool((known % 1 == 0).all()) for known in (each[~np.isnan(each)] for each in days))
    return _Term(names, whole_days=whole)


def _amounts(table: Table, terms: Sequence[_Term]) -> Amounts:
    values = [_values(table, term) for term in terms]
    units = [0.0 if term.is_gap else 10.0 ** -_places(table, term.names[0])[0] for term in terms]
    return Amounts(np.stack(values, axis=1) if values else np.zeros((len(table), 0)), np.array(units))


def _values(table: Table, term: _Term) -> Array:
    first, *rest = (as_number(table.values(name)) for name in term.names)
    values = rest[0] - first if rest else first
    return np.where(np.isfinite(values), values, np.nan)


def _places(table: Table, name: str) -> tuple[int, bool]:
    """The decimals that the numbers have, and whether they show more: `12.340000000000003` has two."""
    column = table[name]
    shown = column.spelling.decimals if column.kind is Kind.NUMBER else 0
    if shown <= FEW_DECIMALS:
        return shown, False
    known = _values(table, _Term((name,)))
    known = known[~np.isnan(known)]
    within = NOISE * np.maximum(1.0, np.abs(known))
    meant = (d for d in range(FEW_DECIMALS + 1) if bool((np.abs(known - np.round(known, d)) <= within).all()))
    found = next(meant, None)
    return (shown, False) if found is None else (found, True)


def _written(formula: Formula, terms: Sequence[_Term], decimals: int, *, must_round: bool) -> str:
    """The right side of the rule. It is rounded in so many words where the column shows more than was meant."""
    parts = [_term_written(terms[part]) for part in formula.parts]
    if any(terms[part].is_gap and not terms[part].whole_days for part in formula.parts):
        formula = replace(formula, factor=formula.factor / DAY_SECONDS)
    if formula.powers and formula.factor < 0 < formula.offset:
        text = f"{_constant(formula.offset)} - {_multiplied(parts, formula.powers, -formula.factor)}"
    elif formula.powers:
        text = _multiplied(parts, formula.powers, formula.factor) + _plus(formula.offset)
    else:
        text = _summed(parts, formula.signs, formula.offset)
    if formula.is_floor:
        return f"floor(({text}) * {10**decimals}) / {10**decimals}" if decimals else f"floor({text})"
    return f"round({text}, {decimals})" if must_round else text


def _term_written(term: _Term) -> str:
    if not term.is_gap:
        return _quoted(term.names[0])
    start, end = map(_quoted, term.names)
    return f"date_diff('{'day' if term.whole_days else 'second'}', {start}, {end})"


def _multiplied(parts: Sequence[str], powers: Sequence[int], factor: float) -> str:
    above = [part for part, power in zip(parts, powers, strict=True) for _ in range(power)]
    below = [part for part, power in zip(parts, powers, strict=True) for _ in range(-power)]
    if factor != 1.0:
        is_inverse = len(_constant(1 / factor)) < len(_constant(factor))
        (below if is_inverse else above).append(_constant(1 / factor if is_inverse else factor))
    top = " * ".join(above) or "1.0"
    return f"{top} / {below[0]}" if len(below) == 1 else f"{top} / ({' * '.join(below)})" if below else top


def _summed(parts: Sequence[str], signs: Sequence[int], offset: float) -> str:
    signed = sorted(zip(signs, parts, strict=True), key=lambda each: -each[0])
    first, *rest = ((sign, part) for sign, part in signed)
    head = first[1] if first[0] > 0 else f"-{first[1]}"
    if first[0] < 0 and offset > 0:
        head, offset = f"{_constant(offset)} - {first[1]}", 0.0
    return head + "".join(f" {'+' if sign > 0 else '-'} {part}" for sign, part in rest) + _plus(offset)


def _plus(offset: float) -> str:
    return "" if not offset else f" {'+' if offset > 0 else '-'} {_constant(abs(offset))}"


def _constant(number: float) -> str:
    """As few digits as give it back to `WRITTEN` places."""
    return np.format_float_positional(float(f"{number:.{WRITTEN - 1}e}"), trim="-")


@cache
def _quoted(name: str) -> str:
    """In double quotes, unless it can only be read as the name of a column."""
    if name.isidentifier() and _is_column(name):
        return name
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _is_column(text: str) -> bool:
    try:
        return names_in(text) == (text,)
    except PolicyError:
        return False


def _said(formula: Formula, terms: Sequence[_Term]) -> str:
    parts = [terms[part].words for part in formula.parts]
    return f"{terms[formula.target].words} is {_right_side(formula, parts)}"


def _right_side(formula: Formula, parts: Sequence[str]) -> str:
    """Constants are said to be there, and not what they are."""
    end = ", cut off" if formula.is_floor else ""
    if not formula.powers:
        return _in_a_row(parts, formula.signs, has_constant=bool(formula.offset))
    of = {1.0: "", -1.0: "less "}.get(formula.factor, "a constant times ")
    more = " and a constant" if formula.offset else ""
    if of == "less " and more:
        of, more = "a constant less ", ""
    if len(parts) == 1:
        text = parts[0] if formula.powers == (1,) else f"the power {formula.powers[0]} of {parts[0]}"
    elif tuple(formula.powers) in NAMED:
        text = NAMED[formula.powers].format(*parts)
    else:
        raised = [
            part if power == 1 else f"{part} to the power {power}"
            for part, power in zip(parts, formula.powers, strict=True)
        ]
        text = " times ".join(raised)
    return f"{of}{text}{more}{end}"


SHOWN = 6


def _in_a_row(parts: Sequence[str], signs: Sequence[int], *, has_constant: bool) -> str:
    plus = [part for part, sign in zip(parts, signs, strict=True) if sign > 0]
    minus = [part for part, sign in zip(parts, signs, strict=True) if sign < 0]
    plus += ["a constant"] * has_constant
    added = f"the sum of {len(plus)} columns: {', '.join(plus)}" if len(plus) > SHOWN else " plus ".join(plus)
    return " less ".join([added or "nothing", *minus])


def _share_words(share: float) -> str:
    return " in every row" if share == 1.0 else f" in {min(share, 0.9999):.2%} of the rows".replace("%", " %")
