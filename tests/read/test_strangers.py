"""What is text but no table is refused by its name, and a first person is no header."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import privsynth

from privsynth.errors import InputError
from privsynth.policy import Policy
from privsynth.read.picture import pictures
from privsynth.read.proposal import UnsureError
from read.files import Folder

JSON_LINES = '{"name": "Zoe Quirk", "age": 41}\n{"name": "Anna Berg", "age": 7}\n'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (JSON_LINES, "this is JSON lines"),
        ('[\n {"name": "Zoe Quirk"}]\n', "this is JSON,"),
        ("BEGIN:VCARD\nFN:Zoe Quirk\nEND:VCARD\n", "vCard"),
        ("<?xml version='1.0'?>\n<a>Zoe Quirk</a>\n", "XML"),
        ("name: Zoe Quirk\nage: 41\n\nname: Anna Berg\nage: 7\n", "a key and its value"),
        (" \n" * 9, "the file is empty"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(folder: Folder, content: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        folder.read(content, accept=True)
    assert not isinstance(caught.value, UnsureError)
    assert "Zoe" not in f"{caught.value.message}{caught.value.hint}"


def test_who_says_how_it_is_read_is_believed(folder: Folder) -> None:
    assert len(folder.table("note: a\ntext: b\n", header=False, delimiter=",")) == 2


def test_a_table_whose_cells_hold_colons_is_a_table(folder: Folder) -> None:
    assert folder.cells("said,n\nyes: always,1\nno: never,2\n")[0] == ["said", "n"]


PERSONS = {
    "two words": "Bob Nieson,Lindenhof Praxis\nAnna Berg,Berg Praxis\nMia Hall,Tal Praxis\nJan Wust,Hof Praxis\n",
    "given names": "Anna,x\nBob,y\nCyd,z\nMaria,w\nEva,u\n",
    "surnames": "Nieson,x\nBerg,y\nHall,z\nKroll,w\nWust,u\n",
    "one column": "Anna\nBob\nCyd\nMaria\nEva\n",
    "small letters": "anna berg,rome\nbob hall,oslo\nmia wust,bonn\njan kroll,kiel\n",
    "turned round": '"Nieson, Bob",x\n"Berg, Anna",y\n"Hall, Mia",z\n"Wust, Jan",w\n',
    "with levels": "Bob Nieson,m\nAnna Berg,f\nMia Hall,m\nJan Wust,f\n",
    "with titles": "Dr. Bob Nieson,m\nDr. Anna Berg,f\nDr. Mia Hall,m\nDr. Jan Wust,f\n",
}


@pytest.mark.parametrize("content", PERSONS.values(), ids=PERSONS)
def test_a_first_person_is_no_header(folder: Folder, content: str) -> None:
    with pytest.raises(UnsureError, match=r"a person's name may stand|looks like a row") as caught:
        folder.read(content)
    assert caught.value.proposal.options == {"header": False}
    assert "--header" in caught.value.hint
    assert len(folder.table(content, header=True)) == len(content.splitlines()) - 1


@pytest.mark.parametrize(
    "header",
    [
        "Full Name,Country Name",
        "Nombre Completo,Lugar",
        "Nom Prénom,Ville",
        "name,place",
        "Player,Home Town",
        "PATIENT,A",
    ],
)
def test_names_above_persons_are_a_header(folder: Folder, header: str) -> None:
    rows = "Bob Nieson,New York\nAnna Berg,Costa Rica\nMia Hall,Sierra Leone\n"
    assert [column.name for column in folder.table(f"{header}\n{rows}").columns] == header.split(",")


@pytest.mark.parametrize("header", ["Senator", "Name", "Judge", "Apellido", "Nom", "Player", "Soyad"])
def test_one_word_above_surnames_is_a_header(folder: Folder, header: str) -> None:
    assert [column.name for column in folder.table(f"{header}\nNieson\nBerg\nHall\nKroll\n").columns] == [header]


def test_a_second_line_of_names_is_never_taken_unasked(folder: Folder) -> None:
    rows = "".join(f"{n},{n * 7}\n" for n in range(40))
    with pytest.raises(UnsureError) as caught:
        folder.read(f"name,clinic\nAnna Berg,Praxis\n{rows}", accept=True)
    assert caught.value.proposal.options == {"header_lines": 2}


@pytest.mark.parametrize(
    "content",
    [
        "Patient: Anna Berg, ssn ZZQX1\nid,n\n" + "".join(f"{n},{n * n}\n" for n in range(40)),
        "new, Anna Berg, refused\nid,n,m\n" + "".join(f"{n},{n * n},{-n}\n" for n in range(40)),
        *PERSONS.values(),
    ],
)
def test_the_picture_of_a_refused_file_shows_forms_only(folder: Folder, content: str) -> None:
    place = folder.put(content)
    (picture,) = pictures([place], Policy())
    assert not picture.is_read
    assert {shape for line in picture.lines for shape in line.shapes} <= {"number", "date", "address", "text", "empty"}


def test_inspect_shows_no_cell_of_a_refused_file(folder: Folder) -> None:
    place: Path = folder.put(PERSONS["two words"])
    shown = privsynth("inspect", str(place))
    assert "Nieson" not in f"{shown.stdout}{shown.stderr}"


@pytest.mark.parametrize("mark", ["~|~", "|~", "^,^", "#;", "~~|~~"])
def test_signs_beside_each_delimiter_are_proposed_as_part_of_it(folder: Folder, mark: str) -> None:
    content = "id,name,n\n".replace(",", mark) + "".join(f"{n}{mark}w{n}{mark}{n * 7}\n" for n in range(9))
    with pytest.raises(UnsureError, match="may belong to it") as caught:
        folder.read(content)
    assert caught.value.proposal.options == {"delimiter": mark}
    assert folder.cells(content, delimiter=mark)[1] == ["0", "w0", "0"]


def test_signs_beside_some_delimiters_are_letters(folder: Folder) -> None:
    assert folder.cells("a|b|c\n1|~2|3\n4|~5|6\n")[1] == ["1", "~2", "3"]


def test_cells_over_several_lines_are_counted(folder: Folder) -> None:
    notes = folder.read('a,b\nx,1\n"y\nz\nw",2\nv,"3\n"\n').notes
    (said,) = [note for note in notes if "several lines" in note]
    assert "several lines: 2, with 3 line ends in them; the first begins in line 3" in said


def test_cells_in_quotes_on_one_line_are_no_news(folder: Folder) -> None:
    assert not [note for note in folder.read('a,b\n"x, y",1\nz,2\n').notes if "several lines" in note]
