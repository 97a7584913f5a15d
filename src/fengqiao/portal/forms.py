"""What residents fill in. Everything typed is kept as said; what cannot be taken is refused beside its field."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.algorithms.scams import MAX_CHARS
from fengqiao.intake.actions import ContactDraft, UploadedPhoto
from fengqiao.intake.rules import MAX_PHOTOS
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.ids import read_code
from fengqiao.lib.images import MAX_BYTES
from fengqiao.lib.text import MAX_TEXT, clean
from fengqiao.portal import ground

STAFF_TITLE = "投诉工作人员"
"""What a report is headed with when its writer ticks that it is about somebody who works here. Kept as data, so
not translated: the words route it round the person it names."""
FIELDS = {"place_text": "address", "title": "staff_name"}
"""Names of the intake's inputs -> names of ours."""


class Words(forms.CharField):
    """Words as said: control and direction-changing characters go, nothing is cut, too long is refused."""

    def __init__(self, *, limit: int, single: bool = False, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.limit, self.single = limit, single

    def to_python(self, value: Any) -> str:
        """The cleaned words. Raises ValidationError in the words of the refusal."""
        try:
            words = clean(str(value or ""), limit=self.limit)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        return re.sub(r"\s+", " ", words) if self.single else words


class PhotoInput(forms.FileInput):
    """A file field that takes several."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile[Any]]:
        """All files chosen, in their order."""
        return list(files.getlist(name)) if hasattr(files, "getlist") else []

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether none was sent."""
        return name not in files


class Photos(forms.Field):
    """Photos as they came, counted and measured before their bytes are read."""

    widget = PhotoInput

    def clean(self, value: Any) -> list[UploadedPhoto]:
        """The photos. Raises ValidationError for too many or too large ones; what they are is looked at later."""
        files: Sequence[UploadedFile[Any]] = value or []
        if len(files) > MAX_PHOTOS:
            raise forms.ValidationError(
                _("最多 %(most)s 张照片，现在 %(n)s 张，请挑最能说明情况的")
                % {"most": MAX_PHOTOS, "n": len(files)}
            )
        for file in files:
            if (file.size or 0) > MAX_BYTES:
                raise forms.ValidationError(
                    _("有一张照片太大：最大 %(most)s MB，现在 %(size).1f MB。请用手机自带的“缩小”后再传")
                    % {"most": MAX_BYTES // 2**20, "size": (file.size or 0) / 2**20}
                )
        return [UploadedPhoto(file.name or "", file.read()) for file in files]


def photo_field() -> Photos:
    """The photo field of the report and of additions to it."""
    attrs = {
        "class": "form-control",
        "accept": "image/*",
        "data-photos": True,
        "data-photos-max": str(MAX_PHOTOS),
    }
    return Photos(label=gettext_lazy("照片"), required=False, widget=PhotoInput(attrs=attrs))


def fresh_key() -> str:
    """A new key for one rendered form: sending that form twice brings one report."""
    return secrets.token_urlsafe(18)


class ReportForm(forms.Form):
    """我要反映: what, where, and, for those who want, a telephone number."""

    key = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    text = Words(
        limit=MAX_TEXT,
        label=gettext_lazy("发生了什么"),
        help_text=gettext_lazy("怎么说都行，像跟邻居说一样。"),
        error_messages={"required": gettext_lazy("请写上发生了什么，一句话也行")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = photo_field()
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    area = forms.ChoiceField(
        required=False,
        label=gettext_lazy("村、社区"),
        error_messages={"invalid_choice": gettext_lazy("没有这个村、社区，请重新选；找不到就写地址")},
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    address = Words(
        limit=160,
        single=True,
        required=False,
        label=gettext_lazy("地址或附近的店名、楼名"),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    phone = Words(
        limit=40,
        single=True,
        required=False,
        label=gettext_lazy("您的手机号"),
        help_text=gettext_lazy("只给办这件事的人看，每次查看都留记录，您查得到；被反映的人看不到。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "data-draft-skip": True}),
    )
    wants_news = forms.BooleanField(
        required=False, initial=True, label=gettext_lazy("有进展可以打电话、发短信告诉我")
    )
    staff = forms.BooleanField(required=False, label=gettext_lazy("这件事投诉的是派出所或社区的工作人员"))
    staff_name = Words(
        limit=60,
        single=True,
        required=False,
        label=gettext_lazy("投诉的是谁"),
        help_text=gettext_lazy(
            "写全名，这件事就不会交到本人手上，本人也看不到。只知道警号或样子，也请写上。"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-draft-skip": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["area"]).choices = [("", _("请选择")), *ground.area_choices()]
        for name in ("lat", "lon"):
            self.fields[name].error_messages["invalid"] = _("地图上的位置读不懂，请重新点一下地图")
            self.fields[name].label = _("地图上的位置")

    def renew_key(self) -> None:
        """Give the form, shown again, a key of its own."""
        self._put("key", fresh_key())

    def forget_broken_point(self) -> None:
        """A point that cannot be read is not shown again: the map could not draw it."""
        if "lat" in self.errors or "lon" in self.errors:
            self._put("lat", "")
            self._put("lon", "")

    def _put(self, name: str, value: str) -> None:
        data = cast(QueryDict, self.data).copy()
        data[name] = value
        self.data = data

    @property
    def title(self) -> str:
        """The heading of a complaint about staff, with the name its writer gave; empty for everything else."""
        if not (self.cleaned_data["staff"] or self.cleaned_data["staff_name"]):
            return ""
        return "：".join(filter(None, [STAFF_TITLE, self.cleaned_data["staff_name"]]))

    @property
    def contact(self) -> ContactDraft | None:
        """How the reporter can be reached, None for those who gave nothing."""
        phone = self.cleaned_data["phone"]
        return ContactDraft(phone=phone, wants_news=self.cleaned_data["wants_news"]) if phone else None


class Pasted(Words):
    """Something one was sent, pasted here and cleaned already: too long is refused in words of its own."""

    def to_python(self, value: Any) -> str:
        """The cleaned words. Raises ValidationError for more than are read: nothing goes unread in silence."""
        words = str(value or "").strip()
        if len(words) > self.limit:
            raise forms.ValidationError(
                _("太长了：一次最多看 %(limit)s 字，现在 %(n)s 字。挑要紧的几句贴上来就行")
                % {"limit": self.limit, "n": len(words)},
                code="too_long",
            )
        return words


class ScamForm(forms.Form):
    """是诈骗吗: what one was sent or told."""

    text = Pasted(
        limit=MAX_CHARS,
        label=gettext_lazy("收到了什么"),
        help_text=gettext_lazy(
            "把短信、聊天里的话贴在这里；是电话，就写对方说了什么、要您做什么。号码、网址也可以一起写上。"
        ),
        error_messages={"required": gettext_lazy("请先贴上收到的话，或写几个字说说对方要您做什么")},
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )


class AddForm(forms.Form):
    """补充情况: words, photos, or both."""

    text = Words(
        limit=4000,
        required=False,
        label=gettext_lazy("补充的情况"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = photo_field()

    def clean(self) -> dict[str, Any]:
        """Something must be there."""
        found = super().clean() or {}
        if not self.errors and not found.get("text") and not found.get("photos"):
            raise forms.ValidationError(_("还没有写什么，也没有选照片。写几句话，或选几张照片，再提交"))
        return found


class AgainForm(forms.Form):
    """请再办: why it is not settled, or should not have been refused."""

    text = Words(
        limit=500,
        label=gettext_lazy("哪里还没有办好"),
        help_text=gettext_lazy("照实说就行：哪里还是老样子，或者为什么觉得该管。"),
        error_messages={"required": gettext_lazy("请写上哪里还没有办好，一句话也行")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RateForm(forms.Form):
    """Three faces and, for those who want, words."""

    score = forms.TypedChoiceField(
        coerce=int,
        choices=[(3, gettext_lazy("满意")), (2, gettext_lazy("一般")), (1, gettext_lazy("不满意"))],
        label=gettext_lazy("办得怎么样"),
        error_messages={
            "required": gettext_lazy("请先选满意、一般或不满意"),
            "invalid_choice": gettext_lazy("请选满意、一般或不满意"),
        },
    )
    comment = Words(
        limit=1000,
        required=False,
        label=gettext_lazy("想说的话"),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )


class CodeForm(forms.Form):
    """查进度: the code as people type it."""

    code = Words(
        limit=200,
        single=True,
        label=gettext_lazy("查询码"),
        help_text=gettext_lazy("12 位，像 7K3M-29QX-4HTB。空格、小写都可以。"),
        error_messages={"required": gettext_lazy("请写上查询码")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        """The code in its one true form."""
        found = read_code(self.cleaned_data["code"])
        if found is None:
            raise forms.ValidationError(_("查询码是 12 位字母和数字，这一串对不上，请对照回执再看一遍"))
        return found


def refuse(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal beside the field at fault, or above the form. OutOfReach is raised again: it is no form's."""
    if isinstance(refusal, OutOfReach):
        raise refusal
    name = FIELDS.get(refusal.field, refusal.field)
    form.add_error(name if name in form.fields else None, refusal.message)
