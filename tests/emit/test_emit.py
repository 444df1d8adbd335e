"""Only a release is written as data; a refusal leaves its reports beside an absent target."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import draft, passing, record_of, reports

from privsynth.emit import emit, emit_refusal, emit_reports, refused_path
from privsynth.errors import PolicyError, PrivsynthError
from privsynth.options import Waiver
from privsynth.pipeline.acts import rows_of
from privsynth.release import Refusal, Release, Reports, decide
from privsynth.verdict import Finding, Verdict


def release() -> Release:
    made = decide(draft(), reports(), passing(draft(), reports()))
    assert isinstance(made, Release)
    return made


def refusal(*, gate: str = "copies", paper: Reports | None = None) -> Refusal:
    paper = paper or reports()
    bad = (Finding("copies", 1.0, what="copies", limit=0.0),)
    verdicts = [Verdict(v.gate, v.subject, bad) if v.gate == gate else v for v in passing(draft(), paper)]
    made = decide(draft(), paper, verdicts)
    assert isinstance(made, Refusal)
    return made


def test_a_release_is_written_with_its_reports(tmp_path: Path) -> None:
    emit(release(), tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {
        "t.csv": b"n\n0\n1\n",
        **reports().files,
    }


@pytest.mark.parametrize("other", [None, draft(), {"t.csv": b""}, refusal()])
def test_nothing_else_can_be_emitted(tmp_path: Path, other: Any) -> None:
    with pytest.raises(TypeError, match="only a Release"):
        emit(other, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_release_is_no_refusal(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="only a Refusal"):
        emit_refusal(release(), tmp_path / "out")  # type: ignore[arg-type]


def test_reports_that_changed_after_the_gates_are_not_written(tmp_path: Path) -> None:
    files = dict(reports().files)
    made = decide(draft(), Reports(files), passing(draft(), reports()))
    files["report.json"] = b"changed"
    assert isinstance(made, Release)
    with pytest.raises(PrivsynthError, match="not those that the gates judged"):
        emit(made, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_full_target_is_a_policy_error(tmp_path: Path) -> None:
    emit(release(), tmp_path / "out")
    with pytest.raises(PolicyError, match="not empty"):
        emit(release(), tmp_path / "out")
    emit(release(), tmp_path / "out", overwrite=True)


def test_a_refusal_leaves_reports_beside_an_absent_target(tmp_path: Path) -> None:
    written = emit_refusal(refusal(), tmp_path / "out")
    assert written == [tmp_path / "out.refused" / name for name in ("manifest.json", "report.json")]
    assert [path.name for path in tmp_path.iterdir()] == ["out.refused"]
    assert refused_path(tmp_path / "out") == tmp_path / "out.refused"


def test_an_earlier_refusal_is_replaced_as_a_whole(tmp_path: Path) -> None:
    emit_refusal(refusal(paper=Reports(record_of({"fidelity.html": b"x"}))), tmp_path / "out")
    emit_refusal(refusal(), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out.refused").iterdir()) == ["manifest.json", "report.json"]


@pytest.mark.parametrize("name", ["mine.txt", "report.json"])
def test_other_files_in_its_place_are_not_touched(tmp_path: Path, name: str) -> None:
    (tmp_path / "out.refused").mkdir()
    (tmp_path / "out.refused" / name).write_text("mine")
    with pytest.raises(PolicyError, match="no place"):
        emit_refusal(refusal(), tmp_path / "out")
    assert (tmp_path / "out.refused" / name).read_text() == "mine"


def test_a_file_or_link_in_its_place_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "a.refused").write_text("mine")
    (tmp_path / "b.refused").symlink_to(tmp_path / "elsewhere")
    for name in ("a", "b"):
        with pytest.raises(PolicyError, match="no place"):
            emit_refusal(refusal(), tmp_path / name)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_reports_that_did_not_pass_their_gate_are_not_written(tmp_path: Path) -> None:
    assert emit_refusal(refusal(gate="artefacts"), tmp_path / "out") == []
    assert list(tmp_path.iterdir()) == []


def public_values(outcome: object) -> list[object]:
    """All that can be had of an outcome without a name that begins with an underscore."""
    return [getattr(outcome, name) for name in dir(outcome) if not name.startswith("_")]


FORGERS = {
    "with what a refusal holds": lambda value: Release(draft().dataset, draft().files, reports(), (), value),
    "by other content": lambda value: dataclasses.replace(release(), files={"t.csv": b"n\n9\n"}),
    "by other verdicts": lambda value: dataclasses.replace(release(), verdicts=()),
    "as a kind of its own": lambda value: type("Mine", (Release,), {"__post_init__": lambda self, seal: None}),
    "by naming it so": lambda value: object.__new__(type("Release", (), {"files": {}, "causes": ()})),
}


@pytest.mark.parametrize("how", FORGERS)
def test_no_public_value_makes_a_release(tmp_path: Path, how: str) -> None:
    for value in public_values(refusal()):
        with pytest.raises((TypeError, ValueError)):
            emit(FORGERS[how](value), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("verdicts", refusal().verdicts),
        ("verdicts", ()),
        ("files", {"t.csv": b"n\n9\n"}),
        ("reports", Reports({"report.json": b"{}"})),
        ("waivers", (Waiver(gate="copies", reason="r", person="p", expires=date(2999, 12, 31)),)),
    ],
)
def test_a_release_that_was_forced_is_decided_anew(tmp_path: Path, name: str, value: Any) -> None:
    forced = release()
    object.__setattr__(forced, name, value)  # what no public name does
    if name == "waivers":
        object.__setattr__(forced, "verdicts", ())
    for write in (emit, emit_reports):
        with pytest.raises(PrivsynthError, match="not those that the gates judged"):
            write(forced, tmp_path / "out")
    with pytest.raises(PrivsynthError, match="not those that the gates judged"):
        list(rows_of(forced))
    assert not (tmp_path / "out").exists()


def test_reports_of_another_decision_do_not_go_out_with_the_rows(tmp_path: Path) -> None:
    others = Reports(record_of({"report.json": b"{}"}))
    made = decide(draft(), others, passing(draft(), others))
    assert isinstance(made, Release)
    with pytest.raises(PrivsynthError, match="speaks of others"):
        emit(made, tmp_path / "out")
