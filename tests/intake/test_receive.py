"""Taking in a report: an owner, a next step and a time at once; never lost, never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fengqiao.accounts.scope import RESIDENT, SYSTEM, Actor
from fengqiao.audit.queries import verify_chain
from fengqiao.intake.actions import ContactDraft, receive_report
from fengqiao.intake.choices import ReportEventKind, ReportState
from fengqiao.intake.models import Contact, Report, ReportEvent, Suggestion
from fengqiao.lib import clock
from fengqiao.lib.crypto import blind_index
from fengqiao.lib.errors import NotAllowed, Refusal
from fengqiao.notices.models import Notice
from tests.cast import NOW, Cast
from tests.intake.helpers import FIRE, LEAK, bring, engine_with, logged, report, says


def test_a_report_has_owner_step_and_time_at_once(cast: Cast) -> None:
    receipt = bring(lat=30.02, lon=120.02)
    row = Report.objects.get(pk=receipt.report.pk)
    assert receipt.created
    assert (row.state, row.channel, row.origin) == ("new", "portal", "resident")
    assert row.text == LEAK
    assert row.area == cast.areas["grid1"]
    assert row.owner == cast.people["duty"]
    assert row.next_step
    assert row.due_at == NOW + timedelta(hours=2), "two working hours, up to the noon break"
    assert row.received_at == row.said_at == NOW
    assert not row.unplaced


def test_event_and_audit_entry_come_with_it(cast: Cast) -> None:
    row = report()
    assert [e.kind for e in row.events.all()] == [ReportEventKind.RECEIVED]
    entries = logged("report.received")
    assert [e.object_id for e in entries] == [str(row.uid)]
    assert LEAK not in str(entries[0].data)
    assert verify_chain().whole


@pytest.mark.parametrize(
    ("text", "severity", "minutes"),
    [(FIRE, 1, 5), ("老公拿刀要砍人，快来", 1, 5)],
)
def test_words_of_danger_shorten_the_clock(cast: Cast, text: str, severity: int, minutes: int) -> None:
    night = datetime(2026, 3, 14, 18, 0, tzinfo=UTC)  # Sunday, two in the morning
    with clock.at(night):
        row = report(text)
    assert row.severity == severity
    assert row.due_at == night + timedelta(minutes=minutes)


def test_the_owner_of_an_urgent_report_is_told_without_words_of_a_restricted_one(cast: Cast) -> None:
    report(FIRE, area=cast.areas["grid2"])
    assert Notice.objects.get().to == cast.people["duty"]
    with engine_with(says(("FA7", 0.9))):
        report("他又打我了，流血了，快来人", area=cast.areas["grid2"])
    assert "打我" not in Notice.objects.latest("id").text


def test_a_model_alone_never_sets_danger(cast: Cast) -> None:
    with engine_with(says(("FI1", 0.99))):
        row = report("楼下路灯不亮")
    assert row.severity == 3
    proposed = Suggestion.objects.get(report=row, field="severity")
    assert proposed.value == {"severity": 1, "floor": None, "tell_110": False}


def test_a_model_never_lowers_danger(cast: Cast) -> None:
    with engine_with(says(("OT1", 1.0))):
        row = report(FIRE)
    assert row.severity == 1
    assert Suggestion.objects.get(report=row, field="severity").value["severity"] == 1


def test_a_person_may_say_it_is_urgent(cast: Cast) -> None:
    row = report("门口吵起来了", by=cast.actor("grid_worker"), channel="field", severity_at_most=2)
    assert row.severity == 2
    assert row.entered_by == cast.people["grid_worker"]
    assert row.origin == "staff"


def test_need_to_know_follows_the_top_category_and_the_words(cast: Cast) -> None:
    with engine_with(says(("FA7", 0.6), ("NB1", 0.3))):
        assert report("隔壁夫妻动手").restricted
    with engine_with(says(("NB1", 0.6), ("FA7", 0.3))):
        assert not report("楼上很吵").restricted
    with engine_with(says(("NB1", 0.9))):
        assert report("我不想活了，想跳楼").restricted


def test_outside_deadline_wins_when_earlier(cast: Cast) -> None:
    soon = NOW + timedelta(minutes=20)
    assert report(by=SYSTEM, channel="hotline", outside_due_at=soon).due_at == soon
    late = NOW + timedelta(days=9)
    assert report(by=SYSTEM, channel="hotline", outside_due_at=late).due_at == NOW + timedelta(hours=2)
    gone = NOW - timedelta(days=1)
    assert report(by=SYSTEM, channel="hotline", outside_due_at=gone).due_at == NOW


def test_a_point_outside_every_area_is_unplaced_with_an_owner(cast: Cast) -> None:
    row = report(lat=45.0, lon=90.0)
    assert row.unplaced
    assert row.area.parent is None
    assert row.owner is not None
    assert "在哪里" in row.next_step
    assert (row.lat, row.lon) == (45.0, 90.0)


def test_no_place_at_all_is_unplaced_too(cast: Cast) -> None:
    row = report()
    assert row.unplaced
    assert row.owner_id


def test_a_chosen_place_or_area_is_enough(cast: Cast) -> None:
    row = report(place=cast.places["shangliu"])
    assert (row.area, row.place_text, row.unplaced) == (cast.areas["grid3"], "上柳村村委会", False)
    row = report(area=cast.areas["village"], place_text="老供销社后边")
    assert (row.area, row.place_text) == (cast.areas["village"], "老供销社后边")


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(None, 120.0), (30.0, None), (float("nan"), 120.0), (120.02, 30.02), (30.0, float("inf"))],
)
def test_half_or_impossible_points_are_refused(cast: Cast, lat: float | None, lon: float | None) -> None:
    with pytest.raises(Refusal) as caught:
        bring(lat=lat, lon=lon)
    assert caught.value.code == "bad_point"
    assert not Report.objects.exists()


def test_double_submit_gives_the_first_receipt(cast: Cast) -> None:
    first = bring(key="same")
    second = bring(key="same")
    assert (first.created, second.created) == (True, False)
    assert first.code == second.code
    assert Report.objects.count() == ReportEvent.objects.count() == 1


def test_the_same_key_for_other_words_is_refused_not_swallowed(cast: Cast) -> None:
    bring(key="same")
    with pytest.raises(Refusal) as caught:
        bring("另一件事", key="same")
    assert caught.value.code == "key_reused"


def test_a_key_opens_no_receipt_of_another_channel(cast: Cast) -> None:
    inside = bring(key="1", by=cast.actor("duty"), channel="phone")
    outside = bring(key="1")
    assert outside.created
    assert inside.code != outside.code


def test_the_same_outside_number_is_one_report(cast: Cast) -> None:
    first = bring(by=SYSTEM, channel="call_110", source="110", external_id="A1")
    second = bring(by=SYSTEM, channel="call_110", source="110", external_id="A1")
    other = bring(by=SYSTEM, channel="hotline", source="12345", external_id="A1")
    assert first.code == second.code
    assert other.created


def test_losing_a_race_gives_the_winner(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from fengqiao.intake.actions import receive

    first = bring(key="race")
    looked = []
    real = receive._earlier

    def blind_once(*args: str) -> Report | None:
        looked.append(args)
        return None if len(looked) == 1 else real(*args)

    monkeypatch.setattr(receive, "_earlier", blind_once)
    second = bring(key="race")
    assert (second.created, second.code) == (False, first.code)
    assert Report.objects.count() == 1


def test_a_key_is_needed(cast: Cast) -> None:
    with pytest.raises(Refusal, match="编号"):
        bring(key="  ")


def test_contact_is_sealed_and_found_by_number(cast: Cast) -> None:
    row = report(contact=ContactDraft("张三", "+86 138 0013 8000", wants_news=True))
    contact = Contact.objects.get(report=row)
    assert contact.unseal("phone_sealed") == "13800138000"
    assert contact.phone_index == blind_index("138-0013-8000")
    assert not row.anonymous
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM intake_contact")
        assert "13800138000" not in str(cursor.fetchall())


def test_anonymous_keeps_no_contact(cast: Cast) -> None:
    row = report(contact=ContactDraft("张三", "13800138000"), anonymous=True)
    assert row.anonymous
    assert not Contact.objects.exists()
    assert report(contact=ContactDraft("", "")).anonymous


def test_a_number_nobody_could_call_is_refused(cast: Cast) -> None:
    with pytest.raises(Refusal) as caught:
        bring(contact=ContactDraft("张三", "12ab"))
    assert caught.value.field == "phone"
    assert not Report.objects.exists()


def test_drafts_never_print_a_contact() -> None:
    assert "138" not in repr(ContactDraft("张三", "13800138000"))


@pytest.mark.parametrize("text", ["", "   ", "\x00\u202e\ufeff", "\n\n"])
def test_no_words_are_refused(cast: Cast, text: str) -> None:
    with pytest.raises(Refusal) as caught:
        bring(text)
    assert caught.value.field == "text"


def test_a_hundred_thousand_characters_are_refused_whole(cast: Cast) -> None:
    with pytest.raises(Refusal) as caught:
        bring("水" * 100_000)
    assert caught.value.code == "too_long"
    assert not Report.objects.exists()


def test_words_are_kept_as_said(cast: Cast) -> None:
    said = "楼上👨‍👩‍👧 又漏\x00水\u202e了！！\r\n真的  受不了"
    assert report(said).text == "楼上👨‍👩‍👧 又漏水了！！\n真的  受不了"
    assert report("<script>alert(1)</script> & '漏水'").text == "<script>alert(1)</script> & '漏水'"


@pytest.mark.parametrize(
    "said_at",
    [
        NOW + timedelta(minutes=6),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1999, 12, 31, tzinfo=UTC),
        NOW.replace(tzinfo=None),
    ],
)
def test_unbelievable_times_are_refused(cast: Cast, said_at: datetime) -> None:
    with pytest.raises(Refusal) as caught:
        bring(said_at=said_at)
    assert caught.value.code == "bad_time"


def test_a_clock_that_runs_a_little_fast_is_now(cast: Cast) -> None:
    assert report(said_at=NOW + timedelta(minutes=4)).said_at == NOW
    past = NOW - timedelta(days=3)
    row = report(said_at=past)
    assert row.said_at == past
    assert row.received_at == NOW


def test_who_may_bring_reports(cast: Cast) -> None:
    for name in ("auditor", "nobody"):
        with pytest.raises(NotAllowed):
            bring(by=cast.actor(name), channel="phone")
    with pytest.raises(NotAllowed):
        bring(channel="call_110")
    with pytest.raises(Refusal):
        bring(channel="telepathy")
    with pytest.raises(Refusal):
        bring(origin="moon")
    assert bring(by=Actor("partner", name="街道"), channel="api").created
    assert not Report.objects.exclude(channel="api").exists()


def test_long_outside_numbers_are_refused_not_cut(cast: Cast) -> None:
    with pytest.raises(Refusal):
        bring(by=SYSTEM, channel="api", source="x", external_id="9" * 81)


def test_it_is_visible_where_it_belongs_and_nowhere_else(cast: Cast) -> None:
    row = report(lat=30.02, lon=120.02)
    seen = {
        name
        for name in ("head", "duty", "officer", "outsider", "grid_worker2", "volunteer", "nobody", "auditor")
        if Report.objects.visible_to(cast.actor(name).scope).filter(pk=row.pk).exists()
    }
    assert seen == {"head", "duty", "officer"}
    assert not Report.objects.visible_to(RESIDENT.scope).exists()


def test_a_database_that_was_only_migrated_works(db: None) -> None:
    with clock.at(NOW):
        receipt = receive_report(by=RESIDENT, channel="portal", text=LEAK, key="first")
    row = receipt.report
    assert row.owner is not None
    assert row.unplaced
    assert row.state == ReportState.NEW
    assert Suggestion.objects.filter(report=row, field="category").exists()


def test_queries_and_speed(cast: Cast) -> None:
    import time

    for _ in range(3):
        report(lat=30.02, lon=120.02)
    with CaptureQueriesContext(connection) as context:
        bring(lat=30.02, lon=120.02, contact=ContactDraft("张三", "13800138000"))
    asked = [
        q["sql"][:110]
        for q in context.captured_queries
        if "SAVEPOINT" not in q["sql"] and "advisory" not in q["sql"]
    ]
    assert len(asked) <= 25, "\n".join(asked)
    began = time.process_time()
    for _ in range(50):
        bring(lat=30.02, lon=120.02, contact=ContactDraft("张三", "13800138000"))
    each = (time.process_time() - began) / 50
    assert each < 0.030, f"{each * 1000:.1f} ms"
