"""What the rooms share behind their pages: a verb on its own page, files handed out, files that wait for a yes."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from fengqiao.desk.forms.rooms import RoomForm, Shown
from fengqiao.desk.page import actor_of, go, page, refuse
from fengqiao.lib import clock
from fengqiao.lib.errors import OutOfReach, Refusal
from fengqiao.lib.present import Option

KEPT_SECONDS = 24 * 3600
"""How long a file that nobody said yes to is kept."""
MOST_WAITING = 5
SESSION = "waiting_files"


@dataclass(frozen=True)
class Room:
    """A room of the desk: its key in the navigation, its name, its first page."""

    key: str
    title: Any
    route: str

    @property
    def url(self) -> str:
        """Address of its first page."""
        return reverse(self.route)


def tabs(pairs: list[tuple[str, Any, str]], on: str) -> list[Option]:
    """Tabs of a room from (key, label, route)."""
    return [Option(label, reverse(route), key == on) for key, label, route in pairs]


def run(
    request: HttpRequest, room: Room, registry: Mapping[str, type[RoomForm]], verb: str, target: int | None
) -> HttpResponse:
    """One verb as a form on its own page: asks, does, or says beside the field why not.

    Raises Http404 for a verb there is not, or that is not the actor's anywhere.
    """
    actor, kind = actor_of(request), registry.get(verb)
    if kind is None or (kind.right and not actor.scope.can(kind.right)):
        raise Http404
    about: dict[str, Any] = {"by": actor, "target": kind.find(target, actor)}
    if request.method != "POST":
        return _shown(request, room, kind(initial=request.GET.dict(), **about))
    form = kind(request.POST, request.FILES, **about)
    if not form.is_valid():
        return _shown(request, room, form, 422)
    try:
        done = form.act()
    except Refusal as refusal:
        return _shown(request, room, form, refuse(form, refusal))
    if isinstance(done, Shown):
        context = {"form": form, "room": room, "shown": done, "back": form.back()}
        return page(request, "desk/rooms/shown.html", context, on=room.key)
    messages.success(request, form.done)
    return go(request, done if isinstance(done, str) else form.back())


def _shown(request: HttpRequest, room: Room, form: RoomForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "room": room, "back": form.back()}
    return page(request, "desk/rooms/verb.html", context, on=room.key, status=status)


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """What a form is bound to: what was sent, even when that is nothing at all; else nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def hand_out(name: str, content_type: str, content: bytes) -> HttpResponse:
    """``content`` as a file to be saved under ``name``, never shown in place."""
    answer = HttpResponse(content, content_type=content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@dataclass(frozen=True)
class Waiting:
    """A file somebody brought that waits for their yes: where it lies, and what they call it."""

    token: str
    name: str
    path: Path


def keep(request: HttpRequest, file: UploadedFile[Any], purpose: str) -> Waiting:
    """Keep a file for its next step: owner-only, known to this session alone, gone after a day."""
    _sweep()
    held: dict[str, dict[str, str]] = dict(request.session.get(SESSION, {}))
    for old in list(held)[: max(0, len(held) - MOST_WAITING + 1)]:
        (_folder() / old).unlink(missing_ok=True)
        del held[old]
    token = secrets.token_hex(16)
    handle = os.open(_folder() / token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    held[token] = {"name": Path(file.name or "").name[:120] or _("文件"), "purpose": purpose}
    request.session[SESSION] = held
    return Waiting(token, held[token]["name"], _folder() / token)


def waiting(request: HttpRequest, token: str, purpose: str) -> Waiting:
    """The file behind ``token``, of this session and for this purpose. Raises OutOfReach, Refusal when gone."""
    held = request.session.get(SESSION, {}).get(token)
    if held is None or held["purpose"] != purpose:
        raise OutOfReach
    path = _folder() / token
    if not path.is_file():
        raise Refusal(_("上传的文件已经清掉了，请重新上传一次"), code="gone")
    return Waiting(token, held["name"], path)


def drop(request: HttpRequest, token: str) -> None:
    """Forget a file."""
    held = dict(request.session.get(SESSION, {}))
    if held.pop(token, None) is not None:
        (_folder() / token).unlink(missing_ok=True)
        request.session[SESSION] = held


def _folder() -> Path:
    path = Path(settings.DATA_DIR) / "waiting"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _sweep() -> None:
    limit = clock.now().timestamp() - KEPT_SECONDS
    for path in _folder().iterdir():
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
