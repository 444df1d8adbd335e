"""Which columns a draft can go out without, so that nobody works with what it lost: the fewest that mend it first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from privsynth.dataset import Kind, Table
from privsynth.measure.relations import BETWEEN
from privsynth.statistics import Fact
from privsynth.verdict import Finding
from privsynth.ways.case import Case

BY_THEMSELVES = ("columns", "levels")  # what a column says alone: no turn of a model brings it back
OF_OTHERS = ("ties", "all_pairs", "use")  # what it says of others: a closer model may
Place = tuple[str, str]
Places = list[Place]


def broken(case: Case) -> list[Places]:
    """What cures a draft of broken relations and of columns that say nothing, each a choice of columns to leave out.

    First the fewest that mend all of it, then others instead of them, then in turn with each column that was named.
    """
    found = case.failures("fidelity")
    relations = [places for finding in found if finding.key == "relations" for places in _each_broken(case, finding)]
    alone = of_columns(case, found, BY_THEMSELVES)
    if not relations and not alone:
        return []
    first = _fewest(case, relations, alone)
    others = [[place for place in each if place not in first] or each for each in relations]
    named = dict.fromkeys(chain(*relations))
    choices = [first, _fewest(case, others, alone), *(_fewest(case, relations, [*alone, place]) for place in named)]
    return [choice for at, choice in enumerate(choices) if choice and set(choice) not in map(set, choices[:at])]


def of_columns(case: Case, found: Sequence[Finding], keys: Collection[str]) -> Places:
    """The columns that these findings name."""
    return list(dict.fromkeys(place for finding in found if finding.key in keys for place in _places(case, finding)))


def can_go(case: Case, place: Place) -> bool:
    table, name = place
    train = case.source.train
    return table in train and name in train[table] and case.can_be_dropped(train[table], name)


def leaves_enough(case: Case, dropped: Places) -> bool:
    """At least half of the columns that were learnt stay: less is another table."""
    for table in case.source.train:
        learnt = [column.name for column in table.columns if not column.role.is_fabricated]
        if 2 * sum(place == (table.name, name) for place in dropped for name in learnt) > len(learnt):
            return False
    return True


def _places(case: Case, finding: Finding) -> Places:
    return [(table.name, name) for table, name in case.places_of(finding)]


def _each_broken(case: Case, finding: Finding) -> Iterator[Places]:
    """The columns of each relation that is beyond the limit, those that the others make good for first."""
    limit = finding.limit or 0.0
    beyond = [loss.where for loss in finding.places if loss.kept < limit and set(loss.where) <= set(finding.where)]
    for where in dict.fromkeys(beyond or [finding.where]):
        for table in case.source.train:
            if finding.table in ("", table.name) and all(name in table for name in where):
                yield [(table.name, name) for name in _replaceable(case, table, where)]


def _replaceable(case: Case, table: Table, where: Sequence[str]) -> list[str]:
    """What is worked out or follows from the others, before what it comes from; a number before what it stands for.

    Of two numbers that are each the other's, such as one and its logarithm, the one that was not counted.
    """
    facts = (fact for fact in case.source.facts if fact.table == table.name and fact.kind in BETWEEN)
    fact = next((fact for fact in facts if fact.columns == tuple(where)), None)
    if fact is None:
        return list(where)
    if fact.kind == "arithmetic":
        return sorted(where, key=lambda name: len(where) == 2 and table[name].kind is Kind.INTEGER)
    backwards = where[::-1]
    return sorted(backwards, key=lambda name: not _is_code(fact, table, name))


def _is_code(fact: Fact, table: Table, name: str) -> bool:
    return fact.kind == "one_to_one" and table[name].kind.is_numeric


def _fewest(case: Case, relations: Sequence[Places], alone: Places) -> Places:
    """Columns of which each broken relation has one, found one by one: always the one that lies in most of them."""
    chosen = [place for place in alone if can_go(case, place)]
    left = [places for places in relations if not set(places) & set(chosen)]
    while free := [place for place in chain(*left) if can_go(case, place)]:
        # of as many, the one that its relation can best do without: relations list such columns first
        best = max(dict.fromkeys(free), key=lambda place: (sum(place in each for each in left), -_rank(left, place)))
        chosen.append(best)
        left = [places for places in left if best not in places]
    return chosen


def _rank(relations: Sequence[Places], place: Place) -> int:
    return sum(each.index(place) for each in relations if place in each)
