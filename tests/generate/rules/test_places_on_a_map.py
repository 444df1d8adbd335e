from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rulebooks import frame_of

from privsynth.errors import BackendError, PolicyError


def kilometres(frame: pd.DataFrame, lat: float, lon: float) -> np.ndarray:
    """By the haversine."""
    a, b = np.radians(frame["lat"]), np.radians(lat)
    half = np.sin((a - b) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(frame["lon"] - lon) / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(half)).to_numpy()


@pytest.mark.parametrize(("lat", "lon", "km"), [(52.52, 13.4, 20), (-17, 179.9, 300), (89.9, 0, 500), (0, 0, 8_000)])
def test_points_fill_a_circle_evenly(tmp_path: Path, lat: float, lon: float, km: float) -> None:
    frame = frame_of(
        tmp_path,
        f"lat: {{point: {{part: latitude, within: {{lat: {lat}, lon: {lon}, km: {km}}}}}}}\n"
        "lon: {point: {part: longitude}}",
        4_000,
    )
    far = kilometres(frame, lat, lon)
    assert far.max() <= km * 1.001
    area = (1 - np.cos(km / 2 / 6371)) / (1 - np.cos(km / 6371))  # of half the radius, as a share of the whole
    assert (far <= km / 2).mean() == pytest.approx(area, abs=0.03)
    assert frame["lon"].between(-180, 180).all()


def test_points_fill_a_box_evenly_also_across_the_date_line(tmp_path: Path) -> None:
    frame = frame_of(
        tmp_path,
        "lat: {point: {part: latitude, box: {south: 0, west: 170, north: 90, east: -170}}}\n"
        "lon: {point: {part: longitude}}",
        4_000,
    )
    assert ((frame["lon"] >= 170) | (frame["lon"] <= -170)).all()
    assert (frame["lon"] > 0).mean() == pytest.approx(0.5, abs=0.03)
    assert (frame["lat"] < 30).mean() == pytest.approx(0.5, abs=0.03)  # half of the northern hemisphere


def test_a_region_may_follow_other_columns_and_points_are_drawn_again_whole(tmp_path: Path) -> None:
    columns = (
        "lon: {point: {part: longitude, within: {lat: a, lon: 2 * a, km: 100}}}\n"
        "lat: {point: {part: latitude}, missing: 0.1}\na: {choice: [10, 40, null]}"
    )
    frame = frame_of(tmp_path, columns, 600, "    expect:\n      - lat > a AND lon > 2 * a\n")
    assert frame["lon"].isna().equals(frame["a"].isna())
    known = frame.dropna()
    for a in (10, 40):
        rows = known[known["a"] == a]
        assert kilometres(rows, a, 2 * a).max() < 100.1
        assert (rows["lat"] > a).all()


def test_another_place_is_another_point(tmp_path: Path) -> None:
    box = "box: {south: 0, west: 0, north: 10, east: 10}"
    frame = frame_of(
        tmp_path, f"a: {{point: {{part: latitude, {box}}}}}\nb: {{point: {{part: latitude, {box}, place: work}}}}", 300
    )
    assert abs(frame["a"].corr(frame["b"])) < 0.2


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ("a: {point: {part: latitude}}", "one column of a point says where it lies, not 0"),
        ("a: {point: {part: height}}", "latitude"),
        (
            "a: {point: {part: latitude, within: {lat: 0, lon: 0, km: 1}, box: {south: 0, west: 0, north: 1, east: 1}}"
            "}",
            "not both",
        ),
        (
            "a: {point: {part: latitude, within: {lat: 0, lon: 0, km: 1}}}\nb: {point: {part: latitude}}",
            "one latitude and one longitude",
        ),
        ("a: {point: {part: latitude, within: {lat: 0, lon: 0, km: 1}}, unique: true}", "without repetition"),
        ("a: {point: {part: latitude, within: {lat: zz, lon: 0, km: 1}}}", "no such column"),
        ("a: {point: {part: latitude, within: {lat: 95, lon: 0, km: 1}}}", "latitude lies between -90 and 90"),
        ("a: {point: {part: latitude, within: {lat: 0, lon: 0, km: 0}}}", "km is not above 0"),
        ("a: {point: {part: latitude, box: {south: 2, west: 0, north: 1, east: 1}}}", "south is above north"),
    ],
)
def test_points_that_cannot_be_are_refused_with_their_place(tmp_path: Path, columns: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=problem) as error:
        frame_of(tmp_path, columns)
    assert error.value.message.startswith("book.yaml:")


def test_a_wrong_centre_of_some_rows_is_counted(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="a latitude lies between -90 and 90, in 9 rows"):
        frame_of(tmp_path, "z: {constant: 99}\na: {point: {part: latitude, within: {lat: z, lon: 0, km: 1}}}", 9)
