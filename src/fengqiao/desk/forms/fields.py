"""Fields that the desk's forms share: lines, texts, moments, people, partners, areas, categories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.models import Person
from fengqiao.desk.pickers import Candidate, Choices, grouped
from fengqiao.lib.formfields import Said
from fengqiao.matters.models import Category
from fengqiao.teams.models import Partner
from fengqiao.territory.models import Area

MOMENT = "%Y-%m-%dT%H:%M"
EMPTY = _("请写上这一项")
UNKNOWN = _("请从列出的里面选")
FIND = _("输几个字来找")


def line(label: Any, *, limit: int = 200, required: bool = True, **more: Any) -> Said:
    """One line of words."""
    attrs = {"autocomplete": "off", **more.pop("attrs", {})}
    return Said(
        label=label,
        max_length=limit,
        required=required,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": EMPTY},
        **more,
    )


def words(label: Any, *, rows: int = 3, required: bool = True, **more: Any) -> Said:
    """Several lines of words; the action says when they are too many, nothing is cut."""
    widget = forms.Textarea(attrs={"rows": rows, **more.pop("attrs", {})})
    return Said(
        label=label,
        required=required,
        widget=widget,
        strip=False,
        error_messages={"required": EMPTY},
        **more,
    )


def yes(label: Any, **more: Any) -> forms.BooleanField:
    """A tick."""
    return forms.BooleanField(label=label, required=False, **more)


def when(label: Any, *, required: bool = True, **more: Any) -> forms.DateTimeField:
    """A moment in the station's wall-clock time (Asia/Shanghai); cleaned to an aware datetime."""
    return forms.DateTimeField(
        label=label,
        required=required,
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        error_messages={"required": _("请选日期和时间"), "invalid": _("日期或时间写得不对，请重新选")},
        **more,
    )


class _Known(forms.ChoiceField):
    """A choice among rows that the form was given; cleaned to the row itself."""

    def __init__(self, *, label: Any, required: bool = True, blank: Any = "", **kwargs: Any) -> None:
        self.blank = blank or _("请选")
        self.rows: Mapping[str, Any] = {}
        self.offered: list[Any] = []
        messages = {"required": _("请选一个"), "invalid_choice": UNKNOWN}
        super().__init__(label=label, required=required, error_messages=messages, **kwargs)

    def offer(self, rows: Mapping[str, Any], choices: Iterable[Any]) -> None:
        """Set what may be chosen."""
        self.rows, self.offered = rows, list(choices)
        self.choices = [("", self.blank), *self.offered]

    def clean(self, value: Any) -> Any:
        """The row chosen, None when nothing is."""
        return self.rows.get(super().clean(value))


class PersonField(_Known):
    """Somebody out of the people near a matter; with scripts the list can be searched."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Select(attrs={"data-find": FIND}), **kwargs)

    def offer_people(self, people: Iterable[Candidate]) -> None:
        """Offer these candidates."""
        listed = list(people)
        self.offer({str(c.person.pk): c.person for c in listed}, grouped(listed))

    def offer_person(self, person: Person, label: str) -> None:
        """Offer one more, above the others, when it is not among them."""
        key = str(person.pk)
        if key not in self.rows:
            self.offer({key: person, **self.rows}, [(key, label), *self.offered])


class PartnerField(_Known):
    """An organisation that works along."""

    def offer_partners(self, rows: Mapping[str, Partner], choices: Choices) -> None:
        """Offer these partners."""
        self.offer(rows, choices)


class AreaField(_Known):
    """An area of the tree."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Select(attrs={"data-find": FIND}), **kwargs)

    def offer_areas(self, rows: Mapping[str, Area], choices: Iterable[tuple[str, str]]) -> None:
        """Offer these areas."""
        self.offer(rows, choices)


class CategoryField(_Known):
    """A category by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Select(attrs={"data-find": FIND}), **kwargs)

    def offer_categories(self, rows: Mapping[str, Category], choices: Choices) -> None:
        """Offer these categories."""
        self.offer(rows, choices)


class PartnersField(forms.MultipleChoiceField):
    """Several organisations, at least one; cleaned to a list of partners."""

    def __init__(self, *, label: Any, **kwargs: Any) -> None:
        self.rows: Mapping[str, Partner] = {}
        super().__init__(
            label=label,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("请至少选一个"), "invalid_choice": UNKNOWN},
            **kwargs,
        )

    def offer_partners(self, rows: Mapping[str, Partner], choices: Choices) -> None:
        """Offer these partners."""
        self.rows = rows
        self.choices = [pair for _group, pairs in choices for pair in pairs]

    def clean(self, value: Any) -> Any:
        """The partners chosen."""
        return [self.rows[key] for key in super().clean(value)]


class PhotosInput(forms.FileInput):
    """A file input that takes several photos."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Photos, none needed; cleaned to a list of uploaded files. What is a photo decides the action."""

    def __init__(self, *, label: Any, most: int, **kwargs: Any) -> None:
        attrs = {"accept": "image/*", "data-photos": "", "data-photos-max": str(most), "multiple": True}
        super().__init__(label=label, required=False, widget=PhotosInput(attrs=attrs), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each file by itself; an empty one is passed on so that the action can say so."""
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [f for f in files if f]
