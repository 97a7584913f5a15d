"""People and their appointments, the only source of rights."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from ninja import Query

from fengqiao.accounts import actions as accounts
from fengqiao.accounts import reach
from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.api import find, show_teams
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.downloads import DOCX, binary, download
from fengqiao.api.paging import Order, cut
from fengqiao.api.schemas import people as bodies
from fengqiao.api.schemas.base import Id, Named
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.policy import needs, signed_in
from fengqiao.teams import actions, queries
from fengqiao.teams.models import Appointment

router = Door(tags=["people"])
sees = needs("people.see")
appoints = needs("people.appoint")


@router.get("/people", response=bodies.PeoplePage)
@sees
def list_people(request: ApiRequest, filters: Query[bodies.PeopleFilters]) -> bodies.PeoplePage:
    """People in reach with their roles of today, by name."""
    cards = queries.people(request.auth, role=filters.role or "")
    words = filters.name.strip()
    found = [c for c in cards if words in c.person.name or words in c.person.username]
    page = found[filters.offset : filters.offset + filters.limit]
    return bodies.PeoplePage(total=len(found), rows=[show_teams.person(c) for c in page])


def _person(pk: int, by: Actor) -> Person:
    """Somebody in sight. Raises OutOfReach."""
    found = Person.objects.filter(pk=pk).first()
    if found is None or not reach.sees(by, found):
        raise OutOfReach
    return found


def _card(row: Person, by: Actor) -> bodies.PersonOut:
    card = next((c for c in queries.people(by) if c.person.pk == row.pk), None)
    return show_teams.person(card or queries.PersonCard(row, (), (), False))


@router.get("/people/{id}", response=bodies.PersonOut)
@sees
def read_person(request: ApiRequest, id: Id) -> bodies.PersonOut:
    """Somebody in reach."""
    return _card(_person(id, request.auth), request.auth)


@router.post("/people", response={201: Named})
@appoints
def create_person(request: ApiRequest, body: bodies.NewPerson) -> Named:
    """A new person, without any rights yet. Without a password nobody can sign in as them."""
    made = accounts.create_person(by=request.auth, **body.model_dump())
    return Named(id=made.pk, name=made.name)


@router.post("/people/{id}/change-person", response=bodies.PersonOut)
@appoints
def change_person(request: ApiRequest, id: Id, body: bodies.ChangePerson) -> bodies.PersonOut:
    """Correct name, title and employer."""
    row = _person(id, request.auth)
    return _card(accounts.change_person(row, by=request.auth, **body.model_dump()), request.auth)


@router.post("/people/{id}/set-phone", response=Named)
@signed_in
def set_phone(request: ApiRequest, id: Id, body: bodies.PhoneIn) -> Named:
    """Put a phone number on file, sealed. One's own is one's own."""
    row = accounts.set_phone(_person(id, request.auth), by=request.auth, phone=body.phone)
    return Named(id=row.pk, name=row.name)


@router.post("/people/{id}/read-phone", response=bodies.PhoneOut)
@sees
def read_phone(request: ApiRequest, id: Id, body: bodies.PurposeIn) -> bodies.PhoneOut:
    """A phone number, for a purpose; the reading is logged."""
    phone = accounts.read_phone(_person(id, request.auth), by=request.auth, purpose=body.purpose)
    return bodies.PhoneOut(phone=phone)


@router.post("/people/{id}/deactivate", response=Named)
@appoints
def deactivate(request: ApiRequest, id: Id, body: bodies.ReasonIn) -> Named:
    """They can no longer sign in, and their tokens end; what they did stays."""
    row = accounts.deactivate(_person(id, request.auth), by=request.auth, reason=body.reason)
    return Named(id=row.pk, name=row.name)


@router.post("/people/{id}/activate", response=Named)
@appoints
def activate(request: ApiRequest, id: Id, body: bodies.ReasonIn) -> Named:
    """They may sign in again; tokens stay ended."""
    row = accounts.activate(_person(id, request.auth), by=request.auth, reason=body.reason)
    return Named(id=row.pk, name=row.name)


def _appointments(by: Actor) -> QuerySet[Appointment]:
    rows = Appointment.objects.visible_to(by.scope)
    return rows.select_related("person", "area", "beat__area")


@router.get("/appointments", response=bodies.AppointmentPage)
@signed_in
def list_appointments(
    request: ApiRequest, filters: Query[bodies.AppointmentFilters]
) -> bodies.AppointmentPage:
    """Appointments in sight, and one's own; those that hold today unless all are asked for."""
    rows, today = _appointments(request.auth), clock.local(clock.now()).date()
    if not filters.all:
        rows = rows.filter(valid_from__lte=today, revoked_at__isnull=True)
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today))
    if filters.ending_within_days is not None:
        rows = rows.filter(valid_to__lte=today + timedelta(days=filters.ending_within_days))
    wanted = {"person_id": filters.person, "role": filters.role}
    rows = rows.filter(**{key: value for key, value in wanted.items() if value is not None})
    if filters.area:
        path = find.area(filters.area).path
        rows = rows.filter(Q(area__path__startswith=path) | Q(beat__area__path__startswith=path))
    found, following = cut(rows, Order("id"), after=filters.after, limit=filters.limit)
    return bodies.AppointmentPage(rows=[show_teams.appointment(a) for a in found], next=following)


@router.get("/appointments/{id}", response=bodies.AppointmentOut)
@signed_in
def read_appointment(request: ApiRequest, id: Id) -> bodies.AppointmentOut:
    """One appointment."""
    return show_teams.appointment(find.one(_appointments(request.auth), id))


@router.post("/appointments", response={201: bodies.AppointmentOut})
@appoints
def appoint(request: ApiRequest, body: bodies.Appoint) -> bodies.AppointmentOut:
    """Give somebody a role over an area or a beat, for a term."""
    made = actions.appoint(
        find.person(body.person, request.auth, field="person"),
        by=request.auth,
        role=body.role,
        area=find.area(body.area) if body.area else None,
        beat=find.beat(body.beat) if body.beat else None,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        duties=body.duties,
    )
    return show_teams.appointment(made)


@router.post("/appointments/{id}/renew", response={201: bodies.AppointmentOut})
@appoints
def renew(request: ApiRequest, id: Id, body: bodies.Renewal) -> bodies.AppointmentOut:
    """A new term that begins where the old one ends."""
    row = find.one(_appointments(request.auth), id)
    return show_teams.appointment(actions.renew(row, by=request.auth, valid_to=body.valid_to))


@router.post("/appointments/{id}/revoke", response=bodies.AppointmentOut)
@signed_in
def revoke(request: ApiRequest, id: Id, body: bodies.ReasonIn) -> bodies.AppointmentOut:
    """Withdraw an appointment; its rights end with the next request. One may lay down one's own."""
    row = find.one(_appointments(request.auth), id)
    return show_teams.appointment(actions.revoke(row, by=request.auth, reason=body.reason))


@router.get("/appointments/{id}/certificate", response=None, openapi_extra=binary(DOCX))
@signed_in
def certificate(request: ApiRequest, id: Id) -> HttpResponse:
    """The certificate (聘书) of an appointment; one may print one's own."""
    row = find.one(_appointments(request.auth), id)
    printed = actions.print_certificate(row, by=request.auth)
    return download(printed.filename, DOCX, printed.content)
