"""Forms of the settings: what is one's own, tokens for programs, the station, templates of papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts import actions as accounts
from fengqiao.accounts.models import ApiToken, Person
from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.fields import PersonField, line
from fengqiao.desk.forms.rooms import RoomForm, Shown, choice, offer_people, upload
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.place_config import current_place
from fengqiao.mediation import actions as mediation
from fengqiao.mediation.rendering import MAX_TEMPLATE
from fengqiao.notices import actions as notices
from fengqiao.teams import actions as teams
from fengqiao.teams.models import Appointment, Station
from fengqiao.teams.queries import station

REGISTRY: dict[str, type[RoomForm]] = {}
"""Forms of the room by the action they call."""
API, APPOINT, CONFIGURE = "api.use", "people.appoint", "place.configure"
HANDLES = "matter.handle"


def register(form: type[RoomForm]) -> type[RoomForm]:
    """Make a form known under its verb."""
    REGISTRY[form.verb] = form
    return form


def _secret(label: Any, autocomplete: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": _("请写密码")},
    )


class OwnForm(RoomForm):
    """A verb on one's own account."""

    @property
    def me(self) -> Person:
        """The account of who asks."""
        return Person.objects.get(pk=self.by.person_id or 0)

    def back(self) -> str:
        return reverse("desk:settings")


@register
class PasswordForm(OwnForm):
    """Another password for oneself."""

    verb, icon = "change_password", "key"
    title, button, done = _("改密码"), _("改密码"), _("改好了，别处的登录都已退出")

    old = _secret(_("原密码"), "current-password")
    new = _secret(_("新密码"), "new-password")
    again = _secret(_("再写一遍新密码"), "new-password")

    def clean(self) -> dict[str, Any]:
        """Both new ones are the same."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", _now("两遍写的不一样"))
        return given

    def act(self) -> None:
        given = self.cleaned_data
        accounts.change_password(self.me, by=self.by, old=given["old"], new=given["new"])


@register
class PhoneForm(OwnForm):
    """One's own telephone number."""

    verb, icon = "set_phone", "phone"
    title, done = _("我的电话"), _("保存好了，已加密")
    hint = _("加密保存；同事要看，得写用途，会留下记录")

    phone = line(
        _("电话"),
        limit=30,
        required=False,
        attrs={"inputmode": "tel", "data-draft-skip": ""},
        help_text=_("留空就是去掉"),
    )

    def act(self) -> None:
        accounts.set_phone(self.me, by=self.by, phone=self.said("phone"))


@register
class LanguageForm(OwnForm):
    """The language of one's screens."""

    verb, icon = "choose_language", "language"
    title, done = _("语言"), _("换好了")

    language = choice(_("用哪种语言"), settings.LANGUAGES, widget=forms.RadioSelect)

    def prepare(self) -> None:
        self.initial = {"language": self.me.language}

    def act(self) -> None:
        accounts.choose_language(self.me, by=self.by, language=self.said("language"))


@register
class ReadAllForm(OwnForm):
    """All notices are read."""

    verb, icon = "mark_all_read", "checklist"
    title, button, done = _("全部标为看过"), _("都看过了"), _("都标好了")

    def act(self) -> None:
        notices.mark_all_read(by=self.by)

    def back(self) -> str:
        return reverse("desk:notices")


@register
class TokenForm(OwnForm):
    """A token with which a program acts as oneself."""

    verb, icon, right = "issue_token", "key", API
    title, button = _("发一个令牌"), _("发令牌")
    hint = _("程序用它以您的名义办事，您能做的它都能做")

    label = line(_("给谁用、做什么"), limit=60)
    days = forms.IntegerField(
        label=_("几天有效"),
        initial=90,
        min_value=1,
        max_value=366,
        error_messages={
            "required": _("请写 1 至 366 的数字"),
            "invalid": _("请写 1 至 366 的数字"),
            "min_value": _("请写 1 至 366 的数字"),
            "max_value": _("请写 1 至 366 的数字"),
        },
    )

    def act(self) -> Shown:
        given = self.cleaned_data
        made = accounts.issue_token(self.me, by=self.by, label=given["label"], days=given["days"])
        return Shown(_now("令牌"), made.secret, _now("只在这里显示这一次，请现在就抄给程序用"))

    def back(self) -> str:
        return reverse("desk:tokens")


@register
class RevokeTokenForm(OwnForm):
    """A token ends."""

    verb, icon, right = "revoke_token", "circle-x", API
    title, button, done = _("收回令牌"), _("收回"), _("收回了，马上失效")

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> ApiToken:
        """One of one's own tokens."""
        found = ApiToken.objects.filter(pk=pk or 0, person_id=by.person_id or 0).first()
        if found is None:
            raise OutOfReach
        return found

    @property
    def about(self) -> str:
        """What it is for."""
        return str(self.target.label)

    def act(self) -> None:
        accounts.revoke_token(self.target, by=self.by)

    def back(self) -> str:
        return reverse("desk:tokens")


@register
class StationForm(OwnForm):
    """The station's name, and who answers when nobody else does."""

    verb, icon, right = "change_station", "building", APPOINT
    title, done = _("本所"), _("保存好了")

    name = line(_("名称"), limit=60)
    default_owner = PersonField(
        label=_("默认负责人"),
        required=False,
        blank=_("不变"),
        help_text=_("哪里都找不到人负责时，由这位接手"),
    )

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> None:
        """For who may appoint over the whole station. Raises OutOfReach."""
        if pk is not None or not by.scope.can(APPOINT, station().area.path):
            raise OutOfReach

    def prepare(self) -> None:
        found: Station = station()
        able = [role.key for role in current_place().roles if role.may(HANDLES)]
        rows = Appointment.objects.on(clock.local(clock.now()).date()).filter(
            role__in=able, area__in=found.area.ancestor_ids, person__is_active=True
        )
        people = {str(a.person_id): (a.person, a.person.name) for a in rows.select_related("person")[:300]}
        offer_people(self.fields["default_owner"], people)
        self.initial = {"name": found.name, "default_owner": str(found.default_owner_id)}

    def act(self) -> None:
        teams.change_station(
            by=self.by, name=self.said("name"), default_owner=self.cleaned_data["default_owner"]
        )

    def back(self) -> str:
        return reverse("desk:station")


class TemplateForm(forms.Form):
    """A station's own template for one kind of paper."""

    file = upload(_("Word 文件"), ".docx")

    def save(self, kind: str, by: Actor) -> None:
        """Use it from now on. Raises Refusal."""
        file = self.cleaned_data["file"]
        mediation.save_template(kind, by=by, name=file.name or "", content=file.read(MAX_TEMPLATE + 1))
