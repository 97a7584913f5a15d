"""Sending the same twice: a POST with an Idempotency-Key is done once, and answered alike each time.

Two wrappers around every operation. The outer one opens the transaction in which everything happens; the inner one,
reached only after the guard and the schema let the call pass, takes the key or repeats the earlier answer. What was
refused is not kept: it may be put right and sent again. Files as answers are not kept either.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from fengqiao.accounts import answers
from fengqiao.accounts.models import KeptAnswer

HEADER = "Idempotency-Key"
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": answers.MAX_KEY, "pattern": "^[ -~]+$"},
    "description": "The same key with the same request brings the first answer again for a day; nothing is doubled",
}
_JSON = "application/json"
_ROW = "_kept_answer"

View = Callable[..., Any]


def minds_itself(view: View) -> bool:
    """Whether an operation has an ``idempotency_key`` of its own."""
    return "idempotency_key" in signature(view).parameters


def install(api: NinjaAPI) -> None:
    """Put both wrappers around every operation of the API."""
    api.add_decorator(_within, mode="view")
    api.add_decorator(_once, mode="operation")


def _asks(request: HttpRequest) -> bool:
    return request.method == "POST" and HEADER in request.headers


def _within(run: View) -> View:
    operation = getattr(run, "__self__", None)
    if operation is None or minds_itself(operation.view_func):
        return run  # no transaction around the reading of a report: it would hold up every other writer

    @wraps(run)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _asks(request):
            return run(request, *args, **kwargs)  # type: ignore[no-any-return]
        with transaction.atomic():
            response: HttpResponse = run(request, *args, **kwargs)
            row: KeptAnswer | None = request.__dict__.pop(_ROW, None)
            if row is not None and not transaction.get_connection().needs_rollback:
                _settle(row, response)
        return response

    return wrapper


def _settle(row: KeptAnswer, response: HttpResponse) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if response.status_code >= 400 or response.streaming or kind != _JSON:
        row.delete()
    else:
        answers.keep(row, response.status_code, response.content.decode("utf-8"))


def _once(view: View) -> View:
    if minds_itself(view):
        return view

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        person = request.auth.person_id if _asks(request) else None  # type: ignore[attr-defined]
        if person is None:
            return view(request, *args, **kwargs)
        row = answers.claim(person, request.headers[HEADER], _asked(request))
        if row.status is not None:
            told = HttpResponse(
                row.unseal("answer"), status=row.status, content_type=f"{_JSON}; charset=utf-8"
            )
            told.headers["Idempotent-Replay"] = "true"
            return told
        setattr(request, _ROW, row)
        return view(request, *args, **kwargs)

    return wrapper


def _asked(request: HttpRequest) -> bytes:
    """Where it was sent and what; of a form with files only where, for its pieces were read already."""
    body = b"" if (request.content_type or "").startswith("multipart/") else request.body
    return request.get_full_path().encode("utf-8") + b"\n" + body
