"""How the rules of the rulebook that binds the rows came to hold: one line for each."""

from __future__ import annotations

from collections.abc import Sequence

from privsynth.recipe import RuleKept


def rules_kept(kept: Sequence[RuleKept], *, exact: bool) -> list[dict[str, object]]:
    """With counts only in the edition of exact figures; in the others in words."""
    return [_row(each) if exact else {**_named(each), "how": _how(each)} for each in kept]


def _row(rule: RuleKept) -> dict[str, object]:
    counts = {name: getattr(rule, name) for name in ("rows", "broken", "redrawn", "repaired", "excused")}
    return {**_named(rule), "how": _how(rule), **counts}


def _named(rule: RuleKept) -> dict[str, object]:
    return {"rule": rule.rule, "place": rule.place, "table": rule.table}


def _how(rule: RuleKept) -> str:
    """In words, without a count."""
    if rule.unasked:
        return f"not asked: {rule.unasked}"
    done = ["rows were drawn again"] if rule.redrawn else []
    done += ["values were changed"] if rule.repaired else []
    done += ["rows may break it whose source rows do"] if rule.excused else []
    return "; ".join(done) or "the rows kept it as they were made"
