"""Actions that end a matter, take it up again or tie it to others, made ready."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fengqiao.accounts.scope import RESIDENT
from fengqiao.intake.actions import withdraw_matter as withdraw_with_reports
from fengqiao.matters import actions
from fengqiao.matters.models import Event, FollowUp, Link, Matter
from tests.machine import oracle
from tests.machine.doings import DOINGS, Act, doing
from tests.machine.life import Life
from tests.machine.oracle import MATTER, REPORT

UNDO_SECONDS, TRIES = 600, 3


# -- results and going back -------------------------------------------------
@doing(MATTER, "resolve")
def resolve(life: Life, m: Matter) -> Act:
    """By the owner."""
    outcome = life.one(["settled", "fixed", "not_found"])
    return Act(lambda: actions.resolve(m, by=life.owner(m), outcome=outcome, text="修好了", cause="老化"))


@doing(MATTER, "plan_follow_up")
def schedule_follow_up(life: Life, m: Matter) -> Act:
    """Some day soon."""
    due = life.later()
    return Act(lambda: actions.schedule_follow_up(m, by=life.lead, purpose="看看", due_at=due))


@doing(MATTER, "follow_up")
def record_follow_up(life: Life, m: Matter) -> Act:
    """The first planned one; made by hand where there is none."""
    result = life.one(["held", "held", "not_held", "unreached"])
    return _follow_up(life, m, result)


def _follow_up(life: Life, m: Matter, result: str) -> Act:
    row = m.follow_ups.filter(state="planned").order_by("due_at", "pk").first()
    row = row or FollowUp.objects.create(
        matter=m, rule="by_hand", purpose="看", due_at=life.later(), owner=life.somebody(m)
    )
    ends = result == "held" or (result == "unreached" and not _tried_again(m, row))
    ends = ends and not m.follow_ups.filter(state="planned").exclude(pk=row.pk).exists()
    ends = ends and not m.promises.filter(state="open").exists()

    def then(_row: FollowUp) -> None:
        if ends:
            life.ledger.state[MATTER, m.pk] = "closed"

    return Act(lambda: actions.record_follow_up(row, by=life.lead, result=result, note="看过"), then)


def _tried_again(m: Matter, row: FollowUp) -> bool:
    """Whether a follow-up that reached nobody is tried once more."""
    return m.follow_ups.filter(rule=row.rule, result="unreached").count() + 1 < TRIES


@doing(MATTER, "close")
def close(life: Life, m: Matter) -> Act | None:
    """By hand: after a follow-up, with no promise open. What is missing is done first."""
    done, promised = m.follow_ups.filter(state="done").exists(), m.promises.filter(state="open")
    if life.trying:
        promised.update(state="kept", settled_at=life.moment)
        m.follow_ups.create(
            rule="by_hand", purpose="看", due_at=life.moment, owner=life.somebody(m), state="done"
        )
    elif promised.exists():
        return life.ready(DOINGS[MATTER, "settle_promise"], (MATTER, m.pk))
    elif not done:
        act = _follow_up(life, m, "not_held")
        act.of = (DOINGS[MATTER, "record_follow_up"], (MATTER, m.pk), m.state)
        return act
    return Act(lambda: actions.close(m, by=life.hand(m), why="搬走了"))


@doing(MATTER, "reopen")
def reopen(life: Life, m: Matter) -> Act:
    """By a resident or at the desk."""
    by = life.one([RESIDENT, life.hand(m)])
    return Act(lambda: actions.reopen(m, by=by, reason="又漏了"))


@doing(MATTER, "rate")
def rate(life: Life, m: Matter) -> Act:
    """By a resident."""
    return Act(lambda: actions.rate(m, score=life.one([1, 2, 3])))


# -- elsewhere --------------------------------------------------------------
@doing(MATTER, "refer")
def refer(life: Life, m: Matter) -> Act:
    """To another body."""
    by = life.hand(m)
    return Act(lambda: actions.refer(m, by=by, to="水务公司", reason="管网归它"))


@doing(MATTER, "withdraw")
def withdraw(life: Life, m: Matter) -> Act | None:
    """Opened by mistake: soon, untouched. Refused where a report would go down with it."""
    if not life.trying and not _untouched(life, m):
        return None
    refused = "has_reports" if m.pk in life.ledger.home.values() else ""
    return Act(lambda: actions.withdraw(m, by=life.lead, reason="登记错了"), refused=refused)


@doing(MATTER, "withdraw")
def withdraw_matter(life: Life, m: Matter) -> Act | None:
    """The same with its reports, which come back to the inbox."""
    if not life.trying and not _untouched(life, m):
        return None

    def then(_matter: Matter) -> None:
        for report in [pk for pk, home in life.ledger.home.items() if home == m.pk]:
            del life.ledger.home[report]
            life.ledger.state[REPORT, report] = "new"

    return Act(lambda: withdraw_with_reports(m, by=life.lead, reason="登记错了"), then)


def _untouched(life: Life, m: Matter) -> bool:
    if life.moment - m.opened_at > timedelta(seconds=UNDO_SECONDS):
        return False
    return (
        not Event.objects.filter(matter=m).exclude(kind__in=["opened", "assigned", "report_linked"]).exists()
    )


@doing(MATTER, "merge")
def merge(life: Life, m: Matter) -> Act | None:
    """Into another open one."""
    if life.trying:
        Link.objects.filter(matter=m, kind="duplicate").delete()
    others = [pk for pk in life.ledger.of(MATTER, oracle.OPEN) if pk != m.pk]
    if not others:
        return None if life.trying else life.birth("open_matter")
    into = Matter.objects.get(pk=life.one(others))

    def then(_row: Link) -> None:
        life.ledger.merged_from[m.pk] = m.state

    return Act(lambda: actions.merge(m, by=life.lead, into=into), then)


@doing(MATTER, "unmerge")
def unmerge(life: Life, m: Matter) -> Act | None:
    """It is again what it was."""
    row = Link.objects.filter(matter=m, kind="duplicate", ended_at=None).first()
    if row is None:
        other = _another(life, m)
        if other is None or not life.trying:
            return None
        before: dict[str, Any] = {
            "state": "active",
            "owner": m.owner_id,
            "next_step": "看",
            "due_at": None,
            "promises": [],
        }
        row = Link.objects.create(matter=m, other=other, kind="duplicate", at=life.moment, before=before)

    def then(_matter: Matter) -> None:
        life.ledger.state[MATTER, m.pk] = life.ledger.merged_from[m.pk]

    return Act(lambda: actions.unmerge(row, by=life.lead), then)


# -- ties -------------------------------------------------------------------
def _another(life: Life, m: Matter) -> Matter | None:
    others = [pk for pk in life.ledger.of(MATTER) if pk != m.pk]
    return Matter.objects.get(pk=life.one(others)) if others else None


@doing(MATTER, "link")
def link(life: Life, m: Matter) -> Act | None:
    """In a way in which the two do not hang together yet."""
    other = _another(life, m)
    if other is None:
        return None if life.trying else life.birth("open_matter")
    rows = Link.objects.filter(matter__in=[m, other], other__in=[m, other], ended_at=None)
    free = sorted({"recurrence", "cause", "similar"} - set(rows.values_list("kind", flat=True)))
    if not free:
        return None
    kind = life.one(free)
    return Act(lambda: actions.link(m, by=life.lead, other=other, kind=kind))


@doing(MATTER, "unlink")
def unlink(life: Life, m: Matter) -> Act | None:
    """A tie that is there; made first where there is none."""
    row = Link.objects.filter(matter=m, ended_at=None).exclude(kind="duplicate").first()
    if row is None:
        if not life.trying:
            return life.ready(DOINGS[MATTER, "link"], (MATTER, m.pk))
        other = _another(life, m)
        if other is None:
            return None
        row = Link.objects.create(matter=m, other=other, kind="similar", at=life.moment)
    return Act(lambda: actions.unlink(row, by=life.lead))


@doing(MATTER, "report_linked")
def report_linked(life: Life, m: Matter) -> Act:
    """Words of another report join the story."""
    return Act(lambda: actions.report_linked(m, by=life.lead, text="又有人说"))


@doing(MATTER, "report_unlinked")
def report_unlinked(life: Life, m: Matter) -> Act:
    """They leave it again."""
    return Act(lambda: actions.report_unlinked(m, by=life.lead, text="不是一件"))
