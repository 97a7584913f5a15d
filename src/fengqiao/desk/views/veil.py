"""The key that hides personal numbers on the desk, and shows them again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from fengqiao.desk import veil
from fengqiao.desk.page import go
from fengqiao.lib.policy import signed_in


@signed_in
@require_POST
def turn(request: HttpRequest) -> HttpResponse:
    """Hide or show, for this session alone, and back to where one was."""
    veil.turn(request)
    wanted = request.POST.get("next", "")
    own = wanted.startswith("/desk/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return go(request, wanted if own else reverse("desk:inbox"))
