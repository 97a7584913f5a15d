"""Mediation on the desk: the list, opening, one case with its papers, and every verb as a form."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil, floor
from typing import Any, Literal
from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fengqiao.desk.forms import case_sittings
from fengqiao.desk.forms.case_verbs import CaseForm, OpenForm
from fengqiao.desk.page import actor_of, go, page, refuse
from fengqiao.desk.views.matters import matter_or_404
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.place_config import current_place
from fengqiao.lib.policy import needs, signed_in
from fengqiao.lib.present import LadderStep, Option, named
from fengqiao.matters.models import Matter
from fengqiao.mediation import actions, queries
from fengqiao.mediation.choices import CaseState
from fengqiao.mediation.models import MediationCase, Party, Session, Term

REGISTRY = case_sittings.REGISTRY
"""Every form of a mediation, by the action it calls."""
_SEE = ("mediation.see", "mediation.handle")
_ROWS = 50
_BEGINNING = date(2000, 1, 1)


def case_or_404(request: HttpRequest, uid: str) -> MediationCase:
    """The case in the actor's reach; otherwise it is not there."""
    found = queries.find(str(uid), actor_of(request).scope)
    if found is None:
        raise OutOfReach
    return found


def address(case: MediationCase) -> str:
    """Where the page of a case is."""
    return reverse("desk:case", args=[case.uid])


VIEWS = (
    ("", gettext_lazy("全部")),
    ("running", gettext_lazy("调解中")),
    ("mine", gettext_lazy("我的")),
    ("overdue", gettext_lazy("超期")),
    ("agreed", gettext_lazy("有协议")),
)


@needs(*_SEE)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The list: running ones by due time."""
    view = request.GET.get("view", "")
    start = max(0, int(request.GET.get("from", "0") or 0)) if request.GET.get("from", "0").isdigit() else 0
    choices: dict[str, dict[str, Any]] = {
        "running": {"state": CaseState.OPEN},
        "mine": {"mine": True},
        "overdue": {"overdue": True},
        "agreed": {"state": CaseState.AGREED},
    }
    chosen = choices.get(view, {})
    total, rows = queries.case_list(actor_of(request).scope, offset=start, limit=_ROWS, **chosen)
    here = reverse("desk:mediation")
    context = {
        "rows": rows,
        "total": total,
        "views": [Option(label, f"{here}?view={key}", key == view, None) for key, label in VIEWS],
        "previous": f"{here}?view={view}&from={max(0, start - _ROWS)}" if start else "",
        "next": f"{here}?view={view}&from={start + _ROWS}" if start + _ROWS < total else "",
        "confirmations": queries.confirmations_due(actor_of(request).scope),
    }
    return page(request, "desk/mediation/cases.html", context, on="mediation")


@needs(*_SEE)
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Counts by type, level and outcome: of this year so far, or of another span."""
    today = clock.local(clock.now()).date()
    spans = _spans(today)
    wanted = request.GET.get("span", "year")
    span = wanted if wanted in spans else "year"
    label, start, end = spans[span]
    found = queries.statistics(actor_of(request).scope, start=start, end=end)
    tables = [
        (_("种类"), found.by_class, True),
        (_("层级"), found.by_level, True),
        (_("结果"), found.by_outcome, False),  # an outcome is of what ended; what was opened has none yet
    ]
    context = {
        "found": found,
        "year": start.year,
        "span": span,
        "label": label,
        "spans": [Option(words, f"?span={key}", key == span) for key, (words, *_days) in spans.items()],
        "low": floor(100 * found.disputes.interval[0]),
        "high": ceil(100 * found.disputes.interval[1]),
        "share": found.disputes.share and 100 * found.disputes.share,
        "tables": tables,
    }
    return page(request, "desk/mediation/figures.html", context, on="mediation")


def _spans(today: date) -> dict[str, tuple[str, date, date]]:
    """The spans that can be asked for: their words, the first day, and the day after the last."""
    january, end = today.replace(month=1, day=1), today + timedelta(days=1)
    return {
        "year": (_("今年"), january, end),
        "last": (_("去年"), january.replace(year=january.year - 1), january),
        "twelve": (_("近十二个月"), end - timedelta(days=365), end),
        "all": (_("从头到现在"), _BEGINNING, end),
    }


@signed_in
def open_case(request: HttpRequest, number: str) -> HttpResponse:
    """Open the mediation of a matter after the suitability check."""
    matter, actor = matter_or_404(request, number), actor_of(request)
    if not queries.can_open(matter, actor):
        raise OutOfReach
    form = OpenForm(request.POST or None, matter=matter, by=actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = form.act()
            except Refusal as refusal:
                status = refuse(form, refusal)
            else:
                messages.success(request, _("开了调解，加上当事人、征求同意"))
                return go(request, address(made))
    context = {"form": form, "matter": matter}
    return page(request, "desk/mediation/open.html", context, on="mediation", status=status)


@signed_in
@require_safe
def case(request: HttpRequest, uid: str) -> HttpResponse:
    """Everything of one mediation on one page."""
    found = case_or_404(request, uid)
    view = queries.case_view(found, actor_of(request))
    verbs = [(key, form) for key, form in REGISTRY.items() if key in view.verbs and key in HEAD]
    context = {"case": found, "view": view, "verbs": verbs, "levels": _levels(found, view)}
    return page(request, "desk/mediation/case.html", context, on="mediation")


HEAD = (
    "add_party", "tell_rights", "start_mediation", "plan_session", "draft_agreement", "sign_agreement",
    "record_confirmation", "record_visit", "hand_up", "end_case", "withdraw_case", "extend",
    "change_mediator", "report_danger", "receive_paper",
)  # fmt: skip
"""Verbs shown as buttons at the head; the others stand beside what they are about."""


def _levels(found: MediationCase, view: queries.CaseView) -> list[LadderStep]:
    done = {c.level: c for c in view.chain}
    steps = []
    for level in current_place().ladder:
        one = done.get(level.key)
        state: Literal["on", "done", "to"] = "on" if level.key == found.level else "done" if one else "to"
        note = one.get_outcome_display() or one.get_state_display() if one else ""
        steps.append(LadderStep(named(level), state, note))
    return steps


def _target(found: MediationCase, verb: str, target: int | None) -> Any:
    """The party, session or term of this case that a verb is about."""
    if target is None:
        return None
    row: Party | Session | Term | None
    if verb in {"record_consent", "open_party", "remove_party"}:
        row = Party.objects.filter(pk=target, case=found).first()
    elif verb in {"record_session", "cancel_session"}:
        row = Session.objects.filter(pk=target, case=found).first()
    else:
        row = Term.objects.filter(pk=target, agreement__case=found).first()
    if row is None:
        raise OutOfReach
    return row


@signed_in
def verb(request: HttpRequest, uid: str, verb: str, target: int | None = None) -> HttpResponse:
    """One verb as a form: asks, does, or says beside the field why not."""
    found, kind = case_or_404(request, uid), REGISTRY.get(verb)
    if kind is None:
        raise Http404
    about: dict[str, Any] = {"case": found, "by": actor_of(request), "target": _target(found, verb, target)}
    if request.method != "POST":
        return _form_page(request, kind(**about))
    form = kind(request.POST, request.FILES, **about)
    if not form.is_valid():
        return _form_page(request, form, 422)
    try:
        done = _unchanged(found, request.POST.get("version", ""), form)
    except Refusal as refusal:
        return _form_page(request, form, refuse(form, refusal))
    if isinstance(done, actions.PartyCard):
        return page(request, "desk/mediation/party.html", {"case": found, "card": done}, on="mediation")
    messages.success(request, kind.done)
    return go(request, address(done if isinstance(done, MediationCase) else found))


def _unchanged(found: MediationCase, seen: str, form: CaseForm) -> Any:
    """Do it, if the case is as it was when the page was read: a second press of a form finds it changed.

    Raises Refusal (``stale``).
    """
    with transaction.atomic():
        if seen.isascii() and seen.isdigit():
            Matter.objects.select_for_update().filter(pk=found.matter_id).first()  # first, as every verb does
            row = MediationCase.objects.select_for_update().filter(pk=found.pk)
            if str(row.values_list("version", flat=True).first()) != seen:
                raise Refusal(_("这个调解刚才有人动过。请看一眼现在的情况，再按一次"), code="stale")
        return form.act()


def _form_page(request: HttpRequest, form: CaseForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "case": form.case}
    return page(request, "desk/mediation/verb.html", context, on="mediation", status=status)


@signed_in
@require_POST
def make_paper(request: HttpRequest, uid: str, kind: str) -> HttpResponse:
    """Print a paper into the file and hand it out."""
    found = case_or_404(request, uid)
    document = actions.make_document(found, by=actor_of(request), kind=kind)
    messages.success(request, _("已生成：%(title)s") % {"title": document.title})
    return go(request, f"{address(found)}#file")


@signed_in
@require_POST
def read_paper(request: HttpRequest, uid: str, document: str) -> HttpResponse:
    """Open a paper for a purpose; the reading is logged."""
    found = case_or_404(request, uid)
    row = found.documents.filter(uid=document).first()
    if row is None:
        raise OutOfReach
    file = actions.read_document(row, by=actor_of(request), purpose=request.POST.get("purpose", ""))
    answer = HttpResponse(file.content, content_type=file.content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
