"""What every verb on a matter shares: lock, look, check, write, record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.text import clean, one_line
from fengqiao.matters import rules
from fengqiao.matters.choices import OPEN_STATES, EventKind, State
from fengqiao.matters.models import Counter, Event, JointMember, Matter

MAX_NEXT = 200


def take(matter: Matter, verb: str, by: Actor, version: int | None = None) -> Matter:
    """The matter freshly read and locked, after all checks that ``by`` may do ``verb`` on it now.

    Raises OutOfReach when it is not visible to the actor, NotAllowed when the verb is somebody else's, Refusal
    (``wrong_state``) when the table does not let the verb start from here, Refusal (``stale``) when somebody
    else changed the matter since ``version``.
    """
    fresh = Matter.objects.select_for_update(of=("self",)).select_related(
        "area", "category", "owner", "place"
    )
    found = fresh.filter(pk=matter.pk).first()
    if found is None or not _in_reach(found, by):
        raise OutOfReach
    if version is not None and version != found.version:
        raise Refusal(_("这件事刚才有人动过。请刷新看一眼，再决定"), code="stale")
    if not rules.may_do(verb, parts_of(found, by), rights_over(found, by)):
        raise NotAllowed(
            _("“%(verb)s”不在您的职责里，请找负责人%(owner)s")
            % {"verb": _(rules.BY_VERB[verb].zh), "owner": found.owner or ""}
        )
    if not rules.may_start(verb, found.state):
        raise Refusal(
            _("这件事现在是“%(state)s”，不能“%(verb)s”")
            % {"state": State(found.state).label, "verb": _(rules.BY_VERB[verb].zh)},
            code="wrong_state",
        )
    return found


def _in_reach(matter: Matter, by: Actor) -> bool:
    if by.kind in {"system", "resident", "partner"}:
        return True
    return Matter.objects.visible_to(by.scope).filter(pk=matter.pk).exists()


def parts_of(matter: Matter, by: Actor) -> set[str]:
    """Which parts the actor has in the matter."""
    if by.kind == "system":
        return {rules.SYSTEM}
    if by.kind in {"resident", "partner"}:
        return {rules.RESIDENT}
    parts: set[str] = set()
    if by.person_id is None:
        return parts
    if matter.owner_id == by.person_id:
        parts.add(rules.OWNER)
    if JointMember.objects.filter(matter=matter, person_id=by.person_id, left_at__isnull=True).exists():
        parts.add(rules.JOINT)
    return parts


def rights_over(matter: Matter, by: Actor) -> set[str]:
    """Rights the actor holds over the matter's area."""
    return {r for r in by.scope.rights if by.scope.can(r, matter.area.path)}


def move(matter: Matter, verb: str) -> None:
    """Put the matter into the state the table gives for ``verb``."""
    matter.state = rules.target(verb, matter.state)


def save(matter: Matter) -> Matter:
    """Write the matter with its version raised; open states must be complete (the database checks too)."""
    if matter.state in OPEN_STATES and not (matter.owner_id and matter.next_step and matter.due_at):
        raise Refusal(_("在办的事必须有负责人、下一步和时间"), code="incomplete")
    if matter.state not in OPEN_STATES:
        matter.next_step, matter.due_at = "", None
    matter.version += 1
    matter.save()
    return matter


def record(
    matter: Matter,
    kind: EventKind,
    by: Actor,
    text: str = "",
    *,
    data: dict[str, Any] | None = None,
    public: bool = False,
) -> Event:
    """Append an event and its audit entry; the entry carries a digest, never the words."""
    event = Event.objects.create(
        matter=matter,
        kind=kind,
        at=clock.now(),
        by_id=by.person_id,
        by_kind=by.kind,
        text=text,
        data=data or {},
        public=public,
    )
    append(fact_of(event, matter))
    return event


def fact_of(event: Event, matter: Matter) -> Fact:
    """The audit fact of an event."""
    body = json.dumps([event.text, event.data], ensure_ascii=True, sort_keys=True, default=str)
    digest = hashlib.sha256(body.encode("ascii")).hexdigest()
    return Fact(
        verb=f"matter.{event.kind}",
        object_type="matter",
        object_id=str(matter.pk),
        actor_id=event.by_id,
        actor_kind=event.by_kind,
        data={"event": event.pk, "digest": digest, "state": matter.state},
    )


def said(text: str, *, what: str, field: str = "text", limit: int = 4000) -> str:
    """``text`` cleaned; an empty one is refused, naming ``what`` is missing."""
    found = clean(text, limit=limit, field=field)
    if not found:
        raise Refusal(_("请写上%(what)s") % {"what": what}, code="missing", field=field)
    return found


def future(moment: datetime | None, *, what: str, field: str = "due_at") -> datetime:
    """``moment`` when it is aware and not in the past; a minute of grace for slow hands."""
    if moment is None:
        raise Refusal(_("请写上%(what)s") % {"what": what}, code="missing", field=field)
    if moment.tzinfo is None:
        raise Refusal(_("%(what)s缺少时区") % {"what": what}, code="bad_time", field=field)
    if (moment - clock.now()).total_seconds() < -60:
        raise Refusal(_("%(what)s已经过去了，请改成以后的时间") % {"what": what}, code="past", field=field)
    if (moment - clock.now()).days > 3 * 366:
        raise Refusal(_("%(what)s太远了，最多三年") % {"what": what}, code="too_far", field=field)
    return moment


def step(matter: Matter, next_step: str, due_at: datetime) -> None:
    """Set what comes next and by when; a fresh step is not overdue any more."""
    matter.next_step = one_line(next_step, limit=MAX_NEXT, field="next_step")
    matter.due_at = due_at
    matter.overdue_marked_at = None


def working_person(person: Person, matter: Matter) -> Person:
    """``person`` when they can take part in this matter: active, and not the one it is about."""
    if not person.is_active:
        raise Refusal(_("%(person)s 已停用，请选别人") % {"person": person.name}, code="inactive", field="to")
    if matter.about_id == person.pk:
        raise Refusal(
            _("这件事涉及 %(person)s 本人，不能由本人来办，请选别人") % {"person": person.name},
            code="conflict",
            field="to",
        )
    return person


def next_number(key: str) -> int:
    """The next running number under ``key``, taken inside this transaction."""
    Counter.objects.get_or_create(key=key)
    counter = Counter.objects.select_for_update().get(key=key)
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value


def names(people: Iterable[Person]) -> str:
    """Names in a row."""
    return "、".join(p.name for p in people)
