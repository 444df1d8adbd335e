"""Bytes become text by a mark, by proof, by declaration, or by a guess that is noted."""

from __future__ import annotations

import pytest

from privsynth.errors import InputError, PolicyError
from privsynth.read.encoding import line_at
from read.files import Folder

TEXT = "name,town\nJosé,Zürich\nŁukasz,Łódź\n"
ROWS = [["name", "town"], ["José", "Zürich"], ["Łukasz", "Łódź"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_is_found_by_itself(folder: Folder, encoding: str) -> None:
    assert folder.cells(TEXT.encode(encoding)) == ROWS


def test_a_declared_encoding_is_used(folder: Folder) -> None:
    assert folder.cells(TEXT.encode("cp1250"), encoding="cp1250") == ROWS


def test_a_guess_is_noted(folder: Folder) -> None:
    data = folder.read("name,town\nJosé,Zürich\nBjörn,Malmö\nFrançois,Orléans\n".encode("cp1252"))
    assert list(data.tables[0].text("town")) == ["Zürich", "Malmö", "Orléans"]
    assert any("guessed as cp1252" in note and "--encoding" in note for note in data.notes)


def test_bytes_that_are_not_the_declared_encoding_are_refused_with_their_line(folder: Folder) -> None:
    with pytest.raises(InputError, match="line 3") as caught:
        folder.read(b"a,b\n1,x\n2,\xff\xfe\xff\n", encoding="utf-8")
    assert caught.value.line == 3
    assert "--encoding" in caught.value.hint


def test_a_bad_byte_behind_the_first_block_has_its_line(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privsynth.read.encoding.BLOCK", 16)
    with pytest.raises(InputError) as caught:
        folder.read(b"a,b\n" + "é,é\n".encode() * 20 + b"x,\xff\n", encoding="utf-8")
    assert caught.value.line == 22


def test_a_mark_that_contradicts_the_declaration_is_refused(folder: Folder) -> None:
    with pytest.raises(InputError, match="byte order mark"):
        folder.read(TEXT.encode("utf-16"), encoding="cp1252")


def test_an_unknown_encoding_is_a_policy_error(folder: Folder) -> None:
    with pytest.raises(PolicyError, match="text encoding"):
        folder.read(TEXT, encoding="base64")


def test_nul_is_refused_with_its_line(folder: Folder) -> None:
    with pytest.raises(InputError, match="NUL") as caught:
        folder.read(b"a,b\n1,x\n2,y\0z\n")
    assert caught.value.line == 3


def test_lines_are_counted_for_every_line_end() -> None:
    data = b"a\r\nb\nc\rd"
    assert [line_at(data, data.index(letter)) for letter in (b"a", b"b", b"c", b"d")] == [1, 2, 3, 4]
