from __future__ import annotations

import numpy as np

from privsynth.generate.model.trees.lookup import Listing, find_lookups


def listing(*codes: int) -> Listing:
    return Listing(np.array(codes * 10), max(codes) + 1, None)


def test_a_column_that_another_determines_is_looked_up(rng: np.random.Generator) -> None:
    listings = {"country": listing(0, 0, 1, 1), "city": listing(0, 1, 2, 3)}
    found = find_lookups(listings, ["country", "city"], (), 10, None)
    assert list(found) == ["country"]
    assert found["country"].draw({"city": np.array([0, 1, 2, 3])}, 4, rng).tolist() == [0, 0, 1, 1]


def test_a_level_that_nobody_may_hold_is_followed_by_anything(rng: np.random.Generator) -> None:
    found = find_lookups(
        {"country": listing(0, 0, 1, 1), "city": listing(0, 1, 2, 3)}, ["country", "city"], (), 10, None
    )
    drawn = found["country"].draw({"city": np.full(400, -2)}, 400, rng)
    assert 150 < drawn.sum() < 250


def test_a_level_of_too_few_makes_no_lookup() -> None:
    listings = {"country": listing(0, 0, 1, 1), "city": listing(0, 1, 2, 3)}
    assert find_lookups(listings, ["country", "city"], (), 11, None) == {}
    of_five = np.arange(40) // 2 % 5  # ten rows of each city, of fewer units
    assert find_lookups(listings, ["country", "city"], (), 10, of_five) == {}


def test_of_thousands_of_columns_only_those_that_determine_do(rng: np.random.Generator) -> None:
    city = rng.integers(0, 8, 600)
    others = {f"c{at}": Listing(rng.integers(0, 4, 600), 4, None) for at in range(300)}
    found = find_lookups(
        {**others, "city": Listing(city, 8, None), "country": Listing(city // 2, 4, None)},
        [*others, "city", "country"],
        (),
        10,
        None,
    )
    assert {name: look.source for name, look in found.items()} == {"country": "city"}


def test_of_two_that_determine_each_other_the_first_leads() -> None:
    found = find_lookups({"grade": listing(0, 1, 2), "number": listing(2, 0, 1)}, ["grade", "number"], (), 10, None)
    assert {name: look.source for name, look in found.items()} == {"number": "grade"}


def test_a_column_that_is_nearly_constant_is_not_looked_up() -> None:
    rows = np.arange(1000)
    listings = {"flag": Listing((rows == 5).astype(int), 2, None), "city": Listing(rows % 10, 10, None)}
    assert find_lookups(listings, ["flag", "city"], (), 10, None) == {}


def test_a_rare_exception_to_the_rule_does_not_come_out(rng: np.random.Generator) -> None:
    country = np.repeat([0, 1], [500, 501])
    city = np.repeat([0, 1, 2, 2], [250, 250, 500, 1])
    country[-1] = 0
    found = find_lookups(
        {"country": Listing(country, 2, None), "city": Listing(city, 3, None)}, ["country", "city"], (), 10, None
    )
    assert set(found["country"].draw({"city": np.full(5000, 2)}, 5000, rng)) == {1}


def test_numbers_of_a_lattice_may_determine(rng: np.random.Generator) -> None:
    ages = np.array([10.0, 20.0, 30.0, 40.0])
    listings = {"group": listing(0, 0, 1, 1), "age": Listing(np.tile(np.arange(4), 10), 4, ages)}
    found = find_lookups(listings, ["group", "age"], (), 10, None)
    assert found["group"].draw({"age": np.array([40.0, 10.0, 20.0])}, 3, rng).tolist() == [1, 0, 0]
