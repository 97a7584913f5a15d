"""How matters hang together: merge and unmerge, link and unlink."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.desk.forms.fields import line
from fengqiao.desk.forms.verbs import VerbForm, register
from fengqiao.lib.errors import Refusal
from fengqiao.matters import actions
from fengqiao.matters.choices import LinkKind
from fengqiao.matters.models import Matter
from fengqiao.matters.queries import find

KINDS = [(k, LinkKind(k).label) for k in (LinkKind.SIMILAR, LinkKind.RECURRENCE, LinkKind.CAUSE)]


def matter_named(number: str, form: VerbForm, field: str) -> Matter:
    """The matter somebody named by its number. Raises Refusal when it is not there for them."""
    found = find(number.strip(), form.by.scope)
    if found is None:
        raise Refusal(
            _now("没有找到“%(number)s”。请核对编号，样子像 2026-00012") % {"number": number.strip()[:40]},
            code="bad_target",
            field=field,
        )
    return found


@register
class MergeForm(VerbForm):
    """Two matters are one."""

    verb, icon = "merge", "git-merge"
    title, button, done = _("并入另一件"), _("并过去"), _("并过去了，随时可以拆回")
    hint = _("这一件停在这里，以后跟着那一件办；反映的人各收各的答复。随时可以原样拆回")

    into = line(_("并入哪一件"), limit=20, help_text=_("写事项编号"))

    def act(self) -> Any:
        other = matter_named(self.said("into"), self, "into")
        return actions.merge(self.matter, by=self.by, into=other)


@register
class UnmergeForm(VerbForm):
    """Undo a merge."""

    verb, icon = "unmerge", "unlink"
    title, button, done = _("拆回"), _("拆回"), _("拆回了，负责人、下一步、承诺都和合并前一样")
    hint = _("负责人、下一步、时间和承诺都回到合并以前的样子")

    def act(self) -> Any:
        return actions.unmerge(self.target, by=self.by)


@register
class LinkForm(VerbForm):
    """They hang together."""

    verb, icon = "link", "link"
    title, button, done = _("关联另一件"), _("关联上"), _("关联上了")
    hint = _("只是记下有关，两件各办各的")

    other = line(_("和哪一件有关"), limit=20, help_text=_("写事项编号"))
    kind = forms.ChoiceField(
        label=_("怎么有关"), choices=KINDS, widget=forms.RadioSelect, initial=LinkKind.SIMILAR
    )

    def act(self) -> Any:
        other = matter_named(self.said("other"), self, "other")
        return actions.link(self.matter, by=self.by, other=other, kind=self.cleaned_data["kind"])


@register
class UnlinkForm(VerbForm):
    """Take a link back."""

    verb, icon = "unlink", "unlink"
    title, button, done = _("取消关联"), _("取消关联"), _("取消了")

    @property
    def heading(self) -> Any:
        row = self.target
        other = row.other if row.matter_id == self.matter.pk else row.matter
        return _now("取消和 %(number)s 的关联") % {"number": other.number}

    def act(self) -> Any:
        return actions.unlink(self.target, by=self.by)
