"""No cell value in an error or a note: an unmistakable word is planted in every kind of bad file."""

from __future__ import annotations

import pytest

from privsynth.errors import InputError
from read.files import Folder

WORD = "zq9SENTINEL"
BAD = [
    f"a,b\n{WORD},1\n{WORD}\n",
    f'a,b\n"{WORD},1\n',
    f'a,b\n"{WORD}"x,1\n',
    f"{WORD}@x.org,b\n{WORD}@y.org,c\n",
    f"a,b;c\n{WORD},1;2\n",
    f"{WORD}\na,b\n{WORD},2\n3,4\n",
    f"a,,\n{WORD},1,2\n",
    f"a,b\n{WORD}\0,1\n",
    f"{WORD} x\n{WORD} y\n",
    f"a,b\n{WORD},1\n3,x\ry\n",
    f"notes on {WORD}\n\na,b\n{WORD},1\nx,2\nsource: {WORD}\n",
    f"a,b\n{WORD},1\nx,2\n{WORD}\ny,3\n",
    f'a,b\n"{WORD}" x,1\n"y",2\n',
]


@pytest.mark.parametrize("content", BAD)
def test_no_cell_in_a_refusal(folder: Folder, content: str) -> None:
    with pytest.raises(InputError) as caught:
        folder.read(content)
    assert WORD not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "wish", [{"kind": "integer"}, {"kind": "number"}, {"kind": "date"}, {"format": "%Y-%m-%d"}, {"kind": "boolean"}]
)
def test_no_cell_where_the_policy_does_not_fit(folder: Folder, wish: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        folder.read(f"a,b\n{WORD},1\nx,2\ny,3\n", tables={"data": {"columns": {"a": wish}}})
    assert WORD not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        f"a\n{WORD}, x\ny\n",
        f'a,b\n{WORD}"x",1\n\n2,3\n',
        f"a,b\n'{WORD}','1'\n'2','3'\n",
        f"a,b\n01/02/2020,{WORD}\n,\n".replace("2020,", "2020,"),
    ],
)
def test_no_cell_in_a_note(folder: Folder, content: str) -> None:
    assert not any(WORD in note for note in folder.read(content).notes)


def test_no_cell_in_the_text_form_of_a_dataset(folder: Folder) -> None:
    assert WORD not in repr(folder.read(f"a,b\n{WORD},1\nx,2\n"))
