"""The model behind the proposals, for who keeps the whole station's configuration; for everybody else it is not there."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fengqiao.accounts.scope import Actor
from fengqiao.desk import models_page as shown
from fengqiao.desk.forms.settings import CONFIGURE
from fengqiao.desk.page import actor_of, is_htmx, page, part
from fengqiao.desk.settings_tabs import settings_tabs
from fengqiao.intake import model_reads as reads
from fengqiao.intake.actions.models import before_this, keeps_models
from fengqiao.intake.models import TrainingRun
from fengqiao.lib import clock
from fengqiao.lib.policy import needs


def _keeper(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not keeps_models(actor):
        raise Http404
    return actor


@needs(CONFIGURE)
@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """What proposes, how good it was lately, what else is kept, and trainings."""
    actor = _keeper(request)
    now = reads.in_use()
    lately = reads.lately(clock.now())
    runs = [shown.run_shown(run) for run in reads.runs()]
    context = {
        "tabs": settings_tabs(actor, "models"),
        "now": now,
        "now_figures": shown.figures(now.model) if now.model is not None else "",
        "lately": lately,
        "days": reads.DAYS,
        "rows": shown.rows(lately),
        "by_model": shown.by_model(lately),
        "kept": [(m, shown.ORIGINS.get(m.origin, m.origin), shown.figures(m)) for m in reads.kept()],
        "uses": reads.uses(),
        "runs": runs,
        "busy": any(one.running and not one.silent for one in runs),
        "can_go_back": before_this()[0],
    }
    return page(request, "desk/settings/models.html", context, on="settings")


@needs(CONFIGURE)
@require_safe
def training(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far a training is; the page asks again until it is done."""
    _keeper(request)
    found = TrainingRun.objects.select_related("model", "by").filter(uid=uid).first()
    if found is None:
        raise Http404
    context = {"one": shown.run_shown(found)}
    if is_htmx(request):
        return part(request, "desk/settings/_training.html", context)
    return page(request, "desk/settings/training.html", context, on="settings")
