"""A field for what people type or paste, shared by the doors for staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class Said(forms.CharField):
    """Words as typed: NUL characters, which come with text pasted from papers, go unseen; too long is told in words."""

    default_error_messages = {
        "max_length": _("太长了：最多 %(limit_value)s 字，现在 %(show_value)s 字"),
    }

    def to_python(self, value: Any) -> Any:
        """The words without NUL."""
        return super().to_python(value.replace("\x00", "") if isinstance(value, str) else value)
