"""Routes of the territory: areas, beats, places, their import, and the map behind them."""

from __future__ import annotations

from django.urls import path

from fengqiao.desk.views import ground_import, territory

urlpatterns = [
    path("territory/", territory.home, name="territory"),
    path("territory/map.json", territory.map_json, name="territory_map"),
    path("territory/<int:pk>/", territory.area, name="area"),
    path("territory/beats/", territory.beats, name="beats"),
    path("territory/places/", territory.places, name="places"),
    path("territory/import/", ground_import.upload, name="ground_import"),
    path("territory/import/<str:token>/", ground_import.look, name="ground_look"),
    path("territory/do/<str:verb>/", territory.verb, name="territory_verb"),
    path("territory/do/<str:verb>/<int:target>/", territory.verb, name="territory_verb_on"),
]
