"""Areas, beats and places."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from fengqiao.accounts.scope import Scope
from fengqiao.territory.choices import Rank, Tier


def within(paths: tuple[str, ...], column: str) -> Q:
    """A filter for rows whose area path column starts with one of ``paths``; nothing for no paths."""
    if not paths:
        return Q(pk__in=[])
    found = Q()
    for path in paths:
        found |= Q(**{f"{column}__startswith": path})
    return found


def on_ground(paths: tuple[str, ...], column: str = "area") -> Q:
    """The same for a column that holds the area itself, for tables that grow for years.

    The areas are listed once and looked up row by row. A join would let SQLite start from the areas and sort
    everything that ever happened in them to show the fifty newest rows.
    """
    if not paths:
        return Q(pk__in=[])
    return Q(**{f"{column}__in": Area.objects.filter(within(paths, "path")).order_by().values("pk")})


class AreaQuerySet(models.QuerySet["Area"]):
    """Areas in the words of the field."""

    def current(self, on: date) -> AreaQuerySet:
        """Areas that exist on day ``on``."""
        return self.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))

    def visible_to(self, scope: Scope, right: str = "territory.see") -> AreaQuerySet:
        """Areas the scope may see."""
        return self.filter(within(scope.paths(right), "path"))

    def below(self, area: Area) -> AreaQuerySet:
        """``area`` and everything under it."""
        return self.filter(path__startswith=area.path)


class Area(models.Model):
    """A node of the area tree. ``path`` lists the ids from the root: ``/1/12/77/``."""

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    rank = models.CharField(max_length=10, choices=Rank.choices)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    path = models.CharField(max_length=120, db_index=True, default="")
    valid_from = models.DateField(default=date(2000, 1, 1))
    valid_to = models.DateField(null=True)
    households = models.PositiveIntegerField(null=True)
    residents = models.PositiveIntegerField(null=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="area_dates", condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the path follows from the parent and the new id."""
        super().save(*args, **kwargs)
        path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
        if path != self.path:
            self.path = path
            super().save(update_fields=["path"])

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from the root down to this area."""
        return [int(part) for part in self.path.strip("/").split("/") if part]


class Boundary(models.Model):
    """The outline of an area while it was valid; WGS-84 degrees, GeoJSON geometry. Old outlines stay."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="boundaries")
    geometry = models.JSONField()
    min_lon = models.FloatField()
    min_lat = models.FloatField()
    max_lon = models.FloatField()
    max_lat = models.FloatField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_current_boundary", fields=["area"], condition=Q(valid_to__isnull=True)
            )
        ]


class Beat(models.Model):
    """A police beat (警务区): lies over grids, many to many."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="beats_inside")
    grids = models.ManyToManyField(Area, through="BeatGrid", related_name="beats")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class BeatGrid(models.Model):
    """A beat covers a grid from a day on; ``main`` marks the beat that answers first where two overlap."""

    beat = models.ForeignKey(Beat, on_delete=models.CASCADE, related_name="covers")
    grid = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="covered_by")
    main = models.BooleanField(default=True)
    valid_from = models.DateField(default=date(2000, 1, 1))
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="beat_grid_once", fields=["beat", "grid"], condition=Q(valid_to__isnull=True)
            ),
            models.UniqueConstraint(
                name="one_main_beat", fields=["grid"], condition=Q(valid_to__isnull=True, main=True)
            ),
        ]


class Place(models.Model):
    """A named place with an address and, where known, a point (WGS-84 degrees)."""

    name = models.CharField(max_length=80)
    aliases = models.JSONField(default=list, blank=True)
    address = models.CharField(max_length=160, blank=True, default="")
    kind = models.CharField(max_length=30, blank=True, default="")
    tier = models.CharField(max_length=10, choices=Tier.choices, default=Tier.ORDINARY)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="places")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["lat", "lon"], name="place_point")]

    def __str__(self) -> str:
        return self.name


class MapFeature(models.Model):
    """Something only drawn: a river, a road, a block of houses. GeoJSON geometry in WGS-84 degrees."""

    kind = models.CharField(max_length=20, db_index=True)
    name = models.CharField(max_length=60, blank=True, default="")
    geometry = models.JSONField()
