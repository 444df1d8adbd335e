"""What is made again for rows that break an expectation, and when: before anybody else looks at them, or at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from privsynth.expressions import Expression
from privsynth.generate.rules.planning.ordering import above, below
from privsynth.generate.rules.planning.together import Together
from privsynth.generate.rules.planning.turns import Act, Turn, column_of, mend_of, rows_of
from privsynth.generate.rules.relations.references import LinkPlan, OwnLinkPlan

if TYPE_CHECKING:
    from privsynth.generate.rules.planning.plan import ColumnPlan

EARLY, LATE = "early", "late"  # before anybody else looks at the rows; when all of their columns are there

Needs = Mapping[Turn, frozenset[Turn]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Expectation:
    """What must hold, and the turns that make the columns of which it speaks."""

    rule: Expression = field(repr=False)
    rate: float
    named: frozenset[Turn] = field(repr=False)
    crosses: bool  # whether it speaks of other rows of the same table
    at: int  # among those of its table, from 0
    place: str  # such as shop.yaml:40:9


@dataclass(frozen=True, eq=False)
class Apart:
    """Columns in which, together, no two rows are alike; a row that misses one is like no other."""

    columns: tuple[str, ...]
    named: frozenset[Turn] = field(repr=False)
    place: str


@dataclass(frozen=True, eq=False)
class Mending:
    """What must hold by then, and what is made again for rows that break it, in order."""

    ripe: tuple[Expectation, ...] = field(repr=False)
    apart: tuple[Apart, ...] = field(repr=False)
    anew: tuple[Turn, ...]
    moving: Mapping[str, frozenset[Turn]] = field(default_factory=dict, repr=False)
    """Correlated columns among these, whose values may change places afterwards; each with what follows from it."""

    @property
    def looks_at(self) -> frozenset[Turn]:
        expected, apart = ([each.named for each in self.ripe], [each.named for each in self.apart])
        return frozenset(self.anew).union(*expected, *apart)


@dataclass(frozen=True, eq=False)
class Redrawing:
    """All that is drawn or worked out: what needs what, what is drawn together, and what may be drawn again."""

    needs: Needs
    columns: Mapping[Turn, ColumnPlan | LinkPlan | OwnLinkPlan]
    groups: Mapping[str, Mapping[str, Together]]

    def own(self, table: str) -> dict[Turn, frozenset[Turn]]:
        return {turn: needed for turn, needed in self.needs.items() if turn in self.columns and turn.table == table}

    def late(self, table: str) -> set[Turn]:
        """Columns that look at other rows of the table, by themselves or by way of another table."""
        own = self.own(table)
        resting = {turn for turn in below(self.needs, [rows_of(table)]) if turn.table != table}
        return below(own, [turn for turn, needed in own.items() if self.columns[turn].is_across or needed & resting])

    def crosses(self, turn: Turn) -> bool:
        return self.columns[turn].crosses

    def again(
        self, own: Needs, asked: Iterable[Expectation | Apart], looked_at: Collection[Turn] = ()
    ) -> tuple[Turn, ...]:
        """What is made again for a row of a table that breaks what is asked.

        The columns that it speaks of, what they rest upon and what rests upon them; but nothing from which something
        follows that is fixed, such as a key or a person, or that others have looked at.
        """
        named = frozenset[Turn]().union(*(each.named for each in asked))
        kept = above(own, [turn for turn in own if turn in looked_at or self.columns[turn].is_fixed])
        loose = {turn for turn in above(own, named) if turn in own} - kept
        for turn in own:
            group = self.groups[turn.table].get(turn.name)
            alike = {*tied(turn.table, group)} if group and group.is_one else {turn}
            loose = loose - alike if kept & alike else loose | alike if loose & alike else loose
        return tuple(below(own, [turn for turn in loose if not self.columns[turn].is_certain]))

    def mended(
        self, own: Needs, ripe: Sequence[Expectation], apart: Sequence[Apart], looked_at: Collection[Turn] = ()
    ) -> Mending:
        """What must hold by then, with all that is made again for it."""
        anew = self.again(own, [*ripe, *apart], looked_at)
        moving = {turn.name: frozenset(below(own, [turn]) - {turn}) for turn in anew if self._is_placed(turn)}
        named = frozenset[Turn]().union(*(each.named for each in apart))
        free = {name: after for name, after in moving.items() if not named & {*after, column_of(anew[0].table, name)}}
        return Mending(tuple(ripe), tuple(apart), anew, free)

    def _is_placed(self, turn: Turn) -> bool:
        group = self.groups[turn.table].get(turn.name)
        return group is not None and not group.is_one


def mending_of(
    table: str, expectations: Mapping[str, Sequence[Expectation]], apart: Sequence[Apart], drawn: Redrawing
) -> dict[str, Mending]:
    """When the expectations of a table are seen to, and which rows must not be alike.

    Most are early. Those that speak of columns for which other rows must be final have to wait for these, and then
    nothing may change any more that others have looked at.
    """
    own, late, expected = drawn.own(table), drawn.late(table), tuple(expectations[table])
    early = {turn: needed for turn, needed in own.items() if turn not in late}
    ripe = tuple(each for each in expected if not each.named & late and not each.crosses)
    alike = tuple(each for each in apart if not each.named & late)
    mending = {EARLY: drawn.mended(early, ripe, alike)} if ripe or alike else {}
    if len(ripe) < len(expected) or len(alike) < len(apart):
        needed = (needed for turn, needed in drawn.needs.items() if turn.table != table)
        named = (each.named for name, others in expectations.items() if name != table for each in others)
        crossing = (own[turn] for turn in own if drawn.crosses(turn))
        between = (each.named for each in expected if each.crosses)
        looked_at = frozenset[Turn]().union(*needed, *named, *crossing, *between)
        mending[LATE] = drawn.mended(own, expected, apart, looked_at)
    return mending


def with_mending(needs: Needs, mending: Mapping[str, Mapping[str, Mending]]) -> dict[Turn, frozenset[Turn]]:
    """Mending comes after all that it looks at. Whoever needs what the early one may change waits for it."""
    changing = {turn: table for table, rounds in mending.items() if EARLY in rounds for turn in rounds[EARLY].anew}
    looking = {
        mend_of(table, when): mend.looks_at for table, rounds in mending.items() for when, mend in rounds.items()
    }
    return {turn: needed | _mended(turn, needed, changing) for turn, needed in {**needs, **looking}.items()}


def _mended(turn: Turn, needed: frozenset[Turn], changing: Mapping[Turn, str]) -> set[Turn]:
    """The early mending that must be over: of all columns but those that are made again together with this one."""
    together = turn.table if turn.name == EARLY and turn.act is Act.MEND else changing.get(turn)
    return {mend_of(changing[need], EARLY) for need in needed if changing.get(need, together) != together}


def tied(table: str, group: Together) -> list[Turn]:
    """Columns that are drawn together."""
    return [column_of(table, name) for name in group.columns]
