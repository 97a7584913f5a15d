"""Routes of the rooms: mediation, people and teams, territory, imports, settings."""

from __future__ import annotations

from fengqiao.desk.routes import imports, mediation, people, settings, territory

urlpatterns = [
    *mediation.urlpatterns,
    *people.urlpatterns,
    *territory.urlpatterns,
    *imports.urlpatterns,
    *settings.urlpatterns,
]
