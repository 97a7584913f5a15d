"""Actions on a matter on its way, made ready: who has it, what is next, what was promised, who helps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fengqiao.accounts.scope import RESIDENT, SYSTEM
from fengqiao.intake.actions.matter_photos import record_progress_with_photos as with_photos
from fengqiao.lib.place_config import current_place
from fengqiao.matters import actions
from fengqiao.matters.models import Consultation, Event, JointMember, Matter, Promise, Task
from tests.machine.doings import DOINGS, Act, doing
from tests.machine.life import Life
from tests.machine.oracle import MATTER


# -- who has it -------------------------------------------------------------
@doing(MATTER, "assign")
def assign(life: Life, m: Matter) -> Act:
    """To anybody whom it is not about."""
    to = life.somebody(m)
    due = life.later() if life.rng.random() < 0.3 else None
    return Act(lambda: actions.assign(m, by=life.lead, to=to, because="他熟", due_at=due))


@doing(MATTER, "accept")
def accept(life: Life, m: Matter) -> Act:
    """By the owner."""
    return Act(lambda: actions.accept(m, by=life.owner(m)))


@doing(MATTER, "decline")
def decline(life: Life, m: Matter) -> Act:
    """By the owner."""
    return Act(lambda: actions.decline(m, by=life.owner(m), reason="不是我这里的"))


@doing(MATTER, "transfer")
def transfer(life: Life, m: Matter) -> Act:
    """At times into another area."""
    to, by = life.somebody(m), life.hand(m)
    area = life.one(life.world.areas) if life.rng.random() < 0.3 else None
    return Act(lambda: actions.transfer(m, by=by, to=to, reason="他熟", area=area))


@doing(MATTER, "urge")
def urge(life: Life, m: Matter) -> Act:
    """By the lead or a resident."""
    by = life.one([life.lead, RESIDENT])
    return Act(lambda: actions.urge(m, by=by, text="快一点"))


@doing(MATTER, "escalate")
def escalate(life: Life, m: Matter) -> Act | None:
    """Where there is a level above."""
    if current_place().next_level(m.level) is None:
        if not life.trying:
            return None
        Matter.objects.filter(pk=m.pk).update(level="village")
    to = life.somebody(m) if life.rng.random() < 0.3 else None
    return Act(lambda: actions.escalate(m, by=life.lead, tried="谈过", blocked_by="谈不拢", to=to))


# -- what is next -----------------------------------------------------------
@doing(MATTER, "progress")
def record_progress(life: Life, m: Matter) -> Act:
    """With or without a next step."""
    by = life.hand(m)
    more: dict[str, Any] = {"next_step": "再去", "due_at": life.later()} if life.rng.random() < 0.3 else {}
    return Act(lambda: actions.record_progress(m, by=by, text="去看过", public=True, **more))


@doing(MATTER, "progress")
def record_progress_with_photos(life: Life, m: Matter) -> Act:
    """With a photo that may be there already."""
    by, photo = life.hand(m), life.one(life.world.stored)
    return Act(lambda: with_photos(m, by=by, text="拍了照", photos=[photo]))


@doing(MATTER, "next_step")
def set_next_step(life: Life, m: Matter) -> Act:
    """Another step by another time."""
    by, due = life.hand(m), life.later()
    return Act(lambda: actions.set_next_step(m, by=by, next_step="再去", due_at=due))


@doing(MATTER, "reply")
def reply(life: Life, m: Matter) -> Act:
    """Words for the people who reported."""
    by = life.hand(m)
    return Act(lambda: actions.reply(m, by=by, text="在办"))


@doing(MATTER, "pause")
def pause(life: Life, m: Matter) -> Act:
    """Ten days at most."""
    by, until = life.hand(m), life.later(1, 9.9)
    return Act(lambda: actions.pause(m, by=by, reason="等配件", until=until))


@doing(MATTER, "resume")
def resume(life: Life, m: Matter) -> Act:
    """Before the time is over."""
    by = life.hand(m)
    return Act(lambda: actions.resume(m, by=by))


# -- what it is -------------------------------------------------------------
@doing(MATTER, "reclassify")
def reclassify(life: Life, m: Matter) -> Act:
    """Any category, at times another severity."""
    category, severity = life.one(life.world.categories), life.one([None, 1, 2, 3, 4])
    return Act(
        lambda: actions.reclassify(m, by=life.lead, category=category, severity=severity, why="看错了")
    )


@doing(MATTER, "raise")
def raise_severity(life: Life, m: Matter) -> Act | None:
    """Something less than danger becomes more urgent."""
    if m.severity == 1:
        if not life.trying:
            return None
        Matter.objects.filter(pk=m.pk).update(severity=3)
    return Act(lambda: actions.raise_severity(m, by=life.lead, severity=max(m.severity - 1, 1), why="急"))


@doing(MATTER, "place")
def place_matter(life: Life, m: Matter) -> Act:
    """Anywhere in the county."""
    area = life.one(life.world.areas)
    return Act(lambda: actions.place_matter(m, by=life.lead, area=area, place_text="门口"))


@doing(MATTER, "mediate")
def record_mediation(life: Life, m: Matter) -> Act:
    """A talk; the owner who holds it has taken the matter up."""
    by = life.hand(m)

    def then(_matter: Matter) -> None:
        if m.state == "assigned" and by.person_id == m.owner_id:
            life.ledger.state[MATTER, m.pk] = "active"

    return Act(lambda: actions.record_mediation(m, by=by, text="谈了一次", data={}), then)


@doing(MATTER, "mediate")
def mark_threatening(life: Life, m: Matter) -> Act:
    """Threats were heard."""
    return Act(lambda: actions.mark_threatening(m, by=life.lead, why="扬言"))


@doing(MATTER, "mediate")
def mark_kept_from_violence(life: Life, m: Matter) -> Act:
    """It did not come to blows."""
    return Act(lambda: actions.mark_kept_from_violence(m, by=life.lead, why="夺下了棍子"))


# -- promises ---------------------------------------------------------------
@doing(MATTER, "promise")
def promise(life: Life, m: Matter) -> Act:
    """By somebody, for some day."""
    due, kind = life.later(), life.one(["step", "term", "reply"])
    return Act(lambda: actions.promise(m, by=life.lead, what="修", who="物业", due_at=due, kind=kind))


def open_promise(life: Life, m: Matter) -> Promise:
    """One that waits for its end; made by hand where there is none."""
    row = m.promises.filter(state="open").first()
    return row or Promise.objects.create(
        matter=m, kind="step", what="看看", who="某人", due_at=life.later(), made_at=life.moment
    )


@doing(MATTER, "settle_promise")
def settle_promise(life: Life, m: Matter) -> Act:
    """Kept or broken."""
    row, by, kept = open_promise(life, m), life.hand(m), life.rng.random() < 0.7
    return Act(lambda: actions.settle_promise(row, by=by, kept=kept, note="记"))


@doing(MATTER, "withdraw_promise")
def withdraw_promise(life: Life, m: Matter) -> Act:
    """With a reason."""
    row, by = open_promise(life, m), life.hand(m)
    return Act(lambda: actions.withdraw_promise(row, by=by, note="改了"))


@doing(MATTER, "settle_promise")
def correct_promise(life: Life, m: Matter) -> Act:
    """What the clock took for broken was kept; where there is none, the clock breaks one first."""
    for row in m.promises.filter(state="broken"):
        last = Event.objects.filter(matter=m, kind="promise_broken", data__promise=row.pk).last()
        if last is not None and last.by_kind == "system":
            return _corrected(life, row)
    row = open_promise(life, m)
    if not life.trying:
        of = (DOINGS[MATTER, "settle_promise"], (MATTER, m.pk), m.state)
        return Act(lambda: actions.settle_promise(row, by=SYSTEM, kept=False), of=of)
    Promise.objects.filter(pk=row.pk).update(state="broken", settled_at=life.moment)
    Event.objects.create(
        matter=m, kind="promise_broken", at=life.moment, by_kind="system", data={"promise": row.pk}
    )
    return _corrected(life, row)


def _corrected(life: Life, row: Promise) -> Act:
    return Act(lambda: actions.correct_promise(row, by=life.lead, note="电话核实过"))


# -- together ---------------------------------------------------------------
@doing(MATTER, "join")
def join(life: Life, m: Matter) -> Act:
    """A partner, or a person who is not in it yet, at times as the lead."""
    there = set(JointMember.objects.filter(matter=m, left_at=None).values_list("person_id", flat=True))
    free = [p for p in life.world.workers if p.pk not in there and p.pk != m.about_id]
    if not free or life.rng.random() < 0.3:
        partner = life.one(life.world.partners)
        return Act(lambda: actions.join(m, by=life.lead, partner=partner))
    person, leads = life.one(free), life.rng.random() < 0.3
    return Act(lambda: actions.join(m, by=life.lead, person=person, leads=leads))


@doing(MATTER, "leave")
def leave(life: Life, m: Matter) -> Act:
    """Whoever does not lead, the lead last."""
    row = JointMember.objects.filter(matter=m, left_at=None).order_by("leads", "pk").first()
    row = row or JointMember.objects.create(matter=m, person=life.somebody(m), joined_at=life.moment)
    return Act(lambda: actions.leave(row, by=life.lead))


@doing(MATTER, "consult")
def consult(life: Life, m: Matter) -> Act:
    """With a partner."""
    partners, held = life.world.partners[:1], life.later()
    return Act(lambda: actions.consult(m, by=life.lead, question="怎么办", partners=partners, held_at=held))


@doing(MATTER, "decide")
def decide(life: Life, m: Matter) -> Act:
    """A task for somebody comes of it."""
    row = Consultation.objects.filter(matter=m, decided_at=None).first()
    row = row or Consultation.objects.create(matter=m, question="怎么办", held_at=life.later())
    draft = actions.TaskDraft("修", life.later(), person=life.somebody(m))
    return Act(lambda: actions.decide(row, by=life.lead, conclusion="这样办", tasks=[draft]))


@doing(MATTER, "finish_task")
def finish_task(life: Life, m: Matter) -> Act:
    """With what came of it."""
    row = Task.objects.filter(matter=m, done_at=None).first()
    due = life.moment + timedelta(days=2)
    row = row or Task.objects.create(matter=m, what="修", person=life.somebody(m), due_at=due)
    return Act(lambda: actions.finish_task(row, by=life.lead, result="修好了"))
