"""Bytes become text by a mark, by proof, by declaration, or by their letters, which is noted."""

from __future__ import annotations

import pytest

from privsynth.errors import InputError, PolicyError
from privsynth.options import ReadPolicy
from privsynth.policy import Policy
from privsynth.read import read_files
from privsynth.read.encoding import decoded, line_at
from privsynth.read.letters import Reading
from privsynth.read.proposal import accepted
from read.files import Folder

TEXT = "name,town\nJosé,Zürich\nŁukasz,Łódź\n"
ROWS = [["name", "town"], ["José", "Zürich"], ["Łukasz", "Łódź"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_is_found_by_itself(folder: Folder, encoding: str) -> None:
    assert folder.cells(TEXT.encode(encoding)) == ROWS


def test_a_declared_encoding_is_used(folder: Folder) -> None:
    assert folder.cells(TEXT.encode("cp1250"), encoding="cp1250") == ROWS


def test_an_encoding_found_by_its_letters_is_noted(folder: Folder) -> None:
    data = folder.read("name,town\nJosé,Zürich\nBjörn,Malmö\nFrançois,Orléans\n".encode("cp1252"))
    assert list(data.tables[0].text("town")) == ["Zürich", "Malmö", "Orléans"]
    assert any("cp1252" in note and "--encoding" in note for note in data.notes)


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


# ruff: noqa: RUF001 - letters and signs as files have them
SENTENCES = [
    ("cp1252", "Der Müller fährt über die Brücke – für 5 €", "Les élèves français étaient très fatigués"),
    ("cp850", "Die schöne Gärtnerin wäscht süße Äpfel", "Größe und Länge der Straße über dem Fluß"),
    ("cp437", "Übung für Köche: Käse würzen, Öl erwärmen", "Die Füße müssen größer sein als die Hände"),
    ("mac_roman", "Der Müller fährt über die Brücke", "Les élèves français étaient très fatigués"),
    ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy", "Vážení zákazníci, děkujeme za trpělivost"),
    ("iso8859_2", "Źdźbło trawy wśród łąk świeżo ściętych", "Proszę wrócić później, już zamknięte święto"),
    ("cp852", "Zażółć gęślą jaźń, pójdź kiń tę chmurę", "Łódź jest większa niż wieś, którą znałeś"),
    ("cp1251", "Съешь ещё этих мягких французских булок", "В чащах юга жил бы цитрус"),
    ("koi8_r", "Съешь ещё этих мягких французских булок", "В чащах юга жил бы цитрус"),
    ("cp866", "Съешь ещё этих мягких французских булок", "В чащах юга жил бы цитрус"),
    ("cp1253", "Η γρήγορη αλεπού πηδάει πάνω από τον σκύλο", "Καλημέρα σας, πώς είστε σήμερα"),
    ("cp932", "私は昨日、東京の駅で友達に会いました", "すもももももももものうち"),
    ("euc_jp", "私は昨日、東京の駅で友達に会いました", "すもももももももものうち"),
    ("cp949", "나는 어제 서울역에서 친구를 만났습니다", "이것은 새로운 문장입니다"),
    ("gb18030", "我昨天在北京火车站见到了我的朋友", "这是一个关于公司和城市的新句子"),
]


@pytest.mark.parametrize(("encoding", "first", "second"), SENTENCES)
def test_an_encoding_is_found_by_the_letters_of_its_languages(
    folder: Folder, encoding: str, first: str, second: str
) -> None:
    text = "\n".join(["number;text", f"1;{first}", f"2;{second}", ""]).encode(encoding).decode(encoding)
    assert folder.cells(text.encode(encoding), delimiter=";")[1:] == [["1", first], ["2", second]]


def test_signs_of_windows_are_no_control_characters(folder: Folder) -> None:
    """latin-1 has control characters where Windows has quotes and DOS the sign of the pound."""
    text = "name,price\nthe “small” one,£12\nJack’s,£7\n“big”,£150\n"
    for encoding in ("cp1252", "cp437"):
        saved = text.encode(encoding, "ignore")
        assert "£12" in [cell for row in folder.cells(saved) for cell in row]


def test_control_characters_under_a_declared_encoding_are_refused(folder: Folder) -> None:
    with pytest.raises(InputError, match="control characters") as caught:
        folder.read("id,text\n1,it’s\n".encode("cp1252"), encoding="latin-1")
    assert caught.value.line == 2
    assert "cp1252" in caught.value.hint


def test_too_few_letters_are_refused_with_the_words_that_read_them(folder: Folder) -> None:
    text = "id,name\n1,Simões\n2,Ann\n"
    with pytest.raises(InputError, match="too few letters") as caught:
        folder.read(text.encode("cp1252"))
    assert "--encoding cp1252" in caught.value.hint
    assert caught.value.line == 2
    assert folder.cells(text.encode("cp1252"), encoding="cp1252")[1] == ["1", "Simões"]


def test_what_is_likely_is_accepted_if_asked() -> None:
    raw = "id,name\n1,Ana Müllér\n".encode("cp1252")
    for lead in (1.0, 2.0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("privsynth.read.encoding.readings", lambda _, lead=lead: [near(lead), near(0.0)])
            assert (decoded_as(raw) is not None) == (lead > 1.1)


def near(score: float) -> Reading:
    return Reading(score, "cp1252" if score else "cp1250", str(score))


def decoded_as(raw: bytes) -> str | None:
    try:
        return decoded(raw, "file", None, accept=True).encoding
    except InputError:
        return None


def test_an_accepted_encoding_stands_in_the_policy(folder: Folder) -> None:
    path = folder.put("id,name\n1,Anaírõs\n2,Ann\n".encode("cp1252"))
    kept = accepted([path], Policy(read=ReadPolicy(accept=True)))
    assert kept.read.said == {"encoding": "cp1252"}
    assert list(read_files([path], kept)["data"].text("name")) == ["Anaírõs", "Ann"]


def test_a_line_of_another_encoding_spoils_no_utf_8(folder: Folder) -> None:
    text = "id,name\n" + "1,Müller\n" * 30
    with pytest.raises(InputError, match="utf-8 but for 1 byte") as caught:
        folder.read(text.encode() + "2,José\n".encode("cp1252"), accept=True)
    assert caught.value.line == 32


def test_signs_of_measures_alone_are_not_thai(folder: Folder) -> None:
    text = "at,value\n1,5°\n2,±3\n3,µg\n4,7°\n5,±12\n"
    assert folder.cells(text.encode("cp1252"))[1][1] == "5°"
    with pytest.raises(InputError, match="too few letters"):
        folder.read(text.encode("mac_roman"))


def test_letters_that_were_lost_before_are_spoken_of(folder: Folder) -> None:
    assert any(
        "2 replacement characters" in note for note in folder.read("id,name\n1,M\ufffdller\n2,Jos\ufffd\n").notes
    )


def test_shifted_japanese_is_read(folder: Folder) -> None:
    text = "id,name\n1,東京の駅\n2,友達\n"
    assert folder.cells(text.encode("iso2022_jp"))[1:] == [["1", "東京の駅"], ["2", "友達"]]
