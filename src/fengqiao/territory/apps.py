"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    """The room `territory`; see the design notes for what it holds."""

    name = "fengqiao.territory"
    default_auto_field = "django.db.models.BigAutoField"
