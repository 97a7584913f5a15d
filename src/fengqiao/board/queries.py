"""What the command room sees, as plain values; nothing here names who reported, nor where a restricted matter is.

Many eyes see a wall: personal numbers are masked in every title.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import ExtractHour
from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Scope
from fengqiao.algorithms.redact import mask
from fengqiao.intake.models import Report
from fengqiao.lib import clock
from fengqiao.lib.heatgrid import HeatGrid
from fengqiao.lib.present import chinese
from fengqiao.lib.wording import listed
from fengqiao.matters.choices import FollowUpState, Severity
from fengqiao.matters.models import FollowUp, Matter, MatterQuerySet
from fengqiao.teams.queries import on_duty
from fengqiao.territory.choices import Rank
from fengqiao.territory.models import Area, on_ground

SOON = timedelta(hours=2)
HEAT_DAYS = 28
LIVE, DUE, DUTY, HEAT_ROWS, RETURNS = 8, 4, 8, 7, 4


@dataclass(frozen=True)
class Figures:
    """Counts in the head; each leads to its list."""

    today: int
    open: int
    soon: int
    late: int
    on_duty: int


@dataclass(frozen=True)
class Arrival:
    """Something that came in: ``hot`` waits for a person now."""

    at: datetime
    title: str
    line: str
    severity: int
    n: int
    url: str
    hot: bool
    today: bool = True


def midnight(now: datetime) -> datetime:
    """The start of the local day."""
    return clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0)


def figures(scope: Scope, now: datetime) -> Figures:
    """The five counts; four queries whatever the size."""
    seen = Matter.objects.visible_to(scope).open()
    row = seen.aggregate(
        open=Count("id"),
        late=Count("id", filter=Q(due_at__lt=now)),
        soon=Count("id", filter=Q(due_at__gte=now, due_at__lt=now + SOON)),
    )
    paths = scope.paths("board.see")
    today = Report.objects.received_since(midnight(now)).filter(on_ground(paths)).count()
    return Figures(today, row["open"], row["soon"], row["late"], len(on_duty(now, paths=paths)))


def arrivals(scope: Scope, now: datetime) -> list[Arrival]:
    """What came in last: first danger nobody has looked at yet, then new matters, newest first."""
    paths = scope.paths("board.see")
    waiting = (
        Report.objects.filter(on_ground(paths))
        .exclude(about_id=scope.person_id)
        .unfinished()
        .filter(severity=Severity.DANGER)
        .select_related("area")
        .order_by("-received_at")[:3]
    )
    found = [_waiting(n, row, now) for n, row in enumerate(waiting, start=1)]
    rows = _newest(scope, now).with_faces()
    for n, m in enumerate(rows[: LIVE - len(found)], start=len(found) + 1):
        where = m.place.name if m.place else m.area.name
        who = m.owner.name if m.owner else str(m.get_state_display())
        found.append(
            Arrival(
                m.opened_at,
                mask(m.title),
                f"{where} · {who}",
                m.severity,
                n,
                f"/desk/matters/{m.number}/",
                False,
            )
        )
    return found


def _newest(scope: Scope, now: datetime) -> MatterQuerySet:
    """Matters of the last four weeks that may be on a wall, newest first."""
    rows = Matter.objects.visible_to(scope).opened_since(now - timedelta(days=HEAT_DAYS))
    return rows.filter(restricted=False).order_by("-opened_at")


def _waiting(n: int, row: Report, now: datetime) -> Arrival:
    minutes = max(0, int((now - row.received_at).total_seconds() // 60))
    where = row.area.name if not row.restricted else _("地点不上大屏")
    title = mask(row.text)[:28] if not row.restricted else _("需要特殊保护的一件事")
    line = _("%(where)s · 等人看，%(minutes)s 分钟") % {"where": where, "minutes": minutes}
    # By number: the receipt code is the resident's key and stays off the wall.
    return Arrival(row.received_at, title, line, row.severity, n, f"/desk/inbox/{row.pk}/", True)


def due_soon(scope: Scope, now: datetime) -> list[Matter]:
    """Open matters late or due within two hours, the most pressing first."""
    rows = Matter.objects.visible_to(scope).open().filter(due_at__lt=now + SOON, restricted=False)
    return list(rows.with_faces().order_by("severity", "-due_at")[:DUE])


def returns_today(scope: Scope, now: datetime) -> list[FollowUp]:
    """Follow-ups due by the end of today."""
    until = midnight(now) + timedelta(days=1)
    rows = FollowUp.objects.filter(
        state=FollowUpState.PLANNED,
        due_at__lt=until,
        matter__state="resolved",
        matter__restricted=False,
    ).filter(Exists(Matter.objects.visible_to(scope).filter(pk=OuterRef("matter_id"))))
    return list(rows.select_related("matter", "owner").order_by("due_at")[:RETURNS])


@dataclass(frozen=True)
class DutyLine:
    """People on duty of one kind at one place."""

    label: str
    where: str
    names: str
    until: datetime
    state: str


def duty_lines(scope: Scope, now: datetime) -> list[DutyLine]:
    """Who is on duty on the ground of this screen and around it, put together by kind and place."""
    groups: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in on_duty(now, paths=scope.paths("board.see")):
        groups[row.kind_words, row.where].append(row)
    lines = []
    for (kind, where), rows in groups.items():
        named = listed(r.person.name for r in rows[:2])
        names = named if len(rows) <= 2 else _("%(names)s 等 %(n)s 人") % {"names": named, "n": len(rows)}
        state = "rest" if rows[0].kind == "standby" else "free"
        lines.append(DutyLine(kind[:2] if chinese() else kind, where, names, rows[0].until, state))
    return lines[:DUTY]


def heat(scope: Scope, now: datetime) -> HeatGrid:
    """Matters that residents brought, by community or village and hour, over four weeks; this hour is framed.

    What patrols find is left out, so that sending people somewhere does not make the place look worse.
    """
    rows = (
        Matter.objects.visible_to(scope)
        .opened_since(now - timedelta(days=HEAT_DAYS))
        .filter(origin="resident")
        .annotate(hour=ExtractHour("opened_at", tzinfo=clock.LOCAL))
        .values_list("area__path", "hour")
        .annotate(n=Count("id"))
        .order_by()
    )
    units = {
        a.path: a.name
        for a in Area.objects.filter(rank__in=[Rank.COMMUNITY, Rank.VILLAGE], valid_to__isnull=True)
    }
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for path, hour, n in rows:
        name = next((units[p] for p in _prefixes(path) if p in units), None)
        if name:
            counts[name][hour] += n
    top = sorted(counts, key=lambda name: (-counts[name].total(), name))[:HEAT_ROWS]
    this_hour = clock.local(now).hour
    return HeatGrid(
        rows=top,
        columns=[str(h) for h in range(24)],
        counts=[[counts[name][h] for h in range(24)] for name in top],
        label=_("各处每小时几件"),
        frames=frozenset((row, this_hour) for row in range(len(top))),
        every=1,
    )


def _prefixes(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:n]) + "/" for n in range(len(parts), 0, -1)]


def points(scope: Scope, now: datetime) -> dict[str, Any]:
    """The numbered arrivals that have a point, as GeoJSON (WGS-84)."""
    rows = _newest(scope, now)[:LIVE]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [m.lon, m.lat]},
            "properties": {
                "kind": "sev",
                "n": n,
                "severity": m.severity,
                "text": mask(m.title),
                "url": f"/desk/matters/{m.number}/",
                "hot": m.severity == Severity.DANGER and m.state == "assigned",
            },
        }
        for n, m in enumerate(rows, start=1)
        if m.lat is not None and m.lon is not None
    ]
    return {"points": {"type": "FeatureCollection", "features": features}}
