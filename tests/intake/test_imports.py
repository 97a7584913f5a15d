"""Importing tables of reports: resumable, idempotent, errors by row, nothing lost and nothing doubled."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from fengqiao.accounts.scope import RESIDENT, SYSTEM
from fengqiao.audit.queries import verify_chain
from fengqiao.intake import import_batch, import_spool, imports
from fengqiao.intake.actions import accept_report
from fengqiao.intake.choices import ReportState
from fengqiao.intake.import_rows import when
from fengqiao.intake.models import Contact, ImportJob, ImportMapping, Report, ReportEvent, Suggestion
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from tests.cast import NOW, Cast

HEAD = ("编号", "标题", "内容", "时间", "用户")
ROWS = [
    ("1", "楼上漏水", "锦澜苑 3 栋 501 漏到 401，天花板掉皮", "2026-03-01 09:30", "A01"),
    ("2", "路灯不亮", "春晓里门口路灯不亮一周了", "2026/3/2 20:00", "A02"),
    ("3", "夜里太吵", "烧烤店闹到一点多", "2026年3月3日 23时10分", "A01"),
]


def table(rows: Iterable[Sequence[str]], head: Sequence[str] = HEAD, encoding: str = "utf-8") -> bytes:
    import csv

    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode(encoding)


def take(source: bytes | Path, **more: object) -> dict[str, int]:
    more.setdefault("by", SYSTEM)
    return imports.run(imports.start_job(source, **more))  # type: ignore[arg-type]


def test_rows_become_reports_with_proposals(cast: Cast) -> None:
    assert take(table(ROWS)) == {"read": 3, "added": 3, "existing": 0, "refused": 0}
    row = Report.objects.get(external_id="1")
    assert (row.title, row.text, row.channel, row.origin) == (ROWS[0][1], ROWS[0][2], "file", "import")
    assert row.said_at == datetime(2026, 3, 1, 1, 30, tzinfo=UTC), "the file says Shanghai time"
    assert row.received_at == NOW, "the clock starts here"
    assert row.due_at == NOW + timedelta(hours=2)
    assert row.owner_id
    assert row.unplaced
    assert row.author_ref == "A01"
    assert {s.field for s in row.suggestions.all()} >= {"category", "severity"}
    assert ReportEvent.objects.filter(kind="received").count() == 3
    assert verify_chain().whole


def test_a_second_run_adds_nothing(cast: Cast) -> None:
    take(table(ROWS))
    assert take(table(ROWS)) == {"read": 3, "added": 0, "existing": 3, "refused": 0}
    more = [*ROWS, ("4", "停水", "整栋楼停水", "2026-03-04 08:00", "A09")]
    assert take(table(more)) == {"read": 4, "added": 1, "existing": 3, "refused": 0}
    assert Report.objects.count() == 4


def test_without_numbers_the_words_are_the_identity(cast: Cast) -> None:
    head, rows = HEAD[1:], [r[1:] for r in ROWS]
    assert take(table(rows, head))["added"] == 3
    assert take(table(rows, head)) == {"read": 3, "added": 0, "existing": 3, "refused": 0}


def test_the_same_number_with_other_words_is_pointed_out(cast: Cast) -> None:
    take(table(ROWS))
    changed = [("1", "楼上漏水", "完全不同的另一件事", "2026-03-01 09:30", "A01")]
    job = imports.start_job(table(changed), by=SYSTEM)
    assert imports.run(job)["existing"] == 1
    job.refresh_from_db()
    assert [(e["row"], e["note"]) for e in job.errors] == [(2, True)]
    assert Report.objects.get(external_id="1").text == ROWS[0][2]


def test_the_same_number_from_another_system_is_another_report(cast: Cast) -> None:
    take(table(ROWS), origin_name="甲")
    assert take(table(ROWS), origin_name="乙")["added"] == 3


def test_a_number_twice_in_one_file(cast: Cast) -> None:
    assert take(table([ROWS[0], ROWS[0], ROWS[1]])) == {"read": 3, "added": 2, "existing": 1, "refused": 0}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings(cast: Cast, encoding: str) -> None:
    assert take(table(ROWS, encoding=encoding))["added"] == 3
    assert Report.objects.get(external_id="2").text == ROWS[1][2]


def test_xlsx_with_titles_dates_and_formulas(cast: Cast, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["望河街道 3 月来信登记表"])
    sheet.append(list(HEAD))
    sheet.append(["1", "楼上漏水", "漏到 401", datetime.fromisoformat("2026-03-01 09:30"), "A01"])
    sheet.append(["2", "公式", '=HYPERLINK("http://x","y")', "2026-03-01 09:30", "A02"])
    path = tmp_path / "来信.xlsx"
    book.save(path)
    job = imports.start_job(path, by=SYSTEM)
    assert imports.run(job) == {"read": 2, "added": 1, "existing": 0, "refused": 1}
    assert Report.objects.get().said_at == datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
    job.refresh_from_db()
    assert "公式" in job.errors[0]["words"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("9", "", "", "2026-03-01 09:30", "A"), "没有内容"),
        (("9", "题", "\x00\u202e", "不是时间", "A"), "看不懂"),
        (("9", "题", "内容", "2030-01-01 00:00", "A"), "将来"),
        (("9", "题", "内容", "1970-01-01 00:00", "A"), "2000"),
        (("9", "题", "内容", "2026-13-45 99:99", "A"), "看不懂"),
        (("9", "题", "内" * 100_000, "2026-03-01 09:30", "A"), "太长"),
        (("9" * 81, "题", "内容", "2026-03-01 09:30", "A"), "编号太长"),
    ],
)
def test_a_bad_row_is_told_by_number_and_the_rest_comes_in(
    cast: Cast, cells: tuple[str, ...], words: str
) -> None:
    job = imports.start_job(table([ROWS[0], cells, ROWS[1]]), by=SYSTEM)
    assert imports.run(job) == {"read": 3, "added": 2, "existing": 0, "refused": 1}
    job.refresh_from_db()
    assert job.errors[0]["row"] == 3
    assert words in job.errors[0]["words"]


def test_errors_are_capped_and_counted(cast: Cast) -> None:
    job = imports.start_job(table([(str(n), "", "", "", "") for n in range(500)]), by=SYSTEM)
    assert imports.run(job)["refused"] == 500
    job.refresh_from_db()
    assert len(job.errors) == imports.MAX_ERRORS
    assert imports.errors_csv(job).startswith("\ufeff行号")


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\x00\x01\x02\x03" * 100,
        b"PK\x03\x04" + b"\x00" * 200,
        b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
        table(ROWS, ("a", "b", "c", "d", "e")),
    ],
)
def test_files_that_are_none_are_refused_whole(cast: Cast, source: bytes) -> None:
    before = set(import_spool.folder().iterdir())
    with pytest.raises(Refusal) as caught:
        imports.start_job(source, by=SYSTEM)
    assert caught.value.message
    assert not ImportJob.objects.exists()
    assert set(import_spool.folder().iterdir()) == before


def test_missing_columns_name_those_there_are(cast: Cast) -> None:
    with pytest.raises(Refusal, match=r"内容2.*文件里有：编号、标题、内容"):
        imports.start_job(table(ROWS), by=SYSTEM, mapping={"body": "内容2"})
    with pytest.raises(Refusal):
        imports.start_job(table(ROWS), by=SYSTEM, mapping={"external_id": "编号"})
    with pytest.raises(Refusal):
        imports.start_job(table(ROWS), by=SYSTEM, mapping={"password": "编号", "body": "内容"})


def test_a_bomb_is_refused_at_once(cast: Cast, tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", b"\0" * (300 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(Refusal):
            imports.start_job(path, by=SYSTEM)
        assert tracemalloc.get_traced_memory()[1] < 50 << 20  # never unpacked
    finally:
        tracemalloc.stop()


def test_mapping_is_guessed_then_remembered(cast: Cast) -> None:
    preview = imports.read_preview(table(ROWS))
    assert preview.mapping == {
        "external_id": "编号",
        "title": "标题",
        "body": "内容",
        "reported_at": "时间",
        "author": "用户",
    }
    assert not preview.remembered
    assert [r.fault for r in preview.rows] == ["", "", ""]
    mine = {"body": "内容", "external_id": "编号"}
    imports.start_job(table(ROWS), by=SYSTEM, mapping=mine)
    again = imports.read_preview(table(ROWS, encoding="gbk"))
    assert (again.mapping, again.remembered) == (mine, True)
    assert ImportMapping.objects.count() == 1


def test_the_preview_shows_faults_without_keeping_anything(cast: Cast) -> None:
    preview = imports.read_preview(table([("1", "题", "内容", "明天", "")]))
    assert "看不懂" in preview.rows[0].fault
    assert not Report.objects.exists()
    assert imports.read_preview(table(ROWS, ("a", "b", "c", "d", "e"))).missing


@pytest.mark.parametrize("text", ["title", "=x", "moon=编号", "title=,body"])
def test_a_mapping_on_the_command_line_is_checked(text: str) -> None:
    with pytest.raises(Refusal):
        imports.parse_mapping(text)


def test_a_mapping_on_the_command_line() -> None:
    assert imports.parse_mapping("title=title, body=body，reported_at=time") == {
        "title": "title",
        "body": "body",
        "reported_at": "time",
    }


def test_steps_resume_anywhere_and_never_double(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS", 2)
    rows = [(str(n), "题", f"第 {n} 件事", "2026-03-01 09:30", "A") for n in range(7)]
    job = imports.start_job(table(rows), by=SYSTEM)
    seen = []
    while job.state in ("ready", "running"):
        imports._forget(job.pk)  # as if another process went on
        job = imports.step(job, seconds=0)
        seen.append(job.done)
    assert seen == [2, 4, 6, 7, 7]
    assert (job.state, job.added) == ("done", 7)
    assert imports.step(job).added == 7
    assert not (import_spool.folder() / job.path).exists(), "the waiting file is gone when the job ends"


def test_a_crash_between_batches_loses_and_doubles_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "ROWS", 2)
    job = imports.start_job(table(ROWS), by=SYSTEM)
    real = import_batch.write

    def crash(*args: object) -> list[Report]:
        real(*args)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(import_batch, "write", crash)
    with pytest.raises(KeyboardInterrupt):
        imports.step(job)
    job.refresh_from_db()
    assert (job.done, Report.objects.count(), Suggestion.objects.count()) == (0, 0, 0)
    monkeypatch.setattr(import_batch, "write", real)
    assert imports.run(job) == {"read": 3, "added": 3, "existing": 0, "refused": 0}


def test_two_runners_of_one_job_share_the_work(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS", 1)
    job = imports.start_job(table(ROWS), by=SYSTEM)
    stale = ImportJob.objects.get(pk=job.pk)
    imports.step(job, seconds=0)
    chunk = list(import_spool.lines(import_spool.folder() / stale.path, 0))[:1]
    assert imports._take_chunk(stale, chunk, imports._rules_of(stale), imports._context(stale)) is None
    assert Report.objects.count() == 1


def test_somebody_was_faster_with_one_of_the_rows(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    job = imports.start_job(table(ROWS), by=SYSTEM, origin_name="甲")
    real = import_batch.split_known
    calls = []

    def blind_once(entries: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            other = imports.start_job(table(ROWS[:1]), by=SYSTEM, origin_name="甲")
            imports.run(other)
            return list(entries), import_batch.Written()  # type: ignore[call-overload]
        return real(entries)  # type: ignore[arg-type]

    monkeypatch.setattr(import_batch, "split_known", blind_once)
    assert imports.run(job) == {"read": 3, "added": 2, "existing": 1, "refused": 0}
    assert Report.objects.count() == 3


def test_cancelling_keeps_what_came_in(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS", 1)
    job = imports.start_job(table(ROWS), by=SYSTEM)
    imports.step(job, seconds=0)
    job = imports.cancel(job, by=cast.actor("duty"))
    assert (job.state, job.added) == ("cancelled", 1)
    assert imports.step(job).added == 1
    assert imports.cancel(job, by=SYSTEM).state == "cancelled"


def test_who_may_import(cast: Cast) -> None:
    for by in (cast.actor("grid_worker"), cast.actor("auditor"), RESIDENT):
        with pytest.raises(NotAllowed):
            imports.start_job(table(ROWS), by=by)
    job = imports.start_job(table(ROWS), by=cast.actor("duty"))
    with pytest.raises(NotAllowed):
        imports.cancel(job, by=cast.actor("grid_worker"))
    imports.run(job)
    assert set(Report.objects.values_list("entered_by__username", flat=True)) == {"duty"}


def test_an_import_is_stopped_by_who_started_it(cast: Cast) -> None:
    job = imports.start_job(table(ROWS), by=cast.actor("duty"), name="试")
    with pytest.raises(OutOfReach):
        imports.cancel(job, by=cast.actor("head"))
    assert imports.cancel(job, by=cast.actor("duty")).state == imports.CANCELLED


def test_history_comes_in_closed_and_searchable(cast: Cast) -> None:
    from fengqiao.intake import queries

    assert take(table(ROWS), historic=True)["added"] == 3
    assert set(Report.objects.values_list("state", flat=True)) == {ReportState.HISTORIC}
    assert not Report.objects.unfinished().exists()
    head = cast.actor("head").scope
    assert [r.external_id for r in queries.search("漏", head)] == ["1"]
    row = Report.objects.get(external_id="1")
    with pytest.raises(Refusal):
        accept_report(row, by=cast.actor("head"), category="NB2")
    with pytest.raises(Refusal):
        imports.start_job(table(ROWS), by=SYSTEM, historic=True, channel="hotline")


def test_a_category_column_labels_and_unknown_codes_are_told(cast: Cast) -> None:
    head = ("内容", "类别代码")
    rows = [("楼上漏水", "nb2"), ("路灯不亮", ""), ("别的事", "XX9")]
    job = imports.start_job(table(rows, head), by=SYSTEM)
    assert imports.run(job) == {"read": 3, "added": 2, "existing": 0, "refused": 1}
    first = Suggestion.objects.filter(report__text="楼上漏水", field="category").order_by("rank")[0]
    assert (first.value["code"], first.confidence, first.accepted) == ("NB2", 1.0, None)
    assert Report.objects.get(text="楼上漏水").state == "new", "a person still decides"
    assert take(table(rows[:1], head), historic=True, origin_name="旧档")["added"] == 1
    label = Suggestion.objects.get(report__state="historic")
    assert (label.value["code"], label.accepted, label.model) == ("NB2", True, "file")


def test_personal_columns_are_sealed(cast: Cast) -> None:
    head = ("内容", "姓名", "电话", "用户")
    take(table([("漏水了", "张三", "138-0013-8000", "李四昵称"), ("又漏", "", "12ab", "")], head))
    contact = Contact.objects.get(report__text="漏水了")
    assert (contact.unseal("name_sealed"), contact.unseal("phone_sealed")) == ("张三", "13800138000")
    row = contact.report
    assert row.author_ref.startswith("k:")
    assert "李四" not in str(Report.objects.filter(pk=row.pk).values().get())
    odd = Contact.objects.get(report__text="又漏")
    assert odd.unseal("phone_sealed") == "12"


def test_points_and_areas_of_a_table(cast: Cast) -> None:
    head = ("内容", "纬度", "经度", "社区", "地点")
    rows = [
        ("甲", "30.02", "120.02", "", ""),
        ("乙", "", "", "上柳村", "老供销社后边"),
        ("丙", "45", "90", "", ""),
        ("丁", "", "", "没有的村", "桥头"),
        ("戊", "abc", "120", "", ""),
        ("己", "30", "", "", ""),
    ]
    assert take(table(rows, head)) == {"read": 6, "added": 4, "existing": 0, "refused": 2}
    found = {r.text: r for r in Report.objects.select_related("area")}
    assert found["甲"].area == cast.areas["grid1"]
    assert (found["乙"].area, found["乙"].place_text) == (cast.areas["village"], "老供销社后边")
    assert found["丙"].unplaced
    assert found["丁"].unplaced
    assert found["丁"].place_text == "没有的村 桥头"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-02-28 11:25:05", datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC)),
        ("2019/2/28 11:25", datetime(2019, 2, 28, 3, 25, tzinfo=UTC)),
        ("2019.2.28", datetime(2019, 2, 27, 16, 0, tzinfo=UTC)),
        ("2019年2月28日11时25分", datetime(2019, 2, 28, 3, 25, tzinfo=UTC)),
        ("20190228112505", datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC)),
        ("2019-02-28T11:25:05+00:00", datetime(2019, 2, 28, 11, 25, 5, tzinfo=UTC)),
        ("  ", None),
    ],
)
def test_times_of_tables(text: str, moment: datetime | None) -> None:
    assert when(text, what="时间") == moment


@pytest.mark.parametrize("text", ["昨天", "2019-02-30 10:00", "28/02/2019", "x" * 5000, "２０１９"])
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(Refusal):
        when(text, what="时间")


def test_the_last_line_for_programs(cast: Cast) -> None:
    job = imports.start_job(table(ROWS), by=SYSTEM)
    imports.run(job)
    job.refresh_from_db()
    assert json.loads(imports.last_line(job)) == {"read": 3, "added": 3, "existing": 0, "refused": 0}


def test_a_database_that_was_only_migrated(db: None) -> None:
    with clock.at(NOW):
        assert take(table(ROWS))["added"] == 3
    assert not Report.objects.filter(owner__isnull=True).exists()
