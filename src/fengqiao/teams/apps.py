"""Django registration of the room."""

from __future__ import annotations

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """The room `teams`; see the design notes for what it holds."""

    name = "fengqiao.teams"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell accounts who sees and manages whom."""
        from fengqiao.accounts import reach
        from fengqiao.teams.reach import TeamReach

        reach.install(TeamReach())
