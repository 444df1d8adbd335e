"""Tokens of more values than are remembered: one to one, none real, the same whatever part a value comes in."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pytest

from privsynth.errors import BackendError
from privsynth.generate.mask.tokens.shaped import Tokens
from privsynth.generate.mask.tokens.streamed import StreamedTokens
from privsynth.keyring import Keyring
from privsynth.statistics import Taken

RING = Keyring(bytes(range(32)), "test")


def taken_of(values: list[str]) -> Taken:
    empty = Taken(b"k" * 16)
    return Taken(empty.key, frozenset(map(empty.fingerprint, values)))


def streamed(values: list[str], first: int) -> StreamedTokens:
    taken = taken_of(values)
    learnt = Tokens.learn(np.array(values[:first], dtype=object), RING, "d", taken=taken, times=2 * len(values) / first)
    return StreamedTokens.after(learnt, taken)


@pytest.mark.parametrize("rows", [2_000, 60_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_no_two_values_of_any_parts_share_a_token_and_none_is_real(rows: int) -> None:
    """Of a million numbers so many are real: at 200,000 every fifth token would be a real one, and takes its next."""
    values = [f"{n:06d}" for n in np.random.default_rng(4).permutation(10**6)[:rows]]
    tokens = streamed(values, 1_000)
    parts = np.array_split(np.array(values, dtype=object), 7)
    made = np.concatenate([tokens.of(part) for part in parts])
    assert len(set(made)) == rows
    assert not set(made) & set(values)
    assert {len(token) for token in made} == {6}, "there was room enough"
    again = tokens.of(np.array(values[::-1][:500], dtype=object))
    assert list(again) == list(made[::-1][:500])


def test_a_run_of_whole_numbers_gets_longer_tokens() -> None:
    """1, 2, 3 ...: no number of their lengths is free, and the first part does not know how far they go."""
    values = [str(n) for n in range(1, 120_001)]
    taken = taken_of(values)
    learnt = Tokens.learn(np.array(values[::60], dtype=object), RING, "d", taken=taken, number=True, times=2 * 60)
    made = StreamedTokens.after(learnt, taken).of(np.array(values, dtype=object))
    assert len(set(made)) == len(values)
    assert not set(made) & set(values)
    assert all(token.isdigit() and token[0] != "0" for token in made)


def test_most_values_have_the_token_that_a_whole_table_gives_them() -> None:
    values = [f"C{n:08d}" for n in np.random.default_rng(5).choice(10**8, 5_000, replace=False, shuffle=False)]
    whole = Tokens.learn(np.array(values, dtype=object), RING, "d", taken=taken_of(values)).of(
        np.array(values, dtype=object)
    )
    made = streamed(values, 1_000).of(np.array(values, dtype=object))
    assert (whole == made).mean() > 0.999


def test_a_domain_that_is_full_is_refused_by_count() -> None:
    values = [f"{n:06d}" for n in range(10**6)]
    tokens = StreamedTokens.after(
        Tokens.learn(np.array(values[:1_000], dtype=object), RING, "d"), Taken(b"k", Everything())
    )
    with pytest.raises(BackendError, match="column d: 50 of 50 identifiers"):
        tokens.of(np.array(values[:50], dtype=object))


class Everything(Collection[bytes]):
    """Whatever is asked for is somebody's."""

    def __contains__(self, found: object) -> bool:
        return True

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[bytes]:
        return iter((b"",))
