"""Actions of the desk on a report, made ready: deciding and taking back, asking and putting right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fengqiao.intake import actions
from fengqiao.intake.actions.undo import snapshot
from fengqiao.intake.models import Correction, Report, ReportEvent, Suggestion
from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Matter
from tests.machine import oracle
from tests.machine.doings import Act, Broken, doing
from tests.machine.life import Life
from tests.machine.oracle import MATTER, REPORT

UNDO_SECONDS = 600
REASON = "当面看过，没有那么急"
SURE = 0.5  # below it a run of reports leaves one to a person


# -- deciding ---------------------------------------------------------------
def _became(life: Life, report: Report, matter: int) -> None:
    """The report was accepted as this matter."""
    life.ledger.before[report.pk] = report.state
    life.ledger.state[REPORT, report.pk] = "accepted"
    life.ledger.home[report.pk] = matter
    life.ledger.born(MATTER, matter, "assigned")


@doing(REPORT, "accept")
def accept_report(life: Life, r: Report) -> Act:
    """With a chosen category and severity, at times another place, somebody it is about, a named owner."""
    if life.trying:
        Correction.objects.filter(report=r).delete()
    more: dict[str, Any] = {"area": life.one(life.world.areas)} if life.rng.random() < 0.3 else {}
    about = life.one(life.world.named) if life.rng.random() < 0.1 else life.world.by_id.get(r.about_id or 0)
    if life.rng.random() < 0.2:
        more["owner"] = life.one([p for p in life.world.workers if about is None or p.pk != about.pk])
    category, severity = life.one(life.world.categories).code, life.one([1, 2, 3, 4])
    return Act(
        lambda: actions.accept_report(
            r,
            by=life.lead,
            category=category,
            severity=severity,
            lower_reason=REASON,
            about=about,
            nobody_named=True,
            **more,
        ),
        lambda m: _became(life, r, m.pk),
    )


@doing(REPORT, "accept")
def accept_as_proposed(life: Life, r: Report) -> Act | None:
    """Needs a proposed category; a complaint about staff somebody it is about."""
    if life.trying:
        _make_plain(life, r)
    elif _proposed(r) in {None, "OT2"}:
        return None
    return Act(lambda: actions.accept_as_proposed(r, by=life.lead), lambda m: _became(life, r, m.pk))


def _proposed(r: Report) -> str | None:
    rows = Suggestion.objects.filter(report=r, field="category").order_by("-made_at", "rank", "pk")
    first = rows.values_list("value", flat=True).first()
    return str(first["code"]) if first else None


def _proposed_urgent(r: Report) -> bool:
    """Whether the last reading proposes danger: a run of reports leaves that to a person."""
    rows = Suggestion.objects.filter(report=r, field="severity").order_by("-made_at", "rank", "pk")
    first = rows.values_list("value", flat=True).first()
    return first is not None and first["severity"] == 1


def _confidence(r: Report) -> float:
    """How sure the engine is of the category it proposes first."""
    rows = Suggestion.objects.filter(report=r, field="category").order_by("-made_at", "rank", "pk")
    return rows.values_list("confidence", flat=True).first() or 0.0


def _make_plain(life: Life, r: Report) -> None:
    """An ordinary report of which the engine is sure and nobody decided anything."""
    Correction.objects.filter(report=r).delete()
    Report.objects.filter(pk=r.pk).update(severity=3, restricted=False)
    r.severity, r.restricted = 3, False
    Suggestion.objects.filter(report=r).delete()
    for field, value in (("category", {"code": "NB2"}), ("severity", {"severity": 3, "floor": None})):
        Suggestion.objects.create(
            report=r, field=field, value=value, confidence=0.9, model="-", made_at=life.moment
        )


@doing(REPORT, "accept")
def accept_many(life: Life, r: Report) -> Act | None:
    """A run of reports; those that a person should look at are left and stay as they are."""
    if life.trying:
        _make_plain(life, r)
    elif r.severity == 1 or r.restricted or _proposed(r) in {None, "OT2"} or _proposed_urgent(r):
        return None
    unsure = not life.trying and _confidence(r) < SURE
    others = [] if life.trying or unsure else life.ledger.of(REPORT)[-3:]
    rows = [r, *Report.objects.filter(pk__in=others).exclude(pk=r.pk).order_by("pk")]

    def call() -> list[actions.Outcome]:
        outcomes = actions.accept_many(rows, by=life.lead)
        if outcomes[0].matter is None:
            raise Refusal(outcomes[0].words, code="left")
        return outcomes

    if unsure:
        return Act(call, refused="left")
    return Act(call, lambda outcomes: _some_became(life, rows, outcomes))


def _some_became(life: Life, rows: list[Report], outcomes: list[actions.Outcome]) -> None:
    for row, outcome in zip(rows, outcomes, strict=True):
        if outcome.matter is not None:
            if row.state not in oracle.UNFINISHED:
                raise Broken(f"report {row.pk} was accepted from {row.state}")
            _became(life, row, outcome.matter.pk)


@doing(REPORT, "link")
def link_report(life: Life, r: Report) -> Act | None:
    """Into a matter that lives; a need-to-know report only into a need-to-know matter."""
    rows = Matter.objects.filter(state__in=oracle.LIVE).order_by("pk")
    found = list(rows.filter(restricted=True) if r.restricted else rows)
    if not found:
        return None if life.trying else life.birth("open_matter")
    matter = life.one(found[-4:])

    def then(_joined: Matter) -> None:
        life.ledger.before[r.pk] = r.state
        life.ledger.home[r.pk] = matter.pk

    return Act(lambda: actions.link_report(r, by=life.lead, matter=matter), then)


@doing(REPORT, "refuse")
def refuse_report(life: Life, r: Report) -> Act:
    """Sent to where it belongs."""

    def then(_row: Report) -> None:
        life.ledger.before[r.pk] = r.state

    return Act(lambda: actions.refuse_report(r, by=life.lead, to="水务公司 96116", why="管网归它"), then)


@doing(REPORT, "unlink")
def unlink_report(life: Life, r: Report) -> Act | None:
    """Out of a matter that lives."""
    home = life.ledger.home.get(r.pk)
    if life.trying:
        if not put_into(life, r, oracle.LIVE):
            return None
    elif home is None or life.ledger.state[MATTER, home] not in oracle.LIVE:
        return None
    return Act(
        lambda: actions.unlink_report(r, by=life.lead, reason="不是一件"),
        lambda _row: life.ledger.home.pop(r.pk, None),
    )


@doing(REPORT, "undo")
def undo_decision(life: Life, r: Report) -> Act | None:
    """Within ten minutes, while nothing has happened since to the report or its matter."""
    if life.trying:
        _decide_by_hand(life, r)
    elif not _undoable(life, r):
        return None

    def then(_row: Report) -> None:
        home = life.ledger.home.pop(r.pk, None)
        if home is not None and r.state == "accepted":
            life.ledger.state[MATTER, home] = "withdrawn"
        life.ledger.state[REPORT, r.pk] = life.ledger.before[r.pk]

    return Act(lambda: actions.undo_decision(r, by=life.lead), then)


def put_into(life: Life, r: Report, states: tuple[str, ...]) -> bool:
    """Let the report lead to a matter in one of these states; whether there is one."""
    there = life.ledger.of(MATTER, states)
    if there:
        Report.objects.filter(pk=r.pk).update(matter=there[-1])
    return bool(there)


def _decide_by_hand(life: Life, r: Report) -> None:
    """As if the last that happened were a decision of this moment."""
    Report.objects.filter(pk=r.pk).update(decided_at=life.moment, matter=None)
    due = life.later().isoformat()
    before = {**snapshot(r), "state": "new", "next_step": "看", "due_at": due}
    ReportEvent.objects.create(
        report=r, kind="refused", at=life.moment, by_kind="person", data={"before": before}
    )


def _undoable(life: Life, r: Report) -> bool:
    last = ReportEvent.objects.filter(report=r).order_by("-id").first()
    if last is None or last.kind not in oracle.DECIDED or r.decided_at is None:
        return False
    if life.moment - r.decided_at > timedelta(seconds=UNDO_SECONDS):
        return False
    return r.matter_id is None or life.ledger.versions[MATTER, r.matter_id] == last.data["matter_version"]


# -- putting right ----------------------------------------------------------
@doing(REPORT, "ask")
def ask(life: Life, r: Report) -> Act:
    """A question."""
    return Act(
        lambda: actions.ask(r, by=life.lead, text="哪一栋"), lambda _r: life.heard(r.pk, "desk", "哪一栋")
    )


@doing(REPORT, "place", name="correct_place")
def correct_place(life: Life, r: Report) -> Act:
    """An area, a place or a point."""
    where: dict[str, Any] = life.one(
        [
            {"area": life.one(life.world.areas)},
            {"place": life.world.cast.places["chunxiao"]},
            {"lat": 30.02, "lon": 120.07},
        ]
    )
    return Act(lambda: actions.correct_place(r, by=life.lead, **where))


@doing(REPORT, "about")
def correct_about(life: Life, r: Report) -> Act:
    """A complaint is about somebody, or about nobody after all."""
    about = life.one([None, *life.world.named])
    return Act(lambda: actions.correct_about(r, by=life.lead, about=about, why="问清了"))


@doing(REPORT, "raise")
def raise_severity(life: Life, r: Report) -> Act | None:
    """Something less than danger becomes more urgent."""
    if r.severity == 1 and not life.trying:
        return None
    if r.severity == 1:
        Report.objects.filter(pk=r.pk).update(severity=3)
    severity = 1 if life.trying else life.rng.randrange(1, r.severity)
    return Act(lambda: actions.raise_severity(r, by=life.lead, severity=severity, why="听着急"))


@doing(REPORT, "hand_over")
def hand_over(life: Life, r: Report) -> Act:
    """To somebody who decides about reports and whom it is not about."""
    to = life.one([p for p in life.world.deciders if p.pk != r.about_id])
    return Act(lambda: actions.hand_over(r, by=life.lead, to=to, why="他在班"))
