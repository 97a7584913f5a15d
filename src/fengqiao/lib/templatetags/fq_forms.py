"""Template tags for forms: one field with its label, help and error, wired for screen readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField

register = template.Library()

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check"),
    (forms.CheckboxSelectMultiple, ""),
    (forms.RadioSelect, ""),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


def _css(widget: forms.Widget) -> str:
    return next(css for kind, css in _CLASSES if isinstance(widget, kind))


def _attributes(bound: BoundField, described: str) -> dict[str, Any]:
    """Class and description of the control; Django adds required, disabled and aria-invalid."""
    widget = bound.field.widget
    attrs: dict[str, Any] = {}
    own = " ".join(filter(None, [_css(widget), str(widget.attrs.get("class", ""))]))
    if own:
        attrs["class"] = own
    # Grouped controls are described on their fieldset; an own description here would be read once a choice.
    if described and not widget.use_fieldset:
        attrs["aria-describedby"] = described
    return attrs


@register.inclusion_tag("fq/field.html")
def field(
    bound: BoundField, label: object = "", hint: object = "", optional: bool = True, columns: bool = False
) -> dict[str, Any]:
    """A form field: label, help, control and error. `optional=False` hides the words 可以不填.

    `columns` lays grouped choices out side by side. A hidden field is printed bare.
    """
    widget = bound.field.widget
    said = hint or bound.help_text
    named = bound.auto_id or bound.html_name
    parts = [f"{named}_hint"] if said else []
    parts += [f"{named}_error"] if bound.errors else []
    described = " ".join(parts)
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=_attributes(bound, described)),
        "label": label or bound.label,
        "hint": said,
        "named": named,
        "described": described,
        "hidden": bound.is_hidden,
        "check": isinstance(widget, forms.CheckboxInput),
        "group": widget.use_fieldset,
        "columns": columns,
        "optional": optional and not bound.field.required and not isinstance(widget, forms.CheckboxInput),
    }


@register.inclusion_tag("fq/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """A summary above a form that was refused: each error links to its field; nothing when all is well."""
    rows = [
        (form[name], error) for name, errors in form.errors.items() if name in form.fields for error in errors
    ]
    return {"general": form.non_field_errors(), "rows": rows, "any": bool(form.errors)}


@register.inclusion_tag("fq/filter_bar.html", takes_context=True)
def filter_bar(context: template.Context, form: forms.BaseForm, label: object = "") -> dict[str, Any]:
    """The filters of a list as a GET form that works without scripts, with a way to clear them."""
    query: Mapping[str, str] = context["request"].GET
    used = any(query.get(form.add_prefix(name)) for name in form.fields)
    return {"form": form, "label": label, "used": used, "path": context["request"].path}
