"""A source is known by its content: tables that share half of their rows or cells are one, strangers are not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import draft, passing, reports

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.errors import PolicyError, PrivsynthError
from privsynth.lineage.attempts import attempt
from privsynth.lineage.known import known
from privsynth.lineage.sketch import buckets_for, opened
from privsynth.policy import Policy
from privsynth.release import decide
from privsynth.source import Exposure, RelatedSource, SharedRows

KEY = b"k" * 32
N = 1_500


def dataset(frame: pd.DataFrame) -> Dataset:
    kinds = {"f": Kind.NUMBER, "M": Kind.DATE}
    columns = tuple(Column(name, kinds.get(frame[name].dtype.kind, Kind.TEXT)) for name in frame)
    return Dataset((Table("t", columns, frame.reset_index(drop=True)),))


def people(seed: int, rows: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    income = np.round(rng.lognormal(10, 0.5, rows), 2)
    days = pd.to_timedelta(rng.integers(0, 2_000, rows), unit="D")
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, rows).astype(float),
            "sex": rng.choice(["m", "f"], rows),
            "zip": rng.choice([f"z{n}" for n in range(300)], rows),
            "income": income,
            "job": rng.choice(list("abcdefghij"), rows, p=np.arange(1, 11) / 55),
            "children": rng.poisson(1, rows).astype(float),
            "since": (pd.Timestamp("2020-01-01") + days).to_numpy(dtype="datetime64[us]"),
            "tax": np.round(income * 0.3 + rng.normal(0, 100, rows)),
        }
    )


def few(seed: int, rows: int = N) -> pd.DataFrame:
    """Few columns, and every row many times."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["1", "2", "3", "crew"], rows, p=[0.15, 0.13, 0.32, 0.4])
    woman = rng.random(rows) < 0.2 + 0.2 * (group == "1")
    saved = rng.random(rows) < 0.2 + 0.5 * woman
    return pd.DataFrame({"group": group, "sex": np.where(woman, "f", "m"), "saved": np.where(saved, "yes", "no")})


def answers(seed: int, rows: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=rows)
    return pd.DataFrame({f"q{n}": np.clip(np.round(3 + mood + rng.normal(size=rows)), 1, 5) for n in range(9)})


def numbered(seed: int, rows: int = N) -> pd.DataFrame:
    """Both tables count their people from one."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"number": np.arange(1.0, rows + 1), "sex": rng.choice(["m", "f"], rows)})


def days(seed: int, rows: int = N) -> pd.DataFrame:
    """Two shops with the same calendar."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "day": pd.date_range("2015-01-01", periods=rows, unit="us"),
            "sales": np.round(rng.gamma(5, 100, rows)),
            "offer": rng.choice(["y", "n"], rows, p=[0.3, 0.7]),
            "visitors": rng.poisson(50, rows).astype(float),
        }
    )


def clients(seed: int, rows: int = N) -> pd.DataFrame:
    """Many columns, of words and of numbers, most of which tell little."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 4, rows)
    words = {
        f"w{n}": np.array([f"{n}{letter}" for letter in "abcdefghij"])[
            np.where(rng.random(rows) < 0.4, kind, rng.integers(0, many, rows)) % many
        ]
        for n, many in enumerate((10, 3, 4, 2, 3, 10, 4, 2))
    }
    numbers = {f"n{n}": np.round(rng.gamma(2, scale, rows)) for n, scale in enumerate((20, 500, 8, 150, 1, 2, 60))}
    return pd.DataFrame({**words, **numbers})


CHANGES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "one more": lambda numbers: numbers + 1,
    "another unit": lambda numbers: numbers * 12,
    "the other way round": lambda numbers: numbers.max() - numbers,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_whose_numbers_were_all_changed_is_known_by_its_words(change: str) -> None:
    numbers = [name for name in clients(1) if name.startswith("n")]
    for seed in range(3):
        frame = clients(seed)
        found = shared(frame, frame.assign(**CHANGES[change](frame[numbers])).sample(frac=1, random_state=seed))
        assert found is not None
        assert found.columns >= 7


def test_half_of_the_columns_are_known_whichever_they_are() -> None:
    rng = np.random.default_rng(3)
    frame, others = clients(1), clients(2)
    for _ in range(8):
        kept = list(rng.permutation(frame.columns)[:9])
        assert shared(frame, renamed(frame[kept]).sample(frac=1, random_state=1)) is not None
        assert shared(frame, others.assign(**frame[kept])) is not None


def shared(earlier: pd.DataFrame, here: pd.DataFrame) -> SharedRows | None:
    first, second = known(dataset(earlier), KEY, None), known(dataset(here), KEY, None)
    record = {"event": "attempt", "record": 1, "source": first.source, "sketch": first.sealed}
    related = second.related([record])
    return related[0].shared if related else None


def one_cell(frame: pd.DataFrame) -> pd.DataFrame:
    changed = frame.copy()
    was = changed.iloc[0, 0]
    changed.iloc[0, 0] = (
        was + 7 if isinstance(was, float) else f"{was}x" if isinstance(was, str) else changed.iloc[9, 0]
    )
    return changed


def renamed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns={name: f"c{n}" for n, name in enumerate(frame)})


def reordered(frame: pd.DataFrame) -> pd.DataFrame:
    return renamed(frame)[[f"c{n}" for n in reversed(range(frame.shape[1]))]].sample(frac=1, random_state=1)


def noisy(frame: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return frame.assign(**{c: frame[c] * rng.normal(1, 0.001, len(frame)) for c in frame.select_dtypes("number")})


def partly_redrawn(frame: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    return frame.assign(**{c: rng.permutation(frame[c].to_numpy()) for c in ("age", "job")})


WAYS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "one cell": one_cell,
    "one row": lambda frame: frame.iloc[1:],
    "names": renamed,
    "names and order": reordered,
    "half of the rows": lambda frame: frame.sample(frac=0.5, random_state=2),
    "one sort of people": lambda frame: frame[frame["age"] > 50],
    "a tenth": lambda frame: frame.iloc[: len(frame) // 10],
    "merged": lambda frame: pd.concat([frame, people(99, 3 * len(frame))]),
    "half exchanged": lambda frame: pd.concat([frame.iloc[: len(frame) // 2], people(98, len(frame) // 2)]),
    "half of the columns": lambda frame: frame[["zip", "income", "job", "since"]],
    "half of the columns, renamed, some rows": lambda frame: renamed(frame[["age", "zip", "since", "tax"]]).iloc[200:],
    "two columns redrawn": partly_redrawn,
    "small changes to every number": noisy,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_source_is_known_again(way: str) -> None:
    found = shared(people(1), WAYS[way](people(1)))
    assert found is not None
    assert found.rows > 0.35


def test_a_mark_behind_every_text_changes_nothing() -> None:
    frame = people(1)
    marked = frame.assign(**{name: " " + frame[name] + "." for name in ("sex", "zip", "job")})
    found = shared(frame, marked.drop(columns=["age", "income", "tax"]))
    assert found is not None
    assert found.rows > 0.9


@pytest.mark.parametrize("make", [few, answers, numbered, days])
@pytest.mark.parametrize("way", ["one cell", "one row", "names", "names and order"])
def test_so_is_one_of_few_columns_or_of_many_repeated_rows(make: Callable[..., pd.DataFrame], way: str) -> None:
    assert shared(make(1), WAYS[way](make(1))) is not None


@pytest.mark.parametrize("rows", [60, N])
@pytest.mark.parametrize("make", [people, few, answers, numbered, days, clients])
def test_strangers_of_one_population_are_not_taken_for_kin(make: Callable[..., pd.DataFrame], rows: int) -> None:
    """Two hospitals, or the next month: the same columns, the same shares, nobody in common."""
    assert not any(
        shared(make(2 * seed, rows), make(2 * seed + 1, more)) for seed in range(3) for more in (rows, 3 * rows)
    )


@pytest.mark.slow
@pytest.mark.parametrize("make", [people, few, answers, numbered, days, clients])
def test_strangers_are_taken_for_kin_in_less_than_one_of_a_hundred_pairs(make: Callable[..., pd.DataFrame]) -> None:
    sizes = [(rows, more) for rows in (30, 200, 800) for more in (rows // 2, rows, 4 * rows)]
    found = [shared(make(2 * seed, rows), make(2 * seed + 1, more)) for seed in range(40) for rows, more in sizes]
    assert sum(each is not None for each in found) <= len(found) // 100


def test_what_is_shared_is_said_from_the_side_of_the_table_at_hand() -> None:
    whole, part = people(1), people(1).sample(frac=0.5, random_state=2)
    smaller, larger = shared(whole, part), shared(part, whole)
    assert smaller is not None
    assert larger is not None
    assert RelatedSource(record=3, shared=replace(smaller, rows=0.82)).words == (
        "shares about 80 % of its rows with the source of record 3"
    )
    assert RelatedSource(record=3, shared=replace(larger, rows=0.82)).words == (
        "holds about 80 % of the rows of the source of record 3"
    )
    assert min(smaller.rows, larger.rows) > 0.85


def test_half_exchanged_is_half() -> None:
    found = shared(people(1), WAYS["half exchanged"](people(1)))
    assert found is not None
    assert found.rows == pytest.approx(0.5, abs=0.1)


def test_rows_that_come_in_parts_have_the_same_sketch() -> None:
    table = dataset(people(1)).root
    parts = [table.take(np.arange(0, 700)), table.take(np.arange(700, N))]
    in_parts = known(Dataset((parts[0],)), KEY, lambda: iter(parts))
    whole = known(dataset(people(1).iloc[1:]), KEY, None)
    record = {"event": "attempt", "record": 1, "source": in_parts.source, "sketch": in_parts.sealed}
    assert [each.shared.rows for each in whole.related([record])] == [pytest.approx(1, abs=0.02)]
    back = {"event": "attempt", "record": 1, "source": whole.source, "sketch": whole.sealed}
    assert [each.shared.rows for each in in_parts.related([back])] == [pytest.approx(1, abs=0.02)]


def test_a_sketch_says_nothing_without_the_key_and_little_with_it() -> None:
    """With it: counts of buckets, three rows or more in each on average."""
    here = known(dataset(people(1)), KEY, None)
    with pytest.raises(PrivsynthError, match="cannot be opened"):
        opened(here.sealed, b"l" * 32, here.source)
    (sketch,) = opened(here.sealed, KEY, here.source)
    assert sketch.counts.shape == (32, buckets_for(N))
    assert sketch.counts.sum(axis=1).tolist() == [N] * 32
    assert N / sketch.counts.shape[1] >= 3
    assert len(here.sealed) < 40_000


def test_a_sketch_of_another_record_is_not_taken() -> None:
    here = known(dataset(people(1)), KEY, None)
    with pytest.raises(PrivsynthError, match="cannot be opened"):
        opened(here.sealed, KEY, "another source")


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"n": pd.Series([], dtype="float64")}),
        pd.DataFrame({"n": [1.0]}),
        pd.DataFrame({"n": np.full(50, np.nan), "m": pd.Series([None] * 50, dtype=object)}),
        pd.DataFrame(
            {"n": np.array([np.inf, -np.inf, 0.0, -0.0, 1e308, 5e-324, np.nan, 9.995] * 4), "m": ["x\u0000"] * 32}
        ),
    ],
)
def test_odd_tables_have_a_sketch_too_or_none(frame: pd.DataFrame) -> None:
    assert isinstance(known(dataset(frame), KEY, None).sealed, str)


def policy(state: Path, **more: Any) -> Policy:
    return Policy(**{"backend": "model", "state": state, **more})


def tried(frame: pd.DataFrame, asked: Policy, *, is_released: bool = False) -> Exposure:
    with attempt(dataset(frame), asked) as begun:
        begun.close(decide(draft(), reports(), passing(draft(), reports()) if is_released else []))
    assert begun.exposure is not None
    return begun.exposure


@pytest.mark.parametrize("way", WAYS)
def test_attempts_epsilon_and_delta_do_not_begin_anew(way: str, tmp_path: Path) -> None:
    private = policy(tmp_path, backend={"kind": "model", "engine": "dp", "epsilon": 2, "delta": 1e-7})
    assert tried(people(1), private).attempt == 1
    found = tried(WAYS[way](people(1)), private)
    assert (found.attempt, found.epsilon, found.delta) == (2, 4, pytest.approx(2e-7))
    assert [each.record for each in found.related] == [1]
    assert "record 1 of the ledger" in found.notes[0]
    assert tried(people(2), private).epsilon == 2  # strangers
    again = tried(people(1), private)  # and what came later is counted with what was there before
    assert (again.attempt, again.epsilon) == (3, 6)


def test_what_is_used_up_is_refused_under_another_name_too(tmp_path: Path) -> None:
    private = policy(tmp_path, backend={"kind": "model", "engine": "dp", "epsilon": 5})
    tried(people(1), private)
    with pytest.raises(PolicyError, match="5 is spent"):
        tried(reordered(people(1)), private)
    tried(people(2), private)


def test_delta_is_used_up_as_epsilon_is(tmp_path: Path) -> None:
    private = policy(
        tmp_path, limits={"delta_max": 1e-6}, backend={"kind": "model", "engine": "dp", "epsilon": 0.1, "delta": 6e-7}
    )
    tried(people(1), private)
    with pytest.raises(PolicyError, match="delta 6e-07 is asked"):
        tried(people(1), private)


def test_a_merge_counts_with_both_and_its_parts_not_with_each_other(tmp_path: Path) -> None:
    asked = policy(tmp_path)
    assert tried(people(1), asked).attempt == 1
    assert tried(people(2), asked).attempt == 1
    merged = tried(pd.concat([people(1), people(2)]), asked)
    assert (merged.attempt, len(merged.related)) == (3, 2)
    assert tried(people(1), asked).attempt == 3  # its own and the merge


def test_rows_of_a_larger_release_count_by_the_part_that_is_this_ones(tmp_path: Path) -> None:
    asked = policy(tmp_path)
    tried(people(1), asked, is_released=True)  # two rows
    assert tried(people(1).iloc[: N // 2], asked).rows == 1
    assert tried(pd.concat([people(1), people(3)]), asked).rows == 2


def test_a_ledger_of_an_earlier_version_is_read_and_what_it_cannot_compare_is_said(tmp_path: Path) -> None:
    from privsynth.lineage.ledger import open_ledger

    ledger = open_ledger(tmp_path / "s")
    source = known(dataset(people(1)), ledger.key, None).source
    old = {"event": "attempt", "source": source, "family": "f", "number": 1, "backend": "model", "profile": "internal"}
    with ledger.pages() as pages:
        pages.append(**old, source_rows=N, rows=N, epsilon=1.0, delta=None, limits={})
    asked = policy(tmp_path / "s")
    other = tried(one_cell(people(1)), asked)
    assert (other.attempt, other.unknown) == (1, 1)
    assert "equal content alone" in other.notes[0]
    same = tried(people(1), asked)
    assert (same.attempt, same.epsilon, same.delta, same.unknown) == (3, 1, 1e-9, 0)


def test_a_source_is_described_once(tmp_path: Path) -> None:
    for _ in range(3):
        tried(people(1), policy(tmp_path))
    lines = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert [bool(line["sketch"]) for line in lines if line["event"] == "attempt"] == [True, False, False]


def test_of_two_threads_at_once_the_later_one_sees_the_other(tmp_path: Path) -> None:
    """Both find an empty ledger first; under its lock one of them is the second."""
    found: list[Exposure] = []
    ways = (people(1), reordered(people(1)), people(1).iloc[5:])
    threads = [threading.Thread(target=lambda f=f: found.append(tried(f, policy(tmp_path)))) for f in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.attempt for each in found) == [1, 2, 3]
