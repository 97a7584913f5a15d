"""Coordinate systems at the edge: whatever a map or a file uses, inside there is only WGS-84."""

from __future__ import annotations

from fengqiao.algorithms.coords import Source, System, convert, parse_source
from fengqiao.lib.errors import Refusal
from fengqiao.lib.wording import told


def source_named(system: str) -> Source | None:
    """The coordinate system called ``system`` (``gcj02``, ``BD-09``, ``EPSG:4547``), None for an empty name.

    Raises Refusal for a name nobody knows.
    """
    if not system.strip():
        return None
    try:
        return parse_source(system)
    except ValueError as error:
        raise Refusal(told(error), code="bad_system", field="system") from error


def coordinates_in(lat: float, lon: float, system: str = "wgs84") -> tuple[float, float]:
    """A point given in ``system`` as WGS-84 degrees (lat, lon); northing and easting for projected systems.

    Raises Refusal for unknown systems and for numbers that are no place in it.
    """
    return _moved(lat, lon, source_named(system) or System.WGS84, System.WGS84)


def coordinates_out(lat: float, lon: float, system: str) -> tuple[float, float]:
    """A WGS-84 point (lat, lon) as ``system`` writes it. Raises Refusal like ``coordinates_in``."""
    return _moved(lat, lon, System.WGS84, source_named(system) or System.WGS84)


def _moved(lat: float, lon: float, source: Source, target: Source) -> tuple[float, float]:
    try:
        x, y = convert(lon, lat, source, target)
    except ValueError as error:
        raise Refusal(told(error), code="bad_point", field="lat") from error
    return y, x
