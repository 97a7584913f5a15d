"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room `accounts`; see the design notes for what it holds."""

    name = "fengqiao.accounts"
    default_auto_field = "django.db.models.BigAutoField"
