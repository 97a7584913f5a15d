"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The room `portal`; see the design notes for what it holds."""

    name = "fengqiao.portal"
    default_auto_field = "django.db.models.BigAutoField"
