"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The room `audit`; see the design notes for what it holds."""

    name = "fengqiao.audit"
    default_auto_field = "django.db.models.BigAutoField"
