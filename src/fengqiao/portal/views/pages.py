"""Pages that explain, and the switch to large type."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from fengqiao.lib.policy import public
from fengqiao.portal.page import BIG_TEXT, go, open_to_all, page

A_YEAR = 365 * 24 * 3600


@open_to_all
@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """What can be brought and how it is done."""
    return page(request, "portal/how.html")


@open_to_all
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What happens to personal data."""
    return page(request, "portal/privacy.html")


@open_to_all
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How far everybody can use this, and whom to tell when not."""
    return page(request, "portal/accessibility.html")


@public
@require_POST
def big_text(request: HttpRequest) -> HttpResponse:
    """Large type on or off, then back to the same page."""
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    answer = go(there if safe else "/")
    if request.POST.get("on") == "1":
        answer.set_cookie(
            BIG_TEXT, "1", max_age=A_YEAR, secure=settings.CSRF_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    else:
        answer.delete_cookie(BIG_TEXT, samesite="Lax")
    return answer
