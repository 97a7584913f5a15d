"""What every form of a verb on a mediation shares, and the forms of its opening and parties."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.fields import line, words, yes
from fengqiao.matters.models import Matter
from fengqiao.mediation import actions
from fengqiao.mediation.choices import Side, Start
from fengqiao.mediation.models import MediationCase
from fengqiao.mediation.queries import mediators_for
from fengqiao.mediation.rules import QUESTIONS, Answers


class CaseForm(forms.Form):
    """A verb on a mediation; ``act`` calls the action of the same name. ``target`` is a party, session or term."""

    do_not_call_in_templates: ClassVar[bool] = True  # the class itself goes to the page, for its words
    verb: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    hint: ClassVar[Any] = ""
    button: ClassVar[Any] = _("记下")
    done: ClassVar[Any] = _("记下了")
    icon: ClassVar[str] = "check"

    def __init__(self, *args: Any, case: MediationCase, by: Actor, target: Any = None, **kwargs: Any) -> None:
        self.case, self.by, self.target = case, by, target
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """Fill in what may be chosen."""

    def act(self) -> Any:
        """Do it. Raises Refusal."""
        raise NotImplementedError

    def said(self, name: str) -> str:
        """A cleaned text field, empty when nothing was typed."""
        return str(self.cleaned_data.get(name) or "")


REGISTRY: dict[str, type[CaseForm]] = {}
"""Forms by the action they call."""


def register(form: type[CaseForm]) -> type[CaseForm]:
    """Make a form known under its verb."""
    REGISTRY[form.verb] = form
    return form


def offer_people(field: forms.Field, people: list[Person], blank: Any) -> dict[str, Person]:
    """Put people into a choice field; the same by id."""
    rows = {str(p.pk): p for p in people}
    field.choices = [("", blank), *((key, p.name) for key, p in rows.items())]  # type: ignore[attr-defined]
    return rows


class OpenForm(forms.Form):
    """Open the mediation of a matter: who mediates, who asked, what it is about, the suitability check."""

    start = forms.ChoiceField(label=_("谁提出来的"), choices=Start.choices)
    mediator = forms.ChoiceField(label=_("调解员"), error_messages={"required": _("请选调解员")})
    facts = words(_("事情经过"), rows=4)
    request = words(_("各方的要求"), rows=2, required=False)

    def __init__(self, *args: Any, matter: Matter, by: Actor, **kwargs: Any) -> None:
        self.matter, self.by = matter, by
        super().__init__(*args, **kwargs)
        self.people = offer_people(self.fields["mediator"], mediators_for(matter.area), _("请选"))
        self.fields["facts"].initial = matter.summary
        for name, question in QUESTIONS.items():
            self.fields[f"q_{name}"] = yes(question)

    @property
    def questions(self) -> list[forms.BoundField]:
        """The suitability questions."""
        return [self[f"q_{name}"] for name in QUESTIONS]

    def act(self) -> MediationCase:
        """Open it. Raises Refusal with the reasons where mediation is not allowed."""
        given = self.cleaned_data
        return actions.open_case(
            self.matter,
            by=self.by,
            mediator=self.people[given["mediator"]],
            start=given["start"],
            facts=given["facts"],
            request=given["request"],
            answers=Answers(**{name: bool(given[f"q_{name}"]) for name in QUESTIONS}),
        )


@register
class PartyForm(CaseForm):
    """Add a party."""

    verb, icon = "add_party", "user-plus"
    title, button, done = _("加当事人"), _("加上"), _("加上了，姓名电话已加密")
    hint = _("姓名、电话、住址加密保存；打开要写用途，当事人看得到")

    side = forms.ChoiceField(label=_("哪一方"), choices=Side.choices)
    name = line(_("姓名或单位名称"), limit=40, attrs={"data-draft-skip": ""})
    phone = line(_("电话"), limit=30, required=False, attrs={"inputmode": "tel", "data-draft-skip": ""})
    address = line(_("住址"), limit=120, required=False)
    age = forms.IntegerField(label=_("年龄"), required=False, min_value=0, max_value=130)
    occupation = line(_("职业"), limit=40, required=False)
    identity = line(_("身份证号"), limit=30, required=False, help_text=_("只有书面协议要用时才填"))
    is_unit = yes(_("是单位"))
    representative = line(_("单位的代表"), limit=40, required=False)
    is_minor = yes(_("未成年人"))
    guardian = line(_("监护人"), limit=40, required=False)

    def act(self) -> Any:
        given = {k: v for k, v in self.cleaned_data.items() if v not in (None, "")}
        if given.get("is_unit"):
            given["identity_kind"] = "uscc"
        return actions.add_party(self.case, by=self.by, party=actions.PartyDraft(**given))


@register
class ConsentForm(CaseForm):
    """What a party says to being mediated."""

    verb, icon = "record_consent", "thumb-up"
    title, button = _("是否愿意调解"), _("记下")
    hint = _("一方明确拒绝，调解就结束，要当场告知还可以走哪些路")

    given = forms.ChoiceField(
        label=_("怎么说"), choices=[("1", _("愿意调解")), ("0", _("不愿调解"))], widget=forms.RadioSelect
    )
    how = line(_("怎么答复的"), limit=80, initial=_("当面签字"))
    rights_told = yes(_("已告知权利义务"), initial=True)
    routes_told = words(_("拒绝时：告知了哪些其他途径"), rows=2, required=False)

    def act(self) -> Any:
        return actions.record_consent(
            self.target,
            by=self.by,
            given=self.cleaned_data["given"] == "1",
            how=self.said("how"),
            rights_told=bool(self.cleaned_data["rights_told"]),
            routes_told=self.said("routes_told"),
        )


@register
class OpenPartyForm(CaseForm):
    """Open what is sealed of a party."""

    verb, icon = "open_party", "lock-open"
    title, button, done = _("查看当事人"), _("查看"), ""
    hint = _("查看会留下记录：谁、什么时候、为什么")

    purpose = line(_("用途"), limit=120)

    def act(self) -> Any:
        return actions.open_party(self.target, by=self.by, purpose=self.said("purpose"))


@register
class RemovePartyForm(CaseForm):
    """Take out a party added by mistake."""

    verb, icon = "remove_party", "trash"
    title, button, done = _("去掉当事人"), _("去掉"), _("去掉了")

    reason = line(_("原因"), limit=200)

    def act(self) -> Any:
        return actions.remove_party(self.target, by=self.by, reason=self.said("reason"))


@register
class RightsForm(CaseForm):
    """Everybody was told their rights."""

    verb, icon = "tell_rights", "info-circle"
    title, button, done = _("告知权利义务"), _("已向各方告知"), _("记下了")
    hint = _("自愿、平等、不收费；可以接受、拒绝或随时终止；可以要求公开或不公开进行")

    def act(self) -> Any:
        return actions.tell_rights(self.case, by=self.by)


@register
class StartForm(CaseForm):
    """Begin the mediation."""

    verb, icon = "start_mediation", "player-play"
    title, button, done = _("开始调解"), _("开始调解"), _("开始了，约第一次")

    def act(self) -> Any:
        return actions.start_mediation(self.case, by=self.by)


@register
class MediatorForm(CaseForm):
    """Another mediator takes over."""

    verb, icon = "change_mediator", "user-check"
    title, button, done = _("换调解员"), _("换"), _("换好了")

    to = forms.ChoiceField(label=_("换成谁"))
    reason = line(_("为什么换"), limit=200)

    def prepare(self) -> None:
        self.people = offer_people(self.fields["to"], mediators_for(self.case.matter.area), _("请选"))

    def act(self) -> Any:
        to = self.people[self.cleaned_data["to"]]
        return actions.change_mediator(self.case, by=self.by, to=to, reason=self.said("reason"))
