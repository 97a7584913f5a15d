"""Promises: written down, kept or broken, taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.desk.forms.fields import PersonField, line, when, yes
from fengqiao.desk.forms.verbs import VerbForm, register
from fengqiao.lib import clock
from fengqiao.matters import actions

KEPT = [("yes", _("守住了")), ("no", _("没守住"))]


@register
class PromiseForm(VerbForm):
    """What somebody said they would do by a time."""

    verb, icon = "promise", "clock"
    title, button, done = _("记承诺"), _("记下承诺"), _("承诺记下了，到时间会提醒")
    hint = _("谁答应的都记：我们的、当事人的、物业的。到时间没记守住，就算没守住")

    what = line(_("答应做什么"))
    who = line(_("谁答应的"), limit=60)
    due_at = when(_("什么时候前"))
    person = PersonField(label=_("是我们的人就选上"), required=False, blank=_("不是我们的人"))
    public = yes(_("给居民看到"))

    def prepare(self) -> None:
        self.fields["person"].offer_people(self.people())  # type: ignore[attr-defined]
        self.fields["due_at"].initial = clock.now() + timedelta(days=3)

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.promise(
            self.matter,
            by=self.by,
            what=self.said("what"),
            who=self.said("who"),
            due_at=given["due_at"],
            person=given["person"],
            public=given["public"],
        )


@register
class SettlePromiseForm(VerbForm):
    """Kept or not."""

    verb, icon = "settle_promise", "circle-check"
    title, button, done = _("承诺兑现"), _("记下"), _("记下了")
    hint = _("没守住也要记：接着联系，重新约定")

    kept = forms.ChoiceField(
        label=_("守住了吗"),
        choices=KEPT,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选守住还是没守住")},
    )
    note = line(_("情况"), limit=300, required=False)

    @property
    def heading(self) -> Any:
        return f"{self.target.who}{_now('：')}{self.target.what}"

    def act(self) -> Any:
        kept = self.cleaned_data["kept"] == "yes"
        return actions.settle_promise(self.target, by=self.by, kept=kept, note=self.said("note"))


@register
class WithdrawPromiseForm(VerbForm):
    """Take a promise back with a reason."""

    verb, icon = "withdraw_promise", "x"
    title, button, done = _("撤销承诺"), _("撤销"), _("撤销了，原因留在经过里")

    note = line(_("为什么撤销"), limit=300)

    @property
    def heading(self) -> Any:
        return _now("撤销承诺：%(what)s") % {"what": self.target.what}

    def act(self) -> Any:
        return actions.withdraw_promise(self.target, by=self.by, note=self.said("note"))
