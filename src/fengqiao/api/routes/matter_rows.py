"""What belongs to matters, by its own id: promises, follow-ups, tasks, consultations, links, who handles along."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from ninja import Query

from fengqiao.accounts.scope import Actor
from fengqiao.api import find, show
from fengqiao.api.access import Door
from fengqiao.api.acting import guarded
from fengqiao.api.auth import ApiRequest, me
from fengqiao.api.paging import Order, cut
from fengqiao.api.schemas import matter_filters as filters_
from fengqiao.api.schemas import matter_verbs as bodies
from fengqiao.api.schemas.base import Id
from fengqiao.api.schemas.matters import (
    ConsultationOut,
    ConsultationPage,
    FollowUpOut,
    FollowUpPage,
    JointOut,
    LinkOut,
    PromiseOut,
    PromisePage,
    Standing,
    TaskOut,
    TaskPage,
)
from fengqiao.lib.policy import signed_in
from fengqiao.matters import actions
from fengqiao.matters.models import Consultation, FollowUp, JointMember, Link, Matter, Promise, Task

router = Door(tags=["promises, follow-ups, tasks"])

BY_DUE = Order("due_at")


def seen(by: Actor) -> Any:
    """Matters in reach, for the rows that belong to them."""
    return Matter.objects.visible_to(by.scope)


def promises(by: Actor) -> QuerySet[Promise]:
    """Promises of matters in reach."""
    return Promise.objects.filter(matter__in=seen(by)).select_related("matter", "person")


def follow_ups(by: Actor) -> QuerySet[FollowUp]:
    """Follow-ups of matters in reach."""
    return FollowUp.objects.filter(matter__in=seen(by)).select_related("matter", "owner", "done_by")


def tasks(by: Actor) -> QuerySet[Task]:
    """Tasks of matters in reach."""
    return Task.objects.filter(matter__in=seen(by)).select_related("matter", "person", "partner")


def consultations(by: Actor) -> QuerySet[Consultation]:
    """Consultations on matters in reach."""
    rows = Consultation.objects.filter(matter__in=seen(by)).select_related("matter")
    return rows.prefetch_related("partners", show.TASKS)


def links(by: Actor) -> QuerySet[Link]:
    """Links whose two ends are both in reach."""
    rows = Link.objects.filter(matter__in=seen(by), other__in=seen(by))
    return rows.select_related("matter", "other")


@router.get("/promises", response=PromisePage)
@signed_in
def list_promises(request: ApiRequest, filters: Query[filters_.DueFilters]) -> PromisePage:
    """Promises in reach by due time; ``mine``: given by the caller, or in a matter of theirs."""
    rows, own = promises(request.auth), me(request)
    if filters.mine:
        rows = rows.filter(Q(person_id=own) | Q(matter__owner_id=own))
    if filters.open:
        rows = rows.filter(state="open")
    found, following = _due_page(rows, filters)
    return PromisePage(rows=[show.promise(p) for p in found], next=following)


def _due_page(rows: QuerySet[Any], filters: filters_.DueFilters) -> tuple[list[Any], str]:
    if filters.due_before:
        rows = rows.filter(due_at__lt=filters.due_before)
    return cut(rows, BY_DUE, after=filters.after, limit=filters.limit)


@router.get("/promises/{id}", response=PromiseOut)
@signed_in
def read_promise(request: ApiRequest, id: Id) -> PromiseOut:
    """One promise."""
    return show.promise(find.one(promises(request.auth), id))


@router.post("/promises/{id}/settle", response=PromiseOut)
@signed_in
def settle_promise(request: ApiRequest, id: Id, body: bodies.Settle) -> PromiseOut:
    """Say whether a promise was kept."""
    row, by = find.one(promises(request.auth), id), request.auth
    guarded(
        row.matter,
        body.version,
        lambda: actions.settle_promise(row, by=by, kept=body.kept, note=body.note),
    )
    return show.promise(_again(row))


def _again(row: Promise) -> Promise:
    return Promise.objects.select_related("matter", "person").get(pk=row.pk)


@router.post("/promises/{id}/withdraw", response=PromiseOut)
@signed_in
def withdraw_promise(request: ApiRequest, id: Id, body: bodies.Note) -> PromiseOut:
    """Take a promise back, with the reason."""
    row, by = find.one(promises(request.auth), id), request.auth
    guarded(row.matter, body.version, lambda: actions.withdraw_promise(row, by=by, note=body.note))
    return show.promise(_again(row))


@router.post("/promises/{id}/correct", response=PromiseOut)
@signed_in
def correct_promise(request: ApiRequest, id: Id, body: bodies.Note) -> PromiseOut:
    """A promise the clock took for broken was kept in time, as somebody found out."""
    row, by = find.one(promises(request.auth), id), request.auth
    guarded(row.matter, body.version, lambda: actions.correct_promise(row, by=by, note=body.note))
    return show.promise(_again(row))


@router.get("/follow-ups", response=FollowUpPage)
@signed_in
def list_follow_ups(request: ApiRequest, filters: Query[filters_.DueFilters]) -> FollowUpPage:
    """Follow-ups in reach by due time."""
    rows = follow_ups(request.auth)
    if filters.mine:
        rows = rows.filter(owner_id=me(request))
    if filters.open:
        rows = rows.filter(state="planned")
    found, following = _due_page(rows, filters)
    return FollowUpPage(rows=[show.follow_up(f) for f in found], next=following)


@router.get("/follow-ups/{id}", response=FollowUpOut)
@signed_in
def read_follow_up(request: ApiRequest, id: Id) -> FollowUpOut:
    """One follow-up."""
    return show.follow_up(find.one(follow_ups(request.auth), id))


@router.post("/follow-ups/{id}/record", response=FollowUpOut)
@signed_in
def record_follow_up(request: ApiRequest, id: Id, body: bodies.FoundOut) -> FollowUpOut:
    """Write down what was found on going back."""
    row, by = find.one(follow_ups(request.auth), id), request.auth
    done = guarded(
        row.matter,
        body.version,
        lambda: actions.record_follow_up(row, by=by, result=str(body.result), note=body.note),
    )
    return show.follow_up(done)


@router.get("/tasks", response=TaskPage)
@signed_in
def list_tasks(request: ApiRequest, filters: Query[filters_.DueFilters]) -> TaskPage:
    """Tasks in reach by due time."""
    rows = tasks(request.auth)
    if filters.mine:
        rows = rows.filter(person_id=me(request))
    if filters.open:
        rows = rows.filter(done_at__isnull=True)
    found, following = _due_page(rows, filters)
    return TaskPage(rows=[show.task(t) for t in found], next=following)


@router.get("/tasks/{id}", response=TaskOut)
@signed_in
def read_task(request: ApiRequest, id: Id) -> TaskOut:
    """One task."""
    return show.task(find.one(tasks(request.auth), id))


@router.post("/tasks/{id}/finish", response=TaskOut)
@signed_in
def finish_task(request: ApiRequest, id: Id, body: bodies.Finish) -> TaskOut:
    """A task is done, with what came of it."""
    row, by = find.one(tasks(request.auth), id), request.auth
    done = guarded(row.matter, body.version, lambda: actions.finish_task(row, by=by, result=body.result))
    return show.task(done)


@router.get("/consultations", response=ConsultationPage)
@signed_in
def list_consultations(request: ApiRequest, filters: Query[filters_.PageOnly]) -> ConsultationPage:
    """Consultations on matters in reach, the latest first."""
    order = Order("held_at", down=True)
    found, following = cut(consultations(request.auth), order, after=filters.after, limit=filters.limit)
    return ConsultationPage(rows=[show.consultation(c) for c in found], next=following)


@router.get("/consultations/{id}", response=ConsultationOut)
@signed_in
def read_consultation(request: ApiRequest, id: Id) -> ConsultationOut:
    """One consultation with its tasks."""
    return show.consultation(find.one(consultations(request.auth), id))


@router.post("/consultations/{id}/decide", response=ConsultationOut)
@signed_in
def decide(request: ApiRequest, id: Id, body: bodies.Decide) -> ConsultationOut:
    """Write down what a consultation decided; each decision is a task with somebody and a time."""
    row, by = find.one(consultations(request.auth), id), request.auth
    near = row.matter.area
    drafts = [
        actions.TaskDraft(
            what=t.what,
            due_at=t.due_at,
            person=find.maybe_person(t.person, by, field="tasks", near=near),
            partner=find.partner(t.partner, field="tasks") if t.partner else None,
        )
        for t in body.tasks
    ]
    guarded(
        row.matter,
        body.version,
        lambda: actions.decide(row, by=by, conclusion=body.conclusion, tasks=drafts),
    )
    return show.consultation(find.one(consultations(by), id))


@router.get("/links/{id}", response=LinkOut)
@signed_in
def read_link(request: ApiRequest, id: Id) -> LinkOut:
    """One link between two matters."""
    return show.link(find.one(links(request.auth), id))


@router.post("/links/{id}/unlink", response=LinkOut)
@signed_in
def unlink(request: ApiRequest, id: Id, body: bodies.Plain) -> LinkOut:
    """Take a link back; a merge is undone by ``unmerge``."""
    row, by = find.one(links(request.auth), id), request.auth
    guarded(row.matter, body.version, lambda: actions.unlink(row, by=by))
    return show.link(find.one(Link.objects.select_related("matter", "other"), id))


@router.post("/links/{id}/unmerge", response=Standing)
@signed_in
def unmerge(request: ApiRequest, id: Id, body: bodies.Plain) -> Standing:
    """Undo a merge exactly: state, owner, next step, time and promises come back as they were."""
    row, by = find.one(links(request.auth), id), request.auth
    guarded(row.matter, body.version, lambda: actions.unmerge(row, by=by))
    return show.standing(row.matter_id, by)


@router.post("/joint-members/{id}/leave", response=JointOut)
@signed_in
def leave(request: ApiRequest, id: Id, body: bodies.Leave) -> JointOut:
    """Somebody stops handling along; the lead names another first."""
    rows = JointMember.objects.filter(matter__in=seen(request.auth), left_at__isnull=True)
    row, by = find.one(rows.select_related("matter", "person", "partner"), id), request.auth
    done = guarded(row.matter, body.version, lambda: actions.leave(row, by=by, why=body.why))
    return show.joint(done)
