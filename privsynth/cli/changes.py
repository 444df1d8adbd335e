"""What the flags say, as changes of a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from privsynth.errors import PolicyError
from privsynth.policy_places import name_of, split_setting

RULEBOOKS = {".yaml", ".yml"}


def only_set(options: Mapping[str, object]) -> dict[str, object]:
    """Without the flags that were left out."""
    return {name: value for name, value in options.items() if value is not None}


def sort_inputs(data: Sequence[str]) -> tuple[list[str], str | None]:
    """The data files, and the rulebook if one is named."""
    books = [name for name in data if Path(name).suffix.lower() in RULEBOOKS]
    if len(books) > 1:
        raise PolicyError("more than one rulebook is named.", hint="give one .yaml file")
    return [name for name in data if name not in books], books[0] if books else None


def assignments(settings: Sequence[str]) -> dict[str, object]:
    """`key=value` pairs; a value is read as YAML reads it, so that numbers are numbers."""
    from privsynth.plainyaml import parse_yaml

    values: dict[str, object] = {}
    for setting in settings:
        path, value = split_setting(setting.strip())
        if value is None or not any(path):
            raise PolicyError("--set expects KEY=VALUE.", hint="for example: --set limits.k=11")
        values[name_of(path)] = parse_yaml(f"value: {value}", "--set")["value"]
    return values


def waivers(texts: Sequence[str]) -> list[dict[str, str]] | None:
    """`gate:reason:person:last day`; a reason may hold colons. The policy checks what they say."""
    return [_waiver(text) for text in texts] or None


def _waiver(text: str) -> dict[str, str]:
    gate, *rest = (part.strip() for part in text.split(":"))
    if len(rest) < 3:
        raise PolicyError(
            "--accept-risk expects GATE:REASON:PERSON:DATE, where DATE is the last day that the waiver holds.",
            hint="for example: --accept-risk 'tracing:two people use it, in one room:A. Officer:2027-03-31'",
        )
    *reason, person, last = rest
    return {"gate": gate, "reason": ": ".join(reason), "person": person, "expires": last}


def shares_of(texts: Sequence[str]) -> dict[str, dict[str, float]] | None:
    """`column:level=share`, several of one column together. A level may hold a colon; both may hold an equals sign."""
    shares: dict[str, dict[str, float]] = {}
    for text in texts:
        column, level, share = _share(text)
        shares.setdefault(column, {})[level] = share
    return shares or None


def _share(text: str) -> tuple[str, str, float]:
    column, colon, rest = text.partition(":")
    level, equals, share = rest.rpartition("=")
    try:
        number = float(share)
    except ValueError:
        equals = ""
    if not (column and colon and equals):
        raise PolicyError("--share expects COLUMN:LEVEL=SHARE.", hint="for example: --share sex:F=0.5")
    return column, level, number


def model_first(changes: dict[str, object]) -> dict[str, object]:
    """An option of the model engine implies the backend `model`."""
    if "backend.engine" in changes and "backend" not in changes:
        return {"backend": "model", **changes}
    return changes
