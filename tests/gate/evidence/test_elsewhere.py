"""Real values of rows that are in no part at hand are known by their fingerprints, and found by them."""

from __future__ import annotations

import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.emit import serialise
from privsynth.gate.evidence.elsewhere import real_elsewhere
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding

HERE, ELSEWHERE, NOBODY = "ada@a.example", "Bo@b.example", "cy@c.example"
POLICY = Policy(backend="mask", tables={"t": {"columns": {"mail": {"mask": "invent"}, "key": {"mask": "encrypt"}}}})


def table(mail: list[str], *, mails: bool = True) -> Table:
    columns = (
        Column("mail", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
        Column("town", Kind.CATEGORY),
        Column("key", Kind.TEXT, role=Role.IDENTIFIER),
    )
    frame = pd.DataFrame({column.name: pd.Series(mail, dtype=object) for column in columns})
    kept = [column for column in columns if mails or column.name != "mail"]
    return Table("t", tuple(kept), frame[[column.name for column in kept]])


def judged(made: Table) -> Finding:
    blank = Taken(key=b"k" * 16)
    taken = Taken(key=blank.key, prints=frozenset(blank.fingerprint(value) for value in (HERE, ELSEWHERE)))
    source = Source(Dataset((table([HERE]),)), Dataset(()), Statistics(tables={"t": {}}, taken=taken))
    data = Dataset((made,))
    return real_elsewhere(Draft(data, serialise(data)), source, POLICY, "invent it")


@pytest.mark.parametrize(
    ("mail", "count"),
    [
        ([NOBODY, "dee@d.example"], 0),
        ([NOBODY, ELSEWHERE], 1),
        ([ELSEWHERE, "BO@B.EXAMPLE", HERE], 3),  # each spelling counts
    ],
)
def test_a_value_of_another_part_is_found_however_it_is_spelt(mail: list[str], count: int) -> None:
    finding = judged(table(mail))
    assert (finding.measured, finding.passed) == (count, count == 0)
    assert finding.where == (("mail",) if count else ())


def test_what_names_nobody_is_encrypted_or_is_gone_is_not_searched() -> None:
    assert judged(table([ELSEWHERE], mails=False)).measured == 0
