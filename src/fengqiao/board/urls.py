"""Routes of the wall screen."""

from __future__ import annotations

from django.urls import path

from fengqiao.board import views

app_name = "board"
urlpatterns = [
    path("", views.home, name="home"),
    path("parts/", views.parts, name="parts"),
    path("map.json", views.map_data, name="map"),
    path("points.json", views.point_data, name="points"),
]
