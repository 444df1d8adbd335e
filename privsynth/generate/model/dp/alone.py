"""What the engine dp refuses: connected tables, columns without declared values, tables without a column to count."""

from __future__ import annotations

from privsynth.dataset import Dataset, Table
from privsynth.errors import BackendError
from privsynth.generate.model.dp.domains import declared_columns
from privsynth.generate.model.engine import Engine, rows_counted


def refuse_related(data: Dataset) -> None:
    """Keys between rows would be dealt out as often as in the source, which nobody has paid for."""
    if data.relations:
        raise BackendError(
            f"table '{data.relations[0].child}' refers to table '{data.relations[0].parent}', "
            "and the engine dp makes single tables only.",
            hint="give it one table, with the column that says whose rows they are (`person`) and contributions",
        )


def refuse_undeclared(data: Dataset) -> None:
    """What the fit would refuse, told before anything is charged to the source. The rows are not looked at."""
    refuse_related(data)
    for table in data:
        columns = tuple(column for column in table.columns if not column.role.is_fabricated)
        declared_columns(Table(table.name, columns, table.frame[[column.name for column in columns]].iloc[:0]))


def refuse_uncounted(table: str, engine: Engine | None) -> None:
    """The number of rows comes from noisy counts; without a learnt column there are none."""
    if rows_counted(engine) is None:
        raise BackendError(
            f"table '{table}' has no column that the engine dp may learn, so that it cannot count its rows.",
            hint="add a column that does not identify anybody, or make the table with the backend rules",
        )
