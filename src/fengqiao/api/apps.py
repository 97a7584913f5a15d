"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The room `api`; see the design notes for what it holds."""

    name = "fengqiao.api"
    default_auto_field = "django.db.models.BigAutoField"
