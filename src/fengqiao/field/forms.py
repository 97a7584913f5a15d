"""Forms of the field door: few fields, nothing that must be typed unless it is wanted."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Scope
from fengqiao.lib.formfields import Said
from fengqiao.lib.text import MAX_TEXT
from fengqiao.matters.choices import FollowUpResult
from fengqiao.territory.queries import area_choices

KINDS = (
    ("ebike", _("电瓶车充电"), "scooter-electric", "有电动车违规停放或充电"),
    ("quarrel", _("吵架纠纷"), "messages", "有人吵架、闹纠纷"),
    ("leak", _("漏水"), "droplet", "楼上楼下漏水"),
    ("fire", _("消防隐患"), "flame", "有消防隐患，通道或器材有问题"),
    ("scam", _("像诈骗"), "cash-off", "有人可能遇到诈骗"),
    ("other", _("其他"), "dots", ""),
)
"""Tiles of the note: key, words, icon, and the sentence that stands when nothing else is said."""


class NoteForm(forms.Form):
    """记一笔: what, where, a photo and a word if wanted."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=60)
    kind = forms.ChoiceField(choices=[(k, label) for k, label, _icon, _words in KINDS], required=False)
    words = Said(
        label=_("说一句"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("一句话，可以不写")}),
        error_messages={"max_length": _("太长了，请分成几条")},
    )
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    area = forms.ChoiceField(label=_("网格、村"), required=False)
    place_text = Said(label=_("具体在哪里"), required=False, max_length=160)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.areas = {str(a.pk): a for a in area_choices(scope, right="report.receive")}
        listed = [(pk, a.name) for pk, a in self.areas.items() if a.rank in {"grid", "village", "community"}]
        self.fields["area"].choices = [("", _("按地图上的位置")), *listed[:400]]  # type: ignore[attr-defined]
        self.initial.setdefault("key", secrets.token_hex(16))

    def clean(self) -> dict[str, Any]:
        """Something must be said: a tile with a meaning, or a word."""
        found = super().clean() or {}
        meant = {k: words for k, _label, _icon, words in KINDS}.get(str(found.get("kind")), "")
        words = str(found.get("words") or "").strip()
        if not words and not meant:
            raise forms.ValidationError(_("点一下是什么事，或者说一句"))
        found["text"] = f"{meant}。{words}" if meant and words else words or meant
        return found


class ProgressForm(forms.Form):
    """One sentence about what was done; ``version`` makes a second press harmless."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = Said(
        label=_("做了什么"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": _("请写一句做了什么"), "max_length": _("太长了，请分成几条")},
    )


class FollowUpForm(forms.Form):
    """What was found on going back."""

    result = forms.ChoiceField(
        label=_("看到的情况"),
        choices=FollowUpResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请点一下看到的情况")},
    )
    note = Said(
        label=_("说一句"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        error_messages={"required": _("请写一句看到、听到了什么")},
    )
