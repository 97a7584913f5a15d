"""The one page of this door: what there is to call. Everything on it comes from here, nothing from elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fengqiao.api import errors
from fengqiao.api.catalogue import groups
from fengqiao.lib.policy import public


@public
def index(request: HttpRequest) -> HttpResponse:
    """What can be called, by whom, and how to get in."""
    return render(request, "api/index.html", {"groups": groups()})


@public
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """An address below /api/ that leads nowhere, in JSON like everything a program meets here."""
    return errors.missing(request)
