"""Does the verdict notice what a user loses? Twelve ways to destroy a table, over five tables; and honest drafts.

    python bench/verdicts.py ADULT.csv[.gz] [--only WORD] [--out TABLE.md] [--show]

A table is halved, by person where it has persons: one half is the source, the other an honest draft. The draft is then
destroyed a little, with a strength (mostly the share of the rows that are hit) found by bisection: so much that a use
of the table falls by 5 %, and by more than three times what it differs from one halving to the next. A use is what
somebody does with the rows: means by group or month learnt from the draft and put to the test on the source, a join,
the rows of a person, the mean over the top. `privsynth fidelity SOURCE DRAFT` judges. A destroyed draft should be
blocked (exit 4), or a column that was hit be named on the screen: in a line that warns, names the worst places, or
failed. Honest drafts, which are other halves and what the default engine makes, should pass.

Uses and destructions are measured with code of this file alone. Four of the five tables are invented here.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Frame = pd.DataFrame
Random = np.random.Generator
Use = Callable[[Frame, Frame], float]  # of the source and a draft: 1 is perfect, 0 is no use
Destroy = Callable[[Frame, float, Random], Frame]  # with a strength from 0 (nothing) to 1

FALL = 0.05
HALVINGS = 4
STEPS = 8
ADULT_ROWS = 8_000
WARNS = re.compile(r"^\s*(?:failed|warning|warn|worst|lost|try|the (?:three )?worst|.*\bworst\b)", re.IGNORECASE)
MOST_NAMED = 6  # columns in a line that names some of many: a line that lists all of them names none


@dataclass(frozen=True, kw_only=True)
class Destruction:
    """One way to destroy one table."""

    name: str
    hits: tuple[str, ...]
    destroy: Destroy
    use: Use


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One table, whose rows are of `person` where it has persons, and the ways to destroy it."""

    name: str
    frame: Frame
    ways: tuple[Destruction, ...]
    person: str = ""


@dataclass(kw_only=True)
class Line:
    """What came of one draft."""

    table: str
    way: str
    strength: float = 0.0
    fall: float = 0.0
    outcome: str = ""
    named: tuple[str, ...] = ()
    screen: str = field(default="", repr=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("adult", type=Path, help="the table of Adult, with a header line")
    parser.add_argument("--only", default="", help="only tables and ways that hold this word, in `table: way`")
    parser.add_argument("--out", type=Path, help="the table of outcomes as Markdown")
    parser.add_argument("--show", action="store_true", help="what the command said of each draft that was missed")
    asked = parser.parse_args()
    start = time.process_time()
    subjects = [adult(asked.adult), shops(), purchases(), loans(), patients()]
    with tempfile.TemporaryDirectory() as folder:
        lines = [
            told(line, show=asked.show)
            for subject in subjects
            for line in (*destroyed(subject, Path(folder), asked.only), *honest(subject, Path(folder), asked.only))
        ]
    text = summary(lines)
    print(text)
    print(f"{time.process_time() - start:.0f} s of processor time")
    if asked.out:
        asked.out.write_text(text, encoding="utf-8")


# --- the run


def destroyed(subject: Subject, folder: Path, only: str) -> Iterator[Line]:
    halvings = [halves(subject, seed) for seed in range(HALVINGS)]
    source, draft = halvings[0]
    ways = [way for way in subject.ways if only in f"{subject.name}: {way.name}"]
    whole = Line(table=subject.name, way="")  # what is said of the draft anyway names nothing that was destroyed
    if ways:
        judged(whole, source, draft, (), folder)
    for way in ways:
        strength, fall, is_enough = strength_of(way, halvings)
        line = Line(table=subject.name, way=way.name, strength=strength, fall=fall)
        worse = way.destroy(draft, strength, np.random.default_rng(1))
        judged(line, source, worse, way.hits, folder, anyway=whole.screen)
        if not is_enough and line.outcome == "missed":
            line.outcome = "no use lost"
        yield line


def honest(subject: Subject, folder: Path, only: str) -> Iterator[Line]:
    """Two other halves, and a draft of the default engine where one is released."""
    if only and only not in f"{subject.name}: honest":
        return
    for seed in (11, 12):
        line = Line(table=subject.name, way=f"honest half {seed}")
        judged(line, *halves(subject, seed), tuple(subject.frame.columns), folder)
        line.outcome = "passed" if line.outcome in ("named", "missed") else line.outcome
        yield line
    if subject.name in ENGINE_DRAFTS:
        yield engine_draft(subject, folder)


ENGINE_DRAFTS = ("shops", "loans")


def engine_draft(subject: Subject, folder: Path) -> Line:
    """A default run; what its gate of fidelity says counts, whatever other gates say."""
    source, out = folder / "source.csv", folder / "out"
    subject.frame.to_csv(source, index=False)
    command = ["run", str(source), "--out", str(out), "--state", str(folder), "--allow-overwrite", "--seed", "1"]
    ended = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", "privsynth", *command], capture_output=True, text=True, check=False
    )
    words = {0: "passed", 4: "blocked"}.get(ended.returncode, f"not released, exit {ended.returncode}")
    return Line(table=subject.name, way="draft of the default engine", outcome=words, screen=ended.stderr)


def strength_of(way: Destruction, halvings: list[tuple[Frame, Frame]]) -> tuple[float, float, bool]:
    """The least strength at which use falls enough, by how much it falls there, and whether it falls enough at all."""
    source, draft = halvings[0]
    uses = [way.use(*pair) for pair in halvings]
    least = max(FALL, 3 * float(np.std(uses, ddof=1)) / uses[0])

    def fall(strength: float) -> float:
        return 1 - way.use(source, way.destroy(draft, strength, np.random.default_rng(1))) / uses[0]

    low, high = 0.0, 1.0
    if fall(1.0) < least:
        return 1.0, fall(1.0), False
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if fall(middle) >= least else (middle, high)
    return high, fall(high), True


def halves(subject: Subject, seed: int) -> tuple[Frame, Frame]:
    """Two halves of the rows in their order, all rows of a person in one."""
    rng = np.random.default_rng(100 + seed)
    owner = subject.frame[subject.person] if subject.person else pd.Series(range(len(subject.frame)))
    names = owner.unique()
    first = owner.isin(rng.permutation(names)[: len(names) // 2]).to_numpy()
    return subject.frame[first].reset_index(drop=True), subject.frame[~first].reset_index(drop=True)


def judged(line: Line, source: Frame, draft: Frame, hits: tuple[str, ...], folder: Path, *, anyway: str = "") -> None:
    """What the command says of the two files, and which of the columns that were hit it names, not counting what it
    says anyway.
    """
    files = [folder / "source.csv", folder / "draft.csv"]
    for frame, path in zip((source, draft), files, strict=True):
        frame.to_csv(path, index=False)
    code, line.screen = command(["fidelity", *map(str, files)])
    line.named = tuple(name for name in hits if is_named(name, line.screen, anyway, list(source.columns)))
    if code not in (0, 4):
        line.outcome = f"exit {code}"
    else:
        line.outcome = "blocked" if code else "named" if line.named else "missed"


def command(arguments: list[str]) -> tuple[int, str]:
    """The command line, without a new process for each draft."""
    from privsynth.cli import _run

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code = _run(arguments)
    return int(code), said.getvalue()


def is_named(column: str, screen: str, anyway: str, columns: list[str]) -> bool:
    known = {without_figures(line) for line in anyway.splitlines()}

    def holds(line: str, name: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", line) is not None

    return any(
        holds(line, column) and sum(holds(line, name) for name in columns) <= MOST_NAMED
        for line in screen.splitlines()
        if WARNS.match(line) and without_figures(line) not in known
    )


def without_figures(line: str) -> str:
    return re.sub(r"[\d.,]*\d", "#", line)


def told(line: Line, *, show: bool) -> Line:
    print(f"{line.table:10} {line.way:45} {line.strength:6.3f} {line.fall:6.1%}  {line.outcome} {' '.join(line.named)}")
    if show and line.outcome not in ("blocked", "named", "passed"):
        print(line.screen)
    return line


def summary(lines: list[Line]) -> str:
    ways = [line for line in lines if line.strength]
    drafts = [line for line in lines if not line.strength]
    rows = "\n".join(
        f"| {line.table} | {line.way} | {line.strength:.3f} | {line.fall:.1%} "
        f"| {line.outcome} | {', '.join(line.named)} |"
        for line in ways
    )
    return (
        f"Destroyed drafts: {count(ways)}. Honest drafts: {count(drafts)}.\n\n"
        f"Columns that the screen names of honest halves: {told_of_halves(drafts)}.\n\n"
        f"| table | destroyed | strength | use falls by | outcome | named |\n|---|---|--:|--:|---|---|\n{rows}\n"
    )


def told_of_halves(drafts: list[Line]) -> str:
    halves = [line for line in drafts if line.way.startswith("honest half")]
    return ", ".join(f"{line.table} {len(line.named)}" for line in halves)


def count(lines: list[Line]) -> str:
    return ", ".join(f"{number} {word}" for word, number in Counter(line.outcome for line in lines).most_common())


# --- uses


def number(frame: Frame, target: str) -> pd.Series[float]:
    """A column as numbers: `name`, `name=level` (whether it is this level) or `name?` (whether it is missing)."""
    name, is_level, level = target.partition("=")
    if is_level:
        return (frame[name].astype(str) == level).astype(float)
    if target.endswith("?"):
        return frame[target[:-1]].isna().astype(float)
    return frame[name].astype(float)


def keys(source: Frame, frame: Frame, by: str) -> pd.Series[str]:
    """What rows are grouped by: `name`, tenths of a number by the source's borders, or the month of `name:month`."""
    name, _, part = by.partition(":")
    if part == "month":
        return pd.to_datetime(frame[name]).dt.month.astype(str)
    if pd.api.types.is_numeric_dtype(source[name]):
        borders = np.unique(np.nanquantile(source[name].astype(float), np.linspace(0.1, 0.9, 9)))
        return pd.Series(np.searchsorted(borders, frame[name].astype(float)), index=frame.index).astype(str)
    return frame[name].astype(str)


def of_means(by: str, target: str, shrink: float = 5.0) -> Use:
    """Means by group, learnt from the draft: the share of the source's variance that they explain."""

    def use(source: Frame, draft: Frame) -> float:
        wanted, values = number(source, target), number(draft, target)
        groups = values.groupby(keys(source, draft, by)).agg(["sum", "count"])
        means = (groups["sum"] + shrink * values.mean()) / (groups["count"] + shrink)  # a missing value is left out
        guess = keys(source, source, by).map(means).fillna(values.mean())
        return 1 - float(((wanted - guess) ** 2).mean() / ((wanted - wanted.mean()) ** 2).mean())

    return use


def of_counts(by: str) -> Use:
    """How many rows each group has: how far the draft's shares agree with the source's."""

    def use(source: Frame, draft: Frame) -> float:
        sides = [keys(source, frame, by).value_counts(normalize=True) for frame in (source, draft)]
        return 1 - float(sides[0].sub(sides[1], fill_value=0).abs().sum()) / 2

    return use


def of_join(child: str, parent: str) -> Use:
    """Rows whose child joins to the parent that the source has for it."""

    def use(source: Frame, draft: Frame) -> float:
        belongs = source.groupby(child)[parent].agg(lambda values: values.mode().iloc[0])
        known = draft[child].isin(belongs.index)
        return float((draft[child].map(belongs) == draft[parent])[known].mean())

    return use


def of_share(holds: Callable[[Frame], pd.Series[bool]]) -> Use:
    """Rows in which something holds, beside those of the source."""

    def use(source: Frame, draft: Frame) -> float:
        shares = sorted(float(holds(frame).mean()) for frame in (source, draft))
        return shares[0] / shares[1]

    return use


def of_rows_each(person: str) -> Use:
    """Rows of a person, on average."""

    def use(source: Frame, draft: Frame) -> float:
        means = sorted(float(frame[person].value_counts().mean()) for frame in (source, draft))
        return means[0] / means[1]

    return use


def of_lag(person: str, when: str, value: str) -> Use:
    """How far the value of a person's row follows from that of the row before."""

    def follows(frame: Frame) -> float:
        rows = frame.assign(value=number(frame, value)).sort_values([person, when], kind="stable")
        before = rows.groupby(person)["value"].shift()
        return float(rows["value"].corr(before))

    def use(source: Frame, draft: Frame) -> float:
        return 1 - abs(follows(source) - follows(draft)) / abs(follows(source))

    return use


def of_top(column: str, share: float = 0.01) -> Use:
    """The mean over the top percent."""

    def top(frame: Frame) -> float:
        values = np.sort(number(frame, column).dropna())
        return float(values[-max(1, round(len(values) * share)) :].mean())

    def use(source: Frame, draft: Frame) -> float:
        return 1 - abs(top(source) - top(draft)) / abs(top(source))

    return use


def of_quantiles(column: str, parts: int = 20) -> Use:
    """Rows between the source's quantiles: each twentieth of the source's rows should hold a twentieth."""

    def use(source: Frame, draft: Frame) -> float:
        borders = np.unique(np.nanquantile(number(source, column), np.linspace(0, 1, parts + 1)[1:-1]))
        sides = [
            np.bincount(np.searchsorted(borders, number(frame, column).dropna()), minlength=len(borders) + 1)
            for frame in (source, draft)
        ]
        return 1 - float(np.abs(sides[0] / sides[0].sum() - sides[1] / sides[1].sum()).sum()) / 2

    return use


# --- ways to destroy


def some(frame: Frame, strength: float, rng: Random) -> np.ndarray[Any, Any]:
    """The places of the rows that are hit; a greater strength hits the same ones and more."""
    return np.flatnonzero(rng.random(len(frame)) < strength)


def with_cells(frame: Frame, rows: np.ndarray[Any, Any], cells: dict[str, Any]) -> Frame:
    worse = frame.copy()
    for name, values in cells.items():
        worse.iloc[rows, worse.columns.get_loc(name)] = values
    return worse


def flattened(*names: str) -> Destroy:
    """Cells become the column's commonest value."""
    return lambda frame, strength, rng: with_cells(
        frame, some(frame, strength, rng), {name: frame[name].mode().iloc[0] for name in names}
    )


def shuffled(*names: str, within: str = "") -> Destroy:
    """Cells change places with those of other rows, all named columns together; within groups if asked."""

    def destroy(frame: Frame, strength: float, rng: Random) -> Frame:
        rows = some(frame, strength, rng)
        groups = frame[within].astype(str).to_numpy()[rows] if within else np.zeros(len(rows))
        order = np.lexsort((rng.random(len(rows)), groups))  # by group, at random within
        donors = np.empty_like(rows)
        donors[np.lexsort((np.arange(len(rows)), groups))] = rows[order]
        return with_cells(frame, rows, {name: frame[name].to_numpy()[donors] for name in names})

    return destroy


def redrawn_dates(*names: str) -> Destroy:
    """Dates become any day between the first and the last; all named columns move together."""

    def destroy(frame: Frame, strength: float, rng: Random) -> Frame:
        rows = some(frame, strength, rng)
        dates = {name: pd.to_datetime(frame[name]) for name in names}
        first = dates[names[0]]
        span = (first.max() - first.min()).days
        drawn = first.min() + pd.to_timedelta(rng.integers(0, span + 1, len(frame)), unit="D")
        moved = {name: (drawn + (dates[name] - first)).dt.strftime("%Y-%m-%d").to_numpy()[rows] for name in names}
        return with_cells(frame, rows, moved)

    return destroy


def split_persons(person: str) -> Destroy:
    """Rows get a person of their own."""

    def destroy(frame: Frame, strength: float, rng: Random) -> Frame:
        rows = some(frame, strength, rng)
        own = rng.permutation(np.arange(100_000, 1_000_000))[: len(rows)]
        return with_cells(frame, rows, {person: [f"{frame[person].iloc[0][0]}{each}" for each in own]})

    return destroy


def exchanged(left: str, right: str) -> Destroy:
    """Two cells of a row change places."""

    def destroy(frame: Frame, strength: float, rng: Random) -> Frame:
        rows = some(frame, strength, rng)
        return with_cells(frame, rows, {left: frame[right].to_numpy()[rows], right: frame[left].to_numpy()[rows]})

    return destroy


def clipped(name: str) -> Destroy:
    """What lies above a quantile, and at strength 1 above the median, becomes that quantile."""

    def destroy(frame: Frame, strength: float, rng: Random) -> Frame:  # noqa: ARG001  nothing is drawn
        top = np.nanquantile(frame[name].astype(float), 1 - strength / 2, method="lower")
        return frame.assign(**{name: frame[name].clip(upper=top)})

    return destroy


def erased(name: str, *levels: str) -> Destroy:
    """Rows of these groups are taken out, and others doubled."""

    def destroy(frame: Frame, strength: float, rng: Random) -> Frame:
        is_of = frame[name].astype(str).isin(levels).to_numpy()
        rows = np.flatnonzero(is_of & (rng.random(len(frame)) < strength))
        kept = np.arange(len(frame))
        kept[rows] = rng.choice(np.flatnonzero(~is_of), len(rows))
        return frame.iloc[kept].reset_index(drop=True)

    return destroy


def levelled(name: str) -> Destroy:
    """Cells are drawn anew, each level as likely as the next."""

    def destroy(frame: Frame, strength: float, rng: Random) -> Frame:
        rows = some(frame, strength, rng)
        return with_cells(frame, rows, {name: rng.choice(frame[name].dropna().unique(), len(rows))})

    return destroy


def moved_gaps(name: str) -> Destroy:
    """As many cells are missing as before, but anywhere; what was missing gets the cell of another row."""

    def destroy(frame: Frame, strength: float, rng: Random) -> Frame:
        gaps = np.flatnonzero(frame[name].isna() & (rng.random(len(frame)) < strength))
        known = rng.permutation(np.flatnonzero(frame[name].notna()))
        filled = with_cells(frame, gaps, {name: frame[name].to_numpy()[known[: len(gaps)]]})
        return with_cells(filled, known[: len(gaps)], {name: None})

    return destroy


def rounded(name: str) -> Destroy:
    """Numbers become multiples of a step; at strength 1 of the range between the first and the last tenth."""

    def destroy(frame: Frame, strength: float, rng: Random) -> Frame:  # noqa: ARG001  nothing is drawn
        values = frame[name].astype(float)
        step = strength * float(np.subtract(*np.nanquantile(values, [0.9, 0.1])))
        whole = pd.api.types.is_integer_dtype(frame[name])
        grid = max(1.0, round(step)) if whole else step
        coarse = (values / grid).round() * grid
        return frame.assign(**{name: coarse.astype(frame[name].dtype) if whole else coarse.round(2)})

    return destroy


def ways(**of: tuple[tuple[str, ...], Destroy, Use]) -> tuple[Destruction, ...]:
    names = {
        "flat": "a column to one level",
        "within": "levels shuffled within a hierarchy",
        "noise": "dates to noise",
        "broken": "relations broken",
        "arithmetic": "relations broken (arithmetic)",
        "persons": "persons split",
        "order": "order lost",
        "tails": "tails cut",
        "group": "a group erased",
        "classes": "classes flattened",
        "missing": "missing moved",
        "pair": "a pair made independent",
        "rounded": "numbers rounded",
    }
    return tuple(
        Destruction(name=names[key], hits=hits, destroy=destroy, use=use) for key, (hits, destroy, use) in of.items()
    )


# --- tables


def adult(path: Path) -> Subject:
    frame = pd.read_csv(path, skipinitialspace=True, na_values=["?"]).head(ADULT_ROWS)
    rich = "income=>50K"
    return Subject(
        name="adult",
        frame=frame,
        ways=ways(
            flat=(("relationship",), flattened("relationship"), of_means("relationship", rich)),
            within=(("occupation",), shuffled("occupation", within="workclass"), of_means("occupation", rich)),
            broken=(("education", "education_num"), shuffled("education_num"), of_join("education", "education_num")),
            tails=(("hours_per_week",), clipped("hours_per_week"), of_top("hours_per_week", 0.05)),
            group=(("marital_status",), erased("marital_status", "Never-married"), of_means("marital_status", rich)),
            classes=(("income",), levelled("income"), of_means("relationship", rich)),
            missing=(("occupation",), moved_gaps("occupation"), of_means("workclass", "occupation?")),
            pair=(("age",), shuffled("age"), of_means("age", rich)),
            rounded=(("age",), rounded("age"), of_quantiles("age")),
        ),
    )


def places(rng: Random, rows: int) -> Frame:
    """Five regions of five states of about eight cities each, some of them large."""
    shares = rng.dirichlet(np.full(200, 0.6))
    city = rng.choice(200, rows, p=shares)
    state = city % 25
    return Frame(
        {
            "region": np.char.add("Region ", (state % 5 + 1).astype(str)),
            "state": np.array([f"S{one:02}" for one in state]),
            "city": np.array(
                [f"{'ABCDEFGHJKLMNPRSTVWZ'[one % 20]}{'aeiou'[one % 5]}{'nrlst'[one // 40]}{one}" for one in city]
            ),
            "level": rng.normal(0, 1, 200)[city],
        }
    )


def shops(rows: int = 9_000) -> Subject:
    """Hierarchies: region, state, city; branches of trade with codes. Each row is a shop."""
    rng = np.random.default_rng(21)
    place = places(rng, rows)
    branch = rng.choice(40, rows, p=rng.dirichlet(np.full(40, 1.0)))
    code = np.array([f"{'ABCDEFGH'[one // 5]}{one % 5 + 1:02}.{one % 3}" for one in branch])
    section = np.array([f"section {'ABCDEFGH'[one // 5]}" for one in branch])
    pull = rng.normal(0, 1, 40)[branch]
    area = np.round(np.exp(rng.normal(4.5, 0.6, rows) + 0.2 * pull), 1)
    staff = rng.poisson(np.clip(area / 20, 1, None)) + 1
    turnover = np.round(
        np.exp(5 + 0.6 * np.log(area) + 0.5 * place["level"] + 0.5 * pull + rng.standard_t(4, rows) * 0.4), 2
    )
    opened = pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.choice(3_000, rows), unit="D")
    month = opened.month.to_numpy()
    first_year = np.round(
        turnover * (0.4 + 0.4 * (np.abs(month - 6.5) / 5.5)) * np.exp(rng.normal(0, 0.1, rows)) / turnover, 3
    )
    closed = opened + pd.to_timedelta(rng.integers(30, 900, rows), unit="D")
    lost = rng.random(rows) < np.where(place["region"] == "Region 2", 0.6, 0.05)
    frame = Frame(
        {
            **{name: place[name] for name in ("region", "state", "city")},
            "section": section,
            "branch": code,
            "opened": opened.strftime("%Y-%m-%d"),
            "inspected": closed.strftime("%Y-%m-%d"),
            "area": area,
            "staff": staff,
            "turnover": turnover,
            "log_turnover": np.round(np.log(turnover), 3),
            "first_year": first_year,
            "rating": np.array(["low", "middle", "high"])[np.digitize(np.log(turnover), [7.2, 9.0])],
            "rent": pd.Series(np.round(area * 9.5 * np.exp(rng.normal(0, 0.2, rows)))).mask(lost),
        }
    )
    return Subject(
        name="shops",
        frame=frame,
        ways=ways(
            flat=(("city",), flattened("city"), of_means("city", "log_turnover")),
            within=(("city",), shuffled("city", within="state"), of_means("city", "log_turnover")),
            noise=(
                ("opened", "inspected"),
                redrawn_dates("opened", "inspected"),
                of_means("opened:month", "first_year"),
            ),
            broken=(("city", "state", "region"), shuffled("state", "region"), of_join("city", "state")),
            order=(
                ("opened", "inspected"),
                exchanged("opened", "inspected"),
                of_share(lambda rows: rows["opened"] < rows["inspected"]),
            ),
            tails=(("turnover",), clipped("turnover"), of_top("turnover")),
            group=(("region",), erased("region", "Region 2"), of_means("region", "rent?")),
            classes=(("rating",), levelled("rating"), of_counts("rating")),
            missing=(("rent",), moved_gaps("rent"), of_means("region", "rent?")),
            pair=(("staff",), shuffled("staff"), of_means("area", "staff")),
            rounded=(("area",), rounded("area"), of_quantiles("area")),
        ),
    )


def purchases(users: int = 2_000) -> Subject:
    """Several rows of a person, in time; price times quantity is amount."""
    rng = np.random.default_rng(22)
    each = rng.geometric(0.22, users)
    user = np.repeat(np.arange(users), each)
    rows = len(user)
    taste = rng.normal(0, 1, users)[user]
    start = rng.integers(0, 500, users)[user]
    gap = pd.Series(rng.geometric(0.03, rows)).groupby(user).cumsum().to_numpy()
    when = pd.Timestamp("2021-01-01") + pd.to_timedelta(start + gap, unit="D")
    season = np.cos(2 * np.pi * when.month.to_numpy() / 12)
    group = np.digitize(taste + rng.normal(0, 0.7, rows), [-0.9, 0.2, 1.2])
    product = group * 10 + rng.choice(10, rows, p=rng.dirichlet(np.full(10, 1.0)))
    quantity = 1 + rng.poisson(1.2 + 0.8 * (season + 1))
    price = np.round(np.exp(rng.normal(1.2, 0.25, 40)[product] + 0.6 * taste), 2)
    channel = rng.choice(["web", "shop", "phone"], rows, p=[0.55, 0.38, 0.07])
    stars = np.clip(np.round(3 + 0.9 * taste + rng.normal(0, 0.8, rows)), 1, 5)
    silent = rng.random(rows) < np.select([channel == "web", channel == "shop"], [0.1, 0.7], 0.9)
    frame = Frame(
        {
            "user_id": [f"U{10_000 + each}" for each in user],
            "bought_on": when.strftime("%Y-%m-%d"),
            "category": np.array(["food", "garden", "toys", "travel"])[group],
            "product": [f"{'FGTR'[one // 10]}-{one % 10}0" for one in product],
            "channel": channel,
            "quantity": quantity,
            "price": price,
            "amount": np.round(quantity * price, 2),
            "stars": pd.Series(stars).mask(silent),
        }
    )
    return Subject(
        name="purchases",
        frame=frame,
        person="user_id",
        ways=ways(
            flat=(("category",), flattened("category"), of_means("category", "price")),
            within=(("product",), shuffled("product", within="category"), of_means("product", "price")),
            noise=(("bought_on",), redrawn_dates("bought_on"), of_means("bought_on:month", "quantity")),
            broken=(("product", "category"), shuffled("category"), of_join("product", "category")),
            arithmetic=(
                ("amount", "price", "quantity"),
                shuffled("quantity"),
                of_share(lambda rows: (rows["quantity"] * rows["price"] - rows["amount"]).abs() < 0.006),
            ),
            persons=(("user_id",), split_persons("user_id"), of_rows_each("user_id")),
            order=(("price",), shuffled("price"), of_lag("user_id", "bought_on", "price")),
            tails=(("price",), clipped("price"), of_top("price", 0.05)),
            group=(("category",), erased("category", "travel"), of_means("category", "price")),
            classes=(("channel",), levelled("channel"), of_counts("channel")),
            missing=(("stars",), moved_gaps("stars"), of_means("channel", "stars?")),
            pair=(("stars",), shuffled("stars"), of_means("price", "stars")),
            rounded=(("price",), rounded("price"), of_quantiles("price")),
        ),
    )


def loans(rows: int = 6_000) -> Subject:
    """Arithmetic: payment times months is amount, amount and fee are the total. Each row is a loan."""
    rng = np.random.default_rng(23)
    place = places(rng, rows)
    purpose = rng.choice(["car", "house", "study", "debts", "boat"], rows, p=[0.34, 0.3, 0.16, 0.16, 0.04])
    size = pd.Series(purpose).map({"car": 0.0, "house": 1.0, "study": -0.4, "debts": 0.2, "boat": 2.2}).to_numpy()
    months = rng.choice([12, 24, 36, 48, 60], rows, p=[0.2, 0.3, 0.25, 0.15, 0.1])
    income = np.round(
        np.exp(rng.normal(7.8, 0.4, rows) + 0.6 * place["level"] + 0.5 * np.clip(rng.standard_t(3, rows), -1, 4) * 0.4)
    )
    payment = np.round(np.exp(rng.normal(4.2, 0.3, rows) + 0.4 * size + 0.3 * np.log(income / 2_400)))
    fee = 20 + 5 * rng.integers(0, 9, rows)
    granted = pd.Timestamp("2016-01-01") + pd.to_timedelta(rng.integers(0, 2_000, rows), unit="D")
    risk = payment / income * 12 + rng.normal(0, 0.25, rows) + 0.35 * np.cos(2 * np.pi * granted.month.to_numpy() / 12)
    status = np.where(risk > np.quantile(risk, 0.94), "bad", np.where(risk > np.quantile(risk, 0.8), "late", "good"))
    decided = granted - pd.to_timedelta(rng.integers(1, 60, rows), unit="D")
    untold = rng.random(rows) < np.where(status == "good", 0.1, 0.65)
    frame = Frame(
        {
            **{name: place[name] for name in ("region", "state")},
            "applied": decided.strftime("%Y-%m-%d"),
            "granted": granted.strftime("%Y-%m-%d"),
            "purpose": purpose,
            "months": months,
            "payment": payment.astype(int),
            "amount": (payment * months).astype(int),
            "fee": fee,
            "total": (payment * months + fee).astype(int),
            "income": income.astype(int),
            "risk": np.round(risk, 3),
            "status": status,
            "employed_years": pd.Series(np.round(rng.gamma(2, 4, rows), 1)).mask(untold),
        }
    )
    return Subject(
        name="loans",
        frame=frame,
        ways=ways(
            flat=(("purpose",), flattened("purpose"), of_means("purpose", "payment")),
            within=(("state",), shuffled("state", within="region"), of_means("state", "income")),
            noise=(("applied", "granted"), redrawn_dates("granted", "applied"), of_means("granted:month", "risk")),
            broken=(("state", "region"), shuffled("region"), of_join("state", "region")),
            arithmetic=(
                ("payment", "months", "amount"),
                shuffled("months"),
                of_share(lambda rows: rows["payment"] * rows["months"] == rows["amount"]),
            ),
            order=(
                ("applied", "granted"),
                exchanged("applied", "granted"),
                of_share(lambda rows: rows["applied"] < rows["granted"]),
            ),
            tails=(("income",), clipped("income"), of_top("income", 0.02)),
            group=(("purpose",), erased("purpose", "boat"), of_means("purpose", "payment")),
            classes=(("status",), levelled("status"), of_counts("status")),
            missing=(("employed_years",), moved_gaps("employed_years"), of_means("status", "employed_years?")),
            pair=(("risk",), shuffled("risk"), of_means("risk", "status=bad")),
            rounded=(("income",), rounded("income"), of_quantiles("income")),
        ),
    )


def patients(persons: int = 1_600) -> Subject:
    """Visits of patients: what stays the same, what follows from visit to visit, codes, wards, missing results."""
    rng = np.random.default_rng(24)
    each = 1 + rng.poisson(2.5, persons)
    patient = np.repeat(np.arange(persons), each)
    rows = len(patient)
    visit = pd.Series(patient).groupby(patient).cumcount().to_numpy() + 1
    age = rng.integers(18, 92, persons)[patient]
    sex = rng.choice(["f", "m"], persons)[patient]
    chapter = np.digitize(age + rng.normal(0, 18, rows), [35, 50, 62, 74])
    code = np.array(
        [
            f"{'JKIEC'[one]}{10 + part}.{part % 3}"
            for one, part in zip(chapter, rng.choice(6, rows, p=[0.35, 0.25, 0.15, 0.1, 0.1, 0.05]), strict=True)
        ]
    )
    ward = np.array(
        [f"{'JKIEC'[one]}{part}" for one, part in zip(chapter, rng.choice(3, rows, p=[0.5, 0.3, 0.2]), strict=True)]
    )
    department = np.array(["lungs", "stomach", "heart", "glands", "tumours"])[chapter]
    admitted = pd.Timestamp("2019-01-01") + pd.to_timedelta(
        rng.integers(0, 400, persons)[patient] + 45 * visit + rng.integers(0, 30, rows), unit="D"
    )
    winter = np.cos(2 * np.pi * (admitted.month.to_numpy() - 1) / 12)
    days = rng.poisson(2 + 1.5 * (winter + 1) + 2.0 * (chapter == 4)) + 1
    pressure = np.round(118 + 0.25 * (age - 50) + 14 * rng.normal(0, 1, persons)[patient] + rng.normal(0, 5, rows))
    severe = np.array([int(one[-2:].strip("0").replace(".", "") or 0) for one in code])
    cost = np.round(np.exp(6 + 0.1 * days + 0.8 * severe + 0.35 * rng.standard_t(5, rows)), 2)
    unmeasured = rng.random(rows) < np.where(department == "heart", 0.04, 0.55)
    frame = Frame(
        {
            "patient": [f"P{20_000 + one}" for one in patient],
            "sex": sex,
            "age": age,
            "department": department,
            "ward": ward,
            "diagnosis": code,
            "admitted": admitted.strftime("%Y-%m-%d"),
            "discharged": (admitted + pd.to_timedelta(days, unit="D")).strftime("%Y-%m-%d"),
            "days": days,
            "pressure": pressure.astype(int),
            "cost": cost,
            "log_cost": np.round(np.log(cost), 3),
            "troponin": pd.Series(np.round(rng.gamma(2, 0.2, rows), 3)).mask(unmeasured),
            "outcome": rng.choice(["home", "care", "died"], rows, p=[0.85, 0.12, 0.03]),
        }
    )
    return Subject(
        name="patients",
        frame=frame,
        person="patient",
        ways=ways(
            flat=(("diagnosis",), flattened("diagnosis"), of_means("diagnosis", "log_cost")),
            within=(("diagnosis",), shuffled("diagnosis", within="department"), of_means("diagnosis", "log_cost")),
            noise=(
                ("admitted", "discharged"),
                redrawn_dates("admitted", "discharged"),
                of_means("admitted:month", "days"),
            ),
            broken=(("ward", "department"), shuffled("ward"), of_join("ward", "department")),
            persons=(("patient",), split_persons("patient"), of_rows_each("patient")),
            order=(("pressure",), shuffled("pressure"), of_lag("patient", "admitted", "pressure")),
            tails=(("cost",), clipped("cost"), of_top("cost", 0.05)),
            group=(("department",), erased("department", "lungs"), of_means("department", "age")),
            classes=(("outcome",), levelled("outcome"), of_counts("outcome")),
            missing=(("troponin",), moved_gaps("troponin"), of_means("department", "troponin?")),
            pair=(("age",), shuffled("age"), of_means("department", "age")),
            rounded=(("pressure",), rounded("pressure"), of_quantiles("pressure")),
        ),
    )


if __name__ == "__main__":
    main()
