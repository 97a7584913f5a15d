"""What all lives share: the township, its people as actors, photos, and the words people say."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from io import BytesIO

from PIL import Image

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.intake import files
from fengqiao.intake.actions import UploadedPhoto
from fengqiao.matters.models import Category
from fengqiao.teams.models import Partner
from fengqiao.teams.scopes import actor_for
from fengqiao.territory.models import Area
from tests.cast import NOW, Cast

START: datetime = NOW
SAID = (
    "楼道堆了纸箱，堵住了消防通道",
    "楼上漏水到我家，天花板一直滴水",
    "路灯不亮，晚上看不清路",
    "楼下夫妻吵架，男的动手打人",
    "井盖翘起来了，差点摔跤",
    "邻居养狗不拴绳，孩子害怕",
    "投诉民警王建国不作为，报了三次没人来",
    "有人冒充客服让我转账，钱已经转出去了",
)
AREAS = ("grid1", "grid2", "grid3", "street", "other_grid")


class World:
    """The cast and what is worked out once for all lives."""

    start = START

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self._actors: dict[int, Actor] = {}

    def actor(self, person: Person) -> Actor:
        """Their actor; nobody's appointments change in these lives."""
        if person.pk not in self._actors:
            self._actors[person.pk] = actor_for(person)
        return self._actors[person.pk]

    def actor_of(self, pk: int) -> Actor:
        """The actor of the person with this id; one made during a life is gone after it."""
        return self.actor(self.by_id[pk]) if pk in self.by_id else actor_for(Person.objects.get(pk=pk))

    @cached_property
    def lead(self) -> Actor:
        """Somebody with rights over the whole county, never the one a complaint is about."""
        return self.actor(self.cast.people["head"])

    @cached_property
    def by_id(self) -> dict[int, Person]:
        """The cast by their ids."""
        return {p.pk: p for p in self.cast.people.values()}

    @cached_property
    def workers(self) -> list[Person]:
        """Everybody who works here."""
        return [p for key, p in self.cast.people.items() if key not in {"nobody", "admin", "auditor"}]

    @cached_property
    def deciders(self) -> list[Person]:
        """Those who may decide about reports."""
        return [p for p in self.workers if self.actor(p).scope.can("report.triage")]

    @cached_property
    def named(self) -> list[Person]:
        """Those a complaint may be about: never the one who leads, or nobody could act."""
        return [self.cast.people[k] for k in ("duty", "officer", "grid_worker", "assistant", "street_staff")]

    @cached_property
    def areas(self) -> list[Area]:
        """Where things happen."""
        return [self.cast.areas[key] for key in AREAS]

    @cached_property
    def categories(self) -> list[Category]:
        """Categories in force."""
        return list(Category.objects.filter(valid_to__isnull=True).order_by("pk"))

    @cached_property
    def partners(self) -> list[Partner]:
        """Partner organisations."""
        return list(Partner.objects.order_by("pk"))

    @cached_property
    def photos(self) -> list[UploadedPhoto]:
        """Seven photos that differ: one more than a report may have."""
        return [UploadedPhoto(f"{n}.png", _picture(n)) for n in range(7)]

    @cached_property
    def stored(self) -> list[files.StoredPhoto]:
        """The same on disk already."""
        return [found for photo in self.photos for found in files.store_photos([photo])]


def _picture(n: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (16, 16), (n * 30, 90, 255 - n * 30)).save(out, "PNG")
    return out.getvalue()
