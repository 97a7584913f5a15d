"""People, teams, duty, partners and mechanisms on the desk: the pages, every verb, and who stays outside."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from fengqiao.accounts.models import Person
from fengqiao.lib import clock
from fengqiao.lib.policy import access_of
from fengqiao.teams import actions
from fengqiao.teams.models import Appointment, Duty, DutyItem, DutySwap, Evidence, Partner, Resource, Team
from tests.cast import NOW, Cast
from tests.desk.conftest import As

PAGES = [
    ("/desk/people/", "新增人员"),
    ("/desk/people/?q=王建国&role=beat_officer", "王建国"),
    ("/desk/people/?page=x&role=zz&q=%00", "没有找到人"),
    ("/desk/people/teams/", "派出所"),
    ("/desk/people/duty/", "这周哪里缺人"),
    ("/desk/people/duty/?week=9999-99-99&area=x&kind=zz&want=%F0%9F", "这周哪里缺人"),
    ("/desk/people/duty/?week=0001-01-01&want=99", "这一周还没有排班"),
    ("/desk/people/partners/", "柳溪水务公司"),
    ("/desk/people/mechanisms/", "机制"),
]


def text(answer: object) -> str:
    """The words of a page without its tags."""
    return re.sub(r"<[^>]+>", " ", answer.content.decode())  # type: ignore[attr-defined]


def do(
    client: Client, verb: str, sent: dict[str, object], target: int | None = None, status: int = 303
) -> str:
    """Show the form of a verb, send it, expect ``status``; the words of the answer."""
    path = f"/desk/people/do/{verb}/" + (f"{target}/" if target else "")
    assert client.get(path).status_code == 200, verb
    answer = client.post(path, sent)
    assert answer.status_code == status, text(answer)[-3000:]
    return text(answer)


def moment(hours: int) -> str:
    """So many hours from the tests' now, as a form sends it."""
    return clock.local(NOW + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def test_every_route_says_who_may_come_in() -> None:
    from fengqiao.desk.routes import people

    assert [r.name for r in people.urlpatterns if access_of(r.callback) is None] == []


@pytest.mark.parametrize(("path", "words"), PAGES)
def test_the_head_opens_every_page(as_: As, path: str, words: str) -> None:
    answer = as_("head").get(path)
    assert answer.status_code == 200
    assert words in text(answer)
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("who", ["nobody"])
def test_others_find_nothing(as_: As, cast: Cast, who: str) -> None:
    client = as_(who)
    for path, _words in PAGES:
        assert client.get(path).status_code == 404, path
    for verb in ("new_person", "make_team", "plan_duty", "add_partner", "nonsense"):
        assert client.get(f"/desk/people/do/{verb}/").status_code == 404, verb
    assert client.get(f"/desk/people/{cast.people['officer'].pk}/").status_code == 404


def test_the_other_area_is_out_of_sight(as_: As, cast: Cast) -> None:
    client, officer = as_("outsider"), cast.people["officer"]
    held = Appointment.objects.get(person=officer)
    assert client.get(f"/desk/people/{officer.pk}/").status_code == 404
    assert client.post(f"/desk/people/do/revoke/{held.pk}/", {"reason": "试"}).status_code == 404
    assert client.post(f"/desk/people/appointments/{held.pk}/certificate/").status_code == 404
    assert "王建国" not in text(client.get("/desk/people/"))
    assert client.get("/desk/people/999999/").status_code == 404


def test_a_new_person_is_appointed_renewed_and_withdrawn(as_: As, cast: Cast) -> None:
    client = as_("head")
    sent = {
        "name": "周小兰",
        "username": "zhouxl",
        "password": "Liuxi-2026-lan",
        "phone": "13800009999",
        "role": "police_assistant",
        "ground": f"a{cast.areas['village'].pk}",
        "valid_to": "2027-03-01",
    }
    do(client, "new_person", sent)
    made = Person.objects.get(username="zhouxl")
    held = Appointment.objects.get(person=made)
    assert (held.role, held.area) == ("police_assistant", cast.areas["village"])
    page = client.get(f"/desk/people/{made.pk}/")
    assert held.certificate_no in text(page)
    paper = client.post(f"/desk/people/appointments/{held.pk}/certificate/")
    assert paper.content[:2] == b"PK"
    do(client, "renew", {"valid_to": "2028-03-01"}, held.pk)
    assert Appointment.objects.filter(person=made).count() == 2
    assert "13800009999" in do(client, "read_phone", {"purpose": "通知开会"}, made.pk, 200)
    assert "请写" in do(client, "revoke", {"reason": ""}, held.pk, 422)
    do(client, "revoke", {"reason": "调走了"}, held.pk)
    do(client, "appoint", {"role": "grid_worker", "ground": f"a{cast.areas['grid3'].pk}"}, made.pk)
    do(client, "change_person", {"name": "周兰", "job": "", "employer": "上柳村"}, made.pk)
    do(client, "set_password", {"password": "Another-2026-lan"}, made.pk)
    do(client, "deactivate", {"reason": "离职"}, made.pk)
    do(client, "activate", {"reason": "回来了"}, made.pk)


def test_a_refused_appointment_leaves_no_person(as_: As, cast: Cast) -> None:
    client = as_("head")
    sent = {
        "name": "吴一",
        "username": "wuyi",
        "role": "grid_worker",
        "ground": f"a{cast.areas['grid1'].pk}",
        "valid_from": "2026-03-01",
        "valid_to": "2026-02-01",
    }
    assert "到期日应在开始日之后" in do(client, "new_person", sent, status=422)
    assert "有人用了" in do(client, "new_person", sent | {"username": "officer", "valid_to": ""}, status=422)
    assert "从列出的里面选" in do(client, "new_person", sent | {"ground": "b99"}, status=422)
    assert not Person.objects.filter(username="wuyi").exists()


def test_a_special_team_has_two_leaders(as_: As, cast: Cast) -> None:
    client, people = as_("head"), cast.people
    from fengqiao.lib.place_config import current_place

    kind = next(k for k in current_place().team_kinds if k.leaders == 2)
    first, second = kind.leader_roles[:2]
    for role, who in ((first, "committee"), (second, "volunteer")):
        actions.appoint(people[who], by=cast.actor("head"), role=role, area=cast.areas["street"]) if not (
            Appointment.objects.filter(person=people[who], role=role).exists()
        ) else None
    sent = {
        "kind": kind.key,
        "name": "飞线充电专班",
        "code": "ZB-01",
        "area": f"a{cast.areas['street'].pk}",
        "leader": people["committee"].pk,
    }
    assert "要有 2 位负责人" in do(client, "make_team", sent, status=422)
    do(client, "make_team", sent | {"second": people["volunteer"].pk})
    team = Team.objects.get(code="ZB-01")
    page = text(client.get(f"/desk/people/teams/{team.pk}/"))
    assert "郑德明" in page
    assert "钱小伟" in page
    joins = next(iter(kind.member_roles))
    if not Appointment.objects.filter(person=people["auxiliary"], role=joins).exists():
        actions.appoint(people["auxiliary"], by=cast.actor("head"), role=joins, area=cast.areas["street"])
    do(client, "add_member", {"person": people["auxiliary"].pk, "task": "巡查"}, team.pk)
    member = team.memberships.get(person=people["auxiliary"])
    do(client, "end_member", {"reason": "调整"}, member.pk)
    leader = team.memberships.get(person=people["committee"])
    assert "请先换一位负责人" in do(client, "end_member", {}, leader.pk, 422)
    do(client, "end_team", {"reason": "整治完了"}, team.pk)
    assert as_("outsider").get(f"/desk/people/teams/{team.pk}/").status_code == 404


def test_duty_is_planned_shown_swapped_and_cancelled(as_: As, cast: Cast) -> None:
    client = as_("head")
    ground = f"b{cast.beats['beat1'].pk}"
    sent = {
        "person": cast.people["officer"].pk,
        "kind": "beat",
        "ground": ground,
        "starts_at": moment(24),
        "ends_at": moment(32),
    }
    do(client, "plan_duty", sent)
    assert "已经排了班" in do(client, "plan_duty", sent, status=422)
    assert "下班时间应在上班时间之后" in do(client, "plan_duty", sent | {"ends_at": moment(20)}, status=422)
    assert "日期或时间写得不对" in do(client, "plan_duty", sent | {"starts_at": "昨天"}, status=422)
    duty = Duty.objects.get()
    assert "王建国" in text(client.get("/desk/people/duty/"))
    assert client.get(f"/desk/people/duty/{duty.pk}/").status_code == 200
    officer, auxiliary = as_("officer"), as_("auxiliary")
    do(officer, "ask_swap", {"to": cast.people["auxiliary"].pk, "why": "孩子家长会"}, duty.pk)
    swap = DutySwap.objects.get()
    assert "想和您换班" in text(auxiliary.get("/desk/people/duty/"))
    assert as_("duty").get(f"/desk/people/do/answer_swap/{swap.pk}/").status_code == 404
    do(auxiliary, "answer_swap", {"agree": "1"}, swap.pk)
    duty.refresh_from_db()
    assert duty.person == cast.people["auxiliary"]
    assert as_("outsider").get(f"/desk/people/duty/{duty.pk}/").status_code == 404
    do(client, "cancel_duty", {"reason": "临时抽调"}, duty.pk)
    assert not Duty.objects.exists()


def test_the_duty_desk_of_another_street_is_not_shown(as_: As, cast: Cast) -> None:
    actions.plan_duty(
        cast.people["duty"],
        by=cast.actor("head"),
        kind="desk",
        area=cast.areas["street"],
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=8),
    )
    assert "周敏" in text(as_("head").get("/desk/people/duty/"))
    assert "周敏" not in text(as_("outsider").get("/desk/people/duty/"))


def test_who_answers_now_is_said_with_the_reason(as_: As, cast: Cast) -> None:
    page = text(as_("duty").get(f"/desk/people/duty/?area={cast.areas['grid1'].pk}"))
    assert "李芳" in page or "王建国" in page
    assert "要 1 人" in page


def test_partners_and_resources(as_: As, cast: Cast) -> None:
    from fengqiao.lib.place_config import current_place

    client, place = as_("head"), current_place()
    area = f"a{cast.areas['street'].pk}"
    sent = {"name": "望河供电所", "kind": place.partner_kinds[0].key, "area": area, "duty_line": "0571-95598"}
    do(client, "add_partner", sent)
    assert "已经在名单里" in do(client, "add_partner", sent, status=422)
    partner = Partner.objects.get(name="望河供电所")
    sent = {"name": "三楼会议室", "kind": place.resource_kinds[0].key, "area": area, "partner": partner.pk}
    do(client, "add_resource", sent)
    assert "三楼会议室" in text(client.get("/desk/people/partners/"))
    do(client, "drop_resource", {}, Resource.objects.get().pk)
    do(client, "drop_partner", {}, partner.pk)
    assert "望河供电所" not in text(client.get("/desk/people/partners/"))
    assert as_("grid_worker").get("/desk/people/do/add_partner/").status_code == 404


def test_mechanisms_show_what_is_late_and_take_evidence(as_: As, cast: Cast) -> None:
    actions.load_mechanisms()
    item = DutyItem.objects.filter(every_days__isnull=False).order_by("pk").first()
    assert item is not None
    with clock.at(NOW + timedelta(days=500)):
        client = as_("head")
        assert "超期" in text(client.get("/desk/people/mechanisms/"))
        assert item.title in text(client.get(f"/desk/people/mechanisms/{item.list_id}/"))
        assert "请写上这一项" in do(client, "record_evidence", {"text": ""}, item.pk, 422)
        do(client, "record_evidence", {"text": "查了 12 家，整改 3 处", "reference": "2026-07"}, item.pk)
        assert "查了 12 家" in text(client.get(f"/desk/people/mechanisms/{item.list_id}/"))
        do(client, "name_owner", {"person": cast.people["officer"].pk}, item.pk)
    assert Evidence.objects.get().item_id == item.pk
    item.refresh_from_db()
    assert item.owner == cast.people["officer"]
    assert client.get("/desk/people/mechanisms/99999/").status_code == 404


def test_lists_stay_cheap(as_: As, cast: Cast, django_assert_max_num_queries: object) -> None:
    for n in range(60):
        person = Person.objects.create_person(f"p{n}", f"人员{n}")
        Appointment.objects.create(
            person=person,
            role="volunteer",
            area=cast.areas["grid1"],
            valid_from=date(2025, 1, 1),
            created_at=NOW,
        )
        Duty.objects.create(
            person=person,
            kind="patrol",
            area=cast.areas["grid1"],
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=8),
        )
    client = as_("head")
    for path in ("/desk/people/", "/desk/people/duty/", "/desk/people/teams/", "/desk/people/partners/"):
        with django_assert_max_num_queries(25):  # type: ignore[operator]
            assert client.get(path).status_code == 200
