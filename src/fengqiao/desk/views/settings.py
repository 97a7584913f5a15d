"""Settings on the desk: one's own account, notices, tokens, the station, categories, templates of papers."""

from __future__ import annotations

from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from fengqiao.accounts.models import Person
from fengqiao.accounts.queries import phone_reads, tokens_of
from fengqiao.accounts.scope import Actor
from fengqiao.desk.forms import models as _models  # noqa: F401 - its forms are of this room
from fengqiao.desk.forms.settings import API, APPOINT, CONFIGURE, REGISTRY, TemplateForm
from fengqiao.desk.nav import BIG_TEXT
from fengqiao.desk.page import actor_of, go, page, refuse
from fengqiao.desk.pickers import category_name, head_name
from fengqiao.desk.room import Room, hand_out, run, sent
from fengqiao.desk.settings_tabs import settings_tabs
from fengqiao.lib import clock
from fengqiao.lib.errors import Refusal
from fengqiao.lib.policy import needs, signed_in
from fengqiao.matters.queries import current_categories
from fengqiao.mediation import actions as mediation
from fengqiao.mediation import queries as papers
from fengqiao.notices import actions as notice_actions
from fengqiao.notices import queries as notice_queries
from fengqiao.notices.models import Notice
from fengqiao.teams import certificates
from fengqiao.teams.queries import station

ROOM = Room("settings", gettext_lazy("设置"), "desk:settings")
_UNITS = {
    "m": gettext_lazy("分钟"),
    "h": gettext_lazy("小时"),
    "d": gettext_lazy("天"),
    "w": gettext_lazy("个工作日"),
}


def _me(actor: Actor) -> Person:
    return Person.objects.get(pk=actor.person_id or 0)


@signed_in
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """One's own account: password, telephone, language, large type, who looked at one's number."""
    actor = actor_of(request)
    me = _me(actor)
    readers = phone_reads(me, by=actor)[:10]
    names = dict(Person.objects.filter(pk__in=[r.actor_id for r in readers]).values_list("pk", "name"))
    context = {
        "tabs": settings_tabs(actor, "mine"),
        "me": me,
        "language": dict(settings.LANGUAGES).get(me.language, ""),
        "sees_people": actor.scope.can("people.see"),
        "big": request.COOKIES.get(BIG_TEXT) == "1",
        "reads": [(names.get(r.actor_id or 0, ""), r) for r in readers],
    }
    return page(request, "desk/settings/mine.html", context, on="settings")


@signed_in
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What one was told, newest first."""
    actor = actor_of(request)
    context = {
        "tabs": settings_tabs(actor, "notices"),
        "rows": notice_queries.latest(actor),
        "unread": notice_queries.unread_count(actor),
    }
    return page(request, "desk/settings/notices.html", context, on="settings")


@signed_in
@require_POST
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what a notice is about; it counts as read."""
    actor = actor_of(request)
    found = Notice.objects.filter(pk=pk or 0, to_id=actor.person_id).first()
    if found is None:
        raise Http404
    notice_actions.mark_read(found, by=actor)
    return go(request, found.link or reverse("desk:notices"))


@needs(API)
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens; their secrets are never shown again."""
    actor = actor_of(request)
    now = clock.now()
    rows = [(t, t.revoked_at is None and t.expires_at > now) for t in tokens_of(_me(actor), by=actor)]
    context = {"tabs": settings_tabs(actor, "tokens"), "rows": rows}
    return page(request, "desk/settings/tokens.html", context, on="settings")


@needs(APPOINT, CONFIGURE)
@require_safe
def station_page(request: HttpRequest) -> HttpResponse:
    """The station's name, ground, and who answers when nobody else does."""
    actor, found = actor_of(request), station()
    context = {
        "tabs": settings_tabs(actor, "station"),
        "home": found,
        "changes": actor.scope.can(APPOINT, found.area.path),
    }
    return page(request, "desk/settings/station.html", context, on="settings")


@needs(CONFIGURE)
@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    """Categories in force, with their codes, by head: to be read here, changed in the place's files."""
    rows = list(current_categories().values())
    groups = [
        (head, [(c, category_name(c), f"{c.due_amount} {_UNITS.get(c.due_unit, '')}") for c in found])
        for head, found in groupby(rows, key=head_name)
    ]
    context = {"tabs": settings_tabs(actor_of(request), "categories"), "groups": groups, "total": len(rows)}
    return page(request, "desk/settings/categories.html", context, on="settings")


@needs(CONFIGURE)
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """Papers of mediation, each with the template in use."""
    context = {"tabs": settings_tabs(actor_of(request), "templates"), "rows": papers.templates()}
    return page(request, "desk/settings/templates.html", context, on="settings")


def _row(kind: str) -> papers.TemplateRow:
    found = next((row for row in papers.templates() if row.kind == kind), None)
    if found is None:
        raise Http404
    return found


@needs(CONFIGURE)
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind of paper: bring one's own template, or go back to the built-in one."""
    actor, row = actor_of(request), _row(kind)
    back = reverse("desk:templates")
    form = TemplateForm(*sent(request))
    status = 200
    if "reset" in request.POST:
        mediation.drop_template(kind, by=actor)
        messages.success(request, _("换回自带的模板了"))
        return go(request, back)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                form.save(kind, actor)
            except Refusal as refusal:
                status = refuse(form, refusal)
            else:
                messages.success(request, _("换好了，以后生成的文书用它"))
                return go(request, back)
    context = {"form": form, "row": row}
    return page(request, "desk/settings/template.html", context, on="settings", status=status)


@needs(CONFIGURE)
@require_safe
def builtin(request: HttpRequest, kind: str) -> HttpResponse:
    """The template that comes with the program, to be changed and brought back."""
    row = _row(kind)
    return hand_out(f"{row.title}.docx", certificates.CONTENT_TYPE, papers.builtin_template(kind))


@signed_in
@sensitive_post_parameters("old", "new", "again", "phone")
def verb(request: HttpRequest, verb: str, target: int | None = None) -> HttpResponse:
    """One verb of the room as a form."""
    answer = run(request, ROOM, REGISTRY, verb, target)
    if answer.status_code == 303 and verb == "change_password":
        update_session_auth_hash(request, _me(actor_of(request)))
    if answer.status_code == 303 and verb == "choose_language":
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            _me(actor_of(request)).language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return answer
