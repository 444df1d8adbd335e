"""The first record names the columns, or it is refused."""

from __future__ import annotations

import pytest

from privsynth.errors import InputError
from read.files import Folder

DATA_LIKE = [
    "1,ann\n2,bob\n",
    "2020-01-01,x\n2020-01-02,y\n",
    "a@b.org,x\nc@d.org,y\n",
    "https://x.org/1,u\nhttps://x.org/2,v\n",
    "MG-8769,AB-1111\nRI-3895,CD-2222\n",
    "$74.69,x\n$1.00,y\n",
]


@pytest.mark.parametrize("content", DATA_LIKE)
def test_a_first_record_that_looks_like_a_row_is_refused(folder: Folder, content: str) -> None:
    with pytest.raises(InputError, match="looks like a row") as caught:
        folder.read(content)
    assert "--no-header" in caught.value.hint
    assert caught.value.line == 1


@pytest.mark.parametrize("content", DATA_LIKE)
def test_the_user_may_say_that_there_is_no_header_or_that_there_is_one(folder: Folder, content: str) -> None:
    without, with_one = folder.table(content, header=False), folder.table(content, header=True)
    assert ([c.name for c in without.columns], len(without)) == (["c1", "c2"], 2)
    assert ([c.name for c in with_one.columns], len(with_one)) == (content.splitlines()[0].split(","), 1)


def test_known_levels_in_the_first_record_are_a_row(folder: Folder) -> None:
    with pytest.raises(InputError, match="looks like a row"):
        folder.read("Private,Male,x\nPublic,Female,y\nPrivate,Male,z\nPublic,Male,w\n")


@pytest.mark.parametrize(
    "names", ["country,1960,1961,1962", "0,1,2,3", "A2,A3,A10,A16", "x1,x2,x3,y", "place,1/22/20,1/23/20,1/24/20"]
)
def test_years_and_numbers_in_a_row_are_names(folder: Folder, names: str) -> None:
    assert [c.name for c in folder.table(f"{names}\nq,5,6,7\nr,8,9,4\n").columns] == names.split(",")


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("a,,c", "column 2 of 3 has no name"),
        ("a, ,c", "has no name"),
        ("a,b,a", "stands 2 times"),
        ("title,,", "before the table"),
    ],
)
def test_missing_and_doubled_names_are_refused(folder: Folder, header: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        folder.read(f"{header}\n1,2,3\n")
    assert caught.value.line == 1
