"""Figures on mediation, each as a count with what it counts: by type, level, outcome; sums; kept from violence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from fengqiao.accounts.scope import Scope
from fengqiao.algorithms.intervals import share_interval
from fengqiao.lib import clock
from fengqiao.lib.place_config import current_place
from fengqiao.lib.present import named
from fengqiao.matters import reference
from fengqiao.matters.choices import Kind, Outcome
from fengqiao.matters.models import Matter
from fengqiao.mediation.choices import AGREED_OUTCOMES, CaseOutcome, Confirmation, Performance
from fengqiao.mediation.models import Agreement, MediationCase, Party, Term
from fengqiao.mediation.numbering import ladder_level

TALKED_OVER = (Outcome.SETTLED, Outcome.AGREEMENT)
NOT_TRIED = (CaseOutcome.NOT_TAKEN, CaseOutcome.WITHDRAWN, CaseOutcome.PARTY_REFUSED)
DEFINITION = _(
    "受理：期内开始的调解。结束：期内得出结果的调解。调解成功率 = 期内达成协议（书面、口头、即时履行）"
    "÷（期内结束 － 不受理 － 撤回 － 一方拒绝）。一件事每上一级算一个调解。"
)


@dataclass(frozen=True)
class Line:
    """One class, level or outcome: how many were opened in the period, ended, and agreed."""

    key: str
    name: str
    opened: int
    ended: int
    agreed: int


@dataclass(frozen=True)
class Counts:
    """How many mediations: opened, ended, tried and agreed in the period; running and overdue now.

    ``tried`` is the denominator of success; ``handed_up`` were opened as a next level.
    """

    opened: int
    running: int
    overdue: int
    ended: int
    tried: int
    agreed: int
    written: int
    oral: int
    at_once: int
    handed_up: int


@dataclass(frozen=True)
class Disputes:
    """Disputes of the period that may be mediated, whether they were or not: found, with a result, settled."""

    found: int
    ended: int
    settled: int

    @property
    def share(self) -> float | None:
        """Settled among those with a result, None when there is none yet."""
        return self.settled / self.ended if self.ended else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between which bounds the share lies when chance alone is counted (95 %)."""
        return share_interval(self.settled, self.ended)


@dataclass(frozen=True)
class Statistics:
    """Figures of [start, end) among the cases in sight. ``total``: sums agreed, in yuan; ``people``: parties."""

    start: date
    end: date
    counts: Counts
    disputes: Disputes
    total: Decimal
    people: int
    kept_from_violence: int
    confirmations: dict[str, int]
    performance: dict[str, int]
    by_class: tuple[Line, ...]
    by_level: tuple[Line, ...]
    by_outcome: tuple[Line, ...]
    definition: str

    @property
    def success(self) -> float | None:
        """Agreed among tried, None when nothing was tried."""
        return self.counts.agreed / self.counts.tried if self.counts.tried else None


def statistics(
    scope: Scope, *, start: date, end: date, level: str = "", report_class: str = ""
) -> Statistics:
    """Figures for the local days from ``start`` to before ``end``. The number of queries does not grow."""
    first, last = _midnight(start), _midnight(end)
    cases = MediationCase.objects.visible_to(scope)
    about = Q()
    if level:
        cases, about = cases.filter(level=level), about & Q(level=level)
    if report_class:
        keys = _class_keys(report_class)
        cases = cases.filter(matter__category__report_class__in=keys)
        about &= Q(category__report_class__in=keys)
    opened = Q(opened_at__gte=first, opened_at__lt=last)
    ended = Q(ended_at__gte=first, ended_at__lt=last)
    agreed = ended & Q(outcome__in=[str(o) for o in AGREED_OUTCOMES])
    agreements = Agreement.objects.filter(case__in=cases, valid_from__gte=first, valid_from__lt=last)
    return Statistics(
        start=start,
        end=end,
        counts=_counts(cases, opened, ended, agreed, last),
        disputes=_disputes(scope, first, last, about),
        total=_sum(agreements),
        people=Party.objects.filter(case__in=cases.filter(opened)).count(),
        kept_from_violence=_kept(cases, first, last),
        confirmations=_spread(agreements, "confirmation", Confirmation.values),
        performance=_spread(agreements, "performance", Performance.values),
        by_class=_by_class(cases, opened, ended, agreed),
        by_level=_by_level(cases, opened, ended, agreed),
        by_outcome=_outcomes(cases, ended, agreed),
        definition=str(DEFINITION),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.LOCAL)


def _class_keys(key: str) -> list[str]:
    return [key, ""] if key == "other" else [key]


def _counts(cases: QuerySet[MediationCase], opened: Q, ended: Q, agreed: Q, last: datetime) -> Counts:
    now = min(clock.now(), last)
    running = Q(state__in=["checking", "open"])
    return Counts(
        **cases.aggregate(
            opened=Count("pk", filter=opened),
            running=Count("pk", filter=running),
            overdue=Count("pk", filter=running & Q(due_at__lt=now)),
            ended=Count("pk", filter=ended),
            tried=Count("pk", filter=ended & ~Q(outcome__in=[str(o) for o in NOT_TRIED])),
            agreed=Count("pk", filter=agreed),
            written=Count("pk", filter=agreed & Q(outcome="written")),
            oral=Count("pk", filter=agreed & Q(outcome="oral")),
            at_once=Count("pk", filter=agreed & Q(outcome="at_once")),
            handed_up=Count("pk", filter=opened & Q(earlier__isnull=False)),
        )
    )


def _disputes(scope: Scope, first: datetime, last: datetime, about: Q) -> Disputes:
    able = Matter.objects.visible_to(scope).filter(about, kind=Kind.DISPUTE).exclude(category__mediation="N")
    rows = able.filter(opened_at__gte=first, opened_at__lt=last)
    settled = Q(outcome__in=[str(o) for o in TALKED_OVER])
    counted = rows.aggregate(
        found=Count("pk"), ended=Count("pk", filter=~Q(outcome="")), settled=Count("pk", filter=settled)
    )
    return Disputes(**counted)


def _sum(agreements: QuerySet[Agreement]) -> Decimal:
    rows = Term.objects.filter(agreement__in=agreements).exclude(promise__state="withdrawn")
    return rows.aggregate(s=Sum("amount"))["s"] or Decimal(0)


def _kept(cases: QuerySet[MediationCase], first: datetime, last: datetime) -> int:
    """Matters marked as kept from violence whose mediation ended, or which were resolved, in the period."""
    ended = cases.filter(ended_at__gte=first, ended_at__lt=last).values("matter_id")
    rows = Matter.objects.filter(kept_from_violence=True, mediations__in=cases)
    return rows.filter(Q(pk__in=ended) | Q(resolved_at__gte=first, resolved_at__lt=last)).distinct().count()


def _spread(agreements: QuerySet[Agreement], column: str, values: list[str]) -> dict[str, int]:
    rows = dict(agreements.order_by().values_list(column).annotate(n=Count("pk")))
    return {value: int(rows.get(value, 0)) for value in values}


def _lines(
    cases: QuerySet[MediationCase], column: str, opened: Q, ended: Q, agreed: Q, name: Callable[[str], str]
) -> tuple[Line, ...]:
    rows = (
        cases.order_by()
        .values_list(column)
        .annotate(o=Count("pk", filter=opened), e=Count("pk", filter=ended), a=Count("pk", filter=agreed))
    )
    return tuple(
        Line(key, name(key), o, e, a) for key, o, e, a in sorted(rows, key=lambda r: (-r[1], r[0])) if o or e
    )


def _by_class(cases: QuerySet[MediationCase], opened: Q, ended: Q, agreed: Q) -> tuple[Line, ...]:
    names = {key: named(c) for key, c in reference.load_classes().report_classes.items()}
    lines = _lines(cases, "matter__category__report_class", opened, ended, agreed, str)
    return _together(lines, names, lambda key: key or "other")


def _by_level(cases: QuerySet[MediationCase], opened: Q, ended: Q, agreed: Q) -> tuple[Line, ...]:
    """By the levels of the place; a level the place does not know counts where ``ladder_level`` puts it."""
    lines = _lines(cases, "level", opened, ended, agreed, str)
    place = current_place()
    levels = {level.key: level for level in (*place.ladder, place.station_level)}
    return _together(
        lines, {key: named(level) for key, level in levels.items()}, lambda key: ladder_level(key).key
    )


def _together(
    lines: Iterable[Line], names: Mapping[str, str], key_of: Callable[[str], str]
) -> tuple[Line, ...]:
    """Lines of the same name as one, in the order of the names."""
    found: dict[str, Line] = {}
    for line in lines:
        key = key_of(line.key)
        old = found.get(key, Line(key, names.get(key, key), 0, 0, 0))
        found[key] = Line(
            key, old.name, old.opened + line.opened, old.ended + line.ended, old.agreed + line.agreed
        )
    return tuple(found[key] for key in names if key in found)


def _outcomes(cases: QuerySet[MediationCase], ended: Q, agreed: Q) -> tuple[Line, ...]:
    rows = dict(cases.filter(ended).order_by().values_list("outcome").annotate(n=Count("pk")))
    good = {str(o) for o in AGREED_OUTCOMES}
    return tuple(
        Line(str(o), str(o.label), 0, rows[str(o)], rows[str(o)] if str(o) in good else 0)
        for o in CaseOutcome
        if rows.get(str(o))
    )


__all__ = ["DEFINITION", "Counts", "Disputes", "Line", "Statistics", "statistics"]
