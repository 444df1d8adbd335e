"""Forms by which a cell is told from a name: numbers, dates, addresses, and the shape of a code."""

from __future__ import annotations

import re
from collections.abc import Sequence

NUMBER = re.compile(r"[-+]?[$€£]?\d[\d.,' \u00a0]*%?|[-+]?\.\d+|[-+]?\d+(\.\d+)?[eE][-+]?\d+")
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d{2}.*)?|\d{1,2}:\d{2}(:\d{2})?")
SPELT_DATE = re.compile(
    r"\d{1,2}(st|nd|rd|th)?\.?[ -][^\W\d_]{3,}\.?[ ,-]+\d{2,4}|[^\W\d_]{3,}\.? \d{1,2}(st|nd|rd|th)?,? \d{4}"
)
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.\w+|https?://\S+|www\.\S+|[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
TOTAL = re.compile(
    r"(?i:(grand |sub)?totals?( general)?|sum|sums|overall|summe|gesamt(summe)?|insgesamt|totale|totaal|totaux|suma|som"
    r"|razem|celkem|yhteensä|summa|összesen|toplam|итого|всего|合計|总计)\s*:?"
)
FORMS = {"number": NUMBER, "date": DATE, "address": ADDRESS}


def form_of(cell: str) -> str:
    """`number`, `date`, `address`, `text` or `empty`: what a cell looks like, and nothing of what it says."""
    word = cell.strip()
    if not word:
        return "empty"
    if DATE.fullmatch(word):
        return "date"
    return next((name for name, form in FORMS.items() if form.fullmatch(word)), "text")


def is_value(cell: str) -> bool:
    """Whether a cell looks like a value and not like a name."""
    return form_of(cell) not in ("empty", "text")


def is_total(record: Sequence[str]) -> bool:
    """Whether a record calls itself a sum of those above: a word for it first, and numbers."""
    filled = [cell.strip() for cell in record if cell.strip()]
    return len(filled) > 1 and TOTAL.fullmatch(filled[0]) is not None and all(map(is_value, filled[1:]))


def shape(word: str) -> str:
    """Letters and digits by their kind, other signs as they are."""
    return re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", word)))
