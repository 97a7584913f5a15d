"""Climbing, pausing, correcting: escalate, pause, resume, reclassify, raise, place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.desk.forms.fields import AreaField, CategoryField, PersonField, line, when, words
from fengqiao.desk.forms.verbs import VerbForm, register
from fengqiao.desk.mapdata import map_url, middle
from fengqiao.desk.pickers import area_options, category_options
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.lib.present import chinese
from fengqiao.matters import actions
from fengqiao.matters.choices import Severity
from fengqiao.territory.queries import locate


def level_above(level: str) -> str:
    """The word of the next level of the ladder, empty at the top."""
    above = current_place().next_level(level)
    return "" if above is None else (above.zh if chinese() else above.en)


@register
class EscalateForm(VerbForm):
    """Hand it up one step."""

    verb, icon = "escalate", "stairs-up"
    title, button, done = _("上报"), _("上报"), _("报上去了，上一级会收到通知")
    hint = _("上一级接手牵头，您留下一起办；写清试过什么、卡在哪里，上一级不用从头问")

    tried = words(_("试过什么"))
    blocked_by = words(_("卡在哪里"))
    to = PersonField(label=_("报给谁"), required=False, blank=_("按这一级的职责自动定"))

    @property
    def heading(self) -> Any:
        above = level_above(self.matter.level)
        return _now("上报%(level)s") % {"level": above} if above else self.title

    def prepare(self) -> None:
        self.fields["to"].offer_people(self.people())  # type: ignore[attr-defined]

    def act(self) -> Any:
        return actions.escalate(
            self.matter,
            by=self.by,
            tried=self.said("tried"),
            blocked_by=self.said("blocked_by"),
            to=self.cleaned_data["to"],
            version=self.kept_version,
        )


@register
class PauseForm(VerbForm):
    """Stop the clock of the next step."""

    verb, icon = "pause", "player-pause"
    title, button, done = _("暂停"), _("暂停"), _("暂停了，到时间自动恢复")
    hint = _("居民会看到为什么停、停到什么时候。最多 10 天，到时自动恢复")

    reason = line(_("为什么要等"), limit=150)
    until = when(_("等到什么时候"))

    def prepare(self) -> None:
        self.fields["until"].initial = clock.now() + timedelta(days=3)

    def act(self) -> Any:
        return actions.pause(
            self.matter,
            by=self.by,
            reason=self.said("reason"),
            until=self.cleaned_data["until"],
            version=self.kept_version,
        )


@register
class ResumeForm(VerbForm):
    """Take it up again."""

    verb, icon = "resume", "player-play"
    title, button, done = _("恢复办理"), _("恢复办理"), _("恢复办理了")
    hint = _("下一步的时间定为下一个工作日，需要的话再改")

    def act(self) -> Any:
        return actions.resume(self.matter, by=self.by)


@register
class ReclassifyForm(VerbForm):
    """Correct what it is about."""

    verb, icon = "reclassify", "tag"
    title, button, done = _("改类别"), _("改好"), _("类别改好了")
    hint = _("时限只会往前提，不会因为改类别往后拖；往轻里调要写理由")

    category = CategoryField(label=_("类别"))
    severity = forms.TypedChoiceField(
        label=_("轻重"), choices=Severity.choices, coerce=int, widget=forms.RadioSelect
    )
    why = line(_("为什么改"), limit=300, required=False)

    def prepare(self) -> None:
        self.fields["category"].offer_categories(*category_options())  # type: ignore[attr-defined]
        self.fields["category"].initial = self.matter.category.code
        self.fields["severity"].initial = self.matter.severity

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.reclassify(
            self.matter,
            by=self.by,
            category=given["category"],
            severity=given["severity"],
            why=self.said("why"),
            version=self.kept_version,
        )


@register
class RaiseForm(VerbForm):
    """Make it more urgent."""

    verb, icon = "raise", "alert-triangle"
    title, button, done = _("提级"), _("提级"), _("提级了，负责人会收到通知")
    hint = _("只能往更急的方向提")

    severity = forms.TypedChoiceField(label=_("提到"), coerce=int, widget=forms.RadioSelect)
    why = line(_("理由"), limit=300)

    def prepare(self) -> None:
        higher = [(int(s), s.label) for s in Severity if int(s) < self.matter.severity]
        field = self.fields["severity"]
        field.choices = higher  # type: ignore[attr-defined]
        field.initial = higher[-1][0] if higher else None

    def act(self) -> Any:
        return actions.raise_severity(
            self.matter, by=self.by, severity=self.cleaned_data["severity"], why=self.said("why")
        )


@register
class PlaceForm(VerbForm):
    """Say where it is: a tap on the map, or the area by name."""

    verb, icon = "place", "map-pin"
    title, button, done = _("改地点"), _("改好"), _("地点改好了")
    hint = _("点一下地图，网格自动认出来；不点地图就选一片")

    place_text = line(_("地点怎么说"), limit=160, required=False)
    area = AreaField(label=_("在哪一片"), required=False, blank=_("看地图上的图钉"))
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)

    @property
    def map_url(self) -> str:
        """The map to tap on: around where it is now, else the middle of one's own ground."""
        if self.matter.lat is not None:
            return map_url(self.matter.lat, self.matter.lon, pin=False)
        return map_url(*(middle(self.by.scope) or (None, None)), pin=False)

    def prepare(self) -> None:
        self.fields["area"].offer_areas(*area_options(self.by.scope))  # type: ignore[attr-defined]
        self.fields["place_text"].initial = self.matter.place_text or str(self.matter.place or "")
        self.fields["lat"].initial, self.fields["lon"].initial = self.matter.lat, self.matter.lon
        self.fields["area"].initial = "" if self.matter.lat is not None else str(self.matter.area_id)

    def act(self) -> Any:
        given = self.cleaned_data
        area, lat, lon = given["area"], given["lat"], given["lon"]
        if lat is not None and lon is not None and area is None:
            spot = locate(lat, lon)
            if spot.unplaced:
                raise Refusal(_now("这个点不在辖区里。请重新点一下，或选一片"), code="unplaced", field="area")
            area = spot.area
        if area is None:
            raise Refusal(_now("请点一下地图，或选一片"), code="missing", field="area")
        return actions.place_matter(
            self.matter,
            by=self.by,
            area=area,
            place=self.matter.place if lat == self.matter.lat and lon == self.matter.lon else None,
            place_text=self.said("place_text"),
            lat=lat,
            lon=lon,
            version=self.kept_version,
        )
