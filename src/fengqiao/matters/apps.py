"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """The room `matters`; see the design notes for what it holds."""

    name = "fengqiao.matters"
    default_auto_field = "django.db.models.BigAutoField"
