"""What each column rests upon: read from what the turns of a plan need, so that what is told is what is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privsynth.generate.rules.planning.plan import BookPlan
from privsynth.generate.rules.planning.turns import Act, Turn, rows_of


def columns_behind(plan: BookPlan) -> Mapping[Turn, frozenset[Turn]]:
    """For each column those that it needs: itself, or for the row it refers to, or for the rows it adds up.

    What the rows of its own table need all its columns need: that is told of none, but of those that hold what makes
    these rows.
    """
    columns = [turn for turn in plan.turns if turn.act is Act.COLUMN]
    return {turn: frozenset(_columns([*plan.needs[turn], *_between(plan, turn)])) - {turn} for turn in columns}


def columns_resting(plan: BookPlan, upon: Iterable[Turn]) -> frozenset[Turn]:
    """All columns that rest upon some, directly or through others."""
    behind, found = columns_behind(plan), {*upon}
    for turn, needs in behind.items():  # each comes after what it rests upon
        if needs & found:
            found.add(turn)
    return frozenset(found)


def _between(plan: BookPlan, turn: Turn) -> list[Turn]:
    """What is needed by the references and rows that a column needs."""
    is_of_process = plan.tables[turn.table].columns[turn.name].rule.row is not None
    through = [
        need
        for need in plan.needs[turn]
        if need.act is Act.LINK or (need.act is Act.ROWS and (need != rows_of(turn.table) or is_of_process))
    ]
    return [need for each in through for need in plan.needs.get(each, ())]


def _columns(turns: Iterable[Turn]) -> Iterable[Turn]:
    return (turn for turn in turns if turn.act is Act.COLUMN)
