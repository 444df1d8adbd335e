"""A scrubber that misses a name, a key or a number is stopped; one that does not passes, if the profile allows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from privsynth.dataset import Column, Dataset, Kind, Relation, Role, Table
from privsynth.gate import judge
from privsynth.gate.evidence.scrubbed import left_in_texts, scrubbed_columns
from privsynth.gate.pii import PersonalData
from privsynth.mask_steps import Partial
from privsynth.policy import Policy
from privsynth.release import Draft
from privsynth.source import Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Status, Verdict

COLUMNS = (
    Column("customer_id", Kind.TEXT, role=Role.IDENTIFIER),
    Column("first", Kind.TEXT, role=Role.DIRECT, entity="FIRST_NAME"),
    Column("last", Kind.TEXT, role=Role.DIRECT, entity="LAST_NAME"),
    Column("email", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
    Column("says", Kind.TEXT, role=Role.FREE_TEXT),
)
REAL = [
    ("C-0017", "Adaira", "Quillfeather", "adaira@shop.com"),
    ("17", "Bo", "Li", "bo@li.com"),
    ("C-0019", "Wilma", "Stonebridge", "w@stone.com"),
]
MADE = [
    ("X-9931", "Eva", "Lundgren", "eva.l@example.com"),
    ("58", "Jo", "Ek", "jo.ek@example.com"),
    ("Z-1111", "Tomas", "Raybourne", "t@example.com"),
]
KEPT = [
    "we talked about the delay of her order for a while",
    "nothing of that kind was said at the door today",
    "please ring twice because the bell is broken again",
]


def people(rows: list[tuple[str, ...]], says: list[str], *, fabricated: bool) -> Table:
    columns = tuple(replace(column, fabricated=fabricated and column.name != "says") for column in COLUMNS)
    cells = {column.name: pd.Series([row[at] for row in rows], dtype=object) for at, column in enumerate(columns[:-1])}
    return Table("people", columns, pd.DataFrame(cells | {"says": pd.Series(says, dtype=object)}))


def policy(profile: str = "internal", mask: str = "scrub", backend: str = "mask") -> Policy:
    return Policy(profile=profile, backend=backend, tables={"people": {"columns": {"says": {"mask": mask}}}})


def verdict(texts: list[str], asked: Policy | None = None) -> Verdict:
    real = people(REAL, KEPT, fabricated=False)
    source = Source(Dataset((real,)), Dataset((real.take(np.arange(0)),)), Statistics({}, Taken()))
    return judge(
        PersonalData(asked or policy()),
        Draft(Dataset((people(MADE, texts, fabricated=True),)), {"people.csv": b""}),
        source,
        seconds=300,
    )


def failed(found: Verdict) -> list[str]:
    return [finding.what for finding in found.failures]


STILL = "scrubbed texts in which somebody is still named"
SENTENCES = "real sentences, or real names and numbers inside texts"


def test_real_sentences_without_anybody_in_them_pass() -> None:
    assert (verdict(KEPT).status, failed(verdict(KEPT))) == (Status.PASSED, [])


def test_substitutes_marks_and_reserved_values_pass() -> None:
    texts = [
        "we told Eva Lundgren, eva.l@example.com, on the door step",
        "so [PERSON] rang (202) 555-0142 for Jo Ek",
        "then Tomas said that X-9931 came",
    ]
    assert failed(verdict(texts)) == []


def test_a_strict_profile_refuses_real_sentences_and_says_what_to_do() -> None:
    found = verdict(KEPT, policy("gdpr-strict"))
    assert SENTENCES in failed(found)
    assert all("mask: rewrite" in finding.remedy for finding in found.failures if finding.what == SENTENCES)
    assert failed(verdict(KEPT, policy("hipaa-expert"))) == []


@pytest.mark.parametrize("asked", [policy(mask="rewrite"), policy(backend="clone")])
def test_texts_that_were_not_to_be_scrubbed_may_not_repeat_real_ones(asked: Policy) -> None:
    assert SENTENCES in failed(verdict(KEPT, asked))


@pytest.mark.parametrize(
    "missed",
    [
        "we told Adaira Quillfeather so",
        "we told ADAIRA  QUILLFEATHER so",
        "we told Quillfeather, Adaira so as well",
        "mail to adaira@shop.com please",
        "as Bo Li said",
        "key C-0017 again",
        "key c0017",
        "the customer 17 again",
        "customer id: 17",
    ],
)
def test_a_real_name_or_key_that_was_missed_is_stopped(missed: str) -> None:
    found = verdict([missed, *KEPT[1:]])
    assert found.status is Status.FAILED
    assert {where for finding in found.failures for where in finding.where} == {"says"}
    told = repr(replace(found, seconds=0.0))  # seconds are digits, too
    assert not any(word in told for word in ("Quill", "0017", "shop.com"))


@pytest.mark.parametrize("fine", ["we need 17 parcels", "a bo li drink", "C 17 is a bus", "on the 17 of May"])
def test_words_that_only_look_like_a_short_key_or_name_pass(fine: str) -> None:
    assert SENTENCES not in failed(verdict([fine, *KEPT[1:]]))


@pytest.mark.parametrize(
    "missed",
    [
        "please ask Mrs. Petersen about it",
        "his SSN is 219-09-9999 today",
        "call me at +49 170 1234567 soon",
        "paid with 5425 2334 3010 9903",
        "a@other.org",
    ],
)
def test_personal_data_that_no_column_knows_is_stopped(missed: str) -> None:
    found = verdict([missed, *KEPT[1:]])
    assert STILL in failed(found)
    assert next(finding for finding in found.failures if finding.what == STILL).where == ("says",)


def test_a_scrubber_that_does_nothing_is_stopped() -> None:
    texts = ["we told Adaira Quillfeather so", "as Bo Li, bo@li.com, said", "key C-0019"]
    assert {STILL, SENTENCES} <= set(failed(verdict(texts)))


def test_a_name_alone_is_a_substitute_in_its_own_row_only() -> None:
    assert STILL not in failed(verdict(["then Eva came", *KEPT[1:]]))
    assert STILL in failed(verdict([KEPT[0], "then Eva came", KEPT[2]]))


def test_doubtful_places_may_be_few() -> None:
    made = people(MADE * 20, [*KEPT * 19, *KEPT[:2], "we saw that Kowalski there"], fabricated=True)
    found = {finding.what: finding for finding in left_in_texts(Draft(Dataset((made,)), {}), policy())}
    share = found["largest share of a scrubbed column that looks as if somebody were named"]
    assert found[STILL].measured == 0
    assert share.measured == 1 / 4  # of four distinct texts
    assert share.where == ("says",)


def test_the_names_of_the_row_above_are_substitutes_too() -> None:
    parent = people(MADE, KEPT, fabricated=True)
    notes = (
        Column("customer_id", Kind.TEXT, role=Role.IDENTIFIER, fabricated=True),
        Column("note", Kind.TEXT, role=Role.FREE_TEXT),
    )
    keys, texts = ["X-9931", "58", None], ["then Eva came", "then Eva came too", "then Eva came as well"]
    child = Table(
        "notes",
        notes,
        pd.DataFrame({"customer_id": pd.Series(keys, dtype=object), "note": pd.Series(texts, dtype=object)}),
    )
    data = Dataset((parent, child), (Relation("people", "customer_id", "notes", "customer_id"),))
    asked = Policy(backend="mask", tables={"notes": {"columns": {"note": {"mask": "scrub"}}}})
    (sure, _) = left_in_texts(Draft(data, {}), asked)
    assert (sure.measured, sure.where) == (2, ("note",))


def test_only_columns_that_are_to_be_scrubbed_are_asked() -> None:
    assert scrubbed_columns(policy(), "people") == {"says"}
    assert scrubbed_columns(policy(), "other") == scrubbed_columns(Policy(), "people") == frozenset()
    assert list(left_in_texts(Draft(Dataset((people(MADE, KEPT, fabricated=True),)), {}), Policy())) == []


def test_a_column_of_which_a_few_characters_stay_is_not_judged_by_its_name() -> None:
    real = people(REAL, KEPT, fabricated=False)
    source = Source(Dataset((real,)), Dataset((real.take(np.arange(0)),)), Statistics({}, Taken()))
    asked = Policy(
        backend="mask", tables={"people": {"columns": {"says": {"mask": "scrub"}, "email": {"mask": Partial(first=1)}}}}
    )
    for texts, status in (
        (["a*****@****.***", "b*@**.***", "w@*****.***"], Status.PASSED),
        (["a*****@shop.com", "b*@li.com", "w@stone.com"], Status.FAILED),
    ):
        made = people([(*row[:3], text) for row, text in zip(MADE, texts, strict=True)], KEPT, fabricated=True)
        made = made.with_columns(replace(made["email"], fabricated=False))
        assert (
            judge(PersonalData(asked), Draft(Dataset((made,)), {"people.csv": b""}), source, seconds=300).status
            is status
        )


def test_a_whole_name_of_one_column_is_a_substitute_without_its_title_and_in_either_order() -> None:
    names = (
        Column("name", Kind.TEXT, role=Role.DIRECT, entity="PERSON", fabricated=True),
        Column("note", Kind.TEXT, role=Role.FREE_TEXT),
    )
    texts = ["nothing here", "ask Eva Lundgren about it", "ask Lundgren, Eva about it", "ask Eva Petersen about it"]
    made = Table(
        "people",
        names,
        pd.DataFrame(
            {
                "name": pd.Series(["Dr. Eva Lundgren", None, None, None], dtype=object),
                "note": pd.Series(texts, dtype=object),
            }
        ),
    )
    asked = Policy(backend="mask", tables={"people": {"columns": {"note": {"mask": "scrub"}}}})
    (sure, _) = left_in_texts(Draft(Dataset((made,)), {}), asked)
    assert sure.measured == 1


def test_a_column_of_names_is_no_text_whatever_the_policy_says() -> None:
    real = people(REAL * 10, KEPT * 10, fabricated=False)
    source = Source(Dataset((real,)), Dataset((real.take(np.arange(0)),)), Statistics({}, Taken()))
    made = people(MADE * 10, KEPT * 10, fabricated=True)
    made = made.with_columns(replace(made["last"], fabricated=False))
    asked = Policy(
        backend="mask", tables={"people": {"columns": {"says": {"mask": "scrub"}, "last": {"mask": "scrub"}}}}
    )
    found = judge(PersonalData(asked), Draft(Dataset((made,)), {"people.csv": b""}), source, seconds=300)
    assert "columns with personal data that was not invented" in failed(found)
