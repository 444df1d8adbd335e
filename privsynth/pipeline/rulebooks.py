"""What is done with a rulebook besides making rows by it: tables are held against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from privsynth.checks.answer import Answer, answers
from privsynth.checks.filed import FiledTables
from privsynth.generate.rules.demands import columns_of, demands_of
from privsynth.generate.rules.mistakes import ready
from privsynth.policy import Policy
from privsynth.read.filed import read_filed


@dataclass(frozen=True, eq=False)
class Checked:
    """The tables that were held against a book, and how they meet each of its demands."""

    filed: FiledTables
    answers: list[Answer]


def check(book: Path, data: Sequence[str], policy: Policy) -> Checked:
    """Files held against a rulebook. They are read whole: what does not fit into memory cannot be checked."""
    read, plan = ready(book)
    ties = {name: table.ties for name, table in plan.tables.items()}
    filed = read_filed(data, columns_of(plan), ties, policy)
    return Checked(filed, list(answers(demands_of(read, plan), filed)))
