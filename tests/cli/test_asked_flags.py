"""--where and --share: from the flags to the options of the backend that learns."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from privsynth.cli.changes import model_first, shares_of
from privsynth.errors import PolicyError
from privsynth.options import ModelOptions
from privsynth.policy import Policy, load_policy


def test_a_condition_alone_means_the_backend_that_learns() -> None:
    policy = load_policy(None, model_first({"backend.where": "age > 60", "backend.shares": shares_of(["sex:f=0.5"])}))
    assert policy.backend == ModelOptions(where="age > 60", shares={"sex": {"f": 0.5}})


def test_a_condition_joins_the_options_of_a_policy_file(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\nbackend:\n  kind: model\n  min_leaf: 50\n")
    assert load_policy(file, {"backend.where": "age > 60"}).backend == ModelOptions(where="age > 60", min_leaf=50)


def test_a_condition_for_rows_of_real_people_is_refused() -> None:
    with pytest.raises(PolicyError, match="where"):
        Policy(backend={"kind": "mask", "where": "age > 60"})


def test_the_flags_are_there() -> None:
    import typer

    from privsynth.cli.verbs.run import run

    app = typer.Typer()
    app.command()(run)
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    assert "--where" in shown
    assert "--share" in shown
