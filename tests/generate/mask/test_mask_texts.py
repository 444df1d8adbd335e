"""Texts without what names somebody in them."""

from __future__ import annotations

import numpy as np
import pytest
from masked_people import made_people, real_people, seeds
from masked_rows import column

from privsynth.dataset import Kind, Table
from privsynth.errors import PolicyError
from privsynth.generate.mask import texts
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.generate.mask.texts import Scrubbed, learn_scrub
from privsynth.generate.mask.texts.replacements import Replacements, replacements_of
from privsynth.mask_steps import Shift
from privsynth.people.shifts import shifts
from privsynth.pii.forms import Hit


def scrubber(*says: str | None) -> Scrubbed:
    real = real_people(*says)
    return learn_scrub(lesson(real), replacements_of([(real, made_people(*says), seeds())]))


def lesson(table: Table, name: str = "says") -> Lesson:
    return Lesson(table, name, k=2, k_rare=2, people=np.arange(len(table)))


def scrubbed(first: str | None, second: str | None = None, third: str | None = None) -> list[str | None]:
    return scrubber(first, second, third).apply(real_people(first, second, third), seeds()).tolist()


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("I called Adaira Quillfeather about it", "I called Eva Lundgren about it"),
        ("QUILLFEATHER, ADAIRA rang", "LUNDGREN, EVA rang"),
        ("adaira.q@shop.com wrote", "eva.l@example.com wrote"),
        ("answer to <Adaira.Q@shop.com>, please", "answer to <eva.l@example.com>, please"),
        (
            "ring (202) 555-7123 or 202.555.7123 or 12025557123",
            "ring (202) 555-0142 or (202) 555-0142 or (202) 555-0142",
        ),
        ("order of C-0017, again c0017", "order of X-9931, again X-9931"),
        ("then Adaira said no", "then Eva said no"),
        ("we told quillfeather so", "we told lundgren so"),
        ("Quillfeather's parcel", "Lundgren's parcel"),
        ("Mr A. Quillfeather paid", "Mr E. Lundgren paid"),
        (
            "the row says customer 17 and 17 parcels",
            "the row says customer 58 and 17 parcels",
        ),  # somebody else's key, where it is announced
        ("as Bo Li said, not bo li", "as Jo Ek said, not bo li"),
    ],
)
def test_what_the_columns_know_becomes_what_it_became_there(text: str, made: str) -> None:
    assert scrubbed(text)[0] == made


def test_a_name_alone_is_the_rows_own_persons() -> None:
    other, _, own = scrubbed("then Will came", None, "then Will came")
    assert own == "then Tom came"
    assert other != "then Tom came"
    assert scrubbed(None, None, "Will you come? No.")[2] == "Will you come? No."


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("please ask Mrs. Petersen, peter@other.org", "please ask Mrs. [PERSON], [EMAIL]"),
        ("his SSN is 219-09-9999 today", "his SSN is [US_SSN] today"),
        ("call me at +49 170 1234567 soon", "call me at [PHONE] soon"),
        ("paid with 4111 1111 1111 1111 yesterday", "paid with [CREDIT_CARD] yesterday"),
        ("nothing of that kind was said", "nothing of that kind was said"),
        ("", ""),
        (None, None),
    ],
)
def test_what_the_scanner_finds_besides_becomes_a_mark(text: str | None, made: str | None) -> None:
    assert scrubbed(text)[0] == made


def test_the_same_text_of_two_people_is_two_texts() -> None:
    assert (
        scrubbed("then Adaira Quillfeather came", "then Adaira Quillfeather came")[:2] == ["then Eva Lundgren came"] * 2
    )  # a whole name is anybody's
    left = scrubbed("Quillfeather came", "Quillfeather came")
    assert left[0] == "Lundgren came"
    assert left[1] != "Lundgren came"


def test_certain_days_move_with_the_person_and_others_become_a_mark() -> None:
    move = int(shifts(seeds()[:1])[0])
    moved = np.datetime64("2021-03-04") + np.timedelta64(move, "D")
    assert (
        scrubbed("it came on 2021-03-04, on 03/04/2021, in May 2021")[0]
        == f"it came on {moved}, on [DATE], in May 2021"
    )
    real = real_people("it came on 2021-03-04", None, None)
    weeks = learn_scrub(lesson(real), Replacements(), shift=Shift(days=7, weekday=True)).apply(real, seeds())[0]
    assert weeks in ("it came on 2021-02-25", "it came on 2021-03-11")


def test_dates_may_move_by_other_numbers_than_those_that_people_are_known_by() -> None:
    text = "Adaira came on 2021-03-04"
    real, moves = real_people(text, text, text), np.array([1, 1, 2], dtype=np.uint64)
    made = scrubber(text, text, text).apply(real, seeds(), moves).tolist()
    days = [np.datetime64("2021-03-04") + np.timedelta64(int(days), "D") for days in shifts(moves)]
    assert [line[-10:] for line in made] == [str(day) for day in days]
    assert made[0].startswith("Eva came")


def test_the_order_of_day_and_month_is_learnt_from_the_column() -> None:
    texts = ["on 03/04/2021", *(f"on 03/{day}/2021" for day in range(20, 26))]
    table = column(Kind.TEXT, list(texts))
    move = int(shifts(np.zeros(1, dtype=np.uint64))[0])
    made = learn_scrub(lesson(table, "x"), Replacements()).apply(table, np.zeros(7, dtype=np.uint64))[0]
    assert made == f"on {(np.datetime64('2021-03-04') + move).item():%m/%d/%Y}"


def test_a_substitute_that_is_somebodys_real_name_becomes_a_mark() -> None:
    known = Replacements({5: {"adaquill": "Bo Stone"}}, {}, {"adaquill": "Bo Stone", "bostone": "Cy Reed"})
    real = real_people("here Ada Quill stands", None, None)
    fitted = learn_scrub(lesson(real), known)
    assert fitted.apply(real, seeds())[0] == "here [PERSON] stands"


def test_what_is_found_only_in_the_result_becomes_a_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    def scan(text: str, *, nlp: str) -> list[Hit]:
        at = text.find("oak") if "[EMAIL]" in text else -1
        mail = text.find("a@b.org")
        return [Hit(at, at + 3, "PERSON", 0.9)] if at >= 0 else [Hit(mail, mail + 7, "EMAIL", 0.9)] if mail >= 0 else []

    monkeypatch.setattr(texts, "scan_text", scan)
    fitted = scrubber("oak says a@b.org", None, None)
    assert fitted.apply(real_people("oak says a@b.org", None, None), seeds())[0] == "[PERSON] says [EMAIL]"
    assert any("read again" in note for note in fitted.notes)


def test_a_text_that_marks_do_not_help_becomes_one_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "residue", lambda text, ours, *, nlp, seen: [Hit(0, 1, "PERSON", 0.9)])
    fitted = scrubber("oak", None, None)
    assert fitted.apply(real_people("oak", None, None), seeds())[0] == "[TEXT]"
    assert any("became one mark" in note for note in fitted.notes)


def test_marks_are_left_alone() -> None:
    once = scrubbed(
        "I called Mr Miller, peter@other.org, on 03/04/2021",
        "Dr. Petersen's number [PHONE]",
        "Ms [PERSON] lives in [CITY]",
    )
    assert scrubbed(*once) == once


def test_notes_count_and_hold_no_value() -> None:
    fitted = scrubber("I called Adaira Quillfeather", "ask peter@other.org", "nothing at all")
    assert len(fitted.notes) == 1
    fitted.apply(real_people("I called Adaira Quillfeather", "ask peter@other.org", "nothing at all"), seeds())
    assert (
        fitted.notes[0]
        == "table people, column says: fewer than 11 texts of 3 were changed; fewer than 11 places hold a substitute"
    )
    assert fitted.notes[1] == "table people, column says: marks stand for EMAIL (fewer than 11 places)"
    assert "names that are in no list" in fitted.notes[-1]
    assert not any(word in "".join(fitted.notes) + repr(fitted) for word in ("Quill", "Lundgren", "peter", "9931"))


def test_only_texts_can_be_scrubbed() -> None:
    with pytest.raises(PolicyError, match="scrub does not work on a column of kind integer"):
        learn_scrub(lesson(column(Kind.INTEGER, [1]), "x"), Replacements())
    nothing = column(Kind.TEXT, [])
    assert learn_scrub(lesson(nothing, "x"), Replacements()).apply(nothing, seeds()[:0]).tolist() == []
