"""The inbox: one report at a time beside its proposals; accept, change, refuse, ask, take back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fengqiao.desk.forms.decide import DecisionForm
from fengqiao.desk.forms.reports import REPORT_VERBS, ContactForm, ReportForm
from fengqiao.desk.inbox_page import decided, inbox_page, verbs_of
from fengqiao.desk.inbox_queue import (
    forget_undo,
    head,
    just_decided,
    neighbours,
    queue,
    remember_undo,
    undo_offer,
)
from fengqiao.desk.mapdata import map_url, middle
from fengqiao.desk.page import actor_of, go, is_htmx, page, part, refuse
from fengqiao.intake import actions, queries
from fengqiao.intake.choices import UNFINISHED
from fengqiao.intake.known import categories
from fengqiao.intake.models import Report
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.ids import read_code
from fengqiao.lib.policy import needs, signed_in
from fengqiao.matters.models import Matter


def found_report(request: HttpRequest, pk: int) -> Report:
    """The report in the actor's reach; otherwise it is not there."""
    return queries.find(pk, actor_of(request).scope)


def report_url(pk: int) -> str:
    """Where a report is. By number: the receipt code is the resident's key and stays out of addresses."""
    return reverse("desk:report", args=[pk])


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The desk opens with the first report that waits; who does not decide on reports starts with their own list."""
    actor = actor_of(request)
    if not actor.scope.can("report.triage"):
        return HttpResponseRedirect(reverse("desk:mine"))
    page = head(actor)
    if not page.rows:
        context = {
            "queue": queue(actor, None, page),
            "undo": undo_offer(request),
            "just": just_decided(actor),
        }
        return _whole(request, "desk/inbox/empty.html", context)
    return _show(request, found_report(request, page.rows[0].id), page=page)


@signed_in
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: in hand with its proposals while it waits, what became of it afterwards."""
    return _show(request, found_report(request, pk))


@signed_in
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """A report by its receipt code, as read out by its holder: on to the address without the code."""
    bare = read_code(code)
    seen = Report.objects.visible_to(actor_of(request).scope)
    found = seen.filter(code=bare).first() if bare else None
    if found is None:
        raise OutOfReach
    return HttpResponseRedirect(report_url(found.pk))


def _show(
    request: HttpRequest,
    found: Report,
    form: DecisionForm | None = None,
    status: int = 200,
    page: queries.InboxPage | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    offer = undo_offer(request)
    if found.state not in UNFINISHED or not verbs_of(found, actor):
        refused = form.non_field_errors() if form is not None else []
        context = {**decided(found, actor), "undo": offer, "refused": refused}
        return _whole(request, "desk/inbox/decided.html", context, status)
    context = {
        "page": inbox_page(found, actor, form=form, edit="edit" in request.GET),
        "report": found,
        "queue": queue(actor, found, page),
        "undo": offer,
        "just": just_decided(actor),
        "edit": "edit" in request.GET,
    }
    return _whole(request, "desk/inbox/inbox.html", context, status)


def _whole(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The whole page; htmx takes the part it needs and keeps the address right."""
    answer = page(request, template, context, on="inbox", status=200 if is_htmx(request) else status)
    if is_htmx(request) and request.method == "GET":
        answer.headers["HX-Push-Url"] = request.path
    return answer


@signed_in
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept as shown, and on to the next."""
    found, actor = found_report(request, pk), actor_of(request)
    rows = list(found.suggestions.all())
    form = DecisionForm(request.POST, report=found, by=actor, rows=rows, categories=categories())
    if not form.is_valid():
        return _show(request, found, form, 422)
    after = _next(request, found)
    try:
        matter = form.act()
    except Refusal as refusal:
        return _show(request, found, form, refuse(form, refusal))
    return _onward(request, found, after, _handed(matter))


def _handed(matter: Matter) -> str:
    name = matter.owner.name if matter.owner else ""
    return _("上一件已交给%(name)s（%(number)s）") % {"name": name, "number": matter.number}


def _next(request: HttpRequest, found: Report) -> int | None:
    before, after = neighbours(actor_of(request), found, [])
    return after or before


def _onward(request: HttpRequest, done: Report, after: int | None, words: str) -> HttpResponse:
    """On to the next report, with what was just done offered to be taken back."""
    remember_undo(request, done, words)
    address = report_url(after) if after else reverse("desk:inbox")
    return HttpResponseRedirect(address, status=303)


@signed_in
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the last decision on a report back; it is in hand again."""
    found = found_report(request, pk)
    try:
        actions.undo_decision(found, by=actor_of(request))
    except OutOfReach:
        raise
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("撤销了，这一份回到收件里"))
    forget_undo(request)
    return HttpResponseRedirect(report_url(pk), status=303)


@signed_in
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """The lower part of the panel for another category, severity or place: who would take it, and by when."""
    found, actor = found_report(request, pk), actor_of(request)
    if found.state not in UNFINISHED or not verbs_of(found, actor):
        raise OutOfReach
    shown = inbox_page(found, actor, picked=request.GET)
    return part(request, "desk/inbox/_who.html", {"page": shown, "report": found, "swap": True})


@signed_in
def verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """One verb on a report as a form of its own."""
    found, actor = found_report(request, pk), actor_of(request)
    kind = REPORT_VERBS.get(verb)
    if kind is None or not verbs_of(found, actor):
        raise OutOfReach
    form = kind(request.POST or None, report=found, by=actor)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        after = _next(request, found)
        try:
            form.act()
        except Refusal as refusal:
            status = refuse(form, refusal)
        else:
            return _done(request, form, after)
    return _verb_page(request, form, status)


def _done(request: HttpRequest, form: ReportForm, after: int | None) -> HttpResponse:
    """After a verb: the next report where this one left the inbox, else the same one again."""
    if form.decides:
        remember_undo(request, form.report, str(form.done))
        return go(request, report_url(after) if after else reverse("desk:inbox"))
    messages.success(request, form.done)
    seen = Report.objects.visible_to(actor_of(request).scope).filter(pk=form.report.pk).exists()
    return go(request, report_url(form.report.pk) if seen else reverse("desk:inbox"))


def _verb_page(request: HttpRequest, form: ReportForm, status: int) -> HttpResponse:
    lat, lon = form.report.lat, form.report.lon
    if lat is None:
        lat, lon = middle(actor_of(request).scope) or (None, None)
    context = {"form": form, "report": form.report, "map_url": map_url(lat, lon, pin=False)}
    if is_htmx(request):
        return part(request, "desk/inbox/_verb.html", context)
    return page(request, "desk/inbox/verb.html", context, on="inbox", status=status)


@needs("contact.read")
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """See who reported: asks for the purpose, logs the reading, shows it once."""
    found = found_report(request, pk)
    form = ContactForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "report": found, "card": None}
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            context["card"] = actions.open_contact(
                found, by=actor_of(request), purpose=form.cleaned_data["purpose"]
            )
        except Refusal as refusal:
            status = refuse(form, refusal)
    if is_htmx(request):
        return part(request, "desk/inbox/_contact.html", context)
    return page(request, "desk/inbox/contact.html", context, on="inbox", status=status)
