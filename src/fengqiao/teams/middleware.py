"""Puts the actor on the request: who is this, with which reach, right now."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from fengqiao.accounts.models import Person
from fengqiao.accounts.scope import NOBODY, Actor
from fengqiao.teams.scopes import actor_for


class ActorMiddleware:
    """``request.actor``, built at first use in each request: a withdrawn appointment bites on the next."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request; a visitor without sign-in acts as a resident without reach."""
    user = request.user
    if isinstance(user, Person) and user.is_authenticated:
        return actor_for(user)
    return Actor("resident", NOBODY, "居民")
