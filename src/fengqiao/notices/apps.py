"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The room `notices`; see the design notes for what it holds."""

    name = "fengqiao.notices"
    default_auto_field = "django.db.models.BigAutoField"
