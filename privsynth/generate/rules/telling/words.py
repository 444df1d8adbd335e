"""A rulebook in words: what each table is and in which order it is made, how each column is made and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from privsynth.dataset import Place
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.mistakes.found import Examined
from privsynth.generate.rules.planning.plan import BookPlan, TablePlan
from privsynth.generate.rules.planning.resting import columns_behind
from privsynth.generate.rules.planning.turns import Act, Turn, column_of, rows_of
from privsynth.generate.rules.scenarios.variation import Varied
from privsynth.generate.rules.vocabulary.basics import RuleModel
from privsynth.generate.rules.vocabulary.errors import ErrorRule
from privsynth.generate.rules.vocabulary.rulebook import ColumnRule, Correlate, Draw, Expect

Behind = Mapping[Turn, frozenset[Turn]]  # for each column those that it rests upon

FEW = 5  # levels, ways or words of a law that are told one by one

LAWS = {
    "uniform": "a number, each as likely as the other",
    "whole": "a whole number, each as likely as the other",
    "normal": "the bell curve",
    "lognormal": "an amount: many small, few large",
    "exponential": "a waiting time",
    "poisson": "a count",
    "triangular": "between least and most, with one most often",
    "gamma": "a waiting time or claim",
    "beta": "a share from 0 to 1",
    "weibull": "a lifetime",
    "pareto": "a long tail above a least amount",
    "student_t": "a bell with heavy tails",
    "binomial": "how many of some tries succeed",
    "geometric": "tries up to the first success",
    "zipf": "a rank",
    "histogram": "an empirical table",
    "running": "what the rows so far come to",
    "before": "what stood some rows before",
    "business_day": "a business day, counted from another",
    "local": "what a clock shows somewhere",
    "utc": "the moment at which a clock shows a time",
    "states": "rows are the steps of paths from state to state",
    "arrivals": "rows arrive one after another",
    "series": "rows are the moments of a series",
    "intervals": "rows are intervals that do not overlap",
}


@dataclass(frozen=True, kw_only=True)
class ToldColumn:
    """One column in words."""

    name: str
    way: str  # the word of the book that makes it
    sentence: str
    rests_upon: tuple[str, ...]  # as they are named in its table; table.column where they are not
    carries: tuple[str, ...]  # what rests upon it: columns of its table, and table.column of others
    behind: tuple[Place, ...] = field(default=(), repr=False)  # the same as `rests_upon`, each by its table and name
    place: str
    about: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class ToldTable:
    """One table in words; its columns in the order in which they are made."""

    name: str
    rows: str
    columns: tuple[ToldColumn, ...] = field(repr=False)
    expects: tuple[str, ...] = field(repr=False)
    passed_over: tuple[str, ...]  # columns with a mistake, and those that rest upon one
    keys: Mapping[str, Place] = field(repr=False)  # of other rows, by the columns that repeat them
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class ToldScenario:
    """What is otherwise in one scenario: a sentence for each change."""

    name: str
    about: str
    changes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ToldBook:
    """A whole book in words; its tables in the order in which they are made."""

    name: str
    about: str
    locale: str
    tables: tuple[ToldTable, ...] = field(repr=False)
    scenarios: tuple[ToldScenario, ...] = field(default=(), repr=False)


def told(found: Examined) -> ToldBook:
    """What is right of a rulebook, in words."""
    book, plan = found.book, found.plan
    if book is None or plan is None:
        return ToldBook(name="", about="", locale="", tables=())
    order = list(dict.fromkeys(turn.table for turn in plan.turns))
    behind = columns_behind(plan)
    tables = tuple(_table(plan.tables[name], book, plan, found, behind) for name in order)
    rules = book.rules
    return ToldBook(
        name=rules.name,
        about=rules.about or "",
        locale=rules.locale,
        tables=tables,
        scenarios=tuple(
            ToldScenario(name=name, about=rules.scenarios[name].about or "", changes=tuple(_changed(varied)))
            for name, varied in found.scenarios.items()
        ),
    )


def _changed(varied: Varied) -> Iterable[str]:
    """Each column and each other word that is otherwise."""
    for table, *words in dict.fromkeys(path[1:4] if path[2] == "columns" else path[1:3] for path in varied.changes):
        rule = varied.book.rules.tables[table]
        if words[0] == "columns":
            column = varied.plan.tables[table].columns[words[1]]
            yield f"{table}.{column.name}: {sentence(column.rule)}{_added(column.rule, is_sorted=column.is_sorted)}"
        elif words[0] in ("rows", "belongs_to"):
            yield f"{table}: {_rows(varied.plan.tables[table])}"
        else:
            value = next(
                getattr(rule, name) for name, each in type(rule).model_fields.items() if words[0] in (name, each.alias)
            )
            yield f"{table}, {words[0]}: {_plain(value)}"


def _table(table: TablePlan, book: Book, plan: BookPlan, found: Examined, behind: Behind) -> ToldTable:
    path = ("tables", table.name)
    order = [turn.name for turn in plan.turns if turn.act is Act.COLUMN and turn.table == table.name]
    aside = [name for name in table.columns if not found.is_sound(table.name, name)]
    kept = [name for name in order if name not in aside]
    expects = [
        _expects(expect)
        for at, expect in enumerate(table.rule.expect)
        if not found.is_aside((*path, "expect", str(at)))
    ]
    return ToldTable(
        name=table.name,
        rows=_rows(table) if found.has_size(table.name) else "a mistake stands in its way",
        columns=tuple(_column(table, name, book, plan, behind) for name in kept),
        expects=(
            *expects,
            *(words for rule in table.rule.correlate for words in _correlated(rule)),
            *(_on_purpose(rule) for rule in table.rule.errors),
        ),
        passed_over=tuple(aside),
        keys={relation.child_key: (relation.parent, relation.parent_key) for relation in table.relations},
        about=table.rule.about or "",
    )


def _rows(table: TablePlan) -> str:
    rule = table.rule
    below = f"for each row of {table.parent}: " if table.parent else ""
    if rule.process is not None:
        return f"{below}{LAWS.get(rule.process, rule.process)} ({_words_of(getattr(rule, rule.process))})"
    if rule.belongs_to is not None and rule.belongs_to.count is not None:
        return f"{below}{sentence(rule.belongs_to.count)}"
    return f"{rule.rows:,} rows"


def _expects(expect: Expect) -> str:
    return f"in each row: {expect.that}" if expect.rate == 1 else f"in {_percent(expect.rate)} of rows: {expect.that}"


def _correlated(rule: Correlate) -> list[str]:
    if rule.pairs is not None:
        return [f"rank correlation {pair}: {rank:g}" for pair, rank in rule.pairs.items()]
    names, rank = rule.columns or [], rule.rank or []
    size = range(len(names))
    return [f"rank correlation {names[a]} ~ {names[b]}: {rank[a][b]:g}" for b in size for a in range(b)]


def _on_purpose(rule: ErrorRule) -> str:
    where = f"values of {' and '.join(rule.cells)}" if rule.cells else "rows"
    return f"made wrong on purpose, {rule.kind.replace('_', ' ')}: {_percent(rule.rate)} of {where}"


def _column(table: TablePlan, name: str, book: Book, plan: BookPlan, behind: Behind) -> ToldColumn:
    column, turn = table.columns[name], column_of(table.name, name)
    return ToldColumn(
        name=name,
        way=column.rule.generator,
        sentence=sentence(column.rule) + _added(column.rule, is_sorted=column.is_sorted),
        rests_upon=tuple(sorted(_called(table, column.named, behind[turn]))),
        carries=tuple(_carried(turn, plan, behind)),
        behind=tuple(sorted((need.table, need.name) for need in behind[turn])),
        place=book.place(("tables", table.name, "columns", name)),
        about=column.rule.about or "",
        kind=column.column.kind.value,
    )


def _called(table: TablePlan, named: Iterable[str], behind: Iterable[Turn]) -> Iterable[str]:
    """The columns behind one: as its words name them, or else by their tables."""
    meant = {name: _meant(table, name) for name in named}
    rest = {turn for turn in behind if turn not in meant.values()}
    return (*meant, *(_seen_from(table.name, turn) for turn in rest))


def _meant(table: TablePlan, name: str) -> Turn:
    if name in table.columns:
        return column_of(table.name, name)
    link, _, column = name.partition(".")
    return column_of(table.links[link].table, column)


def _seen_from(table: str, column: Turn) -> str:
    return column.name if column.table == table else f"{column.table}.{column.name}"


def _carried(column: Turn, plan: BookPlan, behind: Behind) -> Iterable[str]:
    """The columns that rest upon this one, and the tables whose number of rows does."""
    for name, other in plan.tables.items():
        if column in plan.needs.get(rows_of(name), ()):
            yield f"the number of {name}"
        turns = (column_of(name, each) for each in other.columns)
        yield from (_seen_from(column.table, turn) for turn in turns if column in behind[turn])


def _added(rule: ColumnRule, *, is_sorted: bool) -> str:
    """What stands beside the way."""
    parts = ["rising from row to row"] if is_sorted else []
    parts += ["no value twice"] if rule.unique else []
    if isinstance(rule.missing, str):
        parts.append(f"left out with the chance {rule.missing}")
    elif rule.missing:
        parts.append(f"left out in {_percent(float(rule.missing))} of rows")
    return "".join(f"; {part}" for part in parts)


def sentence(draw: Draw) -> str:
    """How a way makes its values."""
    name = draw.generator
    tell = _SENTENCES.get(name)
    if tell is not None:
        return tell(draw) + _ends(draw)
    law = getattr(draw, name)
    known = LAWS.get(name, name)
    return f"{known} ({_words_of(law)})" if isinstance(law, RuleModel) else f"{known}: {law}"


def _choice(draw: Draw) -> str:
    choice = draw.choice or []
    weights = list(choice.values()) if isinstance(choice, dict) else [1] * len(choice)
    pairs = [(_value(level), weight / sum(weights)) for level, weight in zip(choice, weights, strict=True)]
    shown = ", ".join(f"{level} {_percent(share)}" for level, share in pairs[:FEW])
    return f"one of {len(pairs)}: {shown}{', ...' if len(pairs) > FEW else ''}"


def _keys(draw: Draw) -> str:
    keys = draw.sequence
    assert keys is not None  # noqa: S101 - for the type checker; `generator` says so
    first = [f"{keys.prefix}{keys.start + at * keys.step:0{keys.width}d}{keys.suffix}" for at in (0, 1)]
    return f"a key: {', '.join(first)}, ..."


def _days(draw: Draw) -> str:
    days = draw.date
    assert days is not None  # noqa: S101 - as above
    which = "a minute" if days.time else "a day from Monday to Friday" if days.weekdays else "a day"
    when = f" when business is open in {days.business}" if days.business else ""
    hours = f", between {days.hours[0]:g} and {days.hours[1]:g} o'clock" if days.hours else ""
    return f"{which} from {_value(days.low)} to {_value(days.high)}{when}{hours}"


def _person(draw: Draw) -> str:
    person = draw.person
    assert person is not None  # noqa: S101 - as above
    who = "an invented person" if person.who == "person" else f"the invented {person.who}"
    return f"{person.part} of {who}" + (f", who is as {person.gender} says" if person.gender else "")


def _looked_up(draw: Draw) -> str:
    rule = draw.lookup
    assert rule is not None  # noqa: S101 - as above
    parts = (
        [f"with the same {' and '.join(f'{theirs} as {ours}' for theirs, ours in rule.by.items())}"] if rule.by else []
    )
    parts += [f"by {rule.weight}"] if rule.weight else []
    row = f"the row {rule.row}" if rule.row else "a row"
    return f"{rule.column} of {row} of {rule.file}" + (f", drawn {', '.join(parts)}" if parts else "")


def _point(draw: Draw) -> str:
    rule = draw.point
    assert rule is not None  # noqa: S101 - as above
    words = _words_of(rule, leave_out=("part", "place"))
    return f"the {rule.part} of a point {rule.place}" + (f": {words}" if words else "")


def _refers(draw: Draw) -> str:
    rule = draw.reference
    assert rule is not None  # noqa: S101 - as above
    if rule.table is None:
        return f"the {rule.key} of its row of the parent"
    words = _words_of(rule, leave_out=("table", "key"))
    return f"the {rule.key} of a row of {rule.table}" + (f" ({words})" if words else "")


def _when(draw: Draw) -> str:
    assert draw.then is not None  # noqa: S101 - as above
    assert draw.otherwise is not None  # noqa: S101 - as above
    return f"if {draw.when}: {sentence(draw.then)}; else: {sentence(draw.otherwise)}"


def _by(draw: Draw) -> str:
    ways = [f"{_value(level)}: {sentence(way)}" for level, way in (draw.of or {}).items()]
    more = [f"and {len(ways) - FEW} more"] if len(ways) > FEW else []
    rest = [f"else: {sentence(draw.otherwise)}"] if draw.otherwise is not None else []
    return f"by {draw.by}, {'; '.join([*ways[:FEW], *more, *rest])}"


def _mixture(draw: Draw) -> str:
    parts = draw.mixture or []
    total = sum(part.weight for part in parts)
    shown = [f"in {_percent(part.weight / total)} of rows {sentence(part)}" for part in parts[:FEW]]
    return "; ".join([*shown, *([f"and {len(parts) - FEW} more"] if len(parts) > FEW else [])])


_SENTENCES: Mapping[str, Callable[[Draw], str]] = {
    "constant": lambda draw: "no value" if draw.constant is None else f"always {_value(draw.constant)}",
    "choice": _choice,
    "sequence": _keys,
    "uuid": lambda _: "a key: a random UUID",
    "date": _days,
    "pattern": lambda draw: f"a text of the pattern {draw.pattern}",
    "template": lambda draw: f"filled from columns: {draw.template}",
    "person": _person,
    "lookup": _looked_up,
    "point": _point,
    "reference": _refers,
    "sql": lambda draw: f"worked out: {draw.sql}",
    "row": lambda draw: f"the {draw.row} that its process gives",
    "when": _when,
    "by": _by,
    "mixture": _mixture,
}


def _ends(draw: Draw) -> str:
    ends = [f"{word} {_value(getattr(draw, word))}" for word in ("low", "high") if getattr(draw, word) is not None]
    return f"; cut at {', '.join(ends)}" if ends else ""


def _words_of(model: Any, leave_out: Collection[str] = ()) -> str:
    """The words of a law that are said, as they stand in the book."""
    fields = type(model).model_fields
    words = [word for word in fields if word in model.model_fields_set and word not in leave_out]
    said = [(fields[word].alias or word, getattr(model, word)) for word in words]
    return ", ".join(f"{word} {_plain(value)}" for word, value in said)


def _plain(value: Any) -> str:
    if isinstance(value, Draw):
        return f"({sentence(value)})"
    if isinstance(value, RuleModel):
        return f"({_words_of(value)})"
    if isinstance(value, dict | list):
        return f"({len(value)} of them)" if len(value) > FEW else _few(value)
    return _value(value)


def _few(values: dict[Any, Any] | list[Any]) -> str:
    if isinstance(values, dict):
        return "(" + ", ".join(f"{_value(key)}: {_plain(value)}" for key, value in values.items()) + ")"
    return "(" + ", ".join(map(_plain, values)) + ")"


def _value(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d" if value.time() == dt.time() else "%Y-%m-%d %H:%M")
    if value is None:
        return "no value"
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
