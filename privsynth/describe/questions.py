"""What was decided on little evidence, said as a question with the lines that answer it.

A role that costs something (values are invented, texts rewritten, a secret is guarded by every gate) is taken quietly
only where name and values agree. These are notes like any other, so that they stand on the first screen and in reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from privsynth.dataset import Column, Dataset, Role, Table
from privsynth.describe.doubts import is_doubted, is_unknown
from privsynth.describe.plan import quoted
from privsynth.errors import visible
from privsynth.mask_steps import Drop
from privsynth.policy import Policy

LISTED = 12
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")  # what may stand between the dots of --set


def questions(data: Dataset, policy: Policy) -> list[str]:
    """One for each table and kind of doubt. What the policy has an answer to, be it the proposal, is not asked."""
    return [question for table in data for question in _of_table(table, _open(table, policy))]


def _open(table: Table, policy: Policy) -> list[Column]:
    answered = {name for name, wish in policy.table(table.name).columns.items() if wish.role or wish.entity}
    left_out = {column.name for column in table.columns if isinstance(column.step, Drop)}
    return [column for column in table.columns if column.name not in answered | left_out]


def _of_table(table: Table, columns: Sequence[Column]) -> Iterator[str]:
    unknown = [column for column in columns if is_unknown(column)]
    if unknown:
        yield _unknown(table.name, unknown)
    for column in columns:
        if is_doubted(column) and not is_unknown(column):
            yield _doubted(table.name, column)


def _unknown(table: str, columns: Sequence[Column]) -> str:
    one = ("holds", "its values are", "it")
    hold, their, them = one if len(columns) == 1 else ("hold", "their values are", "them")
    return (
        f"{visible(table)}: nobody knows what {_names(columns)} {hold}, so {their} invented: codes that mean nothing. "
        f"If values that several people share may come out: {_line(table, columns, Role.PLAIN)}; "
        f"if inventing is right: role: direct; to leave {them} out: role: drop"
    )


def _doubted(table: str, column: Column) -> str:
    kind = f" ({column.entity})" if column.entity else ""
    role = column.role.value.replace("_", " ")
    return (
        f"{visible(table)}: is {visible(column.name)} {role}{kind}? It is taken for it, because: {column.reason}. "
        f"If not: {_line(table, [column], Role.PLAIN)}; if it is: role: {column.role.value}"
    )


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(visible(column.name) for column in columns[:LISTED]) + _more(columns)


def _line(table: str, columns: Sequence[Column], role: Role) -> str:
    """What to write into the policy, or, for one column, behind --set."""
    paths = [table, columns[0].name]
    if len(columns) == 1 and all(map(_PATH.match, paths)):
        return f"--set tables.{table}.columns.{columns[0].name}.role={role.value}"
    said = ", ".join(f"{quoted(column.name)}: {{ role: {role.value} }}" for column in columns[:LISTED])
    return f"tables: {{ {quoted(table)}: {{ columns: {{ {said}{_more(columns)} }} }} }} in the policy"


def _more(columns: Iterable[Column]) -> str:
    return " ..." if len(list(columns)) > LISTED else ""
