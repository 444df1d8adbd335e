"""What real names, addresses and keys became in the columns, so that they become the same inside of texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.pii.entities import Trait, has
from privsynth.pii.names import calling_codes, common_words, fold, known
from privsynth.spelling.normal import normal
from privsynth.typing import Array

GIVEN, FAMILY = "FIRST_NAME", "LAST_NAME"
CUES = frozenset(("id", "ids", "no", "nr", "number", "key", "ref"))
CERTAIN_DIGITS, CERTAIN_MIXED, CERTAIN_LETTERS, LONG = 6, 4, 6, 12
# Fewest digits of a telephone number without country code, and of one that may have it although nothing shows it.
NATIONAL, ABROAD = 7, 11


@dataclass(frozen=True, eq=False)
class Replacements:
    """Substitutes by the normal form of the real value: of a row's own person, and of anybody.

    `called`: names alone, given or family, which only mean the row's own person. `cues`: words behind which a short
    number is a key.
    """

    own: Mapping[int, Mapping[str, str]] = field(default_factory=dict, repr=False)
    called: Mapping[int, Mapping[str, str]] = field(default_factory=dict, repr=False)
    anywhere: Mapping[str, str] = field(default_factory=dict, repr=False)
    cues: frozenset[str] = CUES


def replacements_of(parts: Iterable[tuple[Table, Table, Array]]) -> Replacements:
    """From tables as they are and as they become, row by row, with the number of the person of each row."""
    own, called, anywhere, cues = dict[int, dict[str, str]](), dict[int, dict[str, str]](), dict[str, str](), set(CUES)
    for real, masked, seeds in parts:
        people = seeds.tolist()
        for column in _replaced(real, masked):
            entity, pairs = column.entity, _pairs(real.text(column.name), masked.text(column.name))
            cues.update(
                normal(word) for word in column.name.replace("_", " ").split() if column.role is Role.IDENTIFIER
            )
            if has(entity, Trait.NAME_PART):
                _add(called, people, pairs, _itself)
                continue
            _add(own, people, pairs, _phones if has(entity, Trait.PHONE) else _itself, anywhere)
            if entity == "PERSON":
                _add_names(own, called, anywhere, people, pairs)
        _add_names(own, called, anywhere, people, _whole_names(real, masked))
    return Replacements(own, called, anywhere, frozenset(cues))


def _replaced(real: Table, masked: Table) -> list[Column]:
    """The columns whose values name somebody, and all of whose values were invented."""
    return [
        column
        for column in real.of_role(Role.IDENTIFIER, Role.DIRECT)
        if column.name in masked
        and masked[column.name].fabricated
        and Kind.DATE not in (column.kind, masked[column.name].kind)
    ]


Pair = tuple[str, str]


def _pairs(real: Array, masked: Array) -> list[Pair | None]:
    """What stood there and what stands there, row by row; None where one of them is missing."""
    return [
        None if old is None or new is None else (old, new)
        for old, new in zip(real.tolist(), masked.tolist(), strict=True)
    ]


def _whole_names(real: Table, masked: Table) -> list[Pair | None]:
    """Given name and surname as one, where two columns hold them."""
    given = next((c.name for c in _replaced(real, masked) if c.entity == GIVEN), None)
    family = next((c.name for c in _replaced(real, masked) if c.entity == FAMILY), None)
    if given is None or family is None:
        return []
    return _pairs(*(_joined(table.text(given), table.text(family)) for table in (real, masked)))


def _joined(given: Array, family: Array) -> Array:
    """Two names as one; None where one of them is missing."""
    names = zip(given.tolist(), family.tolist(), strict=True)
    whole = [None if None in pair else " ".join(pair) for pair in names]
    return np.array([*whole, None], dtype=object)[:-1]


def _itself(old: str, new: str) -> Iterator[Pair]:
    yield normal(old), new


def _phones(old: str, new: str) -> Iterator[Pair]:
    """The number with and without country code and the zero before the area."""
    yield normal(old), new
    digits = "".join(c for c in normal(old) if c.isdecimal())
    whole = digits.removeprefix("00").removeprefix("0")
    if len(whole) < NATIONAL:
        return
    yield from ((whole, new), (f"0{whole}", new))
    if old.strip().startswith(("+", "(+", "00")) or (len(whole) >= ABROAD and not digits.startswith("0")):
        for code, rest in national(whole):
            yield from ((rest, new), (f"0{rest}", new), (f"{code}{rest}", new))


def national(number: str) -> Iterator[Pair]:
    """Each country code that a number may begin with, and what is behind it without the zero before the area."""
    whole = number.removeprefix("00")
    for length in (1, 2, 3):
        rest = whole[length:].removeprefix("0")
        if whole[:length] in calling_codes() and len(rest) >= NATIONAL:
            yield whole[:length], rest


def _add(
    into: dict[int, dict[str, str]],
    people: list[int],
    pairs: list[Pair | None],
    ways: Callable[[str, str], Iterator[Pair]],
    anywhere: dict[str, str] | None = None,
) -> None:
    for pair, rows in _distinct(pairs).items():
        for form, new in ways(*pair):
            if anywhere is not None:
                anywhere.setdefault(form, new)
            for row in rows:
                into.setdefault(people[row], {}).setdefault(form, new)


def _add_names(
    own: dict[int, dict[str, str]],
    called: dict[int, dict[str, str]],
    anywhere: dict[str, str],
    people: list[int],
    pairs: list[Pair | None],
) -> None:
    """Whole names in both orders and with an initial, and each name alone."""
    for (old, new), rows in _distinct(pairs).items():
        (given, family), (new_given, new_family) = _parts(old), _parts(new)
        if not given or not family:
            continue
        forms = {
            normal(f"{given} {family}"): f"{new_given} {new_family}".strip(),
            normal(f"{family} {given}"): f"{new_family}, {new_given}".strip(", "),
        }
        initial = {normal(f"{given[0]} {family}"): f"{new_given[:1]}. {new_family}".strip(". ")}
        alone = {normal(given): new_given or new_family, normal(family): new_family or new_given}
        for form, word in forms.items():
            anywhere.setdefault(form, word)
        for row in rows:
            _add_missing(own.setdefault(people[row], {}), forms | initial)
            _add_missing(called.setdefault(people[row], {}), alone)


def _add_missing(into: dict[str, str], forms: Mapping[str, str]) -> None:
    for form, word in forms.items():
        into.setdefault(form, word)


def _distinct(pairs: list[Pair | None]) -> dict[Pair, list[int]]:
    """Each pair once, with its rows."""
    rows: dict[Pair, list[int]] = {}
    for row, pair in enumerate(pairs):
        if pair is not None:
            rows.setdefault(pair, []).append(row)
    return rows


def _parts(name: str) -> Pair:
    """Given name and surname of a whole name; a title in front is not part of it."""
    if "," in name:
        family, _, given = name.partition(",")
        return given.strip().split(" ")[0], family.strip()
    words = [word for word in name.split() if fold(word).strip(".") not in known("titles")]
    return (words[0], words[-1]) if len(words) > 1 else ("", words[0] if words else "")


def is_certain(form: str, spelt: list[str], before: str, cues: frozenset[str]) -> bool:
    """Whether a run of words is surely the value that it equals: long, or announced, or a name with its capitals."""
    if form.isdecimal():
        return len(form) >= CERTAIN_DIGITS or before in cues
    if any(map(str.isdecimal, form)):
        return len(form) >= CERTAIN_MIXED or before in cues
    if len(spelt) > 1:
        return len(form) >= CERTAIN_LETTERS or all(word[0].isupper() for word in spelt)
    return (
        len(form) >= LONG or before in cues or (len(form) >= CERTAIN_LETTERS and fold(spelt[0]) not in common_words())
    )


def is_called(word: str, *, begins: bool, capitals: bool) -> bool:
    """Whether a word that is the person's name is meant as one: by its capital, or because it is no ordinary word."""
    ordinary = fold(word) in common_words()
    if word[0].isupper() and capitals:
        return not (ordinary and begins)
    return not ordinary and len(word) > 2
