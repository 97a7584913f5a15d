"""Writing down what somebody says by telephone, at the counter or on a round, for them."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms.fields import AreaField, PersonField, PhotosField, line, when, words, yes
from fengqiao.desk.pickers import area_options, candidates
from fengqiao.intake import actions
from fengqiao.intake.choices import Channel
from fengqiao.intake.drafts import ContactDraft, Receipt, UploadedPhoto
from fengqiao.intake.rules import MAX_PHOTOS
from fengqiao.matters.choices import Severity
from fengqiao.territory.roots import ensure_root

CHANNELS = [(c, Channel(c).label) for c in (Channel.PHONE, Channel.WALK_IN, Channel.ROUND)]
URGENCY = [
    ("", _("不急，按平常看")),
    (str(int(Severity.PRESSING)), _("几小时内可能变糟")),
    (str(int(Severity.DANGER)), _("现在就有危险（同时打 110）")),
]


class NewReportForm(forms.Form):
    """One report on behalf of somebody. ``key`` makes a second press harmless."""

    key = forms.CharField(max_length=60, widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("怎么来的"), choices=CHANNELS, widget=forms.RadioSelect)
    text = words(_("他怎么说的，照原话写"), rows=5)
    said_at = when(_("什么时候说的"), required=False)
    urgency = forms.ChoiceField(label=_("急不急"), choices=URGENCY, widget=forms.RadioSelect, required=False)
    place_text = line(_("在哪里，写地址或标志"), limit=160, required=False)
    area = AreaField(label=_("或选一片"), required=False, blank=_("不知道"))
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    name = line(_("怎么称呼"), limit=40, required=False, attrs={"data-draft-skip": ""})
    phone = line(_("电话"), limit=20, required=False, attrs={"inputmode": "tel", "data-draft-skip": ""})
    safe_time = line(_("方便接电话的时间"), limit=80, required=False)
    wants_news = yes(_("有进展告诉他"))
    about = PersonField(label=_("是不是投诉工作人员"), required=False, blank=_("不是"))
    photos = PhotosField(label=_("照片"), most=MAX_PHOTOS)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.initial = {"key": uuid.uuid4().hex, "channel": Channel.PHONE, "urgency": "", **self.initial}
        self.fields["area"].offer_areas(*area_options(by.scope))  # type: ignore[attr-defined]
        avoid = [pk for pk in (by.person_id,) if pk]
        self.fields["about"].offer_people(candidates(ensure_root(), exclude=avoid))  # type: ignore[attr-defined]

    def act(self) -> Receipt:
        """Take it in."""
        given = self.cleaned_data
        contact = ContactDraft(given["name"], given["phone"], given["wants_news"], given["safe_time"])
        pinned = given["lat"] is not None and given["lon"] is not None
        return actions.receive_report(
            by=self.by,
            channel=given["channel"],
            text=given["text"],
            key=given["key"],
            said_at=given["said_at"],
            area=given["area"],
            place_text=given["place_text"],
            lat=given["lat"] if pinned else None,
            lon=given["lon"] if pinned else None,
            contact=contact if contact.name or contact.phone else None,
            anonymous=not (contact.name or contact.phone),
            about=given["about"],
            photos=[UploadedPhoto(f.name or "", f.read()) for f in given["photos"]],
            severity_at_most=int(given["urgency"]) if given["urgency"] else None,
        )
