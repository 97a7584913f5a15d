"""The routes without sign-in: only those listed, and they show nothing that is not the public's or the code's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from fengqiao.audit.models import Entry
from fengqiao.lib.policy import access_of
from fengqiao.lib.web import OPEN_ROUTES
from tests.access.doors import PUBLIC, VERSIONS
from tests.access.ground import OUTSIDER, Ground, leaks, told, undone

WRONG = "7K3M-9QPA-X2WD"
UID = "00000000-0000-4000-8000-000000000009"
GROUND = frozenset({"area", "place"})
"""Names of communities, villages and places: they stand on the public map."""

PLAIN: dict[str, tuple[str, int]] = {
    "portal:home": ("", 200),
    "portal:report": ("", 200),
    "portal:send": ("", 303),
    "portal:start": ("", 303),
    "portal:scam": ("", 200),
    "portal:progress": ("", 200),
    "portal:how": ("", 200),
    "portal:privacy": ("", 200),
    "portal:accessibility": ("", 200),
    "portal:big_text": ("", 405),
    "portal:areas": ("", 200),
    "portal:where": ("?at=30.02,120.02", 200),
    "portal:robots": ("", 200),
    "portal:favicon": ("", 301),
    "portal:health": ("", 200),
    "signin": ("", 200),
    "set_language": ("", 302),
    "api:index": ("", 200),
    "api:nothing": ("", 404),
    "api:v1/": ("", 404),
}
CODED = [name for name in PUBLIC if name.startswith("portal:") and name not in PLAIN]
PHOTO = "portal:photo"


def test_what_is_listed_as_public_is_marked_so_and_nothing_else() -> None:
    def walk(patterns: list[Any], space: str = "") -> Iterator[str]:
        for entry in patterns:
            if isinstance(entry, URLResolver) and (entry.namespace or space) not in VERSIONS:
                yield from walk(entry.url_patterns, entry.namespace or space)
            elif isinstance(entry, URLPattern):
                access = access_of(entry.callback)
                if entry.name in OPEN_ROUTES or (access is not None and access.public):
                    name = entry.name or str(entry.pattern)
                    yield f"{space}:{name}" if space else name

    assert sorted(set(walk(get_resolver().url_patterns))) == sorted(PUBLIC)
    assert sorted({*PLAIN, *CODED}) == sorted(PUBLIC)


def address(name: str) -> str:
    """The address of a route without a code."""
    if name == "api:v1/":
        return "/api/v1/"
    return reverse(name, args=["x"] if name == "api:nothing" else [])


@pytest.mark.parametrize("name", PLAIN)
def test_pages_for_everybody_tell_nothing_of_anybody(ground: Ground, name: str) -> None:
    query, status = PLAIN[name]
    before, path = Entry.objects.count(), address(name)
    with undone():
        answer = ground.client("").get(path + query)
        assert answer.status_code == status
        words = told(answer)
        posted = told(ground.client("").post(path, {"text": "", "code": WRONG, "username": "x", "on": "1"}))
    for said in (words, posted):
        assert leaks(said, ground.secrets(), GROUND) == []
    assert Entry.objects.count() == before


def coded(name: str, code: str, photo: str = UID) -> str:
    return reverse(name, args=[code, photo] if name == PHOTO else [code])


SENT = {"text": "再说一句", "score": "3", "comment": "好"}


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize("code", [WRONG, "x", "🀄", "%"])
def test_a_wrong_code_opens_nothing(ground: Ground, name: str, code: str) -> None:
    """Whoever asks, signed in or not, and nothing is written."""
    before = Entry.objects.count()
    for who in ("", OUTSIDER):
        client = ground.client(who)
        for method in ("get", "post", "head", "put", "delete"):
            answer = getattr(client, method)(coded(name, code), SENT if method == "post" else None)
            assert answer.status_code in {404, 405}, (who, method)
    assert Entry.objects.count() == before


@pytest.mark.parametrize("row", ["report", "closed", "sealed"])
def test_a_code_opens_its_own_report_alone(ground: Ground, row: str) -> None:
    """Its words and what was done; never a contact, another report, or what is need-to-know."""
    found, client = getattr(ground, row), ground.client("")
    found.refresh_from_db()
    own = {found.code, found.text, "甲二的话", found.matter.number if found.matter else ""}
    words = {kind: found - own for kind, found in ground.secrets().items()}
    for name in ("portal:receipt", "portal:danger", "portal:add", "portal:again"):
        said = told(client.get(coded(name, found.code)))
        assert leaks(said, words, frozenset({"area", "place", "staff"})) == []
    if row == "sealed":
        assert "甲三的话" not in said
    photo = client.get(coded(PHOTO, found.code, str(ground.photo.uid)))
    assert photo.status_code == 404


def test_the_photo_of_a_report_opens_with_its_own_code(ground: Ground) -> None:
    """The control of the row above."""
    answer = ground.client("").get(coded(PHOTO, ground.photo.report.code, str(ground.photo.uid)))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")


def test_after_the_walk_nothing_has_changed(ground: Ground) -> None:
    """Every row of every table is as it was."""
    assert ground.snapshot() == ground.unspoilt
