"""Results and going back to look: resolve, plan and record follow-ups, close, reopen, refer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.desk.forms.fields import PersonField, line, when, words, yes
from fengqiao.desk.forms.verbs import VerbForm, register
from fengqiao.lib import clock
from fengqiao.matters import actions
from fengqiao.matters.choices import FollowUpResult, Outcome


@register
class ResolveForm(VerbForm):
    """Result and cause."""

    verb, icon = "resolve", "check"
    title, button, done = _("办结"), _("办结，排上回访"), _("办结了，回访已经排上")
    hint = _("结果居民看得到。办结不是完：回访稳住了才归档")

    outcome = forms.ChoiceField(
        label=_("结果"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一个结果")},
    )
    text = words(_("结果怎样"), rows=4)
    cause = line(_("起因是什么"))
    kept_from_violence = yes(_("办理中避免了激化（有人扬言或动手的苗头）"))
    kept_why = line(_("凭什么说避免了激化"), limit=300, required=False)

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.resolve(
            self.matter,
            by=self.by,
            outcome=given["outcome"],
            text=self.said("text"),
            cause=self.said("cause"),
            kept_from_violence=given["kept_from_violence"],
            kept_why=self.said("kept_why"),
            version=self.kept_version,
        )


@register
class PlanFollowUpForm(VerbForm):
    """Plan to go back."""

    verb, icon = "plan_follow_up", "calendar-plus"
    title, button, done = _("排回访"), _("排上"), _("回访排上了")

    purpose = line(_("回访看什么"), limit=120)
    due_at = when(_("什么时候"))
    owner = PersonField(label=_("谁去"), required=False, blank=_("负责人去"))

    def prepare(self) -> None:
        self.fields["owner"].offer_people(self.people())  # type: ignore[attr-defined]
        self.fields["due_at"].initial = clock.now() + timedelta(days=7)

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.schedule_follow_up(
            self.matter,
            by=self.by,
            purpose=self.said("purpose"),
            due_at=given["due_at"],
            owner=given["owner"],
        )


@register
class FollowUpForm(VerbForm):
    """What was found on going back."""

    verb, icon = "follow_up", "eye"
    title, button, done = _("记回访"), _("记下"), _("回访记下了")
    hint = _("又出现了就选“又出现了”，负责人一个工作日内定是否重新办理")

    result = forms.ChoiceField(
        label=_("看到的情况"),
        choices=FollowUpResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选回访结果")},
    )
    note = words(_("看到、听到了什么"))

    @property
    def heading(self) -> Any:
        return _now("记回访：%(purpose)s") % {"purpose": self.target.purpose}

    def act(self) -> Any:
        return actions.record_follow_up(
            self.target, by=self.by, result=self.cleaned_data["result"], note=self.said("note")
        )


@register
class CloseForm(VerbForm):
    """File it by hand."""

    verb, icon = "close", "archive"
    title, button, done = _("归档"), _("归档"), _("归档了")
    hint = _("回访做完会自动归档。提前归档要写原因，没到的回访一并取消")

    why = line(_("为什么提前归档"), limit=300)

    def act(self) -> Any:
        return actions.close(self.matter, by=self.by, why=self.said("why"))


@register
class ReopenForm(VerbForm):
    """Take it up again."""

    verb, icon = "reopen", "refresh"
    title, button, done = _("重新办理"), _("重新办理"), _("重新办理了")
    hint = _("又出现了，或居民说没解决。时限从现在重新算")

    reason = words(_("为什么要再办"))

    def act(self) -> Any:
        return actions.reopen(self.matter, by=self.by, reason=self.said("reason"))


@register
class ReferForm(VerbForm):
    """Not ours: to a named other body."""

    verb, icon = "refer", "send"
    title, button, done = _("转有关单位"), _("转出去"), _("转出去了，反映人在进度页看得到转到了哪里")
    hint = _("不归我们办的，写清转给谁、为什么，反映人会读到")

    to = line(_("转给哪个单位"), limit=120)
    reason = words(_("为什么转"))

    def act(self) -> Any:
        return actions.refer(self.matter, by=self.by, to=self.said("to"), reason=self.said("reason"))
