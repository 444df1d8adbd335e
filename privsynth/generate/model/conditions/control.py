"""An engine with what was asked of it around it: constraints of its table, and rows or shares of the first one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from privsynth.dataset import Rule, Table
from privsynth.engines import ENGINES
from privsynth.expressions import names_in
from privsynth.generate.model.conditions import Steered, Wish, check_wish, refuse_unlearnt
from privsynth.generate.model.constraints import Constrained
from privsynth.generate.model.engine import Engine
from privsynth.options import ModelOptions
from privsynth.statistics import Fact


def wish_of(options: ModelOptions) -> Wish:
    return Wish(options.where, options.shares)


def check_control(table: Table, learnable: Sequence[str], wish: Wish) -> None:
    """Refuse, before anything is learnt, what cannot be asked of this table."""
    for rule in table.rules:
        tied = tuple(f"{tie.name}." for tie in rule.ties)
        for name in names_in(rule.expect):
            if tied and name.startswith(tied):
                continue  # a column of another table, which this one sees or not
            refuse_unlearnt(table, name, learnable, f"rule '{rule.name}'")
    if wish:
        check_wish(wish, table, learnable)


def controlled(
    make: Callable[[], Engine], table: Table, facts: Sequence[Fact], wish: Wish, *, options: ModelOptions, k: int
) -> Engine:
    """The engine for one table, with what it does not keep by itself around it."""
    own = [fact for fact in facts if fact.table == table.name]
    record = ENGINES[options.engine]

    def kept() -> Engine:
        return Constrained(
            make,
            k=k,
            rules=table.rules,
            facts=own,
            blind=record.is_blind,
            follows=not record.keeps_dependencies,
            least=options.min_leaf or 0,
        )

    if not wish:
        return kept()
    found = [Rule(fact.words, fact.expect) for fact in own if fact.kind == "arithmetic" and not record.is_blind]
    return Steered(
        kept, wish, k=k, rules=(*table.rules, *found), holds=record.can_be_given_columns, blind=record.is_blind
    )
