"""Where something is, from what a caller sent: a point in any system, a place, an area."""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Scope
from fengqiao.api import find
from fengqiao.intake.placing import Spot, settle
from fengqiao.lib.errors import Refusal
from fengqiao.territory.coordinates import coordinates_in


class Sent(Protocol):
    """What a body says of a place."""

    @property
    def area(self) -> str | None: ...
    @property
    def place(self) -> int | None: ...
    @property
    def place_text(self) -> str: ...
    @property
    def lat(self) -> float | None: ...
    @property
    def lon(self) -> float | None: ...
    @property
    def system(self) -> str: ...


def point(lat: float | None, lon: float | None, system: str) -> tuple[float | None, float | None]:
    """A point as WGS-84 degrees, (None, None) when none was sent; half a point is passed on to be refused."""
    if lat is None or lon is None:
        return lat, lon
    return coordinates_in(lat, lon, system or "wgs84")


def spot(sent: Sent, scope: Scope) -> Spot:
    """The spot a body names. Raises Refusal for names that lead nowhere and points that are none."""
    lat, lon = point(sent.lat, sent.lon, sent.system)
    return settle(
        area=find.area(sent.area) if sent.area else None,
        place=find.place(sent.place, scope) if sent.place else None,
        place_text=sent.place_text,
        lat=lat,
        lon=lon,
    )


def certain_spot(sent: Sent, scope: Scope) -> Spot:
    """A spot that lies in an area. Raises Refusal for a point outside all of them without an area beside it."""
    found = spot(sent, scope)
    if found.unplaced:
        raise Refusal(_("请给区域、地点，或辖区里的一个位置"), code="outside", field="area")
    return found
