"""One home for defaults and bounds: what is asked is checked, and limits only tighten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.errors import PolicyError
from privsynth.options import CloneOptions, Limits, MaskOptions, ModelOptions, effective_k
from privsynth.plainyaml import parse_yaml, read_yaml
from privsynth.policy import (
    Policy,
    ProfileName,
    load_policy,
    policy_schema,
    profile_digest,
    profile_limits,
    profile_rules,
)

PROFILES = get_args(ProfileName)


def test_the_default_is_the_internal_profile_word_for_word() -> None:
    assert Policy().limits.model_dump() == profile_limits("internal")
    assert len(profile_digest("internal")) == 64


def test_a_limit_can_be_tightened() -> None:
    assert Policy(limits={"k": 11, "copy_max": 0.0}).limits.k == 11


def test_the_gate_tracing_is_understood_by_its_former_name() -> None:
    waiver = {"gate": "linkage", "reason": "r", "person": "p", "expires": "2999-12-31"}
    asked = Policy(limits={"linkage_max": 0.1}, waivers=[waiver])
    assert (asked.limits.tracing_max, asked.waivers[0].gate) == (0.1, "tracing")
    with pytest.raises(PolicyError, match="tracing_max: may only be tightened"):
        Policy(limits={"linkage_max": 0.5})


def looser(name: str, value: float, by: float) -> float | None:
    """A value on the loose side of the profile's; for a limit that is on or off, off."""
    if isinstance(value, bool):
        return False
    moved = (
        value * (1 + by) + 1 if Limits.model_fields[name].json_schema_extra["tighter"] == "lower" else value * (1 - by)
    )  # type: ignore[index,call-overload]
    return int(moved) if isinstance(value, int) else moved


@given(st.sampled_from(PROFILES), st.sampled_from(sorted(Limits.model_fields)), st.floats(0.001, 0.999))
def test_no_limit_of_any_profile_can_be_loosened(profile: str, name: str, by: float) -> None:
    value = profile_limits(profile)[name]
    if value is None or value is False:  # no limit at all: nothing is looser
        return
    with pytest.raises(PolicyError):
        Policy(profile=profile, limits={name: looser(name, value, by)})


@pytest.mark.parametrize("profile", PROFILES)
def test_no_limit_of_any_profile_can_be_taken_away(profile: str) -> None:
    for name in [name for name, value in profile_limits(profile).items() if value is not None]:
        with pytest.raises(PolicyError):
            Policy(profile=profile, limits={name: None})


@pytest.mark.parametrize("name", [name for name, value in profile_limits("internal").items() if value is None])
def test_a_limit_that_a_profile_leaves_open_can_be_set(name: str) -> None:
    assert getattr(Policy(limits={name: 1}).limits, name) == 1


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_is_what_its_file_says(profile: str) -> None:
    rules = profile_rules(profile)
    assert set(rules) == {"profile", "version", "figures", "waivers", "backends", "limits"}
    assert rules["profile"] == profile
    assert set(rules["limits"]) == set(Limits.model_fields)
    assert Policy(profile=profile).limits.model_dump() == profile_limits(profile)
    assert rules["figures"] in ("exact", "bands", "pass_fail")


ORDER = ("internal", "hipaa-expert", "gdpr-strict", "public-release")
FREER = {("gdpr-strict", "anon_risk_inference")}  # the table of the design lets it go


@pytest.mark.parametrize(("freer", "stricter"), list(pairwise(ORDER)))
def test_each_profile_is_at_least_as_strict_as_the_one_before(freer: str, stricter: str) -> None:
    for name, field in Limits.model_fields.items():
        loose, tight = profile_limits(freer)[name], profile_limits(stricter)[name]
        if (stricter, name) in FREER or loose is None:
            continue
        lower = field.json_schema_extra["tighter"] == "lower"  # type: ignore[index,call-overload]
        assert tight is not None
        assert tight <= loose if lower else tight >= loose, name


@pytest.mark.parametrize(
    ("profile", "backend", "allowed"),
    [
        ("internal", "clone", True),
        ("internal", {"kind": "mask", "key_file": "k", "direct": "token"}, True),
        ("hipaa-expert", "clone", True),
        ("hipaa-expert", {"kind": "mask", "key_file": "k"}, True),
        ("gdpr-strict", "clone", True),
        ("gdpr-strict", "mask", True),
        ("gdpr-strict", {"kind": "mask", "key_file": "k"}, False),
        ("gdpr-strict", {"kind": "mask", "direct": "token"}, False),
        ("public-release", "clone", False),
        ("public-release", "mask", True),
        ("public-release", {"kind": "mask", "key_file": "k"}, False),
        ("public-release", "model", True),
        ("public-release", "rules", True),
    ],
)
def test_a_profile_says_which_backends_may_be_used(profile: str, backend: object, allowed: bool) -> None:
    if allowed:
        assert Policy(profile=profile, backend=backend).profile == profile
        return
    with pytest.raises(PolicyError, match=f"profile {profile}"):
        Policy(profile=profile, backend=backend)


def test_a_backend_that_is_chosen_later_is_held_to_the_profile_too() -> None:
    with pytest.raises(PolicyError, match="public-release"):
        Policy(profile="public-release").with_(backend="clone")


@pytest.mark.parametrize(
    ("profile", "engine", "figures"),
    [("internal", "trees", "exact"), ("internal", "dp", "bands"), ("public-release", "dp", "pass_fail")],
)
def test_exact_figures_never_stand_beside_a_claim_of_differential_privacy(
    profile: str, engine: str, figures: str
) -> None:
    backend = {"kind": "model", "engine": engine} | ({"epsilon": 1} if engine == "dp" else {})
    assert Policy(profile=profile, backend=backend).figures == figures


def test_a_fixed_seed_is_refused_where_noise_must_be_nobodys_to_repeat() -> None:
    with pytest.raises(PolicyError, match="seed"):
        Policy(backend={"kind": "model", "engine": "dp", "epsilon": 1}, seed=7)


def waiver(**more: object) -> dict[str, object]:
    return {"gate": "copies", "reason": "r", "person": "p", "expires": "2999-12-31", **more}


@pytest.mark.parametrize(
    ("waivers", "says"),
    [
        *(
            ([waiver(gate=gate)], "waivers.0.gate")
            for gate in ("schema", "pii", "artefacts", "budget", "claim", "fidelity", "selftest", "no such gate")
        ),
        ([waiver(reason="")], "waivers.0.reason"),
        ([waiver(person="  ")], "a reason and a person"),
        ([waiver(expires="2020-01-01")], "has expired"),
        ([waiver(expires="soon")], "waivers.0.expires"),
        ([waiver(), waiver()], "named twice"),
        ([{"gate": "copies"}], "waivers.0.reason"),
    ],
)
def test_a_waiver_that_cannot_be_given_is_refused(waivers: list[dict[str, object]], says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        Policy(waivers=waivers)


def test_a_waiver_is_good_on_its_last_day_and_never_for_the_public() -> None:
    today = datetime.now(UTC).date()
    assert Policy(waivers=[waiver(expires=today.isoformat())]).waivers[0].expires == today
    with pytest.raises(PolicyError, match="expired"):
        Policy(waivers=[waiver(expires=(today - timedelta(days=1)).isoformat())])
    with pytest.raises(PolicyError, match="nobody can answer"):
        Policy(profile="public-release", waivers=[waiver()])


def test_every_limit_says_which_side_is_tighter() -> None:
    assert all(
        (field.json_schema_extra or {}).get("tighter") in ("lower", "higher") for field in Limits.model_fields.values()
    )  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"limitz": {}}, "did you mean 'limits'"),
        ({"profile": "public"}, "profile must be one of"),
        ({"backend": "modle"}, "'model'"),
        ({"backend": {"kind": "model", "engine": "copula", "min_leaf": 30}}, "min_leaf"),
        ({"backend": {"kind": "mask", "noise": 1}}, "noise"),
        ({"seed": -1}, "seed"),
        ({"rows": -1}, "rows"),
        ({"holdout": 0.9}, "holdout"),
        ({"limits": {"k": "many"}}, "limits.k"),
    ],
)
def test_refuses_what_it_cannot_honour(asked: dict[str, object], says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy(**asked)
    assert says in str(caught.value)


def test_a_refusal_does_not_repeat_what_was_given() -> None:
    with pytest.raises(PolicyError) as caught:
        Policy(seed="Sentinel-77", tables={"t": {"columns": {"c": {"role": "Sentinel-78"}}}})
    assert "Sentinel" not in str(caught.value)


def test_flags_win_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("rows: 5\nseed: 1\nbackend: {kind: model, min_leaf: 99}\n")
    policy = load_policy(file, {"seed": 2, "backend.engine": "trees", "limits.k": 9})
    assert (policy.rows, policy.seed, policy.limits.k) == (5, 2, 9)
    assert policy.backend == ModelOptions(engine="trees", min_leaf=99)


def test_an_option_of_a_named_backend_can_be_set_by_its_dotted_name() -> None:
    assert load_policy(None, {"backend": "mask", "backend.direct": "token"}).backend == MaskOptions(direct="token")


def test_with_keeps_what_was_set_and_checks_what_changes() -> None:
    policy = Policy(backend=ModelOptions(engine="copula"), limits={"k": 9}, seed=4)
    assert policy.with_(rows=3) == Policy(backend=ModelOptions(engine="copula"), limits={"k": 9}, seed=4, rows=3)
    with pytest.raises(PolicyError):
        policy.with_(rows=-1)


BOMB = "a: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]\n"


@pytest.mark.parametrize(
    "text",
    [
        "a: [1",
        "- 1\n- 2\n",
        BOMB,
        "a: !!python/object/apply:os.system [ls]\n",
        "a: 1\na: 2\n",
        "\ta: 1",
        "a: \x00",
        "just words",
    ],
)
def test_refuses_yaml_that_is_not_a_plain_mapping(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_yaml(text, "p.yaml")


def test_a_yaml_error_says_where_and_not_what(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("rows: 5\nseed: [Sentinel-77\n")
    with pytest.raises(PolicyError) as caught:
        read_yaml(file)
    assert "p.yaml:" in str(caught.value)
    assert "Sentinel" not in str(caught.value)


def test_a_policy_file_that_is_not_there_is_a_policy_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"absent\.yaml"):
        read_yaml(tmp_path / "absent.yaml")


def test_the_schema_for_editors_accepts_what_the_policy_accepts() -> None:
    schema = policy_schema()
    jsonschema.validate({"rows": 5, "limits": {"k": 7}, "backend": {"kind": "mask", "direct": "token"}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"rows": -5}, schema)


@pytest.mark.parametrize(
    ("risk", "people"), [(1.0, 2), (0.5, 2), (0.2, 5), (0.09, 12), (1 / 3, 3), (1 / 3 - 1e-11, 4), (1 / 49, 49)]
)
def test_the_group_that_is_meant_keeps_the_largest_risk_exactly(risk: float, people: int) -> None:
    limits = Policy(profile="internal").limits.model_copy(update={"k": 2, "risk_max": risk})
    meant = effective_k(limits, CloneOptions())
    assert 1 / meant <= risk
    assert meant == effective_k(limits, MaskOptions()) == people
    assert effective_k(limits, MaskOptions(k=30)) == max(30, people)
    assert effective_k(limits.model_copy(update={"k": 60}), MaskOptions(k=30)) == 60


def test_the_old_spelling_of_person_is_still_read(tmp_path: Path) -> None:
    place = tmp_path / "p.yaml"
    place.write_text("tables:\n  visits:\n    entity: patient\n")
    assert load_policy(place, {}).tables["visits"].person == "patient"
    assert load_policy(place, {}).place_of("tables", "visits", "person") == "p.yaml:3:5 "
    for name in ("tables.visits.person", "tables.visits.entity"):
        assert load_policy(place, {name: "doctor"}).tables["visits"].person == "doctor"
        assert load_policy(place, {name: "doctor"}).place_of("tables", "visits", "person") == "p.yaml:2:3 "
    assert Policy(tables={"visits": {"entity": "patient"}}) == load_policy(place, {})


def test_both_spellings_of_person_at_once_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "p.yaml"
    place.write_text("tables:\n  visits:\n    person: patient\n    entity: doctor\n")
    with pytest.raises(PolicyError, match=r"p\.yaml:2:3 tables\.visits: entity is the old spelling of person") as error:
        load_policy(place, {})
    assert "patient" not in str(error.value)


def test_a_person_is_checked_as_any_other_name(tmp_path: Path) -> None:
    place = tmp_path / "p.yaml"
    place.write_text("tables:\n  visits:\n    persn: patient\n")
    with pytest.raises(PolicyError, match=r"p\.yaml:3:5 tables\.visits\.persn: .*\n.*'person' instead of 'persn'"):
        load_policy(place, {})
    place.write_text("tables:\n  visits:\n    entity: [patient]\n")
    with pytest.raises(PolicyError, match=r"p\.yaml:3:5 tables\.visits\.person: "):
        load_policy(place, {})
    table = policy_schema()["$defs"]["TablePolicy"]["properties"]
    assert "person" in table
    assert "entity" not in table


@pytest.mark.parametrize(
    ("text", "changes", "limit"),
    [
        ("limits: {linkage_max: 0.15}", {"limits.tracing_max": 0.03}, 0.03),
        ("limits: {tracing_max: 0.15}", {"limits.linkage_max": 0.03}, 0.03),
        ("limits: {linkage_max: 0.15}", {}, 0.15),
    ],
)
def test_a_flag_wins_over_the_former_name_of_its_limit(
    text: str, changes: dict[str, object], limit: float, tmp_path: Path
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text)
    assert load_policy(path, changes).limits.tracing_max == limit


def test_a_limit_under_both_of_its_names_is_refused() -> None:
    with pytest.raises(PolicyError, match="former name of tracing_max"):
        Policy(limits={"tracing_max": 0.05, "linkage_max": 0.02})


def test_only_the_person_of_a_table_has_an_earlier_spelling(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("tables: {a: {columns: {entity: {role: direct}}}, entity: {key: b}}")
    policy = load_policy(path, {"tables.a.columns.person": {"role": "plain"}, "tables.person": {"key": "q"}})
    assert policy.tables["a"].columns["entity"].role == "direct"
    assert policy.tables["entity"].key == "b"


@pytest.mark.parametrize(
    "asked",
    [
        {"backend": {"kind": "model", "shares": {"town": {"SENTINEL": "abc"}}}},
        {"tables": {"a": {"columns": {"b": {"mask": {"do": "generalise", "hierarchy": {"SENTINEL": 3}}}}}}},
    ],
)
def test_levels_that_are_keys_of_a_policy_stay_unsaid(asked: dict[str, object]) -> None:
    with pytest.raises(PolicyError) as error:
        Policy(**asked)
    assert "SENTINEL" not in f"{error.value.message} {error.value.hint}"
