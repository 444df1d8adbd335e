"""What was decided on little evidence, said as a question with the lines that answer it.

A role that costs something (values are invented, texts rewritten, a secret is guarded by every gate) is taken quietly
only where name and values agree. These are notes like any other, so that they stand on the first screen and in reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.doubts import is_doubted, is_unknown
from privsynth.errors import visible
from privsynth.mask_steps import Drop
from privsynth.pii.columns import are_accounts, is_class
from privsynth.pii.numbering import counts_rows
from privsynth.pii.shapes import Shape
from privsynth.plainyaml import quoted
from privsynth.policy import Policy

LISTED = 12
PERSON = "PERSON"
FEWEST_COUNTED = 30  # rows below which a complete count is not asked for
NEARLY_ALL = 0.9  # share of the rows without a value that may come out, from which on a column is as good as empty
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")  # what may stand between the dots of --set


def questions(data: Dataset, policy: Policy) -> list[str]:
    """One for each table and kind of doubt. What the policy has an answer to, be it the proposal, is not asked."""
    return [question for table in data for question in _of_table(table, _open(table, policy), policy.least_shared)]


def _open(table: Table, policy: Policy) -> list[Column]:
    answered = {name for name, wish in policy.table(table.name).columns.items() if wish.role or wish.entity}
    left_out = {column.name for column in table.columns if isinstance(column.step, Drop)}
    return [column for column in table.columns if column.name not in answered | left_out]


def _of_table(table: Table, columns: Sequence[Column], fewest: int) -> Iterator[str]:
    unknown = [column for column in columns if is_unknown(column)]
    lost = {column.name: _lost(table, column, fewest) for column in columns if is_unknown(column) or is_doubted(column)}
    empty = [column for column in unknown if lost[column.name] >= NEARLY_ALL]
    shared = [column for column in unknown if lost[column.name] < NEARLY_ALL]
    if shared:
        yield _unknown(table.name, shared, _shared(shared, lost, fewest))
    if empty:
        yield _unshared(table.name, empty, fewest)
    accounts = [column for column in columns if _may_be_accounts(table, column)]
    if accounts:
        yield _accounts(table.name, accounts)
    if counts := [column for column in columns if _may_count_rows(table, column)]:
        yield _counts(table.name, counts)
    for column in columns:
        if (own := _own_beside(table, column, fewest)) is not None:
            yield _of_others(table.name, column, own)
        elif is_doubted(column) and not is_unknown(column):
            yield _doubted(table.name, column, fewest if lost[column.name] >= NEARLY_ALL else None)


def _may_be_accounts(table: Table, column: Column) -> bool:
    """Codes that come back, in a table of which nobody knows whose the rows are: each may be one person's."""
    is_class = column.role in (Role.PLAIN, Role.QUASI) and column.entity is None and not column.declared
    if table.person is not None or not is_class or column.kind not in (Kind.TEXT, Kind.CATEGORY):
        return False
    return are_accounts(Shape.of(table.text(column.name)))


def _may_count_rows(table: Table, column: Column) -> bool:
    """A complete count, each number once, under a name that does not say that it numbers rows: a key, or a rank."""
    if column.role is not Role.PLAIN or column.kind is not Kind.INTEGER or column.declared:
        return False
    values = table.values(column.name)
    is_one_for_each = len(values) >= FEWEST_COUNTED and values.min() in (0, 1) and values.max() < len(values) + 1
    return bool(is_one_for_each and counts_rows(Shape.of(table.text(column.name)), in_any_order=True))


def _counts(table: str, columns: Sequence[Column]) -> str:
    count, was = ("counts", "was") if len(columns) == 1 else ("count", "were")
    return (
        f"{visible(table)}: {_names(columns)} {count} the rows, each number once, and {was} taken for a rank, which a "
        f"model learns like any number: some come out twice. If {_it(columns)} a key: "
        f"{_line(table, columns, 'identifier')}; if a rank, say role: plain"
    )


def _it(columns: Sequence[Column]) -> str:
    return "it is" if len(columns) == 1 else "they are"


def _accounts(table: str, columns: Sequence[Column]) -> str:
    hold = "holds codes that come back, and was" if len(columns) == 1 else "hold codes that come back, and were"
    return (
        f"{visible(table)}: {_names(columns)} {hold} taken for a class, since several rows share each. If each code is "
        f"one person's (an account, a vehicle): {_line(table, columns, 'direct')}, and say tables.{quoted(table)}."
        f"person: {quoted(columns[0].name)}; if it is a class: role: plain"
    )


def _own_beside(table: Table, column: Column, fewest: int) -> Column | None:
    """The column of the rows' own names, where this one holds names that several people share."""
    if column.entity != PERSON or column.role is not Role.DIRECT or column.declared:
        return None
    shapes = {each.name: Shape.of(table.text(each.name)) for each in table.columns if each.entity == PERSON}
    own = max((each for each in table.columns if each.name in shapes), key=lambda each: shapes[each.name].distinct)
    is_shared = is_class(shapes[column.name], fewest) and not is_class(shapes[own.name], fewest)
    return own if is_shared else None


def _of_others(table: str, column: Column, own: Column) -> str:
    taken = f"{visible(table)}: {visible(column.name)} holds names that come back, beside the rows' own in"
    return (
        f"{taken} {visible(own.name)}: it was taken for direct (PERSON), and invented people, others than the rows', "
        f"come back in it. If that is right, say role: direct; if not, leave it out: {_line(table, [column], 'drop')}. "
        "As plain, real names would come out, which the gate pii refuses"
    )


def _lost(table: Table, column: Column, fewest: int) -> float:
    """The share of rows whose words would not come out of a plain column. Numbers and dates become curves."""
    if column.kind not in (Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL):
        return 0.0
    people = None if table.person is None else table.people
    return 1 - Shape.of(table.text(column.name), people).shared_share(fewest)


def _shared(columns: Sequence[Column], lost: Mapping[str, float], fewest: int) -> str:
    share = max(lost[column.name] for column in columns)
    if not share:
        return "values that several people share may come out"
    up_to = "" if len(columns) == 1 else "up to "
    return (
        f"values may come out that at least {fewest} people share, and {up_to}{share:.0%} of the rows stay without one"
    )


def _unknown(table: str, columns: Sequence[Column], shared: str) -> str:
    return (
        f"{_nobody_knows(table, columns)}. If {shared}: {_line(table, columns, 'plain')}; "
        f"if inventing is right: role: direct; to leave {_them(columns)} out: role: drop"
    )


def _unshared(table: str, columns: Sequence[Column], fewest: int) -> str:
    return (
        f"{_nobody_knows(table, columns)}. If that is right, say role: direct; "
        f"to leave {_them(columns)} out: {_line(table, columns, 'drop')}. {_as_plain(columns, fewest)}"
    )


def _nobody_knows(table: str, columns: Sequence[Column]) -> str:
    hold, their = ("holds", "its values are") if len(columns) == 1 else ("hold", "their values are")
    return f"{visible(table)}: nobody knows what {_names(columns)} {hold}, so {their} invented: codes that mean nothing"


def _them(columns: Sequence[Column]) -> str:
    return "it" if len(columns) == 1 else "them"


def _as_plain(columns: Sequence[Column], fewest: int) -> str:
    it, its = ("it", "its") if len(columns) == 1 else ("they", "their")
    return f"As plain {it} would come out empty: nearly none of {its} values is shared by {fewest} people"


def _doubted(table: str, column: Column, fewest: int | None) -> str:
    """`fewest`: so many people share none of nearly all its values."""
    kind = f" ({column.entity})" if column.entity else ""
    role = column.role.value
    taken = f"{visible(table)}: {visible(column.name)} was taken for {role.replace('_', ' ')}{kind}: {column.reason}"
    right = f"{taken}. If that is right, say role: {role}; if not"
    if fewest is None:
        return f"{right}: {_line(table, [column], 'plain')}"
    invent = "" if column.role is Role.DIRECT else " or, to have it invented, role: direct"
    return f"{right}, leave it out: {_line(table, [column], 'drop')}{invent}. {_as_plain([column], fewest)}"


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(visible(column.name) for column in columns[:LISTED]) + _more(columns)


def _line(table: str, columns: Sequence[Column], role: str) -> str:
    """What to write into the policy, or, for one column, behind --set."""
    paths = [table, columns[0].name]
    if len(columns) == 1 and all(map(_PATH.match, paths)):
        return f"--set tables.{table}.columns.{columns[0].name}.role={role}"
    said = ", ".join(f"{quoted(column.name)}: {{ role: {role} }}" for column in columns[:LISTED])
    return f"tables: {{ {quoted(table)}: {{ columns: {{ {said}{_more(columns)} }} }} }} in the policy"


def _more(columns: Iterable[Column]) -> str:
    return " ..." if len(list(columns)) > LISTED else ""
