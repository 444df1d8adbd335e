"""Where a column stands, for messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from privsynth.errors import InputError
from privsynth.read.refusal import refuse, shown


@dataclass(frozen=True)
class Place:
    """The file, the column, and the line of each of its rows."""

    file: str
    name: str
    line_of: Callable[[int], int | None]

    def refuse(self, what: str, hint: str, row: int | None = None) -> InputError:
        line = None if row is None else self.line_of(row)
        return refuse(self.file, f"column {shown(self.name)}: {what}", hint, line=line, column=self.name)

    def note(self, what: str) -> str:
        return f"{self.file}: column {shown(self.name)}: {what}"


def spaced(name: str) -> str:
    """The words of a column's name apart: `visitDate` and `visit_date` as `visit Date` and `visit date`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)
