"""The URL conf as addresses with verbs, and the routes that everybody may open, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from fengqiao.desk.forms.all import REGISTRY as ON_MATTERS
from fengqiao.desk.forms.reports import REPORT_VERBS as ON_REPORTS
from fengqiao.desk.views.mediation import REGISTRY as ON_CASES
from fengqiao.desk.views.people import REGISTRY as ON_PEOPLE
from fengqiao.desk.views.settings import REGISTRY as ON_SETTINGS
from fengqiao.desk.views.territory import REGISTRY as ON_TERRITORY
from tests.access import rows_core, rows_rooms
from tests.access.rows import Row

VERBS: dict[str, tuple[Any, dict[str, Row]]] = {
    "desk:report_verb": (ON_REPORTS, rows_core.REPORT_VERBS),
    "desk:verb": (ON_MATTERS, rows_core.MATTER_VERBS),
    "desk:case_verb": (ON_CASES, rows_rooms.CASE_VERBS),
    "desk:people_verb": (ON_PEOPLE, rows_rooms.PEOPLE_VERBS),
    "desk:territory_verb": (ON_TERRITORY, rows_rooms.TERRITORY_VERBS),
    "desk:settings_verb": (ON_SETTINGS, rows_rooms.SETTINGS_VERBS),
}
"""Routes with a verb in their address: the forms they know, and the row of each."""
TWINS = {name: f"{name}_on" for name in VERBS if name != "desk:report_verb"}
"""The same verbs about one row: the address ends with its id."""

PAGES: dict[str, Row] = {
    **rows_core.PAGES,
    **rows_core.FIELD_AND_BOARD,
    **rows_rooms.MEDIATION,
    **rows_rooms.PEOPLE,
    **rows_rooms.TERRITORY,
    **rows_rooms.TOPICS,
    **rows_rooms.IMPORTS,
    **rows_rooms.SETTINGS,
}

PUBLIC = {
    "portal:home": "the first page, for everybody",
    "portal:report": "whoever wants to say something may",
    "portal:send": "where the form of a report is sent",
    "portal:start": "the form of a report with words from the question beside",
    "portal:scam": "whoever was sent something may ask what to think of it",
    "portal:progress": "asks for a receipt code",
    "portal:receipt": "opened by its receipt code, which only the reporter has",
    "portal:danger": "opened by its receipt code",
    "portal:add": "opened by its receipt code",
    "portal:again": "opened by its receipt code",
    "portal:rate": "opened by its receipt code",
    "portal:picture": "opened by its receipt code",
    "portal:photo": "opened by the receipt code of the report it belongs to",
    "portal:how": "explains",
    "portal:privacy": "explains",
    "portal:accessibility": "explains",
    "portal:big_text": "large type, kept in a cookie",
    "portal:areas": "outlines of areas are public knowledge",
    "portal:where": "words for a point of the public map",
    "portal:robots": "for search engines",
    "portal:favicon": "for browsers",
    "portal:health": "whether the service answers",
    "signin": "the door itself",
    "set_language": "the language of the page, kept in a cookie",
    "api:index": "describes the API, holds no data",
    "api:nothing": "answers that there is nothing",
    "api:v1/": "answers that there is nothing",
}
"""Routes without sign-in, each with its reason; what they show is walked in ``test_public``."""

VERSIONS = {"api-1"}
"""Namespaces whose operations are walked one by one in ``test_api``."""

SIGNED_IN = {"signout": "one's own session"}
"""Routes for everybody who signed in, without a page of their own."""


def routes(patterns: list[Any] | None = None, space: str = "") -> Iterator[str]:
    """Names of all routes of the URL conf with their namespace; the versions of the API by their namespace alone."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inner = entry.namespace or space
            if inner in VERSIONS:
                yield inner
            else:
                yield from routes(entry.url_patterns, inner)
        elif isinstance(entry, URLPattern):
            name = entry.name or str(entry.pattern)
            yield f"{space}:{name}" if space else name
