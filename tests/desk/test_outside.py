"""The inbox says that the words seem to name a village elsewhere, without offering it as a place."""

from __future__ import annotations

from pathlib import Path

from pytest_django import Settings

from tests.cast import Cast
from tests.country import write_country
from tests.desk.conftest import As, tell

ELSEWHERE = "我是白石县青坪镇石门坎村三组的，工地三个月没发工资"


def test_a_village_elsewhere_is_said(cast: Cast, as_: As, settings: Settings, tmp_path: Path) -> None:
    settings.VILLAGES_FILE = write_country(tmp_path)
    report = tell(cast, text=ELSEWHERE, key="k9")
    page = as_("duty").get(f"/desk/inbox/{report.pk}/").content.decode()
    assert "“石门坎村”可能是外地的 云川省柳溪市白石县青坪镇石门坎村村民委员会" in page
    assert "同时说到“青坪镇”" in page
    assert 'value="outside:' not in page


def test_nothing_is_said_without_the_villages(
    cast: Cast, as_: As, settings: Settings, tmp_path: Path
) -> None:
    settings.VILLAGES_FILE = tmp_path / "nowhere"
    report = tell(cast, text=ELSEWHERE, key="k9")
    assert "可能是外地的" not in as_("duty").get(f"/desk/inbox/{report.pk}/").content.decode()
