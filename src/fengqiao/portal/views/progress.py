"""查进度: from a typed code to its page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fengqiao.intake.public import receipt_view
from fengqiao.lib import guard
from fengqiao.lib.errors import OutOfReach, TooMany
from fengqiao.portal.forms import CodeForm
from fengqiao.portal.page import go, open_to_all, page


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest) -> HttpResponse:
    """Type the code. It travels in the body, not in an address that stays in a history."""
    form = CodeForm(request.POST) if request.method == "POST" else CodeForm()
    if form.is_bound and form.is_valid():
        code = form.cleaned_data["code"]
        if seconds := guard.wait(request, "guesses"):
            raise TooMany(seconds)
        try:
            receipt_view(code)
        except OutOfReach:
            guard.charge(request, "guesses")
            form.add_error("code", _("没有这个查询码。请对照回执核对一遍，一个字母也不能差"))
        else:
            return go(reverse("portal:receipt", args=[code]))
    return page(request, "portal/progress.html", {"form": form}, status=422 if form.is_bound else 200)
