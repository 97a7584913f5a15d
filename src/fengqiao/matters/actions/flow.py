"""Opening a matter and passing it on: who answers for it, what comes next."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.lib.text import clean, one_line
from fengqiao.matters import clockwork, owners
from fengqiao.matters.actions._base import (
    future,
    move,
    next_number,
    record,
    rights_over,
    said,
    save,
    step,
    take,
    working_person,
)
from fengqiao.matters.choices import EventKind, PromiseKind, State
from fengqiao.matters.models import Category, Matter, Promise
from fengqiao.matters.search import index_matter
from fengqiao.notices.actions import notify
from fengqiao.teams.queries import Answer
from fengqiao.territory.models import Area, Place

FIRST_STEP = "联系反映人，看现场"


@transaction.atomic
def open_matter(
    *,
    by: Actor,
    category: Category,
    title: str,
    area: Area,
    origin: str,
    severity: int | None = None,
    place: Place | None = None,
    place_text: str = "",
    lat: float | None = None,
    lon: float | None = None,
    unplaced: bool = False,
    summary: str = "",
    about: Person | None = None,
    owner: Person | None = None,
    owner_because: str = "",
    next_step: str = "",
    due_at: datetime | None = None,
    outside_due_at: datetime | None = None,
    threatening: bool = False,
) -> Matter:
    """Open a matter with an owner, a next step and a promised first result; its first event is written with it.

    Points are WGS-84 degrees, times aware UTC. Without ``owner`` the category, the place and the hour decide.
    Raises NotAllowed when the actor may not open matters over ``area``.
    """
    _may_open(by, area)
    severity = severity or category.severity
    answer = Answer(owner, owner_because, False) if owner else _first_owner(category, area, about)
    now = clock.now()
    matter = _draft(category, area, severity, now, outside_due_at)
    matter.title = one_line(title, limit=120) or category.zh
    matter.summary = clean(summary)
    matter.place, matter.place_text = place, one_line(place_text, limit=160)
    matter.lat, matter.lon, matter.unplaced = lat, lon, unplaced
    matter.about, matter.origin, matter.threatening = about, origin, threatening
    matter.opened_by_id = by.person_id
    matter.owner = working_person(answer.person, matter)
    matter.owner_because = answer.because[:120]
    deadline = matter.deadline_at or now
    step(matter, next_step or FIRST_STEP, future(due_at, what=_("完成时间")) if due_at else deadline)
    save(matter)
    _promise_result(matter, answer.person, "给第一次结果", deadline)
    index_matter(matter)
    data = {"category": category.code, "severity": severity}
    record(matter, EventKind.OPENED, by, matter.title, data=data, public=True)
    given = {"to": answer.person.pk, "name": answer.person.name}
    record(matter, EventKind.ASSIGNED, by, matter.owner_because, data=given, public=True)
    _tell(matter, answer.person, by, "assigned", f"新事项：{matter.title}")
    return matter


def _may_open(by: Actor, area: Area) -> None:
    rights = ("report.triage", "matter.handle")
    if not by.is_system and not any(by.scope.can(right, area.path) for right in rights):
        raise NotAllowed(_("在这个地方立事项不在您的职责里，请报给值班民警"))


def _first_owner(category: Category, area: Area, about: Person | None) -> Answer:
    return owners.first_owner(category, area, exclude={about.pk} if about else ())


def _draft(category: Category, area: Area, severity: int, now: datetime, outside: datetime | None) -> Matter:
    """A matter with everything that follows from its category, place and hour."""
    handling = current_place().start_level(category.level)
    year = clock.local(now).year
    due = clockwork.first_result_due(
        category.due_amount, category.due_unit, severity=severity, start=now, outside=outside
    )
    return Matter(
        number=f"{year}-{next_number(f'matter-{year}'):05d}",
        kind=category.kind,
        category=category,
        severity=severity,
        level=handling.key,
        state=State.ASSIGNED,
        deadline_at=max(due, now),
        level_due_at=clockwork.level_due(now, handling.days),
        area=area,
        restricted=category.restricted,
        opened_at=now,
    )


def _promise_result(matter: Matter, person: Person, what: str, due_at: datetime) -> None:
    Promise.objects.create(
        matter=matter,
        kind=PromiseKind.RESULT,
        what=what,
        who=person.name,
        person=person,
        due_at=due_at,
        public=True,
        made_at=clock.now(),
    )


def _tell(matter: Matter, person: Person, by: Actor, kind: str, text: str) -> None:
    """Notify, except about one's own doing; a restricted matter is named by number only."""
    if person.pk != by.person_id:
        shown = f"{matter.number} 有新情况" if matter.restricted else text
        notify(person, kind, shown[:300], f"/desk/matters/{matter.number}/")


@transaction.atomic
def assign(
    matter: Matter,
    *,
    by: Actor,
    to: Person,
    because: str = "",
    next_step: str = "",
    due_at: datetime | None = None,
    version: int | None = None,
) -> Matter:
    """Give the matter to ``to``, who now owns it until they accept or decline."""
    found = take(matter, "assign", by, version)
    found.owner = working_person(to, found)
    found.owner_because = one_line(because, limit=120)
    move(found, "assign")
    found.paused_at = found.resume_at = None
    step(
        found,
        next_step or found.next_step,
        future(due_at, what=_("完成时间")) if due_at else _still_ahead(found),
    )
    save(found)
    record(
        found, EventKind.ASSIGNED, by, found.owner_because, data={"to": to.pk, "name": to.name}, public=True
    )
    _tell(found, to, by, "assigned", f"交给您：{found.title}")
    return found


def _still_ahead(matter: Matter) -> datetime:
    """The due time that stands, or, when it has passed, the next working day's end."""
    now = clock.now()
    if matter.due_at and matter.due_at > now:
        return matter.due_at
    return clockwork.days_later(now, 1)


@transaction.atomic
def accept(matter: Matter, *, by: Actor, version: int | None = None) -> Matter:
    """The owner takes the matter up."""
    found = take(matter, "accept", by, version)
    move(found, "accept")
    found.accepted_at = clock.now()
    save(found)
    record(found, EventKind.ACCEPTED, by, public=True)
    return found


@transaction.atomic
def decline(matter: Matter, *, by: Actor, reason: str, version: int | None = None) -> Matter:
    """The owner hands the matter back with a reason; the duty desk owns it from this moment."""
    found = take(matter, "decline", by, version)
    why = said(reason, what=_("退回的原因"), field="reason", limit=300)
    answer = owners.pick(found.area, ("duty_officer", "station_head"), exclude=_excluded(found, by))
    found.owner = answer.person
    found.owner_because = f"退回：{answer.because}"[:120]
    step(found, "重新交办", clockwork.span_due(clock.now(), 2, "h", severity=found.severity))
    save(found)
    record(found, EventKind.DECLINED, by, why, data={"to": answer.person.pk, "name": answer.person.name})
    _tell(found, answer.person, by, "declined", f"被退回，请重新交办：{found.title}")
    return found


def _excluded(matter: Matter, by: Actor) -> Collection[int]:
    return {pk for pk in (by.person_id, matter.about_id) if pk}


@transaction.atomic
def transfer(
    matter: Matter,
    *,
    by: Actor,
    to: Person,
    reason: str,
    area: Area | None = None,
    version: int | None = None,
) -> Matter:
    """Hand the matter on to somebody else, if need be in another area; history goes along."""
    found = take(matter, "transfer", by, version)
    why = said(reason, what=_("转交的原因"), field="reason", limit=300)
    data: dict[str, Any] = {"to": to.pk, "name": to.name, "from": found.owner_id}
    if area is not None and area.pk != found.area_id:
        data["from_area"] = found.area_id
        found.area = area
    found.owner = working_person(to, found)
    found.owner_because = "转交"
    move(found, "transfer")
    step(found, found.next_step, _still_ahead(found))
    save(found)
    record(found, EventKind.TRANSFERRED, by, why, data=data, public=True)
    _tell(found, to, by, "assigned", f"转给您：{found.title}")
    return found


@transaction.atomic
def urge(matter: Matter, *, by: Actor, text: str) -> Matter:
    """Press for progress; the owner is told, the due time stays."""
    found = take(matter, "urge", by)
    why = said(text, what=_("催办的话"), limit=300)
    save(found)
    record(found, EventKind.URGED, by, why, public=by.kind == "resident")
    if found.owner:
        _tell(found, found.owner, by, "urged", f"催办：{found.title}")
    return found


@transaction.atomic
def record_progress(
    matter: Matter,
    *,
    by: Actor,
    text: str,
    public: bool = False,
    next_step: str = "",
    due_at: datetime | None = None,
    version: int | None = None,
) -> Matter:
    """Note what was done; optionally say what comes next and by when."""
    found = take(matter, "progress", by, version)
    words = said(text, what=_("做了什么"), limit=4000)
    if next_step or due_at:
        step(
            found,
            next_step or found.next_step,
            future(due_at, what=_("下一步的时间")) if due_at else _still_ahead(found),
        )
    save(found)
    record(found, EventKind.PROGRESS, by, words, data={"next": found.next_step}, public=public)
    return found


@transaction.atomic
def set_next_step(
    matter: Matter, *, by: Actor, next_step: str, due_at: datetime, why: str = "", version: int | None = None
) -> Matter:
    """Change what comes next or by when; the old time stays in history."""
    found = take(matter, "next_step", by, version)
    words = said(next_step, what=_("下一步做什么"), field="next_step", limit=200)
    old = found.due_at.isoformat() if found.due_at else ""
    step(found, words, future(due_at, what=_("下一步的时间")))
    save(found)
    text = f"{words}：{clean(why, limit=300)}" if why else words
    record(found, EventKind.NEXT_STEP, by, text, data={"old_due": old})
    return found


@transaction.atomic
def reply(matter: Matter, *, by: Actor, text: str) -> Matter:
    """Answer the people who reported, in words they will read on their receipt."""
    found = take(matter, "reply", by)
    words = said(text, what=_("给居民的答复"), limit=2000)
    save(found)
    record(found, EventKind.REPLIED, by, words, public=True)
    return found


@transaction.atomic
def withdraw(matter: Matter, *, by: Actor, reason: str) -> Matter:
    """Take back a matter opened by mistake, within ten minutes and before anybody worked on it.

    Refused while a report hangs on it: the report would go down with it (``intake.actions.withdraw_matter``
    brings its reports back to the inbox first).
    """
    found = take(matter, "withdraw", by)
    if found.reports.exists():
        raise Refusal(_("这件事里有反映，请在收件里撤销受理或拆出，反映才会回到收件"), code="has_reports")
    if by.person_id != found.opened_by_id and "matter.assign" not in rights_over(found, by):
        raise OutOfReach
    late = (clock.now() - found.opened_at).total_seconds() > 600
    touched = found.events.exclude(
        kind__in=[EventKind.OPENED, EventKind.ASSIGNED, EventKind.REPORT_LINKED]
    ).exists()
    if late or touched:
        raise Refusal(_("已经有人接手或过了 10 分钟，不能撤回；需要的话请转交或写明结果"), code="too_late")
    move(found, "withdraw")
    found.closed_at = clock.now()
    Promise.objects.filter(matter=found, state="open").update(state="withdrawn", settled_at=clock.now())
    save(found)
    record(found, EventKind.WITHDRAWN, by, said(reason, what=_("撤回的原因"), field="reason", limit=300))
    return found


@transaction.atomic
def report_linked(matter: Matter, *, by: Actor, text: str, public: bool = False) -> Matter:
    """Another report is about this matter: its words join the story (and the search)."""
    found = take(matter, "report_linked", by)
    save(found)
    record(found, EventKind.REPORT_LINKED, by, text, public=public)
    index_matter(found, *found.events.filter(kind=EventKind.REPORT_LINKED).values_list("text", flat=True))
    return found


@transaction.atomic
def report_unlinked(matter: Matter, *, by: Actor, text: str) -> Matter:
    """A report was taken out of this matter again."""
    found = take(matter, "report_unlinked", by)
    save(found)
    record(found, EventKind.REPORT_UNLINKED, by, text)
    return found
