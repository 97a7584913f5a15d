"""Forms about places, and of the import of areas and places with a trial run."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.fields import AreaField, line
from fengqiao.desk.forms.rooms import RoomForm, choice, offer_ground, upload
from fengqiao.desk.forms.territory import EDIT, REGISTRY, SYSTEMS, register
from fengqiao.desk.ground import map_url
from fengqiao.desk.mapdata import middle
from fengqiao.lib.errors import OutOfReach
from fengqiao.territory import actions
from fengqiao.territory.actions.places import PlaceDraft
from fengqiao.territory.choices import Tier
from fengqiao.territory.models import Area, Place


class _PlaceFields(RoomForm):
    """What is known of a place; the point comes from the map or is typed."""

    pick = "id_lat id_lon"
    right = EDIT

    name = line(_("名称"), limit=80)
    aliases = line(_("别的叫法"), required=False, help_text=_("几个叫法用顿号隔开"))
    address = line(_("地址"), limit=160, required=False)
    kind = line(_("类型"), limit=30, required=False)
    tier = choice(_("要不要重点看护"), Tier.choices)
    area = AreaField(label=_("在哪一片"), required=False, blank=_("按地图上的点来定"))
    lat = forms.FloatField(
        label=_("纬度"), required=False, error_messages={"invalid": _("请写数字，如 30.0213")}
    )
    lon = forms.FloatField(
        label=_("经度"), required=False, error_messages={"invalid": _("请写数字，如 120.0213")}
    )

    def prepare(self) -> None:
        offer_ground(self.fields["area"], self.by, EDIT, beats=False)  # type: ignore[arg-type]

    @property
    def map_data(self) -> dict[str, Any] | None:
        """Where the map opens."""
        centre = middle(self.by.scope)
        return {"center": list(centre), "zoom": 15} if centre else None

    @property
    def map_url(self) -> str:
        """What the map draws."""
        return map_url()

    def draft(self) -> PlaceDraft:
        """The place as the form says."""
        given = self.cleaned_data
        return PlaceDraft(
            name=given["name"],
            address=self.said("address"),
            kind=self.said("kind"),
            tier=given["tier"],
            aliases=tuple(self.said("aliases").replace("，", "、").split("、")),
            area=given["area"],
            lat=given["lat"],
            lon=given["lon"],
        )

    def back(self) -> str:
        return reverse("desk:places")


@register
class AddPlaceForm(_PlaceFields):
    """A new place."""

    verb, icon = "add_place", "map-pin"
    title, button, done = _("加场所"), _("加上"), _("加上了")

    def act(self) -> None:
        actions.add_place(self.draft(), by=self.by)


@register
class ChangePlaceForm(_PlaceFields):
    """Correct a place."""

    verb, icon = "change_place", "pencil"
    title, done = _("改场所"), _("改好了")

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Place:
        """The place, in an area in sight."""
        seen = Area.objects.visible_to(by.scope)
        found = Place.objects.select_related("area").filter(pk=pk or 0, area__in=seen).first()
        if found is None:
            raise OutOfReach
        return found

    def prepare(self) -> None:
        super().prepare()
        row = self.target
        self.initial = {
            "name": row.name, "aliases": "、".join(row.aliases), "address": row.address, "kind": row.kind,
            "tier": row.tier, "area": f"a{row.area_id}", "lat": row.lat, "lon": row.lon,
        }  # fmt: skip

    def act(self) -> None:
        actions.change_place(self.target, self.draft(), by=self.by)


class GroundImportForm(forms.Form):
    """A file of areas or of places, tried before it is taken in."""

    what = choice(
        _("文件里是什么"),
        [("areas", _("片区")), ("places", _("场所"))],
        widget=forms.RadioSelect,
        initial="areas",
    )
    file = upload(_("文件"), ".json,.geojson,.csv,.xlsx")
    system = choice(_("坐标系"), SYSTEMS, required=False)
    under = line(_("只要这个编码开头的"), limit=20, required=False, help_text=_("片区用；如 330602"))
    repair = forms.BooleanField(label=_("自动修补交叉和重叠的边界"), required=False)


__all__ = ["REGISTRY", "GroundImportForm"]
