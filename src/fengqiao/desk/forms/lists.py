"""Filters of lists, saving them under a name, taking a list out of the house."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Scope
from fengqiao.desk.forms.fields import AreaField, line
from fengqiao.desk.pickers import area_options, beat_options
from fengqiao.lib import clock
from fengqiao.matters.choices import Kind, Level, Origin, Severity
from fengqiao.matters.models import MatterQuerySet
from fengqiao.matters.search import INDEX
from fengqiao.territory.models import BeatGrid

ANY = [("", _("全部"))]


class DayField(forms.DateField):
    """A day in the station's calendar."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(required=False, input_formats=["%Y-%m-%d"], widget=widget, **kwargs)


class MatterFilter(forms.Form):
    """What a list of matters can be narrowed by. A value that makes no sense is told and narrows nothing."""

    q = line(_("词"), limit=60, required=False)
    kind = forms.ChoiceField(label=_("种类"), choices=[*ANY, *Kind.choices], required=False)
    severity = forms.TypedChoiceField(
        label=_("轻重"), choices=[*ANY, *Severity.choices], coerce=int, empty_value=None, required=False
    )
    level = forms.ChoiceField(label=_("办到哪一级"), choices=[*ANY, *Level.choices], required=False)
    area = AreaField(label=_("哪一片"), required=False, blank=_("全部"))
    beat = forms.ChoiceField(label=_("哪个警务区"), required=False)
    origin = forms.ChoiceField(label=_("谁先发现"), choices=[*ANY, *Origin.choices], required=False)
    since = DayField(label=_("从哪天开"))
    until = DayField(label=_("到哪天"))

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].offer_areas(*area_options(scope))  # type: ignore[attr-defined]
        beats = beat_options(scope)
        if beats:
            self.fields["beat"].choices = [*ANY, *beats]  # type: ignore[attr-defined]
        else:
            del self.fields["beat"]

    @property
    def used(self) -> bool:
        """Whether anything is narrowed."""
        return any(self.data.get(name) for name in self.fields)

    def narrow(self, rows: MatterQuerySet) -> MatterQuerySet:
        """``rows`` narrowed by what was chosen."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        plain = {name: given[name] for name in ("kind", "severity", "level", "origin") if given.get(name)}
        rows = rows.filter(**plain)
        if given.get("area"):
            rows = rows.filter(area__path__startswith=given["area"].path)
        if given.get("beat"):
            covered = BeatGrid.objects.filter(beat_id=given["beat"], valid_to__isnull=True)
            rows = rows.filter(area_id__in=covered.values("grid_id"))
        if given.get("since"):
            rows = rows.filter(opened_at__gte=_day(given["since"]))
        if given.get("until"):
            rows = rows.filter(opened_at__lt=_day(given["until"]) + timedelta(days=1))
        matching = INDEX.matching(given["q"]) if given.get("q") else None
        return rows if matching is None else rows.filter(pk__in=matching)


def _day(day: Any) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.LOCAL)


class BookmarkForm(forms.Form):
    """A name for the filters in use."""

    name = line(_("给这组筛选起个名"), limit=20)
    query = forms.CharField(max_length=600, required=False, widget=forms.HiddenInput)


class ExportForm(forms.Form):
    """Taking a list out: in which form, and what for."""

    format = forms.ChoiceField(
        label=_("存成什么"),
        choices=[("xlsx", _("表格 XLSX")), ("csv", _("文本表格 CSV"))],
        widget=forms.RadioSelect,
        initial="xlsx",
    )
    reason = line(_("导出做什么用"), limit=200, help_text=_("会记在审计日志里"))

    def clean_reason(self) -> str:
        """At least four characters: a purpose that says nothing is none."""
        words = " ".join(str(self.cleaned_data["reason"]).split())
        if len(words) < 4:
            raise forms.ValidationError(_("写清用途，至少 4 个字"), code="purpose")
        return words
