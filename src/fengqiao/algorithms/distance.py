"""Distance between two points given in degrees."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS = 6_371_008.8  # metres, mean radius (IUGG)


def distance_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Metres along the great circle between two points in WGS-84 degrees (haversine, sphere: within 0.6 %)."""
    half_lat = radians(lat_b - lat_a) / 2
    half_lon = radians(lon_b - lon_a) / 2
    share = sin(half_lat) ** 2 + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS * asin(min(1.0, sqrt(share)))


def in_words(metres: float) -> str:
    """A distance as people say it: 40 米, 1.2 公里."""
    if metres < 1000:
        return f"{round(metres / 10) * 10 if metres >= 10 else round(metres)} 米"
    return f"{metres / 1000:.1f} 公里"
