"""The station's own places together with all villages: its own first, others only said to lie elsewhere."""

from __future__ import annotations

import pytest

from fengqiao.algorithms.places import Entry, Gazetteer, Near
from fengqiao.algorithms.villageplaces import PlacesAndVillages
from fengqiao.algorithms.villages import VillageIndex
from tests.country import write_country

AREAS = [
    Entry("area:1", "area", "柳溪区"), Entry("area:2", "area", "望河街道", (), "area:1"),
    Entry("area:3", "area", "上柳村", (), "area:2"), Entry("area:4", "area", "和平村", (), "area:2"),
    Entry("area:5", "area", "临溪镇", (), "area:1"), Entry("area:6", "area", "和平村", (), "area:1"),
    Entry("area:7", "area", "上柳 01 网格", (), "area:3"), Entry("place:1", "place", "石门坎饭店", (), "area:3"),
]  # fmt: skip
CODES = {
    "area:1": "990100", "area:2": "990100001", "area:3": "990100001201", "area:4": "990100001202", "area:5": "990100002",
    "area:6": "990100002202", "area:7": "99010000120101",
}  # fmt: skip


@pytest.fixture(scope="module")
def villages(tmp_path_factory: pytest.TempPathFactory) -> VillageIndex:
    return VillageIndex.load(write_country(tmp_path_factory.mktemp("country")))


@pytest.fixture(scope="module")
def both(villages: VillageIndex) -> PlacesAndVillages:
    return PlacesAndVillages(Gazetteer(AREAS), villages, CODES)


def ids(found: object) -> list[str]:
    return [one.entry_id for one in found]  # type: ignore[attr-defined]


def test_a_village_elsewhere_is_said_to_lie_elsewhere(both: PlacesAndVillages) -> None:
    found = both.find("我在白石县青坪镇石门坎村三组")
    assert ids(found) == ["outside:990122100201"]
    assert (found[0].kind, found[0].name) == ("outside", "云川省柳溪市白石县青坪镇石门坎村村民委员会")
    assert found[0].detail == "3组"
    assert ids(both.find("石门坎村的人")) == ["outside:990122100201"]  # no other of that name in the country


def test_own_names_come_first(both: PlacesAndVillages) -> None:
    assert ids(both.find("上柳村二组")) == ["area:3"]
    here = Near(area_ids=frozenset({"area:7"}))
    assert ids(both.find("上刘村二组", here)) == ["area:3"]
    unknown = both.find("上刘村的二组")
    assert ids(unknown) == ["area:3"]
    named = both.find("青坪镇上刘村二组")  # as it is written, in the next county
    assert ids(named) == ["area:3", "outside:990122100202"]
    assert named[1].confidence > named[0].confidence
    assert ids(both.find("石门坎饭店门口")) == ["place:1"]
    assert "outside" not in {one.kind for one in both.find("和平村")}


def test_a_common_name_elsewhere_is_not_said(both: PlacesAndVillages) -> None:
    alone = PlacesAndVillages(
        Gazetteer(AREAS[:3]), both.villages, {"area:1": "770100", "area:2": "770100001"}
    )
    assert alone.find("和平村有人打架") == []


def test_the_divisions_know_in_which_street_an_own_village_lies(both: PlacesAndVillages) -> None:
    """Area 6 hangs under the county: only its code says that it is in 临溪镇."""
    found = both.find("临溪镇和平村有人打架")
    assert found[0].entry_id == "area:6"
    assert "同时说到“临溪镇”" in found[0].reasons
    own = {one.entry_id: one for one in both.gazetteer.find("临溪镇和平村有人打架")}
    assert own["area:6"].confidence < found[0].confidence
    assert {"area:4", "area:6"} <= set(ids(found))


def test_a_village_inside_an_own_street_speaks_for_the_street(both: PlacesAndVillages) -> None:
    found = both.find("杨湾村口路灯不亮", Near(area_ids=frozenset({"area:7"})))
    assert found[0].entry_id == "area:5"
    assert found[0].reasons[-1] == "“杨湾村委会”在“临溪镇”"


def test_another_street_of_an_own_county(villages: VillageIndex) -> None:
    entries = Gazetteer(AREAS[:3])
    divided = PlacesAndVillages(
        entries, villages, {key: CODES[key] for key in ("area:1", "area:2", "area:3")}
    )
    assert ids(divided.find("临溪镇杨湾村"))[-1] == "outside:990100002201"
    whole = PlacesAndVillages(entries, villages, {"area:1": "990100"})
    assert "outside" not in {one.kind for one in whole.find("临溪镇杨湾村")}


@pytest.mark.parametrize("text", ["", "村", "😀", "<b></b>", "没有说哪里", "x" * 100_000])
def test_nothing_said(both: PlacesAndVillages, text: str) -> None:
    assert both.find(text) == []


def test_without_areas_everything_plain_is_elsewhere(villages: VillageIndex) -> None:
    nowhere = PlacesAndVillages(Gazetteer([]), villages, {})
    assert ids(nowhere.find("白石县石门坎村")) == ["outside:990122100201"]
