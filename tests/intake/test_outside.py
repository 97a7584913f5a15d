"""Sheets of 110 and 12345: their number and deadline come in, replies go out in their form, once."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from fengqiao.accounts.scope import RESIDENT, SYSTEM
from fengqiao.intake import imports, outside
from fengqiao.intake.actions import accept_report, ask_again, refuse_report
from fengqiao.intake.models import Report
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, Refusal
from fengqiao.matters import actions as matters
from tests.cast import NOW, Cast
from tests.intake.test_imports import table

HEAD = ("工单编号", "诉求内容", "受理时间", "事发地址", "所属社区", "诉求人", "联系电话", "办理时限")
ROWS = [
    (
        "GD001",
        "楼上漏水，要求协调",
        "2026-03-11 09:00",
        "锦澜苑 3 栋",
        "锦澜社区",
        "张三",
        "13800138000",
        "2026-03-11 10:20",
    ),
    (
        "GD002",
        "要求查询维修资金",
        "2026-03-11 09:10",
        "锦澜苑",
        "锦澜社区",
        "李四",
        "13900139000",
        "2026-03-20 18:00",
    ),
]


@pytest.fixture
def sheet(cast: Cast) -> dict[str, Report]:
    imports.run(outside.start_sheet(table(ROWS, HEAD, "gbk"), of="12345", by=SYSTEM))
    return {r.external_id: r for r in Report.objects.select_related("area", "contact")}


def settle(cast: Cast, row: Report, text: str = "换了水管，两家签了字") -> None:
    matter = accept_report(row, by=cast.actor("duty"), category="NB2", owner=cast.people["officer"])
    matters.accept(matter, by=cast.actor("officer"))
    matters.resolve(matter, by=cast.actor("officer"), outcome="settled", text=text, cause="水管老化")


def written(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_number_deadline_and_caller_come_in(cast: Cast, sheet: dict[str, Report]) -> None:
    row = sheet["GD001"]
    assert (row.channel, row.source, row.origin) == ("hotline", "12345", "resident")
    assert row.outside_due_at == datetime(2026, 3, 11, 2, 20, tzinfo=UTC)
    assert row.due_at == row.outside_due_at, "their deadline is earlier than ours"
    assert row.area == cast.areas["community"]
    assert row.contact.unseal("phone_sealed") == "13800138000"
    assert sheet["GD002"].due_at == NOW + timedelta(hours=2)


def test_a_sheet_twice_adds_nothing(cast: Cast, sheet: dict[str, Report]) -> None:
    job = outside.start_sheet(table(ROWS, HEAD), of="12345", by=SYSTEM)
    assert imports.run(job) == {"read": 2, "added": 0, "existing": 2, "refused": 0}


def test_the_same_number_of_110_is_another_case(cast: Cast, sheet: dict[str, Report]) -> None:
    head = ("警情编号", "报警内容", "报警时间")
    job = outside.start_sheet(
        table([("GD001", "有人醉倒路边", "2026-03-11 09:30")], head), of="110", by=SYSTEM
    )
    assert imports.run(job)["added"] == 1
    assert Report.objects.get(source="110").channel == "call_110"


def test_replies_go_out_in_their_form_and_once(cast: Cast, sheet: dict[str, Report], tmp_path: Path) -> None:
    settle(cast, sheet["GD001"])
    refuse_report(sheet["GD002"], by=cast.actor("duty"), to="住建局 0570-555-0101", why="维修资金由住建局管")
    path = tmp_path / "reply.csv"
    assert outside.export_replies("12345", path, by=cast.actor("duty")) == {"written": 2, "left": 0}
    rows = written(path)
    assert rows[0] == ["工单编号", "办理结果", "答复内容", "承办单位", "办结时间"]
    assert rows[1] == ["GD001", "化解、和好", "换了水管，两家签了字", "柳溪派出所", "2026-03-11 10:00"]
    assert rows[2][:2] == ["GD002", "不受理"]
    assert "住建局 0570-555-0101" in rows[2][2]
    assert not Report.objects.filter(outside_replied_at__isnull=True).exists()
    assert outside.export_replies("12345", path, by=cast.actor("duty")) == {"written": 0, "left": 0}
    assert sheet["GD001"].events.filter(kind="replied").count() == 1


def test_the_written_answer_to_residents_is_what_goes_out(
    cast: Cast, sheet: dict[str, Report], tmp_path: Path
) -> None:
    settle(cast, sheet["GD001"], "内部记录：当事人情绪激动")
    row = Report.objects.get(external_id="GD001")
    assert row.matter is not None
    matters.reply(row.matter, by=cast.actor("officer"), text="水管已换好，请放心")
    outside.export_replies("12345", tmp_path / "r.csv", by=SYSTEM)
    assert written(tmp_path / "r.csv")[1][2] == "水管已换好，请放心"


def test_a_reopened_case_is_answered_again(cast: Cast, sheet: dict[str, Report], tmp_path: Path) -> None:
    settle(cast, sheet["GD001"])
    outside.export_replies("12345", tmp_path / "1.csv", by=SYSTEM)
    row = Report.objects.get(external_id="GD001")
    again = ask_again(row.code, text="又漏了")
    assert outside.waiting_replies("12345") == []
    with clock.at(NOW + timedelta(hours=5)):
        assert again.matter is not None
        matters.accept(again.matter, by=cast.actor("officer"))
        matters.resolve(
            again.matter, by=cast.actor("officer"), outcome="fixed", text="换了整根管", cause="老化"
        )
        assert outside.export_replies("12345", tmp_path / "2.csv", by=SYSTEM)["written"] == 1


def test_formula_cells_are_neutralised_in_both_forms(
    cast: Cast, sheet: dict[str, Report], tmp_path: Path
) -> None:
    evil = '=HYPERLINK("http://evil","点我")'
    settle(cast, sheet["GD001"], evil)
    outside.export_replies("12345", tmp_path / "r.csv", by=SYSTEM)
    assert written(tmp_path / "r.csv")[1][2] == "'" + evil
    Report.objects.update(outside_replied_at=None)
    outside.export_replies("12345", tmp_path / "r.xlsx", by=SYSTEM)
    sheet_out = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    assert sheet_out is not None
    cell = sheet_out["C2"]
    assert (cell.data_type, cell.value) == ("s", "'" + evil)


def test_a_need_to_know_matter_says_nothing_of_itself(
    cast: Cast, sheet: dict[str, Report], tmp_path: Path
) -> None:
    row = sheet["GD001"]
    matter = accept_report(
        row, by=cast.actor("duty"), category="FA7", severity=1, owner=cast.people["officer"]
    )
    matters.accept(matter, by=cast.actor("officer"))
    matters.resolve(
        matter, by=cast.actor("officer"), outcome="stopped", text="已发告诫书给丈夫", cause="酗酒"
    )
    outside.export_replies("12345", tmp_path / "r.csv", by=SYSTEM)
    assert "告诫书" not in (tmp_path / "r.csv").read_text(encoding="utf-8-sig")


def test_out_of_reach_stays_and_is_counted(cast: Cast, sheet: dict[str, Report], tmp_path: Path) -> None:
    settle(cast, sheet["GD001"])
    assert outside.export_replies("12345", tmp_path / "r.csv", by=cast.actor("outsider")) == {
        "written": 0,
        "left": 1,
    }
    for by in (cast.actor("grid_worker"), cast.actor("auditor"), RESIDENT):
        with pytest.raises(NotAllowed):
            outside.export_replies("12345", tmp_path / "x.csv", by=by)


def test_a_folder_that_cannot_be_written_marks_nothing(
    cast: Cast, sheet: dict[str, Report], tmp_path: Path
) -> None:
    settle(cast, sheet["GD001"])
    for path in (tmp_path / "no" / "such" / "r.csv", tmp_path / "r.exe"):
        with pytest.raises(Refusal):
            outside.export_replies("12345", path, by=SYSTEM)
    assert len(outside.waiting_replies("12345")) == 1


def test_unknown_offices_and_sheets_without_numbers(cast: Cast) -> None:
    with pytest.raises(Refusal):
        outside.start_sheet(table(ROWS, HEAD), of="moon", by=SYSTEM)
    with pytest.raises(Refusal) as caught:
        outside.start_sheet(table([("漏水",)], ("诉求内容",)), of="12345", by=SYSTEM)
    assert caught.value.field == "external_id"
