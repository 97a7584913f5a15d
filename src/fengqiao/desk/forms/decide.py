"""Accepting a report: everything proposed, each part of it changeable, sent in one go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import Actor
from fengqiao.desk.decision import Decision, decision
from fengqiao.desk.forms.fields import FIND, MOMENT, UNKNOWN, PersonField, line, when, yes
from fengqiao.desk.pickers import candidates, category_name, head_name
from fengqiao.intake import actions
from fengqiao.intake.actions.decide import default_title
from fengqiao.intake.models import Report, Suggestion
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.matters import actions as matters
from fengqiao.matters.choices import LinkKind, Severity
from fengqiao.matters.models import Category, Matter
from fengqiao.matters.queries import find

STAFF_COMPLAINT = "OT2"
OTHER = "other"
"""Sent in place of a code when the category was chosen from all of them."""


class DecisionForm(forms.Form):
    """What a person decides about a report.

    ``was_*`` keep what the page proposed. What was left as proposed is decided afresh when something it rests on
    changed (another category has another owner and time); what a person typed always stands.
    """

    category = forms.CharField(label=_("类别"), max_length=8, required=False)
    other = forms.ChoiceField(
        label=_("别的类别"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select", "data-find": FIND}),
    )
    severity = forms.TypedChoiceField(
        label=_("轻重"), choices=Severity.choices, coerce=int, required=False, empty_value=None
    )
    lower_reason = line(_("为什么定得轻些"), limit=300, required=False)
    spot = forms.CharField(max_length=30, required=False)
    owner = PersonField(label=_("负责人"), required=False, blank=_("按职责自动定"))
    next_step = line(_("下一步"), required=False)
    due_at = when(_("最晚"), required=False)
    title = line(_("标题"), limit=60, required=False)
    threatening = yes(_("有人扬言要动手"))
    about = PersonField(label=_("投诉的是谁"), required=False, blank=_("请选"))
    nobody_named = yes(_("没有点名"))
    similar = forms.CharField(max_length=20, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    was_category = forms.CharField(max_length=8, required=False, widget=forms.HiddenInput)
    was_severity = forms.IntegerField(required=False, widget=forms.HiddenInput)
    was_spot = forms.CharField(max_length=30, required=False, widget=forms.HiddenInput)
    was_owner = forms.IntegerField(required=False, widget=forms.HiddenInput)
    was_due = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        report: Report,
        by: Actor,
        rows: list[Suggestion],
        categories: Mapping[str, Category],
        picked: QueryDict | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.report, self.by, self.rows, self.known = report, by, rows, categories
        self.decision = self._decide(self.data if self.is_bound else picked)
        self._offer()
        self._begin()
        if picked is not None:
            self._keep(picked)

    def _decide(self, data: Mapping[str, Any] | None) -> Decision:
        """The panel as it stands: proposals, with the category, severity and place picked in their stead."""
        code, severity, spot = "", None, None
        if data is not None:
            picked = data.get("category") or OTHER
            code = data.get("other", "") if picked == OTHER else picked
            spot = data.get("spot", "")
            raised = data.get("severity", "")
            # A severity left as proposed follows the category; one that a person chose stands.
            if raised.isdigit() and raised != data.get("was_severity") and 1 <= int(raised) <= 4:
                severity = int(raised)
        return decision(self.report, self.rows, self.known, code=code, severity=severity, spot_key=spot)

    def _offer(self) -> None:
        chosen = self.decision.chosen
        avoid = [pk for pk in (self.report.about_id,) if pk]
        people = candidates(chosen.spot.area, exclude=avoid)
        owner: PersonField = self.fields["owner"]  # type: ignore[assignment]
        owner.offer_people(people)
        if chosen.answer is not None:
            owner.offer_person(chosen.answer.person, chosen.answer.person.name)
        self.fields["about"].offer_people(people)  # type: ignore[attr-defined]
        listed: dict[str, list[tuple[str, str]]] = {}
        for code, row in self.known.items():
            listed.setdefault(head_name(row), []).append((code, category_name(row)))
        other: forms.ChoiceField = self.fields["other"]  # type: ignore[assignment]
        other.choices = [("", _("从全部类别里选")), *listed.items()]

    def _begin(self) -> None:
        chosen = self.decision.chosen
        due = f"{clock.local(chosen.due_at):{MOMENT}}" if chosen.due_at else ""
        code = chosen.category.code if chosen.category else ""
        owner = chosen.owner.pk if chosen.owner else None
        self.initial = {
            "category": code if self.decision.known_guess else OTHER,
            "other": "" if self.decision.known_guess else code,
            "severity": chosen.severity,
            "spot": chosen.spot_key,
            "owner": str(owner or ""),
            "next_step": self.decision.next_step,
            "due_at": chosen.due_at,
            "title": default_title(self.report, chosen.category) if chosen.category else self.report.title,
            "version": self.report.version,
            "was_category": code,
            "was_severity": chosen.severity,
            "was_spot": chosen.spot_key,
            "was_owner": owner,
            "was_due": due,
        }

    def _keep(self, typed: QueryDict) -> None:
        """Keep what a person typed while something else was picked; what was left as proposed follows."""
        for name, was in (("owner", "was_owner"), ("due_at", "was_due")):
            if typed.get(name) and typed.get(name) != typed.get(was):
                self.initial[name] = typed[name]
        for name in ("next_step", "lower_reason", "about"):
            if typed.get(name):
                self.initial[name] = typed[name]

    @property
    def owner_shown(self) -> Person | None:
        """Who stands as owner now."""
        key = str(self["owner"].value() or "")
        person = self.fields["owner"].rows.get(key)  # type: ignore[attr-defined]
        return person if isinstance(person, Person) else None

    @property
    def due_shown(self) -> datetime | None:
        """The time that stands now."""
        value = self["due_at"].value()
        if isinstance(value, datetime):
            return value
        try:
            return datetime.strptime(str(value), MOMENT).replace(tzinfo=clock.LOCAL)
        except ValueError:
            return None

    @property
    def asks_about(self) -> bool:
        """Whether it is a complaint about staff, which must say about whom."""
        chosen = self.decision.chosen.category
        return chosen is not None and chosen.code == STAFF_COMPLAINT

    def clean_spot(self) -> str:
        """One of the proposed places, or nothing for what the report says."""
        key = str(self.cleaned_data["spot"] or "")
        if key and key not in {s.key for s in self.decision.spots}:
            raise forms.ValidationError(UNKNOWN)
        return key

    def act(self) -> Matter:
        """Accept it as chosen; with ``similar`` the new matter is noted as alike another one. All or nothing."""
        with transaction.atomic():
            matter = self._accept()
            number = str(self.cleaned_data["similar"] or "")
            if number:
                other = find(number, self.by.scope)
                if other is None:
                    raise Refusal(_now("那件事找不到了，请刷新再看"), code="bad_target")
                matters.link(matter, by=self.by, other=other, kind=LinkKind.SIMILAR)
        return matter

    def _accept(self) -> Matter:
        given, chosen = self.cleaned_data, self.decision.chosen
        spot = next((s.spot for s in self.decision.spots if s.key == given["spot"]), None)
        return actions.accept_report(
            self.report,
            by=self.by,
            category=chosen.category.code if chosen.category else None,
            severity=chosen.severity,
            lower_reason=str(given["lower_reason"] or ""),
            area=spot.area if spot and spot.place is None else None,
            place=spot.place if spot else None,
            place_text=spot.place_text if spot else "",
            about=given["about"],
            nobody_named=given["nobody_named"],
            owner=self._owner(),
            next_step=str(given["next_step"] or ""),
            due_at=self._due(),
            title=self._title(),
            threatening=given["threatening"],
            version=given["version"],
        )

    def _moved(self) -> bool:
        """Whether something that owner and time rest on was changed since the page was read."""
        given, chosen = self.cleaned_data, self.decision.chosen
        code = chosen.category.code if chosen.category else ""
        was = (given["was_category"], given["was_severity"], given["was_spot"] or "")
        return was != (code, chosen.severity, chosen.spot_key)

    def _owner(self) -> Any:
        """The person chosen; None where the one proposed now is meant, who then comes with the reason why."""
        person, answer = self.cleaned_data["owner"], self.decision.chosen.answer
        if person is None:
            return None
        left = person.pk == self.cleaned_data["was_owner"]
        if left and self._moved():
            return None
        return None if answer is not None and answer.person.pk == person.pk else person

    def _due(self) -> datetime | None:
        """The time chosen; None where it was left as proposed, so that the promise runs from this moment."""
        moment: datetime | None = self.cleaned_data["due_at"]
        if moment is None or f"{clock.local(moment):{MOMENT}}" == self.cleaned_data["was_due"]:
            return None
        return moment

    def _title(self) -> str:
        """The title typed; nothing where it was left as proposed."""
        typed = str(self.cleaned_data["title"] or "")
        was = self.known.get(self.cleaned_data["was_category"] or "")
        return "" if was is not None and typed == default_title(self.report, was) else typed
