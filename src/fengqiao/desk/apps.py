"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The room `desk`; see the design notes for what it holds."""

    name = "fengqiao.desk"
    default_auto_field = "django.db.models.BigAutoField"
