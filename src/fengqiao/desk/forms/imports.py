"""Forms of the imports room: a table of reports with its mapping, replies out, bundles between two networks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from fengqiao.desk.forms.fields import line
from fengqiao.desk.forms.rooms import choice, day, upload
from fengqiao.intake.import_preview import Preview
from fengqiao.intake.mapping import FIELDS
from fengqiao.intake.models import BundlePeer

KINDS = [
    ("table", _("一般的表格")),
    ("110", _("110 移交的警情")),
    ("12345", _("12345 转来的工单")),
    ("historic", _("以前办完的（只用来查找、学习，不进收件）")),
]
MOST_COLUMNS = 60


class TableForm(forms.Form):
    """A file of reports to look into."""

    kind = choice(_("这是什么"), KINDS, widget=forms.RadioSelect, initial="table")
    file = upload(_("表格文件"), ".csv,.xlsx,.txt", help_text=_("CSV 或 XLSX，第一行是列名；编码会自动认"))


class MappingForm(forms.Form):
    """Which column of the table is what: one choice for each column."""

    def __init__(self, preview: Preview, data: Any = None) -> None:
        self.preview = preview
        super().__init__(data)
        chosen = {column: field for field, column in preview.mapping.items()}
        options = [("", _("不用")), *FIELDS.items()]
        for number, column in enumerate(preview.columns[:MOST_COLUMNS]):
            self.fields[f"c{number}"] = choice(
                column, options, required=False, initial=chosen.get(column, "")
            )
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    @property
    def columns(self) -> list[tuple[str, forms.BoundField]]:
        """Columns of the table, each with its choice."""
        return [(str(self[name].label), self[name]) for name in self.fields]

    @property
    def mapping(self) -> dict[str, str]:
        """Field to column, as chosen."""
        given = self.cleaned_data
        return {given[name]: str(self.fields[name].label) for name in self.fields if given.get(name)}

    def clean(self) -> dict[str, Any]:
        """No field is taken from two columns."""
        given: dict[str, Any] = super().clean() or {}
        used = [value for value in given.values() if value]
        twice = next((v for v in used if used.count(v) > 1), "")
        if twice:
            words = _now("有两列都选成了“%(field)s”，请只留一列") % {"field": FIELDS[twice]}
            raise forms.ValidationError(words)
        if not {"title", "body"} & set(used):
            raise forms.ValidationError(_now("请选哪一列是内容"))
        return given


class RepliesForm(forms.Form):
    """In which form replies go out."""

    form = choice(_("格式"), [("xlsx", "XLSX"), ("csv", "CSV")])


class BundleOutForm(forms.Form):
    """What goes into a bundle."""

    peer = forms.ModelChoiceField(
        label=_("给哪个单位"),
        queryset=BundlePeer.objects.none(),
        required=False,
        empty_label=_("还没有指定（只带我们的反映，不带答复）"),
        error_messages={"invalid_choice": _("请从列出的里面选")},
    )
    since = day(_("只要这天以后有变化的"), required=False, help_text=_("不填就是全部；重复给也没有坏处"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["peer"].queryset = BundlePeer.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["peer"].label_from_instance = lambda peer: peer.name  # type: ignore[attr-defined]


class BundleInForm(forms.Form):
    """A bundle somebody brought."""

    file = upload(_("对方给的交换包"), ".zip,.fqb,application/zip")


class TrustForm(forms.Form):
    """Believe a station after its fingerprint was compared by telephone."""

    name = line(_("对方单位叫什么"), limit=60)
    confirmed = line(
        _("对方在电话里报的指纹"), limit=80, help_text=_("照对方念的填，不要照屏幕上的抄：两边一样才是真的")
    )
