"""Does what is said of differential privacy hold?"""

from __future__ import annotations

from privsynth.manifest import Claimed, claimed
from privsynth.options import ModelOptions
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.verdict import Finding

OWED = ("epsilon", "delta", "unit")


class Claim:
    """The report said epsilon = 1, and the list of categories had been read from the data.

    Whoever claims nothing passes. Whoever claims must say epsilon, delta and whom they protect; epsilon must be within
    `eps_max` and no more than was asked (and charged), delta within `delta_max` and 1/(10 n), and the noise must come
    from nobody's seed. A cause that voids the claim does not block: the claim is withheld, here with its reasons, and
    no report says epsilon. What holds covers the mechanism: the gates look at real rows, so the decision to release is
    not covered.
    """

    name = "claim"

    def __init__(self, policy: Policy) -> None:
        self.limits, self.has_claim, self.seeded = policy.limits, policy.has_claim, policy.seed is not None
        self.asked = policy.backend.epsilon if isinstance(policy.backend, ModelOptions) else None

    def measure(self, draft: Draft, source: Source) -> list[Finding]:
        said = claimed(draft.recipe)
        if said is None and not self.has_claim:
            return [
                Finding(
                    "claims",
                    0,
                    what="claims of differential privacy",
                    note="no claim of differential privacy is made",
                    empty=True,
                )
            ]
        said = said or Claimed(None, None, "", ())
        charged = (self.asked or 0.0) * len(draft.dataset.tables)
        return [self._owed(said), *self._bounds(said, source, charged), self._seed(), _voids(said)]

    def _owed(self, said: Claimed) -> Finding:
        missing = [name for name in OWED if getattr(said, name) in (None, "")]
        note = f"not said: {', '.join(missing)}" if missing else f"whom it protects: {said.unit}"
        return Finding(
            "owed",
            len(missing),
            what="statements that the mechanism owes",
            limit=0,
            note=note,
        )

    def _bounds(self, said: Claimed, source: Source, charged: float) -> list[Finding]:
        people = 0 if source.is_empty else source.train.root.number_of_people
        found = []
        if said.epsilon is not None:
            beyond = max(0.0, said.epsilon - charged)
            found += [
                Finding(
                    "epsilon",
                    said.epsilon,
                    what="epsilon of the mechanism",
                    limit=self.limits.eps_max,
                    limit_name="eps_max",
                    remedy="a smaller epsilon must be asked for",
                ),
                Finding(
                    "epsilon_uncharged",
                    round(beyond, 9),
                    what="epsilon beyond what was asked and charged",
                    limit=0,
                ),
            ]
        if said.delta is not None:
            remedy = "a smaller delta must be asked for"
            note = "n people in the training rows; said as a multiple, because a limit of 1/(10 n) would tell n"
            found += [
                Finding(
                    "delta",
                    said.delta,
                    what="delta of the mechanism",
                    limit=self.limits.delta_max,
                    limit_name="delta_max",
                    remedy=remedy,
                ),
                Finding(
                    "delta_people",
                    said.delta * 10 * max(1, people),
                    what="delta of the mechanism, as a multiple of 1/(10 n)",
                    limit=1,
                    n=people,
                    note=note,
                    remedy=remedy,
                ),
            ]
        return found

    def _seed(self) -> Finding:
        return Finding(
            "seeds",
            int(self.seeded),
            what="fixed seeds",
            limit=0,
            note="who knows the seed knows the noise",
            remedy="leave the seed out",
        )


def _voids(said: Claimed) -> Finding:
    note = (
        f"the claim is withheld: {'; '.join(said.voids)}"
        if said.voids
        else "the claim covers the mechanism; the decision to release is not covered"
    )
    return Finding(
        "voids",
        len(said.voids),
        what="causes that void the claim",
        note=note,
    )
