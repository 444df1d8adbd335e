"""Knows personal data when it sees it: kinds of columns, places in texts, and the ranges that nobody can hold.

entities.toml   what is claimed, as data            reserved.py   values that belong to nobody
columns.py      what a column holds, and its role   canaries.py   proof before every scan that each kind is found
scan.py         distinct values of a table          coverage.py   what is claimed, how, and what cannot be seen
texts.py        places in a running text
"""

from privsynth.pii.canaries import canaries, missed_canaries
from privsynth.pii.columns import Typing, type_column
from privsynth.pii.coverage import Covered, coverage, not_detectable
from privsynth.pii.forms import Hit
from privsynth.pii.reserved import is_reserved
from privsynth.pii.scan import ColumnScan, scan_table, scan_values
from privsynth.pii.texts import scan_text

__all__ = [
    "ColumnScan",
    "Covered",
    "Hit",
    "Typing",
    "canaries",
    "coverage",
    "is_reserved",
    "missed_canaries",
    "not_detectable",
    "scan_table",
    "scan_text",
    "scan_values",
    "type_column",
]
