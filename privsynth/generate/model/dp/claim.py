"""What may be said of a table that this engine made, and what takes the claim away."""

from __future__ import annotations

from privsynth.recipe import PrivacyClaim

COVERS = (
    "the learnt columns of this table, and the number of its rows where none was asked for, "
    "were made by a mechanism with this epsilon and delta; "
    "identifying columns were invented without a look at the rows; the decision to release it "
    "and the figures beside it look at real rows and are not covered"
)
VETTING = "OpenDP's mechanisms for tables are 'contrib': their proofs have not been vetted"
ASSUMED = (
    "the declared levels and bins were known without looking at the rows",
    "which columns there are, their kinds, roles and spelling "
    "(decimal places, form of dates, words of yes and no) are public",
    "the neighbouring sets of training rows differ in the rows of one unit; "
    "the split that chose the training rows is not part of the mechanism",
    "noise comes from the operating system; no seed repeats it",
)


def claim() -> PrivacyClaim:
    """The claim, with what it covers and what it rests on."""
    return PrivacyClaim(made=True, covers=COVERS, assumes=ASSUMED, vetting=VETTING)
