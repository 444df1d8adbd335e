"""What the README says is what the software does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from readme import GLOSSARY, README, with_block

from privsynth.report.glossary import glossary, glossary_page

ROOT = README.parent


def test_the_command_line_in_the_readme_is_what_help_prints() -> None:
    text = README.read_text()
    assert text == with_block(text), "run: make docs"


def test_the_glossary_in_the_docs_is_the_one_that_reports_show() -> None:
    assert GLOSSARY.read_text() == glossary_page(), "run: make docs"
    assert list(glossary()) == sorted(glossary(), key=str.casefold)
    assert len(glossary()) <= 30


def block(text: str, marker: str) -> str:
    found = re.search(rf"(?s)<!-- {marker} -->\n```\w+\n(.*?)```", text)
    assert found, f"the README has no block {marker}"
    return found.group(1)


def test_the_readme_names_only_files_that_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text())
    assert links
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


def test_every_backend_has_one_line_in_the_readme_that_names_existing_data() -> None:
    lines = block(README.read_text(), "command: backends").splitlines()
    words = [shlex.split(line) for line in lines]
    assert [line[line.index("--backend") + 1] for line in words] == ["model", "rules", "clone", "mask"]
    assert all((ROOT / word).exists() for line in words for word in line if word.startswith(("sample_data/", "rules/")))


@pytest.mark.slow
def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    monkeypatch.chdir(tmp_path)
    exec(compile(block(README.read_text(), "python"), "README", "exec"), {})  # noqa: S102 - our own README
    assert "(2000, " in capsys.readouterr().out
    assert (tmp_path / "out-python" / "manifest.json").exists()


def test_the_scanners_of_the_readme_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(block(README.read_text(), "scanners"), "README", "exec"), {})  # noqa: S102 - our own README
    said = capsys.readouterr().out
    assert "EMAIL 34 50" in said
    assert "birth_date DATE_OF_BIRTH" in said
