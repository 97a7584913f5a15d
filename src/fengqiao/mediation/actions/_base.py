"""What every verb of the mediation room shares: lock, look, check; tell the matter's story; find people and times."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.audit.actions import Fact, append
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.matters import actions as matters
from fengqiao.matters import clockwork
from fengqiao.matters.models import JointMember, Matter
from fengqiao.mediation import rules
from fengqiao.mediation.choices import CaseState
from fengqiao.mediation.models import MediationCase
from fengqiao.mediation.policy import ACTIONS
from fengqiao.notices.actions import notify
from fengqiao.teams.scopes import scope_of
from fengqiao.territory.models import Area

HANDLE = "mediation.handle"


def take_case(case: MediationCase, verb: str, by: Actor, version: int | None = None) -> MediationCase:
    """The case freshly read and locked (its matter first), after all checks that ``by`` may do ``verb`` on it now.

    Raises OutOfReach when it is not visible to the actor, NotAllowed without the right, Refusal ``wrong_state``
    when the case is past that verb, Refusal ``stale`` when somebody changed it since ``version``.
    """
    Matter.objects.select_for_update().filter(pk=case.matter_id).first()
    rows = MediationCase.objects.select_for_update(of=("self",)).with_faces().select_related("matter__owner")
    found = rows.filter(pk=case.pk).first()
    if found is None or not in_reach(found, by):
        raise OutOfReach
    if version is not None and version != found.version:
        raise Refusal(_("这个调解刚才有人动过。请刷新看一眼，再决定"), code="stale")
    check_right(verb, found.matter, by, mediator_id=found.mediator_id)
    if verb in rules.BY_VERB and not rules.may_start(verb, found.state):
        label = CaseState(found.state).label
        raise Refusal(
            _("这个调解现在是“%(label)s”，不能“%(verb)s”")
            % {"label": label, "verb": _(rules.BY_VERB[verb].zh)},
            code="wrong_state",
        )
    return found


def actor_id(by: Actor) -> int:
    """The acting person's id. Raises OutOfReach for anybody who is no person."""
    if by.person_id is None:
        raise OutOfReach
    return by.person_id


def in_reach(case: MediationCase, by: Actor) -> bool:
    """Whether a person sees the case; nobody else acts in the mediation room."""
    return by.kind == "person" and MediationCase.objects.visible_to(by.scope).filter(pk=case.pk).exists()


def takes_part(matter: Matter, by: Actor, mediator_id: int | None = None) -> bool:
    """Whether ``by`` mediates, owns or jointly handles."""
    if by.person_id is None:
        return False
    if by.person_id in (mediator_id, matter.owner_id):
        return True
    return JointMember.objects.filter(matter=matter, person_id=by.person_id, left_at__isnull=True).exists()


def holds(verb: str, matter: Matter, by: Actor, mediator_id: int | None = None) -> bool:
    """Whether ``by`` holds the right of ``verb`` over the matter's area, or takes part and holds it anywhere."""
    right = ACTIONS[verb]
    if by.scope.can(right, matter.area.path):
        return True
    return by.scope.can(right) and takes_part(matter, by, mediator_id)


def held_verbs(matter: Matter, by: Actor, mediator_id: int) -> set[str]:
    """All verbs for which ``holds`` is true, with one look at who takes part."""
    part = takes_part(matter, by, mediator_id)
    here = matter.area.path
    return {verb for verb, right in ACTIONS.items() if by.scope.can(right, None if part else here)}


def check_right(verb: str, matter: Matter, by: Actor, mediator_id: int | None = None) -> None:
    """Raises NotAllowed, in words that say whose it is."""
    if not holds(verb, matter, by, mediator_id):
        name = _(rules.BY_VERB[verb].zh) if verb in rules.BY_VERB else _("这一步")
        raise NotAllowed(_("“%(name)s”不在您的职责里，请找负责这件事的调解员") % {"name": name})


def take_matter(matter: Matter, verb: str, by: Actor) -> Matter:
    """The matter locked, visible to ``by``, with the right of ``verb`` over it. Raises OutOfReach, NotAllowed."""
    rows = Matter.objects.select_for_update(of=("self",)).select_related("area", "category", "owner")
    found = rows.filter(pk=matter.pk).first()
    seen = by.kind == "person" and Matter.objects.visible_to(by.scope).filter(pk=matter.pk).exists()
    if found is None or not seen:
        raise OutOfReach
    check_right(verb, found, by)
    return found


def save_case(case: MediationCase) -> MediationCase:
    """Write the case with its version raised."""
    case.version += 1
    case.save()
    return case


def close_case(case: MediationCase, outcome: str, why: str, *, state: str = CaseState.ENDED) -> MediationCase:
    """End the case now with an outcome; sittings still planned are called off, so their rooms are free."""
    now = clock.now()
    case.state, case.outcome, case.ended_why, case.ended_at = state, outcome, why, now
    planned = case.sessions.filter(held_at__isnull=True, cancelled_at__isnull=True)
    planned.update(cancelled_at=now, cancelled_why="调解已结束")
    return save_case(case)


def story(
    case: MediationCase,
    by: Actor,
    text: str,
    *,
    step: str = "",
    due_at: datetime | None = None,
    **data: Any,
) -> Matter:
    """One line in the matter's story, and what comes next by when. No party is named in full here."""
    return matters.record_mediation(
        case.matter, by=by, text=text, data={"case": case.number, **data}, next_step=step, due_at=due_at
    )


def log(verb: str, case: MediationCase, by: Actor, **data: Any) -> None:
    """An audit entry about a case that has no place in the story."""
    append(
        Fact(
            verb=verb,
            object_type="mediation",
            object_id=str(case.pk),
            actor_id=by.person_id,
            actor_kind=by.kind,
            data=data,
        )
    )


def workdays(amount: int, matter: Matter) -> datetime:
    """The end of the ``amount``-th working day from now, sooner where the matter's own deadline is sooner."""
    now = clock.now()
    due = clockwork.span_due(now, amount, "w", severity=3)
    if matter.deadline_at and now < matter.deadline_at < due:
        return matter.deadline_at
    return due


def tell(person: Person, by: Actor, case: MediationCase, text: str, *, urgent: bool = False) -> None:
    """Notify ``person``, except of their own doing; never with a party's name."""
    if person.is_active and person.pk not in (by.person_id, case.matter.about_id):
        notify(person, "mediation", f"{text}：{case.number}", f"/desk/mediation/{case.uid}/", urgent=urgent)


def able_mediator(person: Person, area: Area) -> bool:
    """Whether ``person`` holds an appointment to mediate over ``area``, or over ground inside it."""
    scope = scope_of(person)
    inside = any(path.startswith(area.path) for path in scope.paths(HANDLE))
    return scope.can(HANDLE, area.path) or inside


def check_mediator(person: Person, matter: Matter) -> Person:
    """``person`` when they may mediate the matter: active, appointed for it, and not the one it is about."""
    if not person.is_active:
        raise Refusal(
            _("%(person)s 已停用，请选别的调解员") % {"person": person.name},
            code="inactive",
            field="mediator",
        )
    if matter.about_id == person.pk:
        raise Refusal(
            _("这件事涉及 %(person)s 本人，不能由本人来调") % {"person": person.name},
            code="conflict",
            field="mediator",
        )
    if not able_mediator(person, matter.area):
        raise Refusal(
            _("%(person)s 没有这一片的调解职责，请选有聘任的调解员") % {"person": person.name},
            code="not_mediator",
            field="mediator",
        )
    return person
