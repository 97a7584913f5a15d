"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class LibConfig(AppConfig):
    """The room `lib`; see the design notes for what it holds."""

    name = "fengqiao.lib"
    default_auto_field = "django.db.models.BigAutoField"
