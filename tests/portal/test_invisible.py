"""Who reported is nobody's business: no token of theirs in any other page, no trace of their device anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from fengqiao.intake.actions import accept_report
from fengqiao.intake.models import Report
from tests.cast import Cast
from tests.portal.helpers import LEAK, photo, sent

TOKEN = "kx7qz"
PHONE = "13912345678"
ADDRESS = "203.0.113.77"
DEVICE = "PlantedPhone/9.9"

OTHER_PAGES = [
    "/",
    "/report/",
    "/scam/",
    "/progress/",
    "/how/",
    "/privacy/",
    "/accessibility/",
    "/map/areas.json",
    "/robots.txt",
]


def everything_stored() -> Iterator[tuple[str, str]]:
    """Every cell of every table as text."""
    for model in apps.get_models():
        for values in model._base_manager.values_list():
            for value in values:
                plain = bytes(value) if isinstance(value, memoryview) else value
                yield model.__name__, plain.decode("latin-1") if isinstance(plain, bytes) else str(plain)


def test_a_planted_token_shows_on_no_other_page(
    cast: Cast, resident: Client, bring: Callable[..., Report]
) -> None:
    row = bring(
        f"{LEAK} {TOKEN}",
        address=f"锦澜苑 {TOKEN}",
        phone=PHONE,
        area="990100001001",
        photos=[photo(f"{TOKEN}.jpg")],
    )
    accept_report(row, by=cast.actor("duty"), category="NB2", owner=cast.people["officer"])
    other = bring("另一件事：路灯不亮", area="990100001001")
    stranger = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
    pages = [*OTHER_PAGES, f"/r/{other.code}/", f"/r/{other.code}/add/", "/map/where.json?at=30.02,120.02"]
    for address in pages:
        answer = stranger.get(address)
        told = answer.content.decode(errors="replace") + str(answer.headers) + str(answer.cookies)
        for piece in (TOKEN, PHONE, row.code, str(row.uid)):
            assert piece not in told, address
    own = stranger.get(f"/r/{row.code}/").content.decode()
    assert TOKEN in own
    assert PHONE not in own, "not even its owner's screen shows the number"


def test_anonymous_means_no_address_no_device_no_number(
    cast: Cast, resident: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        device = {"REMOTE_ADDR": ADDRESS, "HTTP_USER_AGENT": DEVICE, "HTTP_X_FORWARDED_FOR": ADDRESS}
        known = Client(HTTP_ACCEPT_LANGUAGE="zh-CN", **device)
        code = sent(known, LEAK, photos=[photo()]).headers["Location"].split("/")[2]
        known.post(f"/r/{code}/add/", {"text": "又漏了"})
        known.post("/progress/", {"code": code})
        known.get(f"/r/{code}/")
        known.post(f"/r/{code}/rate/", {"score": "9"})
        known.put(f"/r/{code}/add/")
    planted = (ADDRESS, DEVICE)
    assert [(m, v[:80]) for m, v in everything_stored() if any(p in v for p in planted)] == []
    assert not [r for r in caplog.records if any(p in r.getMessage() for p in (*planted, code))]
    for file in Path(settings.MEDIA_ROOT).rglob("*"):
        if file.is_file():
            assert not any(p.encode() in file.read_bytes() for p in planted)


def test_a_number_stands_nowhere_in_clear(
    cast: Cast, bring: Callable[..., Report], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        bring(phone=PHONE, wants_news="on")
    assert [m for m, v in everything_stored() if PHONE in v] == []
    assert PHONE not in caplog.text


def test_no_cookie_but_those_we_name(cast: Cast, resident: Client) -> None:
    answer = sent(resident, LEAK)
    resident.get(answer.headers["Location"])
    resident.post("/report/", {"text": ""})
    resident.post("/progress/", {"code": "1"})
    resident.post(f"{answer.headers['Location']}rate/", {"score": "9"})
    resident.post("/big-text/", {"on": "1", "next": "/"})
    resident.post("/language/", {"language": "en", "next": "/"})
    assert set(resident.cookies) <= {"csrftoken", "django_language", "fq_big"}
