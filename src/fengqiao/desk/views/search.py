"""Finding a matter or a report by its words, its number or a receipt code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from fengqiao.desk.page import actor_of, go, page
from fengqiao.intake import queries as reports
from fengqiao.lib.policy import needs
from fengqiao.lib.text import clean
from fengqiao.matters import queries

MOST = 50
LONGEST = 200


@needs("search.use")
def search(request: HttpRequest) -> HttpResponse:
    """What holds all the words typed, within reach; one exact hit is opened at once."""
    typed = clean(request.GET.get("q", "")[:LONGEST])
    scope = actor_of(request).scope
    matters = queries.search(typed, scope, limit=MOST) if typed else []
    exact = next((m for m in matters if m.number == typed), None)
    if exact is not None:
        return go(request, reverse("desk:matter", args=[exact.number]))
    found = reports.search(typed, scope, limit=MOST) if typed else []
    words = typed.split()
    context = {"query": typed, "words": words, "matters": matters, "reports": found, "most": MOST}
    return page(request, "desk/search/search.html", context, on="")
