"""Places by name and address; things only drawn on the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from shapely.errors import ShapelyError

from fengqiao.accounts.checks import demand
from fengqiao.accounts.scope import Actor
from fengqiao.accounts.trail import trail
from fengqiao.algorithms.filefaults import FileFault, FileSource
from fengqiao.algorithms.tablefiles import Row, open_table
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.text import one_line
from fengqiao.lib.wording import listed, told, translated
from fengqiao.territory.actions.areas import demand_root
from fengqiao.territory.choices import Tier
from fengqiao.territory.coordinates import coordinates_in
from fengqiao.territory.importing import ADDED, CHANGED, REFUSED_ROW, UNCHANGED, ImportReport, RowResult
from fengqiao.territory.models import Area, MapFeature, Place
from fengqiao.territory.policy import EDIT, SEE
from fengqiao.territory.queries import locate

MOST_ALIASES = 12


@dataclass(frozen=True)
class PlaceDraft:
    """A place as somebody gives it; ``lat`` and ``lon`` in degrees of ``system`` (WGS-84 when empty)."""

    name: str
    address: str = ""
    kind: str = ""
    tier: str = Tier.ORDINARY
    aliases: tuple[str, ...] = ()
    area: Area | None = None
    lat: float | None = None
    lon: float | None = None
    system: str = ""


def _columns(draft: PlaceDraft) -> dict[str, Any]:
    """The draft as columns of the table. Raises Refusal in words for what cannot be."""
    name = one_line(draft.name, limit=80, field="name")
    if not name:
        raise Refusal(_("请填写地点名称"), code="missing", field="name")
    if draft.tier not in Tier.values:
        raise Refusal(_("没有“%(tier)s”这个等级") % {"tier": draft.tier}, code="bad_tier", field="tier")
    if (draft.lat is None) != (draft.lon is None):
        raise Refusal(_("纬度和经度要一起填"), code="bad_point", field="lat")
    lat, lon, area = draft.lat, draft.lon, draft.area
    if lat is not None and lon is not None:
        lat, lon = coordinates_in(lat, lon, draft.system or "wgs84")
        area = area or locate(lat, lon).area
    if area is None:
        raise Refusal(_("请选定区域，或在地图上点出位置"), code="missing", field="area")
    aliases = dict.fromkeys(filter(None, (one_line(a, limit=80) for a in draft.aliases)))
    return {
        "name": name,
        "address": one_line(draft.address, limit=160, field="address"),
        "kind": one_line(draft.kind, limit=30, field="kind"),
        "tier": draft.tier,
        "aliases": list(aliases)[:MOST_ALIASES],
        "area": area,
        "lat": lat,
        "lon": lon,
    }


@transaction.atomic
def add_place(draft: PlaceDraft, *, by: Actor) -> Place:
    """Add a place. Without an area the point decides; a point outside every area goes to the root.

    Raises Refusal for a place of that name in the same area, and for points that cannot be.
    """
    columns = _columns(draft)
    demand(by, EDIT, columns["area"].path, see=SEE)
    if Place.objects.filter(name=columns["name"], area=columns["area"]).exists():
        raise Refusal(
            _("%(area)s 已经有“%(name)s”了") % {"area": columns["area"], "name": columns["name"]},
            code="taken",
            field="name",
        )
    place = Place.objects.create(**columns)
    trail(by, "place.added", place, area=place.area_id)
    return place


@transaction.atomic
def change_place(place: Place, draft: PlaceDraft, *, by: Actor) -> Place:
    """Replace what is known of the place by ``draft``. Needs the right where it is and where it goes."""
    found = Place.objects.select_for_update(of=("self",)).select_related("area").filter(pk=place.pk).first()
    if found is None:
        raise OutOfReach
    demand(by, EDIT, found.area.path, see=SEE)
    columns = _columns(draft)
    demand(by, EDIT, columns["area"].path, see=SEE)
    changed = [key for key, value in columns.items() if getattr(found, key) != value]
    for key, value in columns.items():
        setattr(found, key, value)
    found.save()
    trail(by, "place.changed", found, columns=changed)
    return found


FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name", "名称", "地点", "场所名称"),
    "address": ("address", "地址", "详细地址"),
    "kind": ("kind", "类型", "类别"),
    "tier": ("tier", "等级"),
    "aliases": ("aliases", "别名", "俗称"),
    "area": ("area", "area_code", "区域编码", "网格编码"),
    "lat": ("lat", "latitude", "纬度"),
    "lon": ("lon", "lng", "longitude", "经度"),
}
"""Columns of a table of places by the names they go by."""

_TIERS = {str(label): value for value, label in Tier.choices} | {value: value for value in Tier.values}


@transaction.atomic
def import_places(source: FileSource, *, by: Actor, system: str = "", dry_run: bool = False) -> ImportReport:
    """Bring in places from a table (CSV, XLSX): all rows or none, a word for each.

    Columns as in ``FIELDS``; aliases are parted by ``、`` or ``;``. A place of the same name in the same area is
    updated. When a row is refused nothing is written. Raises Refusal for an unreadable file or one without a
    column for the name.
    """
    if not by.scope.can(EDIT):
        demand_root(by)
    results = []
    try:
        with open_table(source) as table:
            names = {
                field: next((c for c in words if c in table.columns), "") for field, words in FIELDS.items()
            }
            if not names["name"]:
                raise Refusal(
                    _("缺少“名称”列。文件里有：%(columns)s") % {"columns": listed(table.columns)},
                    code="missing_columns",
                )
            codes: dict[str, Area | None] = {}
            results = [_import_row(row, names, system, codes, by) for row in table]
    except FileFault as fault:
        raise Refusal(told(fault), code=fault.code, field="file") from fault
    stopped = any(r.what == REFUSED_ROW for r in results)
    report = ImportReport(tuple(results), done=not (stopped or dry_run))
    if not report.done:
        transaction.set_rollback(True)
    elif results:
        first = Place.objects.order_by("-pk")[0]
        trail(by, "places.imported", first, added=report.count(ADDED), changed=report.count(CHANGED))
    return report


def _import_row(
    row: Row, names: Mapping[str, str], system: str, codes: dict[str, Area | None], by: Actor
) -> RowResult:
    said = {field: row.cells.get(column, "").strip() if column else "" for field, column in names.items()}
    try:
        if row.fault:
            raise Refusal(translated(row.fault), code="unreadable")
        what = _put(_draft(said, system, codes), by)
    except Refusal as refusal:
        words = _("第 %(number)s 行：%(fault)s") % {"number": row.number, "fault": refusal.message}
        return RowResult(str(row.number), said["name"], REFUSED_ROW, words)
    return RowResult(str(row.number), said["name"], what)


def _draft(said: Mapping[str, str], system: str, codes: dict[str, Area | None]) -> PlaceDraft:
    code = said["area"]
    if code and code not in codes:
        codes[code] = Area.objects.filter(code=code, valid_to__isnull=True).first()
    if code and codes[code] is None:
        raise Refusal(_("没有编码为 %(code)s 的区域") % {"code": code}, code="no_area", field="area")
    tier = _TIERS.get(said["tier"] or Tier.ORDINARY)
    if tier is None:
        raise Refusal(
            _("等级“%(tier)s”不认识，可写：%(tiers)s") % {"tier": said["tier"], "tiers": listed(Tier.labels)},
            code="bad_tier",
        )
    return PlaceDraft(
        name=said["name"],
        address=said["address"],
        kind=said["kind"],
        tier=tier,
        aliases=tuple(said["aliases"].replace("；", "、").replace(";", "、").split("、")),
        area=codes[code] if code else None,
        lat=_number(said["lat"], _("纬度")),
        lon=_number(said["lon"], _("经度")),
        system=system,
    )


def _number(text: str, word: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise Refusal(
            _("%(word)s“%(text)s”不是数字") % {"word": word, "text": text[:20]}, code="bad_point"
        ) from error


def _put(draft: PlaceDraft, by: Actor) -> str:
    columns = _columns(draft)
    demand(by, EDIT, columns["area"].path, see=SEE)
    held = Place.objects.filter(name=columns["name"], area=columns["area"]).first()
    if held is None:
        Place.objects.create(**columns)
        return ADDED
    if all(getattr(held, key) == value for key, value in columns.items()):
        return UNCHANGED
    for key, value in columns.items():
        setattr(held, key, value)
    held.save()
    return CHANGED


@transaction.atomic
def add_features(features: Iterable[tuple[str, str, Mapping[str, Any]]], *, by: Actor) -> int:
    """Draw rivers, roads, blocks: (kind, name, GeoJSON geometry in WGS-84). Returns how many.

    They are scenery for everybody who sees a map, so the right over the whole ground is needed. Raises Refusal
    for a geometry that cannot be drawn.
    """
    demand_root(by)
    rows = []
    for kind, name, geometry in features:
        try:
            shapely.geometry.shape(dict(geometry))
        except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise Refusal(
                _("“%(feature)s”画不出来，请检查它的坐标") % {"feature": name or kind}, code="bad_geometry"
            ) from error
        rows.append(
            MapFeature(kind=one_line(kind, limit=20), name=one_line(name, limit=60), geometry=dict(geometry))
        )
    made = MapFeature.objects.bulk_create(rows, batch_size=500)
    if made:
        trail(by, "features.added", made[0], count=len(made))
    return len(made)
