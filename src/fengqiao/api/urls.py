"""Routes of this door."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from fengqiao.api import errors
from fengqiao.api.v1 import api
from fengqiao.lib.policy import public

app_name = "api"


@public
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """An address below /api/ that leads nowhere, in JSON like everything here."""
    return errors.missing(request)


urlpatterns: list[Any] = [
    path("v1/", nothing_here),
    path("v1/", api.urls),
    path("", nothing_here),
    path("<path:rest>", nothing_here, name="nothing"),
]
