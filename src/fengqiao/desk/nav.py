"""The side navigation with its figures, and what else the shell of the desk shows: one query in all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor, Scope
from fengqiao.desk.veil import veiled
from fengqiao.intake.queries import waiting
from fengqiao.lib import clock
from fengqiao.lib.db.prepared import Prepared, Slot
from fengqiao.lib.place_config import current_place
from fengqiao.lib.present import NavItem, chinese
from fengqiao.lib.wording import listed
from fengqiao.matters.models import Matter
from fengqiao.mediation.models import MediationCase
from fengqiao.teams.models import Duty, Station

BIG_TEXT = "fq_big"
"""The cookie that keeps the large type, the same as at the residents' door."""


@dataclass(frozen=True)
class _Figures:
    inbox: int
    mediation: int
    mine: int
    late: int
    station: str
    duty_until: str


@dataclass(frozen=True)
class _Entry:
    key: str
    label: object
    icon: str
    route: str
    rights: tuple[str, ...] = ()
    count: Callable[[_Figures], int | None] = lambda _figures: None
    late: bool = False
    group: object = ""


_ENTRIES: tuple[_Entry, ...] = (
    _Entry("inbox", gettext_lazy("收件"), "inbox", "desk:inbox", ("report.triage",), lambda f: f.inbox),
    _Entry("new", gettext_lazy("录入反映"), "pencil", "desk:new", ("report.receive",)),
    _Entry("mine", gettext_lazy("我的事项"), "list-check", "desk:mine", (), lambda f: f.mine),
    _Entry("due", gettext_lazy("到期"), "clock", "desk:due", (), lambda f: f.late, late=True),
    _Entry(
        "matters", gettext_lazy("全部事项"), "table", "desk:matters", ("matter.see_area", "matter.handle")
    ),
    _Entry(
        "mediation",
        gettext_lazy("调解"),
        "messages",
        "desk:mediation",
        ("mediation.see", "mediation.handle"),
        lambda f: f.mediation,
    ),
    _Entry("people", gettext_lazy("队伍"), "users", "desk:people", ("people.see",)),
    _Entry("territory", gettext_lazy("辖区"), "map-2", "desk:territory", ("territory.see",)),
    _Entry(
        "board", gettext_lazy("大屏"), "stack-2", "board:home", ("board.see",), group=gettext_lazy("看全局")
    ),
    _Entry(
        "topics",
        gettext_lazy("热点"),
        "flame",
        "desk:topics",
        ("report.triage",),
        group=gettext_lazy("看全局"),
    ),
    _Entry(
        "imports",
        gettext_lazy("导入导出"),
        "table-import",
        "desk:imports",
        ("import.run", "bundle.run"),
        group=gettext_lazy("看全局"),
    ),
    _Entry("settings", gettext_lazy("设置"), "settings", "desk:settings"),
)


def shell(request: HttpRequest, on: str = "") -> dict[str, Any]:
    """What desk/base.html needs: navigation, station, who I am and until when, where to search and sign out."""
    actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
    figures = _figures(actor)
    return {
        "nav": items(actor.scope, figures),
        "nav_on": on,
        "station": figures.station,
        "me_name": actor.name,
        "me_line": _line(actor.scope, figures.duty_until),
        "search_url": reverse("desk:search") if actor.scope.can("search.use") else "",
        "signout_url": reverse("signout"),
        "veil_url": reverse("desk:veil"),
        "veiled": veiled(request),
        "big_text": request.COOKIES.get(BIG_TEXT) == "1",
    }


def items(scope: Scope, figures: _Figures) -> list[NavItem]:
    """The places this person may go; a room whose pages are not there is left out."""
    found: list[NavItem] = []
    group: object = ""
    for entry in _ENTRIES:
        address = _address(entry, scope)
        if not address:
            continue
        count = entry.count(figures)
        late = entry.late and bool(count)
        heading = entry.group if entry.group != group else ""
        found.append(NavItem(entry.key, entry.label, entry.icon, address, count or None, late, heading))
        group = entry.group
    return found


def _address(entry: _Entry, scope: Scope) -> str:
    if entry.rights and not any(scope.can(right) for right in entry.rights):
        return ""
    try:
        return reverse(entry.route)
    except NoReverseMatch:
        return ""


def _figures(actor: Actor) -> _Figures:
    """Everything the shell counts, in one row."""
    now = clock.now()
    row = _row_for(actor.scope).first(**dict.fromkeys(_MOMENTS, now))
    inbox, mediation, mine, late, station, ends = row or (0, 0, 0, 0, "", None)
    return _Figures(inbox, mediation, mine, late, station or "", f"{clock.local(ends):%H:%M}" if ends else "")


_MOMENTS = ("late at", "began by", "ends after")
_REACHES = 256
"""Reaches whose query is kept: more people than work on a station's desk at once."""


@lru_cache(_REACHES)
def _row_for(scope: Scope) -> Prepared:
    """The row of one reach. It stands on every page, and putting it together took half of a page's time."""

    def build() -> Any:
        ended = Slot("late at", cast(Any, Matter._meta.get_field("due_at")))
        began = Slot("began by", cast(Any, Duty._meta.get_field("starts_at")))
        ends = Slot("ends after", cast(Any, Duty._meta.get_field("ends_at")))
        own = Matter.objects.open().filter(owner_id=scope.person_id)
        duty = Duty.objects.filter(person_id=OuterRef("pk"), starts_at__lte=began, ends_at__gt=ends)
        figures = {
            "inbox": _counted(waiting(scope)),
            "mediation": _counted(MediationCase.objects.visible_to(scope).running()),
            "mine": _counted(own),
            "late": _counted(own.filter(due_at__lt=ended)),
            "station": Subquery(Station.objects.order_by("pk").values("name")[:1]),
            "until": Subquery(duty.order_by("-ends_at").values("ends_at")[:1]),
        }
        return Person.objects.filter(pk=scope.person_id or 0).annotate(**figures).values_list(*figures)

    return Prepared(build)


def _counted(rows: Any) -> Coalesce:
    """How many rows, as a subquery: grouped by a constant, so one row comes back."""
    one = rows.order_by().annotate(_all=Value(1)).values("_all")
    counted = one.annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _line(scope: Scope, until: str) -> str:
    """What the person is here, and until when they are on duty."""
    roles = {role.key: (role.zh if chinese() else role.en) for role in current_place().roles}
    named = list(dict.fromkeys(roles[g.role] for g in scope.grants if g.role in roles))
    parts = [listed(named[:2])] if named else []
    if until:
        parts.append(_("到 %(time)s") % {"time": until})
    return " · ".join(parts)
