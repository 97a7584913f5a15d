"""Forms about teams, partners, what they share, and the items of mechanisms."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.fields import AreaField, PartnerField, PersonField, line, words, yes
from fengqiao.desk.forms.people import register
from fengqiao.desk.forms.rooms import RoomForm, choice, day, offer_ground, offer_people, people_in_sight
from fengqiao.desk.pickers import role_names
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.lib.present import chinese
from fengqiao.teams import actions
from fengqiao.teams.actions.groups import MemberDraft
from fengqiao.teams.models import Membership, Partner, Resource, Team
from fengqiao.territory.models import within

TEAM, PARTNER, SEE = "team.manage", "partner.manage", "people.see"


def named(kinds: Any) -> list[tuple[str, str]]:
    """Kinds of the place as choices."""
    return [(k.key, k.zh if chinese() else k.en) for k in kinds]


def person_field(form: RoomForm, name: str) -> None:
    """Offer everybody in sight in the field ``name``."""
    offer_people(form.fields[name], people_in_sight(form.by, role_names()))


@register
class MakeTeamForm(RoomForm):
    """Form a team with its leaders and first members; a special team has two leaders."""

    verb, icon, right = "make_team", "users-group", TEAM
    title, button, done = _("成立队伍"), _("成立"), _("成立了")

    kind = choice(_("哪一类"))
    name = line(_("名称"), limit=60)
    code = line(_("编号"), limit=20, help_text=_("全所不重复，如 YJ-01"))
    area = AreaField(label=_("在哪一片"))
    leader = PersonField(label=pgettext_lazy("team", "负责人"))
    second = PersonField(label=_("第二位负责人"), required=False)
    members = PersonField(label=_("成员"), required=False)
    more = PersonField(label=_("又一位成员"), required=False)
    purpose = words(_("做什么"), required=False)
    formed_on = day(_("成立日期"), required=False, help_text=_("不填就是今天"))

    def prepare(self) -> None:
        kinds = current_place().team_kinds
        self.fields["kind"].choices = [("", _now("请选")), *named(kinds)]  # type: ignore[attr-defined]
        two = "、".join(label for (_key, label), k in zip(named(kinds), kinds, strict=True) if k.leaders == 2)
        self.fields["second"].help_text = _now("%(kinds)s要有两位负责人") % {"kinds": two} if two else ""
        self.fields["members"].help_text = _now("其余的人成立以后再加")
        offer_ground(self.fields["area"], self.by, TEAM, beats=False)  # type: ignore[arg-type]
        for name in ("leader", "second", "members", "more"):
            person_field(self, name)

    def act(self) -> str:
        given = self.cleaned_data
        people = [MemberDraft(given[n], leads=True) for n in ("leader", "second") if given[n]]
        people += [MemberDraft(given[n]) for n in ("members", "more") if given[n]]
        try:
            made = actions.make_team(
                by=self.by,
                kind=given["kind"],
                code=given["code"],
                name=given["name"],
                area=given["area"],
                members=people,
                purpose=self.said("purpose"),
                formed_on=given["formed_on"],
            )
        except Refusal as refusal:
            refusal.field = {"leaders": "leader", "person": "members"}.get(refusal.field, refusal.field)
            raise
        return reverse("desk:team", args=[made.pk])

    def back(self) -> str:
        return reverse("desk:teams")


class TeamForm(RoomForm):
    """A verb about a team."""

    right = TEAM

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Team:
        """The team, in sight."""
        found = Team.objects.visible_to(by.scope).select_related("area").filter(pk=pk or 0).first()
        if found is None:
            raise OutOfReach
        return found

    def back(self) -> str:
        return reverse("desk:team", args=[self.target.pk])


@register
class AddMemberForm(TeamForm):
    """Somebody joins."""

    verb, icon = "add_member", "user-plus"
    title, button, done = _("加队员"), _("加上"), _("加上了")

    person = PersonField(label=_("谁"))
    task = line(_("做什么"), limit=60, required=False)

    def prepare(self) -> None:
        person_field(self, "person")

    def act(self) -> None:
        given = self.cleaned_data
        actions.add_member(self.target, by=self.by, person=given["person"], task=self.said("task"))


@register
class ReplaceLeaderForm(TeamForm):
    """Another leader."""

    verb, icon = "replace_leader", "refresh"
    title, button, done = _("换负责人"), _("换"), _("换好了")

    leaves = PersonField(label=_("谁不再负责"))
    comes = PersonField(label=_("谁来负责"))
    stays = yes(_("原负责人留在队里"))

    def prepare(self) -> None:
        rows = Membership.objects.filter(team=self.target, leads=True, valid_to__isnull=True)
        found = {str(m.person_id): (m.person, m.person.name) for m in rows.select_related("person")}
        offer_people(self.fields["leaves"], found)
        person_field(self, "comes")

    def act(self) -> None:
        given = self.cleaned_data
        actions.replace_leader(
            self.target, by=self.by, leaves=given["leaves"], comes=given["comes"], stays=given["stays"]
        )


@register
class EndTeamForm(TeamForm):
    """The team ends."""

    verb, icon = "end_team", "circle-x"
    title, button, done = _("解散队伍"), _("解散"), _("解散了")

    reason = line(_("原因"))

    def act(self) -> None:
        actions.end_team(self.target, by=self.by, reason=self.said("reason"))


@register
class EndMemberForm(RoomForm):
    """Somebody leaves."""

    verb, icon = "end_member", "minus"
    title, button, done = _("退出队伍"), _("退出"), _("记下了，从今天起不在队里")

    reason = line(_("原因"), required=False)

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Membership:
        """The membership, of a team in sight or one's own."""
        found = Membership.objects.select_related("team", "person").filter(pk=pk or 0).first()
        if found is None:
            raise OutOfReach
        if found.person_id != by.person_id and not (
            by.scope.can(TEAM) and Team.objects.visible_to(by.scope).filter(pk=found.team_id).exists()
        ):
            raise OutOfReach
        return found

    @property
    def about(self) -> str:
        """Who leaves what."""
        return f"{self.target.team.name} · {self.target.person.name}"

    def act(self) -> None:
        actions.end_member(self.target, by=self.by, reason=self.said("reason"))

    def back(self) -> str:
        return reverse("desk:team", args=[self.target.team_id])


class _PartnersRoom(RoomForm):
    """A verb of the page of partners."""

    right = PARTNER

    def back(self) -> str:
        return reverse("desk:partners")


@register
class AddPartnerForm(_PartnersRoom):
    """An organisation that works along."""

    verb, icon = "add_partner", "building-community"
    title, button, done = _("加伙伴单位"), _("加上"), _("加上了")

    name = line(_("名称"), limit=80)
    kind = choice(_("哪一类"))
    area = AreaField(label=_("管哪一片"))
    duty_line = line(_("值班电话"), limit=40, required=False, help_text=_("写单位的，不写个人的"))
    note = words(_("备注"), required=False)

    def prepare(self) -> None:
        self.fields["kind"].choices = [("", _now("请选")), *named(current_place().partner_kinds)]  # type: ignore[attr-defined]
        offer_ground(self.fields["area"], self.by, PARTNER, beats=False)  # type: ignore[arg-type]

    def act(self) -> None:
        given = self.cleaned_data
        actions.add_partner(
            by=self.by, kind=given["kind"], name=given["name"], area=given["area"],
            duty_line=self.said("duty_line"), note=self.said("note"),
        )  # fmt: skip


@register
class AddResourceForm(_PartnersRoom):
    """Something to share."""

    verb, icon = "add_resource", "plus"
    title, button, done = _("加共享资源"), _("加上"), _("加上了")

    name = line(_("名称"), limit=80)
    kind = choice(_("哪一类"))
    area = AreaField(label=_("在哪一片"))
    partner = PartnerField(label=_("哪个单位的"), required=False)
    hours = line(_("什么时候能用"), limit=80, required=False)
    contact = line(_("怎么约"), limit=60, required=False)
    note = words(_("备注"), required=False)

    def prepare(self) -> None:
        place = current_place()
        kinds = [*named(place.resource_kinds), *named(place.mediation_room_kinds)]
        self.fields["kind"].choices = [("", _now("请选")), *kinds]  # type: ignore[attr-defined]
        offer_ground(self.fields["area"], self.by, PARTNER, beats=False)  # type: ignore[arg-type]
        seen = within(self.by.scope.paths(SEE), "area__path")
        rows = {str(p.pk): p for p in Partner.objects.filter(seen, active=True)[:500]}
        self.fields["partner"].offer(rows, [(k, p.name) for k, p in rows.items()])  # type: ignore[attr-defined]

    def act(self) -> None:
        given = self.cleaned_data
        actions.add_resource(
            by=self.by, kind=given["kind"], name=given["name"], area=given["area"], partner=given["partner"],
            hours=self.said("hours"), contact=self.said("contact"), note=self.said("note"),
        )  # fmt: skip


@register
class DropPartnerForm(_PartnersRoom):
    """A partner goes off the list, or comes back."""

    verb, icon = "drop_partner", "circle-x"
    title, button, done = _("停用伙伴单位"), _("停用"), _("停用了，新的事项里不再列出")

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Partner:
        """The partner, in sight."""
        found = Partner.objects.filter(within(by.scope.paths(SEE), "area__path"), pk=pk or 0).first()
        if found is None:
            raise OutOfReach
        return found

    def act(self) -> None:
        actions.change_partner(self.target, by=self.by, active=False)


@register
class DropResourceForm(_PartnersRoom):
    """A resource goes off the list."""

    verb, icon = "drop_resource", "circle-x"
    title, button, done = _("停用共享资源"), _("停用"), _("停用了")

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Resource:
        """The resource, in sight."""
        found = Resource.objects.filter(within(by.scope.paths(SEE), "area__path"), pk=pk or 0).first()
        if found is None:
            raise OutOfReach
        return found

    def act(self) -> None:
        actions.change_resource(self.target, by=self.by, active=False)
