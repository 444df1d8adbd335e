"""What the fidelity report says, as plain values: score, reference, and where the data is least like its source."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from privsynth.manifest import finite
from privsynth.measure.fidelity import ColumnFidelity, FidelityResult, PairFidelity
from privsynth.measure.fidelity.kept import Kept, worst
from privsynth.measure.fidelity.order import OrderResult, order_kept
from privsynth.measure.fidelity.whole import fidelity_of
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.report import wording
from privsynth.report.figures import NOT_COMPUTED, count, figure, share
from privsynth.report.names import short
from privsynth.source import Source

CHARTS = 30  # in one file
DRAWN = 10  # columns of a table
HEATED = 12  # columns of a heat map
PAIRS_SHOWN = 30
PAIRS_WRITTEN = 1_000  # of a table, into report.json: it stays below two megabytes with 500 columns
BAD_PLACES = 6
PLACES_SHOWN, MOST_PLACES = 3, 8  # of an aspect on the page


def measure(draft: Draft, source: Source, policy: Policy) -> tuple[FidelityResult, ...]:
    """Each table that has real rows to compare with. The gate takes the same figures: what is shown was judged."""
    return fidelity_of(draft, source, policy)


def fidelity_values(results: Sequence[FidelityResult]) -> list[dict[str, Any]]:
    """Each table's comparison as plain values, worst columns and pairs first."""
    drawn = max(1, min(DRAWN, CHARTS // max(1, len(results)) - 1))
    return [_table(result, drawn) for result in results]


def _table(result: FidelityResult, drawn: int) -> dict[str, Any]:
    columns = sorted((_column(column) for column in result.columns), key=lambda row: -row["beyond"])
    pairs = sorted((_pair(pair) for pair in result.pairs), key=lambda row: -abs(row["difference"] or 0.0))
    return {
        "table": result.table,
        "score": finite(result.score),
        "reference": finite(result.reference),
        "relative": finite(result.relative),
        "c2st": finite(result.c2st),
        "c2st_reference": finite(result.c2st_reference),
        "rows_real": result.rows_real,
        "rows_synthetic": result.rows_synthetic,
        "rows_compared": result.rows_compared,
        "columns": columns,
        "drawn": [row["column"] for row in columns if row["bars"]][:drawn],
        "pairs": pairs[:PAIRS_WRITTEN],
        "pairs_in_all": result.pairs_in_all,
        "heat": _heat(result),
        "left_out": list(result.left_out),
        "together": None if result.together is None else _ties(result.together),
        "against": result.against,
        "too_few": result.too_few,
        "kept": [_kept(kept) for kept in sorted(result.kept, key=lambda kept: (-kept.harm, kept.at_most))],
    }


def _kept(kept: Kept) -> dict[str, Any]:
    return {
        "aspect": kept.aspect,
        "columns": list(kept.where),
        "kept": finite(kept.kept),
        "fresh": finite(kept.fresh),
        "share": finite(kept.share),
        "at_most": finite(kept.at_most),
        "lost": finite(kept.lost) if kept.is_lost else 0.0,
        "rows": kept.rows,
        "words": kept.words,
    }


def _ties(result: OrderResult) -> dict[str, Any]:
    return {
        "unit": result.turns.unit,
        "time": result.turns.time,
        "kept": finite(result.kept) if result.columns else None,
        "kept_fresh": finite(result.kept_fresh) if result.columns else None,
        "words": [kept.words for kept in order_kept(result)],
        "losses": [{"gone": finite(1 - kept.kept), "words": kept.words} for kept in worst(order_kept(result))],
        "columns": [
            {
                "column": column.name,
                "real": finite(column.real),
                "synthetic": finite(column.synthetic),
                "fresh": finite(column.fresh),
            }
            for column in result.columns
        ],
    }


def _column(column: ColumnFidelity) -> dict[str, Any]:
    bars = [{"label": bar.label, "real": finite(bar.real), "synthetic": finite(bar.synthetic)} for bar in column.bars]
    return {
        "column": column.name,
        "kind": column.kind.value,
        "distance": finite(column.distance),
        "reference": finite(column.reference),
        "beyond": max(0.0, (finite(column.distance) or 0.0) - (finite(column.reference) or 0.0)),
        "missing_real": finite(column.missing_real),
        "missing_synthetic": finite(column.missing_synthetic),
        "bars": bars,
    }


def _pair(pair: PairFidelity) -> dict[str, Any]:
    return {
        "left": pair.left,
        "right": pair.right,
        "distance": finite(pair.distance),
        "reference": finite(pair.reference),
        "association_real": finite(pair.association_real),
        "association_synthetic": finite(pair.association_synthetic),
        "difference": finite(pair.difference),
    }


def _heat(result: FidelityResult) -> dict[str, Any]:
    """The columns whose ties to others changed most, in the order of the table, and the differences between them."""
    worst: dict[str, float] = {}
    known = {frozenset((pair.left, pair.right)): finite(pair.difference) for pair in result.pairs}
    for pair in result.pairs:
        for name in (pair.left, pair.right):
            worst[name] = max(worst.get(name, 0.0), abs(finite(pair.difference) or 0.0))
    chosen = set(sorted(worst, key=lambda name: (-worst[name], name))[:HEATED])
    names = [column.name for column in result.columns if column.name in chosen]
    cells = [{"left": a, "right": b, "difference": known.get(frozenset((a, b)))} for a, b in combinations(names, 2)]
    return {"columns": names, "cells": cells, "of": len(result.columns)}


def fidelity_numbers(tables: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Three numbers for the first screen: the score, what it is held against, and what a classifier sees."""
    lead = next((table for table in tables if table["score"] is not None), None)
    if lead is None:
        meaning = "No column of the real data could be compared with one of the synthetic data."
        return [{"value": NOT_COMPUTED, "label": "fidelity", "meaning": meaning}]
    where = f" Table {lead['table']}." if len(tables) > 1 else ""
    told = "0.5 is a coin toss, 1 tells every row."
    fresh = f" Fresh real rows: {figure(lead['c2st_reference'])}." if lead["c2st_reference"] is not None else ""
    return [
        {
            "value": score(lead["score"]),
            "label": "fidelity",
            "meaning": f"1 would be equal distributions, over single columns and pairs of columns.{where}",
        },
        {
            "value": score(lead["reference"]),
            "label": "a fresh real sample",
            "meaning": "What as many other real rows reach in the same comparison. It is the ceiling.",
        },
        {
            "value": score(lead["c2st"]),
            "label": "classifier, real or synthetic",
            "meaning": f"How well a classifier tells synthetic rows from real ones: {told}{fresh}",
        },
    ]


def score(value: float | None) -> str:
    return NOT_COMPUTED if value is None else f"{value:.3f}"


def worst_things(tables: Sequence[dict[str, Any]]) -> list[str]:
    """Where the data is least like its source, and chance does not explain it: of each kind the worst place."""
    found: list[tuple[float, str]] = []
    for table in tables:
        of = f"{short(table['table'])}: " if len(tables) > 1 else ""
        found += [(row["lost"], f"{of}{_sentence(row)}") for row in worst_of_each(table["kept"])]
    return [sentence for _, sentence in sorted(found, key=lambda item: -item[0])[:BAD_PLACES]]


def kept_sections(kept: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is kept, by aspect: its question, how many places lost something, and the places to show, worst first."""
    sections = []
    for aspect, (title, question) in wording.KEPT.items():
        rows = [row for row in kept if row["aspect"] == aspect]
        if rows:
            lost = sum(row["lost"] > 0 for row in rows)
            shown = rows[: max(PLACES_SHOWN, min(lost, MOST_PLACES))]
            sections.append({"title": title, "question": question, "rows": shown, "lost": lost, "places": len(rows)})
    return sections


def worst_of_each(kept: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The worst place of each aspect that lost something; the rows come sorted."""
    first: dict[str, dict[str, Any]] = {}
    for row in kept:
        if row["lost"]:
            first.setdefault(row["aspect"], row)
    return list(first.values())


def _sentence(row: dict[str, Any]) -> str:
    words = row["words"]
    return f"{words[:1].upper()}{words[1:]}." if words.split(" ")[0] in _PLAIN else f"{words}."


_PLAIN = ("how", "a", "where", "the")  # first words that are no name of a column


def headline(tables: Sequence[dict[str, Any]]) -> str:
    if any(table["too_few"] for table in tables):
        return f"{wording.TOO_FEW_ALIKE[:1].upper()}{wording.TOO_FEW_ALIKE[1:]}."
    lead = next((table for table in tables if table["relative"] is not None), None)
    if lead is None:
        return "There was nothing to compare: fidelity was not computed."
    columns = count(len(lead["columns"]), "column")
    return f"The data reaches {share(lead['relative'])} of what a fresh real sample reaches, compared on {columns}."
