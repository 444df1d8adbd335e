"""Text that no strict reader knows, written anew for it: one mark between fields, quotes doubled, lines kept.

Nothing is judged here. What cannot be told apart is left as it stands, for the strict reader to stumble over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np

MARK = "\x1f"  # between fields, where their own delimiter is no single character
BLANKS, COLUMNS, DRAWN = "blanks", "columns", "drawn"  # delimiters that are no characters
LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_CELL = r"\s*(:?[-=]{2,}:?|:-+:?|-+:)\s*"
_RULE = re.compile(rf"[|+]?{_CELL}([|+]{_CELL})+[|+]?")


def canonical(text: str, delimiter: str, quote: str, escape: str, *, skip_space: bool) -> str:
    """The same records with MARK (or the delimiter, if it is one character) and doubled quotes."""
    if delimiter == DRAWN:
        return _by_line(text, _drawn)
    if delimiter == COLUMNS:
        spans = column_spans(text)
        return _by_line(text, lambda line: [line[start:end].strip() for start, end in spans] if line.strip() else [])
    return "".join(_fields(text, delimiter, quote, escape, skip_space=skip_space))


def mark_of(delimiter: str) -> str:
    """What stands between the fields of canonical text."""
    return delimiter if len(delimiter) == 1 else MARK


def quoted(field: str, mark: str, quote: str) -> str:
    """The field as the strict reader takes it in."""
    if field.startswith(quote) or any(sign in field for sign in (mark, "\r", "\n")):
        return quote + field.replace(quote, quote * 2) + quote
    return field


def _by_line(text: str, fields: Callable[[str], list[str]]) -> str:
    """Line by line; a line of no field stays blank."""
    return "".join(
        MARK.join(quoted(field, MARK, '"') for field in fields(match[1])) + match[2] for match in LINE.finditer(text)
    )


def is_rule(line: str) -> bool:
    """Whether the line is drawn, between the rows of a drawn table."""
    return _RULE.fullmatch(line.strip()) is not None


def _drawn(line: str) -> list[str]:
    if is_rule(line) or not line.strip():
        return []
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [field.strip().replace("\\|", "|") for field in re.split(r"(?<!\\)\|", inner)]


def column_spans(text: str) -> list[tuple[int, int]]:
    """From where to where each column of fixed width goes: what lies between positions that are blank in every line."""
    lines = [match[1] for match in LINE.finditer(text) if match[1].strip()]
    filled = np.zeros(max(map(len, lines), default=0) + 2, dtype=bool)
    for line in lines:
        filled[1 : len(line) + 1] |= np.array([not char.isspace() for char in line], dtype=bool)
    edges = np.flatnonzero(np.diff(filled.astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _fields(text: str, delimiter: str, quote: str, escape: str, *, skip_space: bool) -> Iterator[str]:
    """Field by field, from the first to the last, or to the first that fits no rule."""
    mark, at = mark_of(delimiter), 0
    pattern = _pattern(delimiter, quote, escape, skip_space=skip_space)
    while match := pattern.match(text, at):
        field = match["bare"] if match["quoted"] is None else _inner(match["quoted"], quote, escape)
        field = _unescaped(field, delimiter, quote) if escape == "backslash" else field
        yield quoted(field, mark, quote or '"') if match["quoted"] is None else _in_quotes(field, quote)
        yield match["line"] if match["line"] is not None else mark
        at = match.end()
        if match["line"] == "" or (match["line"] and at == len(text)):
            break
    yield text[at:]


def _pattern(delimiter: str, quote: str, escape: str, *, skip_space: bool) -> re.Pattern[str]:
    """One field, and what ends it."""
    q, slash = re.escape(quote), r"\\(?:\r\n|.)|" if escape == "backslash" else ""
    between = r"[ \t]+" if delimiter == BLANKS else re.escape(delimiter)
    lead, trail = (r"[ \t]*", r"[ \t]*") if delimiter == BLANKS else (" *" if skip_space else "", "")
    end = rf"(?:{trail}(?P<line>\r\n|\r|\n|\Z)|(?P<mark>{between}))"
    letter = rf"{slash}(?!{trail}(?:[\r\n]|\Z)|{between})[^\r\n{re.escape(chr(92)) if slash else ''}]"
    bare = rf"(?P<bare>(?:{letter})*)"
    if not quote:
        return re.compile(f"{lead}(?P<quoted>(?!))?{bare}{end}", re.DOTALL)
    inner = ".*?" if escape in ("none", "quote") else rf"(?:{slash}{q}{q}|[^{q}{re.escape(chr(92)) if slash else ''}])*"
    return re.compile(f"{lead}(?:{q}(?P<quoted>{inner}){q}|(?!{q}){bare}){end}", re.DOTALL)


def _inner(field: str, quote: str, escape: str) -> str:
    """What a quoted field says, but for backslashes."""
    doubled = {"none": "", "quote": '"'}.get(escape, quote)
    return field.replace(doubled * 2, doubled) if doubled else field


def _in_quotes(field: str, quote: str) -> str:
    return quote + field.replace(quote, quote * 2) + quote


def _unescaped(field: str, delimiter: str, quote: str) -> str:
    """A backslash goes where it stands before what it protects; elsewhere it is a letter like others."""
    protected = "|".join(re.escape(sign) for sign in ("\\", quote, delimiter) if sign)
    return re.sub(rf"\\({protected}|\r\n|\r|\n)", lambda found: found[1], field)
