"""Climbing the place's ladder, pausing with a reason, and correcting what a matter is and where."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.lib.text import clean, one_line
from fengqiao.matters import clockwork, owners, rules
from fengqiao.matters.actions._base import (
    future,
    move,
    record,
    rights_over,
    said,
    save,
    step,
    take,
    working_person,
)
from fengqiao.matters.choices import EventKind, State
from fengqiao.matters.models import Category, Escalation, JointMember, Matter
from fengqiao.matters.search import index_matter
from fengqiao.notices.actions import notify
from fengqiao.territory.models import Area, Place


@transaction.atomic
def escalate(
    matter: Matter,
    *,
    by: Actor,
    tried: str,
    blocked_by: str,
    to: Person | None = None,
    version: int | None = None,
) -> Matter:
    """Hand the matter up one step of the ladder with what was tried and what blocks it; the lower level stays in.

    Raises Refusal at the top of the ladder.
    """
    found = take(matter, "escalate", by, version)
    above = current_place().next_level(found.level)
    if above is None:
        raise Refusal(_("已经在最高一级了。可以请有关部门会商，或转有关单位"), code="top")
    was, before = found.level, found.owner
    if to is None:
        answer = owners.level_owner(above.key, found.area, exclude={found.about_id} if found.about_id else ())
        to, because = answer.person, answer.because
    else:
        because = f"{current_place().level(above.key).zh}接办"
    now = clock.now()
    Escalation.objects.create(
        matter=found,
        from_level=was,
        to_level=above.key,
        at=now,
        by_id=by.person_id,
        automatic=by.is_system,
        tried=said(tried, what=_("试过什么"), field="tried"),
        blocked_by=said(blocked_by, what=_("卡在哪里"), field="blocked_by"),
    )
    found.level = above.key
    found.escalations_count += 1
    found.level_due_at = clockwork.level_due(now, above.days)
    found.owner = working_person(to, found)
    found.owner_because = because[:120]
    move(found, "escalate")
    found.paused_at = found.resume_at = None
    step(found, f"{above.zh}接手，定下怎么办", clockwork.days_later(now, 2 if found.severity > 2 else 1))
    save(found)
    _lower_stays(found, before, to, now)
    record(
        found,
        EventKind.ESCALATED,
        by,
        f"{clean(tried, limit=2000)}。卡在：{clean(blocked_by, limit=2000)}",
        data={"from": was, "to": above.key, "owner": to.pk, "name": to.name},
        public=True,
    )
    if to.pk != by.person_id:
        notify(to, "escalated", f"上报到您这里：{found.number}", f"/desk/matters/{found.number}/")
    return found


def _lower_stays(matter: Matter, before: Person | None, now_owner: Person, at: datetime) -> None:
    if before is None or before.pk == now_owner.pk:
        return
    JointMember.objects.filter(matter=matter, left_at__isnull=True, leads=True).update(leads=False)
    if not JointMember.objects.filter(matter=matter, person=before, left_at__isnull=True).exists():
        JointMember.objects.create(matter=matter, person=before, task="原来经办", joined_at=at)
    lead, made = JointMember.objects.get_or_create(
        matter=matter,
        person=now_owner,
        left_at=None,
        defaults={"leads": True, "joined_at": at, "task": "牵头"},
    )
    if not made:
        lead.leads = True
        lead.save(update_fields=["leads"])


@transaction.atomic
def pause(matter: Matter, *, by: Actor, reason: str, until: datetime, version: int | None = None) -> Matter:
    """Stop the clock of the next step with a reason, ten days at most; residents see that it waits and why not."""
    found = take(matter, "pause", by, version)
    why = said(reason, what=_("暂停的原因"), field="reason", limit=150)
    moment = future(until, what=_("恢复时间"), field="until")
    if moment > clock.now() + timedelta(days=rules.MAX_PAUSE_DAYS):
        raise Refusal(
            _("最多暂停 %(max_pause_days)s 天，到时可以再写原因") % {"max_pause_days": rules.MAX_PAUSE_DAYS},
            code="too_long",
            field="until",
        )
    move(found, "pause")
    found.paused_at = clock.now()
    found.resume_at = moment
    step(found, f"等：{why}", moment)
    save(found)
    record(found, EventKind.PAUSED, by, why, data={"until": moment.isoformat()}, public=True)
    return found


@transaction.atomic
def resume(matter: Matter, *, by: Actor) -> Matter:
    """Take a paused matter up again."""
    found = take(matter, "resume", by)
    move(found, "resume")
    found.paused_at = found.resume_at = None
    step(found, "接着办", clockwork.days_later(clock.now(), 1))
    save(found)
    record(found, EventKind.RESUMED, by, public=True)
    return found


@transaction.atomic
def reclassify(
    matter: Matter,
    *,
    by: Actor,
    category: Category,
    severity: int | None = None,
    why: str = "",
    version: int | None = None,
) -> Matter:
    """Correct what the matter is about; the deadline never moves later through it."""
    found = take(matter, "reclassify", by, version)
    if severity is not None and severity > found.severity and len(clean(why, limit=300)) < 2:
        raise Refusal(_("把轻重往下调，请写明理由"), code="missing", field="why")
    old = {"category": found.category.code, "severity": found.severity}
    found.category, found.kind = category, category.kind
    found.severity = severity or found.severity
    found.restricted = found.restricted or category.restricted
    due = clockwork.first_result_due(
        category.due_amount, category.due_unit, severity=found.severity, start=found.opened_at
    )
    found.deadline_at = min(due, found.deadline_at) if found.deadline_at else due
    save(found)
    record(
        found,
        EventKind.RECLASSIFIED,
        by,
        clean(why, limit=300) or category.zh,
        data={**old, "to": category.code},
    )
    return found


@transaction.atomic
def raise_severity(matter: Matter, *, by: Actor, severity: int, why: str) -> Matter:
    """Make a matter more urgent; never less."""
    found = take(matter, "raise", by)
    if not 1 <= severity < found.severity:
        raise Refusal(_("只能往更急的方向提"), code="not_higher", field="severity")
    found.severity = severity
    save(found)
    record(
        found,
        EventKind.RAISED,
        by,
        said(why, what=_("提级的理由"), field="why", limit=300),
        data={"severity": severity},
    )
    if found.owner and found.owner_id != by.person_id:
        notify(found.owner, "raised", f"提级：{found.number}", f"/desk/matters/{found.number}/")
    return found


@transaction.atomic
def place_matter(
    matter: Matter,
    *,
    by: Actor,
    area: Area,
    place: Place | None = None,
    place_text: str = "",
    lat: float | None = None,
    lon: float | None = None,
    version: int | None = None,
) -> Matter:
    """Say where the matter is (WGS-84 degrees); moving it into another area needs reach there."""
    found = take(matter, "place", by, version)
    if by.kind == "person" and not by.scope.can("territory.see", area.path):
        raise NotAllowed(_("那个地方不在您的职责范围内，请转交给那里的人"))
    old: dict[str, Any] = {"area": found.area_id, "place": found.place_id, "text": found.place_text}
    found.area, found.place, found.unplaced = area, place, False
    found.place_text = one_line(place_text, limit=160)
    found.lat, found.lon = lat, lon
    save(found)
    index_matter(found)
    record(found, EventKind.PLACED, by, found.place_text or area.name, data=old)
    return found


@transaction.atomic
def record_mediation(
    matter: Matter,
    *,
    by: Actor,
    text: str,
    data: dict[str, Any],
    next_step: str = "",
    due_at: datetime | None = None,
) -> Matter:
    """A step of a mediation, written into the matter's story by the mediation room."""
    found = take(matter, "mediate", by)
    if next_step and due_at:
        step(found, next_step, max(due_at, clock.now()))
    if found.state == State.ASSIGNED and by.person_id == found.owner_id:
        found.state = State.ACTIVE
        found.accepted_at = clock.now()
    save(found)
    record(found, EventKind.MEDIATION, by, said(text, what=_("调解情况")), data=data)
    return found


def rights_here(matter: Matter, by: Actor) -> set[str]:
    """Rights of ``by`` over the matter's area (for doors that show verbs)."""
    return rights_over(matter, by)
