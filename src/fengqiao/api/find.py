"""From what a caller names to rows, always within reach: a path that leads nowhere is 404, a wrong name in a body 422."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from fengqiao.accounts import reach
from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor, Scope
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.matters import queries as matters
from fengqiao.matters.models import Category, Matter
from fengqiao.teams.models import Appointment, Duty, Partner, Resource
from fengqiao.territory.models import Area, Beat, BeatGrid, Place

Row = TypeVar("Row", bound=Model)
HANDLES = "matter.handle"
MOST_CANDIDATES = 300


def unknown(field: str, message: str) -> Refusal:
    """The refusal of a name in a body that leads nowhere."""
    return Refusal(message, code="unknown", field=field)


def one(rows: QuerySet[Row], pk: int) -> Row:
    """The row with this id among those in reach. Raises OutOfReach."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise OutOfReach
    return found


def matter(number: str, scope: Scope) -> Matter:
    """The matter with this number in reach. Raises OutOfReach."""
    found = matters.find(number, scope)
    if found is None:
        raise OutOfReach
    return found


def other_matter(number: str, scope: Scope, *, field: str) -> Matter:
    """A second matter, named in a body. Raises Refusal."""
    found = matters.find(number, scope)
    if found is None:
        raise unknown(field, _("没有找到事项 %(number)s") % {"number": number})
    return found


def area(code: str) -> Area:
    """A present area named in a body; where places are is no secret. Raises Refusal."""
    found = Area.objects.filter(code=code, valid_to__isnull=True).first()
    if found is None:
        raise unknown("area", _("没有编码为 %(code)s 的区域") % {"code": code})
    return found


def area_in_sight(code: str, scope: Scope) -> Area:
    """An area named in a path, when its ground may be seen. Raises OutOfReach."""
    found = Area.objects.visible_to(scope).filter(code=code).first()
    if found is None:
        raise OutOfReach
    return found


def beat(code: str) -> Beat:
    """A beat named in a body. Raises Refusal."""
    found = Beat.objects.select_related("area").filter(code=code).first()
    if found is None:
        raise unknown("beat", _("没有编码为 %(code)s 的警务区") % {"code": code})
    return found


def beat_in_sight(code: str, scope: Scope) -> Beat:
    """A beat named in a path, when its area or a grid it covers may be seen. Raises OutOfReach."""
    seen = Area.objects.visible_to(scope)
    covers = BeatGrid.objects.filter(valid_to__isnull=True, grid__in=seen)
    rows = Beat.objects.filter(Q(area__in=seen) | Q(pk__in=covers.values("beat_id")))
    found = rows.select_related("area").filter(code=code).first()
    if found is None:
        raise OutOfReach
    return found


def place(pk: int, scope: Scope) -> Place:
    """A place named in a body, where its ground may be seen. Raises Refusal."""
    rows = Place.objects.filter(area__in=Area.objects.visible_to(scope)).select_related("area")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise unknown("place", _("没有找到这个地点"))
    return found


def category(code: str) -> Category:
    """A category in force. Raises Refusal."""
    found = matters.current_categories().get(code)
    if found is None:
        raise unknown("category", _("没有代码为 %(code)s 的类别") % {"code": code})
    return found


def partner(pk: int, *, field: str = "partner") -> Partner:
    """An active partner named in a body. Raises Refusal."""
    found = Partner.objects.filter(pk=pk, active=True).select_related("area").first()
    if found is None:
        raise unknown(field, _("没有找到这个单位"))
    return found


def resource(pk: int, *, field: str = "room") -> Resource:
    """Something shared and in use, named in a body. Raises Refusal."""
    found = Resource.objects.filter(pk=pk, active=True).select_related("area").first()
    if found is None:
        raise unknown(field, _("没有找到这一项共享资源"))
    return found


def person(pk: int, by: Actor, *, field: str, near: Area | None = None) -> Person:
    """Somebody named in a body: in sight of the actor, or appointed to handle matters around ``near``.

    Raises Refusal, the same for somebody unknown and somebody out of sight.
    """
    found = Person.objects.filter(pk=pk, is_active=True).first()
    works_near = found is not None and near is not None and handlers_near(near).filter(person=found).exists()
    if found is None or not (works_near or reach.sees(by, found)):
        raise unknown(field, _("没有找到这个人"))
    return found


def maybe_person(pk: int | None, by: Actor, *, field: str, near: Area | None = None) -> Person | None:
    """``person`` for an id that may be missing."""
    return None if pk is None else person(pk, by, field=field, near=near)


def colleague(pk: int, by: Actor, *, field: str, near: Area) -> Person:
    """Somebody named in a body: in sight of the actor, or appointed to anything around ``near``. Raises Refusal."""
    found = Person.objects.filter(pk=pk, is_active=True).first()
    if found is None or not (appointed_near(near).filter(person=found).exists() or reach.sees(by, found)):
        raise unknown(field, _("没有找到这个人"))
    return found


def appointed_near(area: Area) -> QuerySet[Appointment]:
    """Appointments of today over ``area``, its beats, ground around it or in it."""
    beats = BeatGrid.objects.filter(grid__path__startswith=area.path, valid_to__isnull=True)
    around = Q(area_id__in=area.ancestor_ids) | Q(beat_id__in=beats.values("beat_id"))
    rows = Appointment.objects.on(clock.local(clock.now()).date())
    return rows.filter(around | Q(area__path__startswith=area.path), person__is_active=True)


def handlers_near(area: Area) -> QuerySet[Appointment]:
    """Those of them that may handle matters."""
    able = [role.key for role in current_place().roles if role.may(HANDLES)]
    return appointed_near(area).filter(role__in=able)


def candidates(area: Area, *, exclude: int | None, name: str = "") -> list[tuple[Appointment, bool]]:
    """Who could take a matter of ``area``, one row each, the nearest ground first; and whether on duty now."""
    rows = handlers_near(area).exclude(person_id=exclude or 0).select_related("person", "area", "beat")
    if name:
        rows = rows.filter(Q(person__name__icontains=name) | Q(person__username__icontains=name))
    on_duty = set(Duty.objects.at(clock.now()).values_list("person_id", flat=True))
    line = {pk: n for n, pk in enumerate(reversed(area.ancestor_ids))}
    best: dict[int, tuple[int, Appointment]] = {}
    for row in rows.order_by("pk")[: 2 * MOST_CANDIDATES]:
        distance = 1 if row.beat_id else 2 * line.get(row.area_id or 0, 50)
        if row.person_id not in best or distance < best[row.person_id][0]:
            best[row.person_id] = (distance, row)
    found = sorted(best.values(), key=lambda pair: (pair[0], pair[1].person.name, pair[1].pk))
    return [(row, row.person_id in on_duty) for _distance, row in found[:MOST_CANDIDATES]]
