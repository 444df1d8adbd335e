"""What each turn needs before it: the turns behind the names that its words use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from privsynth.generate.rules.book import Book
from privsynth.generate.rules.planning.needs import needs_of, needs_of_words
from privsynth.generate.rules.planning.turns import Turn, column_of, link_of, rows_of
from privsynth.generate.rules.relations.links import PARENT, Link, visible, visible_through
from privsynth.generate.rules.relations.references import names_of
from privsynth.generate.rules.relations.totals import Below, below_of
from privsynth.generate.rules.values.lookups import drawn_rows
from privsynth.generate.rules.values.points import points_of
from privsynth.generate.rules.vocabulary.relations import Total
from privsynth.generate.rules.vocabulary.rulebook import ColumnRule, TableRule


@dataclass(frozen=True, eq=False)
class Graph:
    """All tables of a book, with their links, and the names that each turn uses."""

    book: Book = field(repr=False)
    links: Mapping[str, Mapping[str, Link]] = field(repr=False)  # by table
    named: dict[Turn, frozenset[str]] = field(repr=False, default_factory=dict)

    def needs(self) -> dict[Turn, frozenset[Turn]]:
        """What each turn needs; each name that is used is checked on the way."""
        needs: dict[Turn, frozenset[Turn]] = {}
        for table in self.book.rules.tables:
            needs[rows_of(table)] = self._of_rows(table)
            needs |= self._of_links(table)
            needs |= self._of_columns(table)
        return needs

    def behind(self, table: str, names: Iterable[str]) -> frozenset[Turn]:
        """The turns that make what these names stand for in a table."""
        return frozenset(turn for name in names for turn in self._behind(table, name))

    def place(self, table: str, name: str) -> tuple[str, str]:
        """The table and the column that a name stands for."""
        if name in self.book.rules.tables[table].columns:
            return table, name
        link, _, column = name.partition(".")
        return self.links[table][link].table, column

    def _behind(self, table: str, name: str) -> set[Turn]:
        there, column = self.place(table, name)
        if name in self.book.rules.tables[table].columns:
            return {column_of(there, column)}
        return {column_of(there, column), self._made_by(table, name.partition(".")[0])}

    def _made_by(self, table: str, link: str) -> Turn:
        """The parent of each row is known as soon as there are rows."""
        return rows_of(table) if link == PARENT else link_of(table, link)

    def _of_rows(self, table: str) -> frozenset[Turn]:
        rule, turn = self.book.rules.tables[table], rows_of(table)
        parents = [rule.belongs_to.table] if rule.belongs_to else []
        outside = [f"{PARENT}.{column}" for parent in parents for column in self.book.rules.tables[parent].columns]
        if rule.process is not None:
            path, words = (*turn.path, rule.process), getattr(rule, rule.process)
        elif rule.belongs_to is not None:
            path, words = (*turn.path, "belongs_to", "count"), rule.belongs_to.count
        else:
            return frozenset()
        self.named[turn] = frozenset(needs_of_words(words, path, self.book, outside))
        return frozenset((*map(rows_of, parents), *(self.behind(table, self.named[turn]) - {turn})))

    def _of_links(self, table: str) -> dict[Turn, frozenset[Turn]]:
        needs: dict[Turn, frozenset[Turn]] = {}
        for link in self.links[table].values():
            if link.rule is not None:
                turn, (here, there) = link_of(table, link.name), self.sides(table, link)
                used_here, used_there = names_of(link, self.book, here, there)
                self.named[turn] = frozenset(used_here | used_there)
                others = {column_of(*self.place(table, name)) for name in used_there}
                needs[turn] = frozenset((rows_of(table), rows_of(link.table), *self.behind(table, used_here), *others))
        return needs

    def above_in(self, table: str, column: str) -> dict[str, str]:
        """The names of a column in the rows above, in a table that refers to itself; by them, the names of the links.

        A column that uses one of itself is made level by level.
        """
        used = self.named[column_of(table, column)]
        own = (link for link in self.links[table].values() if link.is_own)
        return {link.seen(column): link.name for link in own if link.seen(column) in used}

    def crosses(self, table: str, names: Iterable[str]) -> bool:
        """Whether a name stands for a column of another row of the same table."""
        own = [link for link in self.links[table].values() if link.is_own]
        return any(name.startswith(link.seen("")) for name in names for link in own)

    def sides(self, table: str, link: Link) -> tuple[list[str], list[str]]:
        """What may be named here, and of the rows that may be referred to."""
        there = visible_through(self.book, link)
        return [name for name in visible(self.book, table, self.links[table]) if name not in set(there)], there

    def _of_columns(self, table: str) -> dict[Turn, frozenset[Turn]]:
        names = visible(self.book, table, self.links[table])
        needs: dict[Turn, frozenset[Turn]] = {}
        for column, rule in self.book.rules.tables[table].columns.items():
            turn = column_of(table, column)
            self.named[turn] = frozenset(needs_of(rule, turn.path, self.book, names))
            behind = self.behind(table, self.named[turn] - {*self.above_in(table, column)})
            links = [link_of(table, name) for name in self.above_in(table, column).values()]
            needs[turn] = frozenset((rows_of(table), *behind, *links, *self._below(turn, rule)))
        for link in self.links[table].values():
            for own, key in link.keys.items():
                needs[column_of(table, own)] |= {column_of(link.table, key), self._made_by(table, link.name)}
        whole = self.book.rules.tables[table]
        groups = [*people_of(whole), *drawn_rows(whole).values(), *map(list, points_of(whole).values())]
        return together(needs, [[column_of(table, name) for name in group] for group in groups])

    def below(self, turn: Turn, rule: Total) -> Below:
        """What a total is of."""
        return below_of(self.book, self.links, turn, rule)

    def _below(self, turn: Turn, rule: ColumnRule) -> list[Turn]:
        """What a total is worked out from."""
        if rule.total is None:
            return []
        below = self.below(turn, rule.total)
        column = [column_of(below.table, below.column)] if below.column is not None else []
        return [rows_of(below.table), self._made_by(below.table, below.link), *column]


def people_of(table: TableRule) -> list[list[str]]:
    """The columns of each person of a table."""
    people: dict[str, list[str]] = {}
    for column, rule in table.columns.items():
        if rule.person is not None:
            people.setdefault(rule.person.who, []).append(column)
    return list(people.values())


def together(needs: Mapping[Turn, frozenset[Turn]], groups: Iterable[Collection[Turn]]) -> dict[Turn, frozenset[Turn]]:
    """Columns that are made together, such as those of one person: each needs what any of them needs."""
    out = dict(needs)
    for group in groups:
        union = frozenset[Turn]().union(*(needs[turn] for turn in group))
        out |= dict.fromkeys(group, union)
    return out
