"""Version 1 of the API: every operation is checked for its mark before the first request is served."""

from __future__ import annotations

from importlib import import_module

from fengqiao.api.access import verify
from fengqiao.api.server import new_api

ROUTES = (
    "reports",
    "report_verbs",
    "receipts",
    "scams",
    "chat",
    "matters",
    "matter_flow",
    "matter_together",
    "matter_ending",
    "matter_rows",
    "mediation",
    "mediation_verbs",
    "mediation_parts",
    "mediation_papers",
    "areas",
    "places",
    "people",
    "teams",
    "duty",
    "partners",
    "reference",
    "imports",
    "me",
)

api = new_api("api:api-1")
for _name in ROUTES:
    api.add_router("", import_module(f"fengqiao.api.routes.{_name}").router)
verify(api)
