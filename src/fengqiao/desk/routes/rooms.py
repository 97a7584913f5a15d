"""Routes of the rooms: mediation, people and teams, territory, topics, imports, settings."""

from __future__ import annotations

from fengqiao.desk.routes import imports, mediation, people, settings, territory, topics

urlpatterns = [
    *mediation.urlpatterns,
    *people.urlpatterns,
    *territory.urlpatterns,
    *topics.urlpatterns,
    *imports.urlpatterns,
    *settings.urlpatterns,
]
