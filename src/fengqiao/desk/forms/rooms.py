"""What every form of the rooms shares: who does what to which row, what may be chosen, where one goes after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.fields import AreaField
from fengqiao.desk.pickers import Choices, area_options
from fengqiao.lib.errors import OutOfReach
from fengqiao.teams.models import Team
from fengqiao.teams.queries import PersonCard, people
from fengqiao.territory.models import Beat, within


@dataclass(frozen=True)
class Shown:
    """Something a verb shows once: a telephone number, the secret of a token."""

    label: str
    value: str
    note: str


class RoomForm(forms.Form):
    """A verb of a room; ``act`` calls the action of the same name. ``target`` is the row it is about.

    ``right``: one must hold it somewhere to see the form at all; the action checks it where it counts.
    """

    verb: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    hint: ClassVar[Any] = ""
    button: ClassVar[Any] = _("保存")
    done: ClassVar[Any] = _("保存好了")
    icon: ClassVar[str] = "check"
    right: ClassVar[str] = ""

    def __init__(self, *args: Any, by: Actor, target: Any = None, **kwargs: Any) -> None:
        self.by, self.target = by, target
        super().__init__(*args, **kwargs)
        self.prepare()

    @classmethod
    def find(cls, pk: int | None, by: Actor) -> Any:
        """The row the verb is about, in the actor's sight. Raises OutOfReach."""
        if pk is not None:
            raise OutOfReach
        return None

    @property
    def about(self) -> str:
        """The name of the row the verb is about, for the heading."""
        return str(self.target or "")

    def prepare(self) -> None:
        """Fill in what may be chosen."""

    def act(self) -> Any:
        """Do it. Raises Refusal."""
        raise NotImplementedError

    def back(self) -> str:
        """The page one came from and goes to after."""
        raise NotImplementedError

    def said(self, name: str) -> str:
        """A cleaned text field, empty when nothing was typed."""
        return str(self.cleaned_data.get(name) or "")


def day(label: Any, *, required: bool = True, **more: Any) -> forms.DateField:
    """A day of the calendar."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请选日期"), "invalid": _("日期写得不对，请重新选")},
        **more,
    )


def choice(label: Any, choices: Iterable[tuple[str, Any]] = (), **more: Any) -> forms.ChoiceField:
    """One of a few."""
    messages = {"required": _("请选一个"), "invalid_choice": _("请从列出的里面选")}
    return forms.ChoiceField(label=label, choices=list(choices), error_messages=messages, **more)


def upload(label: Any, accept: str, **more: Any) -> forms.FileField:
    """One file."""
    messages = {
        "required": _("请选一个文件"),
        "empty": _("文件是空的，请换一个"),
        "missing": _("请选一个文件"),
        "invalid": _("文件没有传上来，请再选一次"),
        "max_length": _("文件名太长，请改短再传"),
    }
    widget = forms.FileInput(attrs={"accept": accept})
    return forms.FileField(label=label, widget=widget, error_messages=messages, max_length=200, **more)


def offer_ground(field: AreaField, by: Actor, right: str, *, beats: bool = True, teams: bool = False) -> None:
    """Offer areas, beats and teams where the actor holds ``right``: keys a1, b1, t1."""
    rows: dict[str, Any] = {}
    groups: Choices = []
    paths = by.scope.paths(right)
    if teams:
        found = list(Team.objects.filter(within(paths, "area__path"), ended_on__isnull=True)[:500])
        rows |= {f"t{t.pk}": t for t in found}
        groups.append((_now("队伍"), [(f"t{t.pk}", t.name) for t in found]))
    if beats:
        listed = list(Beat.objects.filter(within(paths, "area__path")).select_related("area"))
        rows |= {f"b{b.pk}": b for b in listed}
        groups.append((_now("警务区"), [(f"b{b.pk}", b.name) for b in listed]))
    areas, options = area_options(by.scope, right=right)
    rows |= {f"a{pk}": area for pk, area in areas.items()}
    groups.append((_now("片区"), [(f"a{pk}", label) for pk, label in options]))
    field.offer(rows, [g for g in groups if g[1]])


def person_label(card: PersonCard, roles: dict[str, str]) -> str:
    """A person in one line: name, roles, ground."""
    held = [f"{roles.get(a.role, a.role)} {a.beat or a.area}" for a in card.appointments[:2]]
    return " · ".join([card.person.name, *held])


def people_in_sight(
    by: Actor, roles: dict[str, str], wanted: Iterable[str] = ()
) -> dict[str, tuple[Person, str]]:
    """People the actor sees, by id, each with its line; only holders of ``wanted`` roles where any are given."""
    keys = set(wanted)
    cards = [c for c in people(by) if not keys or any(a.role in keys for a in c.appointments)]
    return {str(c.person.pk): (c.person, person_label(c, roles)) for c in cards}


def offer_people(field: Any, found: dict[str, tuple[Person, str]]) -> None:
    """Put people into a field that offers rows."""
    field.offer(
        {key: row for key, (row, _label) in found.items()}, [(k, label) for k, (_r, label) in found.items()]
    )
