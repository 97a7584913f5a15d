"""All villages of the country: exact, by sound and shape, told apart by what stands around, never picked in silence."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.algorithms.villagefile import read_villages, write_villages
from fengqiao.algorithms.villagenames import core, kind_of, upper_forms
from fengqiao.algorithms.villagerows import read_divisions
from fengqiao.algorithms.villages import MAX_CHARS, VillageIndex
from tests.country import DIVISIONS, VILLAGES, write_country
from tests.paths import DATA

FILES = (
    [DATA / "divisions" / name for name in ("villages_620k.parquet", "divisions_l1_l4.csv")] if DATA else []
)


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> VillageIndex:
    return VillageIndex.load(write_country(tmp_path_factory.mktemp("country")))


@pytest.mark.parametrize(
    ("name", "own"),
    [("上柳村村民委员会", "上柳"), ("上柳村", "上柳"), ("丁村委会", "丁村"), ("锦澜社区居委会", "锦澜"),
     ("居委会", "居委"), ("村", "村"), ("", ""),
     ("新月村委会（新月工业小区）（省级）", "新月"), ("三连生活区", "三连"), ("华杰嘎查", "华杰"),
     ("茶沟新村村民委员会", "茶沟新")],
)  # fmt: skip
def test_own_names(name: str, own: str) -> None:
    assert core(name) == own


@pytest.mark.parametrize(
    ("name", "forms"),
    [("灞桥区", ("灞桥区", "灞桥")), ("市辖区", ("", "")), ("县", ("", "")), ("望河街道办事处", ("望河街道", "望河")),
     ("新平彝族傣族自治县", ("新平彝族傣族自治县", "新平")), ("石桥回族乡", ("石桥回族乡", "石桥")),
     ("白沙乡", ("白沙乡", "白沙"))],
)  # fmt: skip
def test_names_above(name: str, forms: tuple[str, str]) -> None:
    assert upper_forms(name) == forms


def test_kinds() -> None:
    assert [kind_of(one) for one in ("上柳村委会", "锦澜社区居委会", "华杰嘎查", "三连")] == [
        "village", "community", "village", "other",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "near", "code", "how", "detail"),
    [
        ("石门坎村", (), "990122100201", "exact", ""),
        ("石门坎村委会", (), "990122100201", "exact", ""),
        ("白石县青坪镇石门坎", (), "990122100201", "exact", ""),
        ("我住石门坎行政村三组", (), "990122100201", "exact", "3组"),
        ("石门砍村", (), "990122100201", "sound", ""),
        ("未溪村", (), "980203100202", "shape", ""),
        ("shimenkan cun", (), "990122100201", "spelled", ""),
        ("丁村二组有人打架", (), "990122101201", "exact", "2组"),
        ("三桥乡杨湾村小学对面", (), "990122101200", "exact", "小学对面"),
        ("杨湾", ("990122101",), "990122101200", "exact", ""),
        ("楊灣村", ("990100",), "990100002201", "exact", ""),
        ("上刘村", ("990100001",), "990100001201", "sound", ""),
        ("上刘村", ("990122",), "990122100202", "exact", ""),
        ("张家坳村", ("980203100",), "980203100203", "loose", ""),
        ("<p>石门 坎村</p>", (), "990122100201", "exact", ""),
    ],
)
def test_found(
    country: VillageIndex, text: str, near: tuple[str, ...], code: str, how: str, detail: str
) -> None:
    first = country.find(text, near)[0]
    assert (first.code, first.how, first.detail) == (code, how, detail)
    assert first.said == text[first.start : first.end]
    assert 0 < first.confidence < 1
    assert first.reasons


def test_one_name_for_many_stays_many(country: VillageIndex) -> None:
    found = country.find("和平村")
    assert {one.code for one in found} == {code for code, name in VILLAGES.items() if core(name) == "和平"}
    villages, (community,) = found[:4], found[4:]
    assert len({one.confidence for one in villages}) == 1
    assert villages[0].confidence < 0.25 > community.confidence
    assert all(one.same_named == 5 for one in found)
    assert all("叫这个名字的村、社区有 5 个" in one.reasons for one in found)


def test_what_is_around_tells_them_apart(country: VillageIndex) -> None:
    near = country.find("和平村", ["990122"])
    assert near[0].full == "云川省柳溪市白石县青坪镇和平村委会"
    assert "和报告来的地方同在“白石县”" in near[0].reasons
    named = country.find("临溪镇和平村")
    assert named[0].code == "990100002202"
    assert "同时说到“临溪镇”" in named[0].reasons
    assert len(near) == len(named) == 5
    both = country.find("长乐县和平村", ["990100001"])
    assert both[0].code == "980203100200"  # what is said counts more than where it is said
    assert "990100001202" in {one.code for one in both}
    assert country.find("和平社区")[0].code == "980203100002"
    around = country.find("三桥乡和平村")[0]
    assert around.code == "990122100200"
    assert "“三桥乡”里没有，同在“白石县”的有" in around.reasons


def test_short_names_in_running_words_need_something_around(country: VillageIndex) -> None:
    assert country.find("大家和平相处") == []
    assert country.find("大家和平相处", ["990122100"])[0].confidence < 0.55
    assert country.find("望河街道很干净") == []
    assert country.find("这里石门坎上有人")[0].confidence <= 0.3


@pytest.mark.parametrize(
    "text", ["", "村", "和", "😀" * 50, "<script>alert(1)</script>", "\x00\ud800", "？" * 300, "村" * 2000]
)
def test_garbage_names_nothing(country: VillageIndex, text: str) -> None:
    assert country.find(text, ["", "x", "99x", "9" * 40, "一二"]) == []


def test_a_very_long_text_is_read_in_part(country: VillageIndex) -> None:
    assert country.find("石门坎村" + "很" * 100_000)[0].code == "990122100201"
    assert country.find("很" * MAX_CHARS + "石门坎村") == []
    assert 0 < len(country.find("和平村" * 40_000)) <= 5
    assert country.find("和平村", k=0) == []


def test_names_by_code(country: VillageIndex) -> None:
    assert country.name_of("990122100201") == "云川省柳溪市白石县青坪镇石门坎村村民委员会"
    assert country.name_of("990122") == "云川省柳溪市白石县"
    assert country.name_of("990122100999") == country.name_of("1") == country.name_of("x") == ""
    assert (len(country), country.uppers) == (len(VILLAGES), len(DIVISIONS))


def test_without_names_above_codes_still_tell(tmp_path: Path) -> None:
    write_villages(tmp_path / "v", VILLAGES)
    found = VillageIndex.load(tmp_path / "v").find("和平村", ["990122"])
    assert found[0].code == "990122100200"
    assert found[0].where == ()
    assert "和报告来的地方相近" in found[0].reasons


def test_the_order_of_rows_and_of_regions_does_not_matter(tmp_path: Path, country: VillageIndex) -> None:
    rows = list((DIVISIONS | VILLAGES).items())
    regions = ["990122", "980203100", "99"]
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        random.Random(seed).shuffle(regions)
        write_villages(tmp_path / "v", dict(rows))
        assert (tmp_path / "v").read_bytes() == country_bytes(tmp_path)
        other = VillageIndex(read_villages(tmp_path / "v"))
        for text in ("和平村", "上柳村和杨湾村", "上刘"):
            assert other.find(text, regions) == country.find(text, sorted(regions))


def country_bytes(folder: Path) -> bytes:
    (folder / "again").mkdir(exist_ok=True)
    return write_country(folder / "again").read_bytes()


@settings(max_examples=60, deadline=None)
@given(
    code=st.sampled_from(sorted(VILLAGES)), levels=st.sets(st.sampled_from([2, 4, 6, 9])), far=st.booleans()
)
def test_more_of_where_it_lies_never_drops_a_named_village(
    country: VillageIndex, code: str, levels: set[int], far: bool
) -> None:
    """Whatever of the names above it is written, and wherever the report comes from, the village stays among five."""
    above = "".join(DIVISIONS[code[:digits]] for digits in sorted(levels))
    near = ["980203100" if code.startswith("99") else "990100001"] if far else [code[:9]]
    own = core(VILLAGES[code])
    tail = "社区" if "社区" in VILLAGES[code] else "" if own.endswith("村") else "村"
    text = f"{above}{own}{tail}"
    found = {one.code: one for one in country.find(text, near)}
    assert code in found
    if {6, 9} <= levels:
        assert country.find(text, near)[0].code == code
    if not far:
        plain = {one.code: one for one in country.find(f"{own}{tail}")}
        assert found[code].confidence >= plain[code].confidence - 0.05


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="和平村上柳刘杨湾石门坎社区县镇白长乐望河青坪 a1<>，。\u200b", max_size=30))
def test_any_text_gives_sound_candidates(country: VillageIndex, text: str) -> None:
    found = country.find(text, ["990100001"])
    assert len({one.code for one in found}) == len(found) <= 5
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)
    for one in found:
        assert 0 < one.confidence < 1
        assert one.said == text[one.start : one.end] != ""
        assert VILLAGES[one.code] == one.name


@pytest.mark.skipif(
    not FILES or not all(path.is_file() for path in FILES),
    reason="the reference data is not beside the repository",
)
@pytest.mark.full
def test_the_real_country(tmp_path: Path) -> None:
    write_villages(tmp_path / "v", read_divisions(FILES))
    index = VillageIndex.load(tmp_path / "v")
    assert len(index) == 620_572  # one of the 620,573 rows is a county written as a village
    assert index.find("和平村", ["610111"])[0].same_named > 700
    assert index.find("西安市灞桥区十里铺街道长乐坡社区")[0].code == "610111002002"
    assert index.find("长勒坡社区", ["610111"])[0].code == "610111002002"
