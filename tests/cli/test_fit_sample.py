"""`privsynth fit` and `privsynth sample`: two halves that come to what `run` comes to."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from privsynth.cli import _run
from privsynth.cli.changes import shares_of
from privsynth.errors import ExitCode, PolicyError

SAMPLES = Path(__file__).parents[2] / "sample_data"
PATIENTS = SAMPLES / "patients.csv"
FILES = ["fit.json", "model.json", "model.npz", "seal.json"]


ROWS = 600  # enough for a release


def first_rows(file: Path, rows: int = ROWS) -> Path:
    file.write_text("".join(PATIENTS.read_text().splitlines(keepends=True)[: rows + 1]))
    return file


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    first_rows(folder / "patients.csv")
    assert _run(["fit", str(folder / "patients.csv"), "--model", str(folder / "model"), "--seed", "5", "-q"]) == 0
    return folder


@pytest.fixture
def model(place: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    shutil.copytree(place / "model", tmp_path / "model")
    return tmp_path / "model"


def key_file(folder: Path, byte: bytes = b"k") -> str:
    file = folder / f"key-{byte.hex()}"
    file.write_bytes(byte * 32)
    file.chmod(0o600)
    return str(file)


def edit(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_the_folder_is_its_owners_alone_and_holds_no_row(place: Path) -> None:
    assert sorted(path.name for path in (place / "model").iterdir()) == FILES
    assert stat.S_IMODE((place / "model").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (place / "model").iterdir()} == {0o600}
    everything = b"".join(path.read_bytes() for path in (place / "model").iterdir())
    rows = PATIENTS.read_text().splitlines()[1:50]
    assert not [
        row for row in rows if any(len(cell) > 5 and cell.encode() in everything for cell in row.split(",")[:3])
    ]  # number and names of a person


def test_the_private_record_says_how_it_was_fitted(place: Path) -> None:
    record = json.loads((place / "model" / "fit.json").read_text())
    assert record["seed"] == 5
    assert record["data"] == [str((place / "patients.csv").resolve())]
    assert record["rows"]["train"]["patients"] + record["rows"]["holdout"]["patients"] == ROWS
    assert "private" in record["what"]


def test_two_halves_give_the_rows_of_a_run(place: Path, tmp_path: Path) -> None:
    assert (
        _run(
            [
                "sample",
                str(place / "model"),
                "--out",
                str(tmp_path / "halves"),
                "--state",
                str(tmp_path / "halves counted"),
                "--seed",
                "5",
                "-q",
            ]
        )
        == 0
    )
    assert (
        _run(
            [
                "run",
                str(place / "patients.csv"),
                "--out",
                str(tmp_path / "whole"),
                "--state",
                str(tmp_path / "whole counted"),
                "--seed",
                "5",
                "-q",
            ]
        )
        == 0
    )
    assert (tmp_path / "halves" / "patients.csv").read_bytes() == (tmp_path / "whole" / "patients.csv").read_bytes()
    halves, whole = (json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("halves", "whole"))
    assert [verdict["gate"] for verdict in halves["verdicts"]] == [verdict["gate"] for verdict in whole["verdicts"]]
    assert halves["verdicts"] == whole["verdicts"]
    assert any("fitted before" in note for note in halves["notes"])


def test_rows_seed_and_place_of_the_data_can_be_said(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = first_rows(tmp_path / "patients.csv")
    (tmp_path / "model").mkdir()
    shutil.copytree(place / "model", tmp_path / "elsewhere")
    edit_free = [
        "sample",
        str(tmp_path / "elsewhere"),
        "--out",
        str(tmp_path / "out"),
        "-n",
        "400",
        "--seed",
        "9",
        "--data",
        str(other),
        "--json",
    ]
    assert _run(edit_free) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["verb"], answer["outcome"]) == ("sample", "released")
    assert len((tmp_path / "out" / "patients.csv").read_text().splitlines()) == 401
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["seed"] == 9
    assert any("with seed 5" in note for note in manifest["notes"])


def test_a_condition_is_kept_by_a_model_fitted_anew_and_said_so(place: Path, tmp_path: Path) -> None:
    assert _run(
        [
            "sample",
            str(place / "model"),
            "--out",
            str(tmp_path / "out"),
            "-n",
            "300",
            "--seed",
            "2",
            "--where",
            "bmi > 30",
            "-q",
        ]
    ) in (0, 4)
    folder = next(path for path in (tmp_path / "out", tmp_path / "out.refused") if path.exists())
    manifest = json.loads((folder / "manifest.json").read_text())
    assert any("fitted anew" in note for note in manifest["notes"])
    assert manifest["policy"]["backend"]["where"] == "bmi > 30"


def test_a_model_of_which_no_draw_can_be_judged_is_not_fitted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = first_rows(tmp_path / "patients.csv", 100)
    code, said = refused(capsys, "fit", str(few), "--model", str(tmp_path / "model"))
    assert code == ExitCode.USAGE
    assert "no draw of such a model could be judged" in said
    assert "at least 150 people, and there are 100" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["patients.csv"]


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = _run(list(words))
    return code, capsys.readouterr().err


@pytest.mark.parametrize("name", FILES[:3])
def test_one_changed_bit_is_refused(model: Path, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = bytearray((model / name).read_bytes())
    content[len(content) // 2] ^= 1
    (model / name).write_bytes(content)
    code, said = refused(capsys, "sample", str(model), "--out", str(tmp_path / "out"))
    assert code == ExitCode.INPUT
    assert "changed since it was fitted" in said
    assert not (tmp_path / "out").exists()


def test_a_spoilt_seal_or_a_missing_file_is_refused(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (model / "seal.json").write_text("{}")
    assert refused(capsys, "sample", str(model), "--out", str(tmp_path / "out"))[0] == ExitCode.INPUT
    (model / "seal.json").write_text("no json")
    assert refused(capsys, "sample", str(model), "--out", str(tmp_path / "out"))[0] == ExitCode.INPUT
    (model / "model.npz").unlink()
    code, said = refused(capsys, "sample", str(model), "--out", str(tmp_path / "out"))
    assert (code, "model.npz" in said) == (ExitCode.INPUT, True)


def test_a_link_in_place_of_a_file_is_refused(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (model / "model.json").rename(tmp_path / "away.json")
    (model / "model.json").symlink_to(tmp_path / "away.json")
    assert refused(capsys, "sample", str(model), "--out", str(tmp_path / "out"))[0] == ExitCode.INPUT


@pytest.fixture(scope="module")
def sealed(place: Path) -> tuple[Path, str]:
    key = key_file(place)
    assert (
        _run(
            [
                "fit",
                str(place / "patients.csv"),
                "--model",
                str(place / "sealed"),
                "--seed",
                "5",
                "--key-file",
                key,
                "-q",
            ]
        )
        == 0
    )
    return place / "sealed", key


def test_a_key_finds_what_was_forged_by_somebody_without_it(
    sealed: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from privsynth.keyring import Keyring
    from privsynth.release import digest
    from privsynth.saved_model import recall

    folder, key = sealed
    assert recall(folder, Keyring.from_file(Path(key))).notes == ()
    assert "was not checked" in recall(folder).notes[0]
    forged = shutil.copytree(folder, tmp_path / "forged")
    edit(forged / "model.json", k=2)
    files = {name: (forged / name).read_bytes() for name in FILES[:3]}
    edit(forged / "seal.json", sha256=digest(files))
    code, said = refused(capsys, "sample", str(forged), "--out", str(tmp_path / "out"), "--key-file", key)
    assert code == ExitCode.INPUT
    assert "without the key" in said


def test_another_key_or_a_model_without_one_is_refused(
    sealed: tuple[Path, str], model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = refused(
        capsys, "sample", str(sealed[0]), "--out", str(tmp_path / "out"), "--key-file", key_file(tmp_path, b"x")
    )
    assert (code, "another key" in said) == (ExitCode.INPUT, True)
    code, said = refused(capsys, "sample", str(model), "--out", str(tmp_path / "out"), "--key-file", sealed[1])
    assert (code, "not sealed" in said) == (ExitCode.INPUT, True)
    loose = Path(key_file(tmp_path, b"y"))
    loose.chmod(0o644)
    assert (
        refused(capsys, "fit", str(PATIENTS), "--model", str(tmp_path / "m"), "--key-file", str(loose))[0]
        == ExitCode.USAGE
    )


def test_other_rows_than_those_of_the_fit_are_refused(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = first_rows(tmp_path / "patients.csv", ROWS - 1)
    code, said = refused(capsys, "sample", str(model), "--out", str(tmp_path / "out"), "--data", str(other))
    assert code == ExitCode.INPUT
    assert "not what the model was fitted on" in said
    assert "--data" in said


def test_tables_of_other_names_are_named(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = first_rows(tmp_path / "renamed.csv")
    code, said = refused(capsys, "sample", str(model), "--out", str(tmp_path / "out"), "--data", str(other))
    assert code == ExitCode.INPUT
    assert "fitted on patients; what was read is renamed" in said


def test_without_the_data_nothing_is_drawn(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = refused(
        capsys, "sample", str(model), "--out", str(tmp_path / "out"), "--data", str(tmp_path / "absent.csv")
    )
    assert code == ExitCode.INPUT
    assert "cannot be judged" in said


def test_a_folder_open_to_others_is_said(model: Path) -> None:
    from privsynth.saved_model import recall

    assert recall(model).notes == ()
    model.chmod(0o755)
    assert "other users" in recall(model).notes[0]


def test_another_format_or_version_is_said(model: Path, tmp_path: Path) -> None:
    from privsynth.manifest import versions
    from privsynth.saved_model import _version_notes

    assert _version_notes(versions()) == []
    assert "numpy" in _version_notes({**versions(), "numpy": "1.0"})[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "backend.engine=copula"], "pickles"),
        (["--set", "backend=mask"], "only a model"),
        (["--set", "backend.where=bmi > 3"], "without a condition"),
    ],
)
def test_fit_refuses_at_once_what_cannot_be_kept(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, heard = refused(capsys, "fit", str(tmp_path / "not even read.csv"), "--model", str(tmp_path / "m"), *words)
    assert (code, said in heard) == (ExitCode.USAGE, True), heard
    assert not (tmp_path / "m").exists()


def test_fit_says_that_a_model_is_personal_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["fit", str(PATIENTS), "--model", str(tmp_path / "m"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["verb"], answer["outcome"], answer["ok"]) == ("fit", "ok", True)
    assert any("personal data" in warning for warning in answer["warnings"])
    assert [Path(output["path"]).name for output in answer["outputs"]] == FILES


def test_a_folder_in_use_is_not_overwritten_unasked(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (model / "fit.json").read_bytes()
    assert refused(capsys, "fit", str(PATIENTS), "--model", str(model))[0] == ExitCode.USAGE
    assert (model / "fit.json").read_bytes() == before
    assert os.listdir(model.parent) == ["model"]  # noqa: PTH208


def test_shares_are_read_as_they_are_said() -> None:
    assert shares_of(["sex:F=0.5", "sex:M=0.5", "town:A=B:C=0.25"]) == {
        "sex": {"F": 0.5, "M": 0.5},
        "town": {"A=B:C": 0.25},
    }
    for wrong in ("sex", "sex:F", "sex:F=half", ":F=1"):
        with pytest.raises(PolicyError, match="--share expects"):
            shares_of([wrong])
