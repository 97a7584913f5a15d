"""A matter with its whole story, in a number of queries that does not grow with it."""

from __future__ import annotations

from fengqiao.accounts.scope import Actor
from fengqiao.api import show
from fengqiao.api.schemas.matters import (
    ConsultationOut,
    LinkedCase,
    LinkedReport,
    MatterOut,
    MomentOut,
    PhotoOut,
)
from fengqiao.api.show import TASKS
from fengqiao.intake import queries as intake
from fengqiao.intake.models import Attachment, Report
from fengqiao.matters import policy, queries
from fengqiao.matters.actions.ending import joint_people
from fengqiao.matters.models import Matter
from fengqiao.mediation import queries as mediation

ELSEWHERE = {"open_matter", "load_reference", "rate", "report_linked", "report_unlinked"}
"""Actions that are not done at a matter's own path."""


def matter(row: Matter, by: Actor) -> MatterOut:
    """Everything about a matter that the caller has found in reach."""
    return MatterOut.model_construct(
        **show.matter_values(row),
        summary=row.summary,
        owner_because=row.owner_because,
        origin=row.origin,
        outcome=row.outcome,
        outcome_text=row.outcome_text,
        cause=row.cause,
        threatening=row.threatening,
        kept_from_violence=row.kept_from_violence,
        kept_from_violence_why=row.kept_from_violence_why,
        referred_to=row.referred_to,
        merged_into=_merged_into(row, by),
        joint=[show.joint(j) for j in joint_people(row)],
        promises=[show.promise(p) for p in row.promises.select_related("matter", "person")],
        follow_ups=[show.follow_up(f) for f in row.follow_ups.select_related("matter", "owner", "done_by")],
        tasks=[show.task(t) for t in row.tasks.select_related("matter", "person", "partner")],
        consultations=_consultations(row),
        escalations=[show.escalation(e) for e in row.escalations.select_related("by")],
        links=[show.link(pair) for pair, _other in queries.links_of(row, by.scope)],
        reports=[_report(r) for r in intake.of_matter(row, by.scope)],
        mediations=_cases(row, by),
        photos=photos(row),
        timeline=[
            MomentOut(at=m.at, kind=m.kind, label=m.label, by=m.by, text=m.text)
            for m in queries.timeline(row)
        ],
        actions=allowed(row, by),
    )


def _merged_into(row: Matter, by: Actor) -> str:
    if row.merged_into is None:
        return ""
    seen = Matter.objects.visible_to(by.scope).filter(pk=row.merged_into.pk).exists()
    return row.merged_into.number if seen else ""


def _consultations(row: Matter) -> list[ConsultationOut]:
    rows = row.consultations.select_related("matter").prefetch_related("partners", TASKS)
    return [show.consultation(c) for c in rows.order_by("held_at", "id")]


def _report(row: Report) -> LinkedReport:
    return LinkedReport(id=row.pk, channel=row.channel, said_at=row.said_at, title=row.title, text=row.text)


def _cases(row: Matter, by: Actor) -> list[LinkedCase]:
    found = mediation.cases_of(row, by.scope)
    return [LinkedCase(uid=str(c.uid), number=c.number, state=c.state, level=c.level) for c in found]


def allowed(row: Matter, by: Actor) -> list[str]:
    """Actions the table allows the caller on this matter now, as they are named in paths."""
    verbs = queries.allowed_verbs(row, by)
    found = [action for action, verb in policy.ACTIONS.items() if verb in verbs and action not in ELSEWHERE]
    return sorted(action.replace("_", "-") for action in found)


def photos(row: Matter) -> list[PhotoOut]:
    """Photos that handlers added."""
    rows = Attachment.objects.filter(matter=row).order_by("id")
    return [PhotoOut(uid=str(a.uid), width=a.width, height=a.height) for a in rows]
