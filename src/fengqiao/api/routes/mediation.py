"""Mediation: what runs, one case, opening one, figures."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query

from fengqiao.api import find, show_mediation
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest
from fengqiao.api.mediating import case_of, draft
from fengqiao.api.schemas import mediation as out
from fengqiao.api.schemas import mediation_figures as figures_
from fengqiao.api.schemas import mediation_verbs as bodies
from fengqiao.api.schemas.base import Named, Number
from fengqiao.lib.errors import Refusal
from fengqiao.lib.policy import needs
from fengqiao.lib.wording import translated
from fengqiao.mediation import actions, queries, rules

router = Door(tags=["mediation"])
reads = needs("mediation.see", "mediation.handle")
handles = needs("mediation.handle")


@router.get("/mediations", response=out.CasePage)
@reads
def list_cases(request: ApiRequest, filters: Query[out.CaseFilters]) -> out.CasePage:
    """Mediations in reach: running ones by due time when asked for, the rest newest first."""
    total, rows = queries.case_list(
        request.auth.scope,
        mine=filters.mine,
        state=str(filters.state or ""),
        level=filters.level or "",
        overdue=filters.overdue,
        offset=filters.offset,
        limit=filters.limit,
    )
    return out.CasePage(total=total, rows=[show_mediation.row(r) for r in rows])


@router.get("/mediations/{uid}", response=out.CaseOut)
@reads
def read_case(request: ApiRequest, uid: UUID) -> out.CaseOut:
    """One mediation: parties masked, sittings, agreement, what is missing from the file."""
    return show_mediation.case(case_of(request, uid), request.auth)


@router.get("/mediations/{uid}/file", response=out.FileOut)
@reads
def read_file(request: ApiRequest, uid: UUID) -> out.FileOut:
    """The papers of the file in binding order."""
    return show_mediation.file(queries.file_contents(case_of(request, uid)))


@router.get("/matters/{number}/suitability", response=figures_.SuitabilityOut)
@handles
def suitability(request: ApiRequest, number: Number) -> figures_.SuitabilityOut:
    """What must be asked before this matter is mediated, and who is appointed to mediate there."""
    row = find.matter(number, request.auth.scope)
    return figures_.SuitabilityOut(
        questions={name: str(question) for name, question in rules.QUESTIONS.items()},
        raised=rules.hints(row.title, row.summary),
        category_mediation=row.category.mediation,
        can_open=queries.can_open(row, request.auth),
        mediators=[Named(id=p.pk, name=p.name) for p in queries.mediators_for(row.area)],
    )


@router.post("/matters/{number}/mediations", response={201: out.CaseOut})
@handles
def open_case(request: ApiRequest, number: Number, body: bodies.OpenCase) -> out.CaseOut:
    """Open the mediation of a matter at its present level."""
    row, by = find.matter(number, request.auth.scope), request.auth
    made = actions.open_case(
        row,
        by=by,
        mediator=find.person(body.mediator, by, field="mediator", near=row.area),
        start=str(body.start),
        facts=body.facts,
        request=body.request,
        answers=rules.Answers(**body.answers.model_dump()) if body.answers else None,
        committee=body.committee,
    )
    return show_mediation.case(case_of(request, made.uid), by)


@router.post("/matters/{number}/mediations/refuse", response={201: out.CaseOut})
@handles
def refuse_case(request: ApiRequest, number: Number, body: bodies.RefuseCase) -> out.CaseOut:
    """Record that a request for mediation was not taken, why, and which other routes were told."""
    row, by = find.matter(number, request.auth.scope), request.auth
    made = actions.refuse_case(
        row,
        by=by,
        mediator=find.person(body.mediator, by, field="mediator", near=row.area),
        start=str(body.start),
        facts=body.facts,
        answers=rules.Answers(**body.answers.model_dump()),
        routes_told=body.routes_told,
        request=body.request,
        committee=body.committee,
    )
    return show_mediation.case(case_of(request, made.uid), by)


@router.post("/mediation-terms/check", response=list[figures_.FindingOut])
@handles
def check_terms(request: ApiRequest, body: bodies.CheckTerms) -> list[figures_.FindingOut]:
    """Vague spots in terms as typed: a court refuses to confirm what is not clear. Nothing is kept."""
    found = actions.check_terms([draft(term, None) for term in body.terms])
    return [
        figures_.FindingOut(position=f.position, kind=f.kind, message=translated(f.message)) for f in found
    ]


@router.get("/mediation-rooms", response=list[figures_.RoomOut])
@handles
def rooms(request: ApiRequest, filters: Query[figures_.RoomFilters]) -> list[figures_.RoomOut]:
    """Mediation rooms in reach, and whether each is free then."""
    found = queries.free_rooms(request.auth.scope, start=filters.start, minutes=filters.minutes)
    return [
        figures_.RoomOut(id=r.pk, name=r.name, kind=r.kind, area=r.area.name, free=free) for r, free in found
    ]


@router.get("/mediation-figures", response=figures_.FiguresOut)
@reads
def figures(request: ApiRequest, filters: Query[figures_.FigureFilters]) -> figures_.FiguresOut:
    """Figures of the cases in sight over local days, each with what it counts."""
    if not filters.start < filters.end:
        raise Refusal(_("结束日期要在开始日期之后"), code="bad_date", field="end")
    found = queries.statistics(
        request.auth.scope,
        start=filters.start,
        end=filters.end,
        level=filters.level or "",
        report_class=filters.report_class or "",
    )
    values = asdict(found)
    counts = values.pop("counts")
    values["disputes"] |= {"share": found.disputes.share, "interval": found.disputes.interval}
    return figures_.FiguresOut.model_validate({**values, **counts, "success": found.success})
