"""What an attack won, beside what the same attack wins on people who were not in the source.

Rates are Wilson's; the residual risk is the share of what there was to win beyond the control, with its error carried
through (Giomi et al., "A unified framework for quantifying privacy risk in synthetic data", 2023).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from math import sqrt
from statistics import NormalDist

from privsynth.measure.intervals import Rate, success_rate


@dataclass(frozen=True)
class Attacked:
    """Successes among attacks on training rows, and among the same attacks on held-out rows."""

    successes: float
    attacks: int
    _: KW_ONLY
    control_successes: float
    control_attacks: int
    guesses: float | None = None  # successes of an attacker who guesses without looking, among as many attacks
    again: float = 1.0  # how many successes are about one person: they stand or fall together (see `repetition`)
    control_again: float = 1.0

    @property
    def attack(self) -> Rate:
        return success_rate(self.successes, self.attacks)

    @property
    def control(self) -> Rate:
        return success_rate(self.control_successes, self.control_attacks)

    @property
    def risk(self) -> float:
        """The residual risk: nought where the control is attacked as well."""
        return min(1.0, max(0.0, self._residual.value))

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of the residual risk."""
        residual = self._residual
        low, high = residual.value - residual.error, residual.value + residual.error
        return min(1.0, max(0.0, low)), min(1.0, max(0.0, high))

    def is_beyond_chance(self, alpha: float) -> bool:
        """Whether the attack wins more than its control, and chance gives that in under `alpha` of honest tables.

        Both rates are as sure as attacks upon people of their own would make them. The interval above is not wider for
        it: it is Giomi's, as the limits upon it are, and so comparable with what others publish.
        """
        z, again, control_again = NormalDist().inv_cdf(1 - alpha), self.again, self.control_again
        residual = residual_rate(
            success_rate(self.successes / again, self.attacks / again, z),
            success_rate(self.control_successes / control_again, self.control_attacks / control_again, z),
        )
        return residual.value > residual.error

    @property
    def _residual(self) -> Rate:
        return residual_rate(self.attack, self.control)


def repetition(successes: Iterable[int]) -> float:
    """How many successes the person behind a drawn success stands behind: one, where all are about different people.

    So much fewer independent attacks the successes are worth (Kish's design effect for clusters): whoever sticks out
    in one column is found by hundreds of descriptions that name it, all of them right or all of them wrong.
    """
    each = list(successes)
    return sum(count * count for count in each) / sum(each) if any(each) else 1.0


def worst_of(tried: Iterable[Attacked]) -> Attacked:
    """The one that wins most beyond its control; among equals, the one of which least can be ruled out."""
    return max(tried, key=lambda each: (each.risk, each.interval[1]))


def residual_rate(attack: Rate, control: Rate) -> Rate:
    """What the attack wins beyond the control, as a share of what was left to win; errors add as squares."""
    left = 1 - control.value
    if left <= 0:
        return Rate(0.0, 1.0)
    by_attack, by_control = 1 / left, (attack.value - 1) / left**2
    return Rate(
        (attack.value - control.value) / left, sqrt((attack.error * by_attack) ** 2 + (control.error * by_control) ** 2)
    )
