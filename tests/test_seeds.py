"""Each use of chance has a stream of its own, and the streams repeat."""

from __future__ import annotations

import numpy as np

from privsynth.seeds import Seeds, child


def draw(rng: np.random.Generator) -> list[float]:
    return rng.random(4).tolist()


def test_the_same_seed_and_name_give_the_same_numbers_in_any_order() -> None:
    one, other = Seeds(5), Seeds(5)
    first = draw(one.stream("fit"))
    other.stream("sample").random(100)
    assert draw(other.stream("fit")) == first


def test_other_seeds_and_other_names_give_other_numbers() -> None:
    draws = [
        draw(Seeds(seed).stream(*name))
        for seed in (1, 2)
        for name in (("fit",), ("sample",), ("sample", 1), ("sample1",))
    ]
    assert len({tuple(d) for d in draws}) == 8


def test_without_a_seed_each_run_is_fresh() -> None:
    assert Seeds(None).seed != Seeds(None).seed


def test_a_child_stream_does_not_move_with_its_siblings() -> None:
    alone = child(np.random.default_rng(1), "age")[0]
    among = child(np.random.default_rng(1), "name", "age")
    among[0].random(50)
    assert draw(alone) == draw(among[1])
