"""The reports as a whole: what they hold, that they never change by themselves, and what they never say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.policy import Policy
from privsynth.recipe import Recipe
from privsynth.release import Draft, Reports
from privsynth.report import render_reports, schemas
from privsynth.report.wording import PSEUDONYMISED
from privsynth.source import Source
from privsynth.statistics import Statistics, Taken
from privsynth.verdict import Finding, Verdict

from .conftest import Run, people

PAGES = ("compliance.html", "fidelity.html")
NEVER = re.compile(
    r"\b(anonym\w*|compliant|guaranteed?|safe|safely|no pii|no personal data|risk[- ]free|zero risk|pii scan passed)\b",
    re.IGNORECASE,
)


def spoken(paper: bytes) -> str:
    """The text of a page without its style."""
    return re.sub(r"<style>.*?</style>", "", paper.decode(), flags=re.DOTALL)


def test_makes_two_pages_a_machine_twin_and_a_manifest(reports: Reports) -> None:
    assert sorted(reports.files) == ["compliance.html", "fidelity.html", "manifest.json", "report.json"]


def test_equal_input_gives_equal_bytes(run: Run, reports: Reports) -> None:
    assert dict(run.reports().files) == dict(reports.files)


def test_times_and_run_ids_change_nothing_but_the_manifest(run: Run, reports: Reports) -> None:
    later = replace(
        run.facts,
        run_id="fedcba",
        started=run.facts.started + timedelta(days=1),
        finished=run.facts.finished + timedelta(days=1),
        seconds={"generate": 9.0},
    )
    slow = tuple(replace(verdict, seconds=99.0) for verdict in run.verdicts)
    other = run.but(facts=later, verdicts=slow).reports()
    assert {name for name in reports.files if reports.files[name] != other.files[name]} == {"manifest.json"}


@pytest.mark.parametrize("which", ["reports", "refusal_reports"])
@pytest.mark.parametrize("name", [*PAGES, "report.json", "manifest.json"])
def test_never_claims_what_nobody_can_keep(which: str, name: str, request: pytest.FixtureRequest) -> None:
    assert NEVER.findall(spoken(request.getfixturevalue(which).files[name])) == []


def test_the_word_test_itself_can_fail() -> None:
    assert NEVER.findall("The data is anonymised and safe.") == ["anonymised", "safe"]


@pytest.mark.parametrize("which", ["reports", "refusal_reports"])
@pytest.mark.parametrize("name", ["report", "manifest"])
def test_machine_reports_keep_to_their_schema(which: str, name: str, request: pytest.FixtureRequest) -> None:
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    content = json.loads(request.getfixturevalue(which).files[f"{name}.json"])
    Draft202012Validator(schema).validate(content)
    assert set(content) == set(schema["properties"])


def test_a_schema_rejects_a_report_with_a_hole(reports: Reports) -> None:
    content = json.loads(reports.files["report.json"])
    del content["verdict"]["reasons"]
    assert not Draft202012Validator(schemas()["report"]).is_valid(content)


def test_machine_reports_are_canonical(reports: Reports) -> None:
    for name in ("report.json", "manifest.json"):
        text = reports.files[name].decode("ascii")
        assert text == json.dumps(json.loads(text), sort_keys=True, indent=1) + "\n"


def test_a_release_is_called_released(reports: Reports) -> None:
    assert json.loads(reports.files["report.json"])["verdict"]["word"] == "Released"
    assert all(">Released</h2>" in reports.files[page].decode() for page in PAGES)


def test_a_foreseen_refusal_is_called_blocked_and_says_why_and_what_to_do(refusal_reports: Reports) -> None:
    for page in PAGES:
        text = spoken(refusal_reports.files[page])
        assert ">Blocked</h2>" in text
        assert "measured 0.04, allowed is at most 0.005" in text
        assert "a larger leaf" in text
    verdict = json.loads(refusal_reports.files["report.json"])["verdict"]
    assert [reason["gate"] for reason in verdict["reasons"]] == ["copies"]


def test_a_gate_that_could_not_judge_blocks_and_says_so(run: Run) -> None:
    text = spoken(run.with_verdict("tracing", error="ValueError").reports().files["compliance.html"])
    assert ">Blocked</h2>" in text
    assert "The gate could not judge (ValueError). A gate that cannot judge blocks." in text


def test_a_missing_verdict_is_shown_as_a_gate_that_could_not_judge(run: Run) -> None:
    short = run.but(verdicts=tuple(verdict for verdict in run.verdicts if verdict.gate != "pii"))
    text = spoken(short.reports().files["compliance.html"])
    assert "gave no verdict" in text
    assert ">Blocked</h2>" in text


def test_nan_is_not_computed_and_blocks_where_a_limit_waits(run: Run) -> None:
    broken = run.with_verdict(
        "pii", Finding("share", float("nan"), what="share", limit=0.1), Finding("other", float("nan"), what="other")
    )
    reports = broken.reports()
    assert ">Blocked</h2>" in reports.files["compliance.html"].decode()
    assert "not computed" in spoken(reports.files["compliance.html"])
    assert b"NaN" not in reports.files["report.json"] + reports.files["manifest.json"]


def test_the_gate_over_the_reports_is_one_constant_sentence(reports: Reports, refusal_reports: Reports) -> None:
    lines = [json.loads(each.files["report.json"])["gates"][-1] for each in (reports, refusal_reports)]
    assert lines[0] == lines[1]
    assert (lines[0]["gate"], lines[0]["findings"]) == ("artefacts", [])


def test_the_first_screen_has_verdict_three_numbers_and_what_was_not_tested(reports: Reports) -> None:
    for page in PAGES:
        text = reports.files[page].decode()
        places = [text.index(part) for part in ('id="verdict"', 'id="untested"', 'class="tiles"', 'class="toc"')]
        assert places == sorted(places)
        assert text.count('class="tile"') == 3


def test_says_in_plain_words_what_the_profile_does_not_mean(reports: Reports) -> None:
    text = spoken(reports.files["compliance.html"])
    assert "stays inside the organisation that holds the source" in text
    assert "It does not mean that the data may be published" in text


def test_lists_the_attacks_that_were_not_run(run: Run) -> None:
    untried = run.with_verdict(
        "membership", Finding("membership", None, what="membership", note="not measured: there is no hold-out")
    )
    told = json.loads(untried.reports().files["report.json"])["not_tested"]
    assert told[0] == {"what": "Membership", "why": "not measured: there is no hold-out"}
    assert not {"Membership", "Differential privacy"} & {
        item["what"] for item in json.loads(run.reports().files["report.json"])["not_tested"]
    }


def test_leaves_the_decision_to_a_person(reports: Reports) -> None:
    text = reports.files["compliance.html"].decode()
    for what in ("Name of the reviewer", "Date", "Signature"):
        assert f'aria-label="{what}: to be filled in by hand"' in text


def test_every_limit_stands_with_its_source(reports: Reports) -> None:
    content = json.loads(reports.files["report.json"])
    assert all(row["source"] not in ("", "not stated") for row in content["policy"]["limits"])
    held = [finding for gate in content["gates"] for finding in gate["findings"] if finding["limit"] is not None]
    assert held
    assert all(finding["limit_source"] for finding in held)


def test_pages_say_what_report_json_says(reports: Reports) -> None:
    content, text = json.loads(reports.files["report.json"]), spoken(reports.files["compliance.html"])
    for number in content["numbers"]:
        assert number["value"] in text
        assert number["meaning"] in text
    assert content["policy"]["sha256"] in text


def test_no_cell_of_the_source_reaches_a_paper(build: Callable[..., Run]) -> None:
    """A thousand unmistakable values in an identifier, a rare level and a number, some in the draft too."""
    real, made = people(1000, 3), people(400, 4)
    rare = pd.Series([f"SENTINEL{row:04d}" if row % 5 == 0 else "usual" for row in range(1000)], dtype=object)
    odd = np.where(np.arange(1000) == 7, 987654.321, np.arange(1000) % 50.0)
    more = (Column("level", Kind.CATEGORY), Column("amount", Kind.NUMBER))
    tables = [
        Table(
            "customers",
            (*table.columns, *more),
            table.frame.assign(level=rare.iloc[: len(table)].to_numpy(), amount=odd[: len(table)]),
        )
        for table in (real, made)
    ]
    everything = b"".join(build(*tables).reports().files.values()).decode()
    assert "SENTINEL" not in everything
    assert "987654" not in everything
    assert "987,654" not in everything
    assert not any(value in everything for value in real.frame["customer"])


def test_without_real_data_the_reports_say_that_none_was_read(run: Run) -> None:
    nothing = Source(Dataset(()), Dataset(()), Statistics({}, Taken()))
    facts = replace(run.facts, recipe=Recipe(backend="rules", details={"rulebook": "people"}))
    ruled = run.but(source=nothing, policy=Policy(seed=7, backend="rules"), facts=facts).with_verdict(
        "fidelity", Finding("fidelity", None, what="fidelity", note="nothing to compare")
    )
    reports = ruled.reports()
    for page in PAGES:
        assert "his run read no real data" in spoken(reports.files[page])
    assert json.loads(reports.files["report.json"])["real_data_read"] is False
    assert ">Released</h2>" in reports.files["compliance.html"].decode()


@pytest.mark.parametrize("profile", ["internal", "hipaa-expert", "gdpr-strict", "public-release"])
def test_where_a_rulebook_is_all_nothing_is_said_of_a_source(run: Run, profile: str) -> None:
    nothing = Source(Dataset(()), Dataset(()), Statistics({}, Taken()))
    facts = replace(run.facts, recipe=Recipe(backend="rules", details={"rulebook": "people"}))
    policy = Policy(seed=7, backend="rules", profile=profile)
    reports = run.but(source=nothing, policy=policy, facts=facts).reports()
    content = json.loads(reports.files["report.json"])
    said = [content[part] for part in ("profile", "conditions", "not_tested", "residual")]
    assert "source" not in str(said).replace("public sources", "")
    assert content["exposure"]["sentence"].startswith("This run read no real data")
    assert content["method"]["control"] == "none: no real row was read"
    assert "declared in the policy" not in str(content["columns"])
    page = spoken(reports.files["compliance.html"])
    assert "no real value was looked for" in page
    assert "By chance" not in page


@pytest.mark.parametrize(
    ("kept", "word"),
    [(True, "by whoever holds the key and the source"), (False, "no: the key was destroyed with the run")],
)
def test_masked_data_is_called_pseudonymised_and_its_reversibility_is_said(run: Run, kept: bool, word: str) -> None:
    facts = replace(run.facts, recipe=Recipe(backend="mask", repeatable=kept), seed=None)
    reports = run.but(policy=Policy(backend="mask"), facts=facts).reports()
    text = spoken(reports.files["compliance.html"])
    assert PSEUDONYMISED in text
    assert word in text
    assert "not recorded: a key took part" in text
    assert PSEUDONYMISED not in spoken(run.reports().files["compliance.html"])


@pytest.mark.parametrize(("backend", "are"), [("mask", "Rows of real people, masked"), ("clone", "follow one real")])
def test_rows_of_people_are_not_called_synthetic_at_the_head_of_the_page(run: Run, backend: str, are: str) -> None:
    facts = replace(run.facts, recipe=Recipe(backend=backend))
    policy = Policy(backend=backend)
    page = spoken(run.but(policy=policy, facts=facts).reports().files["compliance.html"])
    assert are in page
    assert "ynthetic" not in page.partition("<main")[0]
    assert "Synthetic rows made from" in spoken(run.reports().files["compliance.html"])


def test_an_earlier_release_that_was_joined_with_is_not_said_to_be_uncompared(run: Run) -> None:
    joined = Finding("joined_with_release_1", 0.1, what="rows that can be joined", table="customers")

    def several(verdicts: Run) -> str:
        untested = json.loads(verdicts.reports().files["report.json"])["not_tested"]
        return next(line["why"] for line in untested if line["what"].startswith("Several releases"))

    assert "does not compare them" in several(run)
    assert "How many rows join" in several(run.with_verdict("tracing", joined))


def test_the_backends_own_word_on_a_column_counts_first(run: Run) -> None:
    statement = {"treatment": "cut into ranges of ten", "reversible": "never"}
    told = Recipe(backend="mask", columns={"customers": {"age": statement}})
    reports = run.but(facts=replace(run.facts, recipe=told)).reports()
    row = next(row for row in json.loads(reports.files["report.json"])["columns"] if row["column"] == "age")
    assert (row["treatment"], row["reversible"]) == ("cut into ranges of ten", "never")


def test_an_unknown_backend_is_not_given_credit(run: Run) -> None:
    reports = run.but(facts=replace(run.facts, recipe=Recipe(backend="Somebody"))).reports()
    rows = {row["column"]: row["survives"] for row in json.loads(reports.files["report.json"])["columns"]}
    assert rows["segment"] == "must be assumed"


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (Policy(backend="model"), "by coincidence: no value was taken over, and 75 % of them are in the source"),
        (Policy(profile="gdpr-strict", backend="model"), "and most of them are in the source all the same"),
        (
            Policy(backend={"kind": "model", "engine": "dp", "epsilon": 1}),
            "by coincidence only: every value was made up",
        ),
    ],
    ids=["exact", "bands", "claim"],
)
def test_made_up_values_that_the_source_has_too_are_not_said_to_be_nobodys(run: Run, policy: Policy, said: str) -> None:
    towns = pd.Series(["Ulm", "Bonn", "Kiel", "Trier"] * 75, dtype=object)
    column = Column("town", Kind.TEXT, role=Role.IDENTIFIER, entity="LOCATION")

    def rows(words: pd.Series[str], *, made: bool) -> Dataset:
        frame = words.to_frame("town")
        return Dataset((Table("customers", (replace(column, fabricated=made),), frame),))

    source = replace(run.source, train=rows(towns.replace("Trier", "Jena"), made=False), holdout=Dataset(()))
    draft = Draft(rows(towns, made=True), run.draft.files, 300)
    reports = run.but(draft=draft, source=source, policy=policy).reports()
    (row,) = json.loads(reports.files["report.json"])["columns"]
    assert said in row["survives"]


def test_a_column_that_was_left_out_is_in_the_inventory(run: Run) -> None:
    made = run.draft.dataset.root
    fewer = Table("customers", made.columns[:-1], made.frame.iloc[:, :-1])
    draft = Draft(Dataset((fewer,)), run.draft.files, run.draft.rows)
    verdicts = tuple(replace(verdict, subject=draft.digest) for verdict in run.verdicts)
    rows = json.loads(run.but(draft=draft, verdicts=verdicts).reports().files["report.json"])["columns"]
    assert [row["treatment"] for row in rows if row["column"] == "joined"] == ["left out"]


def test_the_manifest_vouches_for_the_reports(reports: Reports) -> None:
    vouched = {record["name"]: record["sha256"] for record in json.loads(reports.files["manifest.json"])["reports"]}
    assert vouched == {
        name: sha256(content).hexdigest() for name, content in reports.files.items() if name != "manifest.json"
    }


def test_two_tables_share_the_room_for_charts(run: Run) -> None:
    made, train, holdout = (list(data.tables) for data in (run.draft.dataset, run.source.train, run.source.holdout))
    many = 12

    def copies(tables: list[Table]) -> Dataset:
        return Dataset(tuple(replace(tables[0], name=f"t{number}") for number in range(many)))

    draft = Draft(copies(made), {f"t{number}.csv": b"x\n" for number in range(many)}, 300)
    verdicts = tuple(Verdict(verdict.gate, draft.digest, verdict.findings) for verdict in run.verdicts)
    reports = render_reports(
        draft, verdicts, Source(copies(train), copies(holdout), run.source.statistics), run.policy, run.facts
    )
    assert 0 < reports.files["fidelity.html"].count(b"<svg") <= 30


def test_role_names_are_said_as_words(build: Callable[..., Run]) -> None:
    real, made = people(60, 5), people(60, 6)
    texts = [table.with_columns(replace(table["segment"], role=Role.FREE_TEXT)) for table in (real, made)]
    assert "<td>free text" in build(*texts).reports().files["compliance.html"].decode()
