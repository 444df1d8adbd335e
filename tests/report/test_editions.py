"""What each profile lets the reports tell: exact figures, bands, or which side of a limit; who answers for waivers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import jsonschema
import pytest

from privsynth.gate.evidence.promises import claims_in
from privsynth.options import Limits
from privsynth.policy import Policy, ProfileName
from privsynth.recipe import PrivacyClaim, PrivacyCost, Recipe, TableRecipe
from privsynth.release import Reports
from privsynth.report import schemas
from privsynth.report.limits import limit_sources
from privsynth.report.wording import (
    CONDITIONS,
    GATES,
    HIPAA_18,
    PROFILE_DOES_NOT_MEAN,
    PROFILE_MAY,
    PROFILE_MEANS,
    PROFILE_RECIPIENTS,
    PROFILE_SHORT,
)
from privsynth.source import Exposure
from privsynth.verdict import GATES as GATE_ORDER
from privsynth.verdict import Finding

PROFILES = get_args(ProfileName)
STRICT = [name for name in PROFILES if name != "internal"]
TELLING = Finding(
    "rows_equal_to_a_training_row_beyond_chance",
    0.00043217,
    what="rows equal to a training row, beyond chance (customers)",
    table="customers",
    limit=0.005,
    baseline=0.00065431,
    interval=(0.00017171, 0.00091919),
    n=64646,
    note="77,123 of 88,123 rows",
    remedy="none of 99,123",
)
FIGURES = (
    "0.00043217",
    "0.0004",
    "0.00065431",
    "0.00017171",
    "64646",
    "64,646",
    "77,123",
    "88,123",
    "99,123",
    "31,415",
    "31415",
)


def edition(run: Any, profile: str, **more: Any) -> Any:
    asked = run.with_verdict(
        "copies",
        TELLING,
        Finding("detectable_leak", 0.012, what="minimum detectable leak (customers)", table="customers", n=600),
    )
    facts = replace(
        run.facts,
        notes=("customers.csv: 31,415 rows were dropped",),
        recipe=replace(run.facts.recipe, details={"leaves": 31415, "said": "31,415 leaves"}),
    )
    return asked.but(policy=Policy(profile=profile, backend="model", **more), facts=facts)


def content(reports: Reports) -> dict[str, Any]:
    return dict(json.loads(reports.files["report.json"]))


@pytest.mark.parametrize("profile", STRICT)
def test_no_exact_figure_of_real_rows_is_in_a_paper_that_leaves_the_house(run: Any, profile: str) -> None:
    everything = b"".join(edition(run, profile).reports().files.values()).decode()
    assert [figure for figure in FIGURES if figure in everything] == []
    assert "<svg" not in everything
    assert "31,415" in b"".join(edition(run, "internal").reports().files.values()).decode()


@pytest.mark.parametrize("profile", STRICT)
def test_a_refusal_is_explained_without_figures(run: Any, profile: str) -> None:
    bad = replace(TELLING, measured=0.0432171)
    reports = edition(run, profile).with_verdict("copies", bad).reports()
    everything = b"".join(reports.files.values()).decode()
    assert "0.0432" not in everything
    decided = content(reports)["verdict"]
    assert decided["outcome"] == "refused"
    assert "beyond its limit, allowed is at most 0.005" in decided["reasons"][0]["sentence"]


@pytest.mark.parametrize("profile", ["internal", "gdpr-strict"])
def test_what_was_measured_stands_beside_what_chance_allows_where_figures_are_told(run: Any, profile: str) -> None:
    words = {"what": "what a model learns", "limit": 0.5, "good": "high", "note": ""}
    allowed, beyond = (Finding("use", held, as_measured=0.0125, **words) for held in (0.744, 0.481))
    page = edition(run.with_verdict("fidelity", allowed), profile).reports().files["compliance.html"].decode()
    assert ("as chance allows; measured 0.0125" in page) is (profile == "internal")
    refused = edition(run.with_verdict("fidelity", beyond), profile).reports()
    sentence = content(refused)["verdict"]["reasons"][0]["sentence"]
    assert ("measured 0.0125, as chance allows 0.481, allowed is" in sentence) is (profile == "internal")
    assert "0.0125" not in sentence or profile == "internal"


def test_the_band_stands_in_the_place_of_the_figure(run: Any) -> None:
    reports = edition(run, "gdpr-strict").reports()
    found = next(f for gate in content(reports)["gates"] for f in gate["findings"] if f["what"] == TELLING.what)
    assert (found["measured"], found["band"], found["said"], found["passed"]) == (
        None,
        "far inside the limit",
        "far inside the limit",
        True,
    )
    assert "far inside the limit" in reports.files["compliance.html"].decode()


@pytest.mark.parametrize("profile", ["internal", "gdpr-strict"])
def test_what_was_done_with_a_column_is_said_without_figures_where_they_may_not_be_told(run: Any, profile: str) -> None:
    said = {"treatment": "kept; ends were drawn in, 31,415 values", "in_words": "kept; ends were drawn in"}
    recipe = Recipe(backend="mask", columns={"customers": {"age": said}})
    papers = edition(run, profile)
    columns = content(papers.but(facts=replace(run.facts, recipe=recipe)).reports())["columns"]
    treatment = next(row["treatment"] for row in columns if row["column"] == "age")
    assert treatment == said["treatment" if profile == "internal" else "in_words"]


@pytest.mark.parametrize("profile", ["hipaa-expert", "gdpr-strict"])
def test_that_rows_lead_to_their_people_stands_beside_who_may_have_them_without_a_figure(
    run: Any, profile: str
) -> None:
    words = {"what": "rows whose source is the nearest by all kept columns", "roughly": "nearly all rows"}
    led = Finding("nearest_by_all_columns", 0.98765, table="customers", n=31415, **words)
    papers = edition(run.with_verdict("tracing", led), profile).reports()
    content, page = json.loads(papers.files["report.json"]), papers.files["compliance.html"].decode()
    first, *others = content["profile"]["may"]
    assert (first["word"], [line["word"] for line in others]) == ("Mind", ["It may", "It may not"])
    assert "customers: nearest by all columns: nearly all rows lead to the right one" in first["text"]
    assert first["text"] in page
    assert {"nearly all rows"} <= {number["value"] for number in content["numbers"]}
    assert not any(figure in page for figure in ("98765", "98.8", "31,415", "0.988"))


def test_the_public_edition_tells_the_band_of_a_gate_and_not_of_a_measurement(run: Any) -> None:
    reports = edition(run, "public-release").reports()
    gate = next(gate for gate in content(reports)["gates"] if gate["gate"] == "copies")
    assert gate["band"] == "far inside the limit"
    assert {f["band"] for f in gate["findings"]} == {""}
    assert "Its worst measurement lies far inside the limit." in reports.files["compliance.html"].decode()


@pytest.mark.parametrize("profile", PROFILES)
def test_reports_keep_to_their_schemas_and_claim_nothing(run: Any, profile: str) -> None:
    reports = edition(run, profile).reports()
    for name in ("report", "manifest"):
        jsonschema.validate(json.loads(reports.files[f"{name}.json"]), schemas()[name])
    assert [claim for text in reports.files.values() for claim in claims_in(text.decode(), ())] == []
    assert content(reports)["edition"] == {"internal": "internal", "public-release": "public"}.get(profile, "shareable")


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_has_its_words_and_every_limit_its_source(profile: str) -> None:
    for words in (PROFILE_MEANS, PROFILE_MAY, PROFILE_DOES_NOT_MEAN, PROFILE_SHORT, PROFILE_RECIPIENTS, CONDITIONS):
        assert words[profile]  # type: ignore[index]
    assert set(limit_sources(profile)) >= set(Limits.model_fields)
    assert set(GATE_ORDER) <= set(GATES)


def test_the_expert_is_supported_and_gets_the_list(run: Any) -> None:
    text = edition(run, "hipaa-expert").reports().files["compliance.html"].decode()
    assert "supports the expert and does not replace them" in text
    assert len(HIPAA_18) == 18
    assert all(item.split(";")[0] in text for item in HIPAA_18)
    assert "supports the expert" not in edition(run, "gdpr-strict").reports().files["compliance.html"].decode()


def waiver(**more: Any) -> dict[str, Any]:
    return {
        "gate": "copies",
        "reason": "two people use it, in one room",
        "person": "A. Officer",
        "expires": "2999-12-31",
        **more,
    }


def test_a_waiver_stands_on_the_first_screen_and_in_every_name(refused: Any) -> None:
    last = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    reports = refused.but(policy=Policy(backend="model", waivers=[waiver(expires=last)])).reports()
    page, report, manifest = (
        reports.files["compliance.html"].decode(),
        content(reports),
        json.loads(reports.files["manifest.json"]),
    )
    first = page[: page.index("</section>")]
    assert ">Released with waiver</h2>" in first
    assert "A. Officer" in first
    assert "two people use it, in one room" in first
    assert last in first
    assert "4.0" in first or "0.04" in first
    assert report["verdict"]["outcome"] == manifest["outcome"] == "released-with-waiver"
    assert report["waivers"] == manifest["waivers"] == [waiver(expires=last)]
    assert (
        [file["name"] for file in manifest["data"]]
        == [file["name"] for file in report["files"]]
        == ["customers.waiver.csv"]
    )
    for name in ("report", "manifest"):
        jsonschema.validate(json.loads(reports.files[f"{name}.json"]), schemas()[name])


def test_a_waiver_that_is_not_needed_is_not_mentioned(run: Any) -> None:
    reports = run.but(policy=Policy(backend="model", waivers=[waiver()])).reports()
    assert content(reports)["verdict"]["outcome"] == "released"
    assert content(reports)["waivers"] == []
    assert "A. Officer" not in reports.files["compliance.html"].decode()
    assert [file["name"] for file in content(reports)["files"]] == ["customers.csv"]


def test_what_the_ledger_knows_is_said(run: Any) -> None:
    told = run.but(source=replace(run.source, exposure=Exposure(attempt=2, releases=1, rows=500))).reports()
    assert "attempt 2" in told.files["compliance.html"].decode()
    assert json.loads(told.files["manifest.json"])["exposure"] == {
        "attempt": 2,
        "releases": 1,
        "rows": 500,
        "epsilon": 0.0,
        "delta": 0.0,
    }
    assert "No ledger was kept" in run.reports().files["compliance.html"].decode()


def private(run: Any, *reasons: str) -> Any:
    claim = PrivacyClaim(made=not reasons, withheld_because=reasons)
    cost = PrivacyCost(epsilon=1.5, delta=1e-9, unit="one row", claim=claim, details={"rho": 0.0271828})
    recipe = Recipe(backend="model", tables={"customers": TableRecipe(engine="dp", privacy=cost)})
    policy = Policy(backend={"kind": "model", "engine": "dp", "epsilon": 1.5})
    return run.but(policy=policy, facts=replace(run.facts, seed=None, recipe=recipe)).reports()


def test_a_claim_that_holds_is_said_with_what_it_does_not_cover(run: Any) -> None:
    reports = private(run)
    said = content(reports)["method"]["differential_privacy"]
    assert "epsilon 1.5, delta 1e-09, for one row" in said
    assert "are not covered" in said
    assert json.loads(reports.files["manifest.json"])["differential_privacy"]["epsilon"] == 1.5
    assert content(reports)["tables"][0]["rows_source"] is None
    assert json.loads(reports.files["manifest.json"])["split"] == {}
    assert "who knows the seed knows the noise" in reports.files["compliance.html"].decode()


def test_a_claim_that_something_voids_leaves_no_epsilon_in_any_paper(run: Any) -> None:
    reports = private(run, "bounds were read from the rows")
    assert "bounds were read from the rows" in content(reports)["method"]["differential_privacy"]
    told = json.loads(reports.files["manifest.json"])
    assert told["differential_privacy"] == {"claimed": False, "withheld_because": ["bounds were read from the rows"]}
    assert "epsilon" not in json.dumps(told["backend"])
    assert "0.0271828" not in b"".join(reports.files.values()).decode()
    assert not any(row["name"].endswith("epsilon") for row in content(reports)["method"]["parameters"])
