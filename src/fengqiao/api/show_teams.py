"""People, teams, duty and partners as answered."""

from __future__ import annotations

from fengqiao.api import show
from fengqiao.api.schemas import duty as duty_
from fengqiao.api.schemas import partners as partners_
from fengqiao.api.schemas import people as people_
from fengqiao.api.schemas import teams as teams_
from fengqiao.api.schemas.base import Named
from fengqiao.lib.place_config import current_place
from fengqiao.lib.present import chinese
from fengqiao.teams.choices import DutyKind
from fengqiao.teams.models import Appointment, Duty, DutySwap, Membership, Partner, Post, Resource, Team
from fengqiao.teams.queries import ItemState, PersonCard


def role_words(key: str) -> str:
    """A role in the caller's language; its key when the place no longer has it."""
    found = next((r for r in current_place().roles if r.key == key), None)
    return key if found is None else found.zh if chinese() else found.en


def appointment(row: Appointment) -> people_.AppointmentOut:
    """An appointment; needs person, area and beat at hand."""
    return people_.AppointmentOut(
        id=row.pk,
        person=Named(id=row.person_id, name=row.person.name),
        role=row.role,
        role_words=role_words(row.role),
        area=show.area_name(row.area) if row.area else None,
        beat=row.beat.code if row.beat else "",
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        duties=row.duties,
        certificate_no=row.certificate_no,
        revoked_at=row.revoked_at,
        revoke_reason=row.revoke_reason,
    )


def person(card: PersonCard) -> people_.PersonOut:
    """Somebody who works here."""
    return people_.PersonOut(
        id=card.person.pk,
        username=card.person.username,
        name=card.person.name,
        title=card.person.title,
        employer=card.person.employer,
        appointments=[appointment(a) for a in card.appointments],
        teams=[Named(id=m.team_id, name=m.team.name) for m in card.teams],
        on_duty=card.on_duty,
    )


def member(row: Membership) -> teams_.MemberOut:
    """Somebody in a team; needs the person at hand."""
    return teams_.MemberOut(
        id=row.pk,
        person=Named(id=row.person_id, name=row.person.name),
        leads=row.leads,
        task=row.task,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def team(row: Team, members: list[Membership]) -> teams_.TeamOut:
    """A team; needs area, partner and parent at hand."""
    kind = next((k for k in current_place().team_kinds if k.key == row.kind), None)
    words = row.kind if kind is None else kind.zh if chinese() else kind.en
    return teams_.TeamOut(
        id=row.pk,
        kind=row.kind,
        kind_words=words,
        code=row.code,
        name=row.name,
        area=show.area_name(row.area),
        partner=show.named(row.partner),
        alliance=Named(id=row.parent.pk, name=row.parent.name) if row.parent else None,
        formed_on=row.formed_on,
        ended_on=row.ended_on,
        purpose=row.purpose,
        members=[member(m) for m in members],
    )


def post(row: Post) -> teams_.PostOut:
    """A fixed post; needs area and team at hand."""
    return teams_.PostOut(
        id=row.pk,
        kind=row.kind,
        name=row.name,
        area=show.area_name(row.area),
        team=Named(id=row.team.pk, name=row.team.name) if row.team else None,
        hours=row.hours,
    )


def duty(row: Duty) -> duty_.DutyOut:
    """Somebody on duty; needs person, area, beat and team at hand."""
    return duty_.DutyOut(
        id=row.pk,
        person=Named(id=row.person_id, name=row.person.name),
        kind=row.kind,
        kind_words=str(DutyKind(row.kind).label),
        where=str(row.beat or row.area or row.team or ""),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        note=row.note,
    )


def swap(row: DutySwap) -> duty_.SwapOut:
    """A wish to swap; needs both people at hand."""
    return duty_.SwapOut(
        id=row.pk,
        duty=row.mine_id,
        theirs=row.theirs_id,
        to=Named(id=row.to_id, name=row.to.name),
        asked_by=Named(id=row.asked_by_id, name=row.asked_by.name),
        why=row.why,
        asked_at=row.asked_at,
        agreed=row.agreed,
    )


def partner(row: Partner) -> partners_.PartnerOut:
    """A partner; needs its area at hand."""
    return partners_.PartnerOut(
        id=row.pk,
        kind=row.kind,
        name=row.name,
        area=show.area_name(row.area),
        duty_line=row.duty_line,
        note=row.note,
        active=row.active,
    )


def resource(row: Resource) -> partners_.ResourceOut:
    """Something shared; needs area and partner at hand."""
    return partners_.ResourceOut(
        id=row.pk,
        kind=row.kind,
        name=row.name,
        area=show.area_name(row.area),
        partner=show.named(row.partner),
        hours=row.hours,
        contact=row.contact,
        note=row.note,
        active=row.active,
    )


def item(state: ItemState) -> partners_.ItemOut:
    """One item of a duty list and how it stands."""
    row = state.item
    return partners_.ItemOut(
        id=row.pk,
        key=row.key,
        title=row.title,
        group=row.group,
        owner_role=row.owner_role,
        owner=show.named(row.owner),
        every_days=row.every_days,
        evidence=row.evidence,
        last_done_at=state.last,
        due_on=state.due_on,
        days_late=state.days_late,
    )
