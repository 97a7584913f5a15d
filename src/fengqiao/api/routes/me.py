"""Who is calling, their language, their tokens."""

from __future__ import annotations

from ninja import Query

from fengqiao.accounts import actions as accounts
from fengqiao.accounts import queries
from fengqiao.accounts.models import ApiToken, Person
from fengqiao.api import find, show_teams
from fengqiao.api.access import Door
from fengqiao.api.auth import ApiRequest, by_session
from fengqiao.api.auth import me as own_id
from fengqiao.api.schemas import reference as bodies
from fengqiao.api.schemas.base import Done, Id
from fengqiao.lib import clock
from fengqiao.lib.policy import signed_in
from fengqiao.notices import actions as telling
from fengqiao.notices import queries as notices
from fengqiao.notices.models import Notice
from fengqiao.teams.models import Appointment

router = Door(tags=["me"])


def _myself(request: ApiRequest) -> Person:
    return Person.objects.get(pk=own_id(request))


@router.get("/me", response=bodies.MeOut)
@signed_in
def me(request: ApiRequest) -> bodies.MeOut:
    """Who is calling, with the appointments of today and the rights they give."""
    row, scope = _myself(request), request.auth.scope
    today = clock.local(clock.now()).date()
    held = Appointment.objects.on(today).filter(person=row).select_related("person", "area", "beat")
    return bodies.MeOut(
        id=row.pk,
        username=row.username,
        name=row.name,
        title=row.title,
        language=row.language,
        roles=sorted(scope.roles),
        rights=sorted(scope.rights),
        appointments=[show_teams.appointment(a) for a in held],
    )


@router.post("/me/language", response=bodies.MeOut)
@signed_in
def choose_language(request: ApiRequest, body: bodies.LanguageIn) -> bodies.MeOut:
    """The language one is answered in when the request names none."""
    accounts.choose_language(_myself(request), by=request.auth, language=body.language)
    return me(request)


def _token(row: ApiToken) -> bodies.TokenOut:
    return bodies.TokenOut(
        id=row.pk,
        label=row.label,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


@router.get("/me/tokens", response=list[bodies.TokenOut])
@signed_in
def list_tokens(request: ApiRequest) -> list[bodies.TokenOut]:
    """One's own tokens, the newest first."""
    return [_token(t) for t in queries.tokens_of(_myself(request), by=request.auth)]


@router.post("/me/tokens", response={201: bodies.IssuedOut})
@signed_in
def issue_token(request: ApiRequest, body: bodies.NewToken) -> bodies.IssuedOut:
    """A token for a program. Only in a browser's session: a token that leaked must not make others."""
    by_session(request)
    made = accounts.issue_token(_myself(request), by=request.auth, label=body.label, days=body.days)
    return bodies.IssuedOut(**_token(made.token).model_dump(), secret=made.secret)


@router.delete("/me/tokens/{id}", response=bodies.TokenOut)
@signed_in
def revoke_token(request: ApiRequest, id: Id) -> bodies.TokenOut:
    """The token ends now, for good."""
    rows = ApiToken.objects.filter(person_id=own_id(request))
    return _token(accounts.revoke_token(find.one(rows, id), by=request.auth))


def _notice(row: Notice) -> bodies.NoticeOut:
    return bodies.NoticeOut(
        id=row.pk, kind=row.kind, text=row.text, link=row.link, at=row.at, read_at=row.read_at
    )


@router.get("/me/notices", response=list[bodies.NoticeOut])
@signed_in
def list_notices(request: ApiRequest, filters: Query[bodies.NoticeFilters]) -> list[bodies.NoticeOut]:
    """What one was told, the newest first."""
    rows = notices.unread(request.auth) if filters.unread else notices.latest(request.auth)
    return [_notice(n) for n in rows]


@router.post("/me/notices/{id}/read", response=bodies.NoticeOut)
@signed_in
def mark_read(request: ApiRequest, id: Id) -> bodies.NoticeOut:
    """One has read it."""
    row = find.one(Notice.objects.filter(to_id=own_id(request)), id)
    return _notice(telling.mark_read(row, by=request.auth))


@router.post("/me/notices/read-all", response=Done)
@signed_in
def mark_all_read(request: ApiRequest) -> Done:
    """One has read them all."""
    telling.mark_all_read(by=request.auth)
    return Done()
