"""Who is calling: a program with a bearer token, or the browser of somebody who signed in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from fengqiao.accounts.models import Person
from fengqiao.accounts.policy import API
from fengqiao.accounts.queries import person_of_token
from fengqiao.accounts.scope import RESIDENT, Actor
from fengqiao.lib import guard
from fengqiao.lib.errors import NotAllowed, OutOfReach, Refusal, TooMany
from fengqiao.lib.policy import Access
from fengqiao.teams.scopes import actor_for


class ApiRequest(HttpRequest):
    """A request that passed its guard; ``auth`` is who is calling, with the reach of this moment."""

    auth: Actor


class SignInNeeded(Refusal):
    """Nobody known is calling: answered with 401."""

    def __init__(self) -> None:
        super().__init__(_("请先登录，或带上有效的令牌"), code="sign_in")


def me(request: ApiRequest) -> int:
    """The id of who is calling. Raises SignInNeeded for a visitor."""
    if request.auth.person_id is None:
        raise SignInNeeded
    return request.auth.person_id


class BearerToken(HttpBearer):
    """``Authorization: Bearer fq_…``: acts as the token's person, who must hold the right to use the API."""

    openapi_description = "A token issued at /api/v1/me/tokens or by the station"

    def __init__(self, access: Access) -> None:
        self.access = access
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """The actor behind ``token``. Raises SignInNeeded, NotAllowed, or OutOfReach when the mark shuts them out.

        Raises TooMany for an address that tried many tokens that are none.
        """
        if seconds := guard.wait(request, "tokens"):
            raise TooMany(seconds)
        person = person_of_token(token)
        if person is None:
            guard.charge(request, "tokens")
            raise SignInNeeded
        if not request.headers.get("Accept-Language"):
            translation.activate(person.language)
        actor = actor_for(person)
        if not actor.scope.can(API):
            raise NotAllowed(_("这个账号没有使用接口的职权，请找所长任命"))
        request.user = person
        return admitted(request, actor, self.access)


class SessionCookie(AuthBase):
    """The session of somebody who signed in with a browser; what changes something needs the CSRF token too."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "A browser's session; POST and DELETE need the X-CSRFToken header"

    def __init__(self, access: Access) -> None:
        self.access = access
        super().__init__()

    def __call__(self, request: HttpRequest) -> Actor:
        """The actor of the session. Raises SignInNeeded, NotAllowed for a missing CSRF token, or OutOfReach."""
        person = request.user
        if not isinstance(person, Person) or not person.is_authenticated:
            raise SignInNeeded
        if check_csrf(request) is not None:
            raise NotAllowed(_("页面过期了，请刷新再试（缺少 X-CSRFToken）"))
        return admitted(request, actor_for(person), self.access)


class Visitor:
    """Nobody in particular: whatever cookie or token comes along is not looked at."""

    def __call__(self, request: HttpRequest) -> Actor:
        """A resident without reach."""
        return RESIDENT


def admitted(request: HttpRequest, actor: Actor, access: Access) -> Actor:
    """``actor`` when the mark lets them in. Raises OutOfReach: what is not theirs is not there for them."""
    if not access.admits(actor.scope):
        raise OutOfReach
    request.actor = actor  # type: ignore[attr-defined]
    return actor


def by_session(request: HttpRequest) -> None:
    """Raise NotAllowed when a program calls: some things are done by a person in a browser only."""
    if request.headers.get("Authorization"):
        raise NotAllowed(_("这一步要本人在浏览器里做，令牌不行"))
