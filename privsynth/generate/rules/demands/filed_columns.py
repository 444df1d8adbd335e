"""The columns of a table under check, as whatever makes rows looks them up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privsynth.checks.filed import FiledTables
from privsynth.typing import Array


class FiledColumns(Mapping[str, Array]):
    """The columns of a table under check, looked up when they are asked for; `prefix` stands in front of each name."""

    def __init__(self, filed: FiledTables, table: str, prefix: str = "") -> None:
        self.filed, self.table, self.prefix = filed, table, prefix

    def __getitem__(self, name: str) -> Array:
        if name.endswith("."):  # a link, as the numbers of the rows that it leads to
            return self.filed.rows_above(next(tie for tie in self.filed.ties[self.table] if tie.name == name[:-1]))
        return self.filed.values(self.table, name.removeprefix(self.prefix))

    def __iter__(self) -> Iterator[str]:
        return (f"{self.prefix}{column.name}" for column in self.filed.data[self.table].columns)

    def __len__(self) -> int:
        return len(self.filed.data[self.table].columns)
