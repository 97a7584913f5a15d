"""What goes wrong, as JSON in the caller's language: ``{"code", "message", "field"}`` and a fitting status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from fengqiao.api.auth import SignInNeeded
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal, TooMany

CONFLICTS = frozenset({
    "stale", "wrong_state", "already", "key_reused", "taken", "running", "agreed", "too_late", "room_taken",
    "mediator_busy", "overlap",
})  # fmt: skip
"""Codes of refusals that come from how things stand now, not from what was sent: 409."""

MESSAGES: dict[str, Any] = {
    "missing": gettext_lazy("缺少“%(field)s”"),
    "extra_forbidden": gettext_lazy("没有“%(field)s”这一项"),
    "string_type": gettext_lazy("“%(field)s”要是文字"),
    "string_unicode": gettext_lazy("“%(field)s”里有坏掉的字符"),
    "string_too_long": gettext_lazy("“%(field)s”太长：最多 %(max_length)s 字"),
    "string_too_short": gettext_lazy("“%(field)s”不能空着"),
    "string_pattern_mismatch": gettext_lazy("“%(field)s”的写法不对"),
    "too_long": gettext_lazy("“%(field)s”最多 %(max_length)s 项"),
    "too_short": gettext_lazy("“%(field)s”至少 %(min_length)s 项"),
    "literal_error": gettext_lazy("“%(field)s”只能是：%(expected)s"),
    "enum": gettext_lazy("“%(field)s”只能是：%(expected)s"),
    "timezone_aware": gettext_lazy("“%(field)s”要带时区，例如 2026-03-11T10:00:00+08:00"),
    "greater_than_equal": gettext_lazy("“%(field)s”至少是 %(ge)s"),
    "less_than_equal": gettext_lazy("“%(field)s”最多是 %(le)s"),
    "model_attributes_type": gettext_lazy("请求的内容要是一个 JSON 对象"),
    "model_type": gettext_lazy("“%(field)s”要是一个 JSON 对象"),
}
"""Words for what a schema finds, by its kind; figures come from the finding itself."""

KINDS: tuple[tuple[str, Any], ...] = (
    ("datetime", gettext_lazy("“%(field)s”要是时间，例如 2026-03-11T10:00:00+08:00")),
    ("date", gettext_lazy("“%(field)s”要是日期，例如 2026-03-11")),
    ("int", gettext_lazy("“%(field)s”要是整数")),
    ("float", gettext_lazy("“%(field)s”要是数字")),
    ("finite", gettext_lazy("“%(field)s”要是数字")),
    ("decimal", gettext_lazy("“%(field)s”要是数字，最多两位小数")),
    ("bool", gettext_lazy("“%(field)s”要是 true 或 false")),
    ("list", gettext_lazy("“%(field)s”要是一个列表")),
    ("uuid", gettext_lazy("“%(field)s”的写法不对")),
)
"""Words by how the kind begins, where no kind of its own is listed."""


def answer(status: int, code: str, message: str, field: str = "") -> HttpResponse:
    """A problem as JSON."""
    problem = {"code": code, "message": str(message), "field": field}
    return JsonResponse(problem, status=status, json_dumps_params={"ensure_ascii": False})


def status_of(refusal: Refusal) -> int:
    """404 out of reach, 403 not allowed, 409 as things stand, 422 for a named field, else 400."""
    if isinstance(refusal, OutOfReach):
        return 404
    if isinstance(refusal, NotAllowed):
        return 403
    if refusal.code in CONFLICTS:
        return 409
    return 422 if refusal.field else 400


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal of an action, in its own words."""
    if isinstance(refusal, TooMany):
        response = answer(429, refusal.code, _("请过 %(n)s 秒再试") % {"n": refusal.seconds})
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    if isinstance(refusal, SignInNeeded):
        response = answer(401, refusal.code, refusal.message)
        response.headers["WWW-Authenticate"] = 'Bearer realm="fengqiao"'
        return response
    return answer(status_of(refusal), refusal.code, refusal.message, refusal.field)


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The first thing a schema found wrong; the rest is mostly its consequence."""
    first = error.errors[0]
    field = field_of(first["loc"])
    return answer(422, "invalid", words_for(str(first["type"]), field, first.get("ctx") or {}), field)


def field_of(loc: Any) -> str:
    """The field at fault as a caller writes it: ``terms.0.text``, without the wrapper's own name."""
    source, *rest = [str(part) for part in loc]
    if source == "body" and len(rest) > 1 and rest[0] in {"body", "form"}:
        rest = rest[1:]
    return ".".join(rest)


def words_for(kind: str, field: str, figures: Mapping[str, Any]) -> str:
    """Words for one finding."""
    found = MESSAGES.get(kind)
    if found is None:
        found = next((words for start, words in KINDS if kind.startswith(start)), None)
    if found is None:
        return _("“%(field)s”的值不对") % {"field": field}
    safe = {"max_length": "", "min_length": "", "expected": "", "ge": "", "le": "", **figures, "field": field}
    return str(found) % safe


def unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    """A body or form that cannot be taken apart."""
    if isinstance(error, RequestDataTooBig):
        return answer(413, "too_large", _("内容太大，请分开发送，照片另外上传"))
    return answer(400, "unreadable", _("请求的内容读不出来，请检查格式"))


def plain(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework itself refuses: almost always a body that is no JSON."""
    return answer(error.status_code, "unreadable", _("请求的内容读不出来，请检查格式"))


def missing(request: HttpRequest, error: Http404 | None = None) -> HttpResponse:
    """Nothing here."""
    return answer(404, "not_found", _("没有找到"))


def not_storable(request: HttpRequest, error: DataError) -> HttpResponse:
    """A value the database cannot hold."""
    return answer(422, "invalid", _("有一个值太大或不能保存，请检查"))


def reraise(request: HttpRequest, error: Exception) -> HttpResponse:
    """Anything else goes on to the middleware: a lost database is 503 there, a fault of ours stays a fault."""
    raise error


def install(api: NinjaAPI) -> None:
    """Put the handlers in place; the most specific one answers."""
    handlers: dict[type[Exception], Any] = {
        Refusal: refused,
        ValidationError: invalid,
        HttpError: plain,
        Http404: missing,
        SuspiciousOperation: unreadable,
        MultiPartParserError: unreadable,
        UnreadablePostError: unreadable,
        DataError: not_storable,
        Exception: reraise,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
