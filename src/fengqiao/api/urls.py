"""Routes of this door."""

from __future__ import annotations

from typing import Any

from django.urls import path

from fengqiao.api.pages import index, nothing_here
from fengqiao.api.v1 import api

app_name = "api"

urlpatterns: list[Any] = [
    path("", index, name="index"),
    path("v1/", nothing_here),
    path("v1/", api.urls),
    path("<path:rest>", nothing_here, name="nothing"),
]
