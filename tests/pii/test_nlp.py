"""A language model that the user has: it adds to what texts give, and is never looked for elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from privsynth.errors import PolicyError
from privsynth.pii import analyzer, scan_text
from privsynth.policy import Policy

TEXT = "yesterday quorvel came to see us"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pipeline that knows one name and nothing else."""
    import spacy

    model = spacy.blank("en")
    model.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "quorvel"}])  # type: ignore[attr-defined]
    model.meta["name"], model.meta["version"] = "tiny", "1.2.3"
    model.to_disk(tmp_path / "tiny")
    return tmp_path / "tiny"


def test_a_model_on_disk_reads_too(folder: Path) -> None:
    assert [hit.entity for hit in scan_text(TEXT, nlp=str(folder))] == ["PERSON"]
    assert scan_text(TEXT, nlp="none") == []


def test_the_mode_names_the_model_and_not_its_folder(folder: Path) -> None:
    said = analyzer.mode(str(folder))
    assert said == analyzer.Mode("en_tiny", "1.2.3")
    assert analyzer.mode("none") == analyzer.Mode(analyzer.NO_MODEL)


@pytest.mark.parametrize("name", ["en_no_such_model", "no/such/folder", "http://127.0.0.1/model"])
def test_a_model_that_is_not_here_is_refused(name: str) -> None:
    with pytest.raises(PolicyError, match="not installed"):
        analyzer.model_for(name)


@pytest.mark.parametrize("name", ["json", "empty"])
def test_what_is_no_model_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PolicyError, match="no spaCy model"):
        analyzer.model_for(str(tmp_path / "empty") if name == "empty" else name)


def test_the_policy_asks_for_it() -> None:
    assert Policy().nlp == "auto"
    assert Policy(nlp="none").nlp == "none"
    with pytest.raises(PolicyError):
        Policy(nlp="")


def test_a_run_refuses_it_before_anything_is_made() -> None:
    import pandas as pd

    from privsynth.dataset import Column, Dataset, Kind, Table
    from privsynth.pipeline.choices import settle

    data = Dataset((Table("t", (Column("a", Kind.TEXT),), pd.DataFrame({"a": pd.Series(["x"], dtype=object)})),))
    with pytest.raises(PolicyError, match="not installed"):
        settle(Policy(nlp="en_no_such_model"), data)
