"""What lies around an invented matter: promises, follow-ups, climbs, who handles along, consultations, ratings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fengqiao.demo.lives import Life
from fengqiao.demo.load import Ground
from fengqiao.demo.model import Township
from fengqiao.demo.steps import Step, StepKind
from fengqiao.matters.choices import PromiseKind, PromiseState, State
from fengqiao.matters.models import (
    Consultation,
    Escalation,
    FollowUp,
    JointMember,
    Matter,
    Promise,
    Rating,
    Task,
)
from fengqiao.teams.models import Partner

_REPORT_BACK = timedelta(days=3)
_CALLED = ("street_office", "justice", "law_firm")
"""Kinds of partners who are called to a consultation."""


def rows_around(matter: Matter, life: Life, people: dict[str, Any], rows: dict[type[Any], list[Any]]) -> None:
    """Promise of a first result, follow-ups, climbs, joint members, ratings."""
    owner = matter.owner or people[next(iter(people))]
    first = life.resolved_at or (matter.closed_at if matter.state == State.REFERRED else None)
    due = matter.deadline_at or matter.opened_at
    late = due < life.now
    state = PromiseState.OPEN
    if first:
        state = PromiseState.KEPT if first <= due else PromiseState.BROKEN
    elif late:
        state = PromiseState.BROKEN
    rows[Promise].append(
        Promise(
            matter=matter,
            kind=PromiseKind.RESULT,
            what="给第一次结果",
            who=owner.name,
            person=owner,
            due_at=due,
            state=state,
            public=True,
            made_at=matter.opened_at,
            settled_at=None if state == PromiseState.OPEN else first or due,
        )
    )
    for plan in life.follow_ups:
        rows[FollowUp].append(
            FollowUp(
                matter=matter,
                rule=plan.rule,
                purpose=plan.purpose,
                due_at=plan.due_at,
                owner=owner,
                state=plan.state,
                result=plan.result,
                note=plan.note,
                done_at=plan.done_at,
                done_by=people.get(plan.by),
            )
        )
    for climb in life.climbs:
        rows[Escalation].append(Escalation(matter=matter, by=people.get(climb.by), **climb.columns()))
    _together(matter, life, people, rows)
    for stars, text, at in life.ratings:
        rows[Rating].append(
            Rating(matter=matter, score=1 if stars < 3 else 2 if stars == 3 else 3, comment=text, at=at)
        )


def _together(matter: Matter, life: Life, people: dict[str, Any], rows: dict[type[Any], list[Any]]) -> None:
    """Who handles along; where somebody does, the owner is named as the lead."""
    others = [code for code in dict.fromkeys(life.joined) if code in people and code != life.owner]
    since = life.joined_at or matter.opened_at
    if others and matter.owner is not None:
        rows[JointMember].append(JointMember(matter=matter, person=matter.owner, joined_at=since, leads=True))
    rows[JointMember] += [JointMember(matter=matter, person=people[code], joined_at=since) for code in others]


def write_consultations(town: Township, ground: Ground, lives: list[tuple[Matter, Life]]) -> int:
    """Consultations called in these lives, with departments, what was decided, and the tasks that follow."""
    called = [ground.partners[p.code] for p in town.partners if p.kind in _CALLED]
    found = [(m, life, step) for m, life in lives for step in _steps(life, StepKind.CONSULTED)]
    made = Consultation.objects.bulk_create(
        [_consultation(m, life, step, ground.people) for m, life, step in found]
    )
    through = Consultation.partners.through
    through._default_manager.bulk_create(
        [through(consultation_id=row.pk, partner_id=partner.pk) for row in made for partner in called]
    )
    pairs = zip(made, found, strict=True)
    tasks = [
        t for row, (m, life, _step) in pairs if row.decided_at for t in _tasks(row, m, life, ground, called)
    ]
    Task.objects.bulk_create(tasks)
    return len(made)


def _steps(life: Life, kind: StepKind) -> list[Step]:
    return [told.step for told in life.events if told.step.kind is kind]


def _consultation(matter: Matter, life: Life, step: Step, people: dict[str, Any]) -> Consultation:
    decided = next(iter(_steps(life, StepKind.DECIDED)), None)
    return Consultation(
        matter=matter,
        question=step.text,
        held_at=decided.at if decided else step.at,
        by=people.get(step.by),
        decided_at=decided.at if decided else None,
        conclusion=decided.text if decided else "",
    )


def _tasks(
    row: Consultation, matter: Matter, life: Life, ground: Ground, called: list[Partner]
) -> list[Task]:
    """What was decided as tasks: one for who was asked along, one for a department; done where the story says so."""
    done = next(iter(_steps(life, StepKind.TASK_DONE)), None)
    at = done.at if done else matter.resolved_at or matter.closed_at
    result = done.text if done else "随办结一并完成" if at else ""
    due = row.held_at + _REPORT_BACK
    person = ground.people.get(done.by if done else life.joined[0] if life.joined else life.owner)
    tasks = [Task(matter=matter, consultation=row, what="把会商意见告诉双方，约下一次见面", person=person)]
    if called:
        partner = called[matter.pk % len(called)]
        tasks.append(Task(matter=matter, consultation=row, what="出具书面意见，交牵头人", partner=partner))
    for task in tasks:
        task.due_at = due if at else max(due, life.now + _REPORT_BACK)
        task.done_at, task.result = at, result
    return tasks
