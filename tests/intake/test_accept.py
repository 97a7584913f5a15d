"""A person decides: accept, join, refuse; what they chose beside what was proposed is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fengqiao.accounts.scope import RESIDENT, SYSTEM
from fengqiao.intake.actions import accept_as_proposed, accept_many, accept_report, link_report, refuse_report
from fengqiao.intake.choices import ReportState
from fengqiao.intake.models import Correction, Report, Suggestion
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.matters.models import Event, Matter
from tests.cast import NOW, Cast
from tests.intake.helpers import FIRE, StubPlaces, engine_with, logged, report, says


@pytest.fixture
def leak(cast: Cast) -> Report:
    with engine_with(says(("NB2", 0.8), ("NB6", 0.1))):
        return report(area=cast.areas["grid1"], place_text="锦澜苑 3 栋")


def test_accepting_opens_a_matter_with_owner_step_and_time(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"), title="501 漏水到 401")
    row = Report.objects.get(pk=leak.pk)
    assert (matter.category.code, matter.severity, matter.title) == ("NB2", 3, "501 漏水到 401")
    assert matter.owner == cast.people["grid_worker"]
    assert matter.next_step
    assert matter.due_at is not None
    assert matter.due_at > NOW
    assert matter.summary == leak.text
    assert matter.place_text == "锦澜苑 3 栋"
    assert (row.state, row.matter, row.next_step, row.due_at) == (ReportState.ACCEPTED, matter, "", None)
    assert row.decided_by == cast.people["duty"]
    assert logged("report.accepted")


def test_the_choice_is_kept_beside_the_proposal(cast: Cast, leak: Report) -> None:
    accept_report(leak, by=cast.actor("duty"), category="NB6", severity=2)
    kept = Correction.objects.get(report=leak)
    assert (kept.proposed_code, kept.chosen_code) == ("NB2", "NB6")
    assert (kept.proposed_severity, kept.chosen_severity) == (3, 2)
    assert kept.by == cast.people["duty"]
    taken = dict(
        Suggestion.objects.filter(report=leak, field="category").values_list("value__code", "accepted")
    )
    assert taken == {"NB2": False, "NB6": True}


def test_an_outside_deadline_reaches_the_matter(cast: Cast) -> None:
    due = NOW + timedelta(hours=5)
    row = report(
        by=SYSTEM,
        channel="hotline",
        source="12345",
        external_id="1",
        outside_due_at=due,
        area=cast.areas["grid1"],
    )
    matter = accept_report(row, by=cast.actor("duty"), category="NB2")
    assert matter.deadline_at == due


def test_lowering_below_the_words_needs_a_reason_that_stays(cast: Cast) -> None:
    row = report(FIRE, area=cast.areas["grid2"])
    for reason in ("", "没事", "    "):
        with pytest.raises(Refusal) as caught:
            accept_report(row, by=cast.actor("duty"), category="FI4", severity=3, lower_reason=reason)
        assert caught.value.code == "reason_needed"
    assert not Matter.objects.exists()
    matter = accept_report(
        row, by=cast.actor("duty"), category="FI4", severity=3, lower_reason="去年的旧事，已到现场核实没有火"
    )
    event = row.events.get(kind="accepted")
    assert matter.severity == 3
    assert "核实没有火" in event.text
    assert event.data["lowered_from"] == 1


def test_without_a_choice_danger_stays_danger(cast: Cast) -> None:
    with engine_with(says(("OT1", 0.99))):
        row = report(FIRE, area=cast.areas["grid2"])
    assert accept_report(row, by=cast.actor("duty")).severity == 1


def test_a_person_may_raise_freely(cast: Cast, leak: Report) -> None:
    assert accept_report(leak, by=cast.actor("duty"), severity=1).severity == 1


def test_nothing_proposed_and_nothing_chosen_is_refused(cast: Cast) -> None:
    with engine_with():
        row = report(area=cast.areas["grid1"])
    with pytest.raises(Refusal, match="类别"):
        accept_report(row, by=cast.actor("duty"))
    with pytest.raises(Refusal, match="类别"):
        accept_report(row, by=cast.actor("duty"), category="XX9")
    with pytest.raises(Refusal, match="轻重"):
        accept_report(row, by=cast.actor("duty"), category="NB2", severity=9)
    assert Report.objects.get(pk=row.pk).state == "new"


def test_outsiders_do_not_even_see_it(cast: Cast, leak: Report) -> None:
    for name in ("outsider", "volunteer", "grid_worker2", "nobody", "auditor"):
        with pytest.raises(OutOfReach):
            accept_report(leak, by=cast.actor(name), category="NB2")
    for by in (RESIDENT, SYSTEM):
        with pytest.raises(NotAllowed):
            accept_report(leak, by=by, category="NB2")
    assert not Matter.objects.exists()


def test_who_brought_it_sees_it_but_does_not_decide(cast: Cast) -> None:
    row = report(by=cast.actor("grid_worker"), channel="field", area=cast.areas["grid1"])
    with pytest.raises(NotAllowed):
        accept_report(row, by=cast.actor("grid_worker"), category="NB2")


def test_twice_or_late_is_refused(cast: Cast, leak: Report) -> None:
    accept_report(leak, by=cast.actor("duty"))
    with pytest.raises(Refusal) as caught:
        accept_report(leak, by=cast.actor("duty"))
    assert caught.value.code == "wrong_state"
    other = report(area=cast.areas["grid1"])
    with pytest.raises(Refusal) as caught:
        refuse_report(other, by=cast.actor("duty"), to="城管 12319", why="占道经营", version=5)
    assert caught.value.code == "stale"


def test_a_complaint_about_staff_names_whom_and_goes_round_them(cast: Cast) -> None:
    row = report("窗口的人态度很差", area=cast.areas["grid1"])
    with pytest.raises(Refusal) as caught:
        accept_report(row, by=cast.actor("duty"), category="OT2")
    assert caught.value.code == "about_needed"
    matter = accept_report(row, by=cast.actor("duty"), category="OT2", about=cast.people["officer"])
    assert matter.about == cast.people["officer"]
    assert matter.owner != cast.people["officer"]
    assert not Report.objects.visible_to(cast.actor("officer").scope).filter(pk=row.pk).exists()
    assert not Matter.objects.visible_to(cast.actor("officer").scope).filter(pk=matter.pk).exists()


def test_a_complaint_that_names_nobody(cast: Cast) -> None:
    row = report("窗口的人态度很差", area=cast.areas["grid1"])
    matter = accept_report(row, by=cast.actor("duty"), category="OT2", nobody_named=True)
    assert matter.about is None


def test_as_proposed_takes_category_severity_and_place(cast: Cast) -> None:
    place = cast.places["jinlan"]
    with engine_with(says(("NB2", 0.8)), StubPlaces([hint("place", place.pk, place.name, 0.9)])):
        row = report()
    assert row.unplaced
    matter = accept_as_proposed(row, by=cast.actor("head"))
    assert (matter.category.code, matter.place, matter.area, matter.unplaced) == (
        "NB2",
        place,
        cast.areas["grid1"],
        False,
    )
    assert Suggestion.objects.get(report=row, field="place").accepted


def test_an_unsure_place_is_not_taken_along(cast: Cast) -> None:
    place = cast.places["jinlan"]
    with engine_with(says(("NB2", 0.8)), StubPlaces([hint("place", place.pk, place.name, 0.3)])):
        row = report()
    assert accept_as_proposed(row, by=cast.actor("head")).unplaced


def test_many_leaves_the_urgent_the_restricted_and_the_unsure(cast: Cast) -> None:
    area = cast.areas["grid1"]
    with engine_with(says(("NB2", 0.8))):
        plain, fire = report(area=area), report(FIRE, area=area)
    with engine_with(says(("FA7", 0.9))):
        closed = report("夫妻动手", area=area)
    with engine_with(says(("NB1", 0.2))):
        unsure = report("吵", area=area)
    done = accept_many([plain, fire, closed, unsure, plain], by=cast.actor("duty"))
    assert [bool(o.matter) for o in done] == [True, False, False, False, False]
    assert all(o.words for o in done[1:])
    assert Matter.objects.count() == 1
    with pytest.raises(Refusal):
        accept_many([plain] * 201, by=cast.actor("duty"))


def test_linking_joins_the_story(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"))
    second = report("401 说天花板又滴水了", area=cast.areas["grid1"])
    joined = link_report(second, by=cast.actor("duty"), matter=matter)
    row = Report.objects.get(pk=second.pk)
    assert joined == matter
    assert (row.state, row.matter, row.due_at) == (ReportState.MERGED, matter, None)
    assert Event.objects.filter(matter=matter, kind="report_linked", text=second.text).exists()


def test_linking_to_what_one_cannot_see_is_out_of_reach(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"))
    other = report(area=cast.areas["other_grid"])
    with pytest.raises(OutOfReach):
        link_report(other, by=cast.actor("outsider"), matter=matter)
    assert Report.objects.get(pk=other.pk).state == "new"


def test_need_to_know_words_do_not_join_an_open_story(cast: Cast, leak: Report) -> None:
    matter = accept_report(leak, by=cast.actor("duty"))
    with engine_with(says(("FA7", 0.9))):
        closed = report("楼上男的又打老婆", area=cast.areas["grid1"])
    with pytest.raises(Refusal) as caught:
        link_report(closed, by=cast.actor("duty"), matter=matter)
    assert caught.value.code == "restricted"
    assert not Event.objects.filter(kind="report_linked").exists()
    first = accept_report(
        report("昨晚楼上打架", area=cast.areas["grid1"]), by=cast.actor("duty"), category="FA7"
    )
    assert link_report(closed, by=cast.actor("duty"), matter=first) == first


def test_refusing_names_another_place(cast: Cast, leak: Report) -> None:
    for to, why in (("", "不归这里"), ("12345", ""), ("  ", "  ")):
        with pytest.raises(Refusal):
            refuse_report(leak, by=cast.actor("duty"), to=to, why=why)
    with pytest.raises(Refusal):
        refuse_report(leak, by=cast.actor("duty"), to="城管" * 100, why="不归这里")
    row = refuse_report(
        leak, by=cast.actor("duty"), to="住建局维修资金科 0570-555-0101", why="维修资金由住建局管"
    )
    assert row.state == ReportState.REFUSED
    assert row.due_at is None
    assert Suggestion.objects.filter(report=row, accepted=False).count() == row.suggestions.count()
    with pytest.raises(OutOfReach):
        refuse_report(leak, by=cast.actor("outsider"), to="x", why="y")


@pytest.mark.parametrize("junk", ["\x00", "😀" * 121, "\u202e", "x" * 100_000])
def test_garbage_in_a_refusal_is_refused(cast: Cast, leak: Report, junk: str) -> None:
    with pytest.raises(Refusal):
        refuse_report(leak, by=cast.actor("duty"), to=junk, why="不归这里")
    assert Report.objects.get(pk=leak.pk).state == "new"


def test_queries_stay_few(cast: Cast, leak: Report) -> None:
    by = cast.actor("duty")
    accept_report(report(area=cast.areas["grid1"]), by=by, category="NB2")
    with CaptureQueriesContext(connection) as context:
        accept_report(leak, by=by)
    asked = [
        q["sql"][:110]
        for q in context.captured_queries
        if "SAVEPOINT" not in q["sql"] and "advisory" not in q["sql"]
    ]
    own = [sql for sql in asked if "intake_" in sql]
    assert len(own) <= 8, "\n".join(own)
    assert len(asked) <= 30, "\n".join(asked)


def hint(kind: str, pk: int, name: str, sure: float) -> object:
    from types import SimpleNamespace

    return SimpleNamespace(
        entry_id=f"{kind}:{pk}",
        kind=kind,
        name=name,
        confidence=sure,
        start=0,
        end=2,
        reasons=("名称",),
        detail="",
    )
