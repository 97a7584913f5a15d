"""What the tests of the API share: a caller, a township with something in it, and one row for each operation."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from fengqiao.accounts.actions import issue_token
from fengqiao.accounts.scope import RESIDENT, SYSTEM
from fengqiao.intake.actions import ContactDraft, receive_report
from fengqiao.intake.models import Report
from fengqiao.lib import clock
from fengqiao.matters import actions as matters
from fengqiao.matters.models import Category, Matter
from fengqiao.mediation.models import MediationCase
from fengqiao.teams.models import Appointment
from tests.cast import NOW, Cast
from tests.mediation.conftest import Room

BACKEND = "django.contrib.auth.backends.ModelBackend"
ROOT = "/api/v1"
LEAK = "锦澜苑 3 栋 501 楼上漏水，天花板掉皮，两家说不拢"

_keys = itertools.count(1)


def soon(days: float = 2) -> str:
    """A time to come, as a caller writes it."""
    return (clock.now() + timedelta(days=days)).isoformat()


@dataclass(frozen=True)
class Call:
    """One request: values of the path, and what is sent."""

    path: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """How an operation is tried. ``who``: one of the cast whose it is; ``call`` prepares and says what to send.

    ``outsider``: what somebody with every right in another street gets: 404 (or 403 where an area alone is named);
    "hidden": an answer without ``secret`` in it; "open": the same as everybody.
    """

    who: str
    call: Callable[[World], Call] = lambda w: Call()
    status: int = 200
    outsider: int | str = 404
    secret: Callable[[World], str] | None = None
    check: Callable[[World, Any], bool] | None = None


class World:
    """The cast with ways to bring things to any point."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.room = Room(cast)
        self.made: dict[str, Any] = {}
        Appointment.objects.create(
            person=cast.people["outsider"],
            role="station_head",
            area=cast.areas["other_street"],
            valid_from=date(2025, 1, 1),
            created_at=NOW,
        )

    def id(self, name: str) -> int:
        """The id of one of the cast."""
        return self.cast.people[name].pk

    def area(self, key: str = "grid1") -> str:
        """The code of an area."""
        return self.cast.areas[key].code

    def report(self, text: str = LEAK, **more: Any) -> Report:
        """A report from a resident in grid 1, with a contact."""
        contact = ContactDraft("刘芳", "13912345678", True)
        given = {"lat": 30.02, "lon": 120.02, "contact": contact, "key": f"w{next(_keys)}"}
        return receive_report(by=RESIDENT, channel="portal", text=text, **{**given, **more}).report

    def outside(self, number: str = "WD-1") -> Report:
        """A report that came with a sheet of the hotline."""
        return receive_report(
            by=SYSTEM,
            channel="hotline",
            text=LEAK,
            key=number,
            source="12345",
            external_id=number,
            lat=30.02,
            lon=120.02,
        ).report

    def matter(self, title: str = "501 漏到 401", owner: str = "officer", **more: Any) -> Matter:
        """A matter in grid 1 that waits to be accepted."""
        found = matters.open_matter(
            by=self.cast.actor("duty"),
            category=Category.objects.get(code=more.pop("code", "NB2"), valid_to__isnull=True),
            title=title,
            summary="卫生间天花板一直滴水",
            area=self.cast.areas[more.pop("area", "grid1")],
            origin="resident",
            owner=self.cast.people[owner],
            **more,
        )
        self.made["matter"] = found
        return found

    def active(self, **more: Any) -> Matter:
        """A matter in hand."""
        found = matters.accept(self.matter(**more), by=self.cast.actor("officer"))
        self.made["matter"] = found
        return found

    def resolved(self, **more: Any) -> Matter:
        """A matter with a result, waiting for its follow-ups."""
        return matters.resolve(
            self.active(**more),
            by=self.cast.actor("officer"),
            outcome="settled",
            text="修好了，两家和好",
            cause="防水老化",
        )

    def case(self) -> MediationCase:
        """A mediation being checked."""
        found = self.room.case()
        self.made["case"] = found
        return found

    def started(self) -> MediationCase:
        """A mediation under way."""
        found = self.room.started(self.case())
        self.made["case"] = found
        return found


class Caller:
    """Somebody who calls the API: with a token where their role may, else in a browser's session."""

    def __init__(self, world: World, who: str = "", *, token: str = "") -> None:
        self.client = Client()
        self.headers: dict[str, str] = {}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        elif who:
            self.client.force_login(world.cast.people[who], backend=BACKEND)

    def send(self, method: str, path: str, call: Call) -> HttpResponse:
        """One request to an operation by its path below the root."""
        url = ROOT + path.format(**call.path)
        headers = {**self.headers, **call.headers}
        if method == "GET":
            return self.client.get(url, call.query, headers=headers)
        if call.form is not None:
            files = {name: fresh(value) for name, value in call.form.items()}
            return self.client.post(url, files, headers=headers)
        send = self.client.delete if method == "DELETE" else self.client.post
        body = json.dumps(call.body if call.body is not None else {})
        return send(url, body, content_type="application/json", headers=headers)


def fresh(value: Any) -> Any:
    """A file that was sent once can be sent again."""
    if isinstance(value, SimpleUploadedFile):
        value.seek(0)
    return value


def token_for(world: World, who: str, **more: Any) -> str:
    """A token of one of the cast."""
    return issue_token(world.cast.people[who], by=SYSTEM, label="测试", **more).secret


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """A file to be sent."""
    return SimpleUploadedFile(name, content)


def csv(*lines: str) -> SimpleUploadedFile:
    """A small table."""
    return upload("表.csv", "\r\n".join(lines).encode("utf-8"))


def told(response: HttpResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(response.content)
