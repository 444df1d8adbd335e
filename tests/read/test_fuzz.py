"""Whatever the bytes: a dataset or our own error, and what was read is written and read again alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privsynth.emit import serialise
from privsynth.errors import InputError, PolicyError
from privsynth.policy import Policy
from privsynth.read import read_files
from read.damages import all_damages
from read.mutants import fuzz

PIECES = [
    b",",
    b";",
    b"\t",
    b"|",
    b" ",
    b'"',
    b'""',
    b"'",
    b'\\"',
    b"\n",
    b"\r\n",
    b"\r",
    b"a",
    b"12",
    b"-3.5",
    b"1,5",
    b"2020-01-02",
    b"01/02/2020",
    b"NA",
    b"\xe9",
]
PIECES += [
    b"\xc3\xa9",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\0",
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"=1+1",
    b"-0.0",
    b"1e5",
    b"true",
    b"\xf0\x9f\x98\x80",
    b"\x85",
    b"\xe2\x80\xa8",
]
cell = st.lists(st.sampled_from(PIECES), max_size=2).map(b"".join)
grid = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=6)
)
table = st.builds(
    lambda rows, mark, end: end.join(mark.join(row) for row in rows),
    grid,
    st.sampled_from([b",", b";", b"\t", b"|", b" ", b", "]),
    st.sampled_from([b"\n", b"\r\n"]),
)
options = st.sampled_from(
    [{}, {"on_ragged": "drop"}, {"header": False}, {"header": True}, {"delimiter": ","}, {"encoding": "latin-1"}]
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join), table), options)
def test_any_bytes_are_read_or_refused(tmp_path: Path, raw: bytes, asked: dict[str, object]) -> None:
    place = tmp_path / "f.csv"
    place.write_bytes(raw)
    try:
        data = read_files([place], Policy(read=asked))
    except (InputError, PolicyError):
        return
    ((name, written),) = serialise(data).items()
    place = tmp_path / name
    place.write_bytes(written)
    assert serialise(read_files([place], Policy(read={"header": True}))) == {name: written}


@pytest.mark.parametrize("files", [75, pytest.param(300, marks=pytest.mark.slow)])
def test_mutated_files_are_read_or_refused_and_come_back(files: int, tmp_path: Path) -> None:
    counts = fuzz(files, files // 5, tmp_path, seed=11)
    assert counts["wrong"] == counts["crashed"] == 0
    assert counts["read"] > files // 6
    assert counts["refused"] + counts["proposed"] > files // 6
    assert counts["proposed"] > 0


@pytest.mark.parametrize("tables", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_of_damaged_tables_nothing_is_taken_that_is_not_the_table(tables: int) -> None:
    counts = all_damages(tables, seed=5)
    assert not any(count["wrong"] or count["read otherwise"] for count in counts.values()), counts
    assert sum(count["taken"] + count["read"] for count in counts.values()) > 0.8 * tables * (len(counts) - 1)
