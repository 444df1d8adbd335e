"""What the rows are good for: models that learn a column from the others, tried on real rows that they never saw.

One model is taught on synthetic rows and one on as many fresh real ones (train on synthetic, test on real; Esteban et
al. 2017). What the first can do beyond chance, as a share of what the second can, is the use that is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Role, Table
from privsynth.measure.fidelity.detection import features, without_void
from privsynth.measure.fidelity.kept import SURE, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.measure.fidelity.ties import Tie
from privsynth.measure.samples import some_rows
from privsynth.statistics import Fact
from privsynth.typing import Array

SIDE = 3_000  # rows that teach, and that test
FEWEST = 100
TAUGHT = 3.0  # standard errors of a share of n rows: two models of the same kind differ by less
TARGETS = 3
CLASSES = 20  # of a category that is learnt
TOLD_APART = 5  # of them, the commonest; the others are one class
TWINS = 0.95  # phi, from which on a column only says the target once more
DETERMINING = ("equal", "one_to_one", "dependency", "joint", "arithmetic", "constant_difference")
_WANTED = {Role.SENSITIVE: 0, Role.QUASI: 1}  # before all others
SKILL = 0.1  # beyond chance that real rows must teach
OF_A_CLASS = 10  # rows


def use_kept(
    sides: ThreeSides,
    ties: Sequence[Tie],
    asked: Sequence[str],
    rng: np.random.Generator,
    *,
    facts: Iterable[Fact] = (),
) -> Iterator[Kept]:
    """For up to three targets: those asked for, or else the most sensitive ones of which other columns say most.

    What `facts` say of a target needs no model: those columns are no part of what it learns from, and what others
    determine comes last.
    """
    facts = [fact for fact in facts if fact.table == sides.real.name and fact.kind in DETERMINING]
    if min(sides.size, len(sides.real)) < FEWEST or len(sides.names) < 2:
        return
    tables = tuple(table.take(some_rows(len(table), SIDE, rng)) for table in sides.tables)
    matrix, categories = features(tables, sides.names)
    seed = int(rng.integers(2**31))
    found = 0
    for name in _candidates(sides, ties, asked, facts):
        place = sides.names.index(name)
        others = [
            n for n, other in enumerate(sides.names) if other not in {name, *_twins(ties, name), *_kin(facts, name)}
        ]
        if not others:
            continue
        task = _Task(matrix=matrix, others=others, categories=[categories[n] for n in others], place=place, seed=seed)
        kept = _regression(name, task) if not categories[place] else _classification(name, task)
        if kept is not None:
            yield kept
            found += 1
        if found == TARGETS:
            return


def _candidates(sides: ThreeSides, ties: Sequence[Tie], asked: Sequence[str], facts: Sequence[Fact]) -> list[str]:
    """Twice as many as are wanted: some cannot be learnt from real rows either. Classes and numbers take turns."""
    if asked:
        return [name for name in asked if name in sides.names]
    kin = {name: _kin(facts, name) for name in sides.names}
    told = {
        name: sum(tie.fresh for tie in ties if _is_of(tie, name) and tie.other(name) not in kin[name])
        for name in sides.names
    }
    fit = [name for name in sides.names if told[name] > 0 and _can_be_learnt(sides.real, name)]
    fit.sort(key=lambda name: -told[name])
    turns = {name: turn for part in _by_kind(sides.real, fit) for turn, name in enumerate(part)}
    open_ones = {name: not any(_determines(fact, name) for fact in facts) for name in fit}
    wanted = sorted(fit, key=lambda name: (not open_ones[name], _WANTED.get(sides.real[name].role, 2), turns[name]))
    return wanted[: 2 * TARGETS]


def _kin(facts: Sequence[Fact], name: str) -> set[str]:
    """The columns that determine one, or are determined by it."""
    return {other for fact in facts if name in fact.columns for other in fact.columns} - {name}


def _determines(fact: Fact, name: str) -> bool:
    """Whether a column follows from the others of a fact; from a sum each part does."""
    return name in (fact.columns[-1:] if fact.kind in ("dependency", "joint") else fact.columns)


def _by_kind(table: Table, names: Sequence[str]) -> tuple[list[str], list[str]]:
    numbers = [name for name in names if table.values(name).dtype.kind in "fM"]
    return [name for name in names if name not in numbers], numbers


def _is_of(tie: Tie, name: str) -> bool:
    return tie.is_real and name in (tie.left, tie.right) and not _is_twin(tie)


def _is_twin(tie: Tie) -> bool:
    return tie.fresh >= TWINS**2


def _twins(ties: Sequence[Tie], name: str) -> set[str]:
    return {end for tie in ties if name in (tie.left, tie.right) and _is_twin(tie) for end in (tie.left, tie.right)}


def _can_be_learnt(table: Table, name: str) -> bool:
    if table.values(name).dtype.kind in "fM":
        return True
    return 2 <= int(table.frame[name].nunique()) <= CLASSES


@dataclass(frozen=True, eq=False, kw_only=True)
class _Task:
    """The real rows that test, the synthetic and the fresh ones that teach, as numbers; and what is to be learnt."""

    matrix: list[Array]
    others: list[int]
    categories: list[bool]
    place: int
    seed: int

    def known(self) -> list[tuple[Array, Array]]:
        """Features and target of each side, where there is a target."""
        others = np.array(self.others)
        there = [~np.isnan(side[:, self.place]) for side in self.matrix]
        return [
            (side[known][:, others], side[known, self.place]) for side, known in zip(self.matrix, there, strict=True)
        ]


def _options(task: _Task) -> dict[str, object]:
    return {
        "max_iter": 30,
        "max_leaf_nodes": 12,
        "learning_rate": 0.15,
        "l2_regularization": 1.0,  # without it a leaf in which a rare class is never seen outgrows all others
        "categorical_features": task.categories,
        "early_stopping": False,
        "random_state": task.seed,
    }


def _regression(name: str, task: _Task) -> Kept | None:
    """The variance of the target's rank among real rows that is explained: a few large amounts do not decide."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    (test, truth), *teachers = task.known()
    if min(len(truth), *(len(answers) for _, answers in teachers)) < FEWEST:
        return None
    ranks = [_ranked(answers, np.sort(truth)) for answers in (truth, *(answers for _, answers in teachers))]
    spread = float(np.var(ranks[0]))
    if spread <= 0:
        return None
    errors = []
    with threadpool_limits(1):
        for (rows, _), answers in zip(teachers, ranks[1:], strict=True):
            model = HistGradientBoostingRegressor(**_options(task)).fit(without_void(rows), answers)
            errors.append((model.predict(test) - ranks[0]) ** 2)
    skills = [1 - float(error.mean()) / spread for error in errors]
    noise = SURE * float(np.std(errors[0] - errors[1])) / spread / float(np.sqrt(len(truth)))
    return _kept(name, skills, noise=noise, rows=len(truth), meaning="of what differs in it is explained")


def _ranked(values: Array, known: Array) -> Array:
    """Where each lies among the known ones, from 0 to 1."""
    low, high = (np.searchsorted(known, values, side=side) for side in ("left", "right"))
    return np.asarray((low + high) / 2 / len(known))


def _classification(name: str, task: _Task) -> Kept | None:
    """The area under the ROC curve of each class against the others, on average, from chance (0) to 1."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    (test, truth), *teachers = task.known()
    truth, *answers = (np.minimum(side, TOLD_APART) for side in (truth, *(side for _, side in teachers)))
    classes = [c for c in np.unique(truth) if OF_A_CLASS <= (truth == c).sum() <= len(truth) - OF_A_CLASS]
    if not classes or min(len(truth), *map(len, answers)) < FEWEST or len(np.unique(answers[1])) < 2:
        return None
    skills = []
    with threadpool_limits(1):
        for (rows, _), learnt in zip(teachers, answers, strict=True):
            if len(np.unique(learnt)) < 2:
                skills.append(np.zeros(len(classes)))  # who was taught one answer gives one
                continue
            model = HistGradientBoostingClassifier(**_options(task)).fit(without_void(rows), learnt)
            skills.append(_skill(model, test, truth, classes))
    smallest = min(min((truth == c).sum(), (truth != c).sum()) for c in classes)
    noise = SURE * 2 * float(np.sqrt(1 / (12 * smallest)))
    means = [float(side.mean()) for side in skills]
    return _kept(name, means, noise=noise, rows=len(truth), meaning="beyond chance in telling its classes")


def _skill(model: object, test: Array, truth: Array, classes: Sequence[float]) -> Array:
    from sklearn.metrics import roc_auc_score

    known, chances = list(model.classes_), model.predict_proba(test)  # type: ignore[attr-defined]
    return np.array(
        [2 * roc_auc_score(truth == c, chances[:, known.index(c)]) - 1 if c in known else 0.0 for c in classes]
    )


def _kept(name: str, skills: Sequence[float], *, noise: float, rows: int, meaning: str) -> Kept | None:
    synthetic, fresh = (max(0.0, skill) for skill in skills)
    if fresh < max(SKILL, noise):
        return None
    return Kept(
        aspect="use",
        where=(name,),
        kept=min(1.0, synthetic / fresh),
        fresh=1.0,
        noise=noise / fresh + TAUGHT / 2 / float(np.sqrt(rows)),
        rows=rows,
        words=f"a model of {name} taught on these rows does {percent(min(1.0, synthetic / fresh))} of what one taught "
        f"on real rows does ({synthetic:.2f} and {fresh:.2f} {meaning})",
    )
