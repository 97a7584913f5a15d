"""People on the desk: who works here, as what, over which ground, and every verb of the room as a form."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from fengqiao.accounts import reach
from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.people import AppointmentForm, person_in_sight
from fengqiao.desk.forms.people_duty import REGISTRY
from fengqiao.desk.page import actor_of, page
from fengqiao.desk.pickers import role_names
from fengqiao.desk.room import Room, hand_out, run, tabs
from fengqiao.lib import clock
from fengqiao.lib.policy import needs, signed_in
from fengqiao.teams import actions, certificates, queries
from fengqiao.teams.models import Appointment, Duty, Membership

ROOM = Room("people", _("队伍"), "desk:people")
TABS: list[tuple[str, Any, str]] = [
    ("people", _("人员"), "desk:people"),
    ("teams", _("队伍"), "desk:teams"),
    ("duty", _("值班"), "desk:duty"),
    ("partners", _("伙伴与资源"), "desk:partners"),
    ("mechanisms", _("机制"), "desk:mechanisms"),
]
_ROWS = 50
_PAST = 20


def words_of(appointment: Appointment, roles: dict[str, str]) -> str:
    """An appointment in a few words: as what, where."""
    return f"{roles.get(appointment.role, appointment.role)} · {appointment.beat or appointment.area}"


def _matches(card: queries.PersonCard, words: str) -> bool:
    said = [card.person.name, card.person.username, card.person.employer]
    said += [str(a.beat or a.area) for a in card.appointments]
    return any(words in text.lower() for text in said)


def _without_work(actor: Actor) -> list[Person]:
    """Accounts that are switched off or hold no appointment, for whoever appoints over the whole station."""
    if not actor.scope.can("people.appoint", queries.station().area.path):
        return []
    holds = Appointment.objects.on(clock.local(clock.now()).date()).values("person_id")
    return list(Person.objects.filter(Q(is_active=False) | ~Q(pk__in=holds)).order_by("name", "pk")[:100])


@needs("people.see")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The list: by name, role, ground; who is on duty now."""
    actor, roles = actor_of(request), role_names()
    role = request.GET.get("role", "")
    words = request.GET.get("q", "").strip().lower()[:40]
    cards = queries.people(actor, role=role if role in roles else "")
    found = [c for c in cards if not words or _matches(c, words)]
    rows = Paginator(found, _ROWS).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs(TABS, "people"),
        "rows": rows,
        "lines": [(c, [words_of(a, roles) for a in c.appointments]) for c in rows],
        "roles": roles.items(),
        "role": role,
        "words": words,
        "without": _without_work(actor) if not words and not role else [],
        "can_appoint": actor.scope.can("people.appoint"),
        "ending": queries.ending_appointments(actor)[:5],
    }
    return page(request, "desk/people/people.html", context, on="people")


def _appointments(person: Person, actor: Actor) -> list[dict[str, Any]]:
    """The person's appointments in sight, running ones first, with what the actor may do with each."""
    roles, today = role_names(), clock.local(clock.now()).date()
    rows = (
        Appointment.objects.visible_to(actor.scope)
        .filter(person=person)
        .select_related("area", "beat__area", "by")
    )
    lines = []
    for row in rows.order_by("-revoked_at", "-valid_from", "-pk"):
        over = row.revoked_at is not None or (row.valid_to is not None and row.valid_to <= today)
        path = row.area.path if row.area else row.beat.area.path if row.beat else ""
        may = actor.scope.can("people.appoint", path)
        lines.append(
            {
                "row": row,
                "role": roles.get(row.role, row.role),
                "over": over,
                "renew": may and not over and row.valid_to is not None,
                "revoke": not over and (may or row.person_id == actor.person_id),
                "paper": bool(row.certificate_no) and row.revoked_at is None,
            }
        )
    return sorted(lines, key=lambda line: bool(line["over"]))


def _verbs(person: Person, actor: Actor) -> list[tuple[str, Any, str]]:
    if not actor.scope.can("people.appoint") or person.pk == actor.person_id:
        return []
    last = "deactivate" if person.is_active else "activate"
    keys = ["appoint", "change_person", "set_password", last] if person.is_active else [last]
    return [(key, REGISTRY[key].title, REGISTRY[key].icon) for key in keys]


@needs("people.see")
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: appointments, teams, duty."""
    actor = actor_of(request)
    found = person_in_sight(pk, actor)
    now = clock.now()
    coming = Duty.objects.filter(person=found, ends_at__gt=now).select_related("area", "beat", "team")
    members = Membership.objects.filter(person=found).select_related("team").order_by("-pk")[:_PAST]
    context = {
        "person": found,
        "appointments": _appointments(found, actor),
        "members": members,
        "duties": list(coming.order_by("starts_at")[:10]),
        "now": now,
        "verbs": _verbs(found, actor),
        "sees_phone": bool(found.phone_sealed) and reach.sees(actor, found),
    }
    return page(request, "desk/people/person.html", context, on="people")


@signed_in
@require_POST
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate of an appointment as .docx; that it was printed is on record."""
    actor = actor_of(request)
    printed = actions.print_certificate(AppointmentForm.find(pk, actor), by=actor)
    return hand_out(printed.filename, certificates.CONTENT_TYPE, printed.content)


@signed_in
def verb(request: HttpRequest, verb: str, target: int | None = None) -> HttpResponse:
    """One verb of the room as a form."""
    return run(request, ROOM, REGISTRY, verb, target)


def address(verb: str, target: int | None = None) -> str:
    """Where the form of a verb is."""
    if target is None:
        return reverse("desk:people_verb", args=[verb])
    return reverse("desk:people_verb_on", args=[verb, target])
