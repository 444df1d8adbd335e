"""One home for defaults and bounds: what is asked is checked, and limits only tighten."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privsynth.errors import PolicyError
from privsynth.policy import Limits, MaskOptions, ModelOptions, Policy, load_policy, parse_yaml, policy_schema, profile_digest, profile_limits, read_yaml


def test_the_default_is_the_internal_profile_word_for_word() -> None:
    assert Policy().limits.model_dump() == profile_limits("internal")
    assert len(profile_digest("internal")) == 64


def test_a_limit_can_be_tightened() -> None:
    assert Policy(limits={"k": 11, "copy_max": 0.0}).limits.k == 11


@given(st.sampled_from(sorted(Limits.model_fields)), st.floats(0.001, 0.999))
def test_no_limit_can_be_loosened(name: str, by: float) -> None:
    given_value = profile_limits("internal")[name]
    tighter = Limits.model_fields[name].json_schema_extra["tighter"]  # type: ignore[index,call-overload]
    looser = given_value * (1 + by) + 1 if tighter == "lower" else given_value * (1 - by)
    with pytest.raises(PolicyError):
        Policy(limits={name: int(looser) if isinstance(given_value, int) and tighter == "higher" else looser})


def test_every_limit_says_which_side_is_tighter() -> None:
    assert all((field.json_schema_extra or {}).get("tighter") in ("lower", "higher") for field in Limits.model_fields.values())  # type: ignore[union-attr]


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


@pytest.mark.parametrize("text", ["a: [1", "- 1\n- 2\n", BOMB, "a: !!python/object/apply:os.system [ls]\n", "a: 1\na: 2\n", "\ta: 1", "a: \x00", "just words"])
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
