"""What may be said of a table that this engine made, and what takes the claim away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COVERS = (
    "the learnt columns of this table, and the number of its rows where none was asked for, were made by a mechanism with this epsilon and delta; "
    "identifying columns were invented without a look at the rows; the decision to release it "
    "and the figures beside it look at real rows and are not covered"
)
VETTING = "OpenDP's mechanisms for tables are 'contrib': their proofs have not been vetted"
ASSUMED = (
    "the declared levels and bins were known without looking at the rows",
    "which columns there are, their kinds, roles and spelling (decimal places, form of dates, words of yes and no) are public",
    "the neighbouring sets of training rows differ in the rows of one unit; the split that chose the training rows is not part of the mechanism",
    "noise comes from the operating system; no seed repeats it",
)


def claim(*reasons: str) -> dict[str, object]:
    """The claim, made where no reason stands against it."""
    return {
        "made": not reasons,
        "withheld_because": list(reasons),
        "covers": COVERS,
        "assumes": list(ASSUMED),
        "vetting": VETTING,
    }


def withheld(recipe: Mapping[str, Any], *reasons: str) -> dict[str, Any]:
    """The same recipe with reasons against its claim added."""
    return (
        {**recipe, "claim": claim(*recipe["claim"]["withheld_because"], *reasons)}
        if reasons and "claim" in recipe
        else dict(recipe)
    )
