"""Whether the first record names the columns: not data, nothing before it, no second one after it; and their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from privsynth.read.absent import NULLS
from privsynth.read.forms import ADDRESS, DATE, NUMBER, SPELT_DATE, is_value, shape
from privsynth.read.persons import first_persons
from privsynth.read.records import Words
from privsynth.read.refusal import counted, refuse, shown

FORCE = "if it does name the columns, say --header; if the file has no header, say --no-header"
FORCE_FRAME = (
    "if these are names, say header: true under read; if the first row became the names, read the file again without"
)
LOOKED_AT = 1000
FORMS = (NUMBER, DATE, SPELT_DATE, ADDRESS)
_RUNS = re.compile(r"([aA9])\1+")
SENTENCE = 6  # words: a name of a column has fewer


def check_header(header: Sequence[str], columns: Sequence[Words], file: str, line: int) -> None:
    """Refuse a first record that reads like a row, and one with other lines of names above or below it."""
    check_names(header, [words.distinct for words in columns], file, FORCE, line=line)
    empty = sum(not name.strip() for name in header)
    if empty and 2 * empty >= len(header) and not are_labels(header, columns):
        what = "half of the names of the header are empty, or more: there are lines before the table"
        raise refuse(file, what, "leave them out with --skip; or say --header, and columns are numbered", line=line)
    if is_followed(header, columns):
        what = "the record below the header looks like a second line of names, or units"
        raise refuse(file, what, "say --header-lines 2; or --header, if it is a row", line=line)


def check_names(
    header: Sequence[str], columns: Sequence[Sequence[str]], file: str, hint: str, *, line: int | None = None
) -> None:
    """Refuse names that read like a row: `columns` are the distinct cells below each of them."""
    if found := _like_data(header, columns):
        what = f"the first record looks like a row and not like names (field {found[0] + 1} of {len(header)})"
        raise refuse(file, what, hint, line=line)
    if found := first_persons(header, columns):
        what = f"a person's name may stand where names of columns should (field {found[0] + 1} of {len(header)})"
        raise refuse(file, what, hint, line=line)


def are_labels(header: Sequence[str], columns: Sequence[Words]) -> bool:
    """Whether the only nameless column is the first, and tells the rows apart, as pandas and R write their index."""
    if len(header) == 1 or header[0].strip() or not all(name.strip() for name in header[1:]):
        return False
    return len(columns[0].distinct) == len(columns[0].codes)


def is_index(header: Sequence[str], columns: Sequence[Words]) -> bool:
    """Whether these labels count the rows."""
    words = columns[0].distinct
    if not are_labels(header, columns) or not words[0].isdecimal() or int(words[0]) > 1:
        return False
    return words == [str(number) for number in range(int(words[0]), int(words[0]) + len(words))]


def is_followed(header: Sequence[str], columns: Sequence[Words]) -> bool:
    """Whether the first row has words above columns of nothing but values: alone among them, they are no cells."""
    first = [words.distinct[words.codes[0]] if words.codes[0] >= 0 else "" for words in columns]
    if any(is_value(word) or word in NULLS for word in first):
        return False
    telling = sum(_is_alone(word, words) for word, words in zip(first, columns, strict=True) if word.strip())
    return telling > 1 or (telling == 1 and not all(name.strip() for name in header) and len(header) > 1)


def _is_alone(word: str, words: Words) -> bool:
    others = [other for other in words.distinct[: LOOKED_AT + 1] if other != word]
    return (
        len(others) > 1
        and int((words.codes == 0).sum()) == 1
        and all(is_value(other) or other in NULLS for other in others)
        and any(is_value(other) for other in others)
    )


def named(header: Sequence[str], columns: Sequence[Words], file: str) -> tuple[list[str], list[str]]:
    """A name for each column: nameless ones are numbered and doubled ones counted, so that no two are alike."""
    taken = {name for name in header if name.strip()}
    names: dict[str, None] = {}
    for number, name in enumerate(header, start=1):
        wanted = name if name.strip() else f"c{number}"
        if wanted in names or (not name.strip() and wanted in taken):
            wanted = _free(wanted, taken | names.keys())
        names[wanted] = None
    return _with_notes(header, columns, list(names), file)


def _with_notes(
    header: Sequence[str], columns: Sequence[Words], names: list[str], file: str
) -> tuple[list[str], list[str]]:
    return names, [*_nameless_notes(header, columns, names, file), *_doubled_notes(header, names, file)]


def _free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _nameless_notes(header: Sequence[str], columns: Sequence[Words], names: Sequence[str], file: str) -> list[str]:
    called = [name for name, written in zip(names, header, strict=True) if not written.strip()]
    if not called:
        return []
    why = ""
    if is_index(header, columns):
        first = columns[0].distinct[0]
        why = f"; it counts the rows from {first}, as an index that was written with them: drop it if it is not meant"
    elif are_labels(header, columns):
        why = "; each row has another value there, as names of rows that were written with them"
    return [f"{file}: {counted(len(called), 'column')} without a name, called {_list(called)}{why}"]


def _list(names: Sequence[str]) -> str:
    return f"{', '.join(shown(name) for name in names[:12])}{' ...' if len(names) > 12 else ''}"


def _doubled_notes(header: Sequence[str], names: Sequence[str], file: str) -> list[str]:
    called = [name for name, written in zip(names, header, strict=True) if written.strip() and name != written]
    if not called:
        return []
    return [f"{file}: {counted(len(called), 'column')} named like another before, called {_list(called)}"]


def _like_data(header: Sequence[str], columns: Sequence[Sequence[str]]) -> list[int]:
    """Where numbers, dates, addresses, sentences or known values stand instead of names; nowhere, if too few do."""
    if _is_count(header) and not _counts_on(header, columns):
        return []
    at = range(len(header))
    plain = [
        n
        for n in at
        if any(_is_row_like(header[n], columns[n], form) for form in FORMS) or _is_told(header[n], columns[n])
    ]
    alike = [n for n in at if _is_alike(header[n], columns[n])]
    both = sorted({*alike, *(n for n in at if header[n] in set(columns[n][:LOOKED_AT]))})
    few = max(1, len(header) / 4) <= len(alike) or max(1, len(header) / 3) <= len(both)
    return plain or (both if few else [])


def _is_told(name: str, words: Sequence[str]) -> bool:
    """A sentence above sentences, or a street above streets."""
    return any(
        test(name) and 2 * sum(map(test, words[:LOOKED_AT])) > len(words[:LOOKED_AT])
        for test in (_is_sentence, _is_street)
    )


def _is_sentence(cell: str) -> bool:
    return len(cell.split()) >= SENTENCE


def _is_street(cell: str) -> bool:
    from privsynth.pii.values import is_street

    return " " in cell.strip() and any(char.isdigit() for char in cell) and is_street(cell)


def _is_count(header: Sequence[str]) -> bool:
    """Columns named by years or numbers in a row are names."""
    numbers = [int(name) for name in header if re.fullmatch(r"\d{1,4}", name.strip())]
    others = [name for name in header if not re.fullmatch(r"\d{1,4}", name.strip())]
    in_a_row = all(after - before == 1 for before, after in pairwise(numbers))
    return (
        len(numbers) > 1
        and in_a_row
        and not any(NUMBER.fullmatch(name.strip()) or DATE.fullmatch(name.strip()) for name in others)
    )


def _counts_on(header: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Nothing but numbers, as long as those below: as likely a row as names. From 0 or a year on they are names."""
    if (
        not all(name.strip().isdecimal() for name in header)
        or header[0].strip() == "0"
        or all(1900 <= int(name) <= 2100 for name in header)
    ):
        return False
    return all(_is_row_like(name, words, NUMBER) for name, words in zip(header, columns, strict=True))


def _is_row_like(name: str, words: Sequence[str], form: re.Pattern[str]) -> bool:
    """A name in the form of most values below it. Dates above counts are names: `country, 2020-01-22, 2020-01-23`."""
    some = words[:LOOKED_AT]
    return bool(form.fullmatch(name.strip())) and 2 * sum(bool(form.fullmatch(word.strip())) for word in some) > len(
        some
    )


def _is_alike(name: str, words: Sequence[str]) -> bool:
    """A name with digits in it, written like the values: of their very shape, or with as many runs of each kind."""
    form = shape(name)
    if len(name) <= 3 or "9" not in form or not words:
        return False
    forms = [shape(word) for word in words[:LOOKED_AT]]
    runs = _RUNS.sub(r"\1", form)
    return all(other == form for other in forms) or all(_RUNS.sub(r"\1", other) == runs for other in forms)


def taken_for_names(header: Sequence[str], columns: Sequence[Words], file: str) -> list[str]:
    """Said where nothing in the file tells names from rows: each name could be one more cell of its column."""
    if not any(words.distinct for words in columns) or _is_count(header) or any(map(_is_apart, header, columns)):
        return []
    return [f"{file}: the first line was taken for names, though it could be a row; if it is one, say --no-header"]


def _is_apart(name: str, words: Words) -> bool:
    """Whether a name differs from all cells below in how it is written, or from a few that each come again."""
    cells = words.distinct[:LOOKED_AT]
    if not name.strip() or not cells:
        return False
    return _look(name) not in map(_look, cells) or (name not in words.distinct and _come_again(words))


def _look(cell: str) -> str:
    """Its letters, digits and other signs, each run of one sort as one."""
    return _RUNS.sub(r"\1", shape(cell.strip()))


def _come_again(words: Words) -> bool:
    known = words.codes[words.codes >= 0]
    return bool(np.bincount(known, minlength=len(words.distinct)).min() > 1)


def numbered(width: int) -> list[str]:
    """Names for columns that have none."""
    return [f"c{number}" for number in range(1, width + 1)]
