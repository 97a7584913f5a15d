"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class BoardConfig(AppConfig):
    """The room `board`; see the design notes for what it holds."""

    name = "fengqiao.board"
    default_auto_field = "django.db.models.BigAutoField"
