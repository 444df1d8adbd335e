"""What is advised follows from the figures, the policy and what was tried: made-up verdicts over a small population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from honest import draft, honest, people, source

from privsynth.policy import Policy
from privsynth.recipe import Recipe
from privsynth.source import Exposure, Source, WholeSource
from privsynth.statistics import Fact
from privsynth.verdict import Finding, Loss, Verdict
from privsynth.way_out import Advice, Attempted, Missed, WayOut
from privsynth.ways import leaks, ways_out
from privsynth.ways.carriers import carriers
from privsynth.ways.tried import settings_of

MODEL = Policy(backend="model")


@pytest.fixture(autouse=True)
def _known_carriers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which column carries a leak is looked for once: tests/ways/test_carriers.py is about it."""
    monkeypatch.setattr(leaks, "carriers", lambda gate, key, tables, names: carried(gate, key, tuple(names)))


@cache
def carried(_: str, key: str, names: tuple[str, ...]) -> list[str]:
    return carriers("copies", key, (real().train.root, real().holdout.root, honest(800)), names)


@cache
def real() -> Source:
    return source(people(800, 1), people(100, 2))


def failed(gate: str, key: str = "found", used: float = 3.0, **more: Any) -> Verdict:
    """A gate that measured `used` times its limit of .05."""
    given = {"what": f"{gate} {key}", "limit": 0.05, "table": "people", **more}
    return Verdict(gate, "digest", (Finding(key, 0.05 * used, **given),))


def advice(*verdicts: Verdict, policy: Policy = MODEL, before: Sequence[Attempted] = (), **of: Any) -> Advice:
    made = replace(draft(honest(800)), recipe=Recipe(backend=of.pop("made_by", policy.backend.kind)))
    return ways_out(verdicts, policy, made, replace(real(), **of), before)


def first(*verdicts: Verdict, **more: Any) -> WayOut:
    return advice(*verdicts, **more).ways[0]


def kinds(found: Advice) -> list[str]:
    return [way.kind for way in found.ways]


def tried(used: float, **asked: Any) -> Attempted:
    """An earlier attempt that membership refused."""
    missed = Missed(
        gate="membership", key="found", what="", table="people", measured=0.05 * used, limit=0.05, used=used
    )
    return Attempted(settings=settings_of(Policy(**{"backend": "model", **asked})), outcome="refused", missed=(missed,))


# a leak of a model


@pytest.mark.parametrize(("used", "leaf"), [(1.1, 30), (2.0, 40), (3.0, 60), (50.0, 80)])
def test_the_leaf_grows_by_as_much_as_the_figure_lies_beyond_its_limit(used: float, leaf: int) -> None:
    assert first(failed("membership", used=used)).options == ("--set", f"backend.min_leaf={leaf}")


def test_the_leaf_that_was_asked_for_is_where_it_grows_from() -> None:
    asked = Policy(backend={"kind": "model", "min_leaf": 40})
    assert first(failed("membership", used=2), policy=asked).options == ("--set", "backend.min_leaf=80")


def test_the_leaf_grows_beyond_what_was_tried_and_leaves_eight_parts_of_the_people() -> None:
    before = [tried(2.0, backend={"kind": "model", "min_leaf": 60})]
    assert first(failed("membership", used=3), before=before).options == ("--set", "backend.min_leaf=100")  # 800 / 8


def test_a_leaf_that_did_not_help_is_not_made_larger_still() -> None:
    before = [tried(2.9, backend={"kind": "model", "min_leaf": 60})]
    found = advice(failed("membership", used=3), before=before)
    assert kinds(found) == ["rows", "drop", "drop", "backend"]


def test_nothing_that_was_tried_is_advised_again() -> None:
    before = list[Attempted]()
    for _ in range(12):
        found = advice(failed("membership", used=3), before=before)
        if not found.to_follow:
            break
        asked = [settings_of(way.applied(MODEL)) for way in found.ways]
        assert not any(attempt.settings in asked for attempt in before)
        missed = (Missed(gate="membership", key="found", what="", table="people", used=3.0),)
        before.append(Attempted(settings=asked[0], outcome="refused", missed=missed))
    assert before[0].settings["backend.min_leaf"] == 60
    assert {name for attempt in before for name in attempt.settings if name.startswith("drop.")}


def test_a_step_is_seen_beside_the_attempt_that_it_was_taken_from() -> None:
    of_leaf = [{"kind": "model", "min_leaf": leaf} for leaf in (30, 50)]
    before = [tried(2.0), tried(1.2, backend=of_leaf[0]), tried(3.0, backend=of_leaf[1])]
    asked = Policy(backend=of_leaf[0], rows=500)  # 1.2 without the number of rows
    ways = advice(failed("membership", used=1.6), policy=asked, before=before).to_follow
    assert {way.applied(asked).rows for way in ways} == {None}


def test_fewer_rows_that_did_not_help_are_not_made_fewer_still() -> None:
    asked = Policy(backend="model", rows=400)
    found = advice(failed("membership", used=2), policy=asked, before=[tried(1.9)])
    assert "rows" not in kinds(found)
    assert "rows" in kinds(advice(failed("membership", used=2), policy=asked, before=[tried(6.0)]))


def test_fewer_rows_are_advised_where_they_show_less() -> None:
    assert ("--rows", "260") in [way.options for way in advice(failed("membership", used=3)).ways]
    assert "rows" not in kinds(advice(failed("copies", "near")))
    assert "rows" in kinds(advice(failed("copies", "isolated")))


def test_a_secret_that_is_guessed_is_the_column_to_leave_out() -> None:
    ways = advice(failed("attribute", "guessing.income")).ways
    assert [way.options for way in ways if way.kind == "drop"] == [("--drop", "income")]


def test_keys_and_what_a_rule_speaks_of_are_never_left_out() -> None:
    found = [way for way in advice(failed("copies", "near")).ways if way.kind == "drop"]
    assert len(found) == 2
    assert not {"key", "email"} & {way.options[1] for way in found}


def test_columns_that_were_left_out_stay_so() -> None:
    asked = Policy(backend="model", drop=["joined"])
    options = [way.options for way in advice(failed("attribute", "guessing.income"), policy=asked).ways]
    assert ("--drop", "joined", "--drop", "income") in options


def test_another_engine_gives_way_to_the_one_that_has_leaves() -> None:
    asked = Policy(backend={"kind": "model", "engine": "ctgan", "epochs": 5})
    found = first(failed("membership", used=2), policy=asked)
    assert found.options == ("--model-engine", "trees", "--set", "backend.min_leaf=40")
    assert found.applied(asked).backend.model_dump()["epochs"] is None


def test_options_of_ours_are_not_advised_for_a_backend_of_somebody() -> None:
    found = advice(failed("membership"), made_by="TheirBackend")
    assert "leaf" not in kinds(found)
    assert "min_leaf" not in str(found)


def test_a_draft_that_is_too_unlike_already_gets_no_larger_leaf() -> None:
    assert "leaf" not in kinds(advice(failed("membership"), failed("fidelity", "relative", good="high", used=0.5)))


# what is certain


def test_personal_data_is_invented_and_where_it_is_the_column_is_left_out() -> None:
    found = first(failed("pii", "not_invented", where=("job", "email"), table=""))
    assert found.options == ("--set", "tables.people.columns.job.role=direct", "--drop", "email")


def test_what_is_certain_goes_with_every_other_way() -> None:
    ways = advice(failed("pii", "likely", where=("job",), table=""), failed("membership", used=2)).to_follow
    assert ways[0].options == ("--set", "tables.people.columns.job.role=direct")
    assert all(way.options[: len(ways[0].options)] == ways[0].options for way in ways)
    assert ways[1].options[-1] == "backend.min_leaf=40"


def test_the_budget_of_rows_says_how_many_are_left() -> None:
    over = Verdict("budget", "d", (Finding("rows", 2.5, what="rows", limit=2, limit_name="rows_ratio", n=900),))
    asked = Policy(backend="model", limits={"rows_ratio": 2})
    assert first(over, policy=asked, exposure=Exposure(2, rows=1_500)).options == ("--rows", "300")
    gone = advice(over, policy=asked, exposure=Exposure(2, rows=1_800))
    assert (gone.ways, gone.nothing_left[:22]) == ((), "nothing else of backen")


def test_a_gate_that_took_too_long_gets_more_time() -> None:
    late = Verdict("membership", "d", (), "TimeOut after 900 s")
    assert first(late).options == ("--set", "gate_seconds=3600")


def test_a_hold_out_that_was_asked_too_small_is_sized_by_what_the_gates_need() -> None:
    few = failed("copies", "held_out", good="high", used=0.5, evidence=True)
    asked = Policy(backend="model", holdout=0.05)
    found = advice(few, policy=asked)
    assert kinds(found) == ["evidence", "backend"]
    assert found.ways[0].applied(asked).holdout is None


# where nothing is left


def test_without_evidence_the_next_backend_is_named_once() -> None:
    found = advice(failed("copies", "held_out", good="high", used=0.5, evidence=True), failed("membership"))
    assert [way.options for way in found.ways] == [("--backend", "mask")]
    assert found.nothing_left == "nothing else of backend model is left to try on this table; what works:"


def test_a_profile_whose_attempts_are_used_up_offers_another_backend_alone() -> None:
    asked = Policy(backend="model", profile="gdpr-strict")
    assert kinds(advice(failed("membership"), policy=asked, exposure=Exposure(2))) != ["backend"]
    assert kinds(advice(failed("membership"), policy=asked, exposure=Exposure(3))) == ["backend"]
    masked = Attempted(settings=settings_of(Policy(backend="mask", profile="gdpr-strict")))
    spent = advice(failed("membership"), policy=asked, exposure=Exposure(3, before=(masked,) * 3))
    assert spent.ways == ()
    assert "write a rulebook" in spent.nothing_left


def test_a_judge_or_a_report_that_is_wrong_is_said_and_nothing_else_advised() -> None:
    blind = failed("selftest", remedy="do not release")
    broken = Verdict("pii", "d", (), "BlindScannerError")
    assert advice(blind, failed("membership")) == Advice(by_hand=("do not release",))
    assert advice(broken) == Advice(by_hand=("the gate pii could not judge (BlindScannerError): report it",))
    assert advice(failed("artefacts", remedy="call it otherwise")).by_hand == ("call it otherwise",)


def test_an_attack_without_power_on_this_table_leaves_another_backend() -> None:
    found = advice(failed("selftest", "seen_by_singling_out", remedy="another backend"))
    assert kinds(found) == ["backend"]
    assert found.by_hand == ("another backend",)


RULES = Policy(backend="rules")


def test_what_only_a_rulebook_can_say_otherwise_is_said_in_words_and_never_typed() -> None:
    found = advice(failed("pii", where=("town",)), failed("membership"), policy=RULES, is_of_book=True)
    assert {change.path[0] for way in found.ways for change in way.changes} <= {"rows", "backend"}
    said = found.by_hand[0]
    assert said.startswith("invent town in the rulebook, with person or pattern")
    assert "or infer it again with --set tables.people.columns.town.role=direct" in said
    assert "infer it again" not in advice(failed("pii", where=("town",)), policy=RULES).by_hand[0]


def test_a_column_that_a_rulebook_makes_goes_out_of_the_book_and_of_the_run() -> None:
    found = advice(failed("fidelity", "use", good="high", used=0.5, where=("age",)), policy=RULES, is_of_book=True)
    assert found.by_hand[0].startswith(
        "take age out of the rulebook, or infer it again with --drop age; then run it with --drop age: "
    )
    assert [way.options[:2] for way in found.ways if way.leaves] == [("--backend", "mask"), ("--backend", "model")]


def test_too_few_people_beside_an_inferred_book_are_no_reason_to_infer_it_again() -> None:
    few = failed("copies", "held_out", good="high", used=0.5, evidence=True)
    (enough,) = advice(few, policy=RULES, is_of_book=True).by_hand  # 900 people, 200 needed
    assert "the profile internal judges by 200: infer it again with --profile internal" in enough
    strict = Policy(backend="rules", profile="gdpr-strict")
    (never,) = advice(few, policy=strict, is_of_book=True).by_hand
    assert "it needs 2,000 people, half of them held out, and there are 900" in never
    assert "to infer it again changes nothing" in never


def test_a_release_needs_no_way() -> None:
    assert advice(failed("membership", used=0.5)) == Advice()


# rows that are made from one person each


def test_groups_of_mask_and_clone_grow_or_lose_the_quasi_identifier_of_most_values() -> None:
    found = failed("tracing", "nearest", used=2, where=("age", "sex", "town"))
    masked, cloned = (advice(found, policy=Policy(backend=name)) for name in ("mask", "clone"))
    assert [way.options for way in masked.ways][:2] == [("--set", "backend.k=10"), ("--drop", "age")]
    assert masked.ways[0].applied(Policy(backend="mask")).limits.k == 5  # the limit itself stays
    assert masked.ways[-1].options == ("--backend", "model")
    assert cloned.ways[0].options == ("--set", "limits.k=10")
    assert [way.options for way in cloned.ways][-2:] == [("--backend", "mask"), ("--backend", "model")]


def test_larger_groups_that_moved_nothing_are_taken_back_when_a_quasi_identifier_goes() -> None:
    found = failed("tracing", "nearest", used=2, where=("age", "sex", "town"))
    asked = Policy(backend={"kind": "mask", "k": 10})
    missed = (Missed(gate="tracing", key="nearest", what="", table="people", used=2.0),)
    before = [Attempted(settings=settings_of(Policy(backend="mask")), missed=missed)]
    way = advice(found, policy=asked, before=before).ways[0]
    assert way.applied(asked).drop == ["age"]
    assert way.applied(asked).backend == Policy(backend="mask").backend


def test_more_blanks_are_asked_for_by_as_much_as_there_were() -> None:
    blanked = failed("classical", "suppressed", used=1.6)
    assert first(blanked, policy=Policy(backend="mask")).options == ("--set", "backend.suppress_max=0.1")


# fidelity


def test_a_leaf_that_was_asked_for_shrinks_where_the_draft_is_too_unlike() -> None:
    unlike = failed("fidelity", "relative", good="high", used=0.5)
    asked = Policy(backend={"kind": "model", "min_leaf": 90})
    assert first(unlike, policy=asked).options == ("--set", "backend.min_leaf=40")
    few = Policy(backend="model", rows=100)
    made = replace(draft(honest(100)), recipe=Recipe(backend="model"))
    assert ("without rows",) in [way.words for way in ways_out([unlike], few, made, real()).ways]


def test_a_column_lost_by_the_leaf_that_was_asked_for_comes_back_by_a_smaller_one() -> None:
    lost = failed("fidelity", "levels", good="high", used=0.5, where=("town",))
    asked = Policy(backend={"kind": "model", "min_leaf": 90})
    assert first(lost, policy=asked).options == ("--set", "backend.min_leaf=40")
    leaked = tried(2.0, backend={"kind": "model", "min_leaf": 40})
    assert first(lost, policy=asked, before=[leaked]).options == ("--drop", "town")


def test_a_lost_column_is_left_out_before_the_leaf_is_turned_and_garbage_is_a_persons_decision() -> None:
    lost = failed("fidelity", "columns", good="high", used=0.5, where=("town",))
    found = advice(lost)
    assert found.ways[0].options == ("--drop", "town")
    assert found.ways[1].options == ("--set", "backend.min_leaf=10")
    assert kinds(found)[-2:] == ["backend", "lost"]
    assert found.ways[-1].options == ("--set", "tables.people.columns.town.may_be_lost=true")


def test_no_leaf_is_turned_for_the_loss_of_a_column_that_is_invented() -> None:
    lost = failed("fidelity", "levels", good="high", used=0.5, where=("email",))
    found = advice(lost, policy=Policy(backend={"kind": "model", "min_leaf": 90}))
    assert [way.options for way in found.to_follow] == [("--drop", "email")]
    assert kinds(found)[-1] == "lost"


def test_a_leaf_for_what_is_learnt_goes_with_the_loss_of_what_is_invented() -> None:
    invented = failed("fidelity", "levels", good="high", used=0.5, where=("email",))
    learnt = failed("fidelity", "ties", good="high", used=0.4, where=("town",))
    leaf = next(way for way in advice(invented, learnt).ways if way.kind == "leaf")
    assert leaf.options == ("--set", "backend.min_leaf=10", "--drop", "email")


def test_what_a_column_says_of_others_is_first_followed_more_closely() -> None:
    lost = failed("fidelity", "ties", good="high", used=0.5, where=("town",))
    assert [way.options for way in advice(lost).to_follow][::2] == [
        ("--set", "backend.min_leaf=10"),
        ("--drop", "town"),
    ]


def broken(*pairs: tuple[str, str]) -> Verdict:
    """Relations between columns that hold in half of the rows."""
    places = tuple(Loss(where=pair, kept=0.5, fresh=1.0, lost=0.5, words="holds no more") for pair in pairs)
    where = tuple(dict.fromkeys(name for pair in pairs for name in pair))
    found = Finding(
        "relations", 0.5, what="relations", limit=0.95, good="high", table="people", where=where, places=places
    )
    return Verdict("fidelity", "digest", (found,))


def fact(kind: str, *columns: str) -> Fact:
    return Fact(kind, table="people", columns=columns, share=1.0, words="")


def known(*facts: Fact) -> WholeSource:
    return WholeSource(real().train, facts)


def dropped(found: Advice) -> list[tuple[str, ...]]:
    return [tuple(way.options[1::2]) for way in found.ways if way.kind == "drop"]


def test_what_follows_from_another_column_is_left_out_first_then_what_decides_it() -> None:
    of = {"dependency": "job", "one_to_one": "job", "arithmetic": "town", "order": "job"}
    for kind, name in of.items():
        found = advice(broken(("town", "job")), whole=known(fact(kind, "town", "job")))
        other = "town" if name == "job" else "job"
        assert dropped(found) == [(name,), (other,)], kind
        assert kinds(found)[:2] == ["drop", "drop"]


def test_of_two_columns_that_say_the_same_the_number_goes() -> None:
    found = advice(broken(("age", "town")), whole=known(fact("one_to_one", "age", "town")))
    assert dropped(found) == [("age",), ("town",)]


def test_the_fewest_columns_that_mend_all_relations_go_together_and_each_named_one_is_offered() -> None:
    found = dropped(advice(broken(("town", "job"), ("town", "sex"))))
    assert found[0] == ("town",)
    assert set(found[1]) == {"job", "sex"}
    apart = dropped(advice(broken(("town", "job"), ("age", "sex"))))
    assert [len(each) for each in apart] == [2] * len(apart)
    assert {name for each in apart for name in each} == {"town", "job", "age", "sex"}


def unlike(used: float, **asked: Any) -> Attempted:
    missed = Missed(gate="fidelity", key="relations", what="", table="people", used=used)
    return Attempted(settings=settings_of(Policy(**asked)), missed=(missed,))


def test_a_step_that_moved_nothing_is_taken_back_by_all_ways_and_one_that_did_stays() -> None:
    asked = Policy(backend={"kind": "model", "min_leaf": 10}, drop=["member", "age"], rows=300)
    as_it_was = unlike(1.9, backend="model", drop=["member"])  # relations hold in half of the rows now, too
    ways = advice(broken(("town", "job")), policy=asked, before=[as_it_was]).to_follow
    applied = [way.applied(asked) for way in ways]
    assert applied[0].drop == ["member", "town"]
    assert applied[0].rows is None
    assert {policy.backend.min_leaf for policy in applied} == {None}
    assert not any("age" in policy.drop for policy in applied)
    worse = unlike(4.0, backend="model", drop=["member"])
    ways = advice(broken(("town", "job")), policy=asked, before=[worse]).to_follow
    assert ways[0].applied(asked).drop == ["member", "age", "town"]
    assert ways[0].applied(asked).rows == 300


def test_what_a_vain_step_brought_about_is_not_mended() -> None:
    asked = Policy(backend="model", drop=["age"])
    now = [broken(("town", "job")), failed("copies", "isolated")]
    assert "rows" not in kinds(advice(*now, policy=asked, before=[unlike(1.9, backend="model")]))
    assert "rows" in kinds(advice(*now, policy=asked))


def test_a_table_is_not_dropped_column_by_column() -> None:
    names = ("age", "sex", "town", "job", "member")
    assert "drop" not in kinds(advice(failed("fidelity", "columns", good="high", used=0.5, where=names)))


# what may be told, and what is remembered


def test_no_figure_is_told_where_the_profile_shows_bands() -> None:
    asked = Policy(backend="model", profile="gdpr-strict")
    told = [first(failed("membership", used=used), policy=asked) for used in (2.2, 3.9)]
    assert told[0] == told[1]
    assert "0.11" not in told[0].why


def test_what_is_remembered_of_a_policy_holds_no_value() -> None:
    asked = Policy(
        backend={"kind": "model", "where": "town = 'Springfield'", "shares": {"town": {"Springfield": 0.5}}},
        tables={"people": {"columns": {"age": {"role": "quasi", "domain": {"levels": ["Springfield"]}}}}},
        drop=["job"],
        seed=7,
    )
    settings = settings_of(asked)
    assert "Springfield" not in str(settings)
    assert settings == settings_of(asked.with_(seed=8))
    assert settings["role.people.age"] == "quasi"
    assert settings["drop.job"] is True


def test_no_way_loosens_a_limit() -> None:
    verdicts = [failed(gate, where=("age",)) for gate in ("pii", "copies", "membership", "linkability", "inference")]
    for kind in ("model", "mask", "clone"):
        policy = Policy(backend=kind)
        for way in advice(*verdicts, failed("tracing", where=("age",)), policy=policy).ways:
            then = way.applied(policy)
            assert then.profile == policy.profile
            same = then.limits.model_dump() | {"k": policy.limits.k}
            assert same == policy.limits.model_dump()
            assert then.limits.k >= policy.limits.k
