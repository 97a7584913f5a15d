"""Appointments: the only source of rights. Given, renewed, withdrawn, printed."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from fengqiao.accounts import reach
from fengqiao.accounts.checks import demand
from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.accounts.trail import trail
from fengqiao.lib import clock
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal
from fengqiao.lib.place_config import CASE_RIGHTS, CONTROL_RIGHTS, Role, current_place
from fengqiao.lib.present import named
from fengqiao.lib.text import clean, one_line
from fengqiao.teams import certificates, rules
from fengqiao.teams.actions.station import ensure_station
from fengqiao.teams.models import Appointment, Station
from fengqiao.teams.policy import APPOINT, PEOPLE
from fengqiao.teams.reach import ground_of, live_appointments
from fengqiao.territory.models import Area, Beat

MOST_YEARS = 10


def today() -> date:
    """The day on the station's wall clock."""
    return clock.local(clock.now()).date()


def role_named(key: str) -> Role:
    """A role of the place. Raises Refusal for a key it does not have."""
    try:
        return current_place().role(key)
    except KeyError as error:
        raise Refusal(_("本地没有“%(key)s”这个职务") % {"key": key}, code="no_role", field="role") from error


@transaction.atomic
def appoint(
    person: Person,
    *,
    by: Actor,
    role: str,
    area: Area | None = None,
    beat: Beat | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    duties: str = "",
) -> Appointment:
    """Give ``person`` a role over an area or a beat, from a day (today) to a day (not included).

    Without ``valid_to`` the role's usual term holds, or no end. A role that comes with a certificate gets its
    number and its usual duties. Nobody appoints themselves. Whoever appoints over the station's whole area
    gives any role; others only roles whose every right they hold there. One person never both keeps the
    system and handles what residents said. Raises Refusal for dates, people and roles that cannot be.
    """
    path = _ground(area, beat)
    demand(by, APPOINT, path, see=PEOPLE)
    person = _candidate(person, by)
    found = role_named(role)
    _check_giver(by, found, path)
    start, end = _term(found, valid_from, valid_to, by)
    _check_person(person, found, area, beat, start, end)
    row = Appointment.objects.create(
        person=person,
        role=role,
        area=area,
        beat=beat,
        valid_from=start,
        valid_to=end,
        by_id=by.person_id,
        duties=clean(duties, limit=2000, field="duties") or "\n".join(found.duties),
        certificate_no=_number(start.year) if found.certificate else "",
        created_at=clock.now(),
    )
    trail(by, "appointment.given", row, **_told(row))
    return row


def _ground(area: Area | None, beat: Beat | None) -> str:
    """Path of the one area or beat meant. Raises Refusal for none and for both."""
    if (area is None) == (beat is None):
        raise Refusal(_("请选一个区域，或者一个警务区"), code="missing", field="area")
    return area.path if area else beat.area.path if beat else ""


def _candidate(person: Person, by: Actor) -> Person:
    if by.person_id is not None and by.person_id == person.pk:
        raise NotAllowed(_("不能任命自己，请由另一位有任命权的人来做"))
    found = Person.objects.select_for_update().get(pk=person.pk)
    if not reach.sees(by, found):
        raise OutOfReach
    if not found.is_active:
        raise Refusal(
            _("%(person)s 的账号已停用，请先恢复") % {"person": found.name}, code="inactive", field="person"
        )
    return found


def _told(row: Appointment) -> dict[str, object]:
    """What the log keeps of an appointment."""
    return {
        "person": row.person_id,
        "role": row.role,
        "area": row.area_id,
        "beat": row.beat_id,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }


def _check_giver(by: Actor, role: Role, path: str) -> None:
    if by.is_system:
        return
    held = {right for right in by.scope.rights if by.scope.can(right, path)}
    whole = by.scope.can(APPOINT, ensure_station().area.path)
    if not rules.may_give(role.rights, held, heads_station=whole):
        raise NotAllowed(_("“%(role)s”有您自己没有的职权，请由所长任命") % {"role": named(role)})


def _term(role: Role, start: date | None, end: date | None, by: Actor) -> tuple[date, date | None]:
    start = start or today()
    if end is None and role.term_months:
        end = rules.add_months(start, role.term_months)
    if end is not None and end <= start:
        raise Refusal(_("到期日应在开始日之后"), code="bad_date", field="valid_to")
    if end is not None and end <= today() and not by.is_system:
        raise Refusal(_("到期日已经过了，请核对"), code="bad_date", field="valid_to")
    if end is not None and end > rules.add_months(start, MOST_YEARS * 12):
        raise Refusal(
            _("一次任期最长 %(most_years)s 年") % {"most_years": MOST_YEARS},
            code="bad_date",
            field="valid_to",
        )
    if start > today() + timedelta(days=366):
        raise Refusal(_("最早只能提前一年任命"), code="bad_date", field="valid_from")
    return start, end


def _check_person(
    person: Person, role: Role, area: Area | None, beat: Beat | None, start: date, end: date | None
) -> None:
    others = [a for a in live_appointments(person) if rules.overlap((a.valid_from, a.valid_to), (start, end))]
    for held in others:
        if (held.role, held.area_id, held.beat_id) == (
            role.key,
            area.pk if area else None,
            beat.pk if beat else None,
        ):
            raise Refusal(
                _("%(person)s 这段时间已经是 %(ground)s 的%(role)s")
                % {"person": person.name, "ground": area or beat, "role": named(role)},
                code="already",
                field="role",
            )
    by_key = {r.key: r.rights for r in current_place().roles}
    sides = [by_key.get(a.role, ()) for a in others] + [role.rights]
    if rules.has_both_sides(sides, CONTROL_RIGHTS, CASE_RIGHTS):
        words = _("管系统、查日志的职务和办理事项的职务不能由一个人兼任，请另外指定人")
        raise Refusal(words, code="both_sides", field="role")


def _number(year: int) -> str:
    """The next certificate number of the year; the station's row is the counter's lock."""
    station = Station.objects.select_for_update(of=("self",)).get(pk=ensure_station().pk)
    prefix = rules.certificate_number(station.name, year, 0).removesuffix("0号")
    used = Appointment.objects.filter(certificate_no__startswith=prefix).values_list(
        "certificate_no", flat=True
    )
    taken = [int(n) for no in used if (n := no.removeprefix(prefix).removesuffix("号")).isdecimal()]
    return rules.certificate_number(station.name, year, max(taken, default=0) + 1)


def _fresh(appointment: Appointment) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("person", "area", "beat__area")
    found = rows.filter(pk=appointment.pk).first()
    if found is None:
        raise OutOfReach
    return found


@transaction.atomic
def renew(appointment: Appointment, *, by: Actor, valid_to: date | None = None) -> Appointment:
    """A new term that begins where the old one ends; the old one stays as it was.

    Raises Refusal for one without an end, one withdrawn, and one that ran out (appoint anew).
    """
    old = _fresh(appointment)
    demand(by, APPOINT, ground_of(old), see=PEOPLE)
    if old.valid_to is None:
        raise Refusal(_("这项任命没有到期日，不用续"), code="open_ended")
    if old.revoked_at is not None or old.valid_to < today():
        raise Refusal(_("这项任命已经结束，请重新任命"), code="over")
    return appoint(
        old.person, by=by, role=old.role, area=old.area, beat=old.beat, valid_from=old.valid_to, valid_to=valid_to,
        duties=old.duties,
    )  # fmt: skip


@transaction.atomic
def revoke(appointment: Appointment, *, by: Actor, reason: str) -> Appointment:
    """Withdraw an appointment; its rights end with the next request. One may lay down one's own.

    Raises Refusal without a reason, for one already withdrawn, and for the last person who may appoint over
    the station (somebody has to follow first).
    """
    row = _fresh(appointment)
    if not (by.person_id is not None and row.person_id == by.person_id):
        demand(by, APPOINT, ground_of(row), see=PEOPLE)
        role = next((r for r in current_place().roles if r.key == row.role), None)
        if role is not None:
            _check_giver(by, role, ground_of(row))
    reason = one_line(reason, limit=200, field="reason")
    if not reason:
        raise Refusal(_("请写明收回的原因"), code="missing", field="reason")
    if row.revoked_at is not None:
        raise Refusal(_("这项任命已经收回"), code="already")
    if not by.is_system and _is_last_appointer(row):
        raise Refusal(_("没有别人能任命了，请先任命接任的人"), code="last_appointer")
    row.revoked_at, row.revoked_by_id, row.revoke_reason = clock.now(), by.person_id, reason
    row.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    trail(by, "appointment.revoked", row, person=row.person_id, role=row.role, reason=reason)
    return row


def _is_last_appointer(row: Appointment) -> bool:
    roles = [r.key for r in current_place().roles if APPOINT in r.rights]
    home = ensure_station().area
    if row.role not in roles or row.area is None or not home.path.startswith(row.area.path):
        return False
    others = Appointment.objects.on(today()).filter(
        role__in=roles, area__in=home.ancestor_ids, person__is_active=True
    )
    return not others.exclude(pk=row.pk).exists()


@transaction.atomic
def print_certificate(appointment: Appointment, *, by: Actor) -> certificates.Certificate:
    """The certificate (聘书) of an appointment as a .docx; one may print one's own.

    Raises Refusal for an appointment without one or that was withdrawn.
    """
    row = _fresh(appointment)
    if by.person_id is None or row.person_id != by.person_id:
        demand(by, PEOPLE, ground_of(row), see=PEOPLE)
    if not row.certificate_no:
        raise Refusal(_("这项任命不发聘书"), code="no_certificate")
    if row.revoked_at is not None:
        raise Refusal(_("这项任命已经收回，不能再打印聘书"), code="over")
    trail(by, "certificate.printed", row, number=row.certificate_no)
    return certificates.render(row, ensure_station())
