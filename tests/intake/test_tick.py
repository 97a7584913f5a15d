"""Overdue triage climbs, once per clock, and people are told once per run."""

from __future__ import annotations

import os
from datetime import timedelta

from fengqiao.accounts.scope import SYSTEM
from fengqiao.audit.queries import verify_chain
from fengqiao.intake import import_spool, imports
from fengqiao.intake.actions import accept_report
from fengqiao.intake.choices import ReportEventKind
from fengqiao.intake.models import Report
from fengqiao.intake.tick import tick
from fengqiao.notices.models import Notice
from tests.cast import NOW, Cast
from tests.intake.helpers import FIRE, report

LATE = NOW + timedelta(hours=3)


def test_overdue_goes_to_the_head_with_a_fresh_time(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    assert tick(at=NOW + timedelta(minutes=30))["reports_climbed"] == 0
    assert tick(at=LATE)["reports_climbed"] == 1
    fresh = Report.objects.get(pk=row.pk)
    assert (fresh.owner, fresh.climbed) == (cast.people["head"], 1)
    assert fresh.due_at is not None
    assert fresh.due_at > LATE
    assert fresh.next_step
    assert [e.kind for e in row.events.all()][-1] == ReportEventKind.CLIMBED
    assert verify_chain().whole


def test_the_second_run_at_the_same_moment_does_nothing(cast: Cast) -> None:
    report(area=cast.areas["grid1"])
    tick(at=LATE)
    before = list(Report.objects.values_list("owner", "due_at", "climbed", "version"))
    assert tick(at=LATE)["reports_climbed"] == 0
    assert list(Report.objects.values_list("owner", "due_at", "climbed", "version")) == before
    assert Notice.objects.filter(kind="report_overdue").count() == 1


def test_many_are_told_once(cast: Cast) -> None:
    for _ in range(7):
        report(area=cast.areas["grid1"])
    tick(at=LATE)
    assert [n.text for n in Notice.objects.filter(kind="report_overdue")] == [
        "7 份反映超时没人看，已交到您这里，请看收件"
    ]


def test_an_urgent_one_keeps_coming_back_every_hour(cast: Cast) -> None:
    row = report(FIRE, area=cast.areas["grid1"])
    at = NOW + timedelta(minutes=6)
    tick(at=at)
    tick(at=at + timedelta(minutes=6))
    fresh = Report.objects.get(pk=row.pk)
    assert fresh.climbed == 2
    assert fresh.due_at == at + timedelta(hours=1, minutes=6)


def test_it_goes_round_the_person_it_is_about(cast: Cast) -> None:
    row = report("投诉沈国强不作为", area=cast.areas["grid1"])
    assert row.about == cast.people["head"]
    tick(at=LATE)
    assert Report.objects.get(pk=row.pk).owner != cast.people["head"]


def test_decided_reports_stay(cast: Cast) -> None:
    row = report(area=cast.areas["grid1"])
    accept_report(row, by=cast.actor("duty"), category="NB2")
    assert tick(at=NOW + timedelta(days=30))["reports_climbed"] == 0


def test_import_files_nobody_reads_are_removed(cast: Cast) -> None:
    job = imports.start_job("内容\n漏水了\n".encode(), by=SYSTEM)
    lost = import_spool.folder() / "lost.jsonl"
    fresh = import_spool.folder() / "fresh.jsonl"
    for path in (lost, fresh):
        path.write_text("{}")
    os.utime(lost, (0, 0))
    os.utime(import_spool.folder() / job.path, (0, 0))
    assert tick(at=NOW)["import_files_removed"] >= 1
    assert not lost.exists()
    assert fresh.exists()
    assert (import_spool.folder() / job.path).exists()
    tick(at=NOW + timedelta(days=8))
    assert not (import_spool.folder() / job.path).exists()
    job.refresh_from_db()
    assert job.state == "cancelled"
    fresh.unlink()
