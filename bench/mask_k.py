"""What k-anonymity costs: our cells beside Mondrian's as its paper describes it, by the same measures.

    python bench/mask_k.py MATERIAL                          tables of figures
    python bench/mask_k.py MATERIAL --oracle PYTHON          k, l, t and risks beside pycanon's, run by that interpreter
    python bench/mask_k.py MATERIAL --speed 100000 1000000   seconds and memory
    python bench/mask_k.py MATERIAL --sample 0.5 0.1         learnt from a part of the rows, applied to all

MATERIAL is a folder with tables/ (Adult, bank marketing, Titanic, Berka).

NCP: normalised certainty penalty (Xu et al. 2006), the mean over rows and columns of what a word leaves open: for
numbers and dates the share of the column's range, for levels the share of the levels, 0 where one value is told, 1 for
a blank. Rank: the same, but by the rows that lie between (share of the rows whose value the word allows, less those of
the value itself). Discernibility (Bayardo & Agrawal 2005): how many rows look like a row, on average; a blank one looks
like all. Average class: rows a group, over k. Accuracy: of a boosted forest that learns the target from one half of the
words and guesses the other's.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.tables import as_table
from privsynth.dataset import Column, Kind, Role, Table
from privsynth.generate.mask.steps.anonymise import Demands, learn_anonymiser
from privsynth.measure.classical.diversity import diversity
from privsynth.measure.classical.groups import combined, group_risk, groups_of

Array = np.ndarray[Any, Any]
K_RARE, CAP = 11, 0.05
SHOWN = ("NCP", "rank", "discern.", "class", "accuracy")


@dataclass(frozen=True)
class Trial:
    name: str
    table: Table
    names: tuple[str, ...]
    target: str | None


# --- the tables ---


def trials(folder: Path) -> Iterator[Trial]:
    adult, bank = (_both(folder / "tables", name) for name in ("adult", "bank"))
    yield Trial(
        "adult, 7",
        adult,
        ("age", "workclass", "education", "marital_status", "race", "sex", "native_country"),
        "income",
    )
    yield Trial(
        "adult, 8",
        adult,
        ("age", "workclass", "education_num", "marital_status", "occupation", "race", "sex", "hours_per_week"),
        "income",
    )
    yield Trial("adult, 4", adult, ("age", "occupation", "education", "sex"), "income")
    yield Trial("bank, 6", bank, ("age", "job", "marital", "education", "balance", "housing"), "y")
    titanic = as_table(pd.read_csv(folder / "tables" / "titanic.csv"), "titanic")
    yield Trial("titanic, 5", titanic, ("age", "sex", "pclass", "fare", "embarked"), "survived")
    yield Trial("berka, 3", _clients(folder / "tables" / "berka"), ("born", "woman", "district"), None)


def _both(folder: Path, name: str) -> Table:
    halves = [pd.read_csv(folder / f"{name}.{half}.csv.gz", keep_default_na=False) for half in ("train", "holdout")]
    return as_table(pd.concat(halves, ignore_index=True), name)


def _clients(folder: Path) -> Table:
    """A birth number is a date whose month is 50 more for women."""
    client, district = pd.read_csv(folder / "client.csv.gz"), pd.read_csv(folder / "district.csv.gz")
    number = client["birth_number"]
    month = number // 100 % 100
    woman = month > 50
    born = pd.to_datetime({"year": 1900 + number // 10_000, "month": month - 50 * woman, "day": number % 100})
    town = client["district_id"].map(district.set_index(district.columns[0])[district.columns[1]])
    return as_table(pd.DataFrame({"born": born.dt.strftime("%Y-%m-%d"), "woman": woman, "district": town}), "client")


# --- the two ways ---

Words = dict[str, Array]


def ours(
    trial: Trial,
    k: int,
    cap: float = CAP,
    least: int | None = None,
    most: float | None = None,
    secrets: Sequence[str] = (),
) -> Words:
    people = np.arange(len(trial.table))
    demands = Demands(k=k, k_rare=K_RARE, l=least, t=most, suppress_max=cap)
    return learn_anonymiser(trial.table, trial.names, demands, people=people, secrets=secrets).apply(trial.table)


def textbook(trial: Trial, k: int, *, by_rows: bool) -> Words:
    """LeFevre, DeWitt and Ramakrishnan (2006), strict: cut the column that is widest by its share of the range at the
    median; if that is not allowed the next widest. Levels stand in an order that somebody chose: as they sort, or
    (`by_rows`) the commonest first. A word lists what its cell holds, which flatters the textbook: it tells less than
    the run of levels between."""
    codes = np.column_stack([_scale(trial.table, name, by_rows=by_rows) for name in trial.names])
    span = np.maximum(np.ptp(codes, axis=0), 1e-12)
    cells, waiting = [], [np.arange(len(codes))]
    while waiting:
        rows = waiting.pop()
        here = codes[rows]
        for at in np.argsort(-np.ptp(here, axis=0) / span, kind="stable"):
            left = here[:, at] <= np.sort(here[:, at])[(len(rows) - 1) // 2]
            if min(left.sum(), (~left).sum()) >= k:
                waiting += [rows[left], rows[~left]]
                break
        else:
            cells.append(rows)
    return {name: _listed(trial.table, name, cells) for name in trial.names}


def _scale(table: Table, name: str, *, by_rows: bool) -> Array:
    values = table.values(name)
    if values.dtype.kind == "M":
        values = values.astype("datetime64[D]").astype(float)
    if values.dtype.kind == "f":
        return np.where(np.isnan(values), np.nanmin(values) - 1, values)  # the missing ones before all others
    known = pd.Series(values, dtype=object).fillna("").value_counts()
    order = list(known.index) if by_rows else sorted(known.index)
    return pd.Index(order).get_indexer(pd.Index(pd.Series(values, dtype=object).fillna(""))).astype(float)


def _listed(table: Table, name: str, cells: Sequence[Array]) -> Array:
    made, values = np.empty(len(table), dtype=object), table.values(name)
    for rows in cells:
        known = np.unique(values[rows][~pd.isna(values[rows])])
        if values.dtype.kind in "fM":
            ends = (
                [f"{end:g}" if values.dtype.kind == "f" else str(end.astype("datetime64[D]")) for end in known[[0, -1]]]
                if len(known)
                else []
            )
            word = None if not ends else ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
        else:
            word = None if not len(known) else "|".join(known[:2]) + (f"|+{len(known) - 2}" if len(known) > 2 else "")
        made[rows] = word if word is None or not pd.isna(values[rows]).any() else f"{word}/missing"
    return made


# --- the measures, on the words alone ---


def figures(trial: Trial, words: Words, k: int) -> dict[str, float]:
    table = trial.table
    frame = pd.DataFrame({name: pd.Series(words[name], dtype=object) for name in trial.names})
    blank = (frame.isna() | (frame == "*")).all(axis=1).to_numpy()
    sizes = np.bincount(combined([frame[name] for name in trial.names], len(table))[~blank])
    sizes = sizes[sizes > 0]
    opened = [_opened(table, name, words[name]) for name in trial.names]
    return {
        "k": float(sizes.min()),
        "blanked": float(blank.mean()),
        "NCP": float(np.mean([one.mean() for one, _ in opened])),
        "rank": float(np.mean([two.mean() for _, two in opened])),
        "discern.": float(((sizes.astype(float) ** 2).sum() + blank.sum() * len(table)) / len(table)),
        "class": float(sizes.mean() / k),
        "accuracy": _accuracy(trial, words) if trial.target else float("nan"),
    }


def _opened(table: Table, name: str, words: Array) -> tuple[Array, Array]:
    """What each row's word leaves open, by the range or the levels and by the rows."""
    values = table.values(name)
    which, distinct = pd.factorize(pd.Series(words, dtype=object), use_na_sentinel=False)
    meanings = [_meaning(table, name, None if pd.isna(word) else str(word)) for word in distinct]
    of_value = (
        pd.Series(values)
        .map(pd.Series(values).value_counts(normalize=True))
        .fillna(float(pd.isna(values).mean()))
        .to_numpy()
    )
    share = np.array([rows for _, rows in meanings])[which]
    return np.array([width for width, _ in meanings])[which], np.clip(share - of_value, 0, 1)


def _meaning(table: Table, name: str, word: str | None) -> tuple[float, float]:
    values = table.values(name)
    missing = float(pd.isna(values).mean())
    if word is None:
        return 0.0, missing
    if word == "*":
        return 1.0, 1.0
    plain = word.removesuffix("/missing")
    width, rows = _span(values, plain) if values.dtype.kind in "fM" else _levels(values, plain)
    return ((width + 1) / 2, rows + missing) if plain != word else (width, rows)


def _span(values: Array, word: str) -> tuple[float, float]:
    """Numbers and dates: the share of the range, and of the rows."""
    known = values[~pd.isna(values)]
    low, high = _ends(word.strip("()"), known)
    known = known.astype("datetime64[D]").astype(float) if known.dtype.kind == "M" else known
    low, high = max(low, known.min()), min(high, known.max())
    return max(0.0, (high - low) / max(float(np.ptp(known)), 1e-12)), float(
        ((known >= low) & (known <= high)).mean() * len(known) / len(values)
    )


def _ends(word: str, values: Array) -> tuple[float, float]:
    point: Callable[[str], tuple[float, float]] = (
        _days if values.dtype.kind == "M" else lambda text: (float(text), float(text))
    )
    if matched := re.fullmatch(r"(.+) or (?:more|later)", word):
        return point(matched[1])[0], np.inf
    if matched := re.fullmatch(r"(.+) or (?:less|earlier)|under (.+)", word):
        return -np.inf, point(matched[1] or matched[2])[1]
    first, _, last = word.partition(" to ")
    return point(first)[0], point((last or first).removeprefix("<"))[1]


def _days(text: str) -> tuple[float, float]:
    """First and last day of a day, month, quarter, year or decade."""
    if found := re.fullmatch(r"(\d{4})-Q(\d)", text):
        first, last = _days(f"{found[1]}-{3 * int(found[2]) - 2:02d}"), _days(f"{found[1]}-{3 * int(found[2]):02d}")
        return first[0], last[1]
    if text.endswith("s"):
        return _days(text[:-1])[0], _days(f"{text[:3]}9")[1]
    start = np.datetime64(text)
    return float(start.astype("datetime64[D]").astype(int)), float((start + 1).astype("datetime64[D]").astype(int)) - 1


def _levels(values: Array, word: str) -> tuple[float, float]:
    """The share of the levels; 'other' stands for those that few rows hold. A '+n' is n unknown average ones."""
    share = pd.Series(values, dtype=object).value_counts() / len(values)
    rare = share[share * len(values) < K_RARE]
    parts = word.strip("()").split("|")
    hidden = sum(int(part[1:]) for part in parts if re.fullmatch(r"\+\d+", part))
    named = [part for part in parts if part in share.index]
    rest = max(len(rare), 1) if "other" in parts and "other" not in share.index else 0
    count = len(named) + hidden + rest
    others = share.drop(named).sort_values(ascending=False)
    rows = (
        float(share[named].sum() + rare.sum() * (rest > 0) + others.mean() * hidden)
        if len(others)
        else float(share[named].sum())
    )
    return (count / len(share) if count > 1 else 0.0), rows


def _accuracy(trial: Trial, words: Words) -> float:
    from sklearn.ensemble import HistGradientBoostingClassifier

    names = trial.names
    features = np.column_stack([_feature(trial.table, name, words[name]) for name in names])
    target = pd.factorize(trial.table.values(trial.target or ""))[0]
    levels = [trial.table.values(name).dtype.kind == "O" for name in names]
    half = np.random.default_rng(5).random(len(target)) < 0.5
    model = HistGradientBoostingClassifier(categorical_features=levels, random_state=0, max_iter=80)
    return float(
        np.mean(
            [model.fit(features[part], target[part]).score(features[~part], target[~part]) for part in (half, ~half)]
        )
    )


def _feature(table: Table, name: str, words: Array) -> Array:
    """The middle of a range; the number of a word, the commonest first, the rare ones together."""
    values = table.values(name)
    which, known = pd.factorize(pd.Series(words, dtype=object), use_na_sentinel=False)
    if values.dtype.kind == "O":
        rank = np.argsort(np.argsort(-np.bincount(which), kind="stable"))
        return np.minimum(rank[which], 250).astype(float)
    there = values[~pd.isna(values)]
    span = (there.astype("datetime64[D]").astype(float) if there.dtype.kind == "M" else there).min(), there.max()
    return np.array([_middle(word, there, span) for word in known])[which]


def _middle(word: Any, there: Array, span: Any) -> float:
    if pd.isna(word):
        return float("nan")
    if word == "*":
        return float(np.median(there))
    low, high = _ends(str(word).removesuffix("/missing").strip("()"), there)
    return (max(low, float(span[0])) + min(high, float(span[1]))) / 2


# --- what is printed ---


def compare(folder: Path) -> None:
    for trial in trials(folder):
        names = ", ".join(trial.names)
        print(f"\n### {trial.name}: {names} ({len(trial.table):,} rows)\n")
        print("| k | way | smallest | blanked |", " | ".join(SHOWN), "| s CPU |")
        print("|---|---|---|---|", "---|" * (len(SHOWN) + 1))
        for k in (5, 11, 20):
            for way, made in (
                ("textbook, levels sorted", lambda k=k, trial=trial: textbook(trial, k, by_rows=False)),
                ("textbook, commonest first", lambda k=k, trial=trial: textbook(trial, k, by_rows=True)),
                ("ours, none blanked", lambda k=k, trial=trial: ours(trial, k, 0.0)),
                ("ours", lambda k=k, trial=trial: ours(trial, k)),
            ):
                start = time.process_time()
                words = made()
                seconds = time.process_time() - start
                found = figures(trial, words, k)
                shown = " | ".join(f"{found[name]:.3f}" for name in SHOWN)
                print(
                    f"| {k} | {way} | {found['k']:.0f} | {found['blanked']:.1%} | {shown} | {seconds:.1f} |", flush=True
                )
        if trial.target:
            raw = {name: trial.table.text(name) for name in trial.names}
            print(f"\naccuracy on the values themselves: {_accuracy(trial, raw):.3f}")


# --- another's figures ---

ASK = """
import json, sys
import numpy as np, pandas as pd
from pycanon import anonymity
from pycanon.metrics import average_rir, max_rir
asked = json.load(sys.stdin)
frame = pd.DataFrame(asked["frame"])
names = asked["names"]
found = {
    "k": anonymity.k_anonymity(frame, names),
    "largest risk": max_rir(frame, names),
    "average risk of a group": average_rir(frame, names),
}
for secret in asked["secrets"]:
    found["l of " + secret] = anonymity.l_diversity(frame, names, [secret])
    found["entropy l of " + secret] = anonymity.entropy_l_diversity(frame, names, [secret])
    found["t of " + secret] = anonymity.t_closeness(frame, names, [secret])
json.dump({name: float(value) for name, value in found.items()}, sys.stdout)
"""


def oracle(folder: Path, python: Path) -> None:
    """Our figures and pycanon's on the same words.

    It takes each row for a person, leaves out no blank row, and cuts the entropy l down to a whole number.
    """
    trial = next(trials(folder))
    half = trial.table.take(np.arange(len(trial.table)) % 2 == 0)
    trial, secrets = (
        Trial(trial.name, half, trial.names, trial.target),
        ("income", "occupation", "hours_per_week", "capital_gain"),
    )
    for said, words in (
        ("k = 11", ours(trial, 11)),
        ("k = 11, l = 5 and t = 0.45 for occupation", ours(trial, 11, CAP, 5, 0.45, ("occupation",))),
    ):
        _beside(said, trial, words, secrets, python)


def _beside(title: str, trial: Trial, words: Words, secrets: Sequence[str], python: Path) -> None:
    half = trial.table
    masked = half.with_columns(*(_category(half, name) for name in trial.names))
    frame = half.frame.assign(**{name: pd.Series(words[name], dtype=object) for name in trial.names})
    masked = Table(half.name, masked.columns, frame)
    _, blank = groups_of(masked, trial.names)
    masked = masked.take(~blank)
    mine = _own(masked, trial.names, secrets)
    asked = {
        "names": list(trial.names),
        "secrets": secrets,
        "frame": {n: [None if pd.isna(v) else v for v in masked.values(n).tolist()] for n in (*trial.names, *secrets)},
    }
    ran = subprocess.run(  # noqa: S603
        [str(python), "-W", "ignore", "-c", ASK], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    pycanon = json.loads(ran.stdout)
    print(
        f"\n{title}: {len(masked):,} rows, {int(blank.sum())} blanked ones left out\n\n| figure | ours | pycanon |"
        " |\n|---|---|---|---|"
    )
    for name, value in pycanon.items():
        own = float(int(mine[name] + 1e-9)) if name.startswith("entropy") else mine[name]
        print(f"| {name} | {mine[name]:.6f} | {value:.6f} | {'equal' if abs(own - value) < 1e-9 else 'DIFFERENT'} |")


def _category(table: Table, name: str) -> Column:
    return replace(table[name], kind=Kind.CATEGORY, role=Role.QUASI)


def _own(masked: Table, names: Sequence[str], secrets: Sequence[str]) -> dict[str, float]:
    risk = group_risk(masked, names, 1.0)
    assert risk is not None  # noqa: S101  some rows are left
    groups, _ = groups_of(masked, names)
    figures = {
        "k": float(risk.smallest),
        "largest risk": risk.largest_risk,
        "average risk of a group": float((1 / np.bincount(groups)).mean()),
    }
    for name in secrets:
        values = masked.values(name)
        ordered = values.dtype.kind in "fM"
        hidden = diversity(groups, pd.factorize(values, sort=ordered, use_na_sentinel=False)[0], ordered=ordered)
        assert hidden is not None  # noqa: S101
        figures |= {
            f"l of {name}": float(hidden.distinct),
            f"entropy l of {name}": hidden.entropy,
            f"t of {name}": hidden.closeness,
        }
    return figures


# --- speed ---


def speed(rows: int) -> None:
    """Six quasi-identifiers: age, birth date, sex, 4,000 postcodes, 60 jobs, income; then three rows a person."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, rows),
            "born": (np.datetime64("1940-01-01") + rng.integers(0, 25_000, rows)).astype(str),
            "sex": rng.choice(["f", "m"], rows),
            "postcode": pd.Series(rng.integers(10_000, 99_999, 4_000))
            .astype(str)
            .to_numpy()[np.minimum(rng.geometric(0.002, rows), 3_999)],
            "job": pd.Series([f"job {at}" for at in range(60)]).to_numpy()[np.minimum(rng.geometric(0.08, rows), 59)],
            "income": np.round(rng.lognormal(10, 0.7, rows), -1),
            "secret": rng.choice(list("abcdefgh"), rows, p=[0.3, 0.2, 0.15, 0.1, 0.1, 0.08, 0.05, 0.02]),
        }
    )
    frame["postcode"] = frame["postcode"].astype(object)
    table = as_table(frame.astype({"postcode": object}), "people")
    columns = [column if column.name != "postcode" else _postal(column) for column in table.columns]
    table = table.with_columns(*columns)
    people = np.arange(rows)
    for what, who, least, most in (
        ("", people, None, None),
        (", three rows a person", people // 3, None, None),
        (", l 3, t 0.3", people, 3, 0.3),
    ):
        start = time.process_time()
        secrets = ["secret"] if least else []
        demands = Demands(k=11, k_rare=K_RARE, l=least, t=most, suppress_max=CAP)
        made = learn_anonymiser(table, list(frame.columns[:6]), demands, people=who, secrets=secrets)
        learnt = time.process_time()
        made.apply(table)
        said = f"{learnt - start:.1f} s CPU to learn, {time.process_time() - learnt:.1f} s to apply"
        print(
            f"{rows:,} rows x 6{what}: {said}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB"
            f" at most; lost {made.lost:.3f}",
            flush=True,
        )


def sampled(folder: Path, share: float) -> None:
    """Cells of a sample, applied to all rows as they are, and widened by all rows first."""
    print(
        f"\n### learnt from {share:.0%} of the rows, k = 11\n\n| table | lost, learnt from all | as learnt: blank |"
        " lost | widened: blank | lost |"
    )
    print("|---|---|---|---|---|---|")
    for trial in trials(folder):
        rows = len(trial.table)
        some = np.sort(np.random.default_rng(0).permutation(rows)[: int(rows * share)])
        whole, narrow = (
            learn_anonymiser(part, trial.names, Demands(k=11, k_rare=K_RARE), people=np.arange(len(part)))
            for part in (trial.table, trial.table.take(some))
        )
        found = (narrow.measured(trial.table), narrow.widened(trial.table).measured(trial.table))
        print(
            f"| {trial.name} | {whole.lost:.3f} |",
            " | ".join(f"{blank / rows:.1%} | {lost:.3f}" for lost, blank in found),
            "|",
            flush=True,
        )


def _postal(column: Column) -> Column:
    return replace(column, kind=Kind.TEXT, entity="POSTCODE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("material", type=Path)
    parser.add_argument("--oracle", type=Path)
    parser.add_argument("--speed", type=int, nargs="+")
    parser.add_argument("--sample", type=float, nargs="+")
    asked = parser.parse_args()
    if asked.oracle:
        oracle(asked.material, asked.oracle)
    elif asked.speed:
        for rows in asked.speed:
            speed(rows)
    elif asked.sample:
        for share in asked.sample:
            sampled(asked.material, share)
    else:
        compare(asked.material)


if __name__ == "__main__":
    main()
