"""The places of the product are real, complete and coarse enough to be named."""

from datetime import date

import pytest

from worksorders.domain.workdays import REGIONS as HOLIDAY_REGIONS
from worksorders.gateways import places

TOWNS = places.towns().values()


def test_there_are_sixteen_regions_and_each_has_an_anniversary_day():
    assert len(places.regions()) == 16
    assert {region.iso_code for region in places.regions()} <= set(HOLIDAY_REGIONS)
    assert all(date(2008, 1, 1) <= region.service_from <= date(2015, 12, 31) for region in places.regions())


def test_every_area_holds_two_thousand_homes():
    assert min(area.dwellings for area in places.areas().values()) >= 2000


def test_every_town_lies_in_an_area_of_its_own_region():
    assert [
        town.code for town in TOWNS if places.areas()[town.area_code].region_code != town.region_code
    ] == []


def test_no_area_is_empty_and_none_claims_more_homes_than_its_towns_have():
    homes = dict.fromkeys(places.areas(), 0)
    for town in TOWNS:
        homes[town.area_code] += town.dwellings + 1
    assert [area.code for area in places.areas().values() if not area.dwellings <= homes[area.code]] == []


def test_every_town_lies_in_new_zealand_and_its_dwellings_follow_from_its_people():
    for town in TOWNS:
        assert -47.5 < town.latitude < -34
        assert 166 < town.longitude < 179
        assert town.dwellings == town.population * 10 // 27


def test_names_keep_their_macrons_and_are_told_apart_by_their_region():
    assert places.towns()["whangarei"].label == "Whangārei, Northland"
    assert places.towns()["opotiki"].name == "Ōpōtiki"
    assert len({town.label for town in TOWNS}) == len(TOWNS)
    assert dict(places.town_choices())["richmond-tas"] == "Richmond, Tasman"


def test_an_unknown_area_is_told_as_the_country_and_an_unknown_region_is_an_error():
    assert places.area_name("nowhere") == "New Zealand"
    with pytest.raises(KeyError):
        places.region("nowhere")


def test_an_area_is_named_in_an_offer_within_its_region():
    area = places.offer_areas()[places.towns()["reefton"].area_code]
    assert (area.name, area.parent) == (places.area_name(area.code), "G3")
    assert places.offer_areas()["G3"].parent is None


def test_the_outline_has_every_region_and_stays_small():
    features = places.outline()["features"]
    assert {feature["properties"]["code"] for feature in features} == {
        region.code for region in places.regions()
    }
    assert (places.DATA / "nz_outline.geojson").stat().st_size < 260_000
    points = [
        point
        for feature in features
        for part in feature["geometry"]["coordinates"]
        for ring in part
        for point in ring
    ]
    assert all(166 < x < 179 and -48 < y < -34 for x, y in points)
