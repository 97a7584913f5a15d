"""Taking the proposals as they are: for one report with a key, for a run of plain ones with one decision each."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from fengqiao.accounts.scope import Actor
from fengqiao.intake.actions.decide import accept_report, top
from fengqiao.intake.choices import UNFINISHED, SuggestionField
from fengqiao.intake.drafts import Outcome
from fengqiao.intake.models import Report, Suggestion
from fengqiao.lib.errors import Refusal
from fengqiao.matters.choices import Severity
from fengqiao.matters.models import Matter
from fengqiao.territory.models import Area, Place

SURE_PLACE = 0.5
"""Confidence from which the first proposed place is taken along when all proposals are."""
SURE_CATEGORY = 0.5
"""Confidence below which a run of reports does not decide by itself: a person looks at that one."""
MOST = 200


def accept_as_proposed(report: Report, *, by: Actor, version: int | None = None) -> Matter:
    """Accept with the first proposed category and severity, and the first place where the report has none."""
    rows = list(report.suggestions.all())
    if top(rows, SuggestionField.CATEGORY) is None:
        raise Refusal(_("系统没有建议，请选一个类别"), code="missing", field="category")
    area, place = _proposed_place(report, rows)
    return accept_report(report, by=by, area=area, place=place, version=version)


def _proposed_place(report: Report, rows: Iterable[Suggestion]) -> tuple[Area | None, Place | None]:
    first = top(rows, SuggestionField.PLACE)
    if not report.unplaced or first is None or first.confidence < SURE_PLACE:
        return None, None
    if first.value.get("kind") == "place":
        place = Place.objects.select_related("area").filter(pk=first.value.get("id")).first()
        return None, place
    return Area.objects.filter(pk=first.value.get("id")).first(), None


def accept_many(reports: Iterable[Report], *, by: Actor) -> list[Outcome]:
    """Accept a run of reports as proposed, each in its own transaction.

    Urgent and need-to-know ones, and those the engine is unsure of, are left for a person to look at one by one;
    the answer says which and why. At most 200 at a time.
    """
    chosen = list(reports)
    if len(chosen) > MOST:
        raise Refusal(_("一次最多 %(most)s 件，请分几次") % {"most": MOST}, code="too_many")
    return [_one(report, by) for report in chosen]


def _one(report: Report, by: Actor) -> Outcome:
    words = _look_yourself(report)
    if words:
        return Outcome(report.pk, None, words)
    try:
        return Outcome(report.pk, accept_as_proposed(report, by=by))
    except Refusal as refusal:
        return Outcome(report.pk, None, refusal.message)


def _look_yourself(report: Report) -> str:
    if report.state not in UNFINISHED:
        return "已经定过了"
    if report.severity == Severity.DANGER or report.restricted:
        return "紧急或需要保密的，请单独看"
    rows = list(report.suggestions.all())
    first, level = top(rows, SuggestionField.CATEGORY), top(rows, SuggestionField.SEVERITY)
    if first is None or first.confidence < SURE_CATEGORY:
        return "系统拿不准类别，请单独看"
    if level is not None and level.value.get("severity") == Severity.DANGER:
        return "建议定为紧急，请单独看"
    return ""
