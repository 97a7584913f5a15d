"""Opening a mediation: suitability first, then a mediator, a number and a time limit; or saying why it is not taken."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import clean, one_line
from fengqiao.matters import actions as matters
from fengqiao.matters import clockwork
from fengqiao.matters.choices import WORKING_STATES, State
from fengqiao.matters.models import JointMember, Matter
from fengqiao.mediation import rules
from fengqiao.mediation.actions._base import (
    actor_id,
    check_mediator,
    save_case,
    story,
    take_case,
    take_matter,
    tell,
    workdays,
)
from fengqiao.mediation.actions.violence import heads_up
from fengqiao.mediation.choices import RUNNING, CaseOutcome, CaseState, Start, Verdict
from fengqiao.mediation.inputs import local_day, said
from fengqiao.mediation.models import MediationCase
from fengqiao.mediation.numbering import case_number, committee_of, ladder_level


@transaction.atomic
def open_case(
    matter: Matter,
    *,
    by: Actor,
    mediator: Person,
    start: str,
    facts: str,
    request: str = "",
    answers: rules.Answers | None = None,
    committee: str = "",
) -> MediationCase:
    """Open the mediation of a matter at its present level, with a number and a time limit.

    ``answers`` are the outcome of the suitability check; without them the words of the matter must raise no
    question. The mediator handles the matter along from now on. Raises Refusal ``check_suitability`` when
    something must be asked first, ``not_suitable`` when it may not be mediated (crime, violence at home as such,
    harm to a minor, no guardian, status, a party in fear), ``running`` when a mediation runs already.
    """
    found = take_matter(matter, "open_case", by)
    told = said(facts, what=_("事情经过"), field="facts")
    wanted = clean(request, limit=2000, field="request")
    answers = _answered(found, told, wanted, answers)
    fit = judge(found, answers)
    if not fit.allowed:
        raise Refusal(_not_suitable(fit), code="not_suitable", field="answers")
    _check_open(found, start)
    check_mediator(mediator, found)
    bring_in(found, mediator, by)
    case = create_case(
        found, by=by, mediator=mediator, start=start, committee=committee, facts=told, request=wanted
    )
    case.suitable, case.suitability = True, fit.as_json(answers)
    case.save(update_fields=["suitable", "suitability"])
    note = f"（{fit.reasons[0].text}）" if fit.verdict == Verdict.CIVIL else ""
    story(
        case,
        by,
        f"开始调解程序：{case.number}，{case.committee}，调解员 {mediator.name}{note}",
        step="征求各方意愿，告知权利义务",
        due_at=workdays(2, found),
        state=str(case.state),
        verdict=str(fit.verdict),
    )
    heads_up(case, by, found.title, found.summary, told, wanted)
    tell(mediator, by, case, "请您主持调解")
    return case


@transaction.atomic
def refuse_case(
    matter: Matter,
    *,
    by: Actor,
    mediator: Person,
    start: str,
    facts: str,
    answers: rules.Answers,
    routes_told: str,
    request: str = "",
    committee: str = "",
) -> MediationCase:
    """Record that a request for mediation was not taken, why, and which other routes the parties were told.

    Raises Refusal ``suitable`` when nothing speaks against mediation.
    """
    found = take_matter(matter, "refuse_case", by)
    fit = judge(found, answers)
    if fit.allowed:
        raise Refusal(_("这件事可以调解，没有不受理的理由"), code="suitable", field="answers")
    _check_open(found, start)
    check_mediator(mediator, found)
    now = clock.now()
    case = create_case(
        found,
        by=by,
        mediator=mediator,
        start=start,
        committee=committee,
        facts=said(facts, what=_("事情经过"), field="facts"),
        request=clean(request, limit=2000, field="request"),
        state=CaseState.ENDED,
        outcome=CaseOutcome.NOT_TAKEN,
        ended_at=now,
        ended_why="；".join(r.text for r in fit.reasons),
        routes_told=said(routes_told, what=_("告诉了哪些其他途径"), field="routes_told", limit=1000),
        suitable=False,
        suitability=fit.as_json(answers),
    )
    story(
        case,
        by,
        f"不受理调解：{case.ended_why}。已告知：{case.routes_told}",
        step="按其他途径办理",
        due_at=workdays(2, found),
        outcome=str(case.outcome),
    )
    return case


@transaction.atomic
def change_mediator(case: MediationCase, *, by: Actor, to: Person, reason: str) -> MediationCase:
    """Another mediator takes over, for instance because the parties chose one (art. 19)."""
    found = take_case(case, "change_mediator", by)
    why = said(one_line(reason, limit=200), what=_("换人的原因"), field="reason", limit=200)
    if to.pk == found.mediator_id:
        raise Refusal(_("%(to)s 已经是调解员") % {"to": to.name}, code="already", field="to")
    check_mediator(to, found.matter)
    bring_in(found.matter, to, by)
    before = found.mediator
    found.mediator = to
    save_case(found)
    story(found, by, f"调解员由 {before.name} 换为 {to.name}：{why}", mediator=to.pk)
    tell(to, by, found, "请您主持调解")
    return found


def judge(matter: Matter, answers: rules.Answers) -> rules.Suitability:
    """The suitability check for a matter and the answers given."""
    category = matter.category
    return rules.suitability(
        code=category.code, kind=matter.kind, mediation=category.mediation, answers=answers
    )


def _answered(matter: Matter, facts: str, request: str, answers: rules.Answers | None) -> rules.Answers:
    if answers is not None:
        return answers
    asked = rules.hints(matter.title, matter.summary, facts, request)
    if asked:
        questions = _("；").join(
            _("%(question)s（文字里有“%(words)s”）") % {"question": rules.QUESTIONS[key], "words": words}
            for key, words in asked.items()
        )
        raise Refusal(
            _("先核对能不能调解：%(questions)s") % {"questions": questions},
            code="check_suitability",
            field="answers",
        )
    return rules.Answers()


def _not_suitable(fit: rules.Suitability) -> str:
    return _("不能调解：%(reasons)s。可以：%(routes)s") % {
        "reasons": _("；").join(_(r.text) for r in fit.reasons),
        "routes": rules.routes_text(fit.routes),
    }


def _check_open(matter: Matter, start: str) -> None:
    if start not in Start.values:
        raise Refusal(_("请选调解是怎么来的"), code="missing", field="start")
    if matter.state not in WORKING_STATES:
        label = State(matter.state).label
        raise Refusal(
            _("这件事现在是“%(label)s”，不能开始调解；需要的话先重新办理") % {"label": label},
            code="wrong_state",
        )
    running = MediationCase.objects.filter(matter=matter, state__in=RUNNING).first()
    if running is not None:
        raise Refusal(
            _("这件事正在调解（%(number)s），不用再开一个") % {"number": running.number}, code="running"
        )
    agreed = MediationCase.objects.filter(matter=matter, state=CaseState.AGREED).first()
    if agreed is not None:
        raise Refusal(
            _("这件事已有生效的协议（%(number)s），请先记下履行情况") % {"number": agreed.number},
            code="agreed",
        )


def bring_in(matter: Matter, mediator: Person, by: Actor) -> None:
    """Let the mediator handle the matter along, unless they do already."""
    joint = JointMember.objects.filter(matter=matter, person=mediator, left_at__isnull=True)
    if matter.owner_id != mediator.pk and not joint.exists():
        matters.join(matter, by=by, person=mediator, task="主持调解")


def create_case(
    matter: Matter,
    *,
    by: Actor,
    mediator: Person,
    start: str,
    committee: str,
    facts: str,
    request: str,
    **more: object,
) -> MediationCase:
    """A new row at the matter's present level: committee, number, time limit."""
    now = clock.now()
    return MediationCase.objects.create(
        number=case_number(matter.area, matter.level, now),
        matter=matter,
        level=matter.level,
        start=start,
        mediator=mediator,
        committee=one_line(committee, limit=80, field="committee") or committee_of(matter.area, matter.level),
        facts=facts,
        request=request,
        opened_at=now,
        due_at=limit(matter.level, now),
        opened_by_id=actor_id(by),
        **more,
    )


def limit(level: str, start: datetime) -> datetime:
    """When a mediation begun at ``start`` should be over: the level's days, one month at most, to a day's end."""
    return clockwork.days_later(start, rules.limit_days(local_day(start), ladder_level(level).days))


__all__ = ["change_mediator", "create_case", "judge", "limit", "open_case", "refuse_case"]
