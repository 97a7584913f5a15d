"""Taking in reports at the desk: one on behalf of somebody, or a whole chat pasted as text."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from fengqiao.desk.forms.receive import NewReportForm
from fengqiao.desk.mapdata import middle
from fengqiao.desk.matter_page import map_url
from fengqiao.desk.page import actor_of, go, page, refuse
from fengqiao.intake import queries
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.policy import needs


@needs("report.receive")
def new(request: HttpRequest) -> HttpResponse:
    """Write down what somebody says, for them."""
    actor = actor_of(request)
    form = NewReportForm(request.POST or None, request.FILES or None, by=actor)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            receipt = form.act()
        except Refusal as refusal:
            status = refuse(form, refusal)
        else:
            return go(request, reverse("desk:received", args=[receipt.report.pk]))
    centre = middle(actor.scope)
    context = {
        "form": form,
        "map_data": {"center": list(centre), "zoom": 15} if centre else None,
        "map_url": f"{map_url(*centre)}&wide=1" if centre else "",
    }
    return page(request, "desk/inbox/new.html", context, on="new", status=status)


@needs("report.receive")
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """What to tell the person who brought it: the code, what comes next. Only for who entered it."""
    actor = actor_of(request)
    found = queries.find(pk, actor.scope)
    if found.entered_by_id != actor.person_id:
        raise OutOfReach
    context = {"report": found, "triages": actor.scope.can("report.triage")}
    return page(request, "desk/inbox/received.html", context, on="new")
