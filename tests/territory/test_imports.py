"""Areas and places from files: everything or nothing, a word for each row."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest

from fengqiao.accounts.scope import SYSTEM
from fengqiao.audit.models import Entry
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.territory.actions import import_areas, import_places
from fengqiao.territory.importing import GB_FIELDS, ImportReport
from fengqiao.territory.models import Area, Boundary, Place
from fengqiao.territory.queries import locate
from fengqiao.territory.roots import ensure_root, find_root
from tests.cast import NOW, Cast
from tests.paths import DATA

needs_data = pytest.mark.skipif(DATA is None, reason="the reference data is not beside the repository")


def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def geojson(*areas: tuple[str, str, str, list[list[float]] | None], **members: Any) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "rank": rank},
            "geometry": {"type": "Polygon", "coordinates": [outline]} if outline else None,
        }
        for code, name, rank, outline in areas
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def words(report: ImportReport) -> dict[str, str]:
    return {row.code: row.what for row in report.rows}


def test_new_areas_come_in_with_their_outlines(cast: Cast) -> None:
    file = geojson(
        ("990100003", "新街道", "street", ring(120.2, 30.0, 120.3, 30.1)),
        ("990100003001", "新社区", "community", ring(120.2, 30.0, 120.3, 30.05)),
    )
    report = import_areas(file, by=cast.actor("admin"), source_name="新区.geojson")
    assert report.done
    assert words(report) == {"990100003": "added", "990100003001": "added"}
    new = Area.objects.get(code="990100003001")
    assert new.path == f"{cast.areas['county'].path}{Area.objects.get(code='990100003').pk}/{new.pk}/"
    assert locate(30.02, 120.25).area == new
    entry = Entry.objects.order_by("-id")[0]
    assert (entry.verb, entry.data["added"], entry.data["source"]) == ("areas.imported", 2, "新区.geojson")


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    file = geojson(("990100003", "新街道", "street", ring(120.2, 30.0, 120.3, 30.1)))
    import_areas(file, by=cast.actor("admin"))
    boundaries = list(Boundary.objects.values_list("pk", "valid_to"))
    report = import_areas(file, by=cast.actor("admin"))
    assert words(report) == {"990100003": "unchanged"}
    assert list(Boundary.objects.values_list("pk", "valid_to")) == boundaries


def test_a_changed_outline_is_dated_and_a_changed_name_told(cast: Cast) -> None:
    file = geojson(("99010000100101", "锦澜东网格", "grid", ring(120.0, 30.0, 120.04, 30.05)))
    with clock.at(NOW + timedelta(days=1)):
        report = import_areas(file, by=cast.actor("admin"))
    assert words(report) == {"99010000100101": "changed"}
    assert report.rows[0].message == "原名 锦澜 01 网格，换了边界"
    old, new = Boundary.objects.filter(area=cast.areas["grid1"]).order_by("id")
    assert (old.valid_to, new.valid_from, new.valid_to) == (date(2026, 3, 12), date(2026, 3, 12), None)
    assert any("不归任何一个下级" in note for note in report.notes)


def test_one_bad_row_stops_all_of_them(cast: Cast) -> None:
    file = geojson(
        ("990100003", "新街道", "street", ring(120.2, 30.0, 120.3, 30.1)),
        ("990100004", "压在望河街道上", "street", ring(120.05, 30.0, 120.15, 30.05)),
    )
    before = Area.objects.count(), Boundary.objects.count(), Entry.objects.count()
    report = import_areas(file, by=cast.actor("admin"))
    assert not report.done
    assert [row.code for row in report.refused] == ["990100004", "990100004"]
    assert "重叠" in report.refused[0].message
    assert (Area.objects.count(), Boundary.objects.count(), Entry.objects.count()) == before


def test_an_overlap_is_cut_on_request_and_who_was_there_keeps_the_ground(cast: Cast) -> None:
    file = geojson(("990100003", "新街道", "street", ring(120.15, 30.0, 120.3, 30.1)))
    report = import_areas(file, by=cast.actor("admin"), repair=True)
    assert report.done
    assert Boundary.objects.get(area__code="990100003").min_lon == pytest.approx(120.2)
    assert locate(30.05, 120.18).area == cast.areas["other_grid"]


def test_two_new_areas_over_one_ground_leave_it_to_the_first_code(cast: Cast) -> None:
    file = geojson(
        ("990100004", "后", "street", ring(120.24, 30.0, 120.3, 30.1)),
        ("990100003", "先", "street", ring(120.2, 30.0, 120.25, 30.1)),
    )
    import_areas(file, by=cast.actor("admin"), repair=True)
    assert Boundary.objects.get(area__code="990100004").min_lon == pytest.approx(120.25)


def test_a_broken_polygon_is_refused_in_words_or_mended_on_request(cast: Cast) -> None:
    bow = [[120.2, 30.0], [120.3, 30.1], [120.3, 30.0], [120.2, 30.1], [120.2, 30.0]]
    file = geojson(("990100003", "蝴蝶结", "street", bow))
    report = import_areas(file, by=cast.actor("admin"))
    assert not report.done
    assert "交叉" in report.refused[0].message
    assert import_areas(file, by=cast.actor("admin"), repair=True).done


def test_swapped_coordinates_are_never_mended(cast: Cast) -> None:
    swapped = [[lat, lon] for lon, lat in ring(120.2, 30.0, 120.3, 30.1)]
    report = import_areas(
        geojson(("990100003", "反了", "street", swapped)), by=cast.actor("admin"), repair=True
    )
    assert not report.done
    assert "反" in report.refused[0].message


def test_a_file_from_another_map_comes_in_as_wgs84(cast: Cast) -> None:
    from fengqiao.territory.coordinates import coordinates_out

    corners = [
        list(reversed(coordinates_out(lat, lon, "bd09"))) for lon, lat in ring(120.2, 30.0, 120.3, 30.1)
    ]
    assert import_areas(
        geojson(("990100003", "新街道", "street", corners)), by=cast.actor("admin"), system="BD-09"
    ).done
    drawn = Boundary.objects.get(area__code="990100003")
    assert (drawn.min_lon, drawn.max_lat) == pytest.approx((120.2, 30.1), abs=1e-6)
    with pytest.raises(Refusal) as found:
        import_areas(
            geojson(("990100003", "新街道", "street", corners)), by=cast.actor("admin"), system="火星"
        )
    assert found.value.code == "bad_system"


def test_an_area_without_an_outline_is_an_area_all_the_same(cast: Cast) -> None:
    report = import_areas(geojson(("990100001202", "下柳村", "village", None)), by=cast.actor("admin"))
    assert report.done
    assert Area.objects.get(code="990100001202").parent == cast.areas["street"]


def test_an_unknown_parent_is_told_and_may_be_given(cast: Cast) -> None:
    file = geojson(("880100001201", "远村", "village", None))
    report = import_areas(file, by=cast.actor("admin"))
    assert "上级" in report.refused[0].message
    report = import_areas(file, by=cast.actor("admin"), parent=cast.areas["other_street"])
    assert report.done
    assert Area.objects.get(code="880100001201").parent == cast.areas["other_street"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("99010000100101", "改级别", "community", None), "不能改成"),
        (("X-1", "看不出", "", None), "看不出级别"),
        (("990100001003", "长" * 61, "community", None), "名称最多 60 字"),
        (("99010000100101001", "网格之下的社区", "community", None), "不能放在"),
    ],
)
def test_rows_that_cannot_be_say_why(cast: Cast, row: tuple[str, str, str, None], said: str) -> None:
    report = import_areas(geojson(row), by=cast.actor("admin"))
    assert not report.done
    assert said in report.refused[0].message


def test_an_ended_code_does_not_come_back(cast: Cast) -> None:
    Area.objects.filter(pk=cast.areas["grid3"].pk).update(valid_to=date(2026, 1, 1))
    report = import_areas(geojson(("99010000120103", "又来", "grid", None)), by=cast.actor("admin"))
    assert "停用" in report.refused[0].message


def test_a_try_run_tells_the_same_and_writes_nothing(cast: Cast) -> None:
    file = geojson(
        ("990100003", "新街道", "street", ring(120.2, 30.0, 120.3, 30.1)),
        ("99010000100101", "改名", "grid", None),
    )
    before = Area.objects.count(), Entry.objects.count()
    report = import_areas(file, by=cast.actor("admin"), dry_run=True)
    assert (report.done, words(report)) == (False, {"990100003": "added", "99010000100101": "changed"})
    assert (Area.objects.count(), Entry.objects.count()) == before
    assert Area.objects.get(code="99010000100101").name == "锦澜 01 网格"


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b'{"type": "Feature"}', b"no table at all"])
def test_a_file_that_is_none_is_refused(cast: Cast, content: bytes) -> None:
    with pytest.raises(Refusal) as found:
        import_areas(content, by=cast.actor("admin"))
    assert found.value.field == "file"


def test_only_the_ground_one_may_edit(cast: Cast) -> None:
    street = geojson(("990100003", "新街道", "street", None))
    for who in ("outsider", "nobody", "duty"):
        with pytest.raises((OutOfReach, NotAllowed)):
            import_areas(street, by=cast.actor(who))
    assert not Area.objects.filter(code="990100003").exists()


def test_an_editor_of_one_street_does_not_reach_the_next(cast: Cast) -> None:
    from fengqiao.teams.models import Appointment

    Appointment.objects.filter(person=cast.people["admin"]).update(area=cast.areas["street"])
    inside = geojson(("990100001202", "下柳村", "village", None))
    outside = geojson(
        ("990100002202", "别处村", "village", None), ("990100001203", "这里村", "village", None)
    )
    assert import_areas(inside, by=cast.actor("admin")).done
    with pytest.raises(OutOfReach):
        import_areas(outside, by=cast.actor("admin"))
    with pytest.raises(OutOfReach):
        import_areas(geojson(("880100", "另一区", "county", None)), by=cast.actor("admin"))
    assert not Area.objects.filter(code="990100001203").exists()


def test_moving_under_an_imported_parent_takes_paths_along(cast: Cast) -> None:
    rows = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": "990100005", "name": "新镇", "rank": "street"},
                "geometry": None,
            },
            {
                "type": "Feature",
                "properties": {
                    "code": "990100001201",
                    "name": "上柳村",
                    "rank": "village",
                    "parent": "990100005",
                },
                "geometry": None,
            },
            {
                "type": "Feature",
                "properties": {
                    "code": "990100001201G9",
                    "name": "新网格",
                    "rank": "grid",
                    "parent": "990100001201",
                },
                "geometry": None,
            },
        ],
    }
    report = import_areas(json.dumps(rows).encode(), by=cast.actor("admin"))
    assert words(report)["990100001201"] == "changed"
    for area in Area.objects.all():
        assert area.path == (f"{area.parent.path}{area.pk}/" if area.parent else f"/{area.pk}/")


# from an empty database


@pytest.mark.django_db
def test_a_single_county_takes_the_place_of_the_placeholder() -> None:
    root = ensure_root("示例派出所辖区")
    report = import_areas(
        geojson(("990100", "柳溪区", "county", None), ("990100001", "望河街道", "street", None)), by=SYSTEM
    )
    assert report.done
    root.refresh_from_db()
    assert (root.code, root.name) == ("990100", "柳溪区")
    assert Area.objects.get(code="990100001").path.startswith(root.path)
    assert find_root() == root


@pytest.mark.django_db
def test_two_counties_hang_under_the_placeholder() -> None:
    root = ensure_root()
    import_areas(geojson(("990100", "甲区", "county", None), ("990200", "乙区", "county", None)), by=SYSTEM)
    assert {a.parent_id for a in Area.objects.exclude(pk=root.pk)} == {root.pk}
    assert import_areas(geojson(("990300", "丙区", "county", None)), by=SYSTEM).done
    again = import_areas(geojson(("990100", "甲区", "county", None)), by=SYSTEM)
    assert words(again) == {"990100": "unchanged"}


@needs_data
@pytest.mark.django_db
def test_the_counties_of_the_reference_data_come_in() -> None:
    assert DATA is not None
    report = import_areas(DATA / "divisions" / "seed_counties.geojson", by=SYSTEM, fields=GB_FIELDS)
    assert report.done, report.refused
    assert report.count("added") == 5
    assert Area.objects.get(code="610111").name == "灞桥区"
    assert locate(34.30, 109.05).area.code == "610111"


@needs_data
@pytest.mark.django_db
def test_streets_and_villages_of_one_county_come_in_from_division_tables() -> None:
    assert DATA is not None
    folder = DATA / "divisions"
    streets = import_areas(folder / "divisions_l1_l4.csv", by=SYSTEM, under="610111")
    assert streets.done
    assert Area.objects.filter(rank="street").count() == streets.count("added") - 1
    villages = import_areas(folder / "seed_villages.csv", by=SYSTEM, under="610111")
    assert villages.done, villages.refused[:3]
    village = Area.objects.get(code="610111002001")
    assert village.parent is not None
    assert village.parent.code == "610111002"
    again = import_areas(folder / "seed_villages.csv", by=SYSTEM, under="610111")
    assert again.count("unchanged") == villages.count("added")


@needs_data
@pytest.mark.full
@pytest.mark.django_db
def test_the_whole_country_comes_in_with_provinces_and_cities_skipped() -> None:
    assert DATA is not None
    report = import_areas(DATA / "divisions" / "divisions_l1_l4.csv", by=SYSTEM)
    assert report.done, report.refused[:3]
    assert report.count("skipped") == 31 + 342
    assert report.count("added") > 44_000
    sample = Area.objects.select_related("parent").filter(rank="street")[::4001]
    assert all(a.parent and a.path == f"{a.parent.path}{a.pk}/" for a in sample)


# places

TABLE = "名称,地址,类型,等级,别名,区域编码,纬度,经度\n"


def places(*rows: str) -> io.BytesIO:
    return io.BytesIO((TABLE + "\n".join(rows)).encode("gb18030"))


def test_places_come_in_from_a_table(cast: Cast) -> None:
    file = places(
        "锦澜超市,锦澜路 3 号,商店,重点看护,大超市；老百货,99010000100101,30.021,120.021",
        "村口小卖部,,,,,,30.05,120.07",
    )
    report = import_places(file, by=cast.actor("admin"))
    assert report.done
    shop = Place.objects.get(name="锦澜超市")
    assert (shop.tier, shop.aliases, shop.area, shop.lat) == (
        "watched",
        ["大超市", "老百货"],
        cast.areas["grid1"],
        30.021,
    )
    assert Place.objects.get(name="村口小卖部").area == cast.areas["grid3"]


def test_a_second_run_of_places_changes_nothing_and_a_new_address_updates(cast: Cast) -> None:
    row = "锦澜超市,锦澜路 3 号,商店,,,99010000100101,,"
    import_places(places(row), by=cast.actor("admin"))
    assert import_places(places(row), by=cast.actor("admin")).count("unchanged") == 1
    report = import_places(places(row.replace("3 号", "5 号")), by=cast.actor("admin"))
    assert report.count("changed") == 1
    assert Place.objects.get(name="锦澜超市").address == "锦澜路 5 号"


def test_one_bad_place_stops_all_and_each_is_told_why(cast: Cast) -> None:
    file = places(
        "好地方,,,,,99010000100101,,",
        "没有区域,,,,,,,",
        "坏编码,,,,,123,,",
        "坏坐标,,,,,99010000100101,三十,120",
        "坏等级,,,很重要,,99010000100101,,",
        "一半坐标,,,,,99010000100101,30.02,",
        ",,,,,99010000100101,,",
    )
    report = import_places(file, by=cast.actor("admin"))
    assert not report.done
    assert [r.message.split("：")[0] for r in report.refused] == [f"第 {n} 行" for n in range(3, 9)]
    assert not Place.objects.filter(name="好地方").exists()


def test_places_without_a_name_column_and_out_of_reach_are_refused(cast: Cast) -> None:
    with pytest.raises(Refusal) as found:
        import_places(b"a,b\n1,2\n", by=cast.actor("admin"))
    assert found.value.code == "missing_columns"
    row = "锦澜超市,,,,,99010000100101,,"
    for who in ("outsider", "nobody", "duty"):
        with pytest.raises((OutOfReach, NotAllowed)):
            import_places(places(row), by=cast.actor(who))
