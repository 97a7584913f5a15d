"""The page of one matter, its verbs, its notes, and who can read it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fengqiao.desk.forms.all import REGISTRY
from fengqiao.desk.forms.note import NoteForm
from fengqiao.desk.forms.verbs import VerbForm, standing
from fengqiao.desk.matter_page import matter_page, verbs_for
from fengqiao.desk.page import actor_of, go, is_htmx, page, part, refuse
from fengqiao.desk.readers import readers
from fengqiao.desk.targets import target_of
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.policy import signed_in
from fengqiao.matters import queries, rules
from fengqiao.matters.choices import State
from fengqiao.matters.models import JointMember, Matter


def matter_or_404(request: HttpRequest, number: str) -> Matter:
    """The matter with this number in the actor's reach; otherwise it is not there."""
    found = queries.find(number, actor_of(request).scope) if number.isprintable() else None
    if found is None:
        raise OutOfReach
    return found


def address(matter: Matter) -> str:
    """Where the page of a matter is."""
    return reverse("desk:matter", args=[matter.number])


@signed_in
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """The whole story of a matter on one page."""
    found = matter_or_404(request, number)
    return _page_of(request, found, NoteForm(matter=found, by=actor_of(request)))


def _page_of(request: HttpRequest, found: Matter, note: NoteForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    here = matter_page(found, actor)
    on = "mine" if found.owner_id == actor.person_id else "matters"
    context = {"page": here, "matter": found, "note": note, "verb_forms": REGISTRY}
    return page(request, "desk/matters/matter.html", context, on=on, status=status)


@signed_in
@require_POST
def note(request: HttpRequest, number: str) -> HttpResponse:
    """Note what was done, with photos and a promise in one go: all of it is kept, or nothing."""
    found = matter_or_404(request, number)
    form = NoteForm(request.POST, request.FILES, matter=found, by=actor_of(request))
    status = 422
    if form.is_valid():
        try:
            form.act()
        except Refusal as refusal:
            status = refuse(form, refusal)
        else:
            messages.success(request, form.done)
            return go(request, address(found))
    return _page_of(request, found, form, status)


@signed_in
def verb(request: HttpRequest, number: str, verb: str, target: int | None = None) -> HttpResponse:
    """One verb as a form of its own: asks, does, or says beside the field why not."""
    found, actor = matter_or_404(request, number), actor_of(request)
    kind = REGISTRY.get(verb)
    if kind is None:
        raise Http404
    about: dict[str, Any] = {"matter": found, "by": actor, "target": target_of(found, verb, target)}
    if request.method == "POST":
        return _do(request, kind, about)
    joint = list(JointMember.objects.filter(matter=found, left_at__isnull=True))
    allowed = verb in verbs_for(found, actor, joint)
    form = kind(name=request.GET.get("who", ""), **about)
    context = {"allowed": allowed, "why_not": "" if allowed else why_not(found, kind)}
    return _form_page(request, form, context, 200 if allowed else 403)


def _do(request: HttpRequest, kind: type[VerbForm], about: dict[str, Any]) -> HttpResponse:
    form = kind(request.POST, **about)
    status, conflict = 422, ""
    if form.is_valid():
        try:
            form.do()
        except Refusal as refusal:
            if refusal.code == "stale":
                conflict = str(form.cleaned_data["seen"] or "")
                form = _afresh(request, kind, about)
            status = refuse(form, refusal)
        else:
            messages.success(request, form.done)
            return go(request, _onward(request, form.matter))
    since = queries.timeline(form.matter)[:3] if conflict else []
    context = {"allowed": True, "was": conflict, "is_now": standing(form.matter), "since": since}
    return _form_page(request, form, context, status)


def _afresh(request: HttpRequest, kind: type[VerbForm], about: dict[str, Any]) -> VerbForm:
    """The same words on the matter as it stands now: pressing again means it."""
    found = matter_or_404(request, about["matter"].number)
    given = request.POST.copy()
    given["version"], given["seen"] = str(found.version), standing(found)
    form = kind(given, **{**about, "matter": found})
    form.full_clean()
    return form


def _onward(request: HttpRequest, done: Matter) -> str:
    """Back to the matter, or to one's own list when handing it on took it out of reach."""
    seen = Matter.objects.visible_to(actor_of(request).scope).filter(pk=done.pk).exists()
    return address(done) if seen else reverse("desk:mine")


def why_not(found: Matter, kind: type[VerbForm]) -> str:
    """Why a verb is not possible now, in words."""
    state = State(found.state).label
    if not rules.may_start(kind.verb, found.state):
        return _("这件事现在是“%(state)s”，不能“%(verb)s”") % {"state": state, "verb": kind.title}
    owner = found.owner.name if found.owner else _("值班台")
    return _("“%(verb)s”不在您的职责里，请找 %(owner)s") % {"verb": kind.title, "owner": owner}


def _form_page(
    request: HttpRequest, form: VerbForm, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    whole = {"form": form, "matter": form.matter, **context}
    if is_htmx(request):
        return part(request, "desk/matters/_verb.html", whole)
    return page(request, "desk/matters/verb.html", whole, on="matters", status=status)


@signed_in
def who(request: HttpRequest, number: str) -> HttpResponse:
    """Who can open this matter, and why."""
    found = matter_or_404(request, number)
    joint = list(JointMember.objects.filter(matter=found, left_at__isnull=True).select_related("person"))
    rows = sorted(readers(found, joint).values(), key=lambda r: (r.why, r.name))
    return page(request, "desk/matters/who.html", {"matter": found, "rows": rows}, on="matters")
