"""A village elsewhere is a hint beside the proposed places: shown with its reasons, never the place of a matter."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from fengqiao.intake import engine
from fengqiao.intake.actions import accept_as_proposed
from fengqiao.intake.proposals import proposals
from tests.cast import Cast
from tests.country import write_country
from tests.intake.helpers import engine_with, report, says

ELSEWHERE = "我家在白石县青坪镇石门坎村三组，邻居半夜放音响吵得睡不着"


@pytest.fixture
def country(settings: Settings, tmp_path: Path) -> Path:
    settings.VILLAGES_FILE = write_country(tmp_path)
    return tmp_path / "villages.index"


def test_it_is_said_with_reasons(cast: Cast, country: Path) -> None:
    found = proposals(report(ELSEWHERE))
    (one,) = found.outside
    assert (one.code, one.said, one.detail) == ("990122100201", "石门坎村", "3组")
    assert one.name == "云川省柳溪市白石县青坪镇石门坎村村民委员会"
    assert "同时说到“青坪镇”" in one.reasons
    assert found.places == ()


def test_without_the_file_it_is_not(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    settings.VILLAGES_FILE = tmp_path / "nowhere"
    assert proposals(report(ELSEWHERE)).outside == ()


def test_own_places_stay_before_it(cast: Cast, country: Path) -> None:
    row = report("上柳村二组的人到白石县青坪镇石门坎村去了没回来")
    kinds = [one.value["kind"] for one in row.suggestions.filter(field="place").order_by("rank")]
    assert kinds == ["place", "area", "outside"]
    assert [one.kind for one in proposals(row).places] == ["place", "area"]


def test_it_never_becomes_the_place_of_a_matter(cast: Cast, country: Path) -> None:
    with engine_with(says(("NB2", 0.9)), engine._gazetteer()):
        row = report(ELSEWHERE)
    assert row.suggestions.get(field="place").value == {
        "kind": "outside", "code": "990122100201", "name": "云川省柳溪市白石县青坪镇石门坎村村民委员会",
        "said": "石门坎村", "detail": "3组",
    }  # fmt: skip
    matter = accept_as_proposed(row, by=cast.actor("head"))
    assert matter.area == cast.areas["county"]
    assert matter.place is None
    row.refresh_from_db()
    assert row.unplaced
    assert row.suggestions.get(field="place").accepted is False


def test_a_spoilt_file_costs_no_report(cast: Cast, country: Path) -> None:
    country.write_bytes(b"spoilt")
    row = report("上柳村路口有人打架")
    assert ("area", cast.areas["village"].pk) in [(one.kind, one.id) for one in proposals(row).places]
