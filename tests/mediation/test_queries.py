"""What pages read: the list, one case, verbs, rooms, mediators, last days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from fengqiao.lib import clock
from fengqiao.mediation import actions, queries
from fengqiao.mediation.models import MediationCase
from fengqiao.teams.models import Resource
from tests.cast import NOW, Cast
from tests.mediation.conftest import WANG_ID, Room, at


def test_the_list_is_masked_and_in_order_of_time(room: Room) -> None:
    first = room.case(room.matter(code="EC2"))
    second = room.case(room.matter())
    room.both(second)
    total, rows = queries.case_list(room.by().scope, state="checking")
    assert total == 2
    assert [r.number for r in rows] == [second.number, first.number]  # what is due first
    assert rows[0].parties == "张*华、刘*"
    assert "张建华" not in str(rows[0])
    assert rows[0].mediator == "李敏"


def test_filters_and_pages(room: Room, cast: Cast) -> None:
    for _ in range(3):
        room.case(room.matter())
    Room(cast, "officer").case()
    scope = room.by("officer").scope
    assert queries.case_list(scope)[0] == 4
    assert queries.case_list(scope, mine=True)[0] == 1
    assert len(queries.case_list(scope, limit=2)[1]) == 2
    assert len(queries.case_list(scope, offset=3)[1]) == 1
    assert queries.case_list(scope, level="street")[0] == 0
    with clock.at(at(25)):
        total, rows = queries.case_list(room.by("officer").scope, overdue=True)
        assert total == 4
        assert all(r.overdue for r in rows)
    with clock.at(at(17)):
        assert all(r.soon and not r.overdue for r in queries.case_list(scope)[1])


def test_the_list_takes_a_few_queries_whatever_its_length(room: Room) -> None:
    room.both(room.case(room.matter()))
    scope = room.by("officer").scope
    with CaptureQueriesContext(connection) as one:
        queries.case_list(scope)
    for _ in range(4):
        room.both(room.case(room.matter()))
    with CaptureQueriesContext(connection) as five:
        queries.case_list(scope)
    assert len(five) == len(one) <= 4


def test_a_restricted_case_hides_its_title(room: Room) -> None:
    room.case(room.matter(code="FA8", title="张建华分手扬言", summary="分手后争执"))
    _total, rows = queries.case_list(room.by().scope)
    assert rows[0].title == "感情纠葛扬言"
    assert rows[0].restricted is True


def test_one_case_with_all_its_page_shows(room: Room) -> None:
    case = room.started()
    room.held(case)
    agreement = room.agreed(case)
    found = queries.find(str(case.uid), room.by().scope)
    assert found is not None
    with CaptureQueriesContext(connection) as used:
        view = queries.case_view(found, room.by())
    assert len(used) <= 25
    assert view.state_words == "已达成协议"
    assert [p.masked_name for p in view.parties] == ["张*华", "刘*"]
    assert WANG_ID not in str(view)
    assert (view.total, view.confirm_by, view.confirm_days_left) == (Decimal(3000), date(2026, 4, 10), 30)
    assert [t.state_words for t in view.terms] == ["未到期", "未到期"]
    assert view.next_level_words
    assert view.verbs >= {
        "record_performance",
        "record_confirmation",
        "record_visit",
        "make_document",
        "open_party",
    }
    assert "add_party" not in view.verbs
    assert view.file.missing
    with clock.at(at(21)):
        late = queries.case_view(found, room.by())
    assert [t.overdue for t in late.terms] == [True, False]
    assert agreement.case_id == case.pk


def test_what_still_waits_before_the_start(room: Room) -> None:
    case = room.case()
    room.party(case)
    found = queries.find(str(case.uid), room.by().scope)
    assert found is not None
    view = queries.case_view(found, room.by())
    assert view.waiting_for == ("加上双方当事人", "征求 张*华 是否愿意调解", "向 张*华 告知权利义务")
    assert view.confirm_by is None


def test_find_only_in_reach(room: Room) -> None:
    case = room.case()
    assert queries.find(str(case.uid), room.by("outsider").scope) is None
    assert queries.find("not-a-uid", room.by().scope) is None
    assert queries.cases_of(case.matter, room.by("officer").scope) == [case]
    assert queries.cases_of(case.matter, room.by("outsider").scope) == []


def test_verbs_follow_state_rights_and_what_was_done(room: Room) -> None:
    case = room.case()
    assert queries.allowed_verbs(case, room.by()) >= {"add_party", "start_mediation", "withdraw_case"}
    assert "plan_session" not in queries.allowed_verbs(case, room.by())
    assert queries.allowed_verbs(case, room.by("outsider")) == frozenset()
    assert queries.allowed_verbs(case, room.by("grid_worker")) == {
        "open_party",
        "read_document",
        "report_danger",
    }
    room.both(case)
    case = actions.start_mediation(case, by=room.by())
    assert queries.allowed_verbs(case, room.by()) >= {"plan_session", "extend", "hand_up", "draft_agreement"}
    actions.extend(case, by=room.by(), until=at(30), asked_by_both=True, why="等鉴定")
    case.refresh_from_db()
    assert "extend" not in queries.allowed_verbs(case, room.by())
    assert "sign_agreement" not in queries.allowed_verbs(case, room.by())
    actions.draft_agreement(case, by=room.by(), form="written", facts="事实", terms=room.terms(case))
    case.refresh_from_db()
    assert "sign_agreement" in queries.allowed_verbs(case, room.by())


def test_every_verb_shown_can_be_done(room: Room) -> None:
    """A verb the page offers is never refused for its state."""
    case = room.started()
    shown = queries.allowed_verbs(case, room.by())
    actions.end_case(case, by=room.by(), outcome="failed", why="谈不拢", routes_told="法院")
    ended = MediationCase.objects.get(pk=case.pk)
    assert "hand_up" in shown
    assert "hand_up" in queries.allowed_verbs(ended, room.by())
    actions.hand_up(ended, by=room.by(), tried="两次", blocked_by="金额")
    assert "hand_up" not in queries.allowed_verbs(MediationCase.objects.get(pk=case.pk), room.by())


def test_who_could_open_one(room: Room) -> None:
    matter = room.matter()
    assert queries.can_open(matter, room.by("officer"))
    assert not queries.can_open(matter, room.by("grid_worker"))
    assert not queries.can_open(matter, room.by("outsider"))
    room.case(matter)
    assert not queries.can_open(matter, room.by("officer"))


def test_mediators_for_an_area(room: Room, cast: Cast) -> None:
    names = {p.username for p in queries.mediators_for(cast.areas["grid1"])}
    assert names == {"officer", "mediator", "justice", "county_staff"}
    assert {p.username for p in queries.mediators_for(cast.areas["other_grid"])} == {
        "outsider",
        "county_staff",
    }


def test_free_rooms(room: Room, cast: Cast, hall: Resource) -> None:
    Resource.objects.create(kind="village_room", name="杨湾调解室", area=cast.areas["other_village"])
    room.session(room.started(), planned_at=at(13, 14), room=hall)
    scope = room.by().scope
    assert queries.free_rooms(scope, start=at(13, 14), minutes=30) == [(hall, False)]
    assert queries.free_rooms(scope, start=at(13, 15), minutes=30) == [(hall, True)]
    assert [r.name for r, _ in queries.free_rooms(room.by("outsider").scope, start=NOW, minutes=30)] == [
        "杨湾调解室"
    ]


def test_sittings_of_a_day_and_last_days(room: Room) -> None:
    case = room.started()
    session = room.session(case, planned_at=at(13, 14))
    scope = room.by().scope
    assert queries.sessions_between(scope, at(13, 0), at(14, 0)) == [session]
    assert queries.sessions_between(scope, at(14, 0), at(15, 0)) == []
    assert queries.sessions_between(room.by("outsider").scope, at(13, 0), at(14, 0)) == []
    agreement = room.agreed(room.started(room.case(room.matter())))
    assert queries.confirmations_due(scope) == []
    with clock.at(NOW + timedelta(days=20)):
        assert queries.confirmations_due(scope) == [agreement]
        actions.record_confirmation(
            agreement, by=room.by(), step="applied", on=date(2026, 3, 30), together=True
        )
        assert queries.confirmations_due(scope) == []
