"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class MediationConfig(AppConfig):
    """The room `mediation`; see the design notes for what it holds."""

    name = "fengqiao.mediation"
    default_auto_field = "django.db.models.BigAutoField"
