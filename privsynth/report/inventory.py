"""Column by column: what it is, who said so, what was done with it, and whether a real value can have come through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.engines import ENGINES
from privsynth.groups.rare import roughly
from privsynth.options import FigureStyle
from privsynth.recipe import Recipe
from privsynth.source import Source
from privsynth.verdict import Status, Verdict

# What was done with a column, and whether a real value can survive it. A number or a date moves, a word does not.
DRAWN = ("drawn from the learnt distribution", "yes, values that many training rows share")
DRAWN_NUMBER = ("drawn from the learnt distribution", "single values may coincide with real ones")
NOISY = ("drawn from noisy counts of what was declared", "words that were declared without looking at the rows")
NOISY_NUMBER = ("drawn inside declared bins, by noisy counts", "single values may coincide with real ones")
BLENDED = ("taken from one of several real rows that are alike", "yes, values that enough rows share")
BLENDED_NUMBER = (
    "blended from several real rows that are alike, and moved",
    "single values may coincide with real ones",
)
MOVED = (
    "moved, with all dates of the same person by the same number of days",
    "by coincidence only; the time between two dates is kept",
)
KEPT = ("kept; levels that too few people share were taken out", "yes, where enough people share it")
KEPT_NUMBER = ("kept; only its ends were drawn in", "yes, between the ends, however few people share it")
COARSE = ("made coarser until enough people share it", "only as part of a group or range")
INVENTED = ("invented", "no: every value was made up")
TOKEN = ("replaced by a token", "no: the token was computed with a secret key")
RULED = ("made by a rule", "what its rulebook says: this run read no real data")
RULED_BY_MANY = ("made by a rule that was inferred from real rows", "what enough people share")
RULED_FROM_DATA = ("made by a rule", "only where a rule names it")
PEOPLE = ("mask", "clone")  # backends whose rows are made from the rows of people
UNKNOWN = ("not stated by the backend", "must be assumed")

# What was tried on a column of rows that are people's: the words for the gates that tried it.
SOUGHT = "its real values, in any spelling, behind a plain hash or in base64"
TRIED = {
    "tracing": "the nearest row",
    "classical": "the smallest group",
    "singling_out": "singling out",
    "linkability": "linking",
    "inference": "inference",
}

# Of values that were made up, and are real ones all the same: first names and towns are words that many share.
ANYHOW = "by coincidence: no value was taken over, and {} of them are in the source all the same"
UNTOLD = "by coincidence only: every value was made up"

Statements = Mapping[str, Mapping[str, Mapping[str, str]]]  # by table and column


def inventory(
    draft: Dataset,
    source: Source,
    recipe: Recipe,
    statements: Statements,
    *,
    backend: str,
    verdicts: Sequence[Verdict] = (),
    figures: FigureStyle | None = "exact",
) -> list[dict[str, Any]]:
    """One line for each column of the draft, then one for each column of the source that was left out.

    `figures`: how what was measured of the real values may be told; None: not at all.
    """
    lines = [
        {
            "table": table.name,
            "position": place,
            "column": column.name,
            **_treated(table.name, column, source, backend, recipe, statements),
            **_anyhow(table, column, source, figures),
        }
        for table in draft
        for place, column in enumerate(table.columns, start=1)
    ]
    return [
        line | {"tried": _tried(line, verdicts) if backend in PEOPLE else None}
        for line in lines + _left_out(draft, source)
    ]


def _tried(line: Mapping[str, Any], verdicts: Sequence[Verdict]) -> str:
    """The attacks of this run that used the column, in words. What holds for a whole table is not repeated for each."""
    ran = {verdict.gate: verdict for verdict in verdicts if verdict.status is not Status.ERRORED}
    used = [
        words
        for gate, words in TRIED.items()
        if gate in ran and any(f.is_measured and line["column"] in f.where for f in ran[gate].findings)
    ]
    return "; ".join([SOUGHT] * ("pii" in ran) + used) or "nothing"


def _treated(
    table: str, column: Column, source: Source, backend: str, recipe: Recipe, statements: Statements
) -> dict[str, Any]:
    """What the column is and what was done with it; the backend's own word on it counts first."""
    said = statements.get(table, {}).get(column.name, {})
    described = _as_described(table, column, source)
    treatment, survives = _treatment(described, column, not source.is_empty, _maker(table, backend, recipe), recipe)
    reversible = said.get("reversible") or _reversible(described, column, backend, recipe)
    return {
        **_description(described, by="rulebook" if backend == "rules" and source.is_empty else "policy"),
        "fabricated": column.fabricated,
        "treatment": said.get("treatment") or said.get("in_words") or treatment,
        "survives": said.get("survives") or survives,
        "reversible": reversible,
        "linkable": said.get("linkable"),
    }


def _anyhow(made: Table, column: Column, source: Source, figures: FigureStyle | None) -> dict[str, str]:
    """That made-up values of a column are real ones, where any is."""
    read = [data[made.name] for data in (source.train, source.holdout) if made.name in data]
    real = [table.text(column.name) for table in read if column.name in table]
    if not (column.fabricated and real):
        return {}
    if figures is None:
        return {"survives": UNTOLD}
    values = pd.Series(made.text(column.name), dtype=object).dropna()
    share = float(values.isin(np.concatenate(real)).mean()) if len(values) else 0.0
    if not share:
        return {}
    return {"survives": ANYHOW.format(f"{100 * share:.3g} %" if figures == "exact" else roughly(share))}


def _description(column: Column, by: str = "policy") -> dict[str, Any]:
    """What a column is; `by` is where its role was declared, if it was."""
    return {
        "kind": column.kind.value,
        "role": column.role.value,
        "entity": column.entity,
        "decided": f"declared in the {by}" if column.declared else "inferred",
        "reason": column.reason,
        "confidence": round(float(column.confidence), 2),
    }


def _as_described(table: str, column: Column, source: Source) -> Column:
    """The column as it was found in the source, which knows best why it has its role."""
    if table in source.train and column.name in source.train[table]:
        return source.train[table][column.name]
    return column


def _left_out(draft: Dataset, source: Source) -> list[dict[str, Any]]:
    lines = []
    for table in source.train:
        kept = set(draft[table.name].frame.columns) if table.name in draft else set()
        for place, column in enumerate(table.columns, start=1):
            if column.name not in kept:
                said = {
                    "fabricated": False,
                    "treatment": "left out",
                    "survives": "no: the column is not in the result",
                    "reversible": None,
                    "linkable": None,
                }
                lines.append(
                    {"table": table.name, "position": place, "column": column.name, **_description(column), **said}
                )
    return lines


def _treatment(known: Column, made: Column, real: bool, backend: str, recipe: Recipe) -> tuple[str, str]:
    if made.fabricated:
        token = (
            backend == "mask"
            and (known.role is not Role.DIRECT or recipe.direct == "token")
            and known.role is not Role.FREE_TEXT
        )
        return TOKEN if token else INVENTED
    moves = known.kind.is_numeric or known.kind is Kind.DATE
    match backend:
        case "rules" if recipe.inferred:
            return RULED_BY_MANY
        case "rules":
            return RULED_FROM_DATA if real else RULED
        case "model":
            return DRAWN_NUMBER if moves else DRAWN
        case "model, blind":
            return NOISY_NUMBER if moves else NOISY
        case "clone":
            return BLENDED_NUMBER if moves else BLENDED
        case "mask" if known.role is Role.QUASI:
            return COARSE
        case "mask":
            return MOVED if known.kind is Kind.DATE else KEPT_NUMBER if moves else KEPT
        case _:
            return UNKNOWN


def _maker(table: str, backend: str, recipe: Recipe) -> str:
    """The backend; "model, blind" for an engine that takes nothing from a row as it is."""
    engine = ENGINES.get(recipe.tables[table].engine) if table in recipe.tables else None
    return "model, blind" if engine is not None and engine.is_blind else backend


def _reversible(known: Column, made: Column, backend: str, recipe: Recipe) -> str | None:
    """Whether somebody can come back from the result to the source; asked only where a row is the row of a person."""
    if backend not in PEOPLE:
        return None
    if made.fabricated and backend == "mask" and recipe.repeatable:
        return "by whoever holds the key and the source"
    if made.fabricated:
        return "no: the key was destroyed with the run" if backend == "mask" else "no: no way back is stored"
    if known.role is Role.QUASI and backend == "mask":
        return "no: what was made coarser is lost"
    return (
        "not asked: most values are as they were"
        if backend == "mask" and known.kind is not Kind.DATE
        else "no: no way back is stored"
    )
