"""What each place's users do, on the pages of its own demonstration; row by row of what the stations are known for."""

from __future__ import annotations

import io
import zipfile
from collections import Counter

import pytest
from django.db.models import Count
from django.test import Client

from fengqiao.accounts.models import Person
from fengqiao.lib import clock
from fengqiao.matters.models import Consultation, FollowUp, JointMember, Matter
from fengqiao.mediation.models import MediationCase, Session
from fengqiao.teams import queries
from fengqiao.teams.models import Appointment, Duty, DutyList, Evidence, Partner, Resource, Team
from fengqiao.territory.models import Area, Beat, BeatGrid
from tests.places.conftest import BACKEND, Demo

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]
s1, s2, s3, s4, s5 = (
    pytest.mark.parametrize("demo", [key], indirect=True) for key in ("s1", "s2", "s3", "s4", "s5")
)


def lists() -> dict[str, DutyList]:
    return {row.key: row for row in DutyList.objects.filter(active=True)}


# -- S1 ------------------------------------------------------------------------------------------------------


@s1
def test_s1_1_a_dispute_shows_who_settled_it_together(demo: Demo) -> None:
    shared = Matter.objects.filter(kind="dispute", outcome="agreement").annotate(n=Count("joint_members"))
    matter = shared.order_by("-n", "pk")[0]
    page = demo.page("duty_officer", f"/desk/matters/{matter.number}/")
    assert "一起办的人" in page
    for member in JointMember.objects.filter(matter=matter).select_related("person"):
        assert member.person is not None
        assert member.person.name in page
        assert member.person.title in page
    assert JointMember.objects.filter(matter=matter, leads=True, person=matter.owner).count() == 1
    assert "发现能调解的纠纷" in demo.page("duty_officer", "/desk/mediation/figures/?span=all")


@s1
def test_s1_2_every_closed_dispute_was_looked_back_at(demo: Demo) -> None:
    closed = Matter.objects.filter(kind="dispute", state="closed")
    assert closed.count() > 50
    held = FollowUp.objects.filter(state="done", matter__in=closed).values("matter_id").distinct()
    assert held.count() == closed.count()
    loop = lists()["closed_loop"]
    assert all(state.last for state in queries.item_states(of=loop))
    assert "源头防范-联合化解-跟踪反馈-深层治理" in demo.page(
        "station_head", f"/desk/people/mechanisms/{loop.pk}/"
    )


@s1
def test_s1_3_hard_disputes_are_conferred_on_with_departments(demo: Demo) -> None:
    row = Consultation.objects.exclude(decided_at=None).annotate(n=Count("tasks")).order_by("-n")[0]
    assert {p.kind for p in row.partners.all()} == {"street_office", "justice", "law_firm"}
    assert all(task.done_at or task.due_at > clock.now() for task in row.tasks.all())
    page = demo.page("station_head", f"/desk/matters/{row.matter.number}/")
    assert "会商" in page
    assert row.conclusion[:12] in page
    pooled = demo.page("street_staff", f"/desk/people/mechanisms/{lists()['pooled_assessment'].pk}/")
    assert "汇总一周警情" in pooled
    assert pooled.count("台账 ") >= 3


# -- S2 ------------------------------------------------------------------------------------------------------


@s2
def test_s2_1_beats_and_grids_lie_over_each_other_with_pairs_and_one_list(demo: Demo) -> None:
    assert Beat.objects.count() == 19
    assert BeatGrid.objects.filter(main=True).count() == Area.objects.filter(rank="grid").count() == 60
    page = demo.page("duty_officer", "/desk/territory/beats/")
    assert "19 个警务区" in page
    for beat in Beat.objects.all():
        assert f"/desk/matters/?beat={beat.pk}" in page
    workers = Appointment.objects.filter(role="grid_worker").select_related("person")
    assert all(row.person.name in page for row in workers)
    officer, worker = (Person.objects.get(username=u) for u in ("beat_officer", "grid_worker"))
    own = officer.appointments.get().beat
    assert own is not None
    assert BeatGrid.objects.filter(beat=own, grid=worker.appointments.get().area).exists()


@s2
def test_s2_1_the_list_of_a_beat_is_of_its_grids(demo: Demo) -> None:
    beat = Beat.objects.annotate(n=Count("grids__matters")).order_by("-n")[0]
    inside = Matter.objects.filter(area__in=beat.grids.all())
    page = demo.page("duty_officer", f"/desk/matters/?view=all&beat={beat.pk}")
    shown = {
        number
        for number in Matter.objects.values_list("number", flat=True)
        if f"/desk/matters/{number}/" in page
    }
    assert shown
    assert shown <= set(inside.values_list("number", flat=True))
    assert demo.page("duty_officer", "/desk/matters/?beat=nowhere")


@s2
def test_s2_6_mediation_is_counted_with_its_uncertainty(demo: Demo) -> None:
    page = demo.page("station_head", "/desk/mediation/figures/?span=twelve")
    assert "只算偶然，比例在" in page
    assert "近十二个月" in page
    assert (
        MediationCase.objects.filter(number__contains="人调字").count() == MediationCase.objects.count() > 20
    )


@s2
@pytest.mark.parametrize(
    ("key", "items"),
    [("nine_links", 9), ("six_joints", 6), ("six_points", 6), ("four_on_own", 4), ("four_stresses", 4)],
)
def test_s2_9_named_mechanisms_show_owner_rhythm_and_evidence(demo: Demo, key: str, items: int) -> None:
    row = lists()[key]
    states = queries.item_states(of=row)
    assert len(states) == items
    page = demo.page("station_head", f"/desk/people/mechanisms/{row.pk}/")
    for state in states:
        assert state.item.title in page
        assert state.last is not None, state.item.title
    assert "凭据" in page
    assert Evidence.objects.filter(item__list=row).count() >= items
    assert "：已落实" not in " ".join(Evidence.objects.filter(item__list=row).values_list("text", flat=True))


# -- S3 ------------------------------------------------------------------------------------------------------


@s3
def test_s3_3_rooms_of_several_kinds_and_partners_of_each_circle(demo: Demo) -> None:
    rooms = Counter(Resource.objects.values_list("kind", flat=True))
    assert [rooms[k] for k in ("lake_room", "mall_room", "industry_room", "police_room", "street_centre")] == [
        1, 1, 1, 3, 3,
    ]  # fmt: skip
    assert {"park", "weather", "rescue", "mall", "battery_firm", "court", "environment", "water"} <= set(
        Partner.objects.values_list("kind", flat=True)
    )
    page = demo.page("station_head", "/desk/people/partners/")
    for words in ("明湖公园管理处", "湖畔调解点", "商圈消费调解室", "园区劳资调解室", "专业救援队"):
        assert words in page
    assert not Session.objects.filter(room__isnull=True).exists()
    four = lists()["four_joints"]
    assert [s.item.title[:4] for s in queries.item_states(of=four)] == [
        "组织联建",
        "队伍联动",
        "资源联享",
        "工作联抓",
    ]


@s3
def test_s3_5_chat_talk_is_pasted_and_parted_and_a_lost_child_is_in_it(demo: Demo) -> None:
    client = Client()
    client.force_login(Person.objects.get(username="duty_officer"), backend=BACKEND)
    talk = "张姐 18:02\n3栋楼上又漏水了，两家吵起来了\n李哥 18:05\n孩子在湖边走丢了，六岁，穿红衣服"
    answer = client.post("/desk/chat/", {"text": talk})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "漏水" in page
    assert "走丢" in page
    assert demo.page("informant", "/field/note/")


# -- S4 ------------------------------------------------------------------------------------------------------


@s4
def test_s4_1_every_village_has_an_assistant_with_certificate_term_and_duties(demo: Demo) -> None:
    villages = Area.objects.filter(rank="village")
    rows = Appointment.objects.filter(role="police_assistant").select_related("area", "person")
    assert villages.count() == 5
    assert {row.area_id for row in rows} == {v.pk for v in villages}
    today = clock.local(clock.now()).date()
    for row in rows:
        assert row.certificate_no
        assert row.valid_to is not None
        assert row.valid_from <= today < row.valid_to
        assert "三排查" in row.duties
    client = Client()
    client.force_login(Person.objects.get(username="station_head"), backend=BACKEND)
    paper = client.post(f"/desk/people/appointments/{rows[0].pk}/certificate/")
    content = paper.getvalue()
    text = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert rows[0].person.name in text
    assert "警务助理" in text


@s4
def test_s4_3_the_special_team_has_one_leader_of_each_house(demo: Demo) -> None:
    team = Team.objects.get(kind="special_team")
    leaders = [m.person for m in team.memberships.filter(leads=True).select_related("person")]
    assert [p.appointments.first().role for p in leaders] == ["station_head", "street_staff"]  # type: ignore[union-attr]
    page = demo.page("duty_officer", f"/desk/people/teams/{team.pk}/")
    assert all(p.name in page and p.title in page for p in leaders)
    wanted = {
        "beat_officer", "village_auxiliary", "police_assistant", "safety_assistant", "committee_member", "grid_worker",
    }  # fmt: skip
    for village in Team.objects.filter(kind="community_team"):
        roles = set(
            Appointment.objects.filter(person__memberships__team=village).values_list("role", flat=True)
        )
        assert roles == wanted


@s4
def test_s4_5_shop_quarrels_end_in_recorded_agreements_with_village_people(demo: Demo) -> None:
    helped = {"police_assistant", "village_auxiliary", "safety_assistant", "auxiliary", "committee_member"}
    joined = JointMember.objects.filter(matter__kind="dispute", person__appointments__role__in=helped)
    assert joined.exists()
    case = MediationCase.objects.filter(outcome="oral", agreement__terms__isnull=False).first()
    assert case is not None
    page = demo.page("duty_officer", f"/desk/mediation/{case.uid}/")
    term = case.agreement.terms.all()[0]
    assert term.text in page


# -- S5 ------------------------------------------------------------------------------------------------------


@s5
def test_s5_1_four_levels_answer_for_each_village(demo: Demo) -> None:
    villages = list(Area.objects.filter(rank="village"))
    assert len(villages) == 97
    ground: dict[int, set[int]] = {}
    for beat, village in BeatGrid.objects.filter(main=True).values_list("beat_id", "grid__parent_id"):
        ground.setdefault(beat, set()).add(village or 0)
    assert sorted({len(found) for found in ground.values()}) == [13, 14]
    officers = Appointment.objects.filter(role="village_officer")
    assert officers.count() == officers.values("beat_id").distinct().count() == 7
    volunteers = Appointment.objects.filter(role="village_volunteer").values("area_id").distinct()
    assert {v.pk for v in villages} <= {row["area_id"] for row in volunteers}
    crew = Duty.objects.filter(person__appointments__role="village_officer").exclude(kind="beat")
    assert not crew.exists()
    page = demo.page("station_head", f"/desk/territory/{villages[40].pk}/")
    levels = [page.index(f">{words}<") for words in ("所长", "社区民警", "专职驻村辅警", "守望志愿者")]
    assert levels == sorted(levels)


@s5
def test_s5_2_five_joints_and_seven_alliances(demo: Demo) -> None:
    joints = lists()["five_joints"]
    assert [s.item.title[:2] for s in queries.item_states(of=joints)] == [
        "联防",
        "联调",
        "联岗",
        "联治",
        "联创",
    ]
    assert all(s.last for s in queries.item_states(of=joints))
    assert len(queries.item_states(of=lists()["watch_alliance"])) == 7
    alliances = Team.objects.filter(kind="alliance")
    assert alliances.count() == alliances.values("area_id").distinct().count() == 7
    page = demo.page("station_head", "/desk/people/teams/")
    assert all(team.name in page for team in alliances)


@s5
def test_s5_7_figures_name_the_three_levels_and_what_was_kept_from_violence(demo: Demo) -> None:
    page = demo.page("station_head", "/desk/mediation/figures/?span=twelve")
    assert "避免激化" in page
    assert "只算偶然，比例在" in page
    assert set(MediationCase.objects.values_list("level", flat=True)) <= {
        "village",
        "community",
        "street",
        "station",
    }
    assert all(m.kept_from_violence_why for m in Matter.objects.filter(kept_from_violence=True))


# -- all of them ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("demo", ["s1", "s3", "s5"], indirect=True)
def test_the_people_of_the_sign_in_page_work_near_one_another_and_nobody_stands_in_two_places(
    demo: Demo,
) -> None:
    officer, beat_officer = (Person.objects.get(username=u) for u in ("duty_officer", "beat_officer"))
    street = officer.appointments.get().area
    beats = [row.beat for row in beat_officer.appointments.select_related("beat")]
    assert {beat.area_id for beat in beats if beat} == {street.pk if street else 0}
    last: dict[int, tuple[object, int]] = {}
    for row in Duty.objects.order_by("person_id", "starts_at"):
        before = last.get(row.person_id)
        assert before is None or row.starts_at >= before[0] or row.kind == "lead", row.person_id  # type: ignore[operator]
        last[row.person_id] = (row.ends_at, row.pk)
