"""Quick figures of fidelity and leakage for one synthetic table: our own, for following a change.

Judges of others decide.

C2ST          how well boosted trees tell held-out from synthetic rows; .5 is best
TSTR          how well boosted trees trained on synthetic rows do on held-out ones
membership    are training rows nearer to the synthetic table than held-out rows? as AUC (.5 is best) and as the share
              caught at few false alarms
calibrated    the same, each distance over the row's own distance to other real rows
isolated      lone training (held-out) rows with a synthetic row almost on them
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]

CLASSIFIED, ATTACKED = 12_000, 10_000


def figures(train: pd.DataFrame, holdout: pd.DataFrame, synthetic: pd.DataFrame, target: str) -> dict[str, float]:
    return {**fidelity(train, holdout, synthetic, target), **leakage(train, holdout, synthetic)}


def fidelity(
    train: pd.DataFrame, holdout: pd.DataFrame, synthetic: pd.DataFrame, target: str, quick: bool = False
) -> dict[str, float]:
    holdout, synthetic = _coded([holdout, synthetic], [c for c in train if not pd.api.types.is_numeric_dtype(train[c])])
    size = min(len(holdout), len(synthetic), CLASSIFIED)
    told = _distinguished(holdout.sample(size, random_state=1), synthetic.sample(size, random_state=1))
    return {"c2st": told} if quick else {"c2st": told, "tstr": _useful(synthetic, holdout, target)}


def leakage(train: pd.DataFrame, holdout: pd.DataFrame, synthetic: pd.DataFrame) -> dict[str, float]:
    known, other, made = (
        set(_lines(part)) if at < 2 else _lines(part) for at, part in enumerate((train, holdout, synthetic))
    )
    size = min(len(train), len(holdout), ATTACKED)
    space = _Space(pd.concat([train, holdout]))
    inside, outside = (
        space.points(train.sample(size, random_state=2)),
        space.points(holdout.sample(size, random_state=2)),
    )
    draft = space.points(synthetic)
    near, far = _nearest(inside, draft), _nearest(outside, draft)
    own, others = _nearest(inside, inside, self_excluded=True), _nearest(outside, inside)
    found = {
        "copies": float(np.mean([line in known for line in made])),
        "copies_chance": float(np.mean([line in other for line in made])),
        "mia": _auc(near, far),
        "mia_cal": _auc(near / (own + 1e-6), far / (others + 1e-6)),
        "tpr1": float(np.mean(near < np.quantile(far, 0.01))),
        "tpr.1": float(np.mean(near < np.quantile(far, 0.001))),
    }
    for name, distance, isolation in (("isolated", near, own), ("isolated_chance", far, others)):
        lone = isolation >= np.quantile(isolation, 0.95)
        found[name] = float(np.mean(distance[lone] < 0.1 * isolation[lone]))
    return found


def _coded(tables: list[pd.DataFrame], text: list[str]) -> list[pd.DataFrame]:
    whole = pd.concat(tables, keys=range(len(tables)))
    for column in text:
        whole[column] = pd.factorize(whole[column].astype(str), sort=True)[0]
    return [whole.loc[at].astype(float) for at in range(len(tables))]


def _distinguished(real: pd.DataFrame, synthetic: pd.DataFrame) -> float:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import cross_val_predict

    truth = np.r_[np.zeros(len(real)), np.ones(len(synthetic))]
    guess = cross_val_predict(
        HistGradientBoostingClassifier(max_iter=100, random_state=0),
        np.r_[real.values, synthetic.values],
        truth,
        cv=3,
        method="predict_proba",
    )
    return float(roc_auc_score(truth, guess[:, 1]))


def _useful(synthetic: pd.DataFrame, holdout: pd.DataFrame, target: str) -> float:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    features = [c for c in synthetic if c != target]
    model = HistGradientBoostingClassifier(max_iter=100, random_state=0).fit(
        synthetic[features], synthetic[target].astype(int)
    )
    guess, truth = model.predict_proba(holdout[features]), holdout[target].astype(int)
    if guess.shape[1] == 2:
        return float(roc_auc_score(truth == model.classes_[1], guess[:, 1]))
    seen = truth.isin(model.classes_).to_numpy()
    return float(roc_auc_score(truth[seen], guess[seen], multi_class="ovr", labels=model.classes_))


def _lines(table: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(map(tuple, table.astype(str).to_numpy()))


class _Space:
    """Numbers by rank, levels as corners: where rows lie near each other."""

    def __init__(self, real: pd.DataFrame) -> None:
        self.numbers = {c: np.sort(real[c].dropna().to_numpy()) for c in real if pd.api.types.is_numeric_dtype(real[c])}
        self.levels = {c: real[c].astype(str).value_counts().index[:59] for c in real if c not in self.numbers}

    def points(self, table: pd.DataFrame) -> Array:
        parts = []
        for name, ordered in self.numbers.items():
            values = table[name].fillna(np.median(ordered)).to_numpy()
            parts.append(
                (
                    (np.searchsorted(ordered, values) + np.searchsorted(ordered, values, "right"))
                    / (2 * max(len(ordered), 1))
                )[:, None]
            )
        for name, levels in self.levels.items():
            at = pd.Index(levels).get_indexer(table[name].astype(str))
            parts.append(np.eye(len(levels) + 1)[at])
        return np.concatenate(parts, axis=1).astype(np.float32)


def _nearest(points: Array, others: Array, self_excluded: bool = False) -> Array:
    squares, found = (others**2).sum(1), np.empty(len(points))
    for start in range(0, len(points), 500):
        block = points[start : start + 500]
        distance = squares - 2 * block @ others.T
        if self_excluded:
            distance[np.arange(len(block)), start + np.arange(len(block))] = np.inf
        found[start : start + 500] = distance.min(1) + (block**2).sum(1)
    return np.sqrt(np.maximum(found, 0))


def _auc(near: Array, far: Array) -> float:
    from scipy.stats import rankdata

    ranks = rankdata(np.r_[-near, -far])
    return float((ranks[: len(near)].sum() - len(near) * (len(near) + 1) / 2) / (len(near) * len(far)))
