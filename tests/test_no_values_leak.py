"""Unmistakable values are driven through every path; none of them may come out anywhere but in released rows that were meant to keep them."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import privsynth
from privsynth.errors import PrivsynthError

BACKENDS = ["model", "clone", "mask"]
MARK = "Zq"  # in what must not be repeated by an error
LETTERS, LENGTH = list("qxzjkvw"), 14  # such words are in no language, and none is invented twice by chance (7^14)
WORD = re.compile(rf"[{''.join(LETTERS)}]{{{LENGTH}}}", re.IGNORECASE)


def secret_table(rows: int = 1_200) -> pd.DataFrame:
    """Each row holds words that belong to it alone, in every kind of column."""
    rng = np.random.default_rng(2)
    words = ["".join(letters) for letters in rng.choice(LETTERS, (6 * rows, LENGTH))]
    ids, first, last, mails, remarks, towns = (words[i::6] for i in range(6))
    return pd.DataFrame(
        {
            "record_id": ids,
            "full_name": [f"{a.title()} {b.title()}" for a, b in zip(first, last, strict=True)],
            "email": [f"{word}@corp{i}.test" for i, word in enumerate(mails)],
            "remark": [f"seen {word} on the {i}th, again later with {other}" for i, (word, other) in enumerate(zip(remarks, ids, strict=True))],
            "town": [word if i % 40 == 0 else f"Town{i % 7}" for i, word in enumerate(towns)],
            "balance": np.round(rng.lognormal(9, 1, rows), 2),
            "age": rng.integers(18, 90, rows),
            "group": rng.choice(["a", "b", "c"], rows),
        }
    )


def secrets_in(text: str) -> set[str]:
    planted = {
        word.lower() for column in ("record_id", "full_name", "email", "remark", "town") for cell in secret_table()[column] for word in WORD.findall(cell)
    }
    return planted & {word.lower() for word in WORD.findall(text)}


def written(folder: Path) -> str:
    return "".join(file.read_text() + file.name for file in folder.rglob("*") if file.is_file())


def test_the_search_finds_what_is_planted() -> None:
    assert len(secrets_in(" ".join(secret_table()["remark"]))) > 1_000


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_secret_reaches_a_row_a_report_a_manifest_or_a_screen(backend: str, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    secret_table().to_csv(source, index=False)
    words = [sys.executable, "-m", "privsynth", "run", str(source), "--out", str(tmp_path / "out"), "-b", backend, "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3, 4), done.stderr
    papers = "".join(written(folder) for folder in (tmp_path / "out", tmp_path / "out.refused") if folder.exists())
    assert papers
    assert secrets_in(papers + done.stdout + done.stderr) == set()


@pytest.mark.parametrize("backend", BACKENDS)
def test_balances_of_single_people_are_in_no_paper(backend: str) -> None:
    table = secret_table()
    outcome = privsynth.synthesize(table, {"backend": backend}, seed=4)
    papers = b"".join(outcome.result.papers.files.values()).decode()
    rare = [f"{value:.2f}" for value in table["balance"] if value >= 10_000]
    assert len(rare) > 100
    assert [value for value in rare if value in papers] == []


BAD = {
    "ragged": f"a,b\n1,{MARK}1\n1,2,{MARK}2\n",
    "unbalanced": f'a,b\n1,"{MARK}1\n2,3\n',
    "nul": f"a,b\n1,{MARK}\x00\n",
    "doubled header": f"{MARK},{MARK}\n1,2\n",
    "headless": f"12,{MARK}x\n13,{MARK}y\n14,{MARK}z\n",
    "one row": f"a,b\n1,{MARK}\n",
    "empty": "",
    "only a header": "a,b\n",
    "all missing": "a,b\n,\n,\n,\n",
    "date that is none": f"a,when\n1,2024-01-01\n2,{MARK}\n",
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("backend", BACKENDS)
def test_no_sentinel_is_in_an_error(name: str, backend: str, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text(BAD[name])
    forced = {"tables": {"in": {"columns": {"when": {"kind": "date"}}}}} if "when" in BAD[name] else {}
    said = ""
    with contextlib.suppress(SystemExit):
        try:
            outcome = privsynth.synthesize(file, {"backend": backend, **forced}, seed=4)
            said = repr(outcome) + str(outcome.report) + " ".join(outcome.reasons)
        except PrivsynthError as error:
            said = str(error) + repr(error)
    assert said
    assert MARK not in said.replace(f"column {MARK}", "")  # a header is a name, not a cell


def test_no_secret_is_in_a_repr() -> None:
    outcome = privsynth.synthesize(secret_table(), seed=4)
    assert secrets_in(repr(outcome) + repr(outcome.result) + repr(outcome.verdicts)) == set()
