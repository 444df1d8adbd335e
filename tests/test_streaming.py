"""Masking in parts: the same gates, one table, one decision; and a leak in any part stops all of it."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from command import privsynth

from privsynth.dataset import Dataset
from privsynth.emit import private_folder
from privsynth.errors import InputError
from privsynth.generate.mask import Mask
from privsynth.pipeline.parts import mask_in_parts
from privsynth.policy import Policy
from privsynth.read.sources import SourceFile
from privsynth.release import Outcome, Refusal, Release
from privsynth.stages import Stages
from privsynth.streaming import without_header, worst_of
from privsynth.verdict import Finding, Status, Verdict

ROWS = 6_000
TOWNS = ("Ashford", "Bexley", "Corby", "Derby")


def people_csv(rows: int = ROWS) -> str:
    """Two rows a person; a number that must stay one, a key that must stay joined, a few rare words."""
    rng = np.random.default_rng(5)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["visit_id", "patient_id", "email", "town", "age", "cost", "seen"])
    for row in range(rows):
        person = row // 2
        town = TOWNS[person % 4]
        seen = np.datetime64("2021-03-01") + 40 * (row % 2) + person % 300
        writer.writerow(
            [
                f"V{row:07d}",
                f"P{person:06d}",
                f"mail{person}@firm-{person % 7}.com",
                town,
                20 + person % 60,
                f"{rng.gamma(2, 40):.2f}",
                seen,
            ]
        )
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    path.write_text(people_csv())
    return path


@pytest.fixture(autouse=True, scope="module")
def _short_beginning() -> Iterator[None]:
    """A few hundred rows are enough to see what the columns are, and leave rows to come."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("privsynth.read.parts.HEAD", 2**15)
        patch.setattr("privsynth.streaming.HEAD", 2**15)
        yield


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, _short_beginning: None) -> tuple[Outcome, str]:
    path = tmp_path_factory.mktemp("parts") / "visits.csv"
    path.write_text(people_csv())
    outcome, text = masked(path)
    assert [found.name for found in path.parent.iterdir()] == ["visits.csv"]  # nothing is left of the private folder
    return outcome, text


def masked(path: Path, policy: Policy | None = None, cells: int = 10_500) -> tuple[Outcome, str]:
    with private_folder(path.parent) as folder:
        policy = policy or Policy(backend="mask", tables={"visits": {"person": "patient_id"}})
        outcome = mask_in_parts(SourceFile(path.name, path.stem, path), path, policy, folder, Stages(), cells=cells)
        text = b"".join(
            block for content in getattr(outcome, "files", {}).values() for block in content.blocks()
        ).decode()
    return outcome, text


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_all_rows_come_out_once_judged_by_every_gate(released: tuple[Outcome, str]) -> None:
    outcome, text = released
    rows = rows_of(text)
    assert isinstance(outcome, Release)
    assert len(rows) == ROWS
    assert len({row["visit_id"] for row in rows}) == ROWS
    assert all(
        "the worst of" in finding.note
        for verdict in outcome.verdicts
        if verdict.gate == "pii"
        for finding in verdict.findings
    )
    assert text.count("visit_id") == 1


def test_a_person_is_one_person_and_tokens_are_one_to_one(released: tuple[Outcome, str]) -> None:
    _, text = released
    rows = rows_of(text)
    assert set(Counter(row["patient_id"] for row in rows).values()) == {2}
    real = {line.split(",")[1] for line in people_csv().splitlines()[1:]}
    assert not real & {row["patient_id"] for row in rows}
    assert all(
        len({row["email"] for row in rows if row["patient_id"] == key}) == 1
        for key in sorted({row["patient_id"] for row in rows})[:50]
    )


def test_the_words_of_all_parts_are_those_of_the_first(released: tuple[Outcome, str]) -> None:
    """Ranges that were learnt on each part by itself would overlap, and tell the parts apart."""
    _, text = released
    towns = {row["town"] for row in rows_of(text)}
    ages = {row["age"] for row in rows_of(text)}
    assert len(towns) <= 7
    assert len(ages) <= 30


def test_the_reports_tell_the_rows_of_all_parts(released: tuple[Outcome, str]) -> None:
    outcome, _ = released
    report = json.loads(outcome.reports.files["report.json"])
    assert report["tables"][0]["rows_synthetic"] == report["tables"][0]["rows_source"] == ROWS
    assert any("dealt at random" in note for note in report["notes"])
    manifest = json.loads(outcome.reports.files["manifest.json"])
    assert manifest["tables"][0]["rows"] == ROWS
    assert manifest["data"][0]["sha256"]


def test_one_leaking_part_refuses_all_of_them(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third part gives away one real e-mail address."""
    drawn = Mask.sample
    seen = []

    def leaking(self: Mask, rows: int | None, rng: np.random.Generator) -> Dataset:
        made = drawn(self, rows, rng)
        seen.append(1)
        if len(seen) != 3:
            return made
        frame = made.root.frame.copy()
        frame.loc[0, "email"] = self.data_.root.frame["email"].iloc[0]
        return made.replace_tables(replace(made.root, frame=frame))

    monkeypatch.setattr(Mask, "sample", leaking)
    outcome, text = masked(file)
    assert isinstance(outcome, Refusal)
    assert outcome.reasons == ("gate 'pii' failed",)
    assert text == ""


def test_a_real_value_of_another_part_is_noticed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part cannot compare with rows that are not at hand: their fingerprints can."""
    drawn = Mask.sample
    kept: list[str] = []

    def mixing(self: Mask, rows: int | None, rng: np.random.Generator) -> Dataset:
        made = drawn(self, rows, rng)
        frame = made.root.frame.copy()
        if kept:
            frame.loc[0, "email"] = kept[0]
        kept.append(str(self.data_.root.frame["email"].iloc[0]))
        return made.replace_tables(replace(made.root, frame=frame))

    monkeypatch.setattr(Mask, "sample", mixing)
    outcome, _ = masked(file)
    assert isinstance(outcome, Refusal)
    failed = [finding.what for verdict in outcome.verdicts for finding in verdict.failures]
    assert failed == ["real identifying values of other parts in the draft"]


def test_another_kind_in_a_later_row_stops_the_run(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(people_csv() + "V9999999,P999999,x@y.example,Ashford,HIDDEN,1.00,2021-01-01\n")
    with pytest.raises(InputError, match="column age") as caught:
        masked(path)
    assert "HIDDEN" not in str(caught.value)


def test_attempts_on_one_source_are_counted_whether_it_came_in_parts_or_whole(file: Path, quick: None) -> None:
    from privsynth.api import synthesize

    policy = Policy(backend="mask", tables={"visits": {"person": "patient_id"}}, state=file.parent / "state")
    masked(file, policy)
    assert synthesize(str(file), policy).manifest["exposure"]["attempt"] == 2
    outcome, _ = masked(file, policy)
    exposure = json.loads(outcome.reports.files["manifest.json"])["exposure"]
    assert exposure == {"attempt": 3, "releases": 2, "rows": 2 * ROWS, "epsilon": 0.0, "delta": 0.0}


def test_a_header_with_a_line_end_is_cut_off_whole() -> None:
    assert without_header(b'a,"b\n""c"\n1,2\n') == b"1,2\n"
    assert without_header(b"a,b\n") == b""


def test_a_stream_passes_its_gates_before_a_byte_goes_out(file: Path, tmp_path: Path) -> None:
    words = [
        "mask",
        "-",
        "--report-dir",
        str(tmp_path / "reports"),
        "--set",
        "tables.stdin.person=patient_id",
    ]
    ran = privsynth(*words, data=file.read_bytes(), folder=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert len(rows_of(ran.stdout)) == ROWS
    assert {path.name for path in (tmp_path / "reports").iterdir()} == {
        "compliance.html",
        "fidelity.html",
        "report.json",
        "manifest.json",
    }


def test_a_refused_stream_writes_no_byte(file: Path, tmp_path: Path) -> None:
    words = [
        "mask",
        "-",
        "--report-dir",
        str(tmp_path / "reports"),
        "--set",
        "limits.tracing_max=0",
    ]
    ran = privsynth(*words, data=file.read_bytes(), folder=tmp_path)
    assert ran.returncode == 3
    assert ran.stdout == ""
    assert "no row was written" in ran.stderr
    assert (tmp_path / "reports.refused" / "compliance.html").exists()
    assert not (tmp_path / "reports").exists()


def test_what_a_killed_run_left_on_the_disk_goes_with_the_next(file: Path, tmp_path: Path) -> None:
    """The spooled rows are real ones: nothing of them may stay, however a run ended."""
    left = tmp_path / ".run.privsynth-999999"
    left.mkdir(mode=0o700)
    (left / "stdin.csv").write_text("real rows")
    left.with_name(f"{left.name}.lock").touch(mode=0o600)
    with private_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not left.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["visits.csv"]
    assert file.exists()


def test_what_one_part_could_not_measure_is_the_worst_of_all_parts() -> None:
    of = partial(Finding, "copies", what="copies", limit=0.1)
    parts = [Verdict("copies", "s", (of(None),)), Verdict("copies", "s", (of(0.9),))]
    assert [worst_of(each, "s", "exact").status for each in (parts, parts[::-1], parts[1:])] == [
        Status.ERRORED,
        Status.ERRORED,
        Status.FAILED,
    ]
