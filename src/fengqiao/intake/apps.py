"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The room `intake`; see the design notes for what it holds."""

    name = "fengqiao.intake"
    default_auto_field = "django.db.models.BigAutoField"
