"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class FieldConfig(AppConfig):
    """The room `field`; see the design notes for what it holds."""

    name = "fengqiao.field"
    default_auto_field = "django.db.models.BigAutoField"
