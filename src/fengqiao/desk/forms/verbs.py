"""What every form of a verb on a matter shares. One typed form a verb; ``act`` calls the action of the same name."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Actor
from fengqiao.desk.pickers import HANDLES, Candidate, candidates
from fengqiao.lib.errors import Refusal
from fengqiao.lib.text import clean
from fengqiao.matters.choices import State
from fengqiao.matters.models import Matter


class VerbForm(forms.Form):
    """A verb of the transition table as a form.

    ``version`` is the matter's version when the page was read: if somebody changed it since, the action refuses.
    ``seen`` keeps in words how it stood then, so that both states can be shown. ``target`` is the row the verb
    is about (a promise, a follow-up, a link) where it is not the matter itself.
    """

    verb: ClassVar[str] = ""
    asks_right: ClassVar[str] = HANDLES
    title: ClassVar[Any] = ""
    hint: ClassVar[Any] = ""
    button: ClassVar[Any] = ""
    done: ClassVar[Any] = ""
    icon: ClassVar[str] = "check"
    confirm: ClassVar[Any] = ""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=600, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, matter: Matter, by: Actor, target: Any = None, name: str = "", **kwargs: Any
    ) -> None:
        self.matter, self.by, self.target, self.name = matter, by, target, clean(name[:40])
        self._people: list[Candidate] | None = None
        super().__init__(*args, **kwargs)
        self.initial = {"version": matter.version, "seen": standing(matter), **self.initial}
        self.prepare()

    def prepare(self) -> None:
        """Fill in what may be chosen."""

    def act(self) -> Any:
        """Do it. Raises Refusal."""
        raise NotImplementedError

    def do(self) -> Any:
        """``act``, if the matter is as it was when the page was read: a second press of a form finds it changed.

        Raises Refusal (``stale``).
        """
        with transaction.atomic():
            if self.kept_version is not None:
                row = Matter.objects.select_for_update().filter(pk=self.matter.pk)
                if row.values_list("version", flat=True).first() != self.kept_version:
                    raise Refusal(_now("这件事刚才有人动过。请刷新看一眼，再决定"), code="stale")
            return self.act()

    @property
    def kept_version(self) -> int | None:
        """The version the page was read at."""
        found = self.cleaned_data.get("version")
        return found if isinstance(found, int) else None

    @property
    def heading(self) -> Any:
        """The title as shown; a verb may name what it is about."""
        return self.title

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        """Fields a person fills in."""
        return [bound for bound in self if not bound.is_hidden]

    def people(self) -> list[Candidate]:
        """Who could take part: near the matter, never the one it is about."""
        if self._people is None:
            avoid = [pk for pk in (self.matter.about_id,) if pk]
            self._people = candidates(self.matter.area, exclude=avoid, name=self.name, right=self.asks_right)
        return self._people

    def said(self, name: str) -> str:
        """A cleaned text field, empty when nothing was typed."""
        return str(self.cleaned_data.get(name) or "")


def standing(matter: Matter) -> str:
    """How a matter stands, in one line of words."""
    parts = [str(State(matter.state).label)]
    if matter.owner:
        parts.append(str(_("负责人 %(name)s") % {"name": matter.owner.name}))
    if matter.next_step:
        parts.append(matter.next_step)
    return " · ".join(parts)


REGISTRY: dict[str, type[VerbForm]] = {}
"""Forms by the verb of the transition table."""


def register(form: type[VerbForm]) -> type[VerbForm]:
    """Make a form known under its verb."""
    REGISTRY[form.verb] = form
    return form
