"""Routes of the rooms: mediation, people and teams, territory, imports, settings."""

from __future__ import annotations

from fengqiao.desk.routes import mediation

urlpatterns = [*mediation.urlpatterns]
