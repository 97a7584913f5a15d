"""Forms about people and their appointments."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts import actions as accounts
from fengqiao.accounts import reach
from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.fields import AreaField, line, words
from fengqiao.desk.forms.rooms import RoomForm, Shown, choice, day, offer_ground
from fengqiao.desk.pickers import role_names
from fengqiao.lib.errors import OutOfReach
from fengqiao.teams import actions
from fengqiao.teams.models import Appointment
from fengqiao.territory.models import Area

REGISTRY: dict[str, type[RoomForm]] = {}
"""Forms of the room by the action they call."""
APPOINT = "people.appoint"


def register(form: type[RoomForm]) -> type[RoomForm]:
    """Make a form known under its verb."""
    REGISTRY[form.verb] = form
    return form


def person_in_sight(pk: int | None, by: Actor) -> Person:
    """Somebody the actor may know of. Raises OutOfReach."""
    found = Person.objects.filter(pk=pk or 0).first() if pk is not None else None
    if found is None or not reach.sees(by, found):
        raise OutOfReach
    return found


class PersonForm(RoomForm):
    """A verb about a person."""

    right = APPOINT

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Person:
        """The person, in sight."""
        return person_in_sight(pk, by)

    def back(self) -> str:
        return reverse("desk:person", args=[self.target.pk])


class AppointmentForm(RoomForm):
    """A verb about an appointment."""

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Appointment:
        """The appointment, in sight; one's own always is."""
        rows = Appointment.objects.visible_to(by.scope).select_related("person", "area", "beat__area")
        found = rows.filter(pk=pk or 0).first()
        if found is None:
            raise OutOfReach
        return found

    @property
    def about(self) -> str:
        """Whose it is."""
        return str(self.target.person.name)

    @property
    def hint(self) -> str:
        """Which appointment it is."""
        row = self.target
        until = _now("，到 %(day)s") % {"day": row.valid_to.isoformat()} if row.valid_to else ""
        return f"{role_names().get(row.role, row.role)} · {row.beat or row.area}{until}"

    def back(self) -> str:
        return reverse("desk:person", args=[self.target.person_id])


class _Term(RoomForm):
    """A role over some ground for a term."""

    role = choice(_("职务"))
    ground = AreaField(label=_("负责哪里"))
    valid_from = day(_("从哪天起"), required=False, help_text=_("不填就从今天起"))
    valid_to = day(_("到哪天止"), required=False, help_text=_("这一天不算在内；不填按这个职务通常的任期"))
    duties = words(_("职责"), required=False, help_text=_("写在聘书上，一行一条；不填用通常的"))

    def prepare(self) -> None:
        self.fields["role"].choices = [("", _now("请选")), *role_names().items()]  # type: ignore[attr-defined]
        ground = self.fields["ground"]
        assert isinstance(ground, AreaField)  # noqa: S101 - for the type checker
        offer_ground(ground, self.by, APPOINT)

    def give(self, person: Person) -> Appointment:
        """Appoint ``person`` as the form says. Raises Refusal."""
        given = self.cleaned_data
        where = given["ground"]
        return actions.appoint(
            person,
            by=self.by,
            role=given["role"],
            area=where if isinstance(where, Area) else None,
            beat=None if isinstance(where, Area) else where,
            valid_from=given["valid_from"],
            valid_to=given["valid_to"],
            duties=self.said("duties"),
        )


@register
class NewPersonForm(_Term):
    """A new person with their first appointment: both or nothing."""

    verb, icon, right = "new_person", "user-plus", APPOINT
    title, button, done = _("新增人员"), _("新增并任命"), _("加好了，可以登录了")
    hint = _("能做什么由职务决定，所以新增时就要任命")

    username = line(_("登录名"), limit=60, help_text=_("字母、数字或 . _ -"))
    name = line(_("姓名"), limit=40)
    password = forms.CharField(
        label=_("初始密码"),
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("不填就先不能登录，以后再设"),
    )
    phone = line(_("电话"), limit=30, required=False, attrs={"inputmode": "tel", "data-draft-skip": ""})
    employer = line(_("单位"), limit=80, required=False)
    job = line(_("称呼、职级"), limit=40, required=False)
    field_order = ("name", "username", "password", "phone", "employer", "job")

    def act(self) -> str:
        with transaction.atomic():
            made = accounts.create_person(
                by=self.by,
                username=self.said("username"),
                name=self.said("name"),
                password=self.said("password"),
                phone=self.said("phone"),
                title=self.said("job"),
                employer=self.said("employer"),
            )
            self.give(made)
        return reverse("desk:person", args=[made.pk])

    def back(self) -> str:
        return reverse("desk:people")


@register
class AppointForm(_Term, PersonForm):
    """Another role for somebody."""

    verb, icon, right = "appoint", "certificate", APPOINT
    title, button, done = _("任命"), _("任命"), _("任命好了")

    def act(self) -> None:
        self.give(self.target)


@register
class RevokeForm(AppointmentForm):
    """Take an appointment back."""

    verb, icon = "revoke", "circle-x"
    title, button, done = _("收回任命"), _("收回"), _("收回了，权限马上失效")

    reason = line(_("原因"))

    def act(self) -> None:
        actions.revoke(self.target, by=self.by, reason=self.said("reason"))


@register
class RenewForm(AppointmentForm):
    """A new term after the old one."""

    verb, icon, right = "renew", "refresh", APPOINT
    title, button, done = _("续任"), _("续任"), _("续上了")

    valid_to = day(_("续到哪天"), required=False, help_text=_("不填按这个职务通常的任期"))

    def act(self) -> None:
        actions.renew(self.target, by=self.by, valid_to=self.cleaned_data["valid_to"])


@register
class ChangePersonForm(PersonForm):
    """Correct the name, title and employer."""

    verb, icon = "change_person", "pencil"
    title, done = _("改资料"), _("改好了")

    name = line(_("姓名"), limit=40)
    job = line(_("称呼、职级"), limit=40, required=False)
    employer = line(_("单位"), limit=80, required=False)

    def prepare(self) -> None:
        row = self.target
        self.initial = {"name": row.name, "job": row.title, "employer": row.employer}

    def act(self) -> None:
        said = self.said
        accounts.change_person(
            self.target, by=self.by, name=said("name"), title=said("job"), employer=said("employer")
        )


@register
class ReadPhoneForm(PersonForm):
    """See a colleague's number; the reading is on record."""

    verb, icon, right = "read_phone", "phone", "people.see"
    title, button = _("看电话"), _("看电话")
    hint = _("查看会留下记录：谁、什么时候、为什么")

    purpose = line(_("用途"), limit=120)

    def act(self) -> Shown:
        phone = accounts.read_phone(self.target, by=self.by, purpose=self.said("purpose"))
        label = _now("%(name)s的电话") % {"name": self.target.name}
        return Shown(label, phone or _now("没有登记电话"), _now("这次查看已记下"))


@register
class SetPasswordForm(PersonForm):
    """A new password for somebody who forgot theirs."""

    verb, icon = "set_password", "key"
    title, done = _("重设密码"), _("新密码设好了，请当面告诉本人")

    password = forms.CharField(
        label=_("新密码"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("请写新密码")},
    )

    def act(self) -> None:
        accounts.set_password(self.target, by=self.by, password=self.said("password"))


@register
class DeactivateForm(PersonForm):
    """Switch an account off."""

    verb, icon = "deactivate", "lock"
    title, button, done = _("停用账号"), _("停用"), _("停用了；做过的事都在记录里")

    reason = line(_("原因"))

    def act(self) -> None:
        accounts.deactivate(self.target, by=self.by, reason=self.said("reason"))


@register
class ActivateForm(PersonForm):
    """Switch an account on again."""

    verb, icon = "activate", "lock-open"
    title, button, done = _("恢复账号"), _("恢复"), _("恢复了")

    reason = line(_("原因"))

    def act(self) -> None:
        accounts.activate(self.target, by=self.by, reason=self.said("reason"))
