"""The form that makes a topic one governance matter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from fengqiao.desk.forms.fields import CategoryField, PersonField, line, when
from fengqiao.desk.forms.rooms import RoomForm
from fengqiao.desk.pickers import candidates, category_options
from fengqiao.intake.actions import gather_topic
from fengqiao.intake.actions.topics import STEP, common_area, likely_category
from fengqiao.intake.choices import UNFINISHED
from fengqiao.intake.models import Report, Topic
from fengqiao.intake.topic_reads import members_of
from fengqiao.lib.text import shorten
from fengqiao.matters.models import Matter


class GatherForm(RoomForm):
    """A topic becomes one governance matter: what it is called, whose it is, what comes next, which reports join it."""

    verb, icon = "gather_topic", "git-merge"
    title, button, done = _("并成一件治理事项"), _("立成一件"), _("立好了，有了负责人、下一步和期限")
    hint = _("等着看的反映并进来，各位反映人各收各的答复；已经立了事项的照旧办，和它挂为同类")

    name = line(_("叫什么"), limit=120)
    category = CategoryField(label=_("类别"))
    owner = PersonField(label=_("谁牵头"), required=False, blank=_("按类别和地点定"))
    next_step = line(_("下一步"), limit=200)
    due_at = when(_("什么时候以前"), required=False, help_text=_("不填就按类别的时限"))
    reports = forms.MultipleChoiceField(
        label=_("并进来的反映"), required=False, widget=forms.CheckboxSelectMultiple
    )

    target: Topic

    def prepare(self) -> None:
        members = list(members_of(self.target, self.by.scope))
        rows, choices = category_options()
        plain = [(head, [pair for pair in pairs if not rows[pair[0]].restricted]) for head, pairs in choices]
        self.fields["category"].offer_categories(rows, [group for group in plain if group[1]])  # type: ignore[attr-defined]
        self.area = common_area(members, self.by)
        self.fields["owner"].offer_people(candidates(self.area))  # type: ignore[attr-defined]
        waiting = [report for report in members if report.state in UNFINISHED]
        self.tied = len({report.matter_id for report in members if report.matter_id})
        self.fields["reports"].choices = [(str(r.pk), _words(r)) for r in waiting]  # type: ignore[attr-defined]
        if not waiting:
            del self.fields["reports"]
        self.initial = {
            "name": self.target.name,
            "category": likely_category(members),
            "next_step": STEP,
            "reports": [str(report.pk) for report in waiting],
        }

    @property
    def about(self) -> str:
        """The name of the topic."""
        return self.target.name

    def act(self) -> Matter:
        given = self.cleaned_data
        return gather_topic(
            self.target,
            by=self.by,
            category=given["category"].code,
            title=self.said("name"),
            area=self.area,
            owner=given["owner"],
            next_step=self.said("next_step"),
            due_at=given["due_at"],
            reports=frozenset(int(pk) for pk in given.get("reports") or ()),
        )

    def back(self) -> str:
        return reverse("desk:topic", args=[self.target.first_id])


def _words(report: Report) -> Any:
    return f"{report.area.name} · {shorten(report.title or report.text, 60)}"
