"""Configurations of places: inheritance, strictness, and what each refusal tells."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fengqiao.lib.config_files import ConfigError, read_yaml
from fengqiao.lib.config_overlay import Overlay
from fengqiao.lib.place_config import (
    BASE,
    EVIDENCE_KINDS,
    RHYTHMS,
    RIGHTS,
    PlaceConfig,
    current_place,
    list_places,
    load_place,
    using,
)

Write = Callable[[str], Path]


@pytest.fixture
def own(tmp_path: Path) -> Write:
    """Write a station's own place.yaml and give its folder."""

    def write(text: str) -> Path:
        folder = tmp_path / "river_station"
        folder.mkdir(exist_ok=True)
        (folder / "place.yaml").write_text(text, encoding="utf-8")
        return folder

    return write


def refused(folder: Path) -> ConfigError:
    """The refusal that loading ``folder`` gives; it always names the file."""
    with pytest.raises(ConfigError) as caught:
        load_place(folder)
    assert "place.yaml" in caught.value.message
    return caught.value


class TestOverlay:
    def test_an_empty_file_is_the_base_under_another_key(self, own: Write) -> None:
        place, base = load_place(own("")), load_place(BASE)
        assert place.key == "river_station"
        assert (place.roles, place.words, place.ladder) == (base.roles, base.words, base.ladder)

    def test_one_word_changes_and_the_others_stay(self, own: Write) -> None:
        place = load_place(own("words:\n  beat: {zh: 片区, en: patch}\n"))
        assert place.word("beat") == "片区"
        assert place.word("beat", "en") == "patch"
        assert place.word("grid") == load_place(BASE).word("grid")

    def test_a_role_is_changed_field_by_field_by_its_key(self, own: Write) -> None:
        place = load_place(own("roles:\n  - {key: volunteer, zh: 红袖标}\n"))
        before = load_place(BASE).role("volunteer")
        assert place.role("volunteer").zh == "红袖标"
        assert place.role("volunteer").rights == before.rights
        assert [r.key for r in place.roles] == [r.key for r in load_place(BASE).roles]

    def test_a_new_key_is_added_at_the_end(self, own: Write) -> None:
        place = load_place(own("partner_kinds:\n  - {key: ferry, zh: 渡口, en: ferry}\n"))
        assert place.partner_kinds[-1].zh == "渡口"
        assert len(place.partner_kinds) == len(load_place(BASE).partner_kinds) + 1

    def test_off_takes_an_entry_out(self, own: Write) -> None:
        place = load_place(own("partner_kinds:\n  - {key: bank, off: true}\n"))
        assert "bank" not in {kind.key for kind in place.partner_kinds}

    def test_a_role_that_others_need_cannot_just_go(self, own: Write) -> None:
        error = refused(own("roles:\n  - {key: lawyer, off: true}\n"))
        assert "team_kinds[special_team].member_roles" in error.message
        assert "不认识 “lawyer”" in error.message
        assert "places/_base/40-teams.yaml" in error.message

    def test_the_ladder_is_replaced_whole(self, own: Write) -> None:
        place = load_place(
            own(
                "ladder:\n"
                "  - {key: community, zh: 社区, en: community, days: 5, starts: [G, V, T], roles: [mediator]}\n"
                "  - {key: county, zh: 县, en: county, days: 20, starts: [C], roles: [justice_staff]}\n"
                "mediation_room_kinds:\n"
                "  - {key: village_room, level: community}\n"
                "  - {key: police_room, level: community}\n"
                "  - {key: street_centre, off: true}\n"
            )
        )
        assert [level.key for level in place.ladder] == ["community", "county"]
        assert place.start_level("T").key == "community"
        assert place.next_level("community") == place.level("county")
        assert place.next_level("county") is None
        assert place.next_level("station") == place.level("county")

    def test_items_of_a_mechanism_are_merged_by_key(self, own: Write) -> None:
        place = load_place(
            own("mechanisms:\n  - key: closed_loop\n    items:\n      - {key: prevent, rhythm: weekly}\n")
        )
        items = {item.key: item for item in place.mechanisms[0].items}
        assert items["prevent"].every_days == 7
        assert len(items) == len(load_place(BASE).mechanisms[0].items)

    def test_a_doubled_key_in_one_layer_is_refused(self) -> None:
        with pytest.raises(ConfigError, match="用了两次"):
            Overlay().lay({"roles": [{"key": "a"}, {"key": "a"}]}, "place.yaml")

    def test_switching_off_what_is_not_there_is_refused(self, own: Write) -> None:
        assert "没有 “zoo”" in refused(own("partner_kinds:\n  - {key: zoo, off: true}\n")).message

    def test_off_with_something_beside_it_is_refused(self, own: Write) -> None:
        error = refused(own("partner_kinds:\n  - {key: bank, zh: 行, off: true}\n"))
        assert "partner_kinds[bank]" in error.message


GARBAGE = [
    ("colour: red\n", "colour", "不认识的键"),
    ("words:\n  beet: {zh: 片, en: b}\n", "words", "不认识的键 “beet”"),
    ("words:\n  beat: {zh: '', en: b}\n", "words.beat.zh", "不能空着"),
    ("words:\n  beat: 片区\n", "words.beat", "键: 值"),
    ("words: null\n", "words", "键: 值"),
    ("name: {zh: 5, en: five}\n", "name.zh", "文字"),
    (
        "roles:\n  - {key: volunteer, rights: [matter.seee]}\n",
        "roles[volunteer].rights",
        "不认识 “matter.seee”",
    ),
    ("roles:\n  - {key: volunteer, rights: [field.use, field.use]}\n", "roles[volunteer].rights", "写了两次"),
    ("roles:\n  - {key: scout, zh: 侦察, en: scout}\n", "roles[scout]", "缺少 “rights”"),
    ("roles:\n  - {key: Volunteer, zh: 甲, en: a, rights: []}\n", "roles[Volunteer].key", "不能作 key"),
    ("roles:\n  - {key: volunteer, certificate: true}\n", "roles[volunteer]", "duties"),
    (
        "roles:\n  - {key: auditor, rights: [audit.read, matter.see_area]}\n",
        "roles[auditor].rights",
        "分成两个角色",
    ),
    (
        "roles:\n  - {key: administrator, rights: [place.configure, contact.read]}\n",
        "roles[administrator]",
        "分成",
    ),
    ("team_kinds:\n  - {key: special_team, leaders: 3}\n", "team_kinds[special_team].leaders", "1 到 2"),
    ("team_kinds:\n  - {key: special_team, leader_roles: [lawyer]}\n", "leader_roles", "至少写 2 个"),
    ("answer_chain: []\n", "answer_chain", "至少写 1 个"),
    ("answer_chain: [king]\n", "answer_chain", "不认识 “king”"),
    ("modules: {portal: yes}\n", "modules.portal", "true 或 false"),
    ("modules: {telepathy: true}\n", "modules", "telepathy"),
    ("scale: {grids: 0}\n", "scale.grids", "至少要有 1"),
    ("scale: {grids: many}\n", "scale.grids", "整数"),
    ("scale: {residents: -5}\n", "scale.residents", "之间"),
    ("scale: {area_km2: true}\n", "scale.area_km2", "的数"),
    ("scale:\n  teams:\n    - {key: choir, count: 1, people: 9}\n", "scale.teams[choir].key", "choir"),
    (
        "station_level: {zh: 所, en: s, days: 0, climbs_to: county, roles: [mediator]}\n",
        "station_level.days",
        "1 到 365",
    ),
    (
        "mediation_room_kinds:\n  - {key: attic, zh: 阁, en: a, level: moon}\n",
        "mediation_room_kinds[attic].level",
        "moon",
    ),
    ("mechanisms:\n  - {key: empty, zh: 空, en: e, items: []}\n", "mechanisms[empty].items", "至少写一项"),
    (
        "mechanisms:\n  - key: closed_loop\n    items:\n      - {key: prevent, owner: volunteer}\n",
        "mechanisms[closed_loop].items[prevent].owner",
        "volunteer",
    ),
    (
        "mechanisms:\n  - key: closed_loop\n    items:\n      - {key: prevent, rhythm: hourly}\n",
        "mechanisms[closed_loop].items[prevent].rhythm",
        "monthly",
    ),
    ("categories: {more: {}}\n", "categories", "more"),
    ("categories: {off: NB1}\n", "categories.off", "列表"),
    ("ladder: []\n", "ladder", "至少要有一级"),
    (
        "ladder:\n  - {key: village, zh: 村, en: v, days: 7, starts: [G], roles: [mediator]}\n",
        "ladder",
        "起始层级 V",
    ),
    (
        "ladder:\n"
        "  - {key: county, zh: 县, en: c, days: 7, starts: [G, V], roles: [mediator]}\n"
        "  - {key: village, zh: 村, en: v, days: 7, starts: [T, C], roles: [mediator]}\n",
        "ladder",
        "从低到高",
    ),
]


class TestRefusals:
    @pytest.mark.parametrize(("text", "path", "words"), GARBAGE, ids=[g[0][:40] for g in GARBAGE])
    def test_says_file_key_and_what_to_write(self, own: Write, text: str, path: str, words: str) -> None:
        error = refused(own(text))
        assert path in error.message
        assert words in error.message

    def test_names_the_base_when_the_base_is_at_fault(self, tmp_path: Path) -> None:
        overlay = Overlay()
        overlay.lay({"words": {"beat": {"zh": "", "en": "b"}}}, "places/_base/words.yaml")
        overlay.lay({"words": {"grid": {"zh": "格", "en": "g"}}}, "place.yaml")
        assert overlay.origins["words.beat.zh"] == "places/_base/words.yaml"
        assert overlay.origins["words.grid.zh"] == "place.yaml"

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (b"words: {beat\n", "YAML"),
            (b"words: *beat\n", "写全"),
            (b"a: &x {zh: 1}\nb: *x\n", "写全"),
            ("名字：派出所".encode("gbk"), "UTF-8"),
            (b"- 1\n- 2\n", "键: 值"),
            (b"name: {zh: a, zh: b, en: c}\n", "写了两次"),
            (b"1: one\n", "写成文字"),
            (b"!!python/object/apply:os.system ['true']\n", "YAML"),
            (b"a: " + b"[" * 5000, "层次太深"),
            (b"#" * 1_000_001, "超过"),
            (b"\x00\x01", "YAML"),
        ],
        ids=[
            "open-brace",
            "alias",
            "anchor",
            "gbk",
            "list",
            "doubled",
            "number-key",
            "python",
            "deep",
            "big",
            "nul",
        ],
    )
    def test_a_file_that_is_no_configuration(self, tmp_path: Path, raw: bytes, words: str) -> None:
        (tmp_path / "place.yaml").write_bytes(raw)
        assert words in refused(tmp_path).message

    def test_a_folder_without_the_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"place\.yaml"):
            load_place(tmp_path)

    def test_an_unknown_key_lists_the_known_ones(self) -> None:
        with pytest.raises(ConfigError) as caught:
            load_place("nowhere")
        assert all(key in caught.value.message for key in (BASE, *list_places()))

    @pytest.mark.parametrize("key", ["_base", "../places/_base", "..", ""])
    def test_odd_names_open_nothing_else(self, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("FENGQIAO_PLACE", raising=False)
        if key == "":
            assert load_place(key).key == BASE
        else:
            with pytest.raises(ConfigError):
                load_place(key)


class TestStrictYaml:
    def test_only_true_false_and_plain_numbers_are_more_than_text(self, tmp_path: Path) -> None:
        file = tmp_path / "x.yaml"
        file.write_text(
            "\ufeffa: yes\nb: 2026-01-01\nc: 12:30\nd: 010\ne: 7\nf: 1.5\ng: true\noff: 1\n", encoding="utf-8"
        )
        assert read_yaml(file) == {
            "a": "yes", "b": "2026-01-01", "c": "12:30", "d": "010", "e": 7, "f": 1.5, "g": True, "off": 1,
        }  # fmt: skip


class TestCurrent:
    def test_the_environment_names_the_place(self, own: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FENGQIAO_PLACE", str(own("name: {zh: 河口所, en: River station}\n")))
        assert current_place().name_zh == "河口所"
        assert load_place().name_zh == "河口所"

    def test_a_changed_file_is_read_again(self, own: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FENGQIAO_PLACE", str(own("name: {zh: 一号所, en: One}\n")))
        assert current_place().name_zh == "一号所"
        file = own("name: {zh: 二号所, en: Two}\n") / "place.yaml"
        os.utime(file, ns=(1, 1))
        assert current_place().name_zh == "二号所"

    def test_using_holds_inside_the_block_only(self, own: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("FENGQIAO_PLACE", raising=False)
        with using(own("name: {zh: 河口所, en: River station}\n")) as place:
            assert current_place().name_zh == place.name_zh == "河口所"
        assert current_place().key == BASE


class TestLeastPrivilege:
    @pytest.fixture(params=(BASE, *list_places()))
    def place(self, request: pytest.FixtureRequest) -> PlaceConfig:
        return load_place(request.param)

    def test_the_keepers_of_the_system_see_no_matters(self, place: PlaceConfig) -> None:
        for key in ("administrator", "auditor"):
            heads = {right.split(".")[0] for right in place.role(key).rights}
            assert not heads & {
                "matter",
                "report",
                "contact",
                "mediation",
                "followup",
                "search",
                "import",
                "bundle",
            }

    def test_only_the_auditor_reads_the_audit_and_only_the_administrator_configures(
        self, place: PlaceConfig
    ) -> None:
        assert [r.key for r in place.roles if r.may("audit.read")] == ["auditor"]
        assert [r.key for r in place.roles if r.may("place.configure")] == ["administrator"]
        assert [r.key for r in place.roles if r.may("people.appoint")] == ["station_head"]

    @pytest.mark.parametrize("key", ["volunteer", "informant", "guard"])
    def test_volunteers_note_and_do_their_own_tasks(self, place: PlaceConfig, key: str) -> None:
        assert set(place.role(key).rights) <= {"report.receive", "field.use", "dutylist.record"}

    def test_restricted_matters_are_for_police_only(self, place: PlaceConfig) -> None:
        may = {role.key for role in place.roles if role.may("matter.restricted")}
        assert may == {"station_head", "duty_officer", "beat_officer"}

    def test_every_right_is_held_by_somebody_and_none_is_unknown(self, place: PlaceConfig) -> None:
        held = {right for role in place.roles for right in role.rights}
        assert held == RIGHTS

    def test_items_speak_the_fixed_words(self, place: PlaceConfig) -> None:
        items = [i for m in place.mechanisms for i in m.items] + [
            i for d in place.duty_lists for i in d.items
        ]
        assert items
        for item in items:
            assert item.rhythm in RHYTHMS
            assert item.evidence in EVIDENCE_KINDS
            assert place.role(item.owner).may("dutylist.record")
