"""Who may use a way, in which direction, how fast."""

from __future__ import annotations

import pytest

from fengqiao.algorithms.roadtags import BIT, CLASSES, Means, max_speed, node_stops, way_rules


def ways(**tags: str) -> tuple[str, str]:
    """Who may go along and against, as letters f, b, c."""
    rules = way_rules({key.replace("__", ":"): value for key, value in tags.items()})
    if rules is None:
        return "", ""
    return (
        "".join(m.value[0] for m in Means if rules.forward & BIT[m]),
        "".join(m.value[0] for m in Means if rules.backward & BIT[m]),
    )


@pytest.mark.parametrize(
    ("tags", "along", "against"),
    [
        ({"highway": "residential"}, "fbc", "fbc"),
        ({"highway": "footway"}, "fb", "fb"),
        ({"highway": "steps"}, "f", "f"),
        ({"highway": "motorway"}, "c", ""),
        ({"highway": "motorway", "oneway": "no"}, "c", "c"),
        ({"highway": "construction"}, "", ""),
        ({"building": "yes"}, "", ""),
        ({"highway": "barrier"}, "", ""),
        ({"highway": "residential", "oneway": "yes"}, "fbc", "f"),
        ({"highway": "residential", "oneway": "-1"}, "f", "fbc"),
        ({"highway": "residential", "oneway": "reversible"}, "f", "f"),
        ({"highway": "primary", "junction": "roundabout"}, "fbc", "f"),
        ({"highway": "residential", "oneway": "yes", "oneway__bicycle": "no"}, "fbc", "fb"),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, "fbc", "fb"),
        ({"highway": "residential", "oneway__foot": "yes"}, "fbc", "bc"),
        ({"highway": "steps", "conveying": "backward"}, "", "f"),
        ({"highway": "service", "access": "private"}, "", ""),
        ({"highway": "service", "access": "no", "foot": "yes"}, "f", "f"),
        ({"highway": "service", "access": "private", "motor_vehicle": "yes"}, "c", "c"),
        ({"highway": "residential", "motor_vehicle": "no"}, "fb", "fb"),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, "fb", "fb"),
        ({"highway": "pedestrian", "motor_vehicle": "yes"}, "fbc", "fbc"),
        ({"highway": "footway", "access": "yes"}, "fb", "fb"),
        ({"highway": "trunk", "bicycle": "use_sidepath"}, "fc", "fc"),
        ({"highway": "service", "access": "customers"}, "fbc", "fbc"),
    ],
)
def test_rules(tags: dict[str, str], along: str, against: str) -> None:
    assert ways(**tags) == (along, against)


@pytest.mark.parametrize(
    ("text", "speed"),
    [("60", 60), ("60 km/h", 60), ("30 mph", 48), ("CN:urban", 0), ("", 0), ("3", 0), ("999", 255), ("-5", 0),
     ("９０", 0), ("walk", 0)],
)  # fmt: skip
def test_max_speed(text: str, speed: int) -> None:
    assert max_speed(text) == speed


@pytest.mark.parametrize(
    ("tags", "stopped"),
    [
        ({}, 0), ({"highway": "crossing"}, 0), ({"barrier": "gate"}, 0), ({"barrier": "toll_booth"}, 0),
        ({"barrier": "gate", "access": "private"}, 7), ({"barrier": "bollard"}, 4),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, 0), ({"barrier": "stile"}, 6),
    ],
)  # fmt: skip
def test_barriers(tags: dict[str, str], stopped: int) -> None:
    assert node_stops(tags) == stopped


def test_the_classes_fit_the_file() -> None:
    assert len({one.name for one in CLASSES}) == len(CLASSES) < 256
    assert all(0 <= one.speed(means) <= 80 for one in CLASSES for means in Means)
