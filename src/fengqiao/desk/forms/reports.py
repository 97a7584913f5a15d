"""Verbs on a report beside accepting it: refuse, ask, place, hand over, say whom it is about, join, part."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.fields import AreaField, PersonField, line, words
from fengqiao.desk.pickers import area_options, candidates
from fengqiao.intake import actions
from fengqiao.intake.models import Report
from fengqiao.lib.errors import Refusal
from fengqiao.matters.choices import Severity
from fengqiao.matters.queries import find
from fengqiao.teams.models import Partner


class ReportForm(forms.Form):
    """A verb on a report as a form; ``version`` is the report's version when the page was read."""

    verb: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    hint: ClassVar[Any] = ""
    button: ClassVar[Any] = ""
    done: ClassVar[Any] = ""
    icon: ClassVar[str] = "check"
    decides: ClassVar[bool] = False
    """Whether the report leaves the inbox by it, and can be taken back."""
    has_map: ClassVar[bool] = False

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, report: Report, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report, self.by = report, by
        self.initial = {"version": report.version, **self.initial}
        self.prepare()

    def prepare(self) -> None:
        """Fill in what may be chosen."""

    def act(self) -> Any:
        """Do it. Raises Refusal."""
        raise NotImplementedError

    @property
    def kept_version(self) -> int | None:
        """The version the page was read at."""
        found = self.cleaned_data.get("version")
        return found if isinstance(found, int) else None

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        """Fields a person fills in."""
        return [bound for bound in self if not bound.is_hidden]

    def said(self, name: str) -> str:
        """A cleaned text field, empty when nothing was typed."""
        return str(self.cleaned_data.get(name) or "")


REPORT_VERBS: dict[str, type[ReportForm]] = {}
"""Forms by verb."""


def register(form: type[ReportForm]) -> type[ReportForm]:
    """Make a form known under its verb."""
    REPORT_VERBS[form.verb] = form
    return form


@register
class RefuseForm(ReportForm):
    """Not for us: to a named place."""

    verb, icon, decides = "refuse", "arrow-back-up", True
    title, button, done = _("退回并说明"), _("不受理，告诉反映人去哪里"), _("退回了，反映人会读到去哪里办")
    hint = _("反映人会读到：谁退的、为什么、该去哪里办。写单位名称和电话，不写“请找有关部门”")

    to = line(_("该去哪里办（单位和电话）"), limit=120)
    why = line(_("为什么不受理"), limit=300)

    def prepare(self) -> None:
        area = self.report.area
        rows = Partner.objects.filter(area_id__in=area.ancestor_ids, active=True)[:60]
        self.places = [f"{p.name} {p.duty_line}".strip() for p in rows]
        self.fields["to"].widget.attrs["list"] = "refuse-to"

    def act(self) -> Any:
        return actions.refuse_report(
            self.report, by=self.by, to=self.said("to"), why=self.said("why"), version=self.kept_version
        )


@register
class AskForm(ReportForm):
    """Ask the reporter."""

    verb, icon = "ask", "help"
    title, button, done = _("问反映人"), _("发出去问"), _("问出去了，等补充；到时没有就打电话问")
    hint = _("反映人在查进度的页面上看到并回答。一次问一件事，说清为什么要问")

    text = words(_("要问什么"))

    def act(self) -> Any:
        return actions.ask(self.report, by=self.by, text=self.said("text"), version=self.kept_version)


@register
class PlaceReportForm(ReportForm):
    """Say where it is."""

    verb, icon, has_map = "place", "map-pin", True
    title, button, done = _("改地点"), _("改好"), _("地点改好了")
    hint = _("点一下地图，网格自动认出来；不点地图就选一片。改到别的片，由那一片的人来看")

    place_text = line(_("地点怎么说"), limit=160, required=False)
    area = AreaField(label=_("在哪一片"), required=False, blank=_("看地图上的图钉"))
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.fields["area"].offer_areas(*area_options(self.by.scope))  # type: ignore[attr-defined]
        self.fields["place_text"].initial = self.report.place_text
        self.fields["lat"].initial, self.fields["lon"].initial = self.report.lat, self.report.lon

    def act(self) -> Any:
        given = self.cleaned_data
        area = given["area"]
        if area is None and (given["lat"] is None or given["lon"] is None):
            raise Refusal(_now("请点一下地图，或选一片"), code="missing", field="area")
        return actions.correct_place(
            self.report,
            by=self.by,
            area=area,
            place_text=self.said("place_text"),
            lat=None if area else given["lat"],
            lon=None if area else given["lon"],
            version=self.kept_version,
        )


@register
class HandOverForm(ReportForm):
    """Let somebody else decide."""

    verb, icon = "hand_over", "arrow-right"
    title, button, done = _("交给别人看"), _("交给他看"), _("交给他看了，时间不变")

    to = PersonField(label=_("交给谁"))
    why = line(_("为什么交给别人"))

    def prepare(self) -> None:
        avoid = [pk for pk in (self.report.about_id, self.by.person_id) if pk]
        self.fields["to"].offer_people(candidates(self.report.area, exclude=avoid))  # type: ignore[attr-defined]

    def act(self) -> Any:
        return actions.hand_over(
            self.report,
            by=self.by,
            to=self.cleaned_data["to"],
            why=self.said("why"),
            version=self.kept_version,
        )


@register
class RaiseReportForm(ReportForm):
    """It is more urgent than it looked."""

    verb, icon = "raise", "alert-triangle"
    title, button, done = _("先提级"), _("提级"), _("提级了，要看的时间马上提前")
    hint = _("现在还定不下来、但不能等的，先提级")

    severity = forms.TypedChoiceField(label=_("提到"), coerce=int, widget=forms.RadioSelect)
    why = line(_("为什么更急"))

    def prepare(self) -> None:
        higher = [(int(s), s.label) for s in Severity if int(s) < self.report.severity]
        self.fields["severity"].choices = higher  # type: ignore[attr-defined]

    def act(self) -> Any:
        return actions.raise_severity(
            self.report,
            by=self.by,
            severity=self.cleaned_data["severity"],
            why=self.said("why"),
            version=self.kept_version,
        )


@register
class AboutForm(ReportForm):
    """Whom of the staff a complaint is about."""

    verb, icon = "about", "user-search"
    title, button, done = _("写明投诉的是谁"), _("记下"), _("记下了，本人看不到这件事")
    hint = _("写明以后，系统绕开本人：他看不到、也不会分给他。没有投诉谁就不选")

    about = PersonField(label=_("投诉的是谁"), required=False, blank=_("没有投诉谁"))
    why = line(_("依据"))

    def prepare(self) -> None:
        self.fields["about"].offer_people(candidates(self.report.area))  # type: ignore[attr-defined]
        self.fields["about"].initial = str(self.report.about_id or "")

    def act(self) -> Any:
        return actions.correct_about(
            self.report,
            by=self.by,
            about=self.cleaned_data["about"],
            why=self.said("why"),
            version=self.kept_version,
        )


@register
class LinkReportForm(ReportForm):
    """It is about a matter already in hand."""

    verb, icon, decides = "link", "git-merge", True
    title, button, done = _("并到在办的事"), _("是同一件，并过去"), _("并过去了，两份原话都在")
    hint = _("写事项编号。合并后两份原话都在，两位居民各收各的答复")

    matter = line(_("并到哪一件"), limit=20)

    def act(self) -> Any:
        found = find(self.said("matter").strip(), self.by.scope)
        if found is None:
            raise Refusal(_now("没有找到这个编号，样子像 2026-00012"), code="bad_target", field="matter")
        return actions.link_report(self.report, by=self.by, matter=found, version=self.kept_version)


@register
class UnlinkReportForm(ReportForm):
    """It was joined to the wrong matter."""

    verb, icon = "unlink", "unlink"
    title, button, done = _("拆出来"), _("拆出来，重新看"), _("拆出来了，回到收件里")
    hint = _("并错了就拆出来，反映回到收件里重新看")

    reason = line(_("为什么拆出来"))

    def act(self) -> Any:
        return actions.unlink_report(
            self.report, by=self.by, reason=self.said("reason"), version=self.kept_version
        )


class ContactForm(forms.Form):
    """Why one needs to see the reporter's contact."""

    purpose = line(
        _("用途"),
        attrs={"list": "purposes"},
        help_text=_("至少 4 个字，反映人看得到谁、为什么看过"),
    )

    PURPOSES = (
        _("核实地点和现场情况"),
        _("约时间上门"),
        _("告知办理结果"),
        _("回访是否解决"),
    )
