"""Handing on and handling: assign, accept, decline, transfer, urge, progress, next step, reply, withdraw."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from fengqiao.desk.forms.fields import AreaField, PersonField, line, when, words, yes
from fengqiao.desk.forms.verbs import VerbForm, register
from fengqiao.desk.pickers import area_options
from fengqiao.intake.actions import withdraw_matter
from fengqiao.matters import actions


@register
class AssignForm(VerbForm):
    """Give it to somebody."""

    verb, icon = "assign", "user-check"
    title, button, done = _("交办"), _("交给他办"), _("交出去了，对方会收到通知")
    hint = _("交出去以后，对方接手或退回；在他接手之前，事情已经算他的")

    to = PersonField(label=_("交给谁"))
    because = line(_("为什么是他"), limit=120, required=False)
    next_step = line(_("下一步做什么"), required=False)
    due_at = when(_("最晚什么时候"), required=False)

    def prepare(self) -> None:
        self.fields["to"].offer_people(self.people())  # type: ignore[attr-defined]
        self.fields["next_step"].initial = self.matter.next_step

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.assign(
            self.matter,
            by=self.by,
            to=given["to"],
            because=self.said("because"),
            next_step=self.said("next_step"),
            due_at=given["due_at"],
            version=self.kept_version,
        )


@register
class AcceptForm(VerbForm):
    """Take it up."""

    verb, icon = "accept", "check"
    title, button, done = _("接手"), _("接手"), _("您接手了")
    hint = _("接手以后由您负责下一步，居民会看到有人接手了")

    def act(self) -> Any:
        return actions.accept(self.matter, by=self.by, version=self.kept_version)


@register
class DeclineForm(VerbForm):
    """Hand it back."""

    verb, icon = "decline", "arrow-back-up"
    title, button, done = _("退回"), _("退回值班台"), _("退回了，值班台会重新交办")
    hint = _("退回以后由值班台负责，两小时内重新交办")

    reason = words(_("为什么退回"))

    def act(self) -> Any:
        return actions.decline(self.matter, by=self.by, reason=self.said("reason"), version=self.kept_version)


@register
class TransferForm(VerbForm):
    """Hand it on."""

    verb, icon = "transfer", "arrow-right"
    title, button, done = _("转交"), _("转交"), _("转交了，对方会收到通知")
    hint = _("前面的经过都跟着走；时间不变，已经过期的顺延一个工作日")

    to = PersonField(label=_("转给谁"))
    reason = words(_("为什么转"))
    area = AreaField(label=_("事情其实在哪一片"), required=False, blank=_("还在原来这一片"))

    def prepare(self) -> None:
        self.fields["to"].offer_people(self.people())  # type: ignore[attr-defined]
        self.fields["area"].offer_areas(*area_options(self.by.scope))  # type: ignore[attr-defined]

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.transfer(
            self.matter,
            by=self.by,
            to=given["to"],
            reason=self.said("reason"),
            area=given["area"],
            version=self.kept_version,
        )


@register
class UrgeForm(VerbForm):
    """Press for progress."""

    verb, icon = "urge", "bell"
    title, button, done = _("催办"), _("催一下"), _("催过了，负责人会收到通知")
    hint = _("负责人会收到通知；时间不因为催办改变")

    text = words(_("要他做什么"))

    def act(self) -> Any:
        return actions.urge(self.matter, by=self.by, text=self.said("text"))


@register
class NextStepForm(VerbForm):
    """What comes next and by when."""

    verb, icon = "next_step", "calendar-event"
    title, button, done = _("改下一步"), _("改好"), _("下一步改好了")
    hint = _("原来的时间留在经过里，看得到改过")

    next_step = line(_("下一步做什么"))
    due_at = when(_("最晚什么时候"))
    why = line(_("为什么改"), limit=300, required=False)

    def prepare(self) -> None:
        self.fields["next_step"].initial = self.matter.next_step
        self.fields["due_at"].initial = self.matter.due_at

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.set_next_step(
            self.matter,
            by=self.by,
            next_step=given["next_step"],
            due_at=given["due_at"],
            why=self.said("why"),
            version=self.kept_version,
        )


@register
class ReplyForm(VerbForm):
    """Answer the people who reported."""

    verb, icon = "reply", "message"
    title, button, done = _("答复居民"), _("发出答复"), _("答复发出了，反映人在进度页看得到")
    hint = _("反映的人会在自己的进度页上读到这段话。写做了什么、结果怎样、还能找谁；不写别人的姓名和电话")

    text = words(_("给居民的话"), rows=5)

    def act(self) -> Any:
        return actions.reply(self.matter, by=self.by, text=self.said("text"))


@register
class WithdrawForm(VerbForm):
    """Take back a matter opened by mistake."""

    verb, icon = "withdraw", "trash"
    title, button, done = _("撤回"), _("撤回这件事"), _("撤回了")
    hint = _("只在立错了、十分钟之内、还没有人动手的时候能撤回；反映回到收件里重新看")

    reason = line(_("为什么撤回"), limit=300)

    def act(self) -> Any:
        return withdraw_matter(self.matter, by=self.by, reason=self.said("reason"))


@register
class ProgressForm(VerbForm):
    """Note what was done; say what comes next if it changed."""

    verb, icon = "progress", "note"
    title, button, done = _("记进展"), _("记下"), _("记下了")
    hint = _("写一句：做了什么、谁答应了什么、什么时候")

    text = words(_("做了什么"), rows=4)
    public = yes(_("给居民看到"))
    next_step = line(_("下一步改成"), required=False)
    due_at = when(_("最晚什么时候"), required=False)

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.record_progress(
            self.matter,
            by=self.by,
            text=self.said("text"),
            public=given["public"],
            next_step=self.said("next_step"),
            due_at=given["due_at"],
            version=self.kept_version,
        )
