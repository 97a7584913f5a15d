"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fengqiao.portal import account, ground
from fengqiao.portal.page import open_to_all, page


@open_to_all
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """110, the two doors, what is near, what there is, how things went."""
    context = {
        "account": account.current(),
        "areas": ground.count_areas(),
        "days": account.DAYS,
        "few": account.FEW,
    }
    return page(request, "portal/home.html", context)
