"""What reports state of each masked column: what was done, what is left, who can turn it back, what can be joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Place, Table
from privsynth.groups.rare import counted, roughly
from privsynth.groups.sharing import sharing
from privsynth.keyring import Keyring
from privsynth.mask_plan import shaped
from privsynth.mask_steps import (
    Blur,
    Bucket,
    Drop,
    Encrypt,
    Generalise,
    Invent,
    KAnonymise,
    Keep,
    Microaggregate,
    Noise,
    Null,
    Partial,
    Redact,
    Relocate,
    Rewrite,
    Scrub,
    Shift,
    Shuffle,
    Step,
    Substitute,
    Token,
    TopBottom,
)
from privsynth.typing import Array

IN_GROUPS_AS_IT_IS = "kept as it is: enough people share each value with the other quasi-identifiers"
NOTHING = "no: nothing of the value is left"
COARSE = "no: what was made coarser is lost; a value can be guessed as well as its group allows"
RANGE = "only as part of a group or range"
REAL = "not asked: what is left is real"


@dataclass(frozen=True)
class Became:
    """What became of the values of a column that goes out as what it is."""

    changed: int  # values that are not as they were
    alone: float  # share of the values that are left which no second person has


Changes = Mapping[Place, Became]


def changes(data: Dataset, masked: Mapping[str, Table]) -> Changes:
    """Of each column that goes out as what it is. Rows are in one order in both."""
    return {
        (table.name, column.name): Became(
            _changed(table, masked[table.name], column.name),
            _alone(masked[table.name].values(column.name), data.people_of(table.name)),
        )
        for table in data
        for column in table.columns
        if table.name in masked and isinstance(column.step, Blur | KAnonymise) and column.name in masked[table.name]
    }


def _changed(table: Table, masked: Table, name: str) -> int:
    was, now = (pd.Series(each.text(name), dtype=object).fillna("") for each in (table, masked))
    return int((was.to_numpy() != now.to_numpy()).sum())


def _alone(values: Array, people: Array) -> float:
    codes, holders = sharing(values, people)
    return float((holders[codes[codes >= 0]] == 1).mean()) if (codes >= 0).any() else 0.0


def statements(data: Dataset, ring: Keyring, changed: Changes | None = None) -> dict[str, dict[str, dict[str, str]]]:
    """For each table and column the treatment, what survives, who can turn it back, and what can be joined by it.

    Where figures may not be told, a sentence that holds one is left out: the treatment is said without one, too.
    """
    known = changed or {}
    return {
        table.name: {
            column.name: _said(column, column.step, ring, known.get((table.name, column.name)))
            for column in table.columns
            if column.step is not None and not isinstance(column.step, Drop)
        }
        for table in data
    }


def _said(column: Column, step: Step, ring: Keyring, became: Became | None) -> dict[str, str]:
    treatment, survives, reversible, linkable = _statement(column, step, ring, became)
    return {
        "treatment": treatment,
        "in_words": _plain(column, step)[0] if type(step) in _PLAIN else treatment.partition(" (")[0],
        "survives": survives,
        "reversible": reversible,
        "linkable": linkable,
    }


def _statement(column: Column, step: Step, ring: Keyring, became: Became | None = None) -> tuple[str, str, str, str]:
    """`became`: what its values came to, if that was counted."""
    match step:
        case Blur() if became is not None:
            return _blurred(column, became)
        case KAnonymise() if became is not None and not became.changed:
            return (IN_GROUPS_AS_IT_IS, *_PLAIN[Keep][1:])
        case KAnonymise() if became is not None:
            return (f"{_PLAIN[KAnonymise][0]}, in {counted(became.changed, 'values')}", *_PLAIN[KAnonymise][1:])
        case Token() | Encrypt() | Substitute() | Invent() | Rewrite() | Shift():
            return _keyed(column, step, ring)
        case Partial(first=first, last=last):
            ends = (f"the first {first}" if first else "", f"the last {last}" if last else "")
            kept = " and ".join(end for end in ends if end)
            return (f"all but {kept} characters replaced by a mark", *_PLAIN[Partial][1:])
        case _:
            return _plain(column, step)


def _blurred(column: Column, became: Became) -> tuple[str, str, str, str]:
    """Rare levels go; of numbers and dates only the ends do, and most of what lies between may be one person's."""
    treatment, survives, reversible, linkable = _plain(column, Blur())
    changed = counted(became.changed, "values")
    if not _has_ends(column):
        as_it_is = "kept as it is: enough people share each level"
        return (f"{treatment}, {changed}" if became.changed else as_it_is, survives, reversible, linkable)
    treatment = f"{treatment}, {changed}" if became.changed else "kept as it is: enough people lie at either end"
    return (
        f"{treatment}; {became.alone:.0%} of the values are left with one person alone".replace("%", " %"),
        f"{survives}: {roughly(became.alone)} of the values are one person's alone",
        reversible,
        linkable,
    )


def _has_ends(column: Column) -> bool:
    return column.kind.is_numeric or column.kind is Kind.DATE


def _plain(column: Column, step: Step) -> tuple[str, str, str, str]:
    return _BLURRED_ENDS if isinstance(step, Blur) and _has_ends(column) else _PLAIN[type(step)]


_BLURRED_ENDS = (
    "kept; only what lay beyond its ends was drawn in to them",
    "yes, between the ends, however few people share it",
    REAL,
    "with whoever has the values, where few share them",
)
_PLAIN: dict[type[Step], tuple[str, str, str, str]] = {
    Keep: ("kept as it is", "yes, every value", REAL, "with whoever has the values"),
    Blur: (
        "kept; levels that too few people share were taken out",
        "yes, where enough people share it",
        REAL,
        "with whoever has the values, where few share them",
    ),
    Partial: (
        "all but a few characters at its ends replaced by a mark",
        "those characters",
        "by guess, where few people share what was left",
        "by what was left",
    ),
    Null: ("emptied", "no: there is no value", NOTHING, "no"),
    Redact: ("every value replaced by one mark", "no", NOTHING, "no"),
    Generalise: ("made coarser by a fixed rule", RANGE, COARSE, "by what was left"),
    Bucket: ("made a range", RANGE, COARSE, "by what was left"),
    TopBottom: (
        "drawn in at the ends; what lies between is as it was",
        "yes, between the ends",
        REAL,
        "with whoever has the values",
    ),
    KAnonymise: (
        "made coarser until enough people share it with the other quasi-identifiers",
        RANGE,
        COARSE,
        "only to a group",
    ),
    Noise: (
        "moved by noise",
        "by coincidence only",
        "no: the noise is not stored; the real value lies near",
        "roughly, by nearness",
    ),
    Relocate: (
        "moved, with the other half of the place, into a cell of the map that enough people share",
        "by coincidence, or where enough people share it",
        "no: of the real place the cell is left",
        "only to the cell",
    ),
    Microaggregate: (
        "replaced by the mean of a group of nearest people",
        "by coincidence only",
        COARSE,
        "only to a group",
    ),
    Shuffle: (
        "changed places among rows",
        "yes, all of them, in other people's rows",
        "no: the order is not stored",
        "no: the tie to the row is cut",
    ),
    Scrub: (
        "what names somebody in the text was replaced",
        "yes: all that was not recognised",
        REAL,
        "by the words that are left",
    ),
}


def _keyed(
    column: Column, step: Token | Encrypt | Substitute | Invent | Rewrite | Shift, ring: Keyring
) -> tuple[str, str, str, str]:
    """Steps whose chance comes out of the key: who has it can do more than others."""
    gone = "no: the key was destroyed with the run"
    by_key = f"by whoever holds key {ring.key_id}: pseudonymised, still personal data"
    apart = f"with every run under key {ring.key_id}" if ring.kept else "inside this run only"
    match step:
        case Encrypt():
            return "encrypted in its own format (FF1)", "no", f"yes, {by_key}", apart
        case Token() if not shaped(column, step):
            back = f"a guess can be confirmed {by_key}; a value cannot be read back" if ring.kept else gone
            return "replaced by a keyed token", "no: the token was computed with a secret key", back, apart
        case Token():
            return (
                "replaced by a keyed token of its own shape",
                "no: the token was computed with a secret key",
                f"yes, {by_key}" if ring.kept else gone,
                apart,
            )
        case Substitute():
            back = f"a guess can be confirmed {by_key}" if ring.kept else gone
            return (
                "replaced by another value of its kind, always the same for the same value",
                "no: every value was made up",
                back,
                apart,
            )
        case Shift():
            back = f"yes, {by_key}" if ring.kept else f"{gone}; who knows one date of a person knows the others"
            return (
                "moved, with all dates of the same person by the same number of days",
                "by coincidence only; the time between two dates is kept",
                back,
                "by the time between dates",
            )
        case Rewrite():
            return "sentences invented anew", "no: every value was made up", NOTHING, "no"
        case Invent():
            back = f"a guess can be confirmed {by_key}" if ring.kept else gone
            return (
                "invented, a whole person for each that rows were taken for",
                "no: every value was made up",
                back,
                apart,
            )
        case _:
            assert_never(step)
