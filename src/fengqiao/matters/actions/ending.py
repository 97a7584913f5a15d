"""Results, going back to look, reopening: a matter is over when it held, not when somebody says so."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import RESIDENT, SYSTEM, Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.text import clean, one_line
from fengqiao.matters import clockwork, owners, reference, rules
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
from fengqiao.matters.choices import (
    EventKind,
    FollowUpResult,
    FollowUpState,
    Outcome,
    PromiseKind,
    PromiseState,
    State,
)
from fengqiao.matters.models import FollowUp, JointMember, Matter, Promise, Rating
from fengqiao.notices.actions import notify

MAX_TRIES = 3
"""How often somebody tries to reach people for one follow-up before saying so in the record."""


@transaction.atomic
def resolve(
    matter: Matter,
    *,
    by: Actor,
    outcome: str,
    text: str,
    cause: str,
    kept_from_violence: bool = False,
    kept_why: str = "",
    version: int | None = None,
) -> Matter:
    """Record the result and its cause; the follow-ups of the reference data are planned with it.

    Nobody resolves a matter about themselves (it is out of their reach). Open promises of the handling itself
    end here; terms of agreements stay open and are watched.
    """
    found = take(matter, "resolve", by, version)
    if outcome not in Outcome.values:
        raise Refusal(_("请选一个结果"), code="missing", field="outcome")
    found.outcome = outcome
    found.outcome_text = said(text, what=_("结果怎样"), limit=2000)
    found.cause = said(one_line(cause, limit=200), what=_("起因"), field="cause", limit=200)
    if kept_from_violence:
        found.kept_from_violence = True
        found.kept_from_violence_why = said(
            one_line(kept_why, limit=300), what=_("凭什么说避免了激化"), field="kept_why", limit=300
        )
    now = clock.now()
    found.resolved_at = now
    move(found, "resolve")
    _settle_results(found, now)
    plan = _plan_follow_ups(found, now)
    step(found, f"回访：{plan.purpose}", plan.due_at)
    save(found)
    data = {"outcome": outcome, "cause": found.cause, "kept_from_violence": found.kept_from_violence}
    record(found, EventKind.RESOLVED, by, found.outcome_text, data=data, public=True)
    record(
        found,
        EventKind.FOLLOW_UP_PLANNED,
        by,
        plan.purpose,
        data={"due": plan.due_at.isoformat()},
        public=True,
    )
    return found


def _settle_results(matter: Matter, now: datetime) -> None:
    for row in Promise.objects.filter(matter=matter, state=PromiseState.OPEN, kind=PromiseKind.RESULT):
        row.state = PromiseState.KEPT if now <= row.due_at else PromiseState.BROKEN
        row.settled_at = now
        row.save()


def _plan_follow_ups(matter: Matter, now: datetime) -> FollowUp:
    features = {"threats"} if matter.threatening else set()
    rules_here = reference.follow_ups_for(
        reference.load_follow_ups(), kind=matter.kind, severity=matter.severity, features=features
    )
    matter.follow_ups.filter(state=FollowUpState.PLANNED, promise__isnull=True).update(
        state=FollowUpState.CANCELLED
    )
    owner = matter.owner
    if owner is None:
        raise Refusal(_("没有负责人，不能办结"), code="incomplete")
    rows = [
        FollowUp(
            matter=matter,
            rule=rule.key,
            purpose=rule.zh,
            due_at=clockwork.span_due(now, rule.after.amount, rule.after.unit, severity=2),
            owner=owner,
        )
        for rule in rules_here
    ]
    FollowUp.objects.bulk_create(rows)
    return matter.follow_ups.filter(state=FollowUpState.PLANNED).order_by("due_at", "id")[0]


@transaction.atomic
def schedule_follow_up(
    matter: Matter,
    *,
    by: Actor,
    purpose: str,
    due_at: datetime,
    owner: Person | None = None,
    promise: Promise | None = None,
) -> FollowUp:
    """Plan to go back for a stated purpose; on a resolved matter it may become the next step."""
    found = take(matter, "plan_follow_up", by)
    who = owner or found.owner
    if who is None:
        raise OutOfReach
    row = FollowUp.objects.create(
        matter=found,
        rule="instalment" if promise else "by_hand",
        purpose=said(one_line(purpose, limit=120), what=_("回访看什么"), field="purpose", limit=120),
        due_at=future(due_at, what=_("回访时间")),
        owner=working_person(who, found),
        promise=promise,
    )
    if found.state == State.RESOLVED and found.due_at and row.due_at < found.due_at:
        step(found, f"回访：{row.purpose}", row.due_at)
    save(found)
    record(found, EventKind.FOLLOW_UP_PLANNED, by, row.purpose, data={"due": row.due_at.isoformat()})
    return row


@transaction.atomic
def record_follow_up(follow_up: FollowUp, *, by: Actor, result: str, note: str) -> FollowUp:
    """What was found on going back.

    Held: on to the next planned one, or the matter is closed. Not held: the owner decides within a working day
    whether to take it up again. Not reached: tried again next working day, three times at most.
    """
    matter = take(follow_up.matter, "follow_up", by)
    row = FollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)
    if row.state != FollowUpState.PLANNED:
        raise Refusal(_("这次回访已经记过了"), code="already")
    if result not in FollowUpResult.values:
        raise Refusal(_("请选回访结果"), code="missing", field="result")
    row.result = result
    row.note = said(note, what=_("看到、听到了什么"), field="note", limit=2000)
    row.state = FollowUpState.DONE
    row.done_at = clock.now()
    row.done_by_id = by.person_id
    row.save()
    if result == FollowUpResult.UNREACHED:
        _try_again(row)
    _next_after(matter, result)
    save(matter)
    record(
        matter, EventKind.FOLLOWED_UP, by, row.note, data={"result": result, "follow_up": row.pk}, public=True
    )
    if matter.state == State.CLOSED:
        record(matter, EventKind.CLOSED, SYSTEM, "回访都做完了，稳住了", public=True)
    return row


def _try_again(row: FollowUp) -> None:
    tries = FollowUp.objects.filter(
        matter=row.matter_id, rule=row.rule, result=FollowUpResult.UNREACHED
    ).count()
    if tries < MAX_TRIES:
        FollowUp.objects.create(
            matter=row.matter,
            rule=row.rule,
            purpose=row.purpose,
            due_at=clockwork.days_later(clock.now(), 1),
            owner=row.owner,
            promise=row.promise,
        )


def _next_after(matter: Matter, result: str) -> None:
    if result == FollowUpResult.NOT_HELD:
        step(matter, "又出现了：定下是否重新办理", clockwork.span_due(clock.now(), 1, "w", severity=3))
        return
    planned = matter.follow_ups.filter(state=FollowUpState.PLANNED).order_by("due_at", "id").first()
    promised = matter.promises.filter(state=PromiseState.OPEN).order_by("due_at", "id").first()
    if planned is not None:
        step(matter, f"回访：{planned.purpose}", planned.due_at)
    elif promised is not None:
        step(matter, f"看兑现：{promised.what}", promised.due_at)
    else:
        move(matter, "close")
        matter.closed_at = clock.now()


@transaction.atomic
def close(matter: Matter, *, by: Actor, why: str) -> Matter:
    """File the matter by hand. Follow-ups still to come are cancelled with the reason; open terms forbid it."""
    found = take(matter, "close", by)
    if found.promises.filter(state=PromiseState.OPEN).exists():
        raise Refusal(_("还有没到期的承诺，不能归档；请先记下是否守住"), code="promises_open")
    words = said(why, what=_("提前归档的原因"), field="why", limit=300)
    if not found.follow_ups.filter(state=FollowUpState.DONE).exists():
        raise Refusal(_("还没有回访过，不能归档"), code="no_follow_up")
    found.follow_ups.filter(state=FollowUpState.PLANNED).update(state=FollowUpState.CANCELLED, note=words)
    move(found, "close")
    found.closed_at = clock.now()
    save(found)
    record(found, EventKind.CLOSED, by, words, public=True)
    return found


@transaction.atomic
def reopen(matter: Matter, *, by: Actor, reason: str) -> Matter:
    """Take the matter up again: it came back, or the reporter says it is not solved."""
    found = take(matter, "reopen", by)
    why = said(reason, what=_("为什么要再办"), field="reason", limit=500)
    now = clock.now()
    if found.owner is None or not found.owner.is_active:
        answer = owners.first_owner(found.category, found.area)
        found.owner, found.owner_because = answer.person, answer.because[:120]
    move(found, "reopen")
    found.reopened += 1
    found.closed_at = None
    found.level_due_at = clockwork.level_due(now, 7)
    found.deadline_at = clockwork.first_result_due(
        found.category.due_amount, found.category.due_unit, severity=found.severity, start=now
    )
    step(found, "重新办理：先问清现在的情况", found.deadline_at)
    found.follow_ups.filter(state=FollowUpState.PLANNED, promise__isnull=True).update(
        state=FollowUpState.CANCELLED, note="重新办理"
    )
    Promise.objects.create(
        matter=found,
        kind=PromiseKind.RESULT,
        what="重新办理，给结果",
        who=found.owner.name,
        person=found.owner,
        due_at=found.deadline_at,
        public=True,
        made_at=now,
    )
    save(found)
    record(found, EventKind.REOPENED, by, why, public=True)
    if found.owner_id != by.person_id:
        notify(found.owner, "reopened", f"要再办：{found.number}", f"/desk/matters/{found.number}/")
    return found


@transaction.atomic
def rate(
    matter: Matter,
    *,
    score: int,
    comment: str = "",
    report_uid: uuid.UUID | None = None,
    by: Actor = RESIDENT,
) -> Rating:
    """What a reporter says of the result: 1 not satisfied, 2 middling, 3 satisfied. The last word counts."""
    found = take(matter, "rate", by)
    if score not in (1, 2, 3):
        raise Refusal(_("请选满意、一般或不满意"), code="missing", field="score")
    row = Rating.objects.create(
        matter=found, score=score, comment=clean(comment, limit=1000), at=clock.now(), report_uid=report_uid
    )
    if score == 1 and found.state == State.RESOLVED:
        soon = clockwork.span_due(clock.now(), 1, "w", severity=3)
        if found.due_at is None or soon < found.due_at:
            step(found, "居民不满意：联系问清，定下是否再办", soon)
    save(found)
    record(found, EventKind.RATED, by, row.comment, data={"score": score}, public=True)
    return row


@transaction.atomic
def refer(matter: Matter, *, by: Actor, to: str, reason: str) -> Matter:
    """Not ours: hand it to a named other body, with the reason; the reporter reads where it went."""
    found = take(matter, "refer", by)
    found.referred_to = said(one_line(to, limit=120), what=_("转给哪个单位"), field="to", limit=120)
    words = said(reason, what=_("为什么转"), field="reason", limit=500)
    now = clock.now()
    move(found, "refer")
    found.closed_at = now
    Promise.objects.filter(matter=found, state=PromiseState.OPEN, kind=PromiseKind.RESULT).update(
        state=PromiseState.WITHDRAWN, settled_at=now, note=f"转{found.referred_to}"[:300]
    )
    save(found)
    record(
        found,
        EventKind.REFERRED,
        by,
        f"{found.referred_to}：{words}",
        data={"to": found.referred_to},
        public=True,
    )
    return found


@transaction.atomic
def mark_kept_from_violence(matter: Matter, *, by: Actor, why: str) -> Matter:
    """Mark that the handling kept a dispute from turning violent, with what that rests on."""
    found = take(matter, "mediate", by)
    if "matter.handle" not in rights_over(found, by) and found.owner_id != by.person_id:
        raise NotAllowed
    found.kept_from_violence = True
    found.kept_from_violence_why = said(one_line(why, limit=300), what=_("依据"), field="why", limit=300)
    save(found)
    record(
        found,
        EventKind.MEDIATION,
        by,
        f"避免了激化：{found.kept_from_violence_why}",
        data={"kept_from_violence": True},
    )
    return found


def joint_people(matter: Matter) -> list[JointMember]:
    """Who handles along now, the lead first."""
    rows = JointMember.objects.filter(matter=matter, left_at__isnull=True).select_related("person", "partner")
    return list(rows.order_by("-leads", "id"))


UNDO = timedelta(seconds=rules.UNDO_SECONDS)
