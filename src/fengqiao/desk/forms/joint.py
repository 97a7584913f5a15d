"""Handling together: join, leave, consult, decide, finish a task."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.desk.forms.fields import PartnerField, PartnersField, PersonField, line, when, words, yes
from fengqiao.desk.forms.verbs import VerbForm, register
from fengqiao.desk.pickers import HELPS, partner_choices
from fengqiao.lib import clock
from fengqiao.matters import actions

TASKS = 4
"""Rows for decisions of a consultation; more can be noted as promises."""


@register
class JoinForm(VerbForm):
    """Ask somebody to handle along."""

    verb, icon, asks_right = "join", "user-plus", HELPS
    title, button, done = _("请人一起办"), _("请他一起办"), _("请好了，对方会收到通知")
    hint = _("人和单位选一个。牵头的人始终只有一个，没另选就是负责人")

    person = PersonField(label=_("请谁"), required=False, blank=_("不选人"))
    partner = PartnerField(label=_("或请哪个单位"), required=False, blank=_("不选单位"))
    task = line(_("他做什么"), limit=120, required=False)
    leads = yes(_("由他牵头"))

    def prepare(self) -> None:
        self.fields["person"].offer_people(self.people())  # type: ignore[attr-defined]
        self.fields["partner"].offer_partners(*partner_choices(self.matter.area))  # type: ignore[attr-defined]

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.join(
            self.matter,
            by=self.by,
            person=given["person"],
            partner=given["partner"],
            task=self.said("task"),
            leads=given["leads"],
        )


@register
class LeaveForm(VerbForm):
    """Somebody stops handling along."""

    verb, icon = "leave", "logout"
    title, button, done = _("退出一起办"), _("退出"), _("记下了")
    hint = _("牵头的人要先请别人牵头，才能退出")

    why = line(_("为什么退出"), required=False)

    @property
    def heading(self) -> Any:
        return _now("%(name)s 退出一起办") % {"name": self.target.person or self.target.partner}

    def act(self) -> Any:
        return actions.leave(self.target, by=self.by, why=self.said("why"))


@register
class ConsultForm(VerbForm):
    """Put a hard matter to departments."""

    verb, icon = "consult", "users-group"
    title, button, done = _("发起会商"), _("发起会商"), _("会商定好了，下一步改成会商")
    hint = _("写清要各单位定什么。会后把决定记成任务，每个任务有人、有时间")

    question = words(_("要会商的问题"))
    held_at = when(_("什么时候开"))
    partners = PartnersField(label=_("请哪些单位"))

    def prepare(self) -> None:
        self.fields["partners"].offer_partners(*partner_choices(self.matter.area))  # type: ignore[attr-defined]
        self.fields["held_at"].initial = clock.now() + timedelta(days=2)

    def act(self) -> Any:
        given = self.cleaned_data
        return actions.consult(
            self.matter,
            by=self.by,
            question=self.said("question"),
            partners=given["partners"],
            held_at=given["held_at"],
        )


@register
class DecideForm(VerbForm):
    """What a consultation decided."""

    verb, icon = "decide", "gavel"
    title, button, done = _("会商决定"), _("记下决定"), _("决定记下了，每项任务都排上了时间")
    hint = _("每项决定写一个任务：做什么、谁做、什么时候。没有任务也可以只写结论")

    conclusion = words(_("结论"), rows=4)

    def prepare(self) -> None:
        rows, choices = partner_choices(self.matter.area)
        for n in range(1, TASKS + 1):
            what = line(_("任务 %(n)s：做什么") % {"n": n}, required=False)
            person = PersonField(label=_("谁做"), required=False, blank=_("不选人"))
            partner = PartnerField(label=_("或哪个单位做"), required=False, blank=_("不选单位"))
            person.offer_people(self.people())
            partner.offer_partners(rows, choices)
            due = when(_("最晚什么时候"), required=False)
            self.fields.update(
                {f"what_{n}": what, f"person_{n}": person, f"partner_{n}": partner, f"due_{n}": due}
            )

    def clean(self) -> dict[str, Any]:
        """A task that was begun must be whole: somebody and a time."""
        given: dict[str, Any] = super().clean() or {}
        for n in range(1, TASKS + 1):
            if given.get(f"what_{n}") and not given.get(f"due_{n}"):
                self.add_error(f"due_{n}", _now("请选这个任务的时间"))
            if given.get(f"what_{n}") and not (given.get(f"person_{n}") or given.get(f"partner_{n}")):
                self.add_error(f"person_{n}", _now("请选谁来做这个任务"))
        return given

    def act(self) -> Any:
        given = self.cleaned_data
        drafts = [
            actions.TaskDraft(
                given[f"what_{n}"], given[f"due_{n}"], given[f"person_{n}"], given[f"partner_{n}"]
            )
            for n in range(1, TASKS + 1)
            if given.get(f"what_{n}")
        ]
        return actions.decide(self.target, by=self.by, conclusion=self.said("conclusion"), tasks=drafts)


@register
class FinishTaskForm(VerbForm):
    """A task is done."""

    verb, icon = "finish_task", "circle-check"
    title, button, done = _("任务完成"), _("记为完成"), _("任务记为完成")

    result = line(_("做得怎样"), limit=300)

    @property
    def heading(self) -> Any:
        return _now("任务完成：%(what)s") % {"what": self.target.what}

    def act(self) -> Any:
        return actions.finish_task(self.target, by=self.by, result=self.said("result"))
