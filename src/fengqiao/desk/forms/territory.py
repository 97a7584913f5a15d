"""Forms of the territory: areas, beats over grids, places, imports with a trial run."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.fields import AreaField, line
from fengqiao.desk.forms.rooms import RoomForm, choice, offer_ground, upload
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.territory import actions
from fengqiao.territory.choices import RANK_ORDER, Rank
from fengqiao.territory.models import Area, Beat

REGISTRY: dict[str, type[RoomForm]] = {}
"""Forms of the room by the action they call."""
EDIT, SEE = "territory.edit", "territory.see"
SYSTEMS = [
    ("", _("WGS-84，或文件里写明的")),
    ("gcj02", _("GCJ-02（高德、腾讯）")),
    ("bd09", _("BD-09（百度）")),
    ("cgcs2000", _("CGCS2000 经纬度")),
]
MOST_GEOJSON = 8 * 2**20


def register(form: type[RoomForm]) -> type[RoomForm]:
    """Make a form known under its verb."""
    REGISTRY[form.verb] = form
    return form


def area_in_sight(pk: int | None, by: Actor) -> Area:
    """An area the actor sees. Raises OutOfReach."""
    found = Area.objects.visible_to(by.scope).filter(pk=pk or 0).first()
    if found is None:
        raise OutOfReach
    return found


class AreaForm(RoomForm):
    """A verb about an area."""

    right = EDIT

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Area:
        """The area, in sight."""
        return area_in_sight(pk, by)

    def back(self) -> str:
        return reverse("desk:area", args=[self.target.pk])


@register
class AddAreaForm(AreaForm):
    """A new area below this one."""

    verb, icon = "add_area", "plus"
    title, button, done = _("加下级片区"), _("加上"), _("加上了，接着导入或画出边界")

    rank = choice(_("级别"))
    name = line(_("名称"), limit=60)
    code = line(_("编码"), limit=20)

    def prepare(self) -> None:
        lower = [r for r in Rank if RANK_ORDER[r] > RANK_ORDER[Rank(self.target.rank)]]
        self.fields["rank"].choices = [(str(r), r.label) for r in lower]  # type: ignore[attr-defined]

    def act(self) -> str:
        given = self.cleaned_data
        made = actions.add_area(
            by=self.by, code=given["code"], name=given["name"], rank=given["rank"], parent=self.target
        )
        return reverse("desk:area", args=[made.pk])


@register
class RenameAreaForm(AreaForm):
    """Another name."""

    verb, icon = "rename_area", "pencil"
    title, done = _("改名"), _("改好了")

    name = line(_("名称"), limit=60)

    def prepare(self) -> None:
        self.initial = {"name": self.target.name}

    def act(self) -> None:
        actions.rename_area(self.target, by=self.by, name=self.said("name"))


@register
class MoveAreaForm(AreaForm):
    """Hang it under another area."""

    verb, icon = "move_area", "git-merge"
    title, button, done = _("换上级"), _("换"), _("换好了，下面的片区一起过去了")

    parent = AreaField(label=_("新的上级"))

    def prepare(self) -> None:
        offer_ground(self.fields["parent"], self.by, EDIT, beats=False)  # type: ignore[arg-type]

    def act(self) -> None:
        actions.move_area(self.target, by=self.by, parent=self.cleaned_data["parent"])


@register
class EndAreaForm(AreaForm):
    """The area stops existing today."""

    verb, icon = "end_area", "circle-x"
    title, button, done = _("停用片区"), _("从今天起停用"), _("停用了，以前的事项还记在这里")

    reason = line(_("原因"))

    def act(self) -> str:
        actions.end_area(self.target, by=self.by, reason=self.said("reason"))
        return reverse("desk:territory")


@register
class SetBoundaryForm(AreaForm):
    """Draw the area anew from a GeoJSON file with one outline."""

    verb, icon = "set_boundary", "map-2"
    title, button, done = _("换边界"), _("换边界"), _("换好了，旧边界留着")
    hint = _("文件里放一个面：GeoJSON 的 Polygon、MultiPolygon，或只有一个面的 FeatureCollection")

    file = upload(_("GeoJSON 文件"), ".json,.geojson,application/geo+json")
    system = choice(_("坐标系"), SYSTEMS, required=False)
    repair = forms.BooleanField(label=_("自动修补交叉和重叠"), required=False)

    def act(self) -> None:
        given = self.cleaned_data
        actions.set_boundary(
            self.target,
            geometry_of(given["file"]),
            by=self.by,
            source=given["file"].name or "",
            system=self.said("system"),
            repair=given["repair"],
        )


def geometry_of(file: Any) -> dict[str, Any]:
    """The one outline of a GeoJSON file. Raises Refusal in words."""
    if file.size > MOST_GEOJSON:
        raise Refusal(_now("文件太大，一条边界最多 8 MB"), code="too_large", field="file")
    try:
        found = json.loads(file.read().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refusal(_now("这不是 GeoJSON 文件，请重新导出"), code="bad_file", field="file") from error
    features = found.get("features") if isinstance(found, dict) else None
    if isinstance(features, list):
        if len(features) != 1:
            raise Refusal(_now("文件里要正好有一个面；多个片区请用“导入”"), code="bad_file", field="file")
        found = features[0]
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    if not isinstance(found, dict) or found.get("type") not in ("Polygon", "MultiPolygon"):
        raise Refusal(_now("文件里没有面，请画成闭合的边界"), code="bad_file", field="file")
    return found


@register
class MakeBeatForm(RoomForm):
    """A new beat."""

    verb, icon, right = "make_beat", "shield", EDIT
    title, button, done = _("设警务区"), _("设立"), _("设好了，接着选它管哪些网格")

    name = line(_("名称"), limit=60)
    code = line(_("编号"), limit=20)
    area = AreaField(label=_("属于哪一片"))

    def prepare(self) -> None:
        offer_ground(self.fields["area"], self.by, EDIT, beats=False)  # type: ignore[arg-type]

    def act(self) -> str:
        given = self.cleaned_data
        made = actions.make_beat(by=self.by, code=given["code"], name=given["name"], area=given["area"])
        return reverse("desk:territory_verb_on", args=["cover_grid", made.pk])

    def back(self) -> str:
        return reverse("desk:beats")


class BeatForm(RoomForm):
    """A verb about a beat."""

    right = EDIT

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Beat:
        """The beat, over ground in sight."""
        seen = Area.objects.visible_to(by.scope)
        found = Beat.objects.select_related("area").filter(pk=pk or 0, area__in=seen).first()
        if found is None:
            raise OutOfReach
        return found

    def back(self) -> str:
        return reverse("desk:beats")


@register
class CoverGridForm(BeatForm):
    """The beat covers one more grid."""

    verb, icon = "cover_grid", "plus"
    title, button, done = _("加管网格"), _("加上"), _("加上了")

    grid = AreaField(label=_("网格"))
    main = forms.ChoiceField(
        label=_("谁先负责"),
        choices=[("", _("没有别的警务区就由它负责")), ("1", _("由它先负责")), ("0", _("由别的先负责"))],
        required=False,
    )

    def prepare(self) -> None:
        rows = Area.objects.visible_to(self.by.scope, EDIT).filter(rank=Rank.GRID, valid_to__isnull=True)
        found = {str(a.pk): a for a in rows.order_by("code")}
        self.fields["grid"].offer(found, [(k, a.name) for k, a in found.items()])  # type: ignore[attr-defined]

    def act(self) -> None:
        main = {"1": True, "0": False}.get(self.said("main"))
        actions.cover_grid(self.target, self.cleaned_data["grid"], by=self.by, main=main)


@register
class UncoverGridForm(BeatForm):
    """The beat gives up a grid."""

    verb, icon = "uncover_grid", "minus"
    title, button, done = _("不再管网格"), _("不再管"), _("去掉了，从今天起")

    grid = AreaField(label=_("网格"))

    def prepare(self) -> None:
        rows = Area.objects.filter(covered_by__beat=self.target, covered_by__valid_to__isnull=True)
        found = {str(a.pk): a for a in rows.order_by("code")}
        self.fields["grid"].offer(found, [(k, a.name) for k, a in found.items()])  # type: ignore[attr-defined]

    def act(self) -> None:
        actions.uncover_grid(self.target, self.cleaned_data["grid"], by=self.by)


@register
class RenameBeatForm(BeatForm):
    """Another name for a beat."""

    verb, icon = "rename_beat", "pencil"
    title, done = _("警务区改名"), _("改好了")

    name = line(_("名称"), limit=60)

    def prepare(self) -> None:
        self.initial = {"name": self.target.name}

    def act(self) -> None:
        actions.rename_beat(self.target, by=self.by, name=self.said("name"))
