"""One of everything in the cast's township, and the words that pages about it must show.

Nothing here depends on which ids a database hands out: every value is kept under a name of its own.
"""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from fengqiao.accounts import actions as accounts
from fengqiao.accounts.scope import RESIDENT, Actor
from fengqiao.intake import imports
from fengqiao.intake.actions import accept_report, keep_model, link_report, receive_report, refresh_topics
from fengqiao.intake.drafts import ContactDraft, UploadedPhoto
from fengqiao.intake.models import Report, TrainingRun
from fengqiao.lib import clock
from fengqiao.matters import actions as matters
from fengqiao.matters.models import Category, Matter
from fengqiao.mediation import actions as mediation
from fengqiao.mediation.models import MediationCase
from fengqiao.notices.models import Notice
from fengqiao.teams import actions as teams
from fengqiao.teams.actions.groups import MemberDraft
from fengqiao.teams.models import Appointment, DutyList
from fengqiao.territory.models import MapFeature
from tests.cast import Cast
from tests.intake.small_models import packed
from tests.intake.topics import raise_topic
from tests.mediation.conftest import Room
from tests.portal.helpers import photo

LEAK = "锦澜苑 5 栋 302 卫生间漏水，202 天花板掉皮，两家在楼道里吵"


@dataclass
class House:
    """The cast with one of everything. ``known``: values and titles by name, for addresses and headings."""

    cast: Cast
    known: dict[str, str] = field(default_factory=dict)
    told: int = 0

    def by(self, name: str) -> Actor:
        """The actor of one of the cast."""
        return self.cast.actor(name)

    def keep(self, **values: Any) -> None:
        """Remember values under their names."""
        self.known |= {name: str(value) for name, value in values.items()}

    def tell(self, text: str = LEAK, **more: Any) -> Report:
        """A resident's report in grid 1."""
        self.told += 1
        given = {"place": self.cast.places["jinlan"], "contact": ContactDraft("张三", "13800005120", True)}
        key = f"house-{self.told}"
        return receive_report(by=RESIDENT, channel="portal", text=text, key=key, **{**given, **more}).report

    def open(self, name: str, title: str, *, accepted: bool = True) -> Matter:
        """A matter of the beat officer, kept under ``name`` with its title."""
        found = matters.open_matter(
            by=self.by("duty"),
            category=Category.objects.get(code="NB2", valid_to__isnull=True),
            title=title,
            summary="卫生间天花板一直滴水，说了两次没修",
            area=self.cast.areas["grid1"],
            place=self.cast.places["jinlan"],
            origin="resident",
            owner=self.cast.people["officer"],
            lat=30.02,
            lon=120.02,
        )
        self.keep(**{name: found.number, f"{name}_title": title})
        return matters.accept(found, by=self.by("officer")) if accepted else found


def furnish(cast: Cast) -> House:
    """Bring one of everything into the cast's township, each by whose work it is."""
    house = House(cast)
    for fill in (
        _reports,
        _matters,
        _mediation,
        _people,
        _teams,
        _duty,
        _mechanisms,
        _topics,
        _models,
        _rest,
    ):
        fill(house)
    return house


def _reports(house: House) -> None:
    duty, officer = house.by("duty"), house.cast.people["officer"]
    waiting = house.tell(photos=[UploadedPhoto("a.jpg", photo().read())], place_text="5 栋 302")
    picture = waiting.attachments.get()
    house.keep(report=waiting.pk, receipt=waiting.code, photo=picture.uid)
    noted = receive_report(
        by=house.by("grid_worker"),
        channel="field",
        text="楼道堆满纸箱",
        key="noted",
        area=house.cast.areas["grid1"],
    ).report
    house.keep(noted=noted.code)
    held = accept_report(house.tell("餐馆油烟往家里灌"), by=duty, category="NB2", owner=officer)
    held = matters.accept(held, by=house.by("officer"))
    done = held.reports.get()
    matters.reply(held, by=house.by("officer"), text="已经带店主装了净化器，请再看两天")
    matters.resolve(held, by=house.by("officer"), outcome="fixed", text="换了净化器", cause="滤网坏了")
    house.keep(done=done.code, resolved=held.number, resolved_title=held.title)
    house.keep(follow_up=held.follow_ups.order_by("due_at")[0].pk)


def _matters(house: House) -> None:
    officer, soon = house.by("officer"), clock.now() + timedelta(days=2)
    active = house.open("active", "5 栋 302 漏到 202")
    other = house.open("other", "另一处漏水")
    member = matters.join(active, by=officer, person=house.cast.people["grid_worker"], task="陪着上门")
    row = matters.promise(active, by=officer, what="查漏点", who="302 户主", due_at=soon)
    link = matters.link(active, by=officer, other=other, kind="similar")
    house.keep(member=member.pk, promise=row.pk, link=link.pk)
    asked = {"partners": [house.cast.partners["water"]], "held_at": soon}
    first = matters.consult(active, by=officer, question="主管道谁来修", **asked)
    draft = matters.TaskDraft("换主管道", soon, person=house.cast.people["officer"])
    matters.decide(first, by=officer, conclusion="水务公司先修，费用再分", tasks=[draft])
    second = matters.consult(active, by=officer, question="费用怎么分", **asked)
    house.keep(consultation=second.pk, task=active.tasks.get().pk)
    house.open("assigned", "7 栋漏水", accepted=False)
    paused = house.open("paused", "9 栋漏水")
    matters.pause(paused, by=officer, reason="等配件", until=soon)
    merged = house.open("merged", "5 栋漏水又来说")
    house.keep(merge=matters.merge(merged, by=house.by("duty"), into=other).pk)
    linked = house.tell("还是 5 栋漏水")
    link_report(linked, by=house.by("duty"), matter=other)
    house.keep(linked=linked.pk)


def _mediation(house: House) -> None:
    """One before it begins, one under way, one with a draft, one agreed; each of a matter of its own."""
    room = Room(house.cast)
    checked = _case(house, room, "checked", "11 栋漏水")
    party = room.party(checked, "applicant", "张建华", phone="13812345120")
    room.party(checked, "respondent", "刘芳", phone="13912345678")
    house.keep(party=party.pk)
    running = room.started(_case(house, room, "running", "13 栋漏水"))
    held = room.held(running)
    planned = room.session(running, planned_at=clock.now() + timedelta(hours=5))
    house.keep(session=planned.pk, held=held.pk)
    drafted = room.started(_case(house, room, "drafted", "15 栋漏水"))
    mediation.draft_agreement(
        drafted, by=room.by(), form="written", facts="302 防水失修", terms=room.terms(drafted)
    )
    agreed = room.started(_case(house, room, "agreed", "17 栋漏水"))
    terms = room.agreed(agreed).terms.order_by("pk")
    house.keep(term=terms[0].pk)
    paper = mediation.make_document(agreed, by=room.by(), kind="agreement")
    house.keep(document=paper.uid, paper=paper.kind)


def _case(house: House, room: Room, name: str, title: str) -> MediationCase:
    case = room.case(house.open(f"{name}_matter", title))
    house.keep(**{name: case.uid, f"{name}_title": title})
    return case


def _people(house: House) -> None:
    head, people = house.by("head"), house.cast.people
    accounts.set_phone(people["officer"], by=house.by("officer"), phone="13700001234")
    gone = people["volunteer"]
    accounts.deactivate(gone, by=head, reason="搬走了")
    term = Appointment.objects.get(person=people["assistant"])
    named = teams.appoint(people["committee"], by=head, role="mediator", area=house.cast.areas["community"])
    house.keep(
        person=people["officer"].pk, person_name=people["officer"].name, gone=gone.pk, gone_name=gone.name,
        appointment=term.pk, certificate=named.pk, certificate_name=people["committee"].name,
        appointed_name=people["assistant"].name,
    )  # fmt: skip
    token = accounts.issue_token(people["head"], by=head, label="统计程序")
    house.keep(token=token.token.pk, token_name="统计程序")


def _teams(house: House) -> None:
    head, people, areas = house.by("head"), house.cast.people, house.cast.areas
    members = [MemberDraft(people["officer"], leads=True), MemberDraft(people["grid_worker"], task="走访")]
    team = teams.make_team(
        by=head, kind="community_team", code="SQ-01", name="锦澜社区队", area=areas["community"],
        members=members, purpose="一起看着这一片",
    )  # fmt: skip
    member = team.memberships.get(person=people["grid_worker"])
    tool = teams.add_resource(
        by=head, kind="equipment", name="测漏仪", area=areas["street"], partner=house.cast.partners["water"]
    )
    house.keep(
        team=team.pk, team_name=team.name, membership=member.pk, resource=tool.pk, resource_name=tool.name,
        partner=house.cast.partners["water"].pk, partner_name=house.cast.partners["water"].name,
    )  # fmt: skip


def _duty(house: House) -> None:
    people, start = house.cast.people, clock.now() + timedelta(hours=1)
    given = {"by": house.by("head"), "kind": "beat", "beat": house.cast.beats["beat1"]}
    mine = teams.plan_duty(people["officer"], starts_at=start, ends_at=start + timedelta(hours=8), **given)
    day = timedelta(days=1)
    later = teams.plan_duty(
        people["officer"], starts_at=start + day, ends_at=start + day + timedelta(hours=8), **given
    )
    swap = teams.ask_swap(later, by=house.by("officer"), to=people["auxiliary"], why="孩子家长会")
    house.keep(duty=mine.pk, swap=swap.pk)


def _mechanisms(house: House) -> None:
    teams.load_mechanisms()
    found = DutyList.objects.order_by("pk")[0]
    item = found.items.order_by("pk")[0]
    house.keep(mechanism=found.pk, mechanism_name=found.name, item=item.pk)


def _topics(house: House) -> None:
    raise_topic(house.cast)
    sheet = refresh_topics(by=house.by("duty"))
    topic = sheet.topics.filter(shown_on__isnull=False).order_by("rank")[0]
    house.keep(topic=topic.first_id, topic_name=topic.name)


def _models(house: House) -> None:
    """A kept model and a training that is over; what proposes stays as it is."""
    with tempfile.TemporaryDirectory() as folder:
        model = keep_model(by=house.by("admin"), name="邻所.npz", content=packed(Path(folder)))
    now = clock.now()
    found = {"tested": 60, "new_right": 44, "old_right": 36, "only_new": 11, "only_old": 3, "old": ""}
    run = TrainingRun.objects.create(
        state="done", open=None, share=1.0, confirmed=240, held_back=60, model=model, compared=found,
        by=house.cast.people["admin"], created_at=now, seen_at=now, finished_at=now,
    )  # fmt: skip
    house.keep(model=model.pk, model_name=model.version, training=run.uid, run=run.pk)


def _rest(house: House) -> None:
    cast = house.cast
    grid, place = cast.areas["grid1"], cast.places["jinlan"]
    house.keep(
        area=grid.pk, area_name=grid.name, beat=cast.beats["beat1"].pk, beat_name=cast.beats["beat1"].name,
        place=place.pk, place_name=place.name,
    )  # fmt: skip
    MapFeature.objects.create(
        kind="road", geometry={"type": "LineString", "coordinates": [[120.0, 30.02], [120.2, 30.03]]}
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "12 月的表.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([["编号", "内容"], ["A1", "三楼堆满纸箱怕着火"], ["A2", ""]])
        job = imports.start_job(path, by=house.by("duty"), mapping={"external_id": "编号", "body": "内容"})
    house.keep(job=imports.step(job, seconds=5).uid)
    house.keep(notice=Notice.objects.filter(to=cast.people["officer"]).order_by("pk")[0].pk)
