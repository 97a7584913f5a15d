"""The villages of the country beside the ground: an option, kept apart from it, never in its way."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from pytest_django import Settings

from fengqiao.algorithms.places import Near
from fengqiao.lib.errors import Refusal
from fengqiao.territory.actions import rename_area
from fengqiao.territory.names import gazetteer, place_finder
from fengqiao.territory.villages import import_villages, village_index, villages_stamp
from tests.cast import Cast
from tests.country import write_country


@pytest.fixture
def country(settings: Settings, tmp_path: Path) -> Path:
    """A station with the small country imported; the county of the cast lies in it."""
    settings.VILLAGES_FILE = write_country(tmp_path)
    return tmp_path / "villages.index"


@pytest.fixture(autouse=True)
def _elsewhere(settings: Settings, tmp_path: Path) -> None:
    settings.VILLAGES_FILE = tmp_path / "villages.index"


def ids(text: str, near: Near | None = None) -> list[str]:
    return [one.entry_id for one in place_finder().find(text, near)]


def test_without_the_file_nothing_changes(cast: Cast) -> None:
    assert villages_stamp() is None
    assert village_index() is None
    assert place_finder() is gazetteer()


def test_own_areas_and_villages_elsewhere(cast: Cast, country: Path) -> None:
    own = {f"area:{cast.areas['village'].pk}", f"place:{cast.places['shangliu'].pk}"}
    assert set(ids("上柳村二组")) == own
    assert ids("白石县青坪镇石门坎村") == ["outside:990122100201"]
    grid = Near(area_ids=frozenset({f"area:{cast.areas['grid3'].pk}"}))
    assert set(ids("上刘村二组", grid)) == own
    assert ids("望河街道和平村", grid)[0] == f"area:{cast.areas['street'].pk}"


def test_the_finder_follows_the_ground_and_the_file(cast: Cast, country: Path) -> None:
    first = place_finder()
    assert place_finder() is first
    rename_area(cast.areas["village"], by=cast.actor("head"), name="下柳村")
    assert place_finder() is not first
    assert ids("下柳村有事")[0] == f"area:{cast.areas['village'].pk}"
    country.unlink()
    assert place_finder() is gazetteer()
    write_country(country.parent)
    assert ids("白石县青坪镇石门坎村") == ["outside:990122100201"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", None])
def test_a_spoilt_file_is_left_out_and_told(
    cast: Cast, country: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    country.write_bytes(country.read_bytes()[:-64] if content is None else content)
    with caplog.at_level(logging.ERROR):
        assert f"area:{cast.areas['village'].pk}" in ids("上柳村二组")
    assert "villages of the country left out" in caplog.text


def test_import_and_refusal(country: Path, tmp_path: Path) -> None:
    before = country.read_bytes()
    table = tmp_path / "v.csv"
    table.write_text("code,name\n12,甲\n", encoding="utf-8")
    with pytest.raises(Refusal, match="没有村"):
        import_villages([table])
    assert country.read_bytes() == before
    table.write_text("code,name\n990122100201,石门坎村委会\n", encoding="utf-8")
    assert len(import_villages([table])) == 1
    assert village_index() is not None
