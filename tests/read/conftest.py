"""The folder in which the tests of reading put their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from read.files import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
