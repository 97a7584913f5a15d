"""Who may enter an operation: declared with the marks of the one policy checker, or the program does not start.

``Door`` is the only router the API uses. Each operation carries its own guard, made from its mark; the API's own
default guard is shut, so an operation that came in by another way is closed to everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from ninja import NinjaAPI, Router
from ninja.constants import NOT_SET
from ninja.operation import Operation

from fengqiao.api.auth import BearerToken, SessionCookie, Visitor
from fengqiao.api.once import PARAMETER, minds_itself
from fengqiao.lib.errors import OutOfReach
from fengqiao.lib.policy import Access, access_of

PROBLEM = {
    "description": "What is wrong, in the caller's language",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["code", "message", "field"],
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "field": {"type": "string"},
                },
            }
        }
    },
}


class Shut:
    """The guard of an operation that never said who may come in: nobody may."""

    def __call__(self, request: HttpRequest) -> None:
        """Raises OutOfReach, whoever asks."""
        raise OutOfReach


def guards(access: Access) -> list[Callable[[HttpRequest], Any]]:
    """The guards that carry out ``access``: a token first, then the session of a browser."""
    if access.public:
        return [Visitor()]
    return [BearerToken(access), SessionCookie(access)]


class Door(Router):
    """A router whose every operation says who may come in."""

    def add_api_operation(
        self,
        path: str,
        methods: list[str],
        view_func: Callable[..., Any],
        *,
        auth: Any = NOT_SET,
        openapi_extra: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Add an operation. Raises ImproperlyConfigured for one without a mark, or with a guard of its own."""
        access = access_of(view_func)
        if access is None:
            raise ImproperlyConfigured(
                f"{view_func.__module__}.{view_func.__name__} does not say who may come in: "
                "mark it with public, signed_in or needs (fengqiao.lib.policy)"
            )
        if auth is not NOT_SET:
            raise ImproperlyConfigured(f"{view_func.__name__}: guards follow from the mark, give none")
        extra = {**(openapi_extra or {}), "x-access": told(access)}
        extra.setdefault("responses", {})["default"] = PROBLEM
        if methods == ["POST"] and not access.public and not minds_itself(view_func):
            extra.setdefault("parameters", []).append(PARAMETER)
        super().add_api_operation(
            path, methods, view_func, auth=guards(access), openapi_extra=extra, **options
        )


def told(access: Access) -> str | list[str]:
    """The mark as the OpenAPI document shows it: "public", "signed in", or the rights of which one is needed."""
    if access.public:
        return "public"
    return list(access.rights) or "signed in"


def operations(api: NinjaAPI) -> Iterator[tuple[str, Operation]]:
    """Every operation of an API with its path below the API's root."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield f"{router.prefix}{path}", operation


def verify(api: NinjaAPI) -> None:
    """Raise ImproperlyConfigured when any operation lacks a mark or the guards that go with it."""
    for path, operation in operations(api):
        access = access_of(operation.view_func)
        wanted = [type(g) for g in guards(access)] if access else []
        if access is None or [type(g) for g in operation.auth_callbacks] != wanted:
            raise ImproperlyConfigured(f"{'/'.join(operation.methods)} {path} is not guarded by its mark")
