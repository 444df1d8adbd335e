"""What the fidelity report says, as plain values: score, reference, and where the data is least like its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from privsynth.dataset import Table
from privsynth.expressions.aim import like_asked
from privsynth.manifest import finite
from privsynth.measure.fidelity import SMALL, ColumnFidelity, FidelityResult, PairFidelity, compare
from privsynth.measure.fidelity.order import OrderResult, compare_order
from privsynth.measure.turns import known_turns
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.report.figures import NOT_COMPUTED, count, figure, share
from privsynth.report.names import short
from privsynth.seeds import Seeds
from privsynth.source import Source

CHARTS = 30  # in one file
DRAWN = 10  # columns of a table
HEATED = 12  # columns of a heat map
PAIRS_SHOWN = 30
BAD_PLACES = 3
WORTH_SAYING = 0.005  # smaller differences from a fresh real sample are its own noise


def measure(draft: Draft, source: Source, policy: Policy) -> tuple[FidelityResult, ...]:
    """Each table that has real rows to compare with; the hold-out, which no backend has seen, where there is one."""
    source, fewest = like_asked(source, policy), max(SMALL, policy.limits.k_rare)
    return tuple(
        _compared(source, made, fewest)
        for made in draft.dataset
        if made.name in source.train and len(source.train[made.name])
    )


def _compared(source: Source, made: Table, fewest: int) -> FidelityResult:
    """With the stream that the gate uses, so that the report shows the very score that was judged."""
    rng, train = Seeds(0).stream("gate", "fidelity", made.name), source.train[made.name]
    fresh = source.holdout[made.name] if made.name in source.holdout else train.take(np.arange(0))
    real, other = (fresh, train) if len(fresh) else (train, None)
    return replace(compare(real, made, other, rng, fewest=fewest), together=_together(source, made, fresh))


def _together(source: Source, made: Table, fresh: Table) -> OrderResult | None:
    """Again with the stream of the gate."""
    turns = known_turns(source.statistics.facts, made.name, source.train.person_column(made.name))
    if turns is None or not len(made):
        return None
    rng = Seeds(0).stream("gate", "fidelity", "order", made.name)
    return compare_order(source.train[made.name], made, fresh, turns, rng)


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
        "pairs": pairs,
        "pairs_in_all": result.pairs_in_all,
        "heat": _heat(result),
        "left_out": list(result.left_out),
        "together": None if result.together is None else _ties(result.together),
    }


def _ties(result: OrderResult) -> dict[str, Any]:
    parts = [result.steady, result.each]
    return {
        "unit": result.turns.unit,
        "time": result.turns.time,
        "kept": finite(result.kept) if result.columns else None,
        "kept_fresh": finite(result.kept_fresh) if result.columns else None,
        "words": ([result.in_words] if result.columns else []) + [part.in_words for part in parts if part is not None],
        "losses": [{"gone": finite(gone), "words": words} for gone, words in result.losses],
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
    """The three places where the data is least like its source, beyond what a fresh real sample would show."""
    found: list[tuple[float, str]] = []
    for table in tables:
        of = f" of {short(table['table'])}" if len(tables) > 1 else ""
        found += [(row["beyond"], _far(row, of)) for row in table["columns"]]
        found += [
            ((row["distance"] or 0.0) - (row["reference"] or 0.0), _tie(row, of))
            for row in table["pairs"]
            if row["difference"]
        ]
        found += [(_gap(row), _missing(row, of)) for row in table["columns"]]
        found += (
            [_torn(table["together"]["losses"][0], of)] if table["together"] and table["together"]["losses"] else []
        )
    worst = sorted((item for item in found if item[0] > WORTH_SAYING), key=lambda item: -item[0])
    return [sentence for _, sentence in worst[:BAD_PLACES]]


def _torn(loss: dict[str, Any], of: str) -> tuple[float, str]:
    """The worst that is lost of what ties rows together stands for all of it."""
    return loss["gone"] or 0.0, f"Rows{of} that belong together: {loss['words']}."


def _far(row: dict[str, Any], of: str) -> str:
    far, fresh = share(row["distance"]), share(row["reference"])
    return (
        f"Column {short(row['column'])}{of}: {far} of the rows would have to change; {fresh} for a fresh real sample."
    )


def _missing(row: dict[str, Any], of: str) -> str:
    synthetic, real = share(row["missing_synthetic"]), share(row["missing_real"])
    return f"Column {short(row['column'])}{of}: missing in {synthetic} of the rows, in {real} of the real ones."


def _tie(row: dict[str, Any], of: str) -> str:
    names = f"{short(row['left'])} and {short(row['right'])}{of}"
    far = (
        f"{share(row['distance'])} of the rows would have to change, {share(row['reference'])} for a fresh real sample"
    )
    synthetic, real = figure(row["association_synthetic"]), figure(row["association_real"])
    return f"The pair {names}: {far}; the tie is {synthetic}, in the real data {real}."


def _gap(row: dict[str, Any]) -> float:
    if row["missing_real"] is None or row["missing_synthetic"] is None:
        return 0.0
    return abs(float(row["missing_real"]) - float(row["missing_synthetic"]))


def headline(tables: Sequence[dict[str, Any]]) -> str:
    lead = next((table for table in tables if table["relative"] is not None), None)
    if lead is None:
        return "There was nothing to compare: fidelity was not computed."
    columns = count(len(lead["columns"]), "column")
    return f"The data reaches {share(lead['relative'])} of what a fresh real sample reaches, compared on {columns}."
