"""Routes of this door, one file a domain: the core (inbox, matters, lists) and the rooms."""

from __future__ import annotations

from fengqiao.desk.routes import core, rooms

app_name = "desk"
urlpatterns = [*core.urlpatterns, *rooms.urlpatterns]
