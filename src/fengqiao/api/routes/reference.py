"""The words of the place: categories, states, how it is configured; figures and search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.utils.functional import Promise
from ninja import Query

from fengqiao.api import show, show_report
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.schemas import reference as bodies
from fengqiao.api.schemas.reports import InboxCountsOut
from fengqiao.intake import queries as intake
from fengqiao.intake import rules as intake_rules
from fengqiao.intake.choices import ReportState
from fengqiao.lib.place_config import current_place
from fengqiao.lib.policy import needs, signed_in
from fengqiao.lib.present import chinese
from fengqiao.matters import queries as matters
from fengqiao.matters import rules as matter_rules
from fengqiao.matters.choices import State
from fengqiao.matters.models import Category
from fengqiao.mediation import rules as mediation_rules
from fengqiao.mediation.choices import CaseState
from fengqiao.mediation.policy import ACTIONS as MEDIATION_RIGHTS
from fengqiao.teams.queries import station

router = Door(tags=["reference"])


def _category(row: Category) -> bodies.CategoryOut:
    return bodies.CategoryOut(
        code=row.code,
        kind=row.kind,
        head=row.head,
        head_words=row.head_zh,
        name=row.zh if chinese() else row.en,
        zh=row.zh,
        en=row.en,
        severity=row.severity,
        due_amount=row.due_amount,
        due_unit=row.due_unit,
        role=row.role,
        level=row.level,
        mediation=row.mediation,
        tell_110=row.tell_110,
        restricted=row.restricted,
        report_class=row.report_class,
        valid_from=row.valid_from,
    )


@router.get("/categories", response=list[bodies.CategoryOut])
@signed_in
def categories(request: ApiRequest) -> list[bodies.CategoryOut]:
    """Categories in force, in printed order."""
    return [_category(row) for row in matters.current_categories().values()]


def _words(pairs: Iterable[tuple[str, str | Promise]]) -> dict[str, str]:
    return {str(key): str(label) for key, label in pairs}


@router.get("/states", response=bodies.StatesOut)
@signed_in
def states(request: ApiRequest) -> bodies.StatesOut:
    """What may follow what, and who may do it: the tables the program itself goes by."""
    return bodies.StatesOut(
        matters=[_transition(t, t.who) for t in matter_rules.TRANSITIONS],
        matter_states=_words(State.choices),
        reports=[_transition(t, (t.who,)) for t in intake_rules.TRANSITIONS],
        report_states=_words(ReportState.choices),
        mediations=[
            bodies.TransitionOut(
                verb=v.key, words=v.zh, sources=list(v.sources), target="", who=[MEDIATION_RIGHTS[v.key]]
            )
            for v in mediation_rules.VERBS
            if v.key in MEDIATION_RIGHTS
        ],
        mediation_states=_words(CaseState.choices),
    )


def _transition(row: Any, who: Iterable[str]) -> bodies.TransitionOut:
    return bodies.TransitionOut(
        verb=row.verb,
        words=row.zh,
        sources=[str(s) for s in row.sources],
        target=str(row.target or ""),
        who=list(who),
    )


@router.get("/place", response=bodies.ConfigurationOut)
@signed_in
def place(request: ApiRequest) -> bodies.ConfigurationOut:
    """How this place is configured: its ladder, its roles, its kinds of teams, partners and resources."""
    found, zh = current_place(), chinese()

    def named(rows: Iterable[Any]) -> dict[str, str]:
        return {row.key: row.zh if zh else row.en for row in rows}

    return bodies.ConfigurationOut(
        key=found.key,
        name=found.name_zh,
        station=station().name,
        ladder=[
            bodies.LevelOut(
                key=level.key,
                words=level.zh if zh else level.en,
                days=level.days,
                roles=list(level.roles),
                climbs_to=level.climbs_to or "",
            )
            for level in found.ladder
        ],
        roles=named(found.roles),
        team_kinds=named(found.team_kinds),
        partner_kinds=named(found.partner_kinds),
        resource_kinds={**named(found.resource_kinds), **named(found.mediation_room_kinds)},
    )


@router.get("/search", response=bodies.SearchOut)
@needs("search.use")
def search(request: ApiRequest, asked: Query[bodies.SearchFilters]) -> bodies.SearchOut:
    """Matters and reports in reach whose words hold all of ``q``; a number typed in full comes first."""
    words, scope = asked.q.replace("\x00", ""), request.auth.scope
    reports = intake.search(words, scope, limit=asked.limit)
    return bodies.SearchOut.model_construct(
        matters=[show.matter_row(m) for m in matters.search(words, scope, limit=asked.limit)],
        reports=show_report.rows(reports, request.auth),
    )


@router.get("/counts", response=bodies.CountsOut)
@signed_in
def counts(request: ApiRequest) -> bodies.CountsOut:
    """Figures for the caller: their own open matters, and the inbox where they triage."""
    triages = request.auth.scope.can("report.triage")
    return bodies.CountsOut(
        matters=bodies.MatterCountsOut(**asdict(matters.counts(request.auth))),
        inbox=InboxCountsOut(**asdict(intake.counts(request.auth))) if triages else None,
    )
