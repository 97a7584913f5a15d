"""How good the proposals were lately, counted on what people decided; and what is kept of models and trainings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.fields.json import KT

from fengqiao.algorithms.intervals import share_interval
from fengqiao.intake import model_store as store
from fengqiao.intake.choices import SuggestionField
from fengqiao.intake.models import Correction, ModelFile, ModelUse, Suggestion, TrainingRun
from fengqiao.lib.errors import Refusal
from fengqiao.matters.models import Category

DAYS = 90


@dataclass(frozen=True)
class Share:
    """So many of so many, with the 95 % interval by Wilson."""

    right: int
    n: int

    @property
    def percent(self) -> float | None:
        """The share in per cent, None when nothing was counted."""
        return 100 * self.right / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Bounds in per cent."""
        low, high = share_interval(self.right, self.n)
        return 100 * low, 100 * high


@dataclass(frozen=True)
class Lately:
    """The proposals of the last DAYS days beside what people decided. ``silent``: reports without a proposal."""

    decided: int
    kind: Share
    code: Share
    severity: Share
    silent: int
    by_model: tuple[tuple[str, Share], ...]


@dataclass(frozen=True)
class InUse:
    """What proposes now: a kept model, a file nobody kept yet (``unknown``), a bad one, or only what comes along."""

    model: ModelFile | None
    there: bool
    bad: str
    since: datetime | None


def lately(now: datetime) -> Lately:
    """Count what was proposed first against what was decided; both decisions and proposals of the last DAYS days."""
    since = now - timedelta(days=DAYS)
    rows = list(
        Correction.objects.filter(at__gte=since, at__lte=now).values_list(
            "proposed_code", "chosen_code", "proposed_severity", "chosen_severity"
        )
    )
    kinds = dict(Category.objects.order_by("valid_from").values_list("code", "kind"))
    coded = [(said, chosen) for said, chosen, _s, _c in rows if said]
    graded = [(said, chosen) for _s, _c, said, chosen in rows if said is not None]
    return Lately(
        decided=len(rows),
        kind=_share((kinds.get(said, said), kinds.get(chosen, chosen)) for said, chosen in coded),
        code=_share(coded),
        severity=_share(graded),
        silent=len(rows) - len(coded),
        by_model=_by_model(since, now),
    )


def _share(pairs: Iterable[tuple[Any, Any]]) -> Share:
    rows = list(pairs)
    return Share(sum(said == chosen for said, chosen in rows), len(rows))


def _by_model(since: datetime, now: datetime) -> tuple[tuple[str, Share], ...]:
    rows = (
        Suggestion.objects.filter(field=SuggestionField.CATEGORY, rank=0, accepted__isnull=False)
        .filter(report__correction__at__gte=since, report__correction__at__lte=now)
        .alias(said=KT("value__code"))
        .values("model")
        .annotate(n=Count("pk"), right=Count("pk", filter=Q(said=F("report__correction__chosen_code"))))
        .order_by("-n", "model")
    )
    return tuple((row["model"], Share(row["right"], row["n"])) for row in rows[:6])


def in_use() -> InUse:
    """What lies in the place of the model in use."""
    sha = store.digest(store.live())
    last = ModelUse.objects.first()
    if not sha:
        return InUse(None, False, "", last.at if last is not None and last.model_id is None else None)
    model = ModelFile.objects.filter(sha256=sha).first()
    since = last.at if last is not None and model is not None and last.model_id == model.pk else None
    if model is not None:
        return InUse(model, True, "", since)
    return InUse(None, True, unread(), None)


def unread() -> str:
    """Why the file in use cannot be used, empty when it can."""
    try:
        store.check(store.live(), store.live().name)
    except Refusal as refusal:
        return refusal.message
    return ""


def kept(limit: int = 30) -> list[ModelFile]:
    """Models kept, the newest first."""
    return list(ModelFile.objects.select_related("kept_by")[:limit])


def uses(limit: int = 20) -> list[ModelUse]:
    """What proposed when, the newest first."""
    return list(ModelUse.objects.select_related("model", "by")[:limit])


def runs(limit: int = 5) -> list[TrainingRun]:
    """Trainings, the newest first."""
    return list(TrainingRun.objects.select_related("model", "by")[:limit])
