"""The API as a whole: its parser, its errors, its routes."""

from __future__ import annotations

import json
from typing import Any, cast

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from fengqiao.api import errors, once
from fengqiao.api.access import Shut

DESCRIPTION = """Everything a person does on the pages of fengqiao, for programs.

Every operation says who may call it (`x-access`). What is out of reach is not found (404). Problems come as
`{"code", "message", "field"}` in the caller's language. Times are ISO 8601 with a zone, answers in UTC; points
are WGS-84 degrees unless `system` says otherwise.
"""


class StrictParser(Parser):
    """JSON as the standard has it: no NaN, no Infinity."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body as Python values. Raises ValueError or RecursionError for what is no JSON."""
        return cast("dict[str, Any]", json.loads(request.body, parse_constant=_no_number))


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


class PlainRenderer(JSONRenderer):
    """Chinese as it is written, not as escapes."""

    json_dumps_params = {"ensure_ascii": False, "separators": (",", ":")}


class Api(NinjaAPI):
    """The API; its operations are named by their group and verb."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """``reports_receive``: the module of the routes and the name of the function."""
        view = operation.view_func
        return f"{view.__module__.rpartition('.')[2]}_{view.__name__}"


def new_api(namespace: str) -> NinjaAPI:
    """An API without routes yet: shut by default, errors in plain words, no pages from elsewhere."""
    api = Api(
        title="fengqiao",
        version="1",
        description=DESCRIPTION,
        urls_namespace=namespace,
        docs_url=None,
        auth=Shut(),
        parser=StrictParser(),
        renderer=PlainRenderer(),
    )
    errors.install(api)
    once.install(api)
    return api
