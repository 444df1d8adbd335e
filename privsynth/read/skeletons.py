"""The formats that one word may be written in, by its digits, its names and what stands between them.

Whether a day or hour is padded, and how many digits a fraction has, is left to the column: `%d` stands for both.
"""

from __future__ import annotations

import re
from functools import lru_cache

from privsynth.spelling.months import MONTH_NUMBER, MONTH_TABLES, WEEKDAY_WORDS, is_full

LONGEST = 60
TIME = re.compile(
    r"(?<!\d)(?P<hour>[ \d]?\d):(?P<minute>\d\d)(?P<second>:\d\d(?P<fraction>[.,]\d{1,9})?)?(?!\d|:\d)"
    r"(?P<half>\s?[AaPp]\.?[Mm](?:\.|\b))?(?P<zone>\s?[+-]\d\d(?::?\d\d)?(?!\d)|\s?(?:Z|UTC|GMT)\b)?"
    r"|(?<!\d)(?P<only>\d{1,2})(?P<only_half>\s?[AaPp]\.?[Mm](?:\.|\b))|(?<!\d)(?P<french>\d{1,2}h\d\d)\b"
    r"|(?<=\dT)(?P<packed>\d{4}(?:\d\d)?)(?P<packed_zone>Z)?\Z",
    re.ASCII,
)
_TOKEN = re.compile(r"\d+|[^\W\d_]+|\0|[^\w\0]+|_")
_QUARTERS = frozenset(["q", "quarter", "quartal", "t", "trimestre", "trim", "kwartał", "kwartaal"])
_WEEKS = frozenset(["w", "kw", "week", "wk"])
_LITERALS = frozenset(
    ["t", "de", "del", "of", "den", "der", "le", "du", "di", "el", "the", "at", "um", "om", "kl", "年", "月", "日"]
)
_ORDINALS = frozenset(["st", "nd", "rd", "th"])
_SEPARATORS = frozenset(" -/.,'()\0:")
Token = tuple[str, str]  # what it is (a directive, "number" or "" for itself), and its text


@lru_cache(maxsize=4096)
def skeletons(word: str) -> tuple[str, ...]:
    """The formats that the word allows: none, one, or several where its numbers could change places."""
    if not 4 <= len(word) <= LONGEST or not any(c.isdigit() for c in word) or "%" in word or "\0" in word:
        return ()
    time, rest = _without_time(word)
    tokens = _named(_TOKEN.findall(rest))
    if tokens is None:
        return ()
    days = _numbered(tokens, has_time=bool(time))
    return tuple("".join(form).replace("\0", time) for form in days)


def _without_time(word: str) -> tuple[str, str]:
    """The format of the time of day, and the word with a mark in its place."""
    match = TIME.search(word)
    if match is None or (match.start() < 4 and len(word) - match.end() < 5):
        return "", word
    return time_format(match), f"{word[: match.start()]}\0{word[match.end() :]}"


def time_format(match: re.Match[str]) -> str:
    if match["packed"]:
        return "%H%M" + ("%S" if len(match["packed"]) == 6 else "") + (match["packed_zone"] or "")
    if match["french"]:
        return "%Hh%M"
    if match["only"]:
        return "%I %p" if match["only_half"][0].isspace() else "%I%p"
    form = ("%I" if match["half"] else "%H") + ":%M"
    if match["hour"].startswith(" "):
        form = f" {form}"
    if match["second"]:
        form += ":%S,%f" if (match["fraction"] or "").startswith(",") else ":%S%.f"
    if match["half"]:
        form += " %p" if match["half"][0].isspace() else "%p"
    return form + _zone(match["zone"] or "")


def _zone(zone: str) -> str:
    bare = zone.strip()
    if not bare or bare[0] not in "+-":
        return zone
    return zone[: -len(bare)] + ("%:z" if ":" in bare else "%z" if len(bare) == 5 else "%#z")


def _named(parts: list[str]) -> list[Token] | None:
    """What each part is; None if a word among them is none that dates have."""
    tokens: list[Token] = []
    for at, part in enumerate(parts):
        before, after = (parts[at - 1] if at else ""), (parts[at + 1] if at + 1 < len(parts) else "")
        if part[0].isdigit():
            tokens.append(("number", part))
        elif part[0].isalpha():
            kind = _word_kind(part.casefold(), before, after)
            if kind is None:
                return None
            tokens.append((kind, part))
        elif not _SEPARATORS.issuperset(part) or (":" in part and "\0" not in (before, after)):
            return None  # a colon stands beside a time only
        else:
            tokens.append(("", part))
    return _pointed(tokens)


def _word_kind(word: str, before: str, after: str) -> str | None:
    if word in _ORDINALS and before[:1].isdigit():
        return "%o"
    if word in MONTH_NUMBER:
        return "%B" if _is_written_out(word) else "%b"
    if word in WEEKDAY_WORDS:
        return "%A" if len(word) > 5 else "%a"
    if word in _QUARTERS and "\0" not in after and _is_beside_a_digit(before, after):
        return "quarter"
    if word in _WEEKS:
        return "week"
    return "" if word in _LITERALS or (word == "m" and before.isdigit() and after.isdigit()) else None


def _is_beside_a_digit(before: str, after: str) -> bool:
    """`Q1 2020`, `2020Q1`, `1. Quartal`, `1/Q/2020`."""
    return (len(after) == 1 and after.isdigit()) or after.isspace() or before.strip() in (".", "")


def _is_written_out(word: str) -> bool:
    """May is short and whole; the column will tell."""
    return len(word) > 3 and any(word in table for name, table in MONTH_TABLES.items() if is_full(name))


def _pointed(tokens: list[Token]) -> list[Token]:
    """The point behind a name belongs to it if a space or the end follows, and no point stands before it."""
    result: list[Token] = []
    for at, (kind, text) in enumerate(tokens):
        is_behind = kind == "" and text.startswith(".") and at > 0 and tokens[at - 1][0] in ("%b", "%a")
        if is_behind and (len(text) > 1 or at + 1 == len(tokens)) and (at < 2 or not tokens[at - 2][1].endswith(".")):
            result.append(("", text[1:]))
        else:
            result.append((kind, text))
    return result


def _numbered(tokens: list[Token], *, has_time: bool) -> list[list[str]]:
    """Every way to give the numbers their parts."""
    kinds = [kind for kind, _ in tokens]
    numbers = [text for kind, text in tokens if kind == "number"]
    if kinds.count("%b") + kinds.count("%B") > 1:
        return []
    if "quarter" in kinds:
        ways = _of_quarters(numbers)
    elif "week" in kinds:
        ways = _of_weeks(numbers)
    elif "%b" in kinds or "%B" in kinds:
        ways = _of_named_months(numbers)
    else:
        ways = _of_numbers(numbers, has_time=has_time, is_bare=len(tokens) == 1)
        if any(text.strip() == "." for kind, text in tokens if not kind):
            ways = [way for way in ways if way[:2] != ("%m", "%d")]  # points stand behind days first, wherever used
    return [_filled(tokens, way) for way in ways]


def _filled(tokens: list[Token], way: tuple[str, ...]) -> list[str]:
    left = list(way)
    pieces: list[str] = []
    for kind, text in tokens:
        if kind != "number":
            pieces.append(kind if kind.startswith("%") else text)
            continue
        part = left.pop(0)
        if part == "%d" and len(text) == 1 and pieces and pieces[-1].endswith("  "):
            pieces[-1], part = pieces[-1][:-1], "%e"
        pieces.append(part)
    return pieces


def _of_quarters(numbers: list[str]) -> list[tuple[str, ...]]:
    match [len(number) for number in numbers]:
        case [4, 1]:
            return [("%Y", "%q")]
        case [1, 4]:
            return [("%q", "%Y")]
        case _:
            return []


def _of_weeks(numbers: list[str]) -> list[tuple[str, ...]]:
    match [len(number) for number in numbers]:
        case [4, 1 | 2]:
            return [("%G", "%V")]
        case [4, 1 | 2, 1]:
            return [("%G", "%V", "%u")]
        case [1 | 2, 4]:
            return [("%V", "%G")]
        case _:
            return []


def _of_named_months(numbers: list[str]) -> list[tuple[str, ...]]:
    match [len(number) for number in numbers]:
        case [4]:
            return [("%Y",)]
        case [2] if numbers[0] == "00" or numbers[0] > "31":
            return [("%y",)]  # `May-20` may be a day of any year
        case [1 | 2, 4]:
            return [("%d", "%Y")]
        case [4, 1 | 2]:
            return [("%Y", "%d")]
        case [1 | 2, 2]:
            return [("%d", "%y")]
        case _:
            return []


def _of_numbers(numbers: list[str], *, has_time: bool, is_bare: bool) -> list[tuple[str, ...]]:
    match [len(number) for number in numbers]:
        case [4, 1 | 2, 1 | 2]:
            return [("%Y", "%m", "%d")]
        case [1 | 2, 1 | 2, 4]:
            return [("%d", "%m", "%Y"), ("%m", "%d", "%Y")]
        case [1 | 2, 1 | 2, 2]:
            return [("%d", "%m", "%y"), ("%m", "%d", "%y"), *([("%y", "%m", "%d")] if len(numbers[0]) == 2 else [])]
        case [4, 2] if not has_time:
            return [("%Y", "%m")]  # `2015/3` may number anything
        case [1 | 2, 4] if not has_time:
            return [("%m", "%Y")]
        case [8] if not is_bare and numbers[0].isdigit():
            return [("%Y%m%d",)]
        case _:
            return []


def month_skeletons(word: str) -> tuple[str, ...]:
    """A month and a year are dates in a column whose name says so, however few digits they have: `1/86`, `2015/3`."""
    if re.fullmatch(r"\d{4}[/-]\d", word, re.ASCII):
        return (f"%Y{word[4]}%m",)
    if re.fullmatch(r"\d\d?[/-]\d\d", word, re.ASCII):
        return (f"%m{word[-3]}%y",)
    return skeletons(word)


def compact_skeletons(word: str) -> tuple[str, ...]:
    """Digits alone, in a column whose name calls them dates."""
    if not word.isascii() or not word.isdigit():
        return ()
    match len(word):
        case 8:
            return ("%Y%m%d", "%d%m%Y", "%m%d%Y")
        case 6:
            return ("%Y%m",)
        case 12:
            return ("%Y%m%d%H%M",)
        case 14:
            return ("%Y%m%d%H%M%S",)
        case _:
            return ()
