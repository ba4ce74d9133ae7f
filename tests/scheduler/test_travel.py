"""Travel times: the file format's rule, and the app's estimate against geopy and across straits."""

import random

import numpy as np
import pytest
from geopy.distance import geodesic

from scheduler.problem import UNREACHABLE
from scheduler.travel import Ferry, RoadSettings, estimated_travel, file_travel, geodesic_km, island_of

AUCKLAND, HAMILTON, WELLINGTON, PICTON, NELSON, OBAN, BLUFF = (
    (-36.85, 174.76),
    (-37.79, 175.28),
    (-41.29, 174.78),
    (-41.29, 174.0),
    (-41.27, 173.28),
    (-46.9, 168.13),
    (-46.6, 168.34),
)


def test_the_fast_geodesic_agrees_with_geopy():
    rng = random.Random(4)
    places = [(rng.uniform(-47, -34.5), rng.uniform(166.5, 178.5)) for _ in range(25)]
    fast = geodesic_km(places)
    exact = np.array([[geodesic(a, b).km for b in places] for a in places])
    assert np.abs(fast - exact).max() < 0.05


def test_file_travel_follows_the_format():
    minutes = file_travel([AUCKLAND, HAMILTON, AUCKLAND])
    km = (
        2
        * 6371
        * np.arcsin(
            np.sqrt(
                np.sin(np.radians(0.94) / 2) ** 2
                + np.cos(np.radians(36.85)) * np.cos(np.radians(37.79)) * np.sin(np.radians(0.52) / 2) ** 2
            )
        )
    )
    assert minutes[0, 1] == np.ceil(24 + (km * 1.3 - 20) / 80 * 60) + 2
    assert minutes[0, 2] == 0
    assert (minutes == minutes.T).all()


def test_estimates_are_whole_minutes_with_a_buffer():
    minutes = estimated_travel([AUCKLAND, HAMILTON], RoadSettings(buffer_minutes=5))
    assert minutes.dtype == np.int32
    assert minutes[0, 0] == 0
    assert 120 <= minutes[0, 1] <= 180
    assert minutes[0, 1] - estimated_travel([AUCKLAND, HAMILTON], RoadSettings(buffer_minutes=0))[0, 1] == 5


@pytest.mark.parametrize(
    ("a", "b"), [(WELLINGTON, PICTON), (WELLINGTON, NELSON), (BLUFF, OBAN), (AUCKLAND, NELSON)]
)
def test_nobody_drives_across_a_strait(a, b):
    assert estimated_travel([a, b])[0, 1] == UNREACHABLE


def test_a_ferry_joins_islands_where_it_is_configured():
    ferry = Ferry((WELLINGTON, PICTON), 240)
    minutes = estimated_travel([HAMILTON, WELLINGTON, PICTON, NELSON], RoadSettings(ferries=(ferry,)))
    assert minutes[1, 2] == 240
    assert minutes[0, 3] == minutes[0, 1] + 240 + minutes[2, 3]
    assert (minutes == minutes.T).all()


def test_no_places_give_no_matrix():
    assert estimated_travel([]).shape == (0, 0)


@pytest.mark.parametrize(
    ("place", "island"),
    [
        (AUCKLAND, "north"),
        (WELLINGTON, "north"),
        (NELSON, "south"),
        (OBAN, "stewart"),
        (BLUFF, "south"),
        ((-43.95, -176.56), "chatham"),
        ((-36.8, 175.1), "waiheke"),
    ],
)
def test_islands_are_told_apart(place, island):
    assert island_of(place) == island
