"""The names of the ground in memory, for finding places in what people write."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, F, Max, Sum
from django.db.models.functions import Length

from fengqiao.algorithms.places import Entry as Name
from fengqiao.algorithms.places import Gazetteer
from fengqiao.algorithms.villageplaces import PlacesAndVillages
from fengqiao.audit.models import Entry
from fengqiao.territory.models import Area, Boundary, Place
from fengqiao.territory.villages import village_index, villages_stamp

Version = tuple[object, ...]

_lock = threading.Lock()
_cached: tuple[Version, Gazetteer] | None = None
_joined: tuple[Gazetteer, object, Gazetteer | PlacesAndVillages] | None = None


def _version() -> Version:
    """A cheap stamp of all names: counts, last ids, and the last change the log knows of."""
    areas = Area.objects.aggregate(n=Count("pk"), last=Max("pk"), letters=Sum(Length("name")))
    places = Place.objects.aggregate(n=Count("pk"), last=Max("pk"))
    logged = Entry.objects.filter(object_type__in=("area", "place", "boundary"))
    changes = logged.aggregate(last=Max(F("id") + 0))  # of a plain id SQLite would read the log backwards
    return (str(connection.settings_dict["NAME"]), *areas.values(), *places.values(), changes["last"])


def gazetteer() -> Gazetteer:
    """All areas and places of today by name; built again when one is added, renamed or moved.

    Ids are ``area:7`` and ``place:12``; points are WGS-84 degrees, for areas the middle of their outline.
    """
    global _cached
    wanted = _version()
    found = _cached
    if found is not None and found[0] == wanted:
        return found[1]
    with _lock:
        if _cached is None or _cached[0] != wanted:
            _cached = (wanted, Gazetteer(_names()))
        return _cached[1]


def place_finder() -> Gazetteer | PlacesAndVillages:
    """The names of the ground, with all villages of the country where a station has imported them."""
    global _joined
    own, stamp = gazetteer(), villages_stamp()
    found = _joined
    if found is None or found[0] is not own or found[1] != stamp:
        villages = village_index()
        both = PlacesAndVillages(own, villages, _codes()) if villages is not None else own
        found = _joined = (own, stamp, both)
    return found[2]


def _codes() -> dict[str, str]:
    """Division codes of today's areas by the id of their entry; a grid has more digits, the placeholder none."""
    rows = Area.objects.filter(valid_to__isnull=True).values_list("pk", "code")
    return {f"area:{pk}": code for pk, code in rows if code.isascii() and code.isdecimal() and code[0] != "0"}


def _names() -> Iterator[Name]:
    middle: dict[int, tuple[float, float]] = {}
    rows = Boundary.objects.filter(valid_to__isnull=True)
    for pk, west, south, east, north in rows.values_list(
        "area_id", "min_lon", "min_lat", "max_lon", "max_lat"
    ):
        middle[pk] = ((south + north) / 2, (west + east) / 2)
    for area in Area.objects.filter(valid_to__isnull=True):
        lat, lon = middle.get(area.pk, (None, None))
        above = f"area:{area.parent_id}" if area.parent_id else None
        yield Name(f"area:{area.pk}", "area", area.name, (), above, lat, lon)
    for place in Place.objects.all():
        # An address with a number in it is one place; without one it is a whole street.
        numbered = [place.address] if any(c.isdigit() for c in place.address) else []
        aliases = (*place.aliases, *numbered)
        yield Name(
            f"place:{place.pk}", "place", place.name, aliases, f"area:{place.area_id}", place.lat, place.lon
        )
