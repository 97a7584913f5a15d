"""Where a report belongs: from a tapped point, a chosen place or area, or nothing at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import clean
from fengqiao.territory.index import codes_at
from fengqiao.territory.models import Area, Place
from fengqiao.territory.queries import check_point
from fengqiao.territory.roots import ensure_root


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is: an area always; ``unplaced`` when nobody could say which small area it is."""

    area: Area
    place: Place | None
    place_text: str
    lat: float | None
    lon: float | None
    unplaced: bool


def settle(
    *,
    area: Area | None = None,
    place: Place | None = None,
    place_text: str = "",
    lat: float | None = None,
    lon: float | None = None,
) -> Spot:
    """The spot of what was given (WGS-84 degrees).

    A tapped point decides; without one the place, then the chosen area. A point outside every outline, and a
    report that says no place, go to the root area marked ``unplaced``: a person places them, nothing is dropped.
    Raises Refusal for half a point and for numbers that are no place on earth.
    """
    words = re.sub(r"\s+", " ", clean(place_text, limit=160, field="place_text"))
    if (lat is None) != (lon is None):
        raise Refusal(_("位置只有一半：经度和纬度要一起给"), code="bad_point", field="lat")
    if lat is not None and lon is not None:
        return _from_point(area, place, words, lat, lon)
    if place is not None:
        return Spot(place.area, place, words or place.name, place.lat, place.lon, False)
    if area is not None:
        return Spot(area, None, words, None, None, False)
    return Spot(ensure_root(), None, words, None, None, True)


def _from_point(area: Area | None, place: Place | None, words: str, lat: float, lon: float) -> Spot:
    check_point(lat, lon)
    code = codes_at([lon], [lat])[0]
    found = Area.objects.filter(code=code).first() if code is not None else None
    if found is not None:
        return Spot(found, place, words, lat, lon, False)
    chosen = place.area if place is not None else area
    return Spot(chosen or ensure_root(), place, words, lat, lon, chosen is None)
