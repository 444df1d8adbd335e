"""Text that is no table in text form, and would be read as one column or as names: it is called what it is."""

from __future__ import annotations

import re
from collections import Counter

from privsynth.options import ReadPolicy
from privsynth.read.passage import LINE, passage_of
from privsynth.read.refusal import refuse

SAID = frozenset({"header", "header_lines", "delimiter", "quote"})  # who says these has seen the file
LOOKED_AT = 2**16
_KEYED = re.compile(rb"([A-Za-z_][\w .-]{0,39}):[ \t]+\S")
_FORMS = (
    (
        re.compile(rb'\{\s*"'),
        "this is JSON lines",
        "write one row a line, for instance with pandas.read_json and to_csv",
    ),
    (re.compile(rb'\[\s*[\[{]\s*["\d{\[]'), "this is JSON", "write one row a line, with pandas.read_json and to_csv"),
    (
        re.compile(rb"BEGIN:V\w+", re.IGNORECASE),
        "this is a vCard or calendar",
        "export it as a table, with one row for each entry",
    ),
    (
        re.compile(rb"<(\?xml|!DOCTYPE|html)\b", re.IGNORECASE),
        "this is XML or HTML",
        "export it as a table, with one row a line",
    ),
)


def refuse_stranger(data: bytes, reading: ReadPolicy, file: str) -> None:
    """Refuse a file of nothing, of JSON, of entries: no way to take its lines makes a table of it."""
    if reading.model_fields_set & SAID:
        return
    if not data.strip():
        raise refuse(file, "the file is empty", "a header and at least one row are needed")
    text = passage_of(data, reading, file).data[:LOOKED_AT].lstrip()
    for form, what, instead in _FORMS:
        if form.match(text):
            raise refuse(file, f"{what}, not a table in text form", f"{instead}; {_OR}")
    if _is_keyed(text):
        what = "each line is a key and its value, as in YAML, and not a row: this is no table in text form"
        raise refuse(file, what, f"write the keys once, as names above the rows; {_OR}")


_OR = "if it is a table after all, say --header or --no-header"


def _is_keyed(text: bytes) -> bool:
    """Whether every line begins with a key: several keys, none of them more than its share."""
    lines = [found[0] for found in LINE.finditer(text) if found[0].strip()]
    lines = lines[:-1] if len(text) == LOOKED_AT else lines
    keys = Counter(found[1] for line in lines if (found := _KEYED.match(line)))
    return len(keys) > 1 and keys.total() == len(lines)
