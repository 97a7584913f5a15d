"""Behind a receipt code: how far it has come, and what its reporter can add, ask, and say of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fengqiao.algorithms.danger import danger_floor
from fengqiao.intake import actions
from fengqiao.intake.public import receipt_view
from fengqiao.intake.public_reads import MEDIA_TYPE, photo_of
from fengqiao.lib.errors import Refusal
from fengqiao.portal import qr
from fengqiao.portal.forms import AddForm, AgainForm, RateForm, refuse
from fengqiao.portal.page import by_code, go, page, within_size
from fengqiao.portal.receipt import basics, context_of

ASK = require_http_methods(["GET", "HEAD", "POST"])


@by_code
@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Receipt and progress in one."""
    return _receipt(request, code, RateForm())


def _receipt(request: HttpRequest, code: str, rate: RateForm, status: int = 200) -> HttpResponse:
    context = context_of(receipt_view(code), request.GET.get("done", ""))
    return page(request, "portal/receipt.html", {**context, "rate": rate, "answer": AddForm()}, status=status)


@by_code
@require_safe
def danger(request: HttpRequest, code: str) -> HttpResponse:
    """After words of danger: call now. What was written is received all the same, and says so."""
    view = receipt_view(code)
    return page(request, "portal/danger.html", {**basics(code), "fresh": True, "view": view})


@by_code
@within_size
@ASK
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Answer a question, add words or photos."""
    view = receipt_view(code)
    form = AddForm(request.POST, request.FILES) if request.method == "POST" else AddForm()
    if form.is_bound and form.is_valid():
        try:
            grave = _added(code, form)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return go(reverse("portal:danger", args=[code]) if grave else _back(code, "add"))
    return _asked(request, code, "portal/add.html", form, view)


def _added(code: str, form: AddForm) -> bool:
    """Photos first: they are refused more often, and kept twice is kept once. Whether the words speak of danger."""
    said = form.cleaned_data
    if said["photos"]:
        actions.add_photo_by_code(code, photos=said["photos"])
    if said["text"]:
        actions.answer(code, text=said["text"])
    return danger_floor(said["text"]).tell_110


@by_code
@ASK
def again(request: HttpRequest, code: str) -> HttpResponse:
    """Not settled, or wrongly refused: please look again."""
    view = receipt_view(code)
    form = AgainForm(request.POST) if request.method == "POST" else AgainForm()
    if form.is_bound and form.is_valid():
        try:
            taken = actions.ask_again(code, text=form.cleaned_data["text"])
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            fresh = taken.report.code != code
            return go(_back(taken.report.code, "fresh" if fresh else "again"))
    return _asked(request, code, "portal/again.html", form, view)


@by_code
@require_POST
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """What the reporter says of the result. Saying the same twice is said once."""
    form = RateForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            if said["comment"] or said["score"] != receipt_view(code).rated:
                actions.rate_report(code, score=said["score"], comment=said["comment"])
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return go(_back(code, "rate"))
    return _receipt(request, code, form, status=422)


@by_code
@require_safe
def photo(request: HttpRequest, code: str, uid: uuid.UUID) -> HttpResponse:
    """One photo of this report, or its thumbnail with ?small=1."""
    path = photo_of(code, str(uid), small="small" in request.GET)
    answer = HttpResponse(path.read_bytes(), content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@by_code
@require_safe
def picture(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code as a picture to keep."""
    receipt_view(code)
    answer = HttpResponse(qr.png(code), content_type="image/png")
    answer.headers["Content-Disposition"] = f'attachment; filename="{code}.png"'
    return answer


def _back(code: str, done: str) -> str:
    return f"{reverse('portal:receipt', args=[code])}?done={done}"


def _asked(request: HttpRequest, code: str, template: str, form: Any, view: Any) -> HttpResponse:
    context = {**basics(code), "form": form, "view": view}
    return page(request, template, context, status=422 if form.is_bound else 200)
