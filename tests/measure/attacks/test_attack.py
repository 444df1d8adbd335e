"""The arithmetic of attacks, by figures worked out by hand or published by the tool whose definition it is."""

import math
from dataclasses import replace

import pytest

from privsynth.measure.attacks.attack import Attacked, repetition, residual_rate
from privsynth.measure.intervals import Rate, success_rate


def test_the_rate_is_the_centre_of_wilsons_interval() -> None:
    one_of_four = success_rate(1, 4)
    assert one_of_four.value == pytest.approx(0.3725, abs=1e-4)  # published for this case
    assert one_of_four.value - one_of_four.error == pytest.approx(0.0456, abs=1e-4)
    assert one_of_four.value + one_of_four.error == pytest.approx(0.6994, abs=1e-4)


def test_without_an_attack_anything_is_possible() -> None:
    assert success_rate(0, 0) == Rate(0.5, 0.5)


def test_what_the_control_gives_as_well_is_no_risk() -> None:
    same = Attacked(300, 1000, control_successes=300, control_attacks=1000)
    assert same.risk == 0.0
    assert same.interval[0] == 0.0
    assert 0 < same.interval[1] < 0.1


def test_the_risk_is_the_share_of_what_was_left_to_win() -> None:
    assert residual_rate(Rate(0.75, 0.0), Rate(0.5, 0.0)).value == pytest.approx(0.5)
    assert residual_rate(Rate(1.0, 0.0), Rate(1.0, 0.1)) == Rate(0.0, 1.0)


def test_errors_of_both_sides_add_as_squares() -> None:
    found = residual_rate(Rate(0.5, 0.03), Rate(0.0, 0.04))
    assert found.error == pytest.approx(math.hypot(0.03, 0.04 * 0.5))


def test_a_negative_residual_is_no_risk_and_no_negative_interval() -> None:
    worse = Attacked(10, 1000, control_successes=200, control_attacks=1000)
    assert (worse.risk, worse.interval) == (0.0, (0.0, 0.0))


@pytest.mark.parametrize(
    ("attack", "control", "risk"), [(0.5, 0.5, 0.0), (0.5, 0.0, 0.5), (1.0, 0.5, 1.0), (0.2, 0.4, -1 / 3)]
)
def test_the_residual_by_hand(attack: float, control: float, risk: float) -> None:
    assert residual_rate(Rate(attack, 0.0), Rate(control, 0.0)).value == pytest.approx(risk)


def test_attacks_about_one_person_are_as_sure_as_so_many_people() -> None:
    apart = Attacked(100, 1_000, control_successes=60, control_attacks=1_000)
    same = replace(apart, again=10.0, control_again=10.0)
    few = Attacked(10, 100, control_successes=6, control_attacks=100)
    for alpha in (0.2, 0.1, 0.05):
        assert same.is_beyond_chance(alpha) is few.is_beyond_chance(alpha)
    assert (same.attack, same.control, same.interval) == (apart.attack, apart.control, apart.interval)
    assert apart.is_beyond_chance(0.01)
    assert not same.is_beyond_chance(0.01)


def test_repetition_is_how_often_the_person_of_a_drawn_success_was_found() -> None:
    assert repetition([1, 1, 1]) == 1.0
    assert repetition([4]) == 4.0
    assert repetition([3, 1]) == pytest.approx(10 / 4)
    assert repetition([]) == 1.0
