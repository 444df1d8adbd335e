"""A real value that two columns make together is found, whichever stands first; what chance gives is not."""

from __future__ import annotations

from conftest import frame

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.gate.evidence.halves import split_hits
from privsynth.pii.wanted import Wanted

WANTED = Wanted(frozenset({"annalongexampleorg", "123456789", "k0012345"}))


def table(first: list[str | None], second: list[str | None]) -> Table:
    columns = (Column("a", Kind.CATEGORY), Column("b", Kind.TEXT, role=Role.FREE_TEXT))
    return Table("t", columns, frame(a=first, b=second))


NOTHING = table(["x"], ["y"])


def test_halves_of_a_value_are_found_in_either_order() -> None:
    assert split_hits(table(["anna.long", "x"], ["Example.org", "y"]), NOTHING, WANTED) == {"a and b": 1}
    assert split_hits(table(["@example.org", None], ["Anna.Long", None]), NOTHING, WANTED) == {"b and a": 1}
    assert split_hits(table(["123-4", "K-00"], ["56789", "12345"]), NOTHING, WANTED) == {"a and b": 2}


def test_halves_of_two_rows_make_nothing() -> None:
    assert split_hits(table(["anna.long", "x"], ["y", "example.org"]), NOTHING, WANTED) == {}
    assert split_hits(table([None, "annalong"], ["example.org", None]), NOTHING, WANTED) == {}


def test_a_whole_value_beside_nothing_is_no_half() -> None:
    assert split_hits(table(["annalongexampleorg"], ["-"]), NOTHING, WANTED) == {}


def test_what_the_columns_of_the_source_make_is_how_it_is_written() -> None:
    """A key of a year and a number that stand beside it as well."""
    keys = Wanted(frozenset({"ab200012", "ab200013"}))
    source = table(["ab20", "ab20"], ["0012", "0013"])
    assert split_hits(source, source, keys) == {}
    assert split_hits(source, NOTHING, keys) == {"a and b": 2}


def test_numbers_count_where_they_are_more_than_chance_gives() -> None:
    """One in ten of the numbers between is wanted: ten of a hundred pairs are chance, all are not."""
    numbers = [100_000_000 + 10 * n for n in range(1_000)]
    wanted = Wanted(frozenset(map(str, numbers)))

    def cut(cells: list[int]) -> Table:
        return table([str(each)[:4] for each in cells], [str(each)[4:] for each in cells])

    assert split_hits(cut([100_000_000 + 7 * n for n in range(100)]), NOTHING, wanted) == {}
    assert split_hits(cut(numbers[:100]), NOTHING, wanted) == {"a and b": 100}


def test_nothing_is_made_where_nothing_is_wanted_or_there() -> None:
    assert split_hits(table(["anna.long"], ["example.org"]), NOTHING, Wanted(frozenset())) == {}
    assert split_hits(table([None], [None]), NOTHING, WANTED) == {}
