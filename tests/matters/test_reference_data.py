"""The reference data of matters: what is in the files, what the loader refuses, what a place may change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fengqiao.lib.config_files import ConfigError
from fengqiao.lib.place_config import BASE, CategoryChanges, list_places, load_place
from fengqiao.matters.reference import (
    COLUMNS,
    DATA,
    KINDS,
    LEVELS,
    Span,
    apply_changes,
    follow_ups_for,
    load_categories,
    load_classes,
    load_follow_ups,
    load_ladder,
)

CATEGORIES = load_categories()


class TestCategories:
    def test_there_are_160_and_each_kind_has_some(self) -> None:
        assert len(CATEGORIES) == 160
        assert Counter(c.kind for c in CATEGORIES.values()) == {
            "dispute": 53, "hazard": 43, "order": 15, "fraud_attempt": 13, "other": 11, "help": 9,
            "petty_case": 8, "lost": 8,
        }  # fmt: skip

    def test_numbers_run_without_a_gap_in_every_head(self) -> None:
        for head in load_classes().heads.values():
            numbers = [int(c.code[2:]) for c in CATEGORIES.values() if c.head == head.code]
            assert numbers == list(range(1, len(numbers) + 1)), head.code

    @pytest.mark.parametrize(
        ("code", "zh", "severity", "due", "role", "level", "mediation", "tell_110"),
        [
            ("NB2", "漏水", 3, Span(3, "d"), "GO", "V", "Y", 0),
            ("EC7", "店铺现场争吵", 2, Span(1, "h"), "CP", "P", "Y", 2),
            ("LV2", "承包流转", 3, Span(30, "d"), "MD", "V", "Y", 0),
            ("LP1", "儿童走失", 1, Span(5, "m"), "DU", "P", "N", 1),
            ("FR13", "百万保障屏幕共享", 1, Span(15, "m"), "DU", "P", "N", 1),
            ("BU10", "水边无护栏", 2, Span(24, "h"), "SO", "T", "N", 0),
            ("HE7", "法律咨询", 4, Span(3, "w"), "JU", "T", "N", 0),
            ("OT4", "不在辖区", 4, Span(1, "w"), "DU", "P", "N", 0),
        ],
    )
    def test_some_rows_read_right(
        self,
        code: str,
        zh: str,
        severity: int,
        due: Span,
        role: str,
        level: str,
        mediation: str,
        tell_110: int,
    ) -> None:
        c = CATEGORIES[code]
        assert (c.zh, c.severity, c.due, c.role, c.level, c.mediation, c.tell_110) == (
            zh, severity, due, role, level, mediation, tell_110,
        )  # fmt: skip
        assert c.valid_from == date(2026, 1, 1)

    def test_restricted_codes(self) -> None:
        assert {c.code for c in CATEGORIES.values() if c.restricted} == {
            "FA7", "FA8", "HE6", "LP1", "LP2", "LP3", "MI1", "MI2", "MI3", "MI4", "MI5",
        }  # fmt: skip

    def test_danger_is_promised_within_two_hours_and_small_things_are_not(self) -> None:
        minutes = {"m": 1, "h": 60, "d": 1440, "w": 1440}
        for c in CATEGORIES.values():
            length = c.due_amount * minutes[c.due_unit]
            assert (length <= 120) if c.severity == 1 else (length >= 30), c.code

    def test_what_needs_110_now_is_grave(self) -> None:
        assert all(
            c.severity <= 2 or c.code in {"PC4", "PC6"} for c in CATEGORIES.values() if c.tell_110 == 1
        )

    def test_heads_agree_with_their_list(self) -> None:
        heads = load_classes().heads
        assert {c.head for c in CATEGORIES.values()} == set(heads)
        assert all(
            c.kind == heads[c.head].kind and c.head_zh == heads[c.head].zh for c in CATEGORIES.values()
        )

    def test_disputes_and_what_can_be_mediated_have_a_class_in_the_report(self) -> None:
        for c in CATEGORIES.values():
            assert bool(c.report_class) == (c.kind == "dispute" or c.mediation != "N"), c.code
        assert {c.report_class for c in CATEGORIES.values()} - {""} == set(load_classes().report_classes)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str], Path]:
    """The category file with one text replaced, at a path of its own."""

    def write(old: str, new: str) -> Path:
        text = (DATA / "categories-2026-01.csv").read_text(encoding="utf-8")
        assert text.count(old) >= 1
        path = tmp_path / "mine.csv"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


NB2 = "NB2,dispute,NB,邻里,漏水,leak between flats,3,3,d,GO,V,Y,0,0,neighbours,2026-01-01"


class TestRefusedFiles:
    @pytest.mark.parametrize(
        ("old", "new", "where", "words"),
        [
            (NB2, NB2.replace(",3,3,d", ",5,3,d"), "第 11 行 severity", "1、2、3、4"),
            (NB2, NB2.replace("3,d,GO", "0,d,GO"), "第 11 行 due_amount", "1 到 999"),
            (NB2, NB2.replace("3,d,GO", "３,d,GO"), "第 11 行 due_amount", "1 到 999"),
            (NB2, NB2.replace(",d,", ",y,"), "第 11 行 due_unit", "d、h、m、w"),
            (NB2, NB2.replace("GO", "XX"), "第 11 行 role", "“XX”"),
            (NB2, NB2.replace("dispute", "quarrel"), "第 11 行 kind", "“quarrel”"),
            (NB2, NB2.replace("NB2,", "NB02,"), "第 11 行 code", "代码"),
            (NB2, NB2.replace("NB2,", "PR9,"), "第 11 行 code", "代码"),
            (NB2, NB2.replace("NB2,", "NB1,"), "第 11 行", "重复"),
            (NB2, NB2.replace("漏水", " "), "第 11 行 zh", "不能空着"),
            (NB2, NB2.replace("neighbours", ""), "第 11 行 report_class", "报表"),
            (NB2, NB2.replace("2026-01-01", "2026-02-30"), "第 11 行 valid_from", "不是日期"),
            (NB2, NB2 + ",x", "第 11 行", "16 列"),
            ("code,kind", "kind,code", "第 1 行", "表头"),
        ],
    )
    def test_names_row_and_column(
        self, changed: Callable[[str, str], Path], old: str, new: str, where: str, words: str
    ) -> None:
        path = changed(old, new)
        with pytest.raises(ConfigError) as caught:
            load_categories(path)
        assert caught.value.message.startswith(f"mine.csv：{where}")
        assert words in caught.value.message

    @pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", "代码".encode("gbk"), b'code,"kind\n'])
    def test_what_is_no_category_file(self, tmp_path: Path, raw: bytes) -> None:
        path = tmp_path / "mine.csv"
        path.write_bytes(raw)
        with pytest.raises(ConfigError, match=r"mine\.csv"):
            load_categories(path)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="UTF-8"):
            load_categories(tmp_path / "none.csv")

    def test_a_bom_does_no_harm(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.csv"
        path.write_bytes(b"\xef\xbb\xbf" + (DATA / "categories-2026-01.csv").read_bytes())
        assert load_categories(path) == CATEGORIES

    def test_the_loaded_table_cannot_be_written(self) -> None:
        with pytest.raises(TypeError):
            CATEGORIES["NB2"] = CATEGORIES["NB1"]  # type: ignore[index]


class TestChangesOfAPlace:
    def change(self, **changes: object) -> CategoryChanges:
        return replace(CategoryChanges(file="place.yaml"), **changes)  # type: ignore[arg-type]

    def test_nothing_said_nothing_changed(self) -> None:
        assert apply_changes(CATEGORIES, CategoryChanges()) == CATEGORIES

    def test_a_code_is_changed_in_the_columns_said(self) -> None:
        found = apply_changes(CATEGORIES, self.change(change={"NB2": {"due_amount": "2", "severity": "2"}}))
        assert found["NB2"] == replace(CATEGORIES["NB2"], due_amount=2, severity=2)
        assert CATEGORIES["NB2"].due_amount == 3

    def test_a_new_code_takes_head_and_kind_from_its_letters(self) -> None:
        new = {"zh": "船只占道", "en": "boat in the lane", "severity": "3", "due_amount": "24", "due_unit": "h",
               "role": "CP", "level": "P", "mediation": "N"}  # fmt: skip
        found = apply_changes(CATEGORIES, self.change(add={"TR7": new}))["TR7"]
        assert (found.head, found.head_zh, found.kind, found.restricted) == ("TR", "交通停车", "order", False)
        assert found.valid_from == date(2026, 1, 1)

    def test_a_code_is_switched_off(self) -> None:
        found = apply_changes(CATEGORIES, self.change(off=("LV9",)))
        assert "LV9" not in found
        assert len(found) == 159

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"change": {"NB99": {"zh": "甲"}}}, "categories.change.NB99"),
            ({"change": {"NB2": {"head": "FA"}}}, "categories.change.NB2.head"),
            ({"change": {"NB2": {"level": "Q"}}}, "categories.change.NB2 level"),
            ({"change": {"LP1": {"severity": "2"}}}, "危险类别的等级不能降低"),
            ({"change": {"MI1": {"restricted": "0"}}}, "限制查看的类别不能放开"),
            ({"add": {"NB2": {}}}, "已经有了"),
            ({"add": {"ZZ1": {"zh": "甲"}}}, "categories.add.ZZ1"),
            ({"add": {"NB10": {"zh": "甲", "en": "a"}}}, "categories.add.NB10"),
            ({"off": ("NB99",)}, "NB99"),
        ],
    )
    def test_refusals(self, changes: dict[str, object], words: str) -> None:
        with pytest.raises(ConfigError) as caught:
            apply_changes(CATEGORIES, self.change(**changes))
        assert "place.yaml" in caught.value.message
        assert words in caught.value.message

    @pytest.mark.parametrize("key", [BASE, *list_places()])
    def test_every_place_says_something_that_works(self, key: str) -> None:
        place = load_place(key)
        found = apply_changes(CATEGORIES, place.categories)
        roles, partners = {r.key for r in place.roles}, {k.key for k in place.partner_kinds}
        handlers = load_ladder().handlers
        for category in found.values():
            handler = handlers[category.role]
            assert set(handler.roles) <= roles, handler.code
            assert handler.partner in partners | {""}
            assert place.start_level(category.level)


class TestLadder:
    def test_levels_and_looks(self) -> None:
        ladder = load_ladder()
        assert tuple(ladder.levels) == LEVELS
        assert {code: level.days for code, level in ladder.levels.items()} == {
            "G": 7,
            "V": 7,
            "T": 15,
            "C": 30,
            "P": 30,
        }
        assert {s: look.within for s, look in ladder.looks.items()} == {
            1: Span(5, "m"), 2: Span(30, "m"), 3: Span(2, "h"), 4: Span(1, "w"),
        }  # fmt: skip

    def test_the_base_place_keeps_the_reference_days(self) -> None:
        base, ladder = load_place(BASE), load_ladder()
        for code, level in ladder.levels.items():
            assert base.start_level(code).days == level.days

    def test_handlers_fit_roles_that_may_handle(self) -> None:
        base = load_place(BASE)
        for handler in load_ladder().handlers.values():
            assert handler.roles
            assert all(base.role(role).may("matter.handle") for role in handler.roles), handler.code

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("severity: 4", "severity: 5", "looks[3].severity"),
            ("severity: 4", "severity: 3", "写了两次"),
            ("code: P,", "code: X,", "levels[4].code"),
            ("valid_from: 2026-01-01", "valid_from: soon", "valid_from"),
            ("looks:", "glances:", "glances"),
        ],
    )
    def test_refusals(self, tmp_path: Path, old: str, new: str, words: str) -> None:
        text = (DATA / "ladder-2026-01.yaml").read_text(encoding="utf-8")
        path = tmp_path / "ladder.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_ladder(path)
        assert words in caught.value.message
        assert "ladder.yaml" in caught.value.message


def spans(kind: str, severity: int, *features: str) -> list[Span]:
    """The lengths of time after closing at which somebody goes back."""
    found = follow_ups_for(load_follow_ups(), kind=kind, severity=severity, features=features)
    return [rule.after for rule in found]


class TestFollowUps:
    @pytest.mark.parametrize(
        ("kind", "severity", "features", "expected"),
        [
            ("help", 3, (), [Span(7, "d")]),
            ("dispute", 3, (), [Span(7, "d"), Span(30, "d")]),
            ("hazard", 2, (), [Span(7, "d"), Span(30, "d")]),
            ("dispute", 2, ("threats",), [Span(7, "d"), Span(30, "d"), Span(90, "d")]),
            ("hazard", 2, ("threats",), [Span(7, "d"), Span(30, "d")]),
            ("lost", 1, (), [Span(24, "h"), Span(7, "d")]),
            ("fraud_attempt", 2, (), [Span(24, "h"), Span(7, "d")]),
            ("fraud_attempt", 1, (), [Span(24, "h"), Span(7, "d")]),
            ("dispute", 1, ("threats",), [Span(24, "h"), Span(7, "d"), Span(30, "d"), Span(90, "d")]),
        ],
    )
    def test_the_schedule(
        self, kind: str, severity: int, features: tuple[str, ...], expected: list[Span]
    ) -> None:
        assert spans(kind, severity, *features) == expected

    @pytest.mark.parametrize("kind", KINDS)
    def test_everything_is_looked_at_again_at_least_once(self, kind: str) -> None:
        assert all(spans(kind, severity) for severity in (1, 2, 3, 4))

    def test_each_term_of_an_agreement_on_its_day(self) -> None:
        found = follow_ups_for(load_follow_ups(), kind="dispute", severity=3, anchor="term")
        assert [(rule.key, rule.after) for rule in found] == [("instalment", Span(0, "d"))]

    def test_an_odd_rule_is_refused(self, tmp_path: Path) -> None:
        text = (DATA / "follow_ups-2026-01.yaml").read_text(encoding="utf-8")
        path = tmp_path / "follow_ups.yaml"
        path.write_text(text.replace("features: [threats]", "features: [anger]"), encoding="utf-8")
        with pytest.raises(ConfigError, match="anger"):
            load_follow_ups(path)


def test_columns_are_in_the_order_of_the_file() -> None:
    first = (DATA / "categories-2026-01.csv").read_text(encoding="utf-8").splitlines()[0]
    assert first == ",".join(COLUMNS)
