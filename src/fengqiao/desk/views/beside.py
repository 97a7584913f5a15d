"""Two reports that may be the same thing, side by side."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fengqiao.desk.beside import beside as both
from fengqiao.desk.page import actor_of, page
from fengqiao.intake import queries
from fengqiao.lib.policy import signed_in


@signed_in
@require_safe
def beside(request: HttpRequest, pk: int, other: str) -> HttpResponse:
    """Both in full, with what agrees; joining, parting and going back are the verbs there are already."""
    actor = actor_of(request)
    found = both(queries.find(pk, actor.scope), other, actor)
    return page(request, "desk/inbox/beside.html", {"both": found, "report": found.report}, on="inbox")
