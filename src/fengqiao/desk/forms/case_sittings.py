"""Forms of sittings, agreement, performance and ending of a mediation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.desk.forms.case_verbs import REGISTRY, CaseForm, offer_people, register
from fengqiao.desk.forms.fields import line, when, words, yes
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.mediation import actions
from fengqiao.mediation.choices import CaseOutcome, Confirmation, DangerKind, Form, VisitHow
from fengqiao.mediation.queries import free_rooms, mediators_for
from fengqiao.teams.models import Partner

__all__ = ["REGISTRY"]

TERMS = 4
"""Rows of terms on the form; more can be written as instalments of one or in a second agreement."""


def day(label: Any, *, required: bool = True, **more: Any) -> forms.DateField:
    """A day by the calendar."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请选日期"), "invalid": _("日期写得不对，请重新选")},
        **more,
    )


@register
class PlanForm(CaseForm):
    """Agree on a sitting."""

    verb, icon = "plan_session", "calendar-plus"
    title, button, done = _("约调解"), _("约好了"), _("约好了")

    planned_at = when(_("什么时候"))
    minutes = forms.IntegerField(label=_("大约多少分钟"), initial=60, min_value=10, max_value=480)
    room = forms.ChoiceField(label=_("调解室"), required=False)
    place = line(_("或者别的地方"), limit=120, required=False)
    invited = line(_("请谁一起来"), limit=200, required=False, help_text=_("律师、楼长、亲友等，要双方同意"))
    invited_agreed = yes(_("双方同意他们参加"))
    open_session = yes(_("公开进行"))

    def prepare(self) -> None:
        rows = free_rooms(self.by.scope, start=clock.now(), minutes=60)
        self.rooms = {str(r.pk): r for r, _free in rows}
        self.fields["room"].choices = [("", _("不用调解室")), *((k, r.name) for k, r in self.rooms.items())]  # type: ignore[attr-defined]

    def act(self) -> Any:
        given = dict(self.cleaned_data)
        given["room"] = self.rooms.get(given["room"])
        return actions.plan_session(self.case, by=self.by, **given)


@register
class RecordForm(CaseForm):
    """Write down how a sitting went."""

    verb, icon = "record_session", "file-text"
    title, button = _("调解记录"), _("记下")

    minutes = forms.IntegerField(label=_("用了多少分钟"), initial=60, min_value=1, max_value=720)
    recorder = line(_("记录人"), limit=40, required=False)
    rights_told = yes(_("开始时告知了权利义务"), initial=True)
    statements = words(_("各方怎么说"), rows=4)
    proposals = words(_("提了什么办法"), rows=2, required=False)
    result = words(_("结果"), rows=2)
    agreed = yes(_("谈成了"))
    next_step = line(_("没谈成的话，下一步"), required=False)
    due_at = when(_("下一步什么时候"), required=False)

    def act(self) -> Any:
        return actions.record_session(self.target, by=self.by, **self.cleaned_data)


@register
class CancelForm(CaseForm):
    """Call off a sitting."""

    verb, icon = "cancel_session", "x"
    title, button, done = _("取消这次"), _("取消"), _("取消了")

    why = line(_("原因"), limit=200)

    def act(self) -> Any:
        return actions.cancel_session(self.target, by=self.by, why=self.said("why"))


@register
class AgreementForm(CaseForm):
    """Write down what was agreed."""

    verb, icon = "draft_agreement", "file-text"
    title, button, done = _("起草协议"), _("存下草稿"), _("草稿存好了，可以打印签字")
    hint = _(
        "每一项写清：谁、做什么、多少钱、怎么给、最晚哪天。含糊的地方会标出来，法院不确认内容不明确的协议"
    )

    form = forms.ChoiceField(label=_("形式"), choices=Form.choices, initial=Form.WRITTEN)
    facts = words(_("事实、争议和责任"), rows=3)
    about_status = yes(_("涉及身份、婚姻、收养关系（不能司法确认）"))
    accept_vague_reason = line(_("有含糊的条款仍要保存：原因"), limit=200, required=False)

    def prepare(self) -> None:
        self.parties = {str(p.pk): p for p in self.case.parties.all()}
        who = [("", _("各方")), *((k, p.masked_name) for k, p in self.parties.items())]
        self.fields["facts"].initial = self.case.facts
        for n in range(1, TERMS + 1):
            name = str(_("第 %(n)s 项") % {"n": n})
            self.fields[f"t{n}_text"] = line(name, limit=400, required=n == 1)
            self.fields[f"t{n}_party"] = forms.ChoiceField(label=_("由谁"), choices=who, required=False)
            self.fields[f"t{n}_amount"] = forms.DecimalField(
                label=_("金额（元）"), required=False, min_value=0, max_digits=12, decimal_places=2
            )
            self.fields[f"t{n}_how"] = line(_("怎么给、怎么做"), limit=80, required=False)
            self.fields[f"t{n}_due"] = day(_("最晚哪天"), required=False)

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """Fields of each term."""
        names = ("text", "party", "amount", "how", "due")
        return [[self[f"t{n}_{name}"] for name in names] for n in range(1, TERMS + 1)]

    @property
    def head(self) -> list[forms.BoundField]:
        """The fields above the terms."""
        return [self[name] for name in ("form", "facts", "about_status", "accept_vague_reason")]

    def terms(self) -> list[actions.TermDraft]:
        """The terms typed."""
        given = self.cleaned_data
        return [
            actions.TermDraft(
                text=given[f"t{n}_text"],
                party=self.parties.get(given[f"t{n}_party"]),
                amount=given[f"t{n}_amount"],
                how=given[f"t{n}_how"],
                due_at=given[f"t{n}_due"],
            )
            for n in range(1, TERMS + 1)
            if given[f"t{n}_text"]
        ]

    def act(self) -> Any:
        return actions.draft_agreement(
            self.case,
            by=self.by,
            form=self.cleaned_data["form"],
            facts=self.cleaned_data["facts"],
            terms=self.terms(),
            accept_vague_reason=self.said("accept_vague_reason"),
            about_status=bool(self.cleaned_data["about_status"]),
        )


@register
class SignForm(CaseForm):
    """The agreement becomes valid."""

    verb, icon = "sign_agreement", "signature"
    title, button, done = _("签订"), _("协议生效"), _("协议生效，每一项都成了有日期的承诺")
    hint = _("书面协议要各方签字盖章或按指印、调解员签字、调委会盖章才生效；口头协议各方同意即生效")

    signed_by_all = yes(_("各方都签了字（按了指印）"))
    mediator_signed = yes(_("调解员签了字"))
    committee_sealed = yes(_("调委会盖了章"))

    def act(self) -> Any:
        return actions.sign_agreement(self.case.agreement, by=self.by, **self.cleaned_data)


@register
class ConfirmationForm(CaseForm):
    """What happened with the court."""

    verb, icon = "record_confirmation", "gavel"
    title, button = _("司法确认"), _("记下")

    step = forms.ChoiceField(
        label=_("到了哪一步"), choices=[c for c in Confirmation.choices if c[0] != "none"]
    )
    on = day(_("哪一天"))
    together = yes(_("双方一起申请的"))
    court = forms.ChoiceField(label=_("法院"), required=False)
    note = line(_("备注"), limit=200, required=False)

    def prepare(self) -> None:
        self.courts = {str(p.pk): p for p in Partner.objects.filter(kind="court", active=True)}
        self.fields["court"].choices = [("", _("不写")), *((k, p.name) for k, p in self.courts.items())]  # type: ignore[attr-defined]

    def act(self) -> Any:
        given = dict(self.cleaned_data)
        given["court"] = self.courts.get(given["court"])
        return actions.record_confirmation(self.case.agreement, by=self.by, **given)


@register
class PerformanceForm(CaseForm):
    """Whether a term was kept."""

    verb, icon = "record_performance", "clipboard-check"
    title, button = _("看兑现"), _("记下")

    kept = forms.ChoiceField(
        label=_("做到了吗"), choices=[("1", _("做到了")), ("0", _("没做到"))], widget=forms.RadioSelect
    )
    how = forms.ChoiceField(label=_("怎么知道的"), choices=VisitHow.choices, initial=VisitHow.CALL)
    note = words(_("看到、听到了什么"), rows=2)
    worries = line(_("还有什么顾虑"), limit=200, required=False)

    def act(self) -> Any:
        given = dict(self.cleaned_data)
        return actions.record_performance(self.target, by=self.by, **{**given, "kept": given["kept"] == "1"})


@register
class RenewForm(CaseForm):
    """A new date for a term."""

    verb, icon = "renew_term", "refresh"
    title, button, done = _("改期"), _("改期"), _("改好了，原来没守住的记录还在")

    due_at = when(_("新的最晚时间"))
    why = line(_("为什么"), limit=200)

    def act(self) -> Any:
        return actions.renew_term(self.target, by=self.by, **self.cleaned_data)


@register
class VisitForm(CaseForm):
    """A visit about the agreement as a whole."""

    verb, icon = "record_visit", "home"
    title, button = _("回访"), _("记下")

    how = forms.ChoiceField(label=_("怎么回访的"), choices=VisitHow.choices)
    note = words(_("情况"), rows=3)
    worries = line(_("还有什么顾虑"), limit=200, required=False)

    def act(self) -> Any:
        return actions.record_visit(self.case.agreement, by=self.by, **self.cleaned_data)


@register
class ExtendForm(CaseForm):
    """More time, once."""

    verb, icon = "extend", "clock"
    title, button = _("延期"), _("延期")
    hint = _("只能一次，要双方都要求，最多再一个月")

    until = when(_("延到什么时候"))
    asked_by_both = yes(_("双方都要求延期"))
    why = line(_("原因"), limit=200)

    def act(self) -> Any:
        return actions.extend(self.case, by=self.by, **self.cleaned_data)


ENDINGS = (CaseOutcome.FAILED, CaseOutcome.TO_OTHER_ROUTE)


@register
class EndForm(CaseForm):
    """End without agreement."""

    verb, icon = "end_case", "circle-x"
    title, button = _("调解不成，结束"), _("结束")
    hint = _("要告知当事人还可以仲裁、找行政机关或者起诉")

    outcome = forms.ChoiceField(label=_("怎么结束"), choices=[(o.value, o.label) for o in ENDINGS])
    why = words(_("原因"), rows=2)
    routes_told = words(_("告知了哪些其他途径"), rows=2)

    def act(self) -> Any:
        return actions.end_case(self.case, by=self.by, **self.cleaned_data)


@register
class WithdrawForm(CaseForm):
    """Whoever applied takes it back."""

    verb, icon = "withdraw_case", "arrow-back-up"
    title, button = _("撤回申请"), _("撤回")

    why = line(_("原因"), limit=200)
    settled_between = yes(_("双方自己和好了"))

    def act(self) -> Any:
        return actions.withdraw_case(self.case, by=self.by, **self.cleaned_data)


@register
class HandUpForm(CaseForm):
    """Hand it to the next level."""

    verb, icon = "hand_up", "stairs-up"
    title, button, done = _("交上一级调解"), _("交上去"), _("交上去了，原来经办的人一起跟着")

    tried = words(_("试过什么"), rows=2)
    blocked_by = words(_("卡在哪里"), rows=2)
    routes_told = words(_("告知了哪些其他途径"), rows=2, required=False)
    mediator = forms.ChoiceField(label=_("上一级谁来调"), required=False)

    def prepare(self) -> None:
        self.people = offer_people(
            self.fields["mediator"], mediators_for(self.case.matter.area), _("由那一级定")
        )

    def act(self) -> Any:
        given = dict(self.cleaned_data)
        given["mediator"] = self.people.get(given["mediator"])
        return actions.hand_up(self.case, by=self.by, **given)


@register
class DangerForm(CaseForm):
    """Tell the police at once."""

    verb, icon = "report_danger", "alert-triangle"
    title, button, done = _("有激化苗头，马上报"), _("马上报"), _("已经通知民警")

    text = words(_("看到、听到了什么"), rows=2)
    kinds = forms.MultipleChoiceField(
        label=_("是哪一种"), choices=DangerKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    people = forms.IntegerField(label=_("大约多少人"), required=False, min_value=0, max_value=9999)

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.report_danger(
            self.case, by=self.by, text=given["text"], kinds=given["kinds"], people=given["people"] or 0
        )


@register
class PaperForm(CaseForm):
    """Keep a paper that was handed in."""

    verb, icon = "receive_paper", "upload"
    title, button, done = _("收一份材料"), _("收下"), _("收进卷里了")
    MOST = 10 * 2**20

    kind = forms.ChoiceField(label=_("哪一种"))
    title_ = line(_("名称"), limit=80, required=False)
    file = forms.FileField(label=_("扫描件或照片"), required=False)
    note = line(_("备注"), limit=200, required=False)

    def prepare(self) -> None:
        from fengqiao.mediation.queries import file_contents

        rows = file_contents(self.case).rows
        self.fields["kind"].choices = [(r.kind, r.title) for r in rows]  # type: ignore[attr-defined]

    def act(self) -> Any:
        found = self.cleaned_data["file"]
        if found is not None and found.size > self.MOST:
            raise Refusal(_now("文件超过 10 MB，请压缩或分开"), code="too_big", field="file")
        return actions.receive_paper(
            self.case,
            by=self.by,
            kind=self.cleaned_data["kind"],
            title=self.said("title_"),
            content=found.read() if found is not None else None,
            filename=found.name if found is not None else "",
            note=self.said("note"),
        )
