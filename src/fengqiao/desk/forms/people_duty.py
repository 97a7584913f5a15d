"""Forms about duty: planned, cancelled, swapped; and about what mechanisms ask to be kept up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.checks import overlaps
from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms import people_teams
from fengqiao.desk.forms.fields import AreaField, PersonField, line, when, words
from fengqiao.desk.forms.people import REGISTRY, register
from fengqiao.desk.forms.people_teams import person_field
from fengqiao.desk.forms.rooms import RoomForm, choice, offer_ground, offer_people, people_in_sight
from fengqiao.desk.pickers import role_names
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach
from fengqiao.teams import actions
from fengqiao.teams.choices import DutyKind
from fengqiao.teams.models import Appointment, Duty, DutyItem, DutySwap, Membership, Team
from fengqiao.teams.policy import RECORD
from fengqiao.territory.models import Area, within

__all__ = ["REGISTRY", "duties_in_sight", "people_teams"]
DUTY, SEE = "duty.manage", "people.see"


def duties_in_sight(by: Actor) -> Any:
    """Duty over ground where the actor sees people, and one's own."""
    paths = by.scope.paths(SEE)
    mine = Duty.objects.filter(person_id=by.person_id or 0)
    seen = within(paths, "area__path") | within(paths, "beat__area__path") | within(paths, "team__area__path")
    rows = Duty.objects.filter(seen) | mine
    return rows.select_related("person", "area", "beat__area", "team__area")


def colleagues(duty: Duty) -> dict[str, tuple[Person, str]]:
    """Who is appointed over the same ground, or belongs to the same team: they may take the duty over."""
    today = clock.local(clock.now()).date()
    rows = Appointment.objects.on(today).filter(person__is_active=True).select_related("person")
    rows = rows.filter(beat=duty.beat_id) if duty.beat_id else rows.filter(area=duty.area_id)
    members = Membership.objects.on(today).filter(team=duty.team_id).select_related("person")
    found = [m.person for m in members] if duty.team_id else [a.person for a in rows]
    return {str(p.pk): (p, p.name) for p in found}


def label_of(duty: Duty) -> str:
    """A duty in one line: day, hours, kind, ground."""
    start, end = clock.local(duty.starts_at), clock.local(duty.ends_at)
    where = duty.beat or duty.area or duty.team or ""
    return f"{start:%m-%d %H:%M}–{end:%H:%M} {duty.get_kind_display()} {where}"


@register
class PlanDutyForm(RoomForm):
    """Somebody on duty from an hour to an hour."""

    verb, icon, right = "plan_duty", "calendar-plus", DUTY
    title, button, done = _("排班"), _("排上"), _("排上了")

    person = PersonField(label=_("谁"))
    kind = choice(_("做什么"), DutyKind.choices, widget=forms.RadioSelect)
    ground = AreaField(label=_("在哪里"))
    starts_at = when(_("从"))
    ends_at = when(_("到"))
    note = line(_("备注"), limit=120, required=False)

    def prepare(self) -> None:
        person_field(self, "person")
        offer_ground(self.fields["ground"], self.by, DUTY, teams=True)  # type: ignore[arg-type]
        start = clock.local(clock.now()).replace(hour=8, minute=30, second=0, microsecond=0)
        start += timedelta(days=1)
        self.initial = {
            "kind": DutyKind.DESK,
            "starts_at": start,
            "ends_at": start + timedelta(hours=24),
            **self.initial,
        }

    def act(self) -> None:
        given = self.cleaned_data
        where = given["ground"]
        named = "area" if isinstance(where, Area) else "team" if isinstance(where, Team) else "beat"
        actions.plan_duty(
            given["person"],
            by=self.by,
            kind=given["kind"],
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            note=self.said("note"),
            **{named: where},
        )

    def back(self) -> str:
        return reverse("desk:duty")


class DutyForm(RoomForm):
    """A verb about a duty."""

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Duty:
        """The duty, in sight."""
        found = duties_in_sight(by).filter(pk=pk or 0).first()
        if found is None:
            raise OutOfReach
        return found  # type: ignore[no-any-return]

    @property
    def about(self) -> str:
        """Who is on duty when."""
        return f"{self.target.person.name} {label_of(self.target)}"

    def back(self) -> str:
        return reverse("desk:duty")


@register
class CancelDutyForm(DutyForm):
    """Take a duty off the roster."""

    verb, icon, right = "cancel_duty", "circle-x", DUTY
    title, button, done = _("取消排班"), _("取消这一班"), _("取消了")

    reason = line(_("原因"))

    def act(self) -> None:
        actions.cancel_duty(self.target, by=self.by, reason=self.said("reason"))


@register
class AskSwapForm(DutyForm):
    """Ask a colleague to swap, or to take it over."""

    verb, icon = "ask_swap", "refresh"
    title, button, done = _("换班"), _("问对方"), _("问了，对方同意后就换")
    hint = _("对方同意以前，班还是您的")

    to = PersonField(label=_("和谁换"))
    theirs = PersonField(label=_("换对方哪一班"), required=False, blank=_("不换，请对方代班"))
    why = line(_("为什么"), limit=120, required=False)

    def prepare(self) -> None:
        found = people_in_sight(self.by, role_names()) | colleagues(self.target)
        found.pop(str(self.target.person_id), None)
        offer_people(self.fields["to"], found)
        later = duties_in_sight(self.by).filter(
            starts_at__gt=clock.now(), starts_at__lt=clock.now() + timedelta(days=30)
        )
        rows = {str(d.pk): d for d in later.exclude(person_id=self.target.person_id)[:300]}
        listed = [(k, f"{d.person.name} {label_of(d)}") for k, d in rows.items()]
        self.fields["theirs"].offer(rows, listed)  # type: ignore[attr-defined]

    def act(self) -> None:
        given = self.cleaned_data
        actions.ask_swap(
            self.target, by=self.by, to=given["to"], theirs=given["theirs"], why=self.said("why")
        )


@register
class AnswerSwapForm(RoomForm):
    """Say yes or no to a swap; who asked may take it back."""

    verb, icon = "answer_swap", "refresh"
    title, button, done = _("答复换班"), _("答复"), _("答复了")

    agree = choice(_("怎么答复"), widget=forms.RadioSelect)

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> DutySwap:
        """A swap one asked for or was asked."""
        rows = DutySwap.objects.select_related("mine__person", "theirs", "to", "asked_by")
        found = rows.filter(pk=pk or 0).first()
        if found is None or by.person_id not in (found.to_id, found.asked_by_id):
            raise OutOfReach
        return found

    def prepare(self) -> None:
        asked = self.target.asked_by_id == self.by.person_id
        options = [("0", _now("撤回"))] if asked else [("1", _now("同意")), ("0", _now("不同意"))]
        self.fields["agree"].choices = options  # type: ignore[attr-defined]

    @property
    def about(self) -> str:
        """Whose duty it is."""
        return f"{self.target.asked_by.name} {label_of(self.target.mine)}"

    def act(self) -> None:
        actions.answer_swap(self.target, by=self.by, agree=self.cleaned_data["agree"] == "1")

    def back(self) -> str:
        return reverse("desk:duty")


class ItemForm(RoomForm):
    """A verb about an item of a mechanism."""

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> DutyItem:
        """The item, of a list over one's ground."""
        found = DutyItem.objects.select_related("list__area", "owner").filter(pk=pk or 0).first()
        if found is None or not overlaps(by, RECORD, found.list.area.path):
            raise OutOfReach
        return found

    def back(self) -> str:
        return reverse("desk:mechanism", args=[self.target.list_id])


@register
class RecordEvidenceForm(ItemForm):
    """What was done for an item, now."""

    verb, icon, right = "record_evidence", "checklist", RECORD
    title, button, done = _("记落实情况"), _("记下"), _("记下了")

    text = words(_("做了什么"))
    reference = line(_("材料编号或存放处"), limit=120, required=False)

    def act(self) -> None:
        actions.record_evidence(
            self.target, by=self.by, text=self.said("text"), reference=self.said("reference")
        )


@register
class NameOwnerForm(ItemForm):
    """Who answers for an item."""

    verb, icon, right = "name_owner", "user-check", DUTY
    title, done = _("指定责任人"), _("指定好了")

    person = PersonField(label=_("责任人"), required=False, blank=_("不指定，由担任这个职务的人做"))

    def prepare(self) -> None:
        person_field(self, "person")
        self.initial = {"person": str(self.target.owner_id or "")}

    def act(self) -> None:
        actions.name_owner(self.target, by=self.by, person=self.cleaned_data["person"])
