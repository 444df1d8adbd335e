"""The reports may not say what the table may not say."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import replace
from html import escape

import numpy as np
import pandas as pd
import pytest
from conftest import frame
from honest import people, source

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.gate.artefacts import Artefacts
from privsynth.gate.evidence.leaked import kind_of
from privsynth.gate.evidence.sought import Values
from privsynth.policy import Policy
from privsynth.release import Reports
from privsynth.source import Source
from privsynth.spelling import Spelling
from privsynth.verdict import Finding, Status

ROWS = 40
COLUMNS = (
    Column("name", Kind.TEXT, role=Role.DIRECT, entity="PERSON"),
    Column("mail", Kind.TEXT, role=Role.DIRECT, entity="EMAIL"),
    Column("account", Kind.INTEGER, role=Role.IDENTIFIER),
    Column("street", Kind.TEXT, role=Role.DIRECT),
    Column("story", Kind.TEXT, role=Role.FREE_TEXT),
    Column("illness", Kind.CATEGORY, role=Role.SENSITIVE),
    Column("balance", Kind.NUMBER, spelling=Spelling(decimals=2)),
    Column("born", Kind.DATE, role=Role.QUASI),
    Column("safe", Kind.CATEGORY),
)


def clinic() -> Table:
    days = np.datetime64("1961-03-17") + np.arange(ROWS).astype("timedelta64[D]") * 97
    return Table(
        "clinic",
        COLUMNS,
        frame(
            name=["Ødegård Ingunn", *(f"Quixley Nr{n}" for n in range(1, ROWS))],
            mail=[f"ingunn{n}@fjordpost.no" for n in range(ROWS)],
            account=[48_213_917.0 + n for n in range(ROWS)],
            street=[f"{n + 3} Sjøgata" for n in range(ROWS)],
            story=[
                "she came by boat from the islands in May",
                *(f"visit {n} without any complaint worth a note" for n in range(1, ROWS)),
            ],
            illness=["porphyria", "gout", *["asthma"] * (ROWS - 2)],
            balance=[1_912_345.67, *(1000.5 + n for n in range(1, ROWS))],
            safe=["yes"] * ROWS,
        ).assign(born=days.astype("datetime64[us]"))[[column.name for column in COLUMNS]],
    )


TRAIN = clinic()
SOURCE = source(TRAIN, None)
PLAIN = source(Table("t", (Column("a", Kind.CATEGORY),), frame(a=["x"])), None)


def judged(text: str, name: str = "compliance.html", of: Source = SOURCE) -> list[Finding]:
    return Artefacts(Policy()).measure(Reports({name: text.encode(), "manifest.json": b'{"rows": 40}'}), of)


def failures(found: list[Finding]) -> list[str]:
    return [finding.what for finding in found if not finding.passed]


PEOPLE, RARE = "values that name people, in a report", "values that fewer than eleven rows hold, in a report"
SENTENCES, CODES = (
    "free texts that share 5 words in a row with a report",
    "hashed or encoded values that name people, in a report",
)
CLAIMS = "claims that may not be made"

CLEAN = (
    "<html><style>.safe{color:red}</style><h1>privsynth: table clinic, column illness</h1>"
    "<p>asthma 95 % of 40 rows, rows held out 0; limit 0.005,\nmeasured 0.0012345678. "
    'Passed the profile internal, which is not anonymous.</p><td aria-label="smallest group">12</td></html>'
)


def test_a_page_with_levels_of_many_rows_names_of_columns_and_figures_passes() -> None:
    assert failures(judged(CLEAN)) == []


@pytest.mark.parametrize(
    ("said", "what", "where"),
    [
        ("Ingunn Ødegård? No: Ødegård, Ingunn", PEOPLE, "clinic.name"),
        ("ØDEGÅRD INGUNN", PEOPLE, "clinic.name"),
        ("write to ingunn7@fjordpost.no now", PEOPLE, "clinic.mail"),
        ("account 48213920", PEOPLE, "clinic.account"),
        ("account 48,213,920", PEOPLE, "clinic.account"),
        ("at 17 Sjøgata", PEOPLE, "clinic.street"),
        ("the diagnosis porphyria", RARE, "clinic.illness"),
        ("maximum 1912345.67", RARE, "clinic.balance"),
        ("maximum 1,912,345.67", RARE, "clinic.balance"),
        ("born 1961-06-22", RARE, "clinic.born"),
        ("who by boat from the islands went", SENTENCES, "clinic.story"),
        (hashlib.sha256(b"ingunn3@fjordpost.no").hexdigest(), CODES, "clinic.mail"),
        (hashlib.md5(b"48213920", usedforsecurity=False).hexdigest().upper(), CODES, "clinic.account"),
        (hashlib.sha1(b"ingunn3@fjordpost.no", usedforsecurity=False).hexdigest(), CODES, "clinic.mail"),
        (hashlib.sha512(b"INGUNN3@FJORDPOST.NO").hexdigest(), CODES, "clinic.mail"),
        (hashlib.sha224(b"ingunn3fjordpostno").hexdigest(), CODES, "clinic.mail"),
        (hashlib.blake2b(b"ingunn3@fjordpost.no").hexdigest(), CODES, "clinic.mail"),
        (b64encode(b"ingunn3@fjordpost.no").decode(), CODES, "clinic.mail"),
    ],
)
def test_a_real_value_in_a_paper_is_found_and_only_its_column_is_said(said: str, what: str, where: str) -> None:
    for text in (CLEAN.replace("</h1>", f" {escape(said)}</h1>"), json.dumps({"note": said})):
        found = judged(text)
        hit = next(finding for finding in found if finding.what == what)
        assert failures(found) == [what]
        assert hit.where == (where,)
        assert said not in repr(found)


def test_values_of_held_out_people_are_found_too() -> None:
    train, held = TRAIN.take(np.arange(20)), TRAIN.take(np.arange(20, 40))
    both = Source(Dataset((train,)), Dataset((held,)), SOURCE.statistics)
    assert failures(judged("ingunn33@fjordpost.no", of=both)) == [PEOPLE]


def test_short_numbers_and_words_of_our_own_say_nothing() -> None:
    table = Table(
        "t",
        (
            Column("last", Kind.TEXT, role=Role.DIRECT),
            Column("n", Kind.INTEGER, role=Role.IDENTIFIER),
            Column("x", Kind.NUMBER),
        ),
        frame(last=["Limit", "Share", "Gate"], n=[101.0, 102.0, 103.0], x=[0.5, 0.25, 100000.0]),
    )
    assert failures(judged("the limit of the gate: share 0.25 of 100000, row 102", of=source(table, None))) == []


def test_a_title_that_every_report_says_is_no_leak_and_the_remedy_of_another_names_its_column() -> None:
    titles = ["Faces", "Photographs of Faces", "Mugwort Rising"]
    table = Table("films", (Column("title", Kind.TEXT, role=Role.DIRECT),), frame(title=titles))
    assert failures(judged("not seen: photographs of faces and other pictures", of=source(table, None))) == []
    found = judged("photographs of mugwort rising", of=source(table, None))
    assert failures(found) == [PEOPLE]
    assert "or take films.title out of the file" in next(f for f in found if not f.passed).remedy


def test_values_without_a_letter_or_digit_say_nothing() -> None:
    table = Table(
        "t",
        (Column("mark", Kind.TEXT, role=Role.DIRECT), Column("says", Kind.TEXT, role=Role.FREE_TEXT)),
        frame(mark=["!!!", "-"], says=["?!", "..."]),
    )
    assert failures(judged("what?! !!! - ...", of=source(table, None))) == []


def test_a_level_of_eleven_rows_may_be_named_and_one_of_ten_may_not() -> None:
    words = ["wolfsbane"] * 11 + ["monkshood"] * 10
    table = Table("t", (Column("herb", Kind.CATEGORY),), frame(herb=words))
    assert failures(judged("wolfsbane", of=source(table, None))) == []
    assert failures(judged("monkshood", of=source(table, None))) == [RARE]


def test_a_frequent_level_is_no_leak_although_a_direct_column_holds_it_too() -> None:
    table = Table(
        "t",
        (Column("place", Kind.TEXT, role=Role.DIRECT), Column("region", Kind.CATEGORY)),
        frame(place=["Ranheim"] * 20, region=["Ranheim"] * 20),
    )
    assert failures(judged("Ranheim", of=source(table, None))) == []


def test_a_name_inside_a_level_of_many_rows_is_no_leak_and_outside_it_is_one() -> None:
    table = Table(
        "t",
        (Column("first", Kind.TEXT, role=Role.DIRECT), Column("city", Kind.CATEGORY)),
        frame(first=["Ranheim"] * 20, city=["Sankt Ranheim"] * 20),
    )
    assert failures(judged("Sankt Ranheim, Sankt Ranheim", of=source(table, None))) == []
    assert failures(judged("Sankt Ranheim, Ranheim", of=source(table, None))) == [PEOPLE]


@pytest.mark.parametrize(
    "said",
    [
        "The data is anonymous.",
        "fully GDPR-compliant",
        "privacy is <b>guaranteed</b>",
        "safe to share",
        "it holds no PII",
        "PII-free",
        "anonymised",
    ],
)
def test_claims_that_nobody_can_keep_are_found(said: str) -> None:
    found = judged(f"<html><p>{said}</p></html>", of=PLAIN)
    assert failures(found) == [CLAIMS]
    assert found[-1].measured == 1


@pytest.mark.parametrize(
    "said",
    [
        "This is not anonymous.",
        "It is <b>not</b> a guaranteed outcome",
        "never safe",
        "the Safe Harbor list",
        "<i class='safe'>x</i>",
        "column safe",
        "unsafe",
    ],
)
def test_a_denial_a_rule_by_its_name_markup_and_names_of_columns_are_no_claims(said: str) -> None:
    assert failures(judged(f"<html><style>a{{b:safe}}</style><p>{said}</p></html>")) == []


def test_a_claim_is_a_claim_where_no_column_has_its_name() -> None:
    assert failures(judged("column safe", of=PLAIN)) == [CLAIMS]
    assert failures(judged('<html><svg aria-label="safe"></svg></html>', of=PLAIN)) == [CLAIMS]


def test_a_paper_that_is_no_text_fails() -> None:
    found = Artefacts(Policy()).measure(Reports({"a.html": b"\xff\xfe"}), SOURCE)
    assert failures(found) == ["reports that are not text"]


def test_the_verdict_is_about_exactly_these_reports_and_an_exception_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = Reports({"a.html": CLEAN.encode()})
    verdict = Artefacts(Policy()).check(reports, SOURCE, seconds=60)
    assert (verdict.gate, verdict.subject, verdict.status) == ("artefacts", reports.digest, Status.PASSED)
    broken = replace(SOURCE, train=None)  # type: ignore[arg-type]
    assert Artefacts(Policy()).check(reports, broken, seconds=60).status is Status.ERRORED


def test_without_real_data_only_the_words_are_judged() -> None:
    nothing = Source(Dataset(()), Dataset(()), SOURCE.statistics)
    assert failures(judged(CLEAN, of=nothing)) == []
    assert failures(judged("<html>anonymous</html>", of=nothing)) == [CLAIMS]


def test_no_planted_value_escapes() -> None:
    table = people(200, 5)
    real = source(table, None)
    rng = np.random.default_rng(1)
    for name in ("key", "email", "income"):
        for value in rng.choice(table.text(name), 10, replace=False):
            if len(str(value).replace(".", "").strip("0")) >= 6:
                assert len(failures(judged(f"<p>see {value}!</p>", of=real))) == 1


def test_dates_at_the_first_of_a_month_are_edges_of_charts() -> None:
    days = pd.Series(np.array(["2020-05-01", "2020-05-17"], dtype="datetime64[us]"))
    real = source(Table("t", (Column("d", Kind.DATE),), pd.DataFrame({"d": days})), None)
    assert failures(judged("2020-05-01 to 2021-01-01", of=real)) == []
    assert failures(judged("2020-05-17", of=real)) == [RARE]


def crowd(step: int) -> Source:
    """Thousands of customers numbered with six digits."""
    numbers = 123_457.0 + step * np.arange(4_000)
    return source(
        Table("t", (Column("customer", Kind.INTEGER, role=Role.IDENTIFIER),), pd.DataFrame({"customer": numbers})), None
    )


def test_a_count_that_happens_to_be_somebodys_number_is_no_leak_and_a_list_of_numbers_is() -> None:
    customers = crowd(step=150)
    assert failures(judged("judged were 123,607 cells", of=customers)) == []
    assert failures(judged(" ".join(str(123_457 + 150 * n) for n in range(1, 6)), of=customers)) == [
        "values that name people, in a report"
    ]


def test_a_value_written_as_one_word_is_found() -> None:
    table = Table(
        "t", (Column("card", Kind.TEXT, role=Role.IDENTIFIER),), frame(card=["4929-1234-8812", "4929-1234-8813"])
    )
    assert failures(judged("card 492912348812", of=source(table, None))) == [PEOPLE]
    assert failures(judged("card 492912348819", of=source(table, None))) == []


def test_the_figures_of_a_finding_are_counts_of_what_was_looked_for() -> None:
    reports, people_, rare, sentences, codes, claims = judged(CLEAN)
    assert (reports.n, claims.n) == (1 + 1, 2)
    assert people_.n == codes.n == 4 * ROWS
    assert sentences.n == ROWS
    assert rare.n == 2 + ROWS + ROWS  # two illnesses, balances, birthdays
    assert all(finding.limit == 0 for finding in judged(CLEAN))


# --- what kind of value stands where


@pytest.mark.parametrize(
    ("text", "column", "kind"),
    [
        ("ingunn3@fjordpost.no", Column("c", Kind.TEXT, role=Role.DIRECT), "an e-mail address"),
        ("482-139-17 4", Column("c", Kind.TEXT, role=Role.IDENTIFIER), "a number of 9 digits"),
        ("A-48213", Column("c", Kind.TEXT, role=Role.IDENTIFIER), "a key"),
        ("Ingunn", Column("c", Kind.TEXT, role=Role.DIRECT, entity="PERSON"), "a name"),
        ("12 Sjøgata", Column("c", Kind.TEXT, role=Role.DIRECT), "a value that names a person"),
        ("1961-03-17", Column("c", Kind.DATE), "a date or time"),
        ("by boat", Column("c", Kind.TEXT, role=Role.FREE_TEXT), "words of a free text"),
        ("gout", Column("c", Kind.CATEGORY), "a level that fewer than 11 rows hold"),
    ],
)
def test_the_kind_of_a_value_is_told_without_it(text: str, column: Column, kind: str) -> None:
    assert kind_of(text, Values("t", column, [text])) == kind


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "compliance.html",
            '<h1>x</h1><section aria-labelledby="results"><p>Quixley Nr7</p></section>',
            "a name, of clinic.name: in compliance.html, results",
        ),
        ("compliance.html", "<h1>Quixley Nr7</h1>", "a name, of clinic.name: in compliance.html"),
        ("report.json", '{"a": 1, "notes": ["Quixley Nr7"]}', "a name, of clinic.name: in report.json, notes"),
        ("report.json", '{"Quixley Nr7": 1}', "a name, of clinic.name: in report.json"),
        (
            "report.json",
            '{"notes": ["' + hashlib.sha256(b"ingunn7@fjordpost.no").hexdigest() + '"]}',
            "an e-mail address, of clinic.mail: in report.json, notes",
        ),
        (
            "report.json",
            '{"notes": ["so she came by boat from the islands"]}',
            "words of a free text, of clinic.story: in report.json, notes",
        ),
    ],
)
def test_the_place_of_a_value_is_told_by_words_of_our_own(name: str, text: str, told: str) -> None:
    found = [finding for finding in judged(text, name) if not finding.passed]
    assert told in {finding.note for finding in found}
    assert not any("Quixley" in str(finding) or "boat" in str(finding) for finding in found)
