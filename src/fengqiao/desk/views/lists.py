"""Lists: what is mine, what falls due, all matters with filters, saved filters, and taking a list out."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fengqiao.desk import exports, listing
from fengqiao.desk.forms.lists import BookmarkForm, ExportForm, MatterFilter
from fengqiao.desk.keyset import Order, cut
from fengqiao.desk.page import actor_of, go, page
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.policy import needs, signed_in
from fengqiao.lib.present import Option
from fengqiao.matters import queries
from fengqiao.matters.models import Matter, MatterQuerySet


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """What the person owns or handles along, the next due first; and where they are to go back and look."""
    actor = actor_of(request)
    view = listing.chosen(listing.MY_VIEWS, request.GET)
    rows = view.narrow(queries.mine(actor).with_faces())
    order = listing.order_of(view, request.GET)
    context = {
        "page": cut(rows, order, request.GET),
        "views": listing.options(listing.MY_VIEWS, view, request.GET),
        "sorts": listing.sorts(view, order, request.GET),
        "follow_ups": queries.follow_ups_due(actor, clock.now() + timedelta(days=7))[:20],
    }
    return page(request, "desk/lists/mine.html", context, on="mine")


@signed_in
def due(request: HttpRequest) -> HttpResponse:
    """What falls due in reach: next steps, promises, follow-ups; late, today, within a week."""
    actor, now = actor_of(request), clock.now()
    wide = actor.scope.can("matter.see_area")
    whose = request.GET.get("who") or ("all" if wide else "mine")
    what = _one(request, "what", [w.key for w in listing.WHATS])
    span = _one(request, "span", [s.key for s in listing.SPANS])
    rows = listing.in_span(listing.due_rows(what, actor, mine=whose == "mine"), span, now)
    context = {
        "page": cut(rows, Order("due", "due_at"), request.GET),
        "what": what,
        "spans": _segment(request, "span", span, listing.SPANS),
        "whats": _segment(request, "what", what, listing.WHATS),
        "whose": _segment(
            request, "who", whose, (listing.Span("mine", _("我的")), listing.Span("all", _("职责内全部")))
        ),
    }
    return page(request, "desk/lists/due.html", context, on="due")


def _one(request: HttpRequest, name: str, known: list[str]) -> str:
    """The value asked for, the first known one for anything else."""
    value = request.GET.get(name, "")
    return value if value in known else known[0]


def _segment(request: HttpRequest, name: str, now: str, spans: tuple[listing.Span, ...]) -> list[Option]:
    return [Option(s.label, listing.with_query(request.GET, **{name: s.key}), s.key == now) for s in spans]


@needs("matter.see_area", "matter.handle")
def matters(request: HttpRequest) -> HttpResponse:
    """All matters in reach, narrowed and ordered as asked."""
    actor = actor_of(request)
    form = MatterFilter(request.GET, scope=actor.scope)
    view = listing.chosen(listing.ALL_VIEWS, request.GET)
    order = listing.order_of(view, request.GET)
    rows = _rows(request, request.GET, form)
    context = {
        "page": cut(rows, order, request.GET),
        "filter": form,
        "views": listing.options(listing.ALL_VIEWS, view, request.GET),
        "sorts": listing.sorts(view, order, request.GET),
        "bookmarks": listing.bookmarks(request.session),
        "bookmark": BookmarkForm(initial={"query": _kept(request.GET)}),
        "export_url": f"{reverse('desk:export')}?{_kept(request.GET)}"
        if actor.scope.can(exports.RIGHT)
        else "",
    }
    return page(request, "desk/lists/matters.html", context, on="matters")


def _rows(request: HttpRequest, query: QueryDict, form: MatterFilter) -> MatterQuerySet:
    """The matters a query asks for, in reach."""
    view = listing.chosen(listing.ALL_VIEWS, query)
    seen = Matter.objects.visible_to(actor_of(request).scope).with_faces()
    return form.narrow(view.narrow(seen))


def _kept(query: QueryDict) -> str:
    """The query without its place in the list."""
    return listing.with_query(query).lstrip("?")


@needs("matter.see_area", "matter.handle")
@require_POST
def bookmark(request: HttpRequest) -> HttpResponse:
    """Save the filters in use under a name, or forget a saved set; kept for this session."""
    if request.POST.get("drop"):
        listing.drop_bookmark(request.session, request.POST["drop"])
        return go(request, reverse("desk:matters"))
    form = BookmarkForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("给这组筛选起个名，20 个字以内"))
        return go(request, reverse("desk:matters"))
    query = _kept(QueryDict(form.cleaned_data["query"]))
    listing.add_bookmark(request.session, form.cleaned_data["name"], query)
    return go(request, f"{reverse('desk:matters')}?{query}")


@needs("export.request")
def export(request: HttpRequest) -> HttpResponse:
    """Ask what for, then hand over the filtered list as a file."""
    actor = actor_of(request)
    form = ExportForm(request.POST or None)
    rows = _rows(request, request.GET, MatterFilter(request.GET, scope=actor.scope))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            body, _count = exports.export(
                rows, by=actor, reason=given["reason"], query=_kept(request.GET), form=given["format"]
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return _file(body, given["format"])
    total = exports.reachable(rows, actor).order_by()[: exports.CAP + 1].count()
    context = {"form": form, "total": min(total, exports.CAP), "cut": total > exports.CAP, "cap": exports.CAP}
    status = 422 if form.errors else 200
    return page(request, "desk/lists/export.html", context, on="matters", status=status)


def _file(body: bytes, form: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=exports.TYPES[form])
    name = f"matters-{clock.local(clock.now()):%Y%m%d-%H%M}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
