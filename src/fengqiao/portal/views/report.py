"""我要反映: one page, one form, and the receipt at once."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fengqiao.accounts.scope import RESIDENT
from fengqiao.algorithms.danger import danger_floor
from fengqiao.intake.actions import Receipt, receive_report
from fengqiao.lib import guard
from fengqiao.lib.errors import Refusal
from fengqiao.portal import ground
from fengqiao.portal.forms import ReportForm, fresh_key, refuse
from fengqiao.portal.page import go, open_to_all, page, within_size
from fengqiao.portal.scam import story

CHANNEL = "portal"
DANGER = 1
OUR_KEY = re.compile(r"[\w-]{24}", re.ASCII)
"""What ``fresh_key`` makes."""


@open_to_all
@within_size
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form; sent twice it gives the same receipt, sent with a mistake everything typed is still there.

    It is sent to an address of its own: browsers forget a page they have just posted to, and going back after
    sending must find this very form with its key, not a fresh one. For the same reason it is not "no-store".
    """
    if request.method == "POST":
        return _sent(request, ReportForm(request.POST, request.FILES))
    if request.path == reverse("portal:send"):
        return go(reverse("portal:report"))
    staff = request.GET.get("about") == "staff"
    answer = _shown(
        request, ReportForm(initial={"key": fresh_key(), "staff": staff, "wants_news": True}), staff
    )
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@open_to_all
@within_size
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The form with what was pasted at 是诈骗吗 written into it. The words travel in the body, never in an address.

    Its key comes from the page before, so that this page loaded twice is still one form and one report.
    """
    if request.method != "POST":
        return go(reverse("portal:report"))
    moved = "moved" in request.POST
    key = request.POST.get("key", "")
    told = {
        "key": key if OUR_KEY.fullmatch(key) else fresh_key(),
        "text": story(request.POST.get("text", ""), moved=moved),
        "wants_news": True,
    }
    answer = _shown(request, ReportForm(initial=told), staff=False, moved=moved)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _shown(
    request: HttpRequest, form: ReportForm, staff: bool, status: int = 200, *, moved: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "staff_open": staff,
        "panel": _panel(form),
        "photos_lost": bool(form.files),
        "moved": moved,
    }
    return page(request, "portal/report.html", context, status=status)


def _panel(form: ReportForm) -> str:
    """Which way of saying where is open: the one that was used."""
    if form["area"].value() and not form["lat"].value():
        return "w-area"
    return "w-addr" if form["address"].value() and not form["lat"].value() else "w-map"


def _sent(request: HttpRequest, form: ReportForm) -> HttpResponse:
    if seconds := guard.wait(request, "reports"):
        return _later(request, form, seconds)
    guard.charge(request, "reports")
    if form.is_valid():
        try:
            receipt = _received(form)
        except Refusal as refusal:
            _refused(form, refusal)
        else:
            grave = receipt.report.severity == DANGER or danger_floor(form.cleaned_data["text"]).tell_110
            return go(reverse("portal:danger" if grave else "portal:receipt", args=[receipt.code]))
    form.forget_broken_point()
    staff = bool(form.data.get("staff") or form.data.get("staff_name"))
    return _shown(request, form, staff, status=422)


def _later(request: HttpRequest, form: ReportForm, seconds: int) -> HttpResponse:
    """Too many at once from there: the form with everything typed and the same key, to be sent a little later."""
    form.is_valid()
    words = _(
        "这里一下子交得太多。请过 %(n)s 秒再按一次“提交”：写的都还在，同一份按几次也只算一份。有危险现在就打 110"
    )
    form.add_error(None, words % {"n": seconds})
    form.forget_broken_point()
    staff = bool(form.data.get("staff") or form.data.get("staff_name"))
    answer = _shown(request, form, staff, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _received(form: ReportForm) -> Receipt:
    """Take it in as a resident's, whoever may be signed in on this browser."""
    said = form.cleaned_data
    return receive_report(
        by=RESIDENT,
        channel=CHANNEL,
        key=said["key"],
        title=form.title,
        text=said["text"],
        area=ground.area_by_code(said["area"]),
        place_text=said["address"],
        lat=said["lat"],
        lon=said["lon"],
        contact=form.contact,
        photos=said["photos"],
    )


def _refused(form: ReportForm, refusal: Refusal) -> None:
    if refusal.code == "key_reused":
        form.renew_key()
        form.add_error(
            None,
            _(
                "这份表单刚才已经交过一次，那一次收到了。这是另一件事，就再按一次“提交”；"
                "要补充刚才那件，请到那一件的查询页里写"
            ),
        )
        return
    if refusal.field == "key":
        form.renew_key()
        form.add_error(None, _("这一页缺了编号，已经补上。请再按一次“提交”"))
        return
    refuse(form, refusal)
